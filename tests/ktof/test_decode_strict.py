"""What strict decoding reads and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from kaizen_client.ktof import KtofDecodeError, decode

READ: list[tuple[str, Any]] = [
    ("", {}),
    ("\n \n", {}),
    ("a: 1\n", {"a": 1}),
    ("a: 1\n\nb: 2\n\n\n", {"a": 1, "b": 2}),
    ("hello world", "hello world"),
    ("# a text", "# a text"),
    ('"a: b"', "a: b"),
    ("[0]:", []),
    ("[#2]: 1,2", [1, 2]),
    ("[2|]: 1 | x,y ", [1, "x,y"]),
    ("a[2]: ,", {"a": ["", ""]}),
    ('a[2]: "x,y" , "\\u0041\\ud83d\\ude00"', {"a": ["x,y", "A😀"]}),
    ("a:   1  ", {"a": 1}),
    ('"a b": 1', {"a b": 1}),
    ("full name: Ada\nx-y: 1\n1: 2", {"full name": "Ada", "x-y": 1, "1": 2}),
    ("t: 12:30\nu: https://x.org/y", {"t": "12:30", "u": "https://x.org/y"}),
    ('[2]{a,b}:\n  1,12:30\n  "x: y",2', [{"a": 1, "b": "12:30"}, {"a": "x: y", "b": 2}]),
    ("[2]:\n  -\n  - a:", [{}, {"a": {}}]),
    ("a[1]:\n  - x\n\nb: 1", {"a": ["x"], "b": 1}),
    ("v: 1e999x", {"v": "1e999x"}),
    ("[8]: 05,+1,.5,1_000,1.,١,-05,1e", ["05", "+1", ".5", "1_000", "1.", "١", "-05", "1e"]),
    ("[5]: 1.50,-1E+03,-0,-0.0,2e-3", [1.5, -1000.0, 0, 0.0, 0.002]),
    ("[1]:\n  - a[1|]{x|y}:\n    1|2\n    b[2|]: 1|2", [{"a": [{"x": 1, "y": 2}], "b": [1, 2]}]),
    ("x\u2028y: 1", {"x\u2028y": 1}),
    # Each header has a delimiter of its own; without one it is the comma, whatever is around it.
    ("a[1\t]:\n  - b[3]: x,y,z", {"a": [{"b": ["x", "y", "z"]}]}),
    ("a[1|]:\n  - [2]: x,y|z", {"a": [["x", "y|z"]]}),
    ("a[2\t]: x,y\tz|", {"a": ["x,y", "z|"]}),
    ("a[2\t]:\n  - b: x,y\n  - b: z", {"a": [{"b": "x,y"}, {"b": "z"}]}),
    ('a[1|]{"x|y"}:\n  1', {"a": [{"x|y": 1}]}),
    ("a[3]: x,,z", {"a": ["x", "", "z"]}),
    ('a[2\t]: x \t "y" ', {"a": ["x", "y"]}),
    ("a[2\t]: x\t", {"a": ["x", ""]}),
    ('a: "x\ty"\n"k\tl": 1', {"a": "x\ty", "k\tl": 1}),
    ("a: 1\n   \nb: 2", {"a": 1, "b": 2}),
    ("a.b: 1", {"a.b": 1}),
    ("[4]:\n  - x\n  -  y\n  -   [1]: 1\n  -  z: 1", ["x", "y", [1], {"z": 1}]),
    ("a: 1 # no comment", {"a": "1 # no comment"}),
    ("[3]: 1e6,5E+00,3E-02", [1000000.0, 5.0, 0.03]),
]


@pytest.mark.parametrize(("text", "value"), READ, ids=[repr(text) for text, _ in READ])
def test_a_text_is_read(text: str, value: Any) -> None:
    assert decode(text) == value


def test_negative_zero_is_read_as_zero() -> None:
    assert [str(number) for number in decode("[2]: -0,-0.0")] == ["0", "0.0"]


# The text, the line and the column of the fault, and a word of the reason.
REFUSED: list[tuple[str, int, int, str]] = [
    # Another notation, or a later version of this one.
    ("key: []", 1, 6, "quote"),
    ("key: {}", 1, 6, "quote"),
    ("a: 1\nb[1]{id,c{n}}:\n  1,2", 2, 9, "field list"),
    ("o[2:]{n}:\n  a: 1", 1, 2, "array header"),
    ("# a comment: really\na: 1", 1, 1, "#"),
    ("# comment\na: 1", 1, 10, "colon"),
    ("a: 1\n# comment\nb: 1", 2, 10, "colon"),
    ("a[2]{x}:\n  1\n  # comment\n  2", 4, 3, "more"),
    ("a[1]:\n  # comment\n  - 1", 2, 3, "list item"),
    ("[1]:\n  - a: []", 2, 8, "quote"),
    ("[1]:\n  - []", 2, 5, "array header"),
    ("a[1]{x,y}:\n  1,[]", 2, 5, "quote"),
    ("[1]:\n  - o[2:]{n}:\n      a: 1", 2, 6, "array header"),
    ('{"answer": 5}', 1, 1, "JSON"),
    ("[1, 2, 3]", 1, 1, "array header"),
    ("- a\n- b", 1, 1, "list"),
    ("a:\n  - 1", 2, 3, "list item"),
    ("[1]:\n  - users[1]{id}:\n      1", 3, 7, "indentation"),
    # Counts.
    ("[2]: 1,2,3", 1, 1, "declares 2 values and has 3"),
    ("a[1]: ", 1, 2, "declares 1 items and has 0"),
    ("a[0]: 1", 1, 2, "declares 0"),
    ("x: 1\n  a[3]:", 2, 3, "indentation"),
    ("x:\n  a[3]:\n    - 1\n    - 2\ny: 1", 2, 4, "declares 3 items and has 2"),
    ("a[1]:\n  - 1\n  - 2", 3, 3, "more"),
    ("a[3]{x}:\n  1\n  2\nb: 1", 1, 2, "declares 3 rows and has 2"),
    ("a[1]{x}:\n  1\n  2", 3, 3, "more"),
    ("a[1]{x}:\n  1\n  b: 2", 3, 3, "more"),
    ("[1]:\n  - t[2]{a}:\n    1\n    b: 2", 2, 6, "declares 2 rows and has 1"),
    ("[1]:\n  - t[1]{a}:\n    1\n    2", 4, 5, "more"),
    ("a[2]{x,y}:\n  1,2\n  3", 3, 3, "row of 1 values in a table of 2"),
    ("a[1]{x,y}:\n  1,2,3", 2, 3, "row of 3"),
    ("a[2\t]{x\ty}:\n  1,2\n  3,4", 2, 3, "row of 1"),
    ("a[1\t]{x,y}:\n  1\t2", 1, 8, "','"),
    # Indentation and blank lines.
    ("a:\n   b: 1", 2, 4, "multiple"),
    ("a:\n    b: 1", 2, 5, "indentation of 4"),
    ("a: 1\n  b: 2", 2, 3, "indentation"),
    (" a: 1", 1, 2, "multiple"),
    ("  5", 1, 3, "indentation"),
    ("a:\n\tb: 1", 2, 1, "tab"),
    ("a:\n \tb: 1", 2, 2, "tab"),
    ("\ta: 1", 1, 1, "tab"),
    ("[2]:\n  - 1\n\n  - 2", 3, 1, "blank"),
    ("[2]{a}:\n  1\n\n  2", 3, 1, "blank"),
    ("a[1]:\n  - b:\n      c: 1\n\n      d: 1", 4, 1, "blank"),
    ("a: 1\r\nb: 2", 1, 5, "carriage"),
    # Tokens.
    ("a: 1\nb 2", 2, 4, "colon"),
    ("a:\n  b", 2, 4, "colon"),
    ("a: 1\na: 2", 2, 1, "twice"),
    ("a[1]{x,x}:\n  1,2", 1, 8, "twice"),
    ('a: "x', 1, 4, "closing quote"),
    ('a: "x" y', 1, 7, "after a closing quote"),
    ('a: x "y"', 1, 6, "quote"),
    ('a[2]: "x"y,1', 1, 10, "after a closing quote"),
    ('a[2]: 1,x"y"', 1, 10, "quote"),
    ('a: "x\\q"', 1, 6, "escape"),
    ('a[2]: 1,"x\\q"', 1, 11, "escape"),
    ('"a\\q": 1', 1, 3, "escape"),
    ('a: "\\ud800"', 1, 5, "surrogate"),
    ('a: "\\ude00\\ud83d"', 1, 5, "surrogate"),
    ("a: \ud800", 1, 4, "surrogate"),
    ("\ufeffa: 1", 1, 1, "byte order mark"),
    ("a: C:\\x", 1, 6, "quote"),
    ("a: b: c", 1, 5, "quote"),
    ("a: - b", 1, 4, "quote"),
    ("a:1", 1, 3, "space"),
    ("12:30", 1, 4, "space"),
    (": 1", 1, 1, "key"),
    ("a,b: 1", 1, 2, "key"),
    ("-a: 1", 1, 1, "key"),
    ("a[x]: 1", 1, 2, "array header"),
    ("a[2] 1: 2", 1, 5, "colon"),
    ("a[1]{}:\n  1", 1, 6, "empty field"),
    ("a[1]{x}: 1", 1, 10, "rows below"),
    ("a: 1e999", 1, 4, "float"),
    ("[0]:\na: 1", 2, 1, "after the end"),
    ("hello\nworld", 1, 6, "colon"),
    ("[1]:\n  -\n    a: 1", 3, 5, "indentation"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column", "word"), REFUSED, ids=[repr(case[0]) for case in REFUSED])
def test_a_text_that_is_not_the_notation_is_refused_with_the_place(
    text: str, line: int, column: int, word: str
) -> None:
    with pytest.raises(KtofDecodeError) as caught:
        decode(text)
    assert word in caught.value.reason
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_fault_in_a_long_table_is_reported_as_in_a_short_one() -> None:
    for row in ("1,[x]", '1,"x', "1", "1,2,3", "x: 1", '1,"\\q"', "1,1e999", " 1,2", "\t,2", ""):
        for before, after in ((0, 0), (30, 0), (70, 100), (1000, 5)):
            lines = [f"a[{before + after + 1}]{{x,y}}:", *["  1,2"] * before, f"  {row}", *["  1,2"] * after]
            with pytest.raises(KtofDecodeError) as caught:
                decode("\n".join(lines))
            assert caught.value.line in {before + 2, 1}
