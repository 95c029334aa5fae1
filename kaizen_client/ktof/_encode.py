"""Values to KTOF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
        lead: What its next line starts with.
        first: The next line shares its line with the hyphen of a list item.
    """

    __slots__ = ("children", "depth", "first", "is_list", "lead")

    def __init__(self, children: Iterator[Any], depth: int, lead: str, *, is_list: bool, first: bool) -> None:
        self.children = children
        self.is_list = is_list
        self.depth = depth
        self.lead = lead
        self.first = first


class _Encoder:
    """One call of `encode`. It keeps its own stack, so that no depth of value exhausts Python's."""

    def __init__(self, indent: int, delimiter: str, marker: str) -> None:
        self._unit = " " * indent
        self._delimiter = delimiter
        self._open = f"[{marker}"
        self._close = "]" if delimiter == "," else f"{delimiter}]"
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
            self._push(iter(value.items()), 0, "", is_list=False, first=False)
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

    def _push(self, children: Iterator[Any], depth: int, lead: str, *, is_list: bool, first: bool) -> None:
        self._check_room(1)
        self._stack.append(_Frame(children, depth, lead, is_list=is_list, first=first))

    def _check_room(self, levels: int) -> None:
        if len(self._stack) + levels > MAX_DEPTH:
            raise _Unwritable

    def _fields(self, frame: _Frame) -> bool:
        """Write fields of a dict until one opens a level (False) or there are no more (True)."""
        keys, write, add = self._keys, self._cells.by_type, self._lines.append
        pad = self._unit * frame.depth
        for key, value in frame.children:
            lead, first = frame.lead, frame.first
            if first:
                frame.lead, frame.first = pad, False
            writer = write.get(type(value))
            if writer is not None:
                add(f"{lead}{keys[key]}: {writer(value)}")
                continue
            value = _plain(value)
            if type(value) is dict:
                add(f"{lead}{keys[key]}:")
                below = frame.depth + 1
                self._push(iter(value.items()), below, self._unit * below, is_list=False, first=False)
                return False
            if type(value) is list:
                # The rows and items of a first field are one level below the hyphen, not below the field.
                if self._array(f"{lead}{keys[key]}", value, frame.depth if first else frame.depth + 1):
                    return False
                continue
            add(f"{lead}{keys[key]}: {write[type(value)](value)}")
        return True

    def _list_items(self, frame: _Frame) -> bool:
        """Write elements of a list until one opens a level (False) or there are no more (True)."""
        write, add, lead = self._cells.by_type, self._lines.append, frame.lead
        for value in frame.children:
            writer = write.get(type(value))
            if writer is not None:
                add(f"{lead}{writer(value)}")
                continue
            value = _plain(value)
            if type(value) is dict:
                self._push(iter(value.items()), frame.depth + 1, lead, is_list=False, first=True)
                if not value:
                    add(lead[:-1])
                return False
            if type(value) is list:
                if self._array(lead, value, frame.depth + 1):
                    return False
                continue
            add(f"{lead}{write[type(value)](value)}")
        return True

    def _array(self, lead: str, values: list[Any], depth: int) -> bool:
        """Write an array whose lines are at `depth`; True when its items are still to be written."""
        self._check_room(1)
        head = f"{lead}{self._open}{len(values)}{self._close}"
        if not values:
            self._lines.append(f"{head}:")
            return False
        types = set(map(type, values))
        if not types <= _EXACT:
            values = list(map(_plain, values))
            types = set(map(type, values))
        if types <= SCALARS:
            self._lines.append(f"{head}: {self._delimiter.join(self._cells.write(values, types))}")
            return False
        if types == {dict} and self._table(head, values, self._unit * depth):
            return False
        self._lines.append(f"{head}:")
        self._push(iter(values), depth, f"{self._unit * depth}- ", is_list=True, first=False)
        return True

    def _table(self, head: str, rows: list[dict[str, Any]], pad: str) -> bool:
        """Write rows under one header when all have the same keys and only scalars; False when not."""
        columns = _columns(rows)
        if columns is None:
            return False
        written = []
        for column in columns:
            types = set(map(type, column))
            if not types <= SCALARS:
                if not types.isdisjoint(_CONTAINERS):
                    return False
                column = list(map(_plain, column))
                types = set(map(type, column))
                if not types <= SCALARS:
                    return False
            written.append(self._cells.write(column, types))
        self._check_room(2)
        fields = self._delimiter.join([self._keys[key] for key in rows[0]])
        self._lines.append(f"{head}{{{fields}}}:")
        lines = written[0] if len(written) == 1 else map(self._delimiter.join, zip(*written, strict=True))
        self._lines.append(pad + f"\n{pad}".join(lines))
        return True


def _columns(rows: list[dict[str, Any]]) -> list[Sequence[Any]] | None:
    """Give the values of each key, in the order of the first row's keys; None when the rows differ in their keys."""
    first = rows[0]
    if not first or any(type(value) in _CONTAINERS for value in first.values()):
        return None
    if set(map(len, rows)) != {len(first)}:
        return None
    keys = list(first)
    try:
        if len(keys) == 1:
            return [list(map(itemgetter(keys[0]), rows))]
        return list(zip(*map(itemgetter(*keys), rows), strict=True))
    except KeyError:
        return None


_CONTAINERS = frozenset({dict, list, tuple})
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
