"""Token counts: exact where the model's tokenizer is at hand, said to be an estimate where it is not, never words."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

ROUTES = [
    ("/v1/compress", "data"),
    ("/v1/optimize", "data"),
    ("/v1/optimize/request", "prompt"),
    ("/v1/prompts/encode", "prompt"),
]
ROWS = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]


@pytest.mark.parametrize(("path", "field"), ROUTES)
def test_the_documented_form_has_both_counts_by_model(call: Any, path: str, field: str) -> None:
    reply = call(path, {field: ROWS, "token_models": ["gpt-4o", "gpt-4", "claude-sonnet-4-5"]}).body
    assert reply["token_stats"] == {
        "gpt-4o": {"original": 19, "compressed": 18, "exact": True, "tokenizer": "o200k_base"},
        "gpt-4": {"original": 19, "compressed": 18, "exact": True, "tokenizer": "cl100k_base"},
        "claude-sonnet-4-5": {"original": 19, "compressed": 18, "exact": False, "tokenizer": "o200k_base"},
    }
    assert "token_stats_note" not in reply


@pytest.mark.parametrize(("path", "field"), ROUTES)
def test_the_server_form_has_tokens_and_bytes_of_either_side(call: Any, path: str, field: str) -> None:
    value = [{"id": 1, "name": "Zoë"}]
    reply = call(path, {field: value, "token_models": ["gpt-4"]}, envelope="server-notes").body
    raw, optimized = reply["token_stats"]["raw"]["gpt-4"], reply["token_stats"]["optimized"]["gpt-4"]
    assert raw["bytes"] == len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    assert optimized["bytes"] == len(reply["result"].encode())
    for counts in (raw, optimized):
        assert (counts["exact"], counts["tokenizer"]) == (True, "cl100k_base")
    assert (raw["tokens"], optimized["tokens"]) == (13, 13)


def test_a_prompt_that_stays_text_is_counted_as_the_text_it_is(call: Any) -> None:
    reply = call("/v1/prompts/encode", {"prompt": "tiktoken is great!", "token_models": ["gpt-4o"]}).body
    assert reply["token_stats"]["gpt-4o"]["original"] == reply["token_stats"]["gpt-4o"]["compressed"] == 6


def test_text_that_looks_like_a_special_token_is_counted_as_text(call: Any) -> None:
    reply = call("/v1/compress", {"data": "<|endoftext|>", "token_models": ["gpt-4o"]}).body
    assert reply["token_stats"]["gpt-4o"]["compressed"] > 1


def test_a_text_longer_than_the_tokenizer_takes_is_counted(call: Any) -> None:
    data = {"text": "word " * 300_000}
    assert call("/v1/compress", {"data": data, "token_models": ["gpt-4o"]}).body["token_stats"]["gpt-4o"][
        "original"
    ] == pytest.approx(300_000, abs=10)


@pytest.mark.parametrize("asked", [{}, {"token_models": None}, {"token_models": []}])
@pytest.mark.parametrize(("path", "field"), ROUTES)
def test_counts_nobody_asked_for_are_not_mentioned(call: Any, path: str, field: str, asked: dict[str, Any]) -> None:
    assert not {"token_stats", "token_stats_note"} & call(path, {field: [1], **asked}).body.keys()


@pytest.mark.parametrize("envelope", ["documented", "server-notes"])
@pytest.mark.parametrize(("path", "field"), ROUTES)
def test_without_the_extra_counts_are_null_with_the_way_to_get_them(
    call: Any, path: str, field: str, envelope: str, without_tokenizers: None
) -> None:
    reply = call(path, {field: [1], "token_models": ["gpt-4o"]}, envelope=envelope).body
    assert reply["token_stats"] is None
    assert "pip install 'kaizen-client[tokens]'" in reply["token_stats_note"]


def test_a_tokenizer_that_does_not_load_is_the_services_error(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Any:
        raise OSError("the data file is gone")

    monkeypatch.setattr("kaizen_client.embedded._tokenizers._load", broken)
    answered = call("/v1/compress", {"data": 1, "token_models": ["gpt-4o"]})
    assert (answered.status, answered.body["detail"]) == (500, "Unable to load tokenizer")
    assert call("/v1/compress", {"data": 1}).status == 200


@pytest.fixture
def without_tokenizers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the extra look uninstalled."""
    from kaizen_client.embedded import _tokenizers

    _tokenizers._load.cache_clear()
    monkeypatch.setitem(sys.modules, "bpe_openai", None)
