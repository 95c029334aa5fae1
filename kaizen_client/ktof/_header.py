"""Reading the start of a line: a key, an array header, the field names of a table."""

from __future__ import annotations

import re
from typing import Final

from ._quoting import QUOTED_BODY, BadToken, unescape

_KEY: Final = re.compile(rf'"({QUOTED_BODY})"|([^"\\\[\]{{}}:]+)', re.DOTALL)
_USUAL_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?=[:\[])")
_LENGTH: Final = re.compile(r"\[#?([0-9]+)([\t|]?)\]")
_FIELD: Final = {
    delimiter: re.compile(
        rf' *(?:"({QUOTED_BODY})" *|([^ "\\\[\]{{}}:{delimiter}][^"\\\[\]{{}}:{delimiter}]*)?)([{delimiter}}}])',
        re.DOTALL,
    )
    for delimiter in (",", "\t", "|")
}
_ODD_KEY: Final = re.compile(r"[,|\t\r]|\A[-#]")
_MAX_LENGTH_DIGITS: Final = 18


class Header:
    """The header of an array.

    Attributes:
        length: How many elements it declares.
        delimiter: What separates its values.
        fields: The field names of a table, or None.
        rest: What follows the colon, trimmed.
        rest_offset: Where in the line's content that starts.
        offset: Where the bracket is.
    """

    __slots__ = ("delimiter", "fields", "length", "offset", "rest", "rest_offset")

    def __init__(
        self, length: int, delimiter: str, fields: tuple[str, ...] | None, rest: str, rest_offset: int, offset: int
    ) -> None:
        """Take the attributes."""
        self.length = length
        self.delimiter = delimiter
        self.fields = fields
        self.rest = rest
        self.rest_offset = rest_offset
        self.offset = offset


class LineReader:
    """Reads keys and headers. It remembers the field lists it has read, as documents repeat them."""

    def __init__(self, *, strict: bool) -> None:
        """Take whether what an encoder never writes is an error."""
        self._strict = strict
        self._fields: dict[tuple[str, str], tuple[str, ...]] = {}

    def is_field(self, content: str, start: int) -> bool:
        """Tell a field from a scalar by whether a colon or bracket follows its key."""
        if content[start] != '"':
            return ":" in content
        match = _KEY.match(content, start)
        return match is not None and content[match.end() : match.end() + 1] in {":", "["}

    def key(self, content: str, start: int) -> tuple[str, int]:
        """Read the key at `start`; give it and where the colon or bracket after it is."""
        usual = _USUAL_KEY.match(content, start)
        if usual is not None:
            return usual[0], usual.end()
        match = _KEY.match(content, start)
        if match is None:
            if content.startswith('"', start):
                raise BadToken('a quoted key without its closing quote: add the ", on the same line', start)
            if content.startswith(":", start):
                raise BadToken('a colon without a key: write an empty key as ""', start)
            raise BadToken(
                f"a line that starts with {content[start]!r}: KTOF has `key: value` lines; "
                "if this is JSON, read it with a JSON parser",
                start,
            )
        quoted, plain = match.groups()
        end = match.end()
        if plain is not None and (plain.startswith("- ") or plain == "-"):
            raise BadToken("a list item where a field is expected: give the list a header, such as `items[2]:`", start)
        if end == len(content):
            raise BadToken("no colon after the key: write `key: value`", end)
        if content[end] not in ":[":
            raise BadToken(f"a {content[end]!r} in or after a key: put the key in quotes and a colon after it", end)
        if quoted is not None:
            return unescape(quoted, match.start(1)), end
        return self._plain_key(plain, start), end

    def _plain_key(self, plain: str, start: int) -> str:
        key = plain.strip(" ")
        if not key:
            raise BadToken('a key of spaces only: put it in quotes, or write an empty key as ""', start)
        if self._strict:
            odd = _ODD_KEY.search(key)
            if odd is not None:
                raise BadToken(f"an unquoted {odd[0]!r} in a key: put the key in quotes", start + odd.start())
        return key

    def value_start(self, content: str, colon: int) -> int:
        """Give where the value after a colon starts; at the end of `content` when there is none."""
        start = colon + 1
        if self._strict and start < len(content) and content[start] != " ":
            raise BadToken("no space after the colon: write `key: value`, or quote a value that holds a colon", start)
        return len(content) - len(content[start:].lstrip(" "))

    def header(self, content: str, start: int) -> Header:
        """Read the array header whose bracket is at `start`."""
        match = _LENGTH.match(content, start)
        if match is None:
            raise BadToken(
                "not an array header: it is `[3]:`, with the delimiter inside when it is a tab or `|`; "
                "quote a key or text that holds a bracket",
                start,
            )
        digits, mark = match.groups()
        if len(digits) > _MAX_LENGTH_DIGITS:
            raise BadToken("an array length of too many digits", start + 1)
        delimiter = mark or ","
        end, fields = match.end(), None
        if content.startswith("{", end):
            fields, end = self._read_fields(content, end, delimiter)
        if not content.startswith(":", end):
            raise BadToken("no colon after the array header: write `[3]:` or `[3]{a,b}:`", end)
        if end + 1 == len(content):
            return Header(int(digits), delimiter, fields, "", end + 1, start)
        rest_offset = self.value_start(content, end)
        return Header(int(digits), delimiter, fields, content[rest_offset:].rstrip(" "), rest_offset, start)

    def fields(self, text: str, delimiter: str) -> tuple[str, ...]:
        """Read a field list that is all of a text, braces included."""
        known = self._fields.get((delimiter, text))
        if known is None:
            known, end = self._read_fields(text, 0, delimiter)
            if end != len(text):
                raise BadToken("characters after a field list", end)
            self._fields[delimiter, text] = known
        return known

    def _read_fields(self, content: str, brace: int, delimiter: str) -> tuple[tuple[str, ...], int]:
        pattern, position = _FIELD[delimiter], brace + 1
        fields: dict[str, None] = {}
        names: list[str] = []
        while True:
            match = pattern.match(content, position)
            if match is None:
                raise BadToken(
                    "a field list that cannot be read: it is `{a,b}` with the delimiter of the bracket, "
                    "names with other characters than letters, digits, _ and . in quotes, and nothing nested",
                    position,
                )
            quoted, plain, after = match.groups()
            if quoted is not None:
                name = unescape(quoted, match.start(1))
            elif plain:
                name = self._plain_key(plain, match.start(2))
            else:
                raise BadToken('an empty field name: write it as ""', position)
            if self._strict and name in fields:
                raise BadToken(f"the field {name!r} twice in one table: rename one", position)
            fields[name] = None
            names.append(name)
            position = match.end()
            if after == "}":
                return tuple(names), position
