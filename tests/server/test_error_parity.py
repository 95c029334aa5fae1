"""One request, one error: from the engine, through both clients in process, and through both clients over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from kaizen_client import (
    KaizenAPIError,
    KaizenAuthenticationError,
    KaizenBadRequestError,
    KaizenClient,
    KaizenNotFoundError,
    KaizenPayloadTooLargeError,
    KaizenRateLimitError,
    KaizenValidationError,
    SyncKaizenClient,
)
from kaizen_client.embedded import Engine
from kaizen_client.embedded.server import Rate
from kaizen_client.transports.embedded import AsyncEmbeddedTransport, EmbeddedTransport

KEY = "the-key"
LIMIT = 1500
#: One more than the notation takes.
LEVELS = 513
ENVELOPES = ["documented", "server-notes"]


class Case(NamedTuple):
    """A request, and the error that it must end in."""

    name: str
    path: str
    json: Any
    error: type[KaizenAPIError]
    status: int
    code: str
    method: str = "POST"
    key: str | None = KEY
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


CASES = [
    Case("malformed KTOF", "/v1/decompress", {"data": "a[3]: 1,2"}, KaizenBadRequestError, 400, "malformed_ktof"),
    Case("malformed reply", "/v1/optimize/response", {"ktof": 'a: "x'}, KaizenBadRequestError, 400, "malformed_ktof"),
    Case("malformed prompt", "/v1/prompts/decode", {"ktof": "a[1]{"}, KaizenBadRequestError, 400, "malformed_ktof"),
    Case(
        "wrong indent of the text",
        "/v1/decompress",
        {"data": "a:\n   b: 1", "options": {"indent": 2}},
        KaizenBadRequestError,
        400,
        "malformed_ktof",
    ),
    Case(
        "bad delimiter",
        "/v1/compress",
        {"data": 1, "options": {"delimiter": ";"}},
        KaizenBadRequestError,
        400,
        "invalid_option",
    ),
    Case(
        "bad length marker",
        "/v1/optimize",
        {"data": 1, "options": {"length_marker": "*"}},
        KaizenBadRequestError,
        400,
        "invalid_option",
    ),
    Case(
        "indent beyond reason",
        "/v1/prompts/encode",
        {"prompt": 1, "options": {"indent": 65}},
        KaizenBadRequestError,
        400,
        "invalid_option",
    ),
    Case("too deep", "/v1/compress", {"data": nested(LEVELS)}, KaizenBadRequestError, 400, "unsupported_value"),
    Case("no key", "/v1/compress", {"data": 1}, KaizenAuthenticationError, 401, "unauthorized", key=None),
    Case("invalid key", "/v1/compress", {"data": 1}, KaizenAuthenticationError, 401, "unauthorized", key="another"),
    Case("invalid key, no route", "/v1/none", {}, KaizenAuthenticationError, 401, "unauthorized", key="another"),
    Case("unknown route", "/v1/nothing", {"data": 1}, KaizenNotFoundError, 404, "not_found"),
    Case("unknown method", "/v1/compress", None, KaizenAPIError, 405, "method_not_allowed", method="GET"),
    Case("too large", "/v1/compress", {"data": "x" * LIMIT}, KaizenPayloadTooLargeError, 413, "payload_too_large"),
    Case(
        "compressed",
        "/v1/compress",
        {"data": 1},
        KaizenAPIError,
        415,
        "unsupported_encoding",
        headers={"content-encoding": "gzip"},
    ),
    Case("missing field", "/v1/compress", {}, KaizenValidationError, 422, "validation_error"),
    Case("wrong type", "/v1/decompress", {"data": 7}, KaizenValidationError, 422, "validation_error"),
    Case(
        "several problems",
        "/v1/prompts/encode",
        {"options": {"indent": 0}, "metadata": 1, "token_models": "gpt-4o"},
        KaizenValidationError,
        422,
        "validation_error",
    ),
    Case("no object", "/v1/optimize/request", [1], KaizenValidationError, 422, "validation_error"),
    Case(
        "not said to be JSON",
        "/v1/compress",
        {"data": 1},
        KaizenValidationError,
        422,
        "validation_error",
        headers={"content-type": "text/plain"},
    ),
]


class Seen(NamedTuple):
    """What a caller can see of an error."""

    error: type[Exception]
    status: int
    detail: Any
    code: str | None
    request_id: str | None
    fields: list[str]


def seen(error: KaizenAPIError) -> Seen:
    return Seen(
        type(error), error.status_code, error.detail, error.code, error.payload["request_id"], sorted(error.payload)
    )


def fields_of(case: Case) -> dict[str, str]:
    return {"x-request-id": "parity-1", **case.headers}


def from_engine(engine: Engine, case: Case) -> Seen:
    headers = {"content-type": "application/json", **fields_of(case)}
    if case.key is not None:
        headers["x-api-key"] = case.key
    body = b"" if case.json is None else json.dumps(case.json).encode()
    reply = engine.handle(case.method, case.path, headers, body)
    found = json.loads(reply.body)
    return Seen(case.error, reply.status, found["detail"], found["code"], found["request_id"], sorted(found))


def from_sync(settings: dict[str, Any], case: Case) -> Seen:
    with (
        SyncKaizenClient(**settings, api_key=case.key, max_retries=0) as client,
        pytest.raises(KaizenAPIError) as caught,
    ):
        client.request(case.method, case.path, json=case.json, headers=fields_of(case))
    return seen(caught.value)


def from_async(settings: dict[str, Any], case: Case) -> Seen:
    async def call() -> Seen:
        async with KaizenClient(**settings, api_key=case.key, max_retries=0) as client:
            with pytest.raises(KaizenAPIError) as caught:
                await client.request(case.method, case.path, json=case.json, headers=fields_of(case))
        return seen(caught.value)

    return asyncio.run(call())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.parametrize("envelope", ENVELOPES)
def test_an_error_is_the_same_by_every_way(serve: Callable[..., Any], envelope: Any, case: Case) -> None:
    engine = Engine(envelope=envelope, api_key=KEY, max_body_bytes=LIMIT)
    wanted = from_engine(engine, case)
    assert (wanted.status, wanted.code, wanted.request_id) == (case.status, case.code, "parity-1")
    assert wanted.fields == ["code", "detail", "request_id"]
    over_http = {"base_url": serve(engine).url}
    ways = {
        "sync, in process": from_sync({"base_url": "embedded:", "transport": EmbeddedTransport(engine)}, case),
        "async, in process": from_async({"base_url": "embedded:", "transport": AsyncEmbeddedTransport(engine)}, case),
        "sync, over HTTP": from_sync(over_http, case),
        "async, over HTTP": from_async(over_http, case),
    }
    assert ways == dict.fromkeys(ways, wanted)


def test_the_cases_cover_every_status_that_the_engine_has_for_a_request() -> None:
    assert {case.status for case in CASES} == {400, 401, 404, 405, 413, 415, 422}


@pytest.mark.parametrize("call", [from_sync, from_async])
def test_over_http_a_rate_limit_is_an_error_that_says_when_to_come_back(serve: Callable[..., Any], call: Any) -> None:
    served = serve(rate=Rate(1, 90), clock=lambda: 0.0)
    assert served.ask("POST", "/v1/compress", {"data": 1}).status == 200
    case = Case("rate", "/v1/compress", {"data": 1}, KaizenRateLimitError, 429, "rate_limited", key=None)
    found = call({"base_url": served.url}, case)
    assert found == Seen(
        KaizenRateLimitError,
        429,
        "Too many requests.",
        "rate_limited",
        "parity-1",
        ["code", "detail", "request_id"],
    )
    with SyncKaizenClient(base_url=served.url, max_retries=0) as client, pytest.raises(KaizenRateLimitError) as caught:
        client.compress(data=1)
    assert caught.value.retry_after == 90


@pytest.mark.parametrize(
    "headers",
    [{"content-type": "application/json"}, {}, {"content-type": "application/vnd.kaizen+json; charset=utf-8"}],
)
@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"null", b"\xff", b'{"data": NaN}', b'{"data": 1'])
def test_a_body_that_no_client_would_send_gets_what_the_engine_says(
    serve: Callable[..., Any], headers: dict[str, str], body: bytes
) -> None:
    engine = Engine()
    wanted = engine.handle("POST", "/v1/compress", {"x-request-id": "parity-1", **headers}, body)
    fields = {name.replace("-", "_"): value for name, value in headers.items()}
    got = serve(engine).ask("POST", "/v1/compress", body, x_request_id="parity-1", **fields)
    assert (got.status, got.body) == (wanted.status, json.loads(wanted.body))
    assert wanted.status == 422
