"""KTOF to values."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, NoReturn

from ._columns import read_rows
from ._errors import KtofDecodeError
from ._header import Header, LineReader
from ._limits import MAX_DEPTH
from ._options import check_decode_options
from ._quoting import BadToken
from ._starts import Starts
from ._tokens import Scalars, is_row, read_cells

# How many rows of a table are read at once, first and at most, and from how many on that beats one by one.
_FIRST_CHUNK = 64
_LAST_CHUNK = 2048
_CHUNK_FROM = 8
# A stack so long that a line, which adds up to three levels, could exceed the cap.
_DEEP = MAX_DEPTH - 2
_NO_ITEM = frozenset(("", " ", "["))
_NO_ROW = frozenset(("", " ", "\t"))


def decode(text: str, *, indent: int = 2, strict: bool = True) -> Any:
    r"""Read a KTOF text.

    Args:
        text: The text. Its delimiters are those that it declares; newlines at its end are let be.
        indent: The number of spaces of one level that it was written with.
        strict: False tolerates indentation that is no multiple of `indent` and tabs in it (a tab counts as one
            level), counts that do not match, rows that are too short (their last fields are left out), blank lines
            inside arrays, a key given twice (the last one wins), a colon without a space after it, and unquoted
            text that should have been quoted.

    Returns:
        What the text stands for: dict, list, str, int, float, bool or None. The empty text is an empty dict.

    Raises:
        KtofDecodeError: When the text is not KTOF, or an option is not one. It has `line`, `column` and `reason`.
            In either mode: text after the value, an unclosed quote, an unknown escape, half of a surrogate pair,
            a row that is too long, a number that Python cannot hold, more than 512 levels.

    Example:
        >>> decode("users[2]{id,name}:\n  1,Ada\n  2,Bob")
        {'users': [{'id': 1, 'name': 'Ada'}, {'id': 2, 'name': 'Bob'}]}
    """
    check_decode_options(indent, strict)
    if not isinstance(text, str):
        raise KtofDecodeError(f"the text is of type {type(text).__name__}: pass a str")
    return _Decoder(_checked(text, strict=strict), indent, strict=strict).run()


def _checked(text: str, *, strict: bool) -> str:
    """Give the text with what no line of it may hold removed, or raise."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise _at(text, error.start, "half of a surrogate pair, which is no character: remove it") from None
        if text.startswith("\ufeff"):
            if strict:
                raise KtofDecodeError("a byte order mark: remove it (in Python, read with encoding utf-8-sig)", 1, 1)
            text = text[1:]
    if "\r" in text:
        place = text.find("\r\n")
        if place < 0 and text.endswith("\r"):
            place = len(text) - 1
        if place >= 0:
            if strict:
                raise _at(text, place, "a line that ends with a carriage return: end lines with a newline alone")
            text = text.replace("\r\n", "\n").removesuffix("\r")
    return text


def _at(text: str, place: int, reason: str) -> KtofDecodeError:
    return KtofDecodeError(reason, text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place))


class _Level:
    """A dict or list that is being read, one level of the decoder's own stack.

    Attributes:
        above: The indentation that its lines must exceed (in strict mode: by one level exactly).
    """

    __slots__ = ("above",)
    above: int


class _DictLevel(_Level):
    __slots__ = ("fields",)

    def __init__(self, above: int, fields: dict[str, Any]) -> None:
        self.above = above
        self.fields = fields


class _ListLevel(_Level):
    """A list whose items are on lines of their own.

    Attributes:
        items: What has been read.
        length: How many items the header declares.
        line: The index of the header's line.
        column: The column of its bracket.
        first_line: The index of the line of the first item, or -1.
        shares: The list is the first field of a list item, whose other fields have the indentation of its items.
    """

    __slots__ = ("column", "first_line", "items", "length", "line", "shares")

    def __init__(self, above: int, length: int, line: int, column: int, *, shares: bool) -> None:
        self.above = above
        self.items: list[Any] = []
        self.length = length
        self.line = line
        self.column = column
        self.first_line = -1
        self.shares = shares


