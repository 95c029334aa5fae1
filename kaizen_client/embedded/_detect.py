"""Which parts of a text are JSON that may be written as KTOF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from kaizen_client.embedded._code import find_code
from kaizen_client.embedded._json import parse_container
from kaizen_client.embedded._scan import find_containers
from kaizen_client.embedded._spans import Span, Spans

# What makes a bracket part of something else when it stands right before it or right behind: an index or a call
# (`a[0]`, `f{...}`), a template (`{{...}}`, `${...}`), a link (`[text](url)`), an escape (`\[`), code.
_BEFORE: Final = frozenset("{])$%#@&\\`")
_BEHIND: Final = frozenset("[(`")
_QUOTES: Final = frozenset("\"'\u201c\u201d\u2018\u2019\u00ab\u00bb")

# How far before a block its line is looked at, in code points.
_LOOK: Final = 300
# A line of a list, a quote or a table.
_MARKED_LINE: Final = re.compile(r"[-*+](?:[ \t]|\Z)|[0-9]{1,9}[.)](?:[ \t]|\Z)|[>|]")
#: Escapes of what would do something else than be read, written as itself: controls, marks of direction, and what ends
#: a quotation, a tag or a fence.
TELLING_ESCAPE: Final = re.compile(
    r"\\(?:[bf]|u(?:00(?:[01][0-9a-f]|2[26]|3[ce]|60|7f|[89][0-9a-f])|20[0-6][0-9a-f]|feff))", re.IGNORECASE
)


class Block(NamedTuple):
    """JSON in a text: where it stands and what it says."""

    span: Span
    value: dict[str, Any] | list[Any]


def find_blocks(text: str, kept: Iterable[Span]) -> Iterator[Block]:
    """Give the objects and arrays of JSON in a text, in order.

    Left out are empty ones, what is code, what is glued to a word or a bracket, what stands in quotes, what is part of
    a line in another notation, and JSON that a reader of its KTOF would not get whole (see `parse_container`).

    Args:
        text: the text.
        kept: other parts of it to leave alone.
    """
    untouchable = Spans([*kept, *find_code(text)])
    for span, in_broken_array, known in find_containers(text):
        if untouchable.touch(span) or _is_part_of_more(text, span):
            continue
        if not in_broken_array and _is_part_of_a_line(text, span):
            continue
        json = text[span.start : span.end]
        value = None if TELLING_ESCAPE.search(json) else known or parse_container(json)
        if value:
            yield Block(span, value)


def _is_part_of_more(text: str, span: Span) -> bool:
    before, behind = text[span.start - 1 : span.start] if span.start else "", text[span.end : span.end + 1]
    if before in _QUOTES and behind in _QUOTES:
        return True
    return _is_word(before) or _is_word(behind) or before in _BEFORE or behind in _BEHIND


def _is_part_of_a_line(text: str, span: Span) -> bool:
    """Whether a block belongs to a line that would mean something else without it: of a program, a list, a table."""
    lead, whole = lead_of(text, span)
    said = lead.strip(" \t")
    if not said:
        return False
    if whole and (lead[0] in " \t" or _MARKED_LINE.match(lead)):
        return True
    if any(lead.count(opening) > lead.count(closing) for opening, closing in ("{}", "()")):
        return True
    return said[-1] in "=,"


def lead_of(text: str, span: Span) -> tuple[str, bool]:
    """Return what stands before a block on its line, and whether that is all of it."""
    start = max(0, span.start - _LOOK)
    line = text.rfind("\n", start, span.start)
    return (text[line + 1 : span.start], True) if line >= 0 else (text[start : span.start], start == 0)


def _is_word(char: str) -> bool:
    return char == "_" or char.isalnum()
