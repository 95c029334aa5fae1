"""Reading many rows of a table at once, column by column.

This is the fast path: it reads rows only when it can prove, by a few scans in C, that reading them one by one would
give the same. Otherwise it gives None and they are read one by one, which also finds what is wrong and where.
"""

from __future__ import annotations

import json
import re
from itertools import repeat
from math import inf
from typing import Any, Final

from ._quoting import BadToken
from ._tokens import Scalars

# A cell that is not a string, or not one as it stands; wider than the numbers of the notation: it need not be exact.
_NOT_PLAIN: Final = re.compile(r"\n(?:-[ \n]|(?:true|false|null|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\n)")
# Cells that are quoted without escapes or are words, each with a newline after it.
_QUOTED_AND_WORDS: Final = re.compile(
    r'(?:(?:"[^"\\\n]*"|(?!(?:true|false|null)\n)[^"\\\[\]{}\t\r:\n0-9-][^"\\\[\]{}\t\r:\n]*)\n)*'
)
_JSON_START: Final = frozenset("-0123456789tfn")
_MARKS: Final = ('"', "\\", "[", "]", "{", "}", "\t", "\r", ":")
_NOT_JSON: Final = ('"', "[", "{", ",", "\t", "\r", "-0")
_DELIMITER, _BACKSLASH, _QUOTE = "\0", "\1", "\2"
_NEWLINE: Final = "\n"
_NO_ROW: Final = frozenset(("", " ", "\t", "\n"))


def _no_constant(name: str) -> Any:
    raise ValueError(name)


_JSON: Final = json.JSONDecoder(parse_constant=_no_constant)


def read_rows(
    lines: list[str], indent: int, fields: tuple[str, ...], delimiter: str, scalars: Scalars
) -> list[dict[str, Any]] | None:
    """Read lines that should be rows, indented by `indent` spaces; None when they need reading one by one."""
    pad = " " * indent
    text = "\n".join(lines)
    if not text.startswith(pad) or text.count(f"\n{pad}") != len(lines) - 1:
        return None
    text = text[indent:].replace(f"\n{pad}", "\n")
    if "\n " in text or "\n\t" in text or "\n\n" in text or text[:1] in _NO_ROW or text[-1] == "\n":
        # A blank line or other indentation.
        return None
    spaced = f" {delimiter}" in text or f"{delimiter} " in text or " \n" in text or text[-1] == " "
    columns = _split(text, len(fields), delimiter)
    if columns is None:
        return None
    if spaced:
        columns = [[cell.strip(" ") for cell in column] for column in columns]
    try:
        read = [_read_column(column, scalars, first=not at) for at, column in enumerate(columns)]
    except BadToken:
        return None
    # All in C: a loop, or `strict`, would cost as much again.
    return list(map(dict, map(zip, repeat(fields), zip(*read, strict=True))))


def _split(text: str, width: int, delimiter: str) -> list[Any] | None:
    """Split rows into columns; None when a row has another width.

    A piece of a quoted cell that a delimiter cuts starts with a quote and has no closing one, so it cannot be read:
    a row that has the right width by accident is found out later.
    """
    rows = [line.split(delimiter) for line in text.split("\n")]
    if set(map(len, rows)) == {width}:
        return list(zip(*rows, strict=True))
    hidden = _hide(text, delimiter)
    if hidden is None:
        return None
    rows = [line.split(delimiter) for line in hidden.split("\n")]
    if set(map(len, rows)) != {width}:
        return None
    columns = []
    for column in zip(*rows, strict=True):
        joined = "\n".join(column)
        for stand_in, original in ((_DELIMITER, delimiter), (_BACKSLASH, "\\\\"), (_QUOTE, '\\"')):
            joined = joined.replace(stand_in, original)
        columns.append(joined.split("\n"))
    return columns


def _hide(text: str, delimiter: str) -> str | None:
    """Give rows with stand-ins for the delimiters inside quotes; None when the quotes of a line do not pair up."""
    if '"' not in text or _DELIMITER in text or _BACKSLASH in text or _QUOTE in text:
        return None
    if "\\" in text:
        text = text.replace("\\\\", _BACKSLASH).replace('\\"', _QUOTE)
    parts = text.split('"')
    inside = parts[1::2]
    if len(parts) % 2 == 0 or any("\n" in part for part in inside):
        return None
    parts[1::2] = [part.replace(delimiter, _DELIMITER) for part in inside]
    return '"'.join(parts)


def _read_column(column: Any, scalars: Scalars, *, first: bool) -> Any:
    joined = "\n".join(column)
    values = _as_quoted(column, joined) if joined[:1] == '"' else _as_json(column, joined)
    if values is not None:
        return values
    if '"' in joined and _QUOTED_AND_WORDS.fullmatch(joined + "\n"):
        return [cell[1:-1] if cell[0] == '"' else cell for cell in column]
    if first and ":" in joined:
        for cell in column:
            if ":" in cell and not cell.startswith('"'):
                # Perhaps the first colon of a field.
                raise BadToken("a colon before any delimiter")
    elif not any(mark in joined for mark in _MARKS) and _NOT_PLAIN.search(f"\n{joined}\n") is None:
        return column
    if not scalars.strict and any('"' in cell and cell[0] != '"' for cell in column):
        raise BadToken("a quote inside an unquoted value")
    return list(map(scalars.__getitem__, column))


def _as_quoted(column: Any, joined: str) -> list[str] | None:
    """Read a column whose cells are all quoted, without escapes: then all its quotes are at the ends of cells."""
    if "\\" in joined or joined.count('"') != 2 * len(column) or joined[-1] != '"':
        return None
    values = joined[1:-1].split('"\n"')
    return values if len(values) == len(column) else None


def _as_json(column: Any, joined: str) -> list[Any] | None:
    """Read a column whose cells are all numbers, `true`, `false` or `null` in one call of the C parser of JSON.

    KTOF writes these in the same way. What the two read differently is left out: anything quoted or bracketed, a
    comma inside a cell, a minus before zero and a number that no float can hold.
    """
    if joined[:1] not in _JSON_START or any(mark in joined for mark in _NOT_JSON):
        return None
    try:
        values: list[Any] = _JSON.decode(f"[{joined.replace(_NEWLINE, ',')}]")
    except ValueError:
        return None
    return None if inf in values or -inf in values else values
