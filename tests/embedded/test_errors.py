from __future__ import annotations

import re
from typing import Any

import pytest

from kaizen_client.embedded import Engine, _operations

DEEP: Any = "deep"
for _ in range(600):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/decompress", {"data": "users[2]{id}:\n  1"}, 400, "malformed_ktof"),
        ("/v1/optimize/response", {"ktof": 'a: "open'}, 400, "malformed_ktof"),
        ("/v1/prompts/decode", {"ktof": "a[1]{"}, 400, "malformed_ktof"),
        ("/v1/compress", {"data": 1, "options": {"delimiter": ";"}}, 400, "invalid_option"),
        ("/v1/prompts/encode", {"prompt": "text", "options": {"delimiter": " "}}, 400, "invalid_option"),
        ("/v1/optimize", {"data": 1, "options": {"length_marker": "*"}}, 400, "invalid_option"),
        ("/v1/optimize", {"data": 1, "options": {"length_marker": ""}}, 400, "invalid_option"),
        ("/v1/compress", {"data": 1, "options": {"indent": 10**12}}, 400, "invalid_option"),
        ("/v1/compress", {"data": "\ud800"}, 400, "unsupported_value"),
        ("/v1/prompts/encode", {"prompt": {"a": "\udfff"}}, 400, "unsupported_value"),
        ("/v1/prompts/encode", {"prompt": "text \ud800"}, 400, "unsupported_value"),
        ("/v1/compress", {}, 422, "validation_error"),
        ("/v1/unknown", {}, 404, "not_found"),
    ],
)
def test_errors_have_the_documented_status_and_name_themselves(
    call: Any, path: str, body: Any, status: int, code: str
) -> None:
    answered = call(path, body)
    assert (answered.status, answered.body["code"]) == (status, code)
    assert answered.body["detail"]
    assert answered.body["request_id"] == answered.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/v1/decompress", "/v1/optimize/response", "/v1/prompts/decode"])
def test_malformed_ktof_is_placed_by_line_and_column(call: Any, path: str) -> None:
    field = "data" if path == "/v1/decompress" else "ktof"
    detail = call(path, {field: 'ok: 1\nbad: "open'}).body["detail"]
    assert re.search(r"\bline 2, column \d+\b", detail)


@pytest.mark.parametrize(
    ("path", "field"), [("/v1/compress", "data"), ("/v1/optimize/request", "prompt"), ("/v1/prompts/encode", "prompt")]
)
def test_a_value_too_deep_for_the_notation_is_refused(call: Any, path: str, field: str) -> None:
    assert call(path, {field: DEEP}).status == 400


@pytest.mark.parametrize(
    "raw",
    [
        b'{"data": 1e999}',
        b'{"data": [-1e999]}',
        b'{"data": 1, "metadata": {"a": 1e999}}',
        b'{"data": ' + b"9" * 5000 + b"}",
    ],
    ids=["overflow", "nested overflow", "overflow in metadata", "5,000 digits"],
)
def test_a_number_that_would_not_come_back_is_refused_rather_than_changed(call: Any, raw: bytes) -> None:
    answered = call("/v1/compress", raw=raw)
    assert (answered.status, answered.body["code"]) == (400, "unsupported_value")


def test_a_body_over_the_limit_is_a_413_and_one_at_the_limit_is_not(call: Any) -> None:
    raw = b'{"data": 1}'
    assert call("/v1/compress", raw=raw, max_body_bytes=len(raw)).status == 200
    answered = call("/v1/compress", raw=raw, max_body_bytes=len(raw) - 1)
    assert (answered.status, answered.body["code"]) == (413, "payload_too_large")


def test_a_limit_below_one_byte_is_refused() -> None:
    with pytest.raises(ValueError, match="max_body_bytes"):
        Engine(max_body_bytes=0)


def test_a_fault_of_the_engine_is_a_500_that_quotes_nothing(
    call: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(body: object) -> Any:
        raise KeyError("customer 4711")

    monkeypatch.setitem(_operations.OPERATIONS, "/v1/compress", broken)
    answered = call("/v1/compress", {"data": "customer 4711"})
    assert (answered.status, answered.body["code"]) == (500, "internal_error")
    assert "KeyError" in answered.body["detail"]
    assert "4711" not in str(answered)
    assert not caplog.records
