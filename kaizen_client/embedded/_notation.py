"""`kaizen_client.ktof` with its errors as the service's replies."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from kaizen_client import ktof
from kaizen_client.embedded._errors import INVALID_OPTION, MALFORMED_KTOF, RequestRefused, unsupported_value
from kaizen_client.embedded._growth import refuse_growth

#: A wider indentation only serves to fill the memory of whoever answers.
MAX_INDENT: Final = 16

_DELIMITERS: Final = (",", "\t", "|")
_MARKER: Final = "#"
_TOO_DEEP: Final = "The value is nested too deeply for KTOF."


class EncodeOptions(NamedTuple):
    """How KTOF is written."""

    indent: int = 2
    delimiter: str = ","
    length_marker: bool = False


class DecodeOptions(NamedTuple):
    """How KTOF is read."""

    indent: int = 2
    strict: bool = True


def encode_options(indent: int | None, delimiter: str | None, length_marker: bool | str | None) -> EncodeOptions:
    """Return checked options; None stands for a default.

    Raises:
        RequestRefused: 400 for what has the right type but no meaning in the notation.
    """
    defaults = EncodeOptions()
    if indent is not None and indent > MAX_INDENT:
        raise RequestRefused(400, INVALID_OPTION, f"The indent must be at most {MAX_INDENT}.")
    if delimiter is not None and delimiter not in _DELIMITERS:
        raise RequestRefused(400, INVALID_OPTION, "The delimiter must be a comma, a tab or a vertical bar.")
    if isinstance(length_marker, str) and length_marker != _MARKER:
        raise RequestRefused(400, INVALID_OPTION, f'The length marker must be true, false or "{_MARKER}".')
    return EncodeOptions(
        indent=defaults.indent if indent is None else indent,
        delimiter=defaults.delimiter if delimiter is None else delimiter,
        length_marker=bool(length_marker),
    )


def encode(value: Any, options: EncodeOptions) -> str:
    """Return a value as KTOF.

    Raises:
        RequestRefused: 400 for a value the notation cannot hold; 413 for one that indentation would blow up.
    """
    if isinstance(value, dict | list):
        refuse_growth(value, options.indent)
    try:
        return ktof.encode(
            value, indent=options.indent, delimiter=options.delimiter, length_marker=options.length_marker
        )
    except ktof.KtofEncodeError as error:
        raise unsupported_value(f"The value cannot be written as KTOF: {error}") from None
    except RecursionError:
        raise unsupported_value(_TOO_DEEP) from None


def decode(text: str, options: DecodeOptions) -> Any:
    """Return the value that a KTOF text holds.

    Raises:
        RequestRefused: 400 for malformed text, with its line and column.
    """
    try:
        return ktof.decode(text, indent=options.indent, strict=options.strict)
    except ktof.KtofDecodeError as error:
        where = f"line {error.line}, column {error.column}"
        raise RequestRefused(400, MALFORMED_KTOF, f"Malformed KTOF at {where}: {error.reason}") from None
    except RecursionError:
        raise unsupported_value(_TOO_DEEP) from None
