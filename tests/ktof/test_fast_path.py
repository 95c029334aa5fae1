"""The fast ways of reading give what reading line by line and cell by cell gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_client.ktof import KtofDecodeError, _decode, decode, encode

cells = st.sampled_from(
    [
        "1",
        "-0",
        "1.5",
        "05",
        "1e999",
        "-",
        "- a",
        "true",
        "null",
        "nul",
        "",
        " ",
        " a",
        "a ",
        "a b",
        "x",
        "a:b",
        "a: b",
        ":",
        '"a"',
        '"a,b"',
        '"a|b"',
        '"a: b"',
        '"',
        'a"b',
        '"a" b',
        '"a\\"',
        '"a\\"b"',
        '"\\\\"',
        '"\\q"',
        "\\",
        "[1]",
        "]",
        "{",
        "NaN",
        "Infinity",
        "1]",
        "[",
        "\t",
        "1\t",
        "\r",
        "1 2",
        '"\x00"',
        "\x01",
        "é",
        '""',
        "1,2",
        "1|2",
        '","',
        '"x',
    ]
) | st.text('",\\a1 :', max_size=5)


def outcome(text: str, *, strict: bool) -> Any:
    try:
        return repr(decode(text, strict=strict))
    except KtofDecodeError as error:
        return str(error)


@given(st.data())
def test_the_two_ways_of_reading_rows_agree(data: st.DataObject) -> None:
    delimiter = data.draw(st.sampled_from([",", "|", "\t"]))
    width = data.draw(st.integers(1, 3))
    odd = data.draw(st.lists(st.lists(cells, min_size=1, max_size=3), min_size=1, max_size=3))
    usual = data.draw(st.lists(cells, min_size=width, max_size=width))
    lines = [delimiter.join(row) for row in [*odd, *[usual] * 8]]
    lines = data.draw(st.permutations(lines))
    mark = "" if delimiter == "," else delimiter
    pad = data.draw(st.sampled_from(["  ", "  ", "  ", "   ", "\t"]))
    head = f"[{len(lines)}{mark}]{{{delimiter.join('abc'[:width])}}}:"
    text = "\n".join([head, *(f"  {line}" for line in lines[:-1]), pad + lines[-1]])
    for strict in (True, False):
        quick = outcome(text, strict=strict)
        usual_size, _decode._CHUNK_FROM = _decode._CHUNK_FROM, 10**9
        try:
            assert outcome(text, strict=strict) == quick
        finally:
            _decode._CHUNK_FROM = usual_size


starts = [
    *("", "a", "b", "k l", '"k: l"', '"q\\"r"', "-", "- ", "- a", "-  b", "- [1]", "[1]", "a[2]", "b[0]", "a[1|]"),
    *("c[1]{a}", "- t[1]{a,b}", '"x"[1]', "a[#2\t]{a\tb}", "1", "a,b", "\t", "\ta", "{a}"),
]
tails = ["", ":", ": ", ": 1", ":  x ", ": a,b", ": |", ': "x, y"', ': "', ": x: y", ":1", " 1", ": []", ' "x"']
lines = st.builds(
    lambda depth, start, tail: "  " * depth + start + tail,
    st.integers(0, 3), st.sampled_from(starts), st.sampled_from(tails),
)  # fmt: skip
whole: dict[str, Any] = {
    "a": {"b": [{"c": 1, "d": "x, y"}, {"c": 2, "d": "z"}], "e": [1, "two", None], "f": {}},
    "g": [{"h": [{"i": 1}], "j": {"k": []}}, {}, [[]], -1.5, "w", {"l": {"m": 1}, "n": [[1], {"o": 2}]}],
    "k l": "p q",
}


@given(st.data())
def test_the_two_ways_of_reading_lines_agree(data: st.DataObject) -> None:
    text = encode(whole, delimiter=data.draw(st.sampled_from([",", "|", "\t"]))).split("\n")
    text = data.draw(st.sampled_from([text, [], ["[2]:"], ["a:", "  b: 1"]]))
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, len(text)))
        text = [*text[:place], data.draw(lines), *text[place + data.draw(st.integers(0, 1)) :]]
    for strict in (True, False):
        quick = outcome("\n".join(text), strict=strict)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_decode._Decoder, "_take_usual", lambda decoder: None)
            assert outcome("\n".join(text), strict=strict) == quick
