"""How much the indentation of a value's KTOF takes: what makes a small request into a large reply."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final

from kaizen_client.embedded._errors import PAYLOAD_TOO_LARGE, RequestRefused

#: Up to so many characters of indentation are written without a look at what they are for.
_FREE: Final = 16 * 1024 * 1024
# Beyond that, so many for each value there is to write.
_EACH: Final = 64
_CONTAINERS: Final = frozenset({dict, list})


def refuse_growth(value: Any, indent: int) -> None:
    """Refuse a value whose KTOF would be mostly indentation: many values, deep down.

    Raises:
        RequestRefused: 413.
    """
    if _may_grow(value, indent) and _grows(value, indent):
        detail = "The KTOF of this value would be many times as long, for its indentation: nest it less deeply."
        raise RequestRefused(413, PAYLOAD_TOO_LARGE, detail)


def _may_grow(value: Any, indent: int) -> bool:
    """Tell whether a value is worth a closer look, as if each value in it had a line: level by level, in steps of C."""
    level: list[Any] = [value]
    depth = values = spaces = 0
    # The types of a level are few, and found without a step of Python for each value.
    while not (kinds := set(map(type, level))).isdisjoint(_CONTAINERS):
        dicts = level if kinds == {dict} else [item for item in level if type(item) is dict]
        lists = level if kinds == {list} else [item for item in level if type(item) is list]
        below = [*map(dict.values, dicts if dict in kinds else ()), *(lists if list in kinds else ())]
        level = list(chain.from_iterable(below))
        depth += 1
        values += len(level)
        spaces += len(level) * depth * indent
        if spaces > _FREE and spaces > values * _EACH:
            return True
    return False


def _grows(value: Any, indent: int) -> bool:
    """Tell whether a value grows, by its lines: an array of scalars has one, a table one for each row."""
    stack: list[tuple[Any, int]] = [(value, 1)]
    values = spaces = 0
    while stack:
        item, depth = stack.pop()
        children = list(item.values()) if isinstance(item, dict) else item
        values += len(children)
        containers = [child for child in children if isinstance(child, dict | list)]
        if isinstance(item, dict) or containers:
            spaces += len(children) * depth * indent
        if isinstance(item, list) and _is_table(item):
            values += len(item) * len(item[0])
        else:
            stack += [(child, depth + 1) for child in containers]
    return spaces > _FREE and spaces > values * _EACH


def _is_table(rows: list[Any]) -> bool:
    first = rows[0] if rows else None
    if not isinstance(first, dict):
        return False
    keys = first.keys()
    return all(isinstance(row, dict) and row.keys() == keys for row in rows) and not any(
        isinstance(cell, dict | list) for row in rows for cell in row.values()
    )
