"""What a user of the async client writes: its types hold, and it runs on the embedded engine."""

from __future__ import annotations

from typing import Any, assert_type

import pytest

from kaizen_client import (
    AsyncKaizenClient,
    AttemptEvent,
    CompressResult,
    Counts,
    DecompressResult,
    EncodeRequest,
    HealthResult,
    KaizenClient,
    KaizenClientConfig,
    KaizenRateLimitError,
    KaizenResult,
    Meta,
    OptimizeRequestPayload,
    OptimizeRequestResult,
    OptimizeResponseResult,
    OptimizeResult,
    PromptsDecodeResult,
    PromptsEncodeResult,
    Saving,
    Stats,
    with_kaizen_client,
)
from kaizen_client.generated.api.compression import compress as compress_route
from kaizen_client.generated.client import Client
from kaizen_client.generated.models import CompressResult as CompressModel
from kaizen_client.generated.models import ErrorBody
from kaizen_client.generated.types import Response
from kaizen_client.testing import FakeKaizen


async def test_each_call_gives_its_own_result() -> None:
    prompt = {"messages": [{"role": "user", "content": "Hello"}]}
    async with KaizenClient.embedded() as client:
        assert_type(client, KaizenClient)
        assert_type(await client.health(), HealthResult)
        assert_type(await client.compress(data={"id": 1}), CompressResult)
        assert_type(await client.decompress(data="id: 1"), DecompressResult)
        assert_type(await client.optimize(data=[1, 2], token_models=["gpt-4o"]), OptimizeResult)
        assert_type(await client.optimize_request(OptimizeRequestPayload(prompt=prompt)), OptimizeRequestResult)
        assert_type(await client.optimize_response(ktof="answer: 42"), OptimizeResponseResult)
        encoded = await client.prompts_encode(prompt=prompt, metadata={"trace_id": "t-1"})
        assert_type(encoded, PromptsEncodeResult)
        assert_type(encoded.meta, Meta | None)
        decoded = await client.prompts_decode(ktof=encoded.value, replay_meta=encoded.meta)
        assert_type(decoded, PromptsDecodeResult)
        assert decoded.value == prompt
        assert_type(await client.request("POST", "/v1/compress", json={"data": 1}), KaizenResult)
        assert_type(client.counts, Counts)


async def test_a_result_is_typed() -> None:
    async with AsyncKaizenClient.embedded() as client:
        result = await client.compress(data=[{"id": 1}, {"id": 2}])
    assert_type(result.value, str)
    assert_type(result.stats, Stats | None)
    assert_type(result.savings.characters, Saving | None)
    assert_type(result.metadata, dict[str, Any])
    assert_type(result.parsed, CompressModel)


async def key() -> str:
    """Return a key, as an application fetches it from elsewhere."""
    return "key"


async def test_clients_are_made_in_every_documented_way(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[AttemptEvent] = []
    monkeypatch.setenv("KAIZEN_BASE_URL", "embedded:")
    client = KaizenClient.from_env(on_attempt=seen.append)
    async with client, client.with_options(timeout=120, max_retries=5) as patient:
        assert_type(patient, KaizenClient)
        assert (await patient.compress(data={"id": 1})).value == "id: 1"
    assert_type(seen[0].operation, str)
    assert_type(seen[0].seconds, float)
    await KaizenClient(KaizenClientConfig("https://kaizen.example", key)).close()
    await KaizenClient(base_url="https://kaizen.example", api_key=key).aclose()


async def test_a_call_takes_its_options_by_keyword() -> None:
    async with KaizenClient.embedded() as client:
        result = await client.compress(
            EncodeRequest(data={"id": 1}),
            timeout=5,
            deadline=10.0,
            max_retries=0,
            headers={"x-team": "a"},
            request_id="r-1",
            metadata={"trace_id": "t-1"},
            extra_body={"newer": True},
            on_failure="passthrough",
            prefer="ktof",
        )
    assert result.metadata == {"trace_id": "t-1"}


async def test_a_fake_service_plays_what_a_test_plans() -> None:
    service = FakeKaizen()
    service.fail_next(429, times=3)
    async with service.client() as client:
        assert_type(client, KaizenClient)
        with pytest.raises(KaizenRateLimitError) as limited:
            await client.compress(data=1)
    assert_type(limited.value.retry_after, float | None)
    assert_type(limited.value.status_code, int)


@with_kaizen_client(base_url="embedded:")
async def shrink(value: object, *, kaizen: KaizenClient) -> str:
    """Return a value as KTOF."""
    return (await kaizen.compress(data=value)).value


async def test_a_function_gets_a_client_and_keeps_its_type() -> None:
    async with KaizenClient.embedded() as client:
        text = await shrink({"id": 1}, kaizen=client)
    assert_type(text, str)
    assert text == "id: 1"


async def test_the_generated_modules_work_over_the_client() -> None:
    async with KaizenClient.embedded() as client:
        low = client.generated()
        assert_type(low, Client)
        reply = await compress_route.asyncio(client=low, body=EncodeRequest(data={"id": 1}))
        assert_type(reply, CompressModel | ErrorBody | None)
        detailed = await compress_route.asyncio_detailed(client=low, body=EncodeRequest(data={"id": 1}))
        assert_type(detailed, Response[CompressModel | ErrorBody])
    assert isinstance(reply, CompressModel)
    assert reply.result == "id: 1"
