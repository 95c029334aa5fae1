"""Bodies to and from JSON: by the standard library, and by orjson where it can be imported and does the same.

The standard library is the truth. orjson is only a shortcut, taken where its answer is known to be the same; whatever
it refuses, and whatever it might answer otherwise, is done without it.
"""

from __future__ import annotations

import json
import marshal
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pickle import Pickler

_NOT_LOOKED_FOR: Final = object()
#: The module orjson, or None where it is not to be used; looked for at the first body, for imports to stay cheap.
orjson: Any = _NOT_LOOKED_FOR

#: The releases that are used: from, and up to. The extra says the same.
_FROM, _BELOW = (3, 10), (4,)
#: What a number that is none looks like in a pickle: eight bytes whose exponent is all ones.
_NO_NUMBER: Final = re.compile(rb"G[\x7f\xff][\xf0-\xff]")
#: Every digit as 0, a minus as it is, anything else as a space.
_DIGITS: Final = bytes(48 if byte in b"0123456789" else 45 if byte == 45 else 32 for byte in range(256))
#: As `json.dumps` does, which makes an encoder for every call.
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
#: What has nothing below it.
_LEAVES: Final = frozenset({str, int, float, bool, type(None)})
#: How large a body must be, in bytes, for a look at what it holds to be worth it.
_LARGE: Final = 64 * 1024


def encode(value: Any) -> bytes:
    """Return a value as compact JSON in UTF-8.

    Numbers below 0.0001 may be spelt otherwise with orjson (`1e-7` for `1e-07`), with its older releases those from
    1e16 on too, and are the same numbers; every other byte is the same.

    Raises:
        TypeError, ValueError, RecursionError: JSON cannot hold it.
    """
    if (fast := _fast()) is not None and (data := _encoded(fast, value)) is not None:
        return data
    text = _ENCODER.encode(value)
    _refuse_other_keys(value, text.count("{"))
    return text.encode("utf-8")


def parse(body: bytes, *, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """Return what a body holds, as `json.loads` does.

    Args:
        body: JSON, in any of Unicode's encodings.
        parse_constant: what stands for `NaN`, `Infinity` and `-Infinity`, by name; by default the floats.

    Raises:
        ValueError, RecursionError: as by `json.loads`.
    """
    if (fast := _fast()) is not None and type(body) is bytes and not _is_one_text(body) and not _has_long_digits(body):
        try:
            return fast.loads(body)
        except Exception:  # noqa: S110 - the standard library decides, and says what is wrong
            pass
    if type(body) is not bytes:
        return json.loads(body, parse_constant=parse_constant)
    # The same without a new decoder for every call.
    return _decoder(parse_constant).decode(body.decode(json.detect_encoding(body), "surrogatepass"))


@cache
def _decoder(parse_constant: Callable[[str], Any] | None) -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=parse_constant)


def _fast() -> Any:
    global orjson
    if orjson is _NOT_LOOKED_FOR:
        orjson = _found()
    return orjson


def _found() -> Any:
    try:
        module = import_module("orjson")
        version = tuple(int(part) for part in module.__version__.split(".")[:2])
    except Exception:  # An installation that is broken is as good as none.
        return None
    return module if _FROM <= version < _BELOW else None


# --- writing ----------------------------------------------------------------------------------------------------


def _encoded(fast: Any, value: Any) -> bytes | None:
    """Return what orjson makes of a value; None where it might not be what the standard library makes of it.

    By itself orjson writes what JSON has no form for: dates, UUIDs, enumerations and dataclasses as texts or objects,
    and numbers that are none as null. A pickler that takes nothing but Python's own types finds the first, at the
    speed of C and without a subclass slipping through; a look at its floats finds the second.
    """
    pickle = BytesIO()
    try:
        pickler = _strict_pickler()(pickle, 5)
        pickler.fast = True  # Nothing is remembered, which would take thrice as long.
        # One call of C after another with no Python in between: what is written is what was checked, whatever other
        # threads do to it. The pickle is gone before the body is made, so that they never take memory together.
        _, suspect, _, data = chain(
            map(pickler.dump, (value,)),
            map(bool, map(_NO_NUMBER.search, map(BytesIO.getbuffer, (pickle,)))),
            map(BytesIO.close, (pickle,)),
            map(fast.dumps, (value,)),
        )
    except Exception:  # The standard library decides, and says what is wrong.
        return None
    return None if suspect and b"null" in data and _holds_no_number(value) else data


@cache
def _strict_pickler() -> type[Pickler]:
    import pickle

    class StrictPickler(pickle.Pickler):
        """Takes the types that pickle knows by itself, and of those no subclasses; orjson refuses the few too many."""

        def reducer_override(self, value: object) -> Any:
            raise TypeError

    return StrictPickler


def _holds_no_number(value: Any) -> bool:
    """Tell exactly whether a value, of Python's own types, has a NaN or an infinity in it, or a text like one."""
    written = marshal.dumps(value, 1)  # In this version floats are texts, each after its length.
    return any(sign in written for sign in (b"f\x03nan", b"f\x04-nan", b"f\x03inf", b"f\x04-inf"))


def _refuse_other_keys(body: Any, objects: int) -> None:
    """Raise `TypeError` for a key that is not a string, which `json.dumps` would quietly turn into one.

    Level by level without a step of Python for each value, since a walk costs as much as the encoding.

    Args:
        body: the value, which has no circle in it.
        objects: how many objects its JSON has at most; with so many seen there is no other.
    """
    level, kinds, seen = [body], {type(body)}, 0
    while True:
        dicts = _of(level, {kind for kind in kinds if issubclass(kind, dict)}, kinds)
        keys = set().union(*dicts)
        if set(map(type, keys)) - {str}:
            "".join(keys)  # Joins strings alone, those of subclasses too.
        seen += len(dicts)
        if seen == objects:
            return
        lists = _of(level, {kind for kind in kinds if issubclass(kind, list | tuple)}, kinds)
        below = set(map(type, _values_of(dicts, lists)))
        kinds = {kind for kind in below - _LEAVES if issubclass(kind, dict | list | tuple)}
        if not kinds:
            return
        values = _values_of(dicts, lists)
        level = list(values) if kinds == below else [value for value in values if type(value) in kinds]


def _values_of(dicts: list[Any], lists: list[Any]) -> Iterator[Any]:
    return chain(chain.from_iterable(map(dict.values, dicts)), chain.from_iterable(lists))


def _of(values: list[Any], wanted: set[type], present: set[type]) -> list[Any]:
    if not wanted:
        return []
    return values if wanted == present else [value for value in values if type(value) in wanted]


# --- reading ----------------------------------------------------------------------------------------------------


def _has_long_digits(body: bytes) -> bool:
    """Tell whether a body may hold an integer over 64 bits, which orjson reads as a float.

    The largest has 20 digits; of 19, only a negative one can be too large. A regular expression takes ten times as
    long.
    """
    # Of 19 digits in a row, four stand on every fourth place: most bodies have no such place.
    if b"0000" not in body[::4].translate(_DIGITS):
        return False
    digits = body.translate(_DIGITS)
    return b"0" * 20 in digits or b"-" + b"0" * 19 in digits


def _is_one_text(body: bytes) -> bool:
    """Guess whether a body is for the most part one long text, which the standard library reads as fast.

    Such is the KTOF in a reply. In its middle there are neither quotes nor only numbers.
    """
    if len(body) < _LARGE:
        return False
    start = len(body) // 2
    middle = body[start : start + 512].replace(b'\\"', b"")
    return b'"' not in middle and bool(middle.translate(None, b"0123456789+-.eE,:[]{} \t\r\n"))
