"""Values to KTOF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Literal

from ._cells import SCALARS, CellWriter
from ._faults import find_fault
from ._limits import MAX_DEPTH
from ._options import check_encode_options
from ._quoting import QuotedKeys


def encode(value: Any, *, indent: int = 2, delimiter: str = ",", length_marker: bool | Literal["#"] = False) -> str:
    r"""Write a JSON value as KTOF.

    Args:
        value: None, a bool, int, float, str, list, tuple, or a dict with string keys, and what is nested in it.
            Subclasses of these count as what they extend (an `IntEnum` is its number). A float that is not finite
            is written as `null`, an integral float without `.0`, `-0.0` as `0`.
        indent: The number of spaces of one level.
        delimiter: What separates the values of an array: `","`, `"\t"` or `"|"`.
        length_marker: True or `"#"` writes lengths as `[#3]` instead of `[3]`.

    Returns:
        The text, without a newline at its end. An empty dict is the empty text.

    Raises:
        KtofEncodeError: For any other type, a key that is not a string, half of a surrogate pair, more than 512
            levels (or a value that holds itself), an integer of more than 4,300 digits, or an option that is not
            one. Its `path` says where.

    Example:
        >>> print(encode({"users": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]}))
        users[2]{id,name}:
          1,Ada
          2,Bob
    """
    check_encode_options(indent, delimiter, length_marker)
    try:
        text = _Encoder(indent, delimiter, "#" if length_marker else "").run(value)
        if not text.isascii():
            # Fails on half of a surrogate pair, which could not be sent or stored.
            text.encode()
    except (_Unwritable, TypeError, ValueError, OverflowError):
        raise find_fault(value) from None
    return text


class _Unwritable(Exception):
    """Something that KTOF cannot hold; `find_fault` says what and where."""


class _Frame:
    """A dict or list whose children are being written, one level of the encoder's own stack.

    Attributes:
        children: What is left to write: the items of a dict or the elements of a list.
        is_list: Which of the two it is.
        depth: The level of its lines.
        pad: What its lines start with: spaces, and a hyphen for the elements of a list.
        lead: What its next line starts with: `pad`, but for the first line of a dict that is a list item.
    """

    __slots__ = ("children", "depth", "is_list", "lead", "pad")

    def __init__(self, children: Iterator[Any], depth: int, pad: str, lead: str, *, is_list: bool) -> None:
        self.children = children
        self.is_list = is_list
        self.depth = depth
        self.pad = pad
        self.lead = lead


class _Encoder:
    """One call of `encode`. It keeps its own stack, so that no depth of value exhausts Python's."""

    def __init__(self, indent: int, delimiter: str, marker: str) -> None:
        self._unit = " " * indent
        self._delimiter = delimiter
        self._open = f"[{marker}"
        self._close = "]" if delimiter == "," else f"{delimiter}]"
        self._empty = f"{self._open}0{self._close}:"
        self._cells = CellWriter(delimiter)
        self._keys = QuotedKeys()
        self._lines: list[str] = []
        self._stack: list[_Frame] = []

    def run(self, value: Any) -> str:
        write = self._cells.by_type
        if type(value) in write:
            return write[type(value)](value)
        value = _plain(value)
        if type(value) is dict:
            self._stack.append(_Frame(iter(value.items()), 0, "", "", is_list=False))
        elif type(value) is list:
            self._array("", value, 1)
        else:
            return write[type(value)](value)
        while self._stack:
            frame = self._stack[-1]
            finished = self._list_items(frame) if frame.is_list else self._fields(frame)
            if finished:
                self._stack.pop()
        return "\n".join(self._lines)

    def _check_room(self, levels: int) -> None:
        if len(self._stack) + levels > MAX_DEPTH:
            raise _Unwritable

    def _fields(self, frame: _Frame) -> bool:
        """Write fields of a dict until one opens a level (False) or there are no more (True)."""
        keys, write, add = self._keys, self._cells.by_type, self._lines.append
        lead, pad = frame.lead, frame.pad
        frame.lead = pad
        for key, value in frame.children:
            kind = type(value)
            if kind not in _EXACT:
                value = _plain(value)
                kind = type(value)
            if kind in SCALARS:
                add(f"{lead}{keys[key]}: {write[kind](value)}")
            elif kind is dict:
                add(f"{lead}{keys[key]}:")
                self._check_room(1)
                if value:
                    below = frame.depth + 1
                    indentation = self._unit * below
                    self._stack.append(_Frame(iter(value.items()), below, indentation, indentation, is_list=False))
                    return False
            # The rows and items of the first field of a list item are one level below the hyphen, not below the field.
            elif self._array(f"{lead}{keys[key]}", value, frame.depth + 1 if lead is pad else frame.depth):
                return False
            lead = pad
        return True

    def _list_items(self, frame: _Frame) -> bool:
        """Write elements of a list until one opens a level (False) or there are no more (True)."""
        write, add, pad = self._cells.by_type, self._lines.append, frame.pad
        for value in frame.children:
            kind = type(value)
            if kind not in _EXACT:
                value = _plain(value)
                kind = type(value)
            if kind is list:
                if self._array(pad, value, frame.depth + 1):
                    return False
            elif kind is not dict:
                add(f"{pad}{write[kind](value)}")
            elif value:
                self._check_room(1)
                below = frame.depth + 1
                self._stack.append(_Frame(iter(value.items()), below, self._unit * below, pad, is_list=False))
                return False
            else:
                self._check_room(1)
                add(pad[:-1])
        return True

    def _array(self, lead: str, values: list[Any], depth: int) -> bool:
        """Write an array whose lines are at `depth`; True when its items are still to be written."""
        if len(self._stack) >= MAX_DEPTH:
            raise _Unwritable
        if not values:
            self._lines.append(f"{lead}{self._empty}")
            return False
        head = f"{lead}{self._open}{len(values)}{self._close}"
        types = set(map(type, values))
        if not types <= _EXACT:
            values = list(map(_plain, values))
            types = set(map(type, values))
        if types <= SCALARS:
            self._lines.append(f"{head}: {self._delimiter.join(self._cells.write(values, types))}")
            return False
        indentation = self._unit * depth
        if types == _DICTS and self._table(head, values, indentation):
            return False
        self._lines.append(f"{head}:")
        pad = f"{indentation}- "
        self._stack.append(_Frame(iter(values), depth, pad, pad, is_list=True))
        return True

    def _table(self, head: str, rows: list[dict[str, Any]], pad: str) -> bool:
        """Write rows under one header when all have the same keys and only scalars; False when not."""
        first = rows[0]
        if not first or not _CONTAINERS.isdisjoint(map(type, first.values())):
            return False
        lines = self._row_by_row(rows) if len(rows) < _COLUMNS_FROM else self._by_columns(rows)
        if lines is None:
            return False
        self._check_room(2)
        fields = self._delimiter.join([self._keys[key] for key in first])
        self._lines.append(f"{head}{{{fields}}}:")
        self._lines.append(pad + f"\n{pad}".join(lines))
        return True

    def _row_by_row(self, rows: list[dict[str, Any]]) -> Iterable[str] | None:
        """Write a few rows; None when they make no table."""
        write, join, keys = self._cells.by_type, self._delimiter.join, list(rows[0])
        lines = []
        for row in rows:
            try:
                values = [row[key] for key in keys]
            except KeyError:
                return None
            if len(row) != len(keys):
                return None
            try:
                lines.append(join([write[type(value)](value) for value in values]))
            except KeyError:
                # A list or dict, or a subclass.
                return self._by_columns(rows)
        return lines

    def _by_columns(self, rows: list[dict[str, Any]]) -> Iterable[str] | None:
        """Write many rows, column by column; None when they make no table."""
        columns = _columns(rows)
        if columns is None:
            return None
        written = []
        for column in columns:
            types = set(map(type, column))
            if not types <= SCALARS:
                if not types.isdisjoint(_CONTAINERS):
                    return None
                column = list(map(_plain, column))
                types = set(map(type, column))
                if not types <= SCALARS:
                    return None
            written.append(self._cells.write(column, types))
        return written[0] if len(written) == 1 else map(self._delimiter.join, zip(*written, strict=True))


def _columns(rows: list[dict[str, Any]]) -> list[Sequence[Any]] | None:
    """Give the values of each key, in the order of the first row's keys; None when the rows differ in their keys."""
    keys = list(rows[0])
    if set(map(len, rows)) != {len(keys)}:
        return None
    try:
        if len(keys) == 1:
            return [list(map(itemgetter(keys[0]), rows))]
        return list(zip(*map(itemgetter(*keys), rows), strict=True))
    except KeyError:
        return None


# From how many rows on writing by columns beats writing row by row.
_COLUMNS_FROM = 8
_CONTAINERS = frozenset({dict, list, tuple})
_DICTS = frozenset({dict})
_EXACT = SCALARS | {dict, list}


def _plain(value: Any) -> Any:
    """Give a value as the very type that it extends; `_Unwritable` when it extends none of them."""
    kind = type(value)
    if kind in _EXACT:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__index__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list | tuple):
        return list(value)
    raise _Unwritable
