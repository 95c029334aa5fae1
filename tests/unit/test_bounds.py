"""Bounds that the contract may set are held before anything is sent, nested ones by their path."""

from __future__ import annotations

from typing import Any

import pytest

from kaizen_client import KaizenPayloadError, SyncKaizenClient, _contract


def with_field(monkeypatch: pytest.MonkeyPatch, schema: dict[str, Any]) -> None:
    """Give `compress` a field `extra` of some schema, whose model takes any field."""
    fields = _contract.SCHEMAS["EncodeRequest"]["properties"]
    monkeypatch.setitem(fields, "extra", schema)
    monkeypatch.setitem(_contract.OPERATIONS, "compress", _contract.OPERATIONS["compress"]._replace(from_dict=True))


@pytest.mark.parametrize(
    ("schema", "allowed", "refused", "remedy"),
    [
        ({"type": "integer", "minimum": 0}, [0, 5], [-1], "use 0 or more"),
        ({"type": ["integer", "null"], "maximum": 3}, [3, None], [4], "use 3 or less"),
        ({"type": "number", "exclusiveMinimum": 0}, [0.1], [0, -1.5], "use more than 0"),
        ({"type": "number", "exclusiveMaximum": 1}, [0.9], [1], "use less than 1"),
        ({"type": "integer", "multipleOf": 5}, [0, 10], [7], "use a multiple of 5"),
        ({"type": "string", "minLength": 2}, ["ab"], ["a"], "use 2 characters or more"),
        ({"type": ["string", "null"], "maxLength": 2}, ["ab", None], ["abc"], "use 2 characters or fewer"),
        ({"type": "string", "pattern": "^a"}, ["ab"], ["b"], "use a text that matches ^a"),
        ({"type": "array", "minItems": 1}, [[1]], [[]], "use 1 entries or more"),
        ({"type": "array", "maxItems": 1}, [[1]], [[1, 2]], "use 1 entries or fewer"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_what_to_use(
    schema: dict[str, Any], allowed: list[Any], refused: list[Any], remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_field(monkeypatch, schema)
    with SyncKaizenClient.embedded() as client:
        for value in allowed:
            client.compress({"data": 1, "extra": value})
        for value in refused:
            with pytest.raises(KaizenPayloadError) as caught:
                client.compress({"data": 1, "extra": value})
            assert (caught.value.path, caught.value.remedy) == ("extra", remedy)


NESTED: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "depth": {"type": "integer", "minimum": 1}},
}


@pytest.mark.parametrize(
    ("schema", "value", "path"),
    [
        (NESTED, {"depth": 2}, "extra.name"),
        (NESTED, {"name": "a", "depth": 0}, "extra.depth"),
        (NESTED, {"name": "a", "more": 1}, "extra.more"),
        ({"type": "array", "items": NESTED}, [{"name": "a"}, {"name": 1}], "extra[1].name"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a": "b", "c": 1}, "extra.c"),
        ({"anyOf": [NESTED, {"type": "object", "required": ["kind"], "properties": {"kind": {}}}]}, {}, "extra.name"),
    ],
)
def test_what_is_wrong_inside_an_object_is_named_by_its_path(
    schema: dict[str, Any], value: Any, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_field(monkeypatch, schema)
    with SyncKaizenClient.embedded() as client, pytest.raises(KaizenPayloadError) as caught:
        client.compress({"data": 1, "extra": value})
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({**NESTED, "additionalProperties": True}, {"name": "a", "more": 1}),
        ({"anyOf": [NESTED, {"type": "object", "required": ["kind"], "properties": {"kind": {}}}]}, {"kind": 1}),
        ({"type": "object"}, {"anything": [1]}),
    ],
)
def test_what_one_of_several_schemas_allows_is_sent(
    schema: dict[str, Any], value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_field(monkeypatch, schema)
    with SyncKaizenClient.embedded() as client:
        client.compress({"data": 1, "extra": value})
