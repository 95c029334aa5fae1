from __future__ import annotations

from typing import Any

import pytest

ENCODERS = [
    ("/v1/compress", "data"),
    ("/v1/optimize", "data"),
    ("/v1/optimize/request", "prompt"),
    ("/v1/prompts/encode", "prompt"),
]
DECODERS = [("/v1/decompress", "data"), ("/v1/optimize/response", "ktof"), ("/v1/prompts/decode", "ktof")]


def problems(answered: Any) -> list[tuple[str, str]]:
    """Return where and of what type a 422's problems are."""
    assert (answered.status, answered.body["code"]) == (422, "validation_error")
    for problem in answered.body["detail"]:
        assert problem.keys() == {"loc", "msg", "type"}
        assert problem["msg"]
    return [(".".join(map(str, problem["loc"])), problem["type"]) for problem in answered.body["detail"]]


@pytest.mark.parametrize(("path", "field"), [*ENCODERS, *DECODERS])
def test_the_required_field_is_required(call: Any, path: str, field: str) -> None:
    answered = call(path, {})
    assert answered.status == 422
    assert answered.body["detail"] == [{"loc": ["body", field], "msg": "Field required", "type": "missing"}]


@pytest.mark.parametrize(("path", "field"), ENCODERS)
def test_null_is_a_value_to_encode(call: Any, path: str, field: str) -> None:
    answered = call(path, {field: None})
    assert (answered.status, answered.body["result"]) == (200, "null")


@pytest.mark.parametrize("value", [None, 1, True, [], {}])
@pytest.mark.parametrize(("path", "field"), DECODERS)
def test_what_is_decoded_is_a_string(call: Any, path: str, field: str, value: Any) -> None:
    assert problems(call(path, {field: value})) == [(f"body.{field}", "string_type")]


@pytest.mark.parametrize(
    ("body", "kind"),
    [(None, "missing"), ([], "model_attributes_type"), ("a", "model_attributes_type"), (1, "model_attributes_type")],
)
@pytest.mark.parametrize(("path", "field"), [*ENCODERS, *DECODERS])
def test_the_body_is_an_object(call: Any, path: str, field: str, body: Any, kind: str) -> None:
    assert problems(call(path, body)) == [("body", kind)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ("body.options", "model_attributes_type")),
        ("indent", ("body.options", "model_attributes_type")),
        (False, ("body.options", "model_attributes_type")),
        ({"indent": True}, ("body.options.indent", "int_type")),
        ({"indent": "2"}, ("body.options.indent", "int_type")),
        ({"indent": [2]}, ("body.options.indent", "int_type")),
        ({"indent": 1.5}, ("body.options.indent", "int_from_float")),
        ({"indent": 0}, ("body.options.indent", "greater_than_equal")),
        ({"indent": -1.0}, ("body.options.indent", "greater_than_equal")),
        ({"delimiter": 1}, ("body.options.delimiter", "string_type")),
        ({"delimiter": ""}, ("body.options.delimiter", "string_too_short")),
        ({"delimiter": ",,"}, ("body.options.delimiter", "string_too_long")),
    ],
)
@pytest.mark.parametrize(("path", "field"), ENCODERS)
def test_encode_options_are_checked(call: Any, path: str, field: str, options: Any, expected: tuple[str, str]) -> None:
    assert problems(call(path, {field: 1, "options": options})) == [expected]


