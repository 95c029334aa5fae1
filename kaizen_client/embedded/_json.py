"""JSON as the engine reads and writes it: strict on the way in, compact on the way out."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any, Final, NoReturn

from kaizen_client.embedded._errors import MALFORMED_JSON, Problem, RequestRefused, invalid_request, unsupported_value

# check_circular is off because every value comes out of a parser, so it cannot hold itself.
_COMPACT: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":"))
_ASCII: Final = json.JSONEncoder(ensure_ascii=True, check_circular=False, allow_nan=False, separators=(",", ":"))

_TOO_DEEP: Final = "The JSON is nested too deeply."


class RawJson(str):
    """JSON text that goes into a reply as it stands, so that a large value is serialised once."""

    __slots__ = ()


class _NotExact(ValueError):
    """A number has more digits than a double holds."""


class _NotFinite(ValueError):
    """NaN or an infinity stood where JSON has no word for it."""


def _refuse_constant(name: str) -> NoReturn:
    raise _NotFinite(name)


def _finite_float(literal: str) -> float:
    value = float(literal)
    if math.isinf(value):
        raise _NotFinite(literal)
    return value


def _exact_float(literal: str) -> float:
    value = _finite_float(literal)
    # A short one is exact without a look: a double holds 15 digits, and what is below its range becomes 0.
    if len(literal) <= 15 and value:
        return value
    try:
        exact = Decimal(literal) == Decimal(repr(value))
    except ArithmeticError:
        exact = False  # An exponent of more digits than Decimal takes.
    if not exact:
        raise _NotExact(literal)
    return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


_STRICT: Final = json.JSONDecoder(parse_constant=_refuse_constant)
_STRICTEST: Final = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_exact_float, object_pairs_hook=_unique_keys
)


def _invalid(message: str, position: int | None = None) -> RequestRefused:
    loc: list[str | int] = ["body"] if position is None else ["body", position]
    return invalid_request([Problem(loc=loc, msg=message, type="json_invalid")])


def parse_body(body: bytes) -> Any:
    """Return the JSON value a request's body holds.

    The body is decoded strictly: `json.loads` on bytes would also take UTF-16 and encoded surrogates.

    Raises:
        RequestRefused: 422 for what is not JSON; 400 for an integer of more digits than Python reads.
    """
    try:
        text = str(body, "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid("The body is not valid UTF-8.", error.start) from None
    if not text:
        raise _invalid("The body is empty; JSON is expected.", 0)
    try:
        return _STRICT.decode(text)
    except json.JSONDecodeError as error:
        raise _invalid(f"The body is not JSON: {error.msg} (character {error.pos}).", error.pos) from None
    except _NotFinite as error:
        raise _invalid(f"The body is not JSON: {error} is not a JSON number.") from None
    except RecursionError:
        raise _invalid(_TOO_DEEP) from None
    except ValueError:
        # All that is left: sys.set_int_max_str_digits stopped a conversion. The JSON is sound, so it is no 422.
        raise unsupported_value("The body holds an integer with too many digits.") from None


def parse_container(text: str) -> dict[str, Any] | list[Any] | None:
    """Return the object or array that a text as a whole is; None for all other text.

    Text with NaN, numbers that no double holds exactly, duplicate keys, too deep a nesting or too long an integer is
    not JSON here: what a reader of the KTOF would not get whole is better left alone.
    """
    # Two looks save parsing prose.
    stripped = text.strip(" \t\r\n")
    if stripped[:1] + stripped[-1:] not in ("{}", "[]"):
        return None
    try:
        value = _STRICTEST.decode(stripped)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def scan_container(text: str, start: int) -> tuple[dict[str, Any] | list[Any], int]:
    """Return the object or array that begins at a place of a text, and where it ends; as strict as `parse_container`.

    Raises:
        ValueError, RecursionError: there is none.
    """
    found: tuple[dict[str, Any] | list[Any], int] = _STRICTEST.raw_decode(text, start)
    return found


def parse_text(text: str) -> Any:
    """Return the JSON value a text is.

    Raises:
        RequestRefused: 400 for what is not JSON.
    """
    try:
        return _STRICT.decode(text)
    except json.JSONDecodeError as error:
        raise RequestRefused(
            400, MALFORMED_JSON, f"Malformed JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise RequestRefused(400, MALFORMED_JSON, f"The text is not JSON: {type(error).__name__}") from None


def to_json(value: object) -> str:
    """Return a value as compact JSON, characters beyond ASCII as they are.

    Raises:
        RequestRefused: 400 for what JSON cannot hold: a number beyond a double (`1e999`), too deep a nesting.
    """
    if isinstance(value, RawJson):
        return value
    return _dump(_COMPACT, value)


def _dump(encoder: json.JSONEncoder, value: object) -> str:
    try:
        return encoder.encode(value)
    except RecursionError:
        raise unsupported_value(_TOO_DEEP) from None
    except ValueError:
        raise unsupported_value(
            "A number is too large: it is beyond what a double holds, or has too many digits."
        ) from None


def render(members: dict[str, object]) -> bytes:
    """Return a JSON object as UTF-8, `RawJson` members put in as they stand.

    Members are encoded one by one, so a large one is not held twice as text.

    Raises:
        RequestRefused: as `to_json` does.
    """
    parts: list[bytes] = []
    opener = "{"
    for name, value in members.items():
        parts.append(f'{opener}"{name}":'.encode())
        parts.append(_to_utf8(value))
        opener = ","
    parts.append(b"}")
    return b"".join(parts)


def _to_utf8(value: object) -> bytes:
    text = to_json(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # A lone surrogate, in echoed metadata say. JSON can say it in ASCII, UTF-8 cannot.
        return _dump(_ASCII, json.loads(text) if isinstance(value, RawJson) else value).encode()