class _Decoder:
    """One call of `decode`. It keeps its own stack, so that no depth of text exhausts Python's."""

    def __init__(self, text: str, indent: int, *, strict: bool) -> None:
        self._lines = text.split("\n")
        self._indent = indent
        self._strict = strict
        self._scalars = Scalars(strict=strict)
        self._reader = LineReader(strict=strict)
        self._starts = Starts(self._reader)
        self._stack: list[_Level] = []
        self._blanks: list[int] = []
        # The next line to read, and the last one read that was not blank.
        self._next = 0
        self._last = -1

    def run(self) -> Any:
        line = self._peek()
        if line is None:
            return {}
        content, width = line
        if content.startswith("["):
            if self._strict and width:
                self._bad_indentation(width, 0)
            result: Any = self._take_array(content, 0, width, shares=False)
        elif self._is_single(content):
            if self._strict and width:
                self._bad_indentation(width, 0)
            return self._take_scalar(content)
        else:
            fields: dict[str, Any] = {}
            self._stack.append(_DictLevel(-self._indent if self._strict else -1, fields))
            result = fields
        while (line := self._peek()) is not None:
            self._take_line(*line)
            self._take_usual()
        while self._stack:
            self._close()
        return result

    # Lines

    def _peek(self) -> tuple[str, int] | None:
        """Give the next line that is not blank, without its indentation, and how deep it is indented."""
        lines, at = self._lines, self._next
        while at < len(lines):
            raw = lines[at]
            content = raw.lstrip(" ")
            if content and content[0] == "\t":
                content = raw.lstrip(" \t")
                if content:
                    self._next = at
                    return content, self._tabbed(raw[: len(raw) - len(content)])
            elif content:
                self._next = at
                return content, len(raw) - len(content)
            self._blanks.append(at)
            at += 1
        self._next = at
        return None

    def _tabbed(self, indentation: str) -> int:
        if self._strict:
            place = indentation.index("\t")
            raise KtofDecodeError(
                f"a tab in the indentation: use {self._indent} spaces for a level", self._next + 1, place + 1
            )
        return len(indentation) + indentation.count("\t") * (self._indent - 1)

    def _taken(self) -> None:
        self._last = self._next
        self._next += 1

    def _fail(self, fault: BadToken, content: str) -> NoReturn:
        """Raise for a fault in `content`, the end of the line at hand."""
        before = len(self._lines[self._next]) - len(content)
        raise KtofDecodeError(fault.reason, self._next + 1, before + fault.offset + 1) from None

    def _bad_indentation(self, width: int, expected: int) -> NoReturn:
        if width % self._indent:
            reason = (
                f"an indentation of {width}, which is no multiple of {self._indent}: "
                "pass the `indent` that the text was written with, or mend the line"
            )
        else:
            reason = (
                f"an indentation of {width} where {expected} or less is expected: "
                "pass the `indent` that the text was written with, or mend the line"
            )
        raise KtofDecodeError(reason, self._next + 1, width + 1)

    def _is_single(self, content: str) -> bool:
        """Tell whether this line, the first, is the whole text and a scalar."""
        if any(line.strip(" \t") for line in self._lines[self._next + 1 :]):
            return False
        return not self._reader.is_field(content, 0)

    def _take_scalar(self, content: str) -> Any:
        token = content.rstrip(" ")
        if token[0] in "[{":
            self._fail(BadToken("a line that starts with a bracket: if this is JSON, use a JSON parser"), content)
        try:
            return self._scalars[token]
        except BadToken as fault:
            self._fail(fault, content)

    def _take_line(self, content: str, width: int) -> None:
        """Read one line into the container that its indentation says."""
        while self._stack and width <= self._stack[-1].above:
            self._close()
        if not self._stack:
            raise KtofDecodeError("text after the end of the value: indent it, or remove it", self._next + 1, width + 1)
        level = self._stack[-1]
        if self._strict and width != level.above + self._indent:
            self._bad_indentation(width, level.above + self._indent)
        if isinstance(level, _DictLevel):
            self._take_field(level.fields, content, 0, width, width)
            return
        if isinstance(level, _ListLevel) and (content.startswith("- ") or content == "-"):
            self._take_item(level, content, width)
            return
        if isinstance(level, _ListLevel) and level.shares:
            self._close()
            level = self._stack[-1]
        if not isinstance(level, _DictLevel):
            self._fail(BadToken("not a list item: start the line with `- `, or mend its indentation"), content)
        self._take_field(level.fields, content, 0, width, width)

    # Fields

    def _take_usual(self) -> None:
        """Read lines as long as they have the form that an encoder gives them and nothing about them is wrong.

        This is the fast path: it looks up what starts and values say and puts them in their place. The line that it
        stops at is read in the general way, which also finds what is wrong and where.
        """
        lines, stack, starts, scalars = self._lines, self._stack, self._starts, self._scalars
        strict, indent, at = self._strict, self._indent, self._next
        while at < len(lines) and 0 < len(stack) < _DEEP:
            line = lines[at]
            text, colon, token = line.partition(": ")
            start = starts[text if colon else line[:-1]] if colon or line[-1:] == ":" else None
            if start is None:
                if not self._take_plain_items():
                    return
                at = self._next
                continue
            width, hyphen, key, header = start
            value: Any = None
            if colon:
                token = token.strip(" ")
                if not token:
                    return
                try:
                    value = scalars[token] if header is None else read_cells(token, header.delimiter, scalars)
                except BadToken:
                    return
                if header is not None and (header.fields is not None or (strict and len(value) != header.length)):
                    return
            level = stack[-1]
            while width <= level.above:
                self._close()
                if not stack:
                    return
                level = stack[-1]
            if strict and width != level.above + indent:
                return
            if isinstance(level, _ListLevel) and level.shares and not hyphen:
                self._close()
                level = stack[-1]
            above = width
            if isinstance(level, _DictLevel):
                fields = level.fields
                if hyphen or (strict and key in fields):
                    return
            elif not hyphen or not isinstance(level, _ListLevel) or (strict and len(level.items) >= level.length):
                return
            else:
                items = level.items
                if not items:
                    level.first_line = at
                if key is not None:
                    fields = {}
                    items.append(fields)
                    stack.append(_DictLevel(width, fields))
                    above += indent
            self._last = at
            self._next = at + 1
            if not colon:
                if header is None:
                    value = {}
                    stack.append(_DictLevel(above, value))
                elif header.length == 0 and self._ends_here(width):
                    value = []
                elif header.fields is None:
                    opened = _ListLevel(
                        width, header.length, at, width + header.offset + 1, shares=hyphen and key is not None
                    )
                    value = opened.items
                    stack.append(opened)
                else:
                    value = self._take_rows(header, header.fields, at, width, shares=hyphen and key is not None)
            if key is None:
                items.append(value)
            else:
                fields[key] = value
            at = self._next

    def _take_plain_items(self) -> bool:
        """Read list items that are empty, or scalars without a colon; False when there is none.

        Lenient reading takes deeper lines below a lone hyphen for the fields of the item, so the next line counts.
        """
        level = self._stack[-1]
        if not isinstance(level, _ListLevel):
            return False
        lines, items, scalars, strict, at = self._lines, level.items, self._scalars, self._strict, self._next
        pad = " " * (level.above + self._indent) + "-"
        end = min(len(lines), at + max(level.length - len(items), 0)) if strict else len(lines)
        before, width = len(items), len(pad)
        try:
            while at < end and lines[at].startswith(pad):
                token = lines[at][width:]
                if not token and (strict or (at + 1 < end and lines[at + 1].startswith(pad))):
                    items.append({})
                elif token[:1] == " " and ":" not in token and token[1:2] not in _NO_ITEM and token[-1] != " ":
                    items.append(scalars[token[1:]])
                else:
                    break
                at += 1
        except BadToken:
            # It is read again by the general way, which says where the fault is.
            pass
        if at == self._next:
            return False
        if not before:
            level.first_line = self._next
        self._next, self._last = at, at - 1
        return True

    def _take_field(self, fields: dict[str, Any], content: str, start: int, width: int, above: int) -> None:
        """Read the field at `start` of a line that is indented by `width`.

        `above` is what a dict below it must be indented deeper than; for the first field of a list item that is
        one level more than `width`.
        """
        try:
            key, end = self._reader.key(content, start)
            if self._strict and key in fields:
                raise BadToken(f"the key {key!r} twice in one object: rename or remove one", start)
            if content[end] == ":":
                value_start = self._reader.value_start(content, end) if end + 1 < len(content) else end + 1
                token = content[value_start:].rstrip(" ")
                if token:
                    try:
                        fields[key] = self._scalars[token]
                    except BadToken as fault:
                        raise BadToken(fault.reason, value_start + fault.offset) from None
                    self._taken()
                    return
        except BadToken as fault:
            self._fail(fault, content)
        if content[end] == "[":
            fields[key] = self._take_array(content, end, width, shares=start > 0)
            return
        below = _DictLevel(above, {})
        fields[key] = below.fields
        self._push(below, content, start)
        self._taken()

    # Arrays

    def _take_item(self, level: _ListLevel, content: str, width: int) -> None:
        items = level.items
        if self._strict and len(items) >= level.length:
            self._fail(BadToken(_count_reason("array", "items", level.length, "more")), content)
        if level.first_line < 0:
            level.first_line = self._next
        start = len(content) - len(content[1:].lstrip(" "))
        if start == len(content):
            empty: dict[str, Any] = {}
            items.append(empty)
            self._check_room(1, content)
            if not self._strict:
                # A lenient reader takes the lines below a lone hyphen for the fields of the item.
                self._push(_DictLevel(width, empty), content, 0)
            self._taken()
            return
        if content[start] == "[":
            items.append(self._take_array(content, start, width, shares=False))
            return
        if self._reader.is_field(content, start):
            item = _DictLevel(width, {})
            items.append(item.fields)
            self._push(item, content, start)
            self._take_field(item.fields, content, start, width, width + self._indent)
            return
        try:
            items.append(self._scalars[content[start:].rstrip(" ")])
        except BadToken as fault:
            self._fail(BadToken(fault.reason, start + fault.offset), content)
        self._taken()

    def _take_array(self, content: str, bracket: int, width: int, *, shares: bool) -> list[Any]:
        """Read the array whose header's bracket is at `bracket`; its list items are read later, line by line."""
        try:
            header = self._reader.header(content, bracket)
        except BadToken as fault:
            self._fail(fault, content)
        if header.rest:
            return self._take_inline(header, content)
        if header.fields is not None:
            self._check_room(2, content)
            at = self._next
            self._taken()
            return self._take_rows(header, header.fields, at, width, shares=shares)
        column = len(self._lines[self._next]) - len(content) + bracket + 1
        level = _ListLevel(width, header.length, self._next, column, shares=shares)
        self._push(level, content, bracket)
        self._taken()
        return level.items

    def _take_inline(self, header: Header, content: str) -> list[Any]:
        self._check_room(1, content)
        if header.fields is not None:
            self._fail(
                BadToken("a value on the line of a table's header: put the rows below it", header.rest_offset), content
            )
        try:
            values = read_cells(header.rest, header.delimiter, self._scalars)
        except BadToken as fault:
            self._fail(BadToken(fault.reason, header.rest_offset + fault.offset), content)
        if self._strict and len(values) != header.length:
            self._fail(BadToken(_count_reason("array", "values", header.length, len(values)), header.offset), content)
        self._taken()
        return values

    def _close(self) -> None:
        """Close the innermost container, and check that it is whole."""
        level = self._stack.pop()
        if not isinstance(level, _ListLevel) or not self._strict:
            return
        if len(level.items) != level.length:
            reason = _count_reason("array", "items", level.length, len(level.items))
            raise KtofDecodeError(reason, level.line + 1, level.column)
        self._check_blanks(level.first_line)

    def _check_blanks(self, first: int) -> None:
        """Raise when there is a blank line between the first line of an array and the last line read."""
        if not self._blanks or first < 0:
            return
        place = bisect_right(self._blanks, first)
        if place < len(self._blanks) and self._blanks[place] < self._last:
            raise KtofDecodeError("a blank line inside an array: remove it", self._blanks[place] + 1, 1)

    def _push(self, level: _Level, content: str, offset: int) -> None:
        self._check_room(1, content, offset)
        self._stack.append(level)

    def _check_room(self, levels: int, content: str, offset: int = 0) -> None:
        if len(self._stack) + levels > MAX_DEPTH:
            self._fail(BadToken(f"more than {MAX_DEPTH} levels of lists and objects", offset), content)

    # Tables

    def _width(self, at: int) -> int:
        return len(self._lines[at]) - len(self._lines[at].lstrip(" \t"))

    def _take_rows(
        self, header: Header, fields: tuple[str, ...], header_line: int, width: int, *, shares: bool
    ) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        if header.length < _CHUNK_FROM:
            self._take_simple_rows(header, fields, width, rows, header.length)
            if len(rows) == header.length and self._ends_here(width):
                return rows
        first = self._last - len(rows) + 1 if rows else -1
        # How many rows are to be read one by one before many at once are tried again, so that no line is tried often.
        singly, chunk, pause = 0, _FIRST_CHUNK, _FIRST_CHUNK
        while not self._ends_here(width):
            before = len(rows)
            missing = header.length - before
            wanted = min(missing, chunk, len(self._lines) - self._next)
            if singly == 0 and wanted >= _CHUNK_FROM:
                many = self._take_chunk(header, fields, width, wanted)
                if many:
                    rows += many
                    chunk = min(2 * chunk, _LAST_CHUNK)
                else:
                    singly, chunk, pause = pause, _FIRST_CHUNK, min(2 * pause, _LAST_CHUNK)
                    continue
            else:
                # A simple row holds no colon, so it is one even past the declared count, which lenient reading ignores.
                most = max(missing, 0) if self._strict else _LAST_CHUNK
                self._take_simple_rows(header, fields, width, rows, min(most, singly or most))
                if len(rows) == before:
                    row = self._take_row(header, fields, width, extra=missing <= 0, shares=shares)
                    if row is None:
                        break
                    rows.append(row)
                singly = max(singly - (len(rows) - before), 0)
            if first < 0:
                first = self._last - (len(rows) - before) + 1
        if self._strict:
            if len(rows) != header.length:
                raise KtofDecodeError(
                    _count_reason("table", "rows", header.length, len(rows)),
                    header_line + 1,
                    self._width(header_line) + header.offset + 1,
                )
            self._check_blanks(first)
        return rows

    def _ends_here(self, above: int) -> bool:
        """Tell by the start of the next line that it is no row; False may be a false alarm."""
        if self._next == len(self._lines):
            return True
        start = self._lines[self._next][: above + 1].lstrip(" ")
        return start != "" and start[0] != "\t"

    def _take_chunk(
        self, header: Header, fields: tuple[str, ...], width: int, wanted: int
    ) -> list[dict[str, Any]] | None:
        if not self._lines[self._next + wanted - 1].startswith(" " * (width + self._indent)):
            return None
        chunk = self._lines[self._next : self._next + wanted]
        rows = read_rows(chunk, width + self._indent, fields, header.delimiter, self._scalars)
        if rows is not None:
            self._next += wanted
            self._last = self._next - 1
        return rows

    def _take_simple_rows(
        self, header: Header, fields: tuple[str, ...], above: int, rows: list[dict[str, Any]], wanted: int
    ) -> None:
        """Read rows without quotes and colons, indented as they should be, until another line or `wanted` rows."""
        lines, read, delimiter, width = self._lines, self._scalars.__getitem__, header.delimiter, above + self._indent
        pad, count, at = " " * width, len(fields), self._next
        end = min(at + wanted, len(lines))
        try:
            while at < end:
                raw = lines[at]
                if not raw.startswith(pad) or '"' in raw or ":" in raw or raw[width : width + 1] in _NO_ROW:
                    break
                text = raw[width:]
                tokens = text.split(delimiter)
                if len(tokens) != count and (self._strict or len(tokens) > count):
                    break
                if " " in text:
                    tokens = [token.strip(" ") for token in tokens]
                rows.append(dict(zip(fields, map(read, tokens))))  # noqa: B905 - a short row is left short
                at += 1
        except BadToken:
            # It is read again by the general way, which says where the fault is.
            pass
        if at > self._next:
            self._next, self._last = at, at - 1

    def _take_row(
        self, header: Header, fields: tuple[str, ...], above: int, *, extra: bool, shares: bool
    ) -> dict[str, Any] | None:
        """Read one row; None when the table is at its end. `extra` says that it has all the rows it declares."""
        line = self._peek()
        if line is None or line[1] <= above:
            return None
        content, width = line
        if extra:
            # Beside a table that is the first field of a list item, the next field is indented like a row.
            if shares and ":" in content:
                if self._strict or not self._is_extra_row(content, header.delimiter):
                    return None
            elif self._strict and width == above + self._indent:
                self._fail(BadToken(_count_reason("table", "rows", header.length, "more")), content)
            elif not self._strict and not is_row(content, header.delimiter):
                return None
        elif not is_row(content, header.delimiter):
            return None
        if self._strict and width != above + self._indent:
            self._bad_indentation(width, above + self._indent)
        text = content.rstrip(" ")
        if header.delimiter == "\t" and self._lines[self._next].startswith(" "):
            # Tabs after spaces are the delimiters of empty values, not indentation.
            text = self._lines[self._next].strip(" ")
        try:
            values = read_cells(text, header.delimiter, self._scalars)
        except BadToken as fault:
            self._fail(fault, content)
        if len(values) != len(fields) and (self._strict or len(values) > len(fields)):
            self._fail(
                BadToken(
                    f"a row of {len(values)} values in a table of {len(fields)} fields: "
                    "mend the row, and quote values that hold the delimiter"
                ),
                content,
            )
        self._taken()
        return dict(zip(fields, values, strict=False))

    def _is_extra_row(self, content: str, delimiter: str) -> bool:
        if not is_row(content, delimiter):
            return False
        try:
            _, end = self._reader.key(content, 0)
            if content[end] == "[":
                self._reader.header(content, end)
        except BadToken:
            return True
        return False


def _count_reason(what: str, of: str, declared: int, found: int | str) -> str:
    return (
        f"the {what} declares {declared} {of} and has {found}: mend the number in brackets or the {of}, "
        "or decode with strict=False"
    )
