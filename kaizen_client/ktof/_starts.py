"""What the start of a line says: its indentation, a hyphen, a key, an array header.

Documents repeat the starts of their lines far more than their values, so each is read once and then looked up.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from ._header import Header, LineReader
from ._quoting import BadToken

# The usual form of all that a start can hold. What it does not match is read step by step.
_USUAL: Final = re.compile(
    r'( *)(- )?(?:([A-Za-z_][A-Za-z0-9_.]*)|"([^"\\]*)")?(?:(\[)#?([0-9]{1,9})([\t|]?)\](\{[^"{}]*\})?)?'
)
_MEMO_SIZE: Final = 1 << 12

# How many spaces the line is indented by; whether it is a list item; the key of the field, or None for an array that
# is a list item itself; the header of the array that is the value, or None.
Start: TypeAlias = tuple[int, bool, str | None, Header | None]


class Starts(dict[str, Start | None]):
    """The starts of lines, each without the colon at its end. A memo: `starts[text]` is read once.

    None stands for what cannot be told from a start alone, and for all faults.
    """

    def __init__(self, reader: LineReader) -> None:
        """Take what reads keys and headers."""
        super().__init__()
        self._reader = reader

    def __missing__(self, text: str) -> Start | None:
        """Read a start that has not been met. What is not one is not remembered, as it may be long."""
        start = self._read_usual(text) or self._read(f"{text}:")
        if start is not None:
            if len(self) >= _MEMO_SIZE:
                self.clear()
            self[text] = start
        return start

    def _read_usual(self, text: str) -> Start | None:
        match = _USUAL.fullmatch(text)
        if match is None:
            return None
        pad, hyphen, key, quoted, bracket, length, mark, fields = match.groups()
        if key is None:
            key = quoted
        if bracket is None:
            return None if key is None else (len(pad), hyphen is not None, key, None)
        if key is None and hyphen is None:
            return None
        delimiter = mark or ","
        names = None
        if fields is not None:
            try:
                names = self._reader.fields(fields, delimiter)
            except BadToken:
                return None
        header = Header(int(length), delimiter, names, "", len(text) + 1, match.start(5) - len(pad))
        return len(pad), hyphen is not None, key, header

    def _read(self, line: str) -> Start | None:
        content = line.lstrip(" ")
        width = len(line) - len(content)
        if content[0] == "\t":
            # More indentation.
            return None
        hyphen = content.startswith("- ")
        begin = len(content) - len(content[1:].lstrip(" ")) if hyphen else 0
        key, colon, header = None, begin, None
        try:
            if not hyphen or content[begin] != "[":
                key, colon = self._reader.key(content, begin)
            if content[colon] == "[":
                header = self._reader.header(content, colon)
                colon = header.rest_offset - 1
        except BadToken:
            return None
        return (width, hyphen, key, header) if colon == len(content) - 1 else None
