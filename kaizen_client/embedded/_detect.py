"""Which parts of a text are JSON that may be written as KTOF."""

from __future__ import annotations

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
_QUOTES: Final = frozenset("\"'")


class Block(NamedTuple):
    """JSON in a text: where it stands and what it says."""

    span: Span
    value: dict[str, Any] | list[Any]


def find_blocks(text: str, kept: Iterable[Span]) -> Iterator[Block]:
    """Give the objects and arrays of JSON in a text, in order.

    Left out are empty ones, what is code, what is glued to a word or a bracket, what stands in quotes, and JSON that a
    reader of its KTOF would not get whole (see `parse_container`).

    Args:
        text: the text.
        kept: other parts of it to leave alone.
    """
    untouchable = Spans([*kept, *find_code(text)])
    for span in find_containers(text):
        if untouchable.touch(span) or _is_part_of_more(text, span):
            continue
        value = parse_container(text[span.start : span.end])
        if value:
            yield Block(span, value)


def _is_part_of_more(text: str, span: Span) -> bool:
    before, behind = text[span.start - 1 : span.start] if span.start else "", text[span.end : span.end + 1]
    if before in _QUOTES and before == behind:
        return True
    return _is_word(before) or _is_word(behind) or before in _BEFORE or behind in _BEHIND


def _is_word(char: str) -> bool:
    return char == "_" or char.isalnum()
