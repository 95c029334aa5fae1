"""Numbers: how they are written and which texts are one."""

from __future__ import annotations

import re
from math import isfinite, isinf
from typing import Final

from ._limits import INTEGER_LIMIT, MAX_INTEGER_DIGITS

# ASCII digits only: `int` and `float` accept many more texts ("+1", ".5", "1_000", "١"), which are strings here.
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def format_integer(value: int) -> str:
    """Give the digits of an int; `OverflowError` when it has more than `MAX_INTEGER_DIGITS`."""
    if not -INTEGER_LIMIT < value < INTEGER_LIMIT:
        raise OverflowError(f"an integer of more than {MAX_INTEGER_DIGITS} digits")
    return int.__repr__(value)


def format_float(value: float) -> str:
    """Give the shortest text that reads back as the same number: `1.0` is `1`, a non-finite number `null`."""
    text = float.__repr__(value)
    if text.endswith(".0"):
        return "0" if text == "-0.0" else text[:-2]
    if "e" in text:
        return _without_exponent(value, text)
    return text if isfinite(value) else "null"


def _without_exponent(value: float, text: str) -> str:
    size = abs(value)
    if size >= 1e21:
        return text
    if size >= 1:
        # Not the shortest digits padded with zeros: as an integer those are another number.
        return int.__repr__(int(value))
    mantissa, _, exponent = text.partition("e")
    if size < 1e-6:
        return f"{mantissa}e{int(exponent)}"
    sign = "-" if value < 0 else ""
    digits = mantissa.lstrip("-").replace(".", "")
    return f"{sign}0.{'0' * (-int(exponent) - 1)}{digits}"


def parse_number(text: str) -> int | float | None:
    """Give the number that a text is, or None. `OverflowError` when no Python number here can hold it."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    if match.lastindex is None:
        # One character more than the digits: the sign.
        if len(text) > MAX_INTEGER_DIGITS and len(text.lstrip("-")) > MAX_INTEGER_DIGITS:
            raise OverflowError(f"an integer of more than {MAX_INTEGER_DIGITS} digits")
        try:
            return int(text)
        except ValueError as error:
            raise OverflowError("an integer longer than this interpreter is set to convert") from error
    number = float(text)
    if isinf(number):
        raise OverflowError("a number too large for a float")
    # Adding zero turns -0.0 into 0.0 and changes no other number.
    return number + 0.0
