from __future__ import annotations

from typing import Any

import pytest

ROUTES = [
    ("/v1/compress", "data"),
    ("/v1/optimize", "data"),
    ("/v1/optimize/request", "prompt"),
    ("/v1/prompts/encode", "prompt"),
]


@pytest.mark.parametrize("envelope", ["documented", "server-notes"])
@pytest.mark.parametrize(("path", "field"), ROUTES)
def test_counts_that_were_asked_for_are_null_with_a_note(call: Any, path: str, field: str, envelope: str) -> None:
    reply = call(path, {field: [1], "token_models": ["gpt-4o"]}, envelope=envelope).body
    assert reply["token_stats"] is None
    assert reply["token_stats_note"] == "Token counts are not available in the embedded engine yet."


@pytest.mark.parametrize("asked", [{}, {"token_models": None}, {"token_models": []}])
@pytest.mark.parametrize(("path", "field"), ROUTES)
def test_counts_nobody_asked_for_are_not_mentioned(call: Any, path: str, field: str, asked: dict[str, Any]) -> None:
    assert not {"token_stats", "token_stats_note"} & call(path, {field: [1], **asked}).body.keys()
