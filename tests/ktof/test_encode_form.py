"""What the text looks like."""

from __future__ import annotations

import enum
import math
from collections import OrderedDict, defaultdict, namedtuple
from typing import Any

import pytest

from kaizen_client.ktof import encode

SHAPES: list[tuple[Any, str]] = [
    ({}, ""),
    ({"a": {}}, "a:"),
    ({"a": {"b": {"c": 1}}}, "a:\n  b:\n    c: 1"),
    ([], "[0]:"),
    ({"a": []}, "a[0]:"),
    (["x", 1, None, True], "[4]: x,1,null,true"),
    ([{"a": 1, "b": 2}, {"b": 4, "a": 3}], "[2]{a,b}:\n  1,2\n  3,4"),
    ([{"a": 1}, {"b": 1}], "[2]:\n  - a: 1\n  - b: 1"),
    ([{"a": 1}, {"a": []}], "[2]:\n  - a: 1\n  - a[0]:"),
    ([{}], "[1]:\n  -"),
    ([[1], []], "[2]:\n  - [1]: 1\n  - [0]:"),
    ([[{"a": 1}]], "[1]:\n  - [1]{a}:\n    1"),
    ([{"t": [{"a": 1}], "u": {"v": 1}}], "[1]:\n  - t[1]{a}:\n    1\n    u:\n      v: 1"),
    ([{"o": {"a": 1}, "p": 2}], "[1]:\n  - o:\n      a: 1\n    p: 2"),
    ([{"l": [1, {"a": 1}], "p": 2}], "[1]:\n  - l[2]:\n    - 1\n    - a: 1\n    p: 2"),
    ({"": [1]}, '""[1]: 1'),
    ([{"l": [1, 2], "p": []}], "[1]:\n  - l[2]: 1,2\n    p[0]:"),
    ([{"l": [], "p": 1}], "[1]:\n  - l[0]:\n    p: 1"),
    ([{"l": [{"a": 1}, {"b": 2}], "p": 1}], "[1]:\n  - l[2]:\n    - a: 1\n    - b: 2\n    p: 1"),
    ([{"o": {}, "p": 2}], "[1]:\n  - o:\n    p: 2"),
    ([1, {"a": 1}, "x", {}, [2]], "[5]:\n  - 1\n  - a: 1\n  - x\n  -\n  - [1]: 2"),
]


@pytest.mark.parametrize(("value", "text"), SHAPES, ids=[text for _, text in SHAPES])
def test_each_shape_has_one_form(value: Any, text: str) -> None:
    assert encode(value) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " a",
        "a ",
        "\u00a0a",
        "a\u2003",
        "\ufeffa",
        "true",
        "false",
        "null",
        "1",
        "-1",
        "1.5",
        "1e5",
        "05",
        "0",
        "a:b",
        "-",
        "-a",
        "a[0",
        "a]",
        "{a",
        "a}",
        "a,b",
    ],
)
def test_a_string_that_could_be_misread_is_quoted(text: str) -> None:
    assert encode({"k": text}) == f'k: "{text}"'


@pytest.mark.parametrize(
    "text", ["a", "True", "a b", "+1", ".5", "1_000", "1.", "٣", "#1", "a|b", "é😀", "a-b", "x\u2028y"]
)
def test_a_string_that_cannot_be_misread_is_not_quoted(text: str) -> None:
    assert encode({"k": text}) == f"k: {text}"


def test_a_text_is_written_alike_alone_and_in_a_long_column() -> None:
    texts = ["", " a", "true", "1", "05", "a:b", "-", "a,b", "plain", '"', "\\", "\n", "x\ufeff", "\u2028", "1e5", "+1"]
    for text in texts:
        alone = encode([text]).removeprefix("[1]: ")
        assert encode([{"k": text}] * 20).split("\n  ")[1:] == [alone] * 20
        mixed = [{"k": text}, *({"k": f"other {n}"} for n in range(20))]
        assert encode(mixed).split("\n  ")[1] == alone


def test_short_tables_are_written_like_long_ones() -> None:
    row = {"s": "a: b", "n": 1.0, "b": True, "z": None, "k l": "", "i": 2**70}
    short, long = encode([row] * 2), encode([row] * 50)
    assert short.split("\n")[0] == long.split("\n")[0].replace("[50]", "[2]")
    assert set(short.split("\n")[1:]) == set(long.split("\n")[1:])
    for count in (2, 50):
        for odd in ({"s": 1}, {**row, "more": 1}, {**row, "n": [1]}, {**row, "n": {}}, {"t": 1, **row}, {}):
            head = encode([row] * count + [odd]).split("\n")[0]
            assert head == f"[{count + 1}]:"


