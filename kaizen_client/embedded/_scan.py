"""Finding the objects and arrays of JSON in a text, in time that grows with its length only.

Trying to parse at every bracket is quadratic: a text of opening brackets would take minutes. So the grammar is walked
once, with a stack of its own. At an error the containers that were whole by then are kept, but for those inside an
object that is not - a program's, or one in another notation, which would be torn apart - and the search goes on where
the error is, never behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from kaizen_client.embedded._json import scan_container
from kaizen_client.embedded._spans import Span

# An opening bracket with something behind it that may follow it; empty containers are not looked for.
_OPENER: Final = re.compile(r'\{(?=[ \t\r\n]*+")|\[(?=[ \t\r\n]*+[\[{"0-9tfnNI-])')
_SPACE: Final = re.compile(r"[ \t\r\n]*+")
# RFC 8259, section 7: no control character stands in a string as it is. Possessive, so that a string which is not one
# is found out in one pass.
_STRING_BODY: Final = r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+'
# NaN and the infinities too: a block that holds one is one block, which is then left alone as a whole.
_SCALAR: Final = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null|NaN|-?Infinity"
_STRING_START: Final = re.compile(_STRING_BODY)
_TOKEN: Final = re.compile(rf'[ \t\r\n]*+(?:([\[\]{{}},:])|({_STRING_BODY}")|{_SCALAR})')

# What may come next: a value; a value or the end of an empty array; a key or the end of an empty object; a key; a
# colon; a comma or the end.
_VALUE, _ITEM_OR_END, _KEY_OR_END, _KEY, _COLON, _COMMA_OR_END = range(6)

# The standard library's parser knows the same grammar and is ten times as fast where a container is whole. Where it is
# not, its error counts the lines of the whole text before it: too much for a text that is full of them.
_TRIES: Final = 8


class Container(NamedTuple):
    """An object or array of JSON in a text."""

    span: Span
    #: Whether it is an item of an array that is not whole, cut off say.
    in_broken_array: bool
    #: What it says, where that is known: else it may be none that KTOF can hold.
    value: dict[str, Any] | list[Any] | None = None


def find_containers(text: str) -> Iterator[Container]:
    """Give the outermost objects and arrays of JSON in a text, in order; empty ones are left out.

    >>> [text[slice(*found.span)] for text in ['a {"b": [1]} [[c], [2] [3]'] for found in find_containers(text)]
    ['{"b": [1]}', '[2]', '[3]']
    """
    position = failures = 0
    while (opener := _OPENER.search(text, position)) is not None:
        start = opener.start()
        if failures < _TRIES:
            try:
                value, position = scan_container(text, start)
            except (ValueError, RecursionError):
                failures += 1
            else:
                yield Container(Span(start, position), in_broken_array=False, value=value)
                continue
        spans, position = _walk(text, start)
        for span in spans:
            yield Container(span, in_broken_array=span.start != start)


def _walk(text: str, start: int) -> tuple[list[Span], int]:
    """Walk the grammar from an opening bracket; give the containers that are whole, and where to go on.

    That is behind the container when it is whole, and otherwise at the error: no character is walked over twice.
    """
    next_token = _TOKEN.match
    # The brackets that are open: where, and whether it is an object's.
    open_at: list[int] = []
    objects: list[bool] = []
    whole: list[Span] = []
    expected, at = _VALUE, start
    while (token := next_token(text, at)) is not None:
        kind = token.lastindex
        if kind == 1:
            char = token[1]
            if char in "[{" and expected <= _ITEM_OR_END:
                open_at.append(token.start(1))
                objects.append(char == "{")
                expected = _KEY_OR_END if char == "{" else _ITEM_OR_END
            elif char == "," and expected == _COMMA_OR_END:
                expected = _KEY if objects[-1] else _VALUE
            elif char == ":" and expected == _COLON:
                expected = _VALUE
            elif (char == "}" and objects[-1] and expected in (_COMMA_OR_END, _KEY_OR_END)) or (
                char == "]" and not objects[-1] and expected in (_COMMA_OR_END, _ITEM_OR_END)
            ):
                objects.pop()
                closed = Span(open_at.pop(), token.end())
                if not open_at:
                    return [closed], closed.end
                # What is inside it is part of it from now on.
                while whole and whole[-1].start > closed.start:
                    whole.pop()
                if expected == _COMMA_OR_END:
                    whole.append(closed)
                expected = _COMMA_OR_END
            else:
                break
        elif kind == 2 and expected in (_KEY, _KEY_OR_END):
            expected = _COLON
        elif expected <= _ITEM_OR_END:
            expected = _COMMA_OR_END
        else:
            break
        at = token.end()
    space = _SPACE.match(text, at)
    error = space.end() if space else at
    if token is None and (broken := _STRING_START.match(text, error)) is not None:
        error = broken.end()
    broken_object = next((place for place, is_object in zip(open_at, objects, strict=True) if is_object), len(text))
    return [span for span in whole if span.start < broken_object], error
