"""Metadata: client default, context, call; on results and on errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kaizen_client import (
    EncodeRequest,
    KaizenBadRequestError,
    KaizenClient,
    KaizenConnectionError,
    KaizenPayloadError,
    kaizen_metadata,
)


async def test_the_call_wins_over_the_context_and_that_over_the_client(service: Any) -> None:
    async with KaizenClient(base_url=service.url, default_metadata={"a": 1, "b": 1, "c": 1}) as client:
        with kaizen_metadata({"b": 2}, c=2):
            result = await client.compress(data=1, metadata={"c": 3})
    assert service.seen[0].json()["metadata"] == {"a": 1, "b": 2, "c": 3}
    assert result.metadata == {"a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize("payload", [{"data": 1, "metadata": {"b": 2}}, EncodeRequest(1, metadata={"b": 2})])  # type: ignore[arg-type]
async def test_metadata_of_a_payload_is_the_calls_own(service: Any, payload: Any) -> None:
    async with KaizenClient(base_url=service.url, default_metadata={"a": 1}) as client:
        await client.compress(payload)
        await client.compress(payload, metadata={"b": 3})
    assert [seen.json()["metadata"] for seen in service.seen] == [{"a": 1, "b": 2}, {"a": 1, "b": 3}]


async def test_it_is_sent_only_where_the_contract_has_the_field_and_kept_everywhere(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        decoded = await client.decompress(data="id: 1", metadata={"a": 1})
        health = await client.health(metadata={"a": 1})
    assert service.seen[0].json() == {"data": "id: 1"}
    assert decoded.metadata == health.metadata == {"a": 1}


async def test_no_metadata_sends_no_field(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        await client.compress(data=1)
        await client.compress({"data": 1, "metadata": None})
    assert [seen.json() for seen in service.seen] == [{"data": 1}] * 2


async def test_it_is_on_every_kind_of_error(service: Any, script: Any, reply: Callable[..., Any]) -> None:
    async with KaizenClient(base_url=service.url, default_metadata={"a": 1}) as client:
        with pytest.raises(KaizenBadRequestError) as bad:
            await client.decompress(data="a[1]: 1,2", metadata={"b": 2})
        with pytest.raises(KaizenPayloadError) as payload:
            await client.compress(data=float("nan"), metadata={"b": 2})
    transport = script(KaizenConnectionError("broke"))
    async with KaizenClient(
        transport=transport, base_url="http://k.example", max_retries=0, default_metadata={"a": 1}
    ) as client:
        with pytest.raises(KaizenConnectionError) as connection:
            await client.compress(data=1, metadata={"b": 2})
    assert [caught.value.metadata for caught in (bad, payload, connection)] == [{"a": 1, "b": 2}] * 3


@pytest.mark.parametrize("wrong", ["trace-1", ["trace-1"], 7, {1: 2}])
async def test_metadata_that_is_no_object_is_refused(service: Any, wrong: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        with pytest.raises(KaizenPayloadError, match="metadata"):
            await client.compress(data=1, metadata=wrong)
        with pytest.raises(KaizenPayloadError, match="metadata"):
            await client.compress({"data": 1, "metadata": wrong})
    assert service.seen == []
