"""The error tree: pickling, hashing, texts, and the older client's constructors."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import pytest

import kaizen_client.exceptions as module
from kaizen_client import (
    Attempt,
    KaizenAPIError,
    KaizenConfigError,
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenError,
    KaizenPayloadError,
    KaizenPoolTimeoutError,
    KaizenRequestError,
    KaizenResponseError,
    KaizenServerError,
    KaizenTimeoutError,
    KaizenValidationError,
)
from kaizen_client.exceptions import error_from_reply
from kaizen_client.headers import Headers

CLASSES = [one for _, one in inspect.getmembers(module, inspect.isclass) if issubclass(one, KaizenError)]


def example(kind: type[KaizenError]) -> KaizenError:
    if issubclass(kind, KaizenResponseError):
        return kind(200, [1], {"Content-Type": "x"}, reason="no", url="http://k/", preview=b"[1]", request_id="r")
    if issubclass(kind, KaizenAPIError):
        return kind(
            418, {"detail": "no", "code": "c"}, {"A": "b"}, retry_after=2.0, attempts=[Attempt(1, 418, None, 0, 1, 0)]
        )
    if issubclass(kind, KaizenRequestError):
        return kind("broke", OSError("underneath"), metadata={"a": 1}, request_id="r")
    if issubclass(kind, KaizenPayloadError):
        return kind("no", path="data.a", remedy="mend it", metadata={"a": 1})
    return kind("no")


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_is_pickled_with_all_but_the_error_underneath(kind: type[KaizenError]) -> None:
    error = example(kind)
    error.metadata = {"trace": 1}
    error.add_note("a note")
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is kind
    assert str(twin) == str(error)
    assert twin.args == error.args
    assert vars(twin) == {**vars(error), **({"original": None} if isinstance(error, KaizenRequestError) else {})}
    assert hash(error) is not None
    assert {error} == {error}


def test_the_tree_is_as_documented() -> None:
    assert issubclass(KaizenPayloadError, ValueError)
    assert issubclass(KaizenResponseError, KaizenAPIError)
    assert issubclass(KaizenResponseError, ValueError)
    assert issubclass(KaizenDeadlineError, KaizenTimeoutError)
    assert issubclass(KaizenPoolTimeoutError, KaizenTimeoutError)
    assert issubclass(KaizenTimeoutError, KaizenRequestError)
    assert issubclass(KaizenConnectionError, KaizenRequestError)
    assert not issubclass(KaizenConfigError, KaizenRequestError)
    others = {"Attempt", "KaizenSecurityWarning", "error_from_reply"}
    assert set(module.__all__) - others == {one.__name__ for one in CLASSES}


def test_the_older_clients_constructors_work() -> None:
    error = KaizenAPIError(503, {"detail": "x"}, {"Retry-After": "1"})
    assert (error.status_code, error.payload, error.headers["retry-after"]) == (503, {"detail": "x"}, "1")
    cause = OSError("x")
    broken = KaizenRequestError("Failed to reach Kaizen API", cause)
    assert (broken.message, broken.original, str(broken)) == ("Failed to reach Kaizen API", cause, broken.message)


def test_the_text_tells_what_is_wrong_and_dumps_no_payload() -> None:
    error = KaizenServerError(500, {"detail": "boom", "request_id": "r-1", "echo": "x" * 10_000}, {})
    assert str(error) == "Kaizen API error 500 Internal Server Error: boom (request id r-1)"
    assert len(str(KaizenServerError(500, {"detail": "x" * 10_000}, {}))) < 400
    assert str(KaizenAPIError(599, "<html>", {})) == "Kaizen API error 599"


@pytest.mark.parametrize(
    ("detail", "errors", "text"),
    [
        (
            [{"loc": ["body", "data"], "msg": "Field required", "type": "missing"}],
            [{"loc": ["body", "data"], "msg": "Field required", "type": "missing"}],
            "body.data: Field required",
        ),
        ("data is required", [{"loc": [], "msg": "data is required", "type": "value_error"}], "data is required"),
        (None, [], "422"),
        ([7, {"msg": "x"}], [{"msg": "x"}], "x"),
        ([{"loc": 1, "msg": str(n)} for n in range(5)], None, "0; 1; 2; and 2 more"),
    ],
)
def test_a_validation_error_lists_what_is_wrong(detail: Any, errors: Any, text: str) -> None:
    error = KaizenValidationError(422, {"detail": detail}, {})
    assert errors is None or error.errors == errors
    assert text in str(error)


def test_a_secret_in_a_reply_is_replaced_before_anything_is_read() -> None:
    error = error_from_reply(
        403,
        Headers(),
        b'{"detail": "marked-1 and marked-1", "code": "marked-1"}',
        url="http://k/",
        secrets=["marked-1"],
    )
    assert "marked-1" not in str(error) + str(vars(error))
    assert error.detail == "*** and ***"


@pytest.mark.parametrize(
    "body", [b'{"detail": "bad marked\\/1"}', b'{"detail": "bad \\u006darked/1"}', b"bad marked/1", b'[["marked/1"]]']
)
def test_a_secret_is_found_however_the_reply_writes_it(body: bytes) -> None:
    headers = Headers({"Location": "http://k/?key=marked/1", "X-Request-ID": "marked/1"})
    for status in (302, 401):
        error = error_from_reply(status, headers, body, url="http://k/", secrets=["marked/1"])
        assert "marked/1" not in str(error) + str(vars(error)) + str(dict(error.headers))


def test_a_short_secret_leaves_the_replys_form_alone() -> None:
    error = error_from_reply(400, Headers(), b'{"detail": "no", "n": 123456}', url="http://k/", secrets=["123456"])
    assert (error.detail, error.payload["n"]) == ("no", 123456)


def test_a_deeply_nested_reply_is_an_error_of_the_tree_with_a_secret_too() -> None:
    for depth in (100, 400, 900, 50_000):
        body = b'{"detail": ' + b"[" * depth + b"]" * depth + b"}"
        assert isinstance(error_from_reply(500, Headers(), body, url="http://k/", secrets=["x1"]), KaizenServerError)


def test_a_text_of_the_services_is_one_printable_line() -> None:
    assert str(KaizenServerError(500, {"detail": "a\n\x1b[31mb\ud800"}, {})).endswith(": a  [31mb ")
