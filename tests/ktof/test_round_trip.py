"""decode(encode(value)) gives the value back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kaizen_client.ktof import decode, encode

AWKWARD = [
    "",
    " ",
    "-",
    "- a",
    "#",
    "# note",
    "true",
    "null",
    "1",
    "-1",
    "+1",
    ".5",
    "5.",
    "05",
    "-05",
    "1_000",
    "1e5",
    "0x1f",
    "NaN",
    "Infinity",
    "-0",
    "a: b",
    "a:",
    ":",
    "12:30",
    "a,b",
    "a|b",
    "a\tb",
    "a\nb",
    "a\r",
    '"',
    '\\"',
    "\\",
    "[",
    "]",
    "[2]",
    "{",
    "}",
    "{}",
    "[]",
    "\u2028",
    "x\u0085y",
    "\u00a0",
    "\ufeffz",
    "z\ufeff",
    "\v",
    "\x1c",
    "\0",
    "\1\2",
    "é",
    "😀",
    "١٢",
    "٠",
    "key",
    "a b",
    " a",
    "a ",
    "a  b",
    "\\u0041",
    "//",
    "---",
    "- [1]: 1",
    "[1]: x",
]
texts = st.sampled_from(AWKWARD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
keys = st.sampled_from(["", "id", "a", "b", "a.b", "a b", "x-y", "[1]", "a,b", "a|b", "1", "-", "é", "k:"]) | texts
numbers = (
    st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([1.0, -0.0, 1e21, 1e20, 123456789012345680000.0, 1e-6, 9.99e-7, 1.5e300, 5e-324, 2**53 + 0.0])
)
scalars = st.none() | st.booleans() | numbers | texts
rows = st.lists(keys, min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.lists(st.fixed_dictionaries(dict.fromkeys(names, scalars)), min_size=1, max_size=3)
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars | rows,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=10,
)
options = st.fixed_dictionaries(
    {
        "indent": st.sampled_from([1, 2, 4]),
        "delimiter": st.sampled_from([",", "\t", "|"]),
        "length_marker": st.sampled_from([False, True, "#"]),
    }
)


def kinds(value: Any) -> Any:
    """Give the value with its types spelled out; an integral float counts as the int that the notation makes of it."""
    if isinstance(value, dict):
        return {key: kinds(item) for key, item in value.items()}
    if isinstance(value, list):
        return [kinds(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return type(value).__name__, value


def check(value: Any, choice: dict[str, Any]) -> None:
    text = encode(value, **choice)
    again = decode(text, indent=choice["indent"])
    assert kinds(again) == kinds(value), text
    assert encode(again, **choice) == text


@given(values, options)
@settings(deadline=None)
@example({"": [1]}, {"indent": 2, "delimiter": ",", "length_marker": False})
@example([[{"a": 1}]], {"indent": 2, "delimiter": ",", "length_marker": True})
@example([[[]]], {"indent": 1, "delimiter": "|", "length_marker": False})
def test_any_value_comes_back_whatever_the_options(value: Any, choice: dict[str, Any]) -> None:
    check(value, choice)


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
@pytest.mark.parametrize("indent", [1, 2, 4])
@pytest.mark.parametrize(
    "value",
    [
        {"": [1]},
        {"": {"": ""}},
        [[{"a": 1}]],
        [[[]]],
        [[], {}, [{}], [[{}]]],
        ["+1", ".5", "1_000", "1e999", "0x10"],
        1.5e300,
        -1e21,
        "\ufeffz",
        "a\u2028b\u0085c\vd\x1ce",
        [{"a": [{"id": 1}], "id": [{"x": 1, "b": 2}]}],
        [{"a": [{"x": 1, "y": 2}], "b": [1, 2], "c": [{"x": 1, "y": 2}]}],
        [{"a": [[1, 2], [3, 4]], "b": [1, {"c": 2}]}, {"a": {"b": {"c": []}}, "d": {}}],
        [{"a": {"b": 1}, "c": 2}, {"a": [{"b": {}}], "c": [{}]}],
        {"a": {"b": [{"c": [{"d": [{"e": 1}]}]}]}},
        2**70,
        -(10**4299),
        {"a": []},
        [{}],
        [{}, {}],
        [None, True, False, 0, ""],
    ],
    ids=repr,
)
def test_values_that_other_codecs_lose_come_back(value: Any, indent: int, delimiter: str) -> None:
    for marker in (False, True):
        check(value, {"indent": indent, "delimiter": delimiter, "length_marker": marker})


@given(rows, options, st.integers(8, 90))
@settings(deadline=None)
def test_long_tables_come_back(some: list[dict[str, Any]], choice: dict[str, Any], length: int) -> None:
    table = [dict(some[at % len(some)]) for at in range(length)]
    check(table, choice)
    check([{"first": table, "second": table}], choice)


def test_the_order_of_keys_is_kept() -> None:
    value = {"z": 1, "a": {"y": [{"q": 1, "b": 2}], "c": 3}, "m": [1]}
    assert json.dumps(decode(encode(value))) == json.dumps(value)


def test_a_table_takes_the_key_order_of_its_first_row() -> None:
    again = decode(encode([{"a": 1, "b": 2}, {"b": 3, "a": 4}]))
    assert [list(row) for row in again] == [["a", "b"], ["a", "b"]]
