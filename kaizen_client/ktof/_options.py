"""Checks of the options of `encode` and `decode`."""

from __future__ import annotations

from typing import Final

from ._errors import KtofDecodeError, KtofEncodeError

DELIMITERS: Final = (",", "\t", "|")


def check_encode_options(indent: object, delimiter: object, length_marker: object) -> None:
    """Raise `KtofEncodeError` unless these are options of `encode`."""
    fault = _indent_fault(indent)
    if fault is None and (not isinstance(delimiter, str) or delimiter not in DELIMITERS):
        fault = f'delimiter is {delimiter!r}: pass ",", "\\t" or "|"'
    if fault is None and not isinstance(length_marker, bool) and length_marker != "#":
        fault = f'length_marker is {length_marker!r}: pass False, True or "#"'
    if fault is not None:
        raise KtofEncodeError(fault)


def check_decode_options(indent: object, strict: object) -> None:
    """Raise `KtofDecodeError` unless these are options of `decode`."""
    fault = _indent_fault(indent)
    if fault is None and not isinstance(strict, bool):
        fault = f"strict is {strict!r}: pass True or False"
    if fault is not None:
        raise KtofDecodeError(fault)


def _indent_fault(indent: object) -> str | None:
    if isinstance(indent, int) and not isinstance(indent, bool) and indent >= 1:
        return None
    return f"indent is {indent!r}: pass the number of spaces of one level, 1 or more"
