from __future__ import annotations

from typing import Any

import pytest

USERS: Any = {"users": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]}
USERS_KTOF = "users[2]{id,name}:\n  1,Ada\n  2,Grace"

POSTS = [
    "/v1/compress",
    "/v1/decompress",
    "/v1/optimize",
    "/v1/optimize/request",
    "/v1/optimize/response",
    "/v1/prompts/encode",
    "/v1/prompts/decode",
]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/compress", "data"),
        ("/v1/optimize", "data"),
        ("/v1/optimize/request", "prompt"),
        ("/v1/prompts/encode", "prompt"),
    ],
)
def test_an_encoding_route_gives_ktof(call: Any, path: str, field: str) -> None:
    assert call(path, {field: USERS}).body["result"] == USERS_KTOF


@pytest.mark.parametrize(
    ("path", "field", "member"),
    [
        ("/v1/decompress", "data", "data"),
        ("/v1/optimize/response", "ktof", "result"),
        ("/v1/prompts/decode", "ktof", "result"),
    ],
)
def test_a_decoding_route_gives_the_value(call: Any, path: str, field: str, member: str) -> None:
    assert call(path, {field: USERS_KTOF}).body[member] == USERS


@pytest.mark.parametrize("value", [None, True, 0, -1.5, "", "text", [], {}, [None], {"": {}}, USERS, "\u2028\x0b"])
def test_what_is_compressed_decompresses_to_the_same(call: Any, value: Any) -> None:
    text = call("/v1/compress", {"data": value}).body["result"]
    answered = call("/v1/decompress", {"data": text})
    assert (answered.status, answered.body["data"]) == (200, value)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (None, USERS_KTOF),
        ({}, USERS_KTOF),
        ({"indent": None, "delimiter": None, "length_marker": None}, USERS_KTOF),
        ({"indent": 1}, "users[2]{id,name}:\n 1,Ada\n 2,Grace"),
        ({"indent": 1.0}, "users[2]{id,name}:\n 1,Ada\n 2,Grace"),
        ({"delimiter": "|"}, "users[2|]{id|name}:\n  1|Ada\n  2|Grace"),
        ({"delimiter": "\t"}, "users[2\t]{id\tname}:\n  1\tAda\n  2\tGrace"),
        ({"length_marker": True}, "users[#2]{id,name}:\n  1,Ada\n  2,Grace"),
        ({"length_marker": "#"}, "users[#2]{id,name}:\n  1,Ada\n  2,Grace"),
        ({"length_marker": False}, USERS_KTOF),
    ],
)
def test_options_shape_the_text_and_null_means_the_default(call: Any, options: Any, text: str) -> None:
    assert call("/v1/compress", {"data": USERS, "options": options}).body["result"] == text


def test_strict_reading_is_the_default_and_can_be_switched_off(call: Any) -> None:
    too_few = "users[3]{id,name}:\n  1,Ada\n  2,Grace"
    assert call("/v1/decompress", {"data": too_few}).status == 400
    assert call("/v1/decompress", {"data": too_few, "options": {"strict": None}}).status == 400
    lenient = call("/v1/decompress", {"data": too_few, "options": {"strict": False}})
    assert (lenient.status, lenient.body["data"]) == (200, USERS)


def test_the_indent_of_reading_must_match_the_text(call: Any) -> None:
    text = "a:\n   b:\n      c: 1"
    assert call("/v1/decompress", {"data": text}).status == 400
    assert call("/v1/decompress", {"data": text, "options": {"indent": 3}}).body["data"] == {"a": {"b": {"c": 1}}}


def test_an_empty_text_is_the_empty_object(call: Any) -> None:
    assert call("/v1/decompress", {"data": ""}).body["data"] == {}


@pytest.mark.parametrize("path", POSTS)
def test_a_post_route_answers_another_method_with_405_and_what_it_allows(call: Any, path: str) -> None:
    answered = call(path, method="GET")
    assert (answered.status, answered.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["POST", "HEAD", "DELETE", "OPTIONS"])
def test_health_is_read_only(call: Any, method: str) -> None:
    answered = call("/", method=method)
    assert (answered.status, answered.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("path", ["/v1", "/v1/compress/", "/v2/compress", "/health", "//", "v1/compress"])
def test_an_unknown_route_is_a_404(call: Any, path: str) -> None:
    answered = call(path, {"data": 1})
    assert (answered.status, answered.body["detail"]) == (404, "Not Found")


@pytest.mark.parametrize("path", ["/v1/compress?", "/v1/compress?a=/v1/optimize&b=?"])
def test_a_query_string_is_ignored(call: Any, path: str) -> None:
    assert call(path, {"data": 1}).body["operation"] == "compress"


@pytest.mark.parametrize("path", ["/?now", "", "?now"])
def test_health_is_at_the_root_however_it_is_spelled(call: Any, path: str) -> None:
    assert call(path, method="GET").body["operation"] == "health"


def test_fields_nobody_knows_are_ignored(call: Any) -> None:
    body = {"data": USERS, "later": [1], "options": {"later": {}}}
    assert call("/v1/compress", body).body["result"] == USERS_KTOF


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", "application/problem+json", ""]
)
def test_a_json_content_type_or_none_is_taken(call: Any, content_type: str) -> None:
    assert call("/v1/compress", {"data": 1}, headers={"Content-Type": content_type}).status == 200


def test_a_byte_order_mark_is_no_part_of_the_body(call: Any) -> None:
    assert call("/v1/compress", raw=b'\xef\xbb\xbf{"data": 1}').status == 200


@pytest.mark.parametrize(("path", "raw"), [("/", b""), ("/v1/compress", b'{"data": 1}'), ("/v1/compress", b"{")])
@pytest.mark.parametrize("name", ["x-request-id", "X-Request-ID"])
def test_the_request_id_is_the_callers(call: Any, path: str, raw: bytes, name: str) -> None:
    answered = call(path, raw=raw, headers={name: "call 17"})
    assert answered.headers["x-request-id"] == "call 17"
    assert answered.body.get("request_id", "call 17") == "call 17"


def test_without_a_request_id_each_reply_gets_a_fresh_one(call: Any) -> None:
    first, second = (call("/v1/nothing") for _ in range(2))
    assert len(first.headers["x-request-id"]) == 32
    assert first.headers["x-request-id"] == first.body["request_id"]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@pytest.mark.parametrize("sent", ["", " ", "a\r\nset-cookie: b", "\ud800", "é", "a" * 257])
def test_a_request_id_that_no_header_can_carry_is_replaced(call: Any, sent: Any) -> None:
    assert len(call("/", headers={"x-request-id": sent}).headers["x-request-id"]) == 32


@pytest.mark.parametrize("path", ["/", "/v1/nothing", *POSTS])
def test_every_reply_is_json(call: Any, path: str) -> None:
    assert call(path, {}).headers["content-type"] == "application/json"
