"""What the start of a line says: its indentation, a hyphen, a key, an array header.

Documents repeat the starts of their lines far more than their values, so each is read once and then looked up.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from ._header import Header, LineReader
from ._quoting import BadToken

_USUAL: Final = re.compile(r"( *)(- )?([A-Za-z_][A-Za-z0-9_.]*)")
_MEMO_SIZE: Final = 1 << 16

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
        usual = _USUAL.fullmatch(text)
        if usual is None:
            start = self._read(f"{text}:")
        else:
            pad, hyphen, key = usual.groups()
            start = len(pad), hyphen is not None, key, None
        if start is not None:
            if len(self) >= _MEMO_SIZE:
                self.clear()
            self[text] = start
        return start

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
