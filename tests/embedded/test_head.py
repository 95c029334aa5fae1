"""What the head of a request decides: answered before the body has come, and just as it is with the body."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kaizen_client.embedded import Engine

KEY = {"x-api-key": "k", "x-request-id": "r-1"}
ENGINE = Engine(api_key="k", max_body_bytes=100, clock=lambda: 0.0)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 200),
        ("POST", "/v1/compress", {}, 401),
        ("POST", "/v1/compress", {"x-api-key": "other"}, 401),
        ("POST", "/v1/nothing", KEY, 404),
        ("GET", "/v1/compress", KEY, 405),
        ("POST", "/", KEY, 405),
        ("POST", "/v1/compress", {**KEY, "content-encoding": "gzip"}, 415),
        ("POST", "/v1/compress", {**KEY, "Content-Encoding": "identity, br"}, 415),
    ],
)
def test_the_head_alone_gives_the_reply_that_the_whole_request_gets(
    method: str, path: str, headers: dict[str, str], status: int
) -> None:
    headers = {"x-request-id": "r-1", **headers}
    early = ENGINE.handle_head(method, path, headers)
    assert early is not None
    assert early.status == status
    assert early == ENGINE.handle(method, path, headers, b'{"data": 1}')


@pytest.mark.parametrize(
    "headers", [KEY, {**KEY, "content-encoding": "identity"}, {**KEY, "content-encoding": ""}, {**KEY, "expect": "x"}]
)
def test_a_head_that_is_sound_leaves_it_to_the_body(headers: dict[str, str]) -> None:
    assert ENGINE.handle_head("POST", "/v1/compress", headers) is None
    assert ENGINE.handle("POST", "/v1/compress", headers, b'{"data": 1}').status == 200


@pytest.mark.parametrize(
    ("declared", "early"), [("100", False), ("101", True), ("9" * 18, True), ("9" * 30, False), ("many", False)]
)
def test_a_declared_length_is_believed_only_when_it_is_too_long(declared: str, early: bool) -> None:
    reply = ENGINE.handle_head("POST", "/v1/compress", {**KEY, "content-length": declared})
    assert (reply is not None) is early
    if reply is not None:
        assert (reply.status, json.loads(reply.body)["code"]) == (413, "payload_too_large")


def test_a_compressed_body_is_refused_and_told_what_would_do(call: Any) -> None:
    answered = call("/v1/compress", {"data": 1}, headers={"content-encoding": "gzip"})
    assert (answered.status, answered.body["code"]) == (415, "unsupported_encoding")
    assert answered.headers["accept-encoding"] == "identity"


def test_a_fault_of_the_engine_is_a_500_here_too() -> None:
    engine = Engine(clock=iter([0.0]).__next__)  # The second look at this clock fails.
    reply = engine.handle_head("GET", "/", {})
    assert reply is not None
    assert (reply.status, json.loads(reply.body)["code"]) == (500, "internal_error")
