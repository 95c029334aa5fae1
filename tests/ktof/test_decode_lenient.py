"""What `strict=False` tolerates, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from kaizen_client.ktof import KtofDecodeError, decode, encode

TOLERATED: list[tuple[str, Any]] = [
    ("a:\n   b: 1\n   c: 2", {"a": {"b": 1, "c": 2}}),
    ("a:\n b:\n  c: 1\n d: 2", {"a": {"b": {"c": 1}, "d": 2}}),
    ("a:\n    b: 1\nc: 2", {"a": {"b": 1}, "c": 2}),
    ("a:\n\tb:\n\t\tc: 1", {"a": {"b": {"c": 1}}}),
    (" a: 1\n b: 2", {"a": 1, "b": 2}),
    ("a[3]:\n  - 1\n  - 2\nb: 1", {"a": [1, 2], "b": 1}),
    ("a[1]:\n  - 1\n  - 2", {"a": [1, 2]}),
    ("a[5]: 1,2", {"a": [1, 2]}),
    ("a[2]:", {"a": []}),
    ("a[1]{x}:\n  1\n  2\nb: 1", {"a": [{"x": 1}, {"x": 2}], "b": 1}),
    ("a[3]{x}:\n  1\nb: 1", {"a": [{"x": 1}], "b": 1}),
    ("a[2]{x,y}:\n  1,2\n  3", {"a": [{"x": 1, "y": 2}, {"x": 3}]}),
    ("[1]:\n  - t[1]{a}:\n    1\n    2\n    b: 3", [{"t": [{"a": 1}, {"a": 2}], "b": 3}]),
    ("[1]:\n  - users[1]{id}:\n      1\n    b: 3", [{"users": [{"id": 1}], "b": 3}]),
    ("[2]:\n  - 1\n\n  - 2", [1, 2]),
    ("[2]{a}:\n  1\n\n  2", [{"a": 1}, {"a": 2}]),
    ("a: 1\na: 2", {"a": 2}),
    ("a:1\nb: x: y\nc: [x]\nd: say \"hi\"", {"a": 1, "b": "x: y", "c": "[x]", "d": 'say "hi"'}),
    ("a: 1\r\nb:\r\n  c: 2\r\n", {"a": 1, "b": {"c": 2}}),
    ("\ufeffa: 1", {"a": 1}),
    ("[1\t]{a\tb}:\n  \t1", [{"a": "", "b": 1}]),
    ("[1]:\n  -\n    a: 1", [{"a": 1}]),
    ("[3]:\n  -\n  -\n    a: 1\n  - b", [{}, {"a": 1}, "b"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), TOLERATED, ids=[repr(text) for text, _ in TOLERATED])
def test_a_faulty_text_is_read_as_it_was_meant(text: str, value: Any) -> None:
    assert decode(text, strict=False) == value


@pytest.mark.parametrize("indent", [1, 2, 4])
def test_objects_are_read_whatever_indent_is_passed(indent: int) -> None:
    value = {"a": {"b": {"c": [1, 2]}, "d": [{"x": 1}, {"x": 2}]}, "e": 1}
    for written in (1, 2, 4):
        assert decode(encode(value, indent=written), indent=indent, strict=False) == value


@pytest.mark.parametrize(
    "text",
    ['a: "x', 'a: "\\q"', 'a: "\\ud800"', "a 1\nb 2", "a[1]{x}:\n  1,2", "[0]:\na: 1", "[1, 2]", '{"a": 1}', ": 1",
     "a: []", "a: {}", "a[2]: 1,[]", "a[1]{x,y}:\n  1,{}", "a[1]:\n  - []", "[]", "{}", "[2]:\n  - 1\n  - [1]",
     "[2]:\n  - a: 1\n  -  - b: 1",
     'a[2]: x"y,1', "a[x]: 1", "a: 1e999", "o[2:]{n}:\n  1"],
)  # fmt: skip
def test_what_could_only_be_read_by_guessing_or_losing_data_is_still_refused(text: str) -> None:
    with pytest.raises(KtofDecodeError):
        decode(text, strict=False)


def test_a_stray_quote_in_a_row_is_refused_in_short_and_long_tables() -> None:
    for length in (1, 100):
        with pytest.raises(KtofDecodeError):
            decode(f"[{length}]{{x}}:" + '\n  a"b' * length, strict=False)
