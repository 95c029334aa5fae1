"""The provider wrappers under their old names: prompts leave as KTOF, replies are read and never guessed at."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kaizen_client import KaizenClient, KaizenConfigError
from kaizen_client.integrations import AnthropicKaizenWrapper, GeminiKaizenWrapper, OpenAIKaizenWrapper
from kaizen_client.integrations._shared import read_reply, vendor_module

MESSAGES = [{"role": "user", "content": "Hello"}]
TEXT = "messages[1]{role,content}:\n  user,Hello"


class Vendor:
    """Stands for each vendor's client at once, and keeps what it was asked."""

    def __init__(self, answer: str) -> None:
        self.asked: dict[str, Any] = {}

        async def create(**options: Any) -> Any:
            self.asked = options
            blocks = [SimpleNamespace(type="thinking"), SimpleNamespace(type="text", text=answer)]
            return SimpleNamespace(output_text=answer, content=blocks, text=answer)

        self.responses = self.messages = SimpleNamespace(create=create)
        self.aio = SimpleNamespace(models=SimpleNamespace(generate_content=create))


async def test_openai_is_asked_in_ktof_and_its_answer_read() -> None:
    vendor = Vendor('{"answer": 5}')
    async with KaizenClient.embedded() as kaizen:
        done = await OpenAIKaizenWrapper(kaizen, model="m", client=vendor).chat(MESSAGES, temperature=0)
    assert vendor.asked == {"model": "m", "input": TEXT, "temperature": 0}
    assert set(done) == {"encoded", "openai_response", "decoded"}
    assert done["encoded"]["result"] == TEXT
    assert done["decoded"]["result"] == {"answer": 5}


async def test_anthropic_is_asked_in_ktof_and_its_answer_read() -> None:
    vendor = Vendor("items[2]: 1,2")
    async with KaizenClient.embedded() as kaizen:
        done = await AnthropicKaizenWrapper(kaizen, model="m", client=vendor).chat(MESSAGES, max_tokens=9)
    assert vendor.asked == {"model": "m", "messages": [{"role": "user", "content": TEXT}], "max_tokens": 9}
    assert set(done) == {"encoded", "anthropic_response", "decoded"}
    assert (done["decoded"]["kind"], done["decoded"]["result"]) == ("ktof", {"items": [1, 2]})


async def test_gemini_is_asked_in_ktof_and_its_answer_read() -> None:
    vendor = Vendor("The answer is 5.")
    async with KaizenClient.embedded() as kaizen:
        done = await GeminiKaizenWrapper(kaizen, model="m", client=vendor).invoke({"messages": MESSAGES})
    assert vendor.asked == {"model": "m", "contents": TEXT}
    assert set(done) == {"encoded", "gemini_response", "decoded"}
    assert done["decoded"]["result"] == "The answer is 5."


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ('{"a": 1}', "json", {"a": 1}),
        ("[1, 2, 3]", "json", [1, 2, 3]),
        ('```json\n{"a": 1}\n```', "json", {"a": 1}),
        ("```\nrows[1]{a}:\n  1\n```", "ktof", {"rows": [{"a": 1}]}),
        ("[2]: 1,2", "ktof", [1, 2]),
        ("Note: the answer is 5", "text", "Note: the answer is 5"),
        ("42", "text", "42"),
        ("- one\n- two", "text", "- one\n- two"),
        ("rows[3]{a}:\n  1", "text", "rows[3]{a}:\n  1"),
        ('{"a": ', "text", '{"a": '),
        ("", "text", ""),
    ],
)
async def test_a_reply_is_json_ktof_or_text_and_says_which(text: str, kind: str, value: Any) -> None:
    async with KaizenClient.embedded() as kaizen:
        read = await read_reply(kaizen, text)
    assert (read["kind"], read["result"], read["text"]) == (kind, value, text)


def test_a_missing_vendor_says_how_to_install_it() -> None:
    with pytest.raises(KaizenConfigError, match=r"kaizen-client\[openai\]"):
        vendor_module("no_such_vendor", "openai")
