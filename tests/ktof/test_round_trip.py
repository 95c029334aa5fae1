"""decode(encode(value)) gives the value back."""

from __future__ import annotations

import itertools
from typing import Any

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
    lambda names: st.lists(
        st.builds(
            lambda cells, turned: dict(list(zip(names, cells, strict=True))[:: -1 if turned else 1]),
            st.lists(scalars, min_size=len(names), max_size=len(names)),
            st.booleans(),
        ),
        min_size=1,
        max_size=3,
    )
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars | rows,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=10,
)
OPTIONS = [
    {"indent": indent, "delimiter": delimiter, "length_marker": marker}
    for indent, delimiter, marker in itertools.product((1, 2, 4), (",", "\t", "|"), (False, True))
]
options = st.sampled_from(OPTIONS)

# Values that other codecs change or lose.
KILLERS: list[Any] = [
    {"": [1]},
    {"": {"": ""}},
    [[{"a": 1}]],
    [[[]]],
    [[], {}, [{}], [[{}]]],
    "+1",
    ".5",
    "1_000",
    ["+1", ".5", "1_000", "1e999", "0x10"],
    1.5e300,
    -1e21,
    "\ufeffz",
    "a\u2028b",
    ["a\u2028b", "\u2028", "c\u0085d\ve\x1cf"],
    {"a\u2028b": "\u2029"},
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
    [{"a": 1, "b": True}, {"b": None, "a": 1.5}],
]


def as_read(value: Any) -> Any:
    """Give what a value must come back as: all the notation loses is the `.0` of a float and the key order of rows."""
    if isinstance(value, dict):
        return {key: as_read(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_read(item) for item in in_first_order(value)]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return int(value)
    return value


def in_first_order(items: list[Any]) -> list[Any]:
    """Give the rows of a table with their keys in the order of the first row; any other list as it is."""
    if not all(isinstance(item, dict) and item and item.keys() == items[0].keys() for item in items):
        return items
    if any(isinstance(cell, list | dict) for item in items for cell in item.values()):
        return items
    return [{key: item[key] for key in items[0]} for item in items]


def check(value: Any, choices: list[dict[str, Any]]) -> None:
    """Hold a value to coming back, types and key order included, and to being written the same again."""
    expected = repr(as_read(value))
    for choice in choices:
        text = encode(value, **choice)
        again = decode(text, indent=choice["indent"])
        assert repr(again) == expected, text
    assert encode(again, **choice) == text


def with_killers(test: Any) -> Any:
    """Make every killer an example of a test."""
    for killer in KILLERS:
        test = example(killer)(test)
    return test


@with_killers
@given(values)
@settings(max_examples=max(2_000, settings().max_examples))
def test_any_value_comes_back_whatever_the_options(value: Any) -> None:
    check(value, OPTIONS)


@given(rows, options, st.integers(8, 90))
def test_long_tables_come_back(some: list[dict[str, Any]], choice: dict[str, Any], length: int) -> None:
    table = [dict(some[at % len(some)]) for at in range(length)]
    check(table, [choice])
    check([{"first": table, "second": table}], [choice])


def test_the_order_of_keys_is_kept() -> None:
    value = {"z": 1, "a": {"y": [{"q": 1, "b": 2}], "c": 3}, "m": [1]}
    assert repr(decode(encode(value))) == repr(value)


def test_a_table_takes_the_key_order_of_its_first_row() -> None:
    again = decode(encode([{"a": 1, "b": 2}, {"b": 3, "a": 4}]))
    assert [list(row) for row in again] == [["a", "b"], ["a", "b"]]
