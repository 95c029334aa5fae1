"""Fail-open: an encode call that fails gives the original back where the caller asked for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kaizen_client import (
    KaizenAuthenticationError,
    KaizenClient,
    KaizenConfigError,
    KaizenConnectionError,
    KaizenPayloadError,
    KaizenPermissionError,
    KaizenServerError,
)

URL = "http://kaizen.example"
DATA = {"name": "Zoë", "n": [1, None]}
COMPACT = '{"name":"Zoë","n":[1,null]}'


@pytest.mark.parametrize(
    ("method", "field"),
    [("compress", "data"), ("optimize", "data"), ("optimize_request", "prompt"), ("prompts_encode", "prompt")],
)
async def test_an_encode_route_gives_the_original_as_compact_json(
    method: str, field: str, script: Any, reply: Callable[..., Any]
) -> None:
    transport = script(reply(503))
    async with KaizenClient(transport=transport, base_url=URL, max_retries=0, on_failure="passthrough") as client:
        result = await getattr(client, method)({field: DATA}, metadata={"trace": 1})
    assert result.value == result["result"] == COMPACT
    assert result.compressed is False
    assert isinstance(result.error, KaizenServerError)
    assert result.metadata == result.error.metadata == {"trace": 1}
    assert result["stats"]["reduction_ratio"] == 1.0
    assert result.savings.bytes.saved == 0
    assert result.http is None


async def test_a_string_prompt_is_unchanged(script: Any) -> None:
    transport = script(KaizenConnectionError("broke"))
    async with KaizenClient(transport=transport, base_url=URL, max_retries=0) as client:
        result = await client.prompts_encode(prompt='Say "hi"', on_failure="passthrough")
        text = await client.compress(data='Say "hi"', on_failure="passthrough")
    assert result.value == 'Say "hi"'
    assert text.value == '"Say \\"hi\\""'


async def test_a_call_may_ask_for_the_error(script: Any, reply: Callable[..., Any]) -> None:
    transport = script(reply(503))
    async with KaizenClient(transport=transport, base_url=URL, max_retries=0, on_failure="passthrough") as client:
        with pytest.raises(KaizenServerError):
            await client.compress(data=1, on_failure="raise")
        with pytest.raises(KaizenServerError):
            await client.decompress(data="id: 1")


async def test_a_callers_own_mistake_is_raised(script: Any, reply: Callable[..., Any]) -> None:
    transport = script(reply(401), reply(403))
    async with KaizenClient(transport=transport, base_url=URL, on_failure="passthrough") as client:
        with pytest.raises(KaizenAuthenticationError):
            await client.compress(data=1)
        with pytest.raises(KaizenPermissionError):
            await client.compress(data=1)
        with pytest.raises(KaizenPayloadError):
            await client.compress(data={1, 2})


async def test_one_line_is_logged_without_the_payload(
    script: Any, reply: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    transport = script(reply(503))
    async with KaizenClient(transport=transport, base_url=URL, max_retries=0, on_failure="passthrough") as client:
        await client.compress(data="marked-payload")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "marked-payload" not in caplog.text


async def test_a_success_is_compressed_and_has_no_error(script: Any, reply: Callable[..., Any]) -> None:
    async with KaizenClient(transport=script(reply(200)), base_url=URL, on_failure="passthrough") as client:
        result = await client.compress(data=1)
    assert result.compressed is True
    assert result.error is None


async def test_an_unknown_way_is_refused_before_anything_is_sent(script: Any, reply: Callable[..., Any]) -> None:
    transport = script(reply(503))
    async with KaizenClient(transport=transport, base_url=URL) as client:
        with pytest.raises(KaizenConfigError, match="on_failure"):
            await client.compress(data=1, on_failure="bogus")  # type: ignore[arg-type]
    assert transport.sent == []
