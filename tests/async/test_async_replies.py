"""A reply that is not the contract is an error of the tree, with all that is known on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kaizen_client import (
    KaizenAPIError,
    KaizenAuthenticationError,
    KaizenBadRequestError,
    KaizenClient,
    KaizenError,
    KaizenExpiredError,
    KaizenNotFoundError,
    KaizenPayloadTooLargeError,
    KaizenPermissionError,
    KaizenRateLimitError,
    KaizenResponseError,
    KaizenServerError,
    KaizenValidationError,
    Saving,
)

pytestmark = pytest.mark.usefixtures("both_ways")

DEEP = b"[" * 100_000

NOT_THE_CONTRACT = {
    "empty": b"",
    "blank": b" \n",
    "html": b"<html>busy</html>",
    "null": b"null",
    "list": b"[1, 2]",
    "string": b'"done"',
    "number": b"7",
    "truncated": b'{"result": "x',
    "bad UTF-8": b'{"result": "\xff\xfe"}',
    "not a number": b'{"result": "x", "stats": {"reduction_ratio": NaN}}',
    "long integer": b'{"result": ' + b"9" * 5000 + b"}",
    "deep": b'{"result": "x", "more": ' + DEEP,
    "no result": b'{"status": "ok"}',
    "result null": b'{"result": null}',
    "result no text": b'{"result": {"a": 1}}',
}


@pytest.mark.parametrize("name", NOT_THE_CONTRACT)
async def test_a_success_that_is_not_the_contract_is_a_response_error(
    name: str, script: Any, reply: Callable[..., Any]
) -> None:
    body = NOT_THE_CONTRACT[name]
    transport = script(reply(200, body, x_request_id="theirs"))
    async with KaizenClient(transport=transport, base_url="http://kaizen.example") as client:
        with pytest.raises(KaizenResponseError) as caught:
            await client.compress(data=1, metadata={"trace": 1})
    error = caught.value
    assert isinstance(error, ValueError)
    assert error.status_code == 200
    assert error.headers["content-type"] == "application/json"
    assert error.request_id == "theirs"
    assert error.metadata == {"trace": 1}
    assert [attempt.status for attempt in error.attempts] == [200]
    assert len(transport.sent) == 1
    assert len(str(error)) < 600


@pytest.mark.parametrize("status", [201, 202, 206, 299])
async def test_any_success_status_is_read(status: int, script: Any, reply: Callable[..., Any]) -> None:
    async with KaizenClient(transport=script(reply(status)), base_url="http://kaizen.example") as client:
        result = await client.compress(data=1)
    assert result.value == "x"
    assert result.http is not None
    assert result.http.status == status


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
async def test_a_reply_in_another_unicode_encoding_is_read(
    encoding: str, script: Any, reply: Callable[..., Any]
) -> None:
    body = json.dumps({"result": "naïve"}, ensure_ascii=False).encode(encoding)
    async with KaizenClient(transport=script(reply(200, body)), base_url="http://kaizen.example") as client:
        assert (await client.compress(data=1)).value == "naïve"


async def test_malformed_statistics_never_fail_a_call(script: Any, reply: Callable[..., Any]) -> None:
    body = b'{"result": "x", "stats": {"original_bytes": "many"}, "token_stats": [1], "meta": 7, "metadata": 3}'
    async with KaizenClient(transport=script(reply(200, body)), base_url="http://kaizen.example") as client:
        result = await client.compress(data=1, metadata={"trace": 1})
    assert result.stats is not None
    assert result.stats.original_bytes is None
    assert result.token_stats is None
    assert result.savings.tokens == {}
    assert result.savings.bytes == Saving(1, 1, "bytes")
    assert result.metadata == {"trace": 1}


STATUSES = {
    400: KaizenBadRequestError,
    401: KaizenAuthenticationError,
    403: KaizenPermissionError,
    404: KaizenNotFoundError,
    410: KaizenExpiredError,
    413: KaizenPayloadTooLargeError,
    418: KaizenAPIError,
    422: KaizenValidationError,
    429: KaizenRateLimitError,
    451: KaizenAPIError,
    499: KaizenAPIError,
    500: KaizenServerError,
    501: KaizenServerError,
    502: KaizenServerError,
    503: KaizenServerError,
    520: KaizenServerError,
    529: KaizenServerError,
    599: KaizenServerError,
}
BODIES = {
    "json": (b'{"detail": "no", "code": "c", "request_id": "theirs"}', "application/json"),
    "html": (b"<html><h1>Bad gateway</h1></html>", "text/html"),
    "empty": (b"", "text/plain"),
    "list": (b"[]", "application/json"),
    "bad UTF-8": (b"\xfa\xfb\xfc", "application/json"),
    "deep": (DEEP, "application/json"),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("body", BODIES)
async def test_an_error_reply_is_typed_by_its_status_whatever_its_body(
    status: int, body: str, script: Any, reply: Callable[..., Any]
) -> None:
    content, kind = BODIES[body]
    transport = script(reply(status, content, content_type=kind))
    async with KaizenClient(transport=transport, base_url="http://kaizen.example", max_retries=0) as client:
        with pytest.raises(KaizenError) as caught:
            await client.compress(data=1, metadata={"trace": 1}, request_id="mine")
    error = caught.value
    assert type(error) is STATUSES[status]
    assert isinstance(error, KaizenAPIError)
    assert error.status_code == status
    assert error.metadata == {"trace": 1}
    assert error.request_id == ("theirs" if body == "json" else "mine")
    assert (error.detail, error.code) == (("no", "c") if body == "json" else (None, None))
    if body == "html":
        assert error.payload == content.decode()


async def test_a_key_that_the_service_repeats_does_not_reach_the_error(script: Any, reply: Callable[..., Any]) -> None:
    body = b'{"detail": "the key marked-secret-1 is not known"}'
    transport = script(reply(401, body))
    async with KaizenClient(transport=transport, base_url="http://k.example", api_key="marked-secret-1") as client:
        with pytest.raises(KaizenAuthenticationError) as caught:
            await client.compress(data=1)
    assert "marked-secret-1" not in str(caught.value) + repr(caught.value) + str(vars(caught.value))
    assert "is not known" in str(caught.value)
