"""Marked secrets, a service that gives them back in every way there is, and a search that finds them anywhere."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from tests.conftest import OneByOne

#: What each secret has in it, and nothing else has. The rest of a secret is what encoders write in other ways.
MARKS: Final = {
    name: f"marked{name}7f3a"
    for name in ("key", "function", "token", "cookie", "authorization", "own", "call", "callcookie", "proxy", "url")
}
SECRETS: Final = {name: f"sk/{mark}+/=" for name, mark in MARKS.items()}
#: How a mark may be written: as it is, with JSON's escapes, in base64 at each of the three offsets.
_FORMS: Final = {
    name: (
        mark,
        "".join(f"\\u{ord(char):04x}" for char in mark),
        *(base64.b64encode(b" " * shift + mark.encode())[4:-4].decode() for shift in range(3)),
    )
    for name, mark in MARKS.items()
}


def found_in(text: str | bytes) -> set[str]:
    """Return the names of the secrets that a text shows."""
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    return {name for name, forms in _FORMS.items() if any(form in text for form in forms)}


# --- looking everywhere -----------------------------------------------------------------------------------------

_CLOSED: Final = (type, ModuleType, FunctionType, BuiltinFunctionType, FrameType, TracebackType, threading.Thread)


def texts_within(thing: Any, seen: set[int] | None = None) -> Iterable[str]:
    """Give every text that an object holds, through attributes and containers."""
    seen = set() if seen is None else seen
    if isinstance(thing, str):
        yield thing
        return
    if isinstance(thing, bytes | bytearray):
        yield bytes(thing).decode("latin-1")
        return
    if id(thing) in seen or isinstance(thing, _CLOSED):
        return
    seen.add(id(thing))
    if isinstance(thing, Mapping):
        for pair in list(thing.items()):
            yield from texts_within(pair, seen)
    elif isinstance(thing, list | tuple | set | frozenset):
        for item in thing:
            yield from texts_within(item, seen)
    for kind in type(thing).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            with suppress(AttributeError):
                yield from texts_within(getattr(thing, name), seen)
    if hasattr(thing, "__dict__"):
        yield from texts_within(thing.__dict__, seen)


def chain_of(error: BaseException) -> list[BaseException]:
    """Return an error and what is behind it: causes, contexts, originals."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or any(one is other for other in found):
            continue
        found.append(one)
        waiting += [one.__cause__, one.__context__, getattr(one, "original", None), *getattr(one, "exceptions", ())]
    return found


def shown_by(thing: Any) -> dict[str, set[str]]:
    """Return which secrets the text forms, copies and pickles of an object show."""
    places: dict[str, str | bytes] = {
        "repr": repr(thing),
        "str": str(thing),
        "vars": str(getattr(thing, "__dict__", "")),
        "copy": repr(copy.copy(thing)),
        "deepcopy": repr(copy.deepcopy(thing)),
        "pickle": pickle.dumps(thing),
        "copy by pickle": repr(pickle.loads(pickle.dumps(thing))),
    }
    return {place: found for place, text in places.items() if (found := found_in(text))}


def shown_by_error(error: BaseException) -> dict[str, set[str]]:
    """Return which secrets an error shows: itself, what is behind it, its tracebacks, copies and pickles."""
    places = shown_by(error)
    texts: dict[str, str] = {"traceback": "".join(traceback.format_exception(error))}
    for one in chain_of(error):
        kind = type(one).__name__
        texts[f"{kind}: texts"] = f"{one!r} {one} {one.args!r} {getattr(one, '__notes__', '')} {vars(one)}"
        texts[f"{kind}: all it holds"] = "\n".join(texts_within(one))
    places.update({place: found for place, text in texts.items() if (found := found_in(text))})
    return places


def shown_by_locals(error: BaseException, package: str) -> dict[str, set[str]]:
    """Return which secrets the local variables of a package's frames show, as error trackers print them."""
    found: dict[str, set[str]] = {}
    for one in chain_of(error):
        for frame, _ in traceback.walk_tb(one.__traceback__):
            folder, _, place = frame.f_code.co_filename.replace("\\", "/").rpartition(f"/{package}/")
            if not folder:
                continue
            for name, value in frame.f_locals.items():
                # Printed as it stands: one that cannot be printed would take the report of the error with it.
                if secrets := found_in(repr(value)):
                    found.setdefault(f"{place}:{frame.f_code.co_name}: {name}", set()).update(secrets)
    return found


# --- a service that gives secrets back --------------------------------------------------------------------------

Answer = Callable[[dict[str, str]], bytes]


class Asked(NamedTuple):
    """One request as the service got it."""

    line: str
    headers: dict[str, str]


class Echo(OneByOne):
    """A service on loopback that answers with what a test makes of the request's header fields."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Answer = lambda fields: http(200, b'{"result": "x", "status": "ok"}')
        super().__init__()

    def reply(self, line: str, fields: dict[str, str]) -> bytes:
        self.asked.append(Asked(line, fields))
        return self.answer(fields)


def http(status: int, body: bytes, headers: Mapping[str, str] | None = None, reason: str = "Said") -> bytes:
    """Return a reply as it stands on the wire."""
    fields = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _escaped(value: Any) -> bytes:
    """Write JSON with every letter and slash of its texts as an escape."""
    text = json.dumps(value)
    return "".join(f"\\u{ord(char):04x}" if char.isalnum() or char in "/+=" else char for char in text).encode()


def _kept(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if found_in(value)}


def _deep(fields: Mapping[str, str]) -> bytes:
    return b'{"a":' * 150 + json.dumps(_kept(fields)).replace("/", "\\/").encode() + b"}" * 150


#: How a service may give back what it was sent, in a body.
BODIES: Final[dict[str, Callable[[dict[str, str]], bytes]]] = {
    "JSON": lambda fields: json.dumps(
        {"detail": str(_kept(fields)), "code": str(_kept(fields)), "headers": _kept(fields)}
    ).encode(),
    "JSON with the values as keys": lambda fields: json.dumps(
        {"headers": {value: [value] for value in fields.values()}}
    ).encode(),
    "JSON with escapes": lambda fields: _escaped({"detail": _kept(fields)}),
    "JSON with escaped slashes": lambda fields: json.dumps(_kept(fields)).replace("/", "\\/").encode(),
    "a list of faults": lambda fields: json.dumps(
        {"detail": [{"loc": ["header", name], "msg": value, "input": value} for name, value in _kept(fields).items()]}
    ).encode(),
    "JSON in JSON": lambda fields: json.dumps({"detail": json.dumps(_kept(fields)).replace("/", "\\/")}).encode(),
    "deep JSON": _deep,
    "HTML": lambda fields: f"<html>{_kept(fields)} {quote(str(_kept(fields)))}</html>".encode(),
    "cut JSON": lambda fields: json.dumps(_kept(fields)).replace("/", "\\/").encode()[:-1],
    "UTF-16": lambda fields: json.dumps(_kept(fields)).encode("utf-16"),
    "a text": lambda fields: json.dumps(str(_kept(fields))).encode(),
}  # fmt: skip


def echoing(status: int, body: str) -> Answer:
    """Return an answer that repeats the request's header fields in the body, the head and the reason."""

    def answer(fields: dict[str, str]) -> bytes:
        secrets = _kept(fields)
        head = {f"x-echo-{name}": value for name, value in secrets.items()}
        together = ", ".join(secrets.values())
        head |= {"x-request-id": together or "none", "www-authenticate": f"Custom {together}"}
        return http(status, BODIES[body](fields), head, reason=together)

    return answer