@pytest.mark.parametrize("marker", [1, [], {}])
def test_a_length_marker_is_a_bool_or_a_string(call: Any, marker: Any) -> None:
    assert problems(call("/v1/compress", {"data": 1, "options": {"length_marker": marker}})) == [
        ("body.options.length_marker.bool", "bool_type"),
        ("body.options.length_marker.str", "string_type"),
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ("body.options", "model_attributes_type")),
        ({"indent": False}, ("body.options.indent", "int_type")),
        ({"indent": 0}, ("body.options.indent", "greater_than_equal")),
        ({"strict": 1}, ("body.options.strict", "bool_type")),
        ({"strict": "true"}, ("body.options.strict", "bool_type")),
    ],
)
@pytest.mark.parametrize(("path", "field"), DECODERS)
def test_decode_options_are_checked(call: Any, path: str, field: str, options: Any, expected: tuple[str, str]) -> None:
    assert problems(call(path, {field: "a: 1", "options": options})) == [expected]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"indent": None, "strict": None}, "a:\n  b: 1"),
        ({"indent": 10**30}, "a: 1"),
        ({"strict": False}, "a: 1"),
    ],
)
@pytest.mark.parametrize(("path", "field"), DECODERS)
def test_decode_options_that_are_sound_are_taken(call: Any, path: str, field: str, options: Any, text: str) -> None:
    assert call(path, {field: text, "options": options}).status == 200


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [
        ("metadata", "trace-1", ("body.metadata", "dict_type")),
        ("metadata", [], ("body.metadata", "dict_type")),
        ("token_models", "gpt-4o", ("body.token_models", "list_type")),
        ("token_models", {"gpt-4o": 1}, ("body.token_models", "list_type")),
        ("token_models", ["gpt-4o", None], ("body.token_models.1", "string_type")),
    ],
)
@pytest.mark.parametrize(("path", "field"), ENCODERS)
def test_metadata_and_token_models_are_checked(
    call: Any, path: str, field: str, member: str, value: Any, expected: tuple[str, str]
) -> None:
    assert problems(call(path, {field: 1, member: value})) == [expected]


@pytest.mark.parametrize("value", [None, 1, "true", []])
@pytest.mark.parametrize("path", ["/v1/optimize/request", "/v1/prompts/encode"])
def test_auto_detect_json_is_a_bool_and_never_null(call: Any, path: str, value: Any) -> None:
    assert problems(call(path, {"prompt": 1, "auto_detect_json": value})) == [("body.auto_detect_json", "bool_type")]


@pytest.mark.parametrize(
    ("path", "body", "member"),
    [
        ("/v1/prompts/encode", {"prompt": 1}, "schemas"),
        ("/v1/prompts/decode", {"ktof": "1"}, "replay_meta"),
        ("/v1/prompts/decode", {"ktof": "1"}, "metadata"),
    ],
)
def test_schemas_and_replay_meta_are_objects_or_null(call: Any, path: str, body: Any, member: str) -> None:
    assert problems(call(path, {**body, member: []})) == [(f"body.{member}", "dict_type")]
    assert call(path, {**body, member: None}).status == 200


def test_all_problems_are_reported_together(call: Any) -> None:
    body = {"options": {"indent": "2", "delimiter": 1}, "auto_detect_json": None, "metadata": 1}
    assert problems(call("/v1/prompts/encode", body)) == [
        ("body.prompt", "missing"),
        ("body.options.indent", "int_type"),
        ("body.options.delimiter", "string_type"),
        ("body.auto_detect_json", "bool_type"),
        ("body.metadata", "dict_type"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"data: 1",
        b'{"data": 1} x',
        b"{'data': 1}",
        b'{"data": NaN}',
        b'{"data": [Infinity]}',
        b'{"data": -Infinity}',
        b'{"data": "\xff"}',
        b'{"data": "\xed\xa0\x80"}',
        '{"data": 1}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda raw: repr(raw[:16]),
)
@pytest.mark.parametrize(("path", "field"), [*ENCODERS, *DECODERS])
def test_a_body_that_is_not_json_is_said_to_be_so(call: Any, path: str, field: str, raw: bytes) -> None:
    ((place, kind),) = problems(call(path, raw=raw))
    assert place.startswith("body")
    assert kind == "json_invalid"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "json", "application/jsonl"]
)
def test_a_body_of_another_content_type_is_not_read(call: Any, content_type: str) -> None:
    answered = call("/v1/compress", {"data": 1}, headers={"content-type": content_type})
    assert problems(answered) == [("body", "model_attributes_type")]
