"""What a user imports, and what importing costs."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

import kaizen_client

# What users of kaizen-client 0.1.4 import.
OLDER = {
    "kaizen_client": [
        "KaizenClient", "KaizenClientConfig", "KaizenError", "KaizenAPIError", "KaizenRequestError",
        "with_kaizen_client", "EncodeOptions", "DecodeOptions", "EncodeRequest", "DecodeRequest",
        "PromptEncodePayload", "PromptDecodePayload", "OptimizeRequestPayload", "OptimizeResponsePayload",
    ],
    "kaizen_client.models": [
        "EncodeOptions", "DecodeOptions", "EncodeRequest", "DecodeRequest", "PromptEncodePayload",
        "PromptDecodePayload", "OptimizeRequestPayload", "OptimizeResponsePayload",
    ],
    "kaizen_client.client": ["KaizenClient", "KaizenClientConfig", "DEFAULT_BASE_URL"],
    "kaizen_client.exceptions": ["KaizenError", "KaizenAPIError", "KaizenRequestError"],
    "kaizen_client.decorators": ["with_kaizen_client"],
    "kaizen_client.integrations": ["OpenAIKaizenWrapper", "AnthropicKaizenWrapper", "GeminiKaizenWrapper"],
    "kaizen_client.integrations.openai": ["OpenAIKaizenWrapper"],
    "kaizen_client.integrations.anthropic": ["AnthropicKaizenWrapper"],
    "kaizen_client.integrations.gemini": ["GeminiKaizenWrapper"],
}  # fmt: skip


@pytest.mark.parametrize("module", OLDER)
def test_every_name_of_the_older_client_is_there(module: str) -> None:
    found = import_module(module)
    for name in OLDER[module]:
        assert getattr(found, name) is not None


def test_every_public_name_can_be_had_and_is_listed() -> None:
    for name in kaizen_client.__all__:
        assert getattr(kaizen_client, name) is not None
    assert set(kaizen_client.__all__) <= set(dir(kaizen_client))
    assert sorted(kaizen_client.__all__) == sorted(set(kaizen_client.__all__))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        kaizen_client.nothing  # noqa: B018


def loaded_by(statement: str, **environment: str) -> set[str]:
    code = f"{statement}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.split()} | set(done.stdout.split())


def test_importing_loads_nothing_heavy() -> None:
    loaded = loaded_by("import kaizen_client")
    heavy = {"pydantic", "rich", "openai", "anthropic", "google", "httpx", "attr", "attrs", "dateutil", "asyncio"}
    assert not heavy & loaded
    assert not any(name.startswith("kaizen_client.generated") for name in loaded)


def test_a_client_loads_no_vendor_and_no_date_parser() -> None:
    statement = "import kaizen_client; kaizen_client.SyncKaizenClient.embedded().close(); kaizen_client.EncodeRequest"
    # httpx itself loads rich for its command line, where rich is installed.
    assert not {"pydantic", "openai", "anthropic", "google", "dateutil"} & loaded_by(statement)


def test_importing_reads_no_environment() -> None:
    everything = {"KAIZEN_TIMEOUT": "30s", "KAIZEN_BASE_URL": "nonsense", "KAIZEN_API_KEY": "a\nb"}
    loaded_by("import kaizen_client, kaizen_client.client, kaizen_client.sync_client", **everything)
