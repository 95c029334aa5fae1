"""Writing the values of one table column or one inline array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ._limits import INTEGER_LIMIT
from ._numbers import format_float, format_integer
from ._quoting import QuotedValues, all_plain

SCALARS: Final = frozenset({str, int, float, bool, type(None)})

# Below this the scan of the joined column costs more than it saves.
_SCAN_FROM: Final = 12


class CellWriter:
    """Writes scalars under one delimiter.

    Attributes:
        by_type: The function that writes one value, by the value's exact type.
    """

    def __init__(self, delimiter: str) -> None:
        """Take the delimiter."""
        self._delimiter = delimiter
        self._strings = QuotedValues(delimiter)
        self.by_type: dict[type, Callable[[Any], str]] = {
            str: self._strings.__getitem__,
            int: format_integer,
            float: format_float,
            bool: {True: "true", False: "false"}.__getitem__,
            type(None): {None: "null"}.__getitem__,
        }

    def write(self, values: Sequence[Any], types: set[type]) -> list[str]:
        """Write values, all of the given scalar types. `OverflowError` at an integer that is too long."""
        if len(types) > 1:
            by_type = self.by_type
            return [by_type[type(value)](value) for value in values]
        (kind,) = types
        if kind is int:
            if max(values) >= INTEGER_LIMIT or min(values) <= -INTEGER_LIMIT:
                raise OverflowError
            return list(map(int.__repr__, values))
        if kind is str and len(values) >= _SCAN_FROM:
            return self._write_strings(values)
        if kind is float and len(values) >= _SCAN_FROM:
            return _write_floats(values)
        return list(map(self.by_type[kind], values))

    def _write_strings(self, values: Sequence[str]) -> list[str]:
        if all_plain(values, self._delimiter):
            return list(values)
        if 2 * len(set(values)) < len(values):
            return list(map(self._strings.__getitem__, values))
        # Mostly different texts: remembering them would cost more than it saves.
        return list(map(self._strings.write, values))


def _write_floats(values: Sequence[float]) -> list[str]:
    texts = list(map(float.__repr__, values))
    joined = "\n".join(texts) + "\n"
    if "e" in joined or "n" in joined or "-0.0\n" in joined:
        return list(map(format_float, values))
    return joined.replace(".0\n", "\n")[:-1].split("\n") if ".0\n" in joined else texts
