"""Reading many rows at once gives what reading them one by one gives."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kaizen_client.ktof import KtofDecodeError, _decode, decode

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
@settings(deadline=None)
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
