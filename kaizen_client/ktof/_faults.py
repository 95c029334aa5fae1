"""Finding where in a value the thing is that stopped the encoder.

The encoder keeps no paths; this second walk runs only when it has failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ._errors import KtofEncodeError
from ._limits import INTEGER_LIMIT, MAX_DEPTH, MAX_INTEGER_DIGITS

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHOWN_STEPS: Final = 12


def find_fault(value: Any) -> KtofEncodeError:
    """Give the error for the first thing in `value` that KTOF cannot hold."""
    reason = _scalar_fault(value)
    if reason is not None:
        return KtofEncodeError(reason)
    steps: list[str] = []
    stack: list[Iterator[tuple[str, Any]]] = [_children(value)]
    while stack:
        for step, child in stack[-1]:
            if isinstance(child, _BadKey):
                return KtofEncodeError(child.reason, _path([*steps, step]))
            reason = _scalar_fault(child)
            if reason is None and len(stack) >= MAX_DEPTH and isinstance(child, dict | list | tuple):
                reason = (
                    f"more than {MAX_DEPTH} lists and dicts nested in one another, or one that holds itself: "
                    "flatten the value"
                )
            if reason is not None:
                return KtofEncodeError(reason, _path([*steps, step]))
            if isinstance(child, dict | list | tuple):
                steps.append(step)
                stack.append(_children(child))
                break
        else:
            stack.pop()
            if steps:
                steps.pop()
    return KtofEncodeError("the value changed while it was encoded: encode a copy")


class _BadKey:
    def __init__(self, reason: str) -> None:
        self.reason = reason


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, child in value.items():
            if not isinstance(key, str):
                reason = f"a key of type {type(key).__name__}: make it a string"
                yield f"[{str(key)[:40]}]", _BadKey(reason)
            elif _lone_surrogate(key):
                yield "[...]", _BadKey("a key with half of a surrogate pair, which is no character: remove it")
            yield f".{key}" if isinstance(key, str) and _NAME.fullmatch(key) else f"[{str(key)!r}]", child
    elif isinstance(value, list | tuple):
        for index, child in enumerate(value):
            yield f"[{index}]", child


def _scalar_fault(value: Any) -> str | None:
    if value is None or isinstance(value, bool | float | dict | list | tuple):
        return None
    if isinstance(value, str):
        if _lone_surrogate(value):
            return "a string with half of a surrogate pair, which is no character: remove it"
        return None
    if isinstance(value, int):
        if not -INTEGER_LIMIT < value < INTEGER_LIMIT:
            return f"an integer of more than {MAX_INTEGER_DIGITS} digits: pass it as a string"
        return _conversion_fault(value)
    return f"a value of type {type(value).__name__}: make it a dict, list, string, number, bool or None"


def _conversion_fault(value: int) -> str | None:
    try:
        int.__repr__(value)
    except ValueError:
        return "an integer longer than this interpreter is set to convert: pass it as a string"
    return None


def _lone_surrogate(text: str) -> bool:
    if text.isascii():
        return False
    try:
        str.__str__(text).encode()
    except UnicodeEncodeError:
        return True
    return False


def _path(steps: list[str]) -> str:
    if len(steps) > _SHOWN_STEPS:
        half = _SHOWN_STEPS // 2
        steps = [*steps[:half], f"...({len(steps) - _SHOWN_STEPS} more)...", *steps[-half:]]
    return "$" + "".join(steps)
