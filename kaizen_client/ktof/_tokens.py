"""Reading the tokens of a line: scalars, and the cells of a row."""

from __future__ import annotations

import re
from typing import Any, Final

from ._numbers import parse_number
from ._quoting import QUOTED_BODY, BadToken, unescape, unquote

_LITERALS: Final = {"true": True, "false": False, "null": None}

# Most tokens that are no number: nothing in them needs a closer look.
_WORDS: Final = re.compile(r'[^"\\\[\]{}\t\r:0-9-][^"\\\[\]{}\t\r:]*')
_NUMERIC_START: Final = frozenset("-0123456789")

# What an encoder always puts in quotes and what, unquoted, is most often another notation: JSON, YAML or a later
# version of this one. A colon inside a word (a time, an address) is unambiguous, and let through.
MISREAD: Final = re.compile(r'["\\\[\]{}\t\r]|:(?: |\Z)|\A-(?: |\Z)')

# What a later version writes for an empty list; no guess is safe.
_EMPTY_ELSEWHERE: Final = {"[]": "an empty list as `key[0]:`", "{}": "an empty object as `key:`"}

_MEMO_SIZE: Final = 1 << 16


class Scalars(dict[str, Any]):
    """What tokens, already trimmed, stand for. A memo: `scalars[token]` is read once.

    Raises `BadToken` for a token that is none.

    Attributes:
        strict: An unquoted text that should have been quoted is an error.
    """

    def __init__(self, *, strict: bool) -> None:
        """Take whether an unquoted text that should have been quoted is an error."""
        super().__init__()
        self.strict = strict

    def __missing__(self, token: str) -> Any:
        """Read a token that has not been met."""
        if len(self) >= _MEMO_SIZE:
            self.clear()
        value = self[token] = self._read(token)
        return value

    def _read(self, token: str) -> Any:
        if _WORDS.fullmatch(token):
            return _LITERALS.get(token, token)
        if not token:
            return ""
        first = token[0]
        if first == '"':
            return unquote(token)
        if first in _NUMERIC_START:
            try:
                number = parse_number(token)
            except OverflowError as error:
                raise BadToken(f"{error}: put it in quotes to read it as a string") from None
            if number is not None:
                return number
        if self.strict:
            match = MISREAD.search(token)
            if match is not None:
                raise BadToken(
                    f"an unquoted {match[0]!r} in a value, which the notation puts in quotes: "
                    "quote the value, or decode with strict=False to take it as it stands",
                    match.start(),
                )
        elif token in _EMPTY_ELSEWHERE:
            raise BadToken(
                f"an unquoted {token}, which other notations read as empty and this one as a string: "
                f"write {_EMPTY_ELSEWHERE[token]}, or quote the string"
            )
        return token


# No two neighbouring parts of these patterns can match the same character, so that they never backtrack far.
_CELL: Final = {
    delimiter: re.compile(
        rf' *(?:"({QUOTED_BODY})" *|([^" {delimiter}][^"{delimiter}]*)?)(?=[{delimiter}]|\Z)', re.DOTALL
    )
    for delimiter in (",", "\t", "|")
}
_BEFORE_MARK: Final = {
    delimiter: re.compile(rf'(?:[^":{delimiter}]+|"{QUOTED_BODY}")*', re.DOTALL) for delimiter in (",", "\t", "|")
}


def read_cells(text: str, delimiter: str, scalars: Scalars) -> list[Any]:
    """Read the values between delimiters. The `offset` of a `BadToken` counts from the start of `text`."""
    if '"' not in text:
        tokens = text.split(delimiter)
        if " " in text:
            tokens = [token.strip(" ") for token in tokens]
        try:
            return [scalars[token] for token in tokens]
        except BadToken:
            return _read_one_by_one(text, delimiter, scalars)
    return _read_one_by_one(text, delimiter, scalars)


def _read_one_by_one(text: str, delimiter: str, scalars: Scalars) -> list[Any]:
    cell, values, position = _CELL[delimiter], [], 0
    while True:
        match = cell.match(text, position)
        if match is None:
            raise _cell_fault(text, position)
        quoted, plain = match.groups()
        if quoted is not None:
            values.append(unescape(quoted, match.start(1)))
        else:
            try:
                values.append(scalars[plain.strip(" ") if plain else ""])
            except BadToken as fault:
                # The pattern has skipped the spaces before the token, so the group starts with it.
                raise BadToken(fault.reason, match.start(2) + fault.offset) from None
        position = match.end() + 1
        if position > len(text):
            return values


def _cell_fault(text: str, position: int) -> BadToken:
    start = position + len(text[position:]) - len(text[position:].lstrip(" "))
    if text[start] != '"':
        return BadToken(
            'a quote inside an unquoted value: put the whole value in quotes and write the quote as \\"',
            text.index('"', start),
        )
    try:
        unquote(text[start:])
    except BadToken as fault:
        return BadToken(fault.reason, start + fault.offset)
    return BadToken("a value that cannot be read: put it in quotes", start)


def is_row(text: str, delimiter: str) -> bool:
    """Tell a row of a table from a field: in a field the first unquoted colon comes before any delimiter."""
    if ":" not in text:
        return True
    if '"' not in text:
        place = text.find(delimiter)
        return 0 <= place < text.index(":")
    match = _BEFORE_MARK[delimiter].match(text)
    end = match.end() if match else 0
    return text[end : end + 1] != ":"
