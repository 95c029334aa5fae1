"""Whatever the text, `decode` gives a value or a `KtofDecodeError` with a place in the text."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kaizen_client.ktof import KtofDecodeError, decode, encode

SAMPLE: dict[str, Any] = {
    "a": {"b": [{"c": 1, "d": "x, y"}, {"c": 2, "d": 'say "hi"'}], "e": [1, "two", None]},
    "f": [{"g": [{"h": 1}], "i": {"j": []}}, {}, [[]], -1.5],
    "k l": "a: b",
    "m": [{"n": row, "o": f"t {row}"} for row in range(12)],
}
pieces = st.sampled_from(
    [
        "a",
        "b",
        "1",
        "-",
        "- ",
        ": ",
        ":",
        ",",
        "|",
        "\t",
        '"',
        "\\",
        "[1]",
        "[2]:",
        "[1]{a}:",
        "[#2|]",
        "{",
        "}",
        "[",
        "]",
        "\n",
        "\n  ",
        "\n    ",
        "\n - ",
        "\n  - ",
        " ",
        "\\n",
        "\\ud800",
        "#",
        "\r",
        "null",
        "\ud800",
        "\ufeff",
    ]
)
strange = st.lists(pieces, max_size=14).map("".join)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    text = encode(SAMPLE, delimiter=draw(st.sampled_from([",", "|", "\t"])))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(strange) + text[start + draw(st.integers(0, 5)) :]
    return text


@given(strange | damaged(), st.sampled_from([1, 2, 4]), st.booleans())
@settings(deadline=None)
def test_any_text_gives_a_json_value_or_an_error_with_a_place(text: str, indent: int, strict: bool) -> None:
    place = None
    try:
        value = decode(text, indent=indent, strict=strict)
    except KtofDecodeError as error:
        place = error.line, error.column
    if place is None:
        json.dumps(value, allow_nan=False).encode()
        assert decode(encode(value)) == value
        return
    lines = text.split("\n")
    assert 1 <= place[0] <= len(lines)
    assert 1 <= place[1] <= len(lines[place[0] - 1]) + 1
