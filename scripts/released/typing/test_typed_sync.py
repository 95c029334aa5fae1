"""What a user of the sync client writes: its types hold, and it runs on the embedded engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, assert_type

import pytest

from kaizen_client import (
    Attempt,
    CompressResult,
    Counts,
    DecompressResult,
    EncodeRequest,
    HealthResult,
    HttpInfo,
    KaizenAPIError,
    KaizenBadRequestError,
    KaizenClientConfig,
    KaizenConfigError,
    KaizenError,
    KaizenPayloadError,
    KaizenRateLimitError,
    KaizenRequestError,
    KaizenResult,
    KaizenServerError,
    KaizenTimeout,
    KaizenValidationError,
    Meta,
    OptimizeRequestResult,
    OptimizeResponseResult,
    OptimizeResult,
    PromptsDecodeResult,
    PromptsEncodeResult,
    RetryPolicy,
    Saving,
    Savings,
    Smaller,
    Stats,
    SyncKaizenClient,
    TokenCounts,
    TokenStats,
    kaizen_metadata,
    with_kaizen_client,
)
from kaizen_client.generated.api.compression import compress as compress_route
from kaizen_client.generated.api.system import health as health_route
from kaizen_client.generated.client import Client
from kaizen_client.generated.models import CompressResult as CompressModel
from kaizen_client.generated.models import ErrorBody
from kaizen_client.testing import FakeKaizen, RecordedCall


def test_each_call_gives_its_own_result() -> None:
    prompt = {"messages": [{"role": "user", "content": "Hello"}]}
    with SyncKaizenClient.embedded() as client:
        assert_type(client, SyncKaizenClient)
        assert_type(client.health(), HealthResult)
        assert_type(client.compress(data={"id": 1}), CompressResult)
        assert_type(client.optimize(data=[1, 2], token_models=["gpt-4o"]), OptimizeResult)
        assert_type(client.optimize_request(prompt=prompt, auto_detect_json=False), OptimizeRequestResult)
        assert_type(client.optimize_response(ktof="answer: 42"), OptimizeResponseResult)
        encoded = client.prompts_encode(prompt=prompt, options={"indent": 2}, schemas={"a": "b"})
        assert_type(encoded, PromptsEncodeResult)
        assert_type(encoded.value, str)
        assert_type(encoded.meta, Meta | None)
        decoded = client.prompts_decode(ktof=encoded.value, replay_meta=encoded.meta)
        assert_type(decoded, PromptsDecodeResult)
        assert decoded.value == prompt
        assert_type(client.request("GET", "/"), KaizenResult)
        assert_type(client.counts, Counts)
        assert_type(client.config, KaizenClientConfig)


def test_a_result_is_a_dict_and_a_typed_object() -> None:
    with SyncKaizenClient.embedded() as client:
        result = client.compress(data=[{"id": 1}, {"id": 2}], token_models=["gpt-4o"], metadata={"trace_id": "t-1"})
        back = client.decompress(data=result.value)
    assert_type(result.value, str)
    assert_type(result.result, str)
    assert_type(result.status, str | None)
    assert_type(result.operation, str | None)
    assert_type(result["result"], Any)
    assert_type(result.to_dict(), dict[str, Any])
    assert_type(result.metadata, dict[str, Any])
    assert_type(result.compressed, bool)
    assert_type(result.error, KaizenError | None)
    assert_type(result.request_id, str | None)
    assert_type(result.attempts, tuple[Attempt, ...])
    assert_type(result.http, HttpInfo | None)
    assert_type(result.stats, Stats | None)
    assert_type(result.token_stats, TokenStats | None)
    assert_type(result.meta, Meta | None)
    assert_type(result.parsed, CompressModel)
    assert_type(result.notation, Literal["ktof", "text_with_ktof", "json", "text"])
    assert_type(back, DecompressResult)
    assert_type(back.value, Any)
    if result.stats is not None:
        assert_type(result.stats.original_bytes, int | None)
        assert_type(result.stats.compressed_bytes, int | None)
        assert_type(result.stats.reduction_ratio, float | None)
    if result.token_stats is not None:
        assert_type(result.token_stats.entries, dict[str, TokenCounts])
    if result.http is not None:
        assert_type(result.http.status, int)
        assert_type(result.http.elapsed, float)
    assert back.value == [{"id": 1}, {"id": 2}]


def test_savings_are_numbers() -> None:
    with SyncKaizenClient.embedded() as client:
        result = client.compress(data=[{"id": 1}, {"id": 2}], prefer="smaller")
    assert_type(result.savings, Savings)
    assert_type(result.savings.bytes, Saving | None)
    assert_type(result.savings.tokens, dict[str, Saving])
    if result.savings.bytes is not None:
        assert_type(result.savings.bytes.original, int)
        assert_type(result.savings.bytes.percent, float)
    assert_type(result.smaller, Smaller)
    assert_type(result.smaller.text, str)
    assert_type(result.smaller.saving, Saving)


def test_clients_are_made_in_every_documented_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIZEN_BASE_URL", "embedded:")
    with SyncKaizenClient.from_env(max_retries=5) as client:
        assert_type(client, SyncKaizenClient)
        with client.with_options(timeout=KaizenTimeout(connect=2.0), retry_policy=RetryPolicy(base=1.0)) as patient:
            assert_type(patient, SyncKaizenClient)
            assert patient.compress(data={"id": 1}).value == "id: 1"
    config = KaizenClientConfig("https://kaizen.example/prefix", api_key=lambda: "key", default_metadata={"app": "x"})
    assert_type(config.base_url, str)
    assert_type(config.timeout, float | KaizenTimeout)
    assert_type(config.replace(timeout=5), KaizenClientConfig)
    assert_type(config.explain(), dict[str, str])
    SyncKaizenClient(config).close()
    SyncKaizenClient(base_url="https://kaizen.example", auth="bearer", log="error", verify_ssl=True).close()
    with pytest.raises(KaizenConfigError) as caught:
        SyncKaizenClient(timeout=-1)
    assert_type(caught.value.setting, str | None)


def test_a_call_takes_its_options_by_keyword() -> None:
    with SyncKaizenClient.embedded() as client:
        result = client.compress(
            EncodeRequest(data={"id": 1}),
            timeout=5,
            deadline=10.0,
            max_retries=0,
            headers={"x-team": "a", "x-not": None},
            request_id="r-1",
            metadata={"trace_id": "t-1"},
            extra_body={"newer": True},
            on_failure="passthrough",
            prefer="ktof",
        )
        assert client.decompress({"data": result.value}, timeout=KaizenTimeout(read=1.0)).value == {"id": 1}
    assert result.metadata == {"trace_id": "t-1"}


def test_metadata_of_a_block_reaches_the_result() -> None:
    client = SyncKaizenClient.embedded(default_metadata={"app": "billing"})
    with client, kaizen_metadata({"job": "nightly"}, step=1) as merged:
        assert_type(merged, dict[str, Any])
        assert client.compress(data=1).metadata == {"app": "billing", "job": "nightly", "step": 1}


def told(error: KaizenError) -> str:
    """Return what an application makes of an error."""
    assert_type(error.metadata, dict[str, Any])
    if isinstance(error, KaizenValidationError):
        assert_type(error.errors, list[dict[str, Any]])
    if isinstance(error, KaizenAPIError):
        assert_type(error.status_code, int)
        assert_type(error.payload, Any)
        assert_type(error.detail, Any)
        assert_type(error.headers, Mapping[str, str])
        assert_type(error.code, str | None)
        assert_type(error.request_id, str | None)
        assert_type(error.retry_after, float | None)
        assert_type(error.attempts, tuple[Attempt, ...])
        return f"{error.status_code} after {len(error.attempts)}"
    if isinstance(error, KaizenRequestError):
        assert_type(error.original, BaseException | None)
        assert_type(error.retryable, bool)
        assert_type(error.attempts, tuple[Attempt, ...])
        return "no reply"
    if isinstance(error, KaizenPayloadError):
        assert_type(error.path, str)
        assert_type(error.reason, str)
        assert_type(error.remedy, str)
        return error.path
    return str(error)


def test_errors_have_what_the_documentation_says() -> None:
    with SyncKaizenClient.embedded() as client:
        with pytest.raises(KaizenBadRequestError) as refused:
            client.decompress(data="rows[3]: 1,2")
        assert told(refused.value) == "400 after 1"
        with pytest.raises(KaizenPayloadError) as unsendable:
            client.compress(data={"when": {1, 2}})
        assert told(unsendable.value) == "data.when"


def test_a_fake_service_plays_what_a_test_plans() -> None:
    service = FakeKaizen(latency=0.5)
    service.fail_next(429, retry_after=2)
    service.fail_next(503, times=3, operation="decompress")
    with service.sync_client(max_retries=2) as client:
        assert_type(client, SyncKaizenClient)
        assert client.compress(data={"id": 1}).value == "id: 1"
        with pytest.raises(KaizenServerError) as outage:
            client.decompress(data="id: 1")
        assert told(outage.value) == "503 after 3"
    assert_type(service.calls, list[RecordedCall])
    assert_type(service.calls[0].status, int | None)
    assert [call.status for call in service.calls_of("compress")] == [429, 200]
    service.reset()
    assert_type(service.planned, int)
    assert issubclass(KaizenRateLimitError, KaizenAPIError)


@with_kaizen_client(base_url="embedded:")
def shrink(value: object, *, kaizen: SyncKaizenClient) -> str:
    """Return a value as KTOF."""
    return kaizen.compress(data=value).value


@with_kaizen_client
def grown(text: str, kaizen: SyncKaizenClient | None = None) -> Any:
    """Return the value of a text."""
    assert kaizen is not None
    return kaizen.decompress(data=text).value


def test_a_function_gets_a_client_and_keeps_its_type() -> None:
    with SyncKaizenClient.embedded() as client:
        assert_type(shrink({"id": 1}, kaizen=client), str)
        assert_type(grown("id: 1", client), Any)
        assert shrink({"id": 1}, kaizen=client) == "id: 1"


def test_the_generated_modules_work_over_the_client() -> None:
    with SyncKaizenClient.embedded() as client:
        low = client.generated()
        assert_type(low, Client)
        reply = compress_route.sync(client=low, body=EncodeRequest(data={"id": 1}))
        assert_type(reply, CompressModel | ErrorBody | None)
        assert isinstance(reply, CompressModel)
        assert_type(reply.result, str)
        detailed = health_route.sync_detailed(client=low)
        assert detailed.status_code == 200
        assert_type(detailed.content, bytes)
