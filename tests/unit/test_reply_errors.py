"""From a reply that is no success to an error: its class, what it holds, and what its text leaves out."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

import kaizen_client.exceptions as module
from kaizen_client import (
    KaizenAPIError,
    KaizenAuthenticationError,
    KaizenResponseError,
    KaizenServerError,
    KaizenValidationError,
)
from kaizen_client.exceptions import error_from_reply, parsed_body
from kaizen_client.headers import Headers

pytestmark = pytest.mark.usefixtures("both_ways")

URL = "http://h/v1/compress"


def error_of(status: int, body: bytes, headers: dict[str, str] | None = None, **context: Any) -> KaizenAPIError:
    return error_from_reply(status, Headers(headers), body, url=URL, **context)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "KaizenBadRequestError"), (401, "KaizenAuthenticationError"), (403, "KaizenPermissionError"),
        (404, "KaizenNotFoundError"), (405, "KaizenAPIError"), (408, "KaizenAPIError"), (409, "KaizenAPIError"),
        (410, "KaizenExpiredError"), (413, "KaizenPayloadTooLargeError"), (418, "KaizenAPIError"),
        (422, "KaizenValidationError"), (429, "KaizenRateLimitError"), (499, "KaizenAPIError"),
        (500, "KaizenServerError"), (501, "KaizenServerError"), (502, "KaizenServerError"),
        (503, "KaizenServerError"), (520, "KaizenServerError"), (529, "KaizenServerError"),
        (599, "KaizenServerError"), (600, "KaizenServerError"), (999, "KaizenServerError"),
        (100, "KaizenResponseError"), (300, "KaizenResponseError"), (304, "KaizenResponseError"),
        (308, "KaizenResponseError"),
    ],
)  # fmt: skip
def test_each_status_has_its_class(status: int, name: str) -> None:
    error = error_of(status, b'{"detail": "said so"}')
    assert type(error) is getattr(module, name)
    assert error.status_code == status
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("body", "payload"),
    [
        (b"", ""),
        (b"  ", "  "),
        (b"<html><h1>502 Bad Gateway</h1></html>", "<html><h1>502 Bad Gateway</h1></html>"),
        (b"[1, 2]", [1, 2]),
        (b"null", None),
        (b'"text"', "text"),
        (b"5", 5),
        (b"{", "{"),
        (b'{"detail": NaN}', '{"detail": NaN}'),
        (b"\xfd\xfc\xfb", "\ufffd\ufffd\ufffd"),
        (b'{"detail": "\xc3"}', '{"detail": "\ufffd"}'),
        (b"[" * 100_000, "[" * 100_000),
        (b"1" * 5000, "1" * 5000),
        (b"\xef\xbb\xbf{}", {}),
        (b'{"detail": {"a": [1]}}', {"detail": {"a": [1]}}),
    ],
    ids=lambda value: repr(value)[:20],
)
@pytest.mark.parametrize("status", [400, 401, 422, 429, 500, 503, 302])
def test_an_odd_body_keeps_the_status_and_stays_out_of_the_text(status: int, body: bytes, payload: Any) -> None:
    error = error_of(status, body, {"Retry-After": "3"}, request_id="r-1", retry_after=3.0, metadata={"t": 1})
    assert error.payload == payload
    assert (error.status_code, error.request_id, error.retry_after, error.metadata) == (status, "r-1", 3.0, {"t": 1})
    assert error.headers["retry-after"] == "3"
    assert len(str(error)) < 300
    assert "<html>" not in str(error)
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), str(twin), twin.payload) == (type(error), str(error), payload)


@pytest.mark.parametrize("detail", ["{}", "[]", "5", "true", "null", '{"msg": "x"}', '[5, "x", null]', '[{"loc": 5}]'])
def test_a_detail_of_another_shape_breaks_no_error(detail: str) -> None:
    error = error_of(422, f'{{"detail": {detail}}}'.encode())
    assert isinstance(error, KaizenValidationError)
    assert isinstance(error.errors, list)
    assert all(isinstance(entry, dict) for entry in error.errors)
    assert "422" in str(error)


def test_a_validation_error_names_places_and_does_not_show_what_was_sent() -> None:
    body = b'{"detail": [{"loc": ["body", "rows", 3, "when"], "msg": "bad", "type": "t", "input": "PRIVATE"}]}'
    error = error_of(422, body)
    assert "body.rows.3.when: bad" in str(error)
    assert "PRIVATE" not in str(error)


def test_code_and_request_id_are_read_from_the_body_and_else_from_the_header() -> None:
    error = error_of(400, b'{"detail": "d", "code": "c-1", "request_id": "own"}', {"X-Request-ID": "h"}, request_id="r")
    assert (error.detail, error.code, error.request_id) == ("d", "c-1", "own")
    assert "request id own" in str(error)
    error = error_of(400, b'{"code": 5, "request_id": 7}', {"X-Request-ID": "h"}, request_id="r")
    assert (error.detail, error.code, error.request_id) == (None, None, "h")
    assert error_of(400, b"", request_id="r").request_id == "r"
    assert error_of(400, b"").request_id is None


def test_a_wrong_key_says_where_to_put_the_right_one() -> None:
    error = error_of(401, b'{"detail": "no"}')
    assert isinstance(error, KaizenAuthenticationError)
    assert "KAIZEN_API_KEY" in str(error)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_names_its_target_and_what_to_do(status: int) -> None:
    error = error_of(status, b"", {"Location": "https://elsewhere/v2"})
    assert isinstance(error, KaizenResponseError)
    assert "https://elsewhere/v2" in str(error)
    assert "base_url" in str(error)
    assert error.url == URL
    assert isinstance(error_of(status, b""), KaizenResponseError)


@pytest.mark.parametrize(
    "body", [b'{"detail": "key sk-1234 is bad"}', b"<b>sk-1234</b>", b'["sk-1234"]', b"\xffsk-1234"]
)
@pytest.mark.parametrize("status", [302, 400, 401, 422, 500])
def test_a_secret_the_body_repeats_is_in_no_part_of_the_error(status: int, body: bytes) -> None:
    error = error_of(status, body, secrets=["sk-1234"])
    assert "sk-1234" not in f"{error} {error!r} {error.__dict__}"
    assert b"sk-1234" not in pickle.dumps(error)
    assert "***" in str(error.payload)


def test_a_long_detail_is_cut() -> None:
    error = error_of(500, b'{"detail": "' + b"x" * 10_000 + b'"}')
    assert isinstance(error, KaizenServerError)
    assert len(str(error)) < 400
    assert error.detail == "x" * 10_000


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"x", "not JSON"),
        (b"\xff", "not text"),
        (b"[" * 100_000, "deeply"),
        (b"[NaN]", "NaN"),
    ],
)
def test_what_is_no_json_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parsed_body(body)


def test_of_a_long_body_the_beginning_is_kept_as_text() -> None:
    body = b'{"detail": "' + b"x" * 3_000_000 + b'"}'
    error = error_from_reply(500, Headers(), body, url="http://h/")
    assert isinstance(error.payload, str)
    assert len(error.payload) == 1024 * 1024


def test_deeply_nested_json_is_kept_as_text_and_can_be_pickled() -> None:
    body = b'{"detail": ' + b"[" * 500 + b"]" * 500 + b"}"
    error = error_from_reply(500, Headers(), body, url="http://h/", secrets=["a-long-secret"])
    assert error.payload == body.decode()
    assert pickle.loads(pickle.dumps(error)).payload == error.payload


def test_a_request_id_of_the_services_is_one_line() -> None:
    body = json.dumps({"detail": "x", "request_id": "a\nERROR forged \ud800" + "y" * 5000}).encode()
    error = error_from_reply(500, Headers(), body, url="http://h/")
    assert "\n" not in str(error)
    assert str(error).encode()
    assert len(str(error.request_id)) < 400
