"""JSON that shows how to answer by what it is: a schema, or a form to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

# How many of a block's values are looked at, of the entries of an object, of the items of an array.
_VALUES: Final = 24
_ENTRIES: Final = 16
_ITEMS: Final = 3
# How many items make an array long, and how many rows a table.
_ROWS: Final = 10
_SHORT_TABLE: Final = 3

_TYPES: Final = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
_SCHEMA_HOLDERS: Final = ("function", "parameters", "input_schema", "inputSchema", "json_schema", "schema")
_FIELD_KEYWORDS: Final = ("type", "$ref", "enum", "const", "anyOf", "oneOf", "allOf")
_VALUE_KEYS: Final = ("value", "values", "data")
# The values of these are names of types where a table of columns is data.
_TYPE_KEYS: Final = frozenset({"type", "dtype", "data_type", "datatype", "column_type", "kind", "format"})

_TYPE_NAME: Final = (
    r"(?:str(?:ing)?|num(?:ber)?|int(?:eger)?|float|double|bool(?:ean)?|array|object|list|date(?:time)?)"
)
# Of a string in small letters; ignoring their case here would cost twice the time.
_PLACEHOLDER: Final = re.compile(
    rf"""\.{{3,}}+ | … | \?++ | \[(?:\.{{3}}|…)\] | x{{3,}}+ | value\ ?[0-9]*+
    | <[^<>@/=:]++> | \$?\{{++[^{{}}]++\}}++ | \$[a-z]++_[a-z_]++ | __[a-z_]++__ | your_[a-z_]++
    | [\[(<](?:your|insert|the|a|an|list)\ [^\])>]*+[\])>]
    | your\ (?:[\w'-]++\ ){{0,3}}(?:here|answer|reply|response|reasoning|explanation|summary|text|name|value|output)
    | (?:[\w'-]++\ ){{0,3}}(?:goes|text|answer|value|summary|name|content|reasoning|explanation|title|description)\ here
    | insert\ .* | yyyy-mm-dd.* | (?:true|yes)\ ?[/|]\ ?(?:false|no) | one\ of:?\ .* | [\w-]++(?:\ ?\|\ ?[\w-]++)++
    | (?:optional\ |(?:list|array)\ of\ )?{_TYPE_NAME}s?+(?:\[\])?+(?:\ ?[|,(\[<].* | \ (?:or|between|from|of|in)\ .*)?
    """,
    re.VERBOSE,
)
# A longer string is a text.
_LONGEST_PLACEHOLDER: Final = 80


def holds_a_schema(value: Any) -> bool:
    """Tell whether a value is a JSON Schema, or tools or formats that have one at a place known for it."""
    if isinstance(value, list):
        return any(_is_schema_or_holder(item) for item in value[:_ITEMS])
    return _is_schema_or_holder(value)


def _is_schema_or_holder(value: Any) -> bool:
    for _ in _SCHEMA_HOLDERS:
        if not isinstance(value, dict):
            return False
        if _is_schema(value):
            return True
        for name in _SCHEMA_HOLDERS:
            if isinstance(value.get(name), dict):
                value = value[name]
                break
        else:
            return False
    return False


def _is_schema(value: dict[str, Any]) -> bool:
    if "$schema" in value or "$defs" in value:
        return True
    kind, fields = value.get("type"), value.get("properties")
    if isinstance(fields, dict) and fields and _are_fields(fields):
        return True
    if kind == "array":
        return isinstance(value.get("items"), dict) and _is_field(value["items"])
    return _are_fields(value)


def _are_fields(value: dict[str, Any]) -> bool:
    return all(_is_field(field) for field in islice(value.values(), _ENTRIES))


def _is_field(value: Any) -> bool:
    """Tell whether a value describes a field, as `{"type": "string"}` does; one that has a value is data."""
    if not isinstance(value, dict) or any(key in value for key in _VALUE_KEYS):
        return False
    kind = value.get("type")
    if isinstance(kind, str):
        return kind in _TYPES
    return any(keyword in value for keyword in _FIELD_KEYWORDS)


def is_form(value: Any) -> bool:
    """Tell whether a value is to be filled in: placeholders, names of types, or nothing at all where texts belong."""
    if isinstance(value, list) and len(value) >= _ROWS:
        return False
    placeholders = empty = numbers = said = 0
    for key, leaf in _leaves(value):
        if leaf is None or leaf == "":
            empty += 1
        elif not isinstance(leaf, str):
            numbers += bool(leaf)
        elif (
            len(leaf) <= _LONGEST_PLACEHOLDER and key not in _TYPE_KEYS and _PLACEHOLDER.fullmatch(leaf.strip().lower())
        ):
            placeholders += 1
        else:
            said += 1
    if placeholders:
        return 2 * placeholders >= said + numbers
    return bool(empty) and not said and not numbers


def _leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Give the first values that are neither objects nor arrays, each with the key it stands under."""
    waiting: list[tuple[str, Any]] = [("", value)]
    for _ in range(_VALUES):
        if not waiting:
            return
        key, value = waiting.pop()
        if isinstance(value, dict):
            waiting += islice(value.items(), _ENTRIES)
        elif isinstance(value, list):
            waiting += [(key, item) for item in value[:_ITEMS]]
        else:
            yield key, value


def has_rows(value: Any) -> bool:
    """Tell whether a value is a long array, or an object that holds one."""
    if isinstance(value, list):
        return len(value) >= _ROWS
    for item in islice(value.values(), _ENTRIES):  # noqa: SIM110 - a generator costs more than all else here
        if isinstance(item, list) and len(item) >= _ROWS:
            return True
    return False


def is_table(value: Any) -> bool:
    """Tell whether a value begins with some objects of the same keys."""
    if not isinstance(value, list) or len(value) < _SHORT_TABLE or not isinstance(value[0], dict):
        return False
    return all(isinstance(row, dict) and row.keys() == value[0].keys() for row in value[1:_SHORT_TABLE])