def test_special_characters_are_escaped() -> None:
    assert encode('\\"\n\r\t') == '"\\\\\\"\\n\\r\\t"'


@pytest.mark.parametrize("key", ["a", "_a", "A.b9"])
def test_a_key_of_letters_digits_dots_and_underscores_is_not_quoted(key: str) -> None:
    assert encode({key: 1}) == f"{key}: 1"


@pytest.mark.parametrize("key", ["", "1", "a b", "a-b", "é", "a:", "[1]", "a,b", " "])
def test_any_other_key_is_quoted_wherever_it_stands(key: str) -> None:
    assert encode({key: 1}) == f'"{key}": 1'
    assert encode({key: [1]}) == f'"{key}"[1]: 1'
    assert encode([{key: 1}]) == f'[1]{{"{key}"}}:\n  1'


NUMBERS: list[tuple[float, str]] = [
    (1.0, "1"),
    (-0.0, "0"),
    (0.0, "0"),
    (1.5, "1.5"),
    (1e20, "100000000000000000000"),
    (1e21, "1e+21"),
    (-1.5e300, "-1.5e+300"),
    (1e-6, "0.000001"),
    (1.25e-5, "0.0000125"),
    (-1e-5, "-0.00001"),
    (1e-7, "1e-7"),
    (9.5e-7, "9.5e-7"),
    (1e16, "10000000000000000"),
    (0.1 + 0.2, "0.30000000000000004"),
    (123456789012345680000.0, "123456789012345683968"),
    (2**70, str(2**70)),
    (math.nan, "null"),
    (math.inf, "null"),
    (-math.inf, "null"),
]


@pytest.mark.parametrize(("number", "text"), NUMBERS)
def test_a_number_has_one_form_alone_and_in_a_column(number: float, text: str) -> None:
    assert encode(number) == text
    assert encode([{"k": number}] * 20).split("\n  ")[1:] == [text] * 20
    assert encode([{"k": number}, *[{"k": 2.5}] * 20]).split("\n  ")[1] == text


def test_the_delimiter_stands_in_brackets_braces_and_rows() -> None:
    rows = [{"a": 1, "b": "x,y"}]
    assert encode(rows, delimiter="|") == "[1|]{a|b}:\n  1|x,y"
    assert encode(rows, delimiter="\t") == "[1\t]{a\tb}:\n  1\tx,y"
    assert encode({"k": "x|y"}, delimiter="|") == 'k: "x|y"'
    assert encode({"k": "x,y", "l": ["x,y", "|"]}, delimiter="\t") == "k: x,y\nl[2\t]: x,y\t|"
    assert encode([["a", "b|c"]], delimiter="|") == '[1|]:\n  - [2|]: a|"b|c"'


@pytest.mark.parametrize("marker", [True, "#"])
def test_the_length_marker_stands_before_every_length(marker: Any) -> None:
    value = {"a": [], "b": [[1]], "c": [{"d": 1}]}
    text = "a[#0]:\nb[#1]:\n  - [#1]: 1\nc[#1]{d}:\n  1"
    assert encode(value, length_marker=marker) == text


def test_each_level_is_indented_by_the_indent() -> None:
    value = {"a": {"b": [{"c": {"d": 1}}, 2]}}
    assert encode(value, indent=1) == "a:\n b[2]:\n  - c:\n    d: 1\n  - 2"
    assert encode(value, indent=4) == "a:\n    b[2]:\n        - c:\n                d: 1\n        - 2"


class Colour(enum.IntEnum):
    RED = 7


class Name(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class Share(float):
    def __repr__(self) -> str:
        return "something else"


def test_subclasses_count_as_what_they_extend() -> None:
    point = namedtuple("point", "x y")
    assert encode(Colour.RED) == "7"
    assert encode([Colour.RED, Name("a"), Share(0.5), True]) == "[4]: 7,a,0.5,true"
    assert encode({Name("k"): Name("v")}) == "k: v"
    assert encode(point(1, 2)) == "[2]: 1,2"
    assert encode(OrderedDict(b=1, a=Name("x"))) == "b: 1\na: x"
    assert encode([OrderedDict(a=Colour.RED), {"a": Share(1.5)}]) == "[2]{a}:\n  7\n  1.5"
    assert encode(((), ({},))) == "[2]:\n  - [0]:\n  - [1]:\n    -"


def test_a_defaultdict_is_not_given_keys_that_it_lacks() -> None:
    rows = [{"a": 1}, defaultdict(int, b=2)]
    encode(rows)
    assert rows == [{"a": 1}, {"b": 2}]
