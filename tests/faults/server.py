"""A server on loopback that misbehaves on request, at the level of the socket. Standard library only.

The first segment of a request's path says how: a client whose base URL is `http://127.0.0.1:PORT/reset-before` has its
connection reset instead of a reply. `once-reset-before` does so for the first attempt of each request id only, and any
other segment is answered properly. What is wrong with a connection rather than with a reply has a listener of its own.

As a program:

    python tests/faults/server.py [--faults SHARE] [--only NAME,NAME] [--seed NUMBER] [--port PORT]

prints its URL on the first line and serves until its standard input is closed or SIGTERM comes. With `--faults 0.2` one
request in five meets a fault, drawn from `UNDER_LOAD`, and the rest are answered properly. `GET /__counts` tells how
many connections were opened, are open, and how many requests came.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import select
import signal
import socket
import ssl
import struct
import sys
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

#: How much of a stack a thread has, in bytes: hundreds of connections are held at once.
_STACK: Final = 512 * 1024
#: The most a head may have, in bytes.
_LONGEST_HEAD: Final = 1024 * 1024
#: Between two bytes of something that drips, in seconds.
_DRIP: Final = 0.02
#: How long anything here goes on when nobody stops it, in seconds.
_LONGEST: Final = 20.0
_CHUNK: Final = 64 * 1024

#: A request with this field is answered properly, whatever its path says.
BEHAVE: Final = "x-behave"
#: Every reply that is HTTP at all has this field, with the name of the fault in it.
MARK: Final = "x-fault"


class Request(NamedTuple):
    """One request as it came."""

    #: The listener it came to.
    listener: str
    #: The fault its path asks for.
    fault: str
    method: str
    #: As it stood in the request line.
    target: str
    #: Names in lower case.
    headers: dict[str, str]
    #: Empty where the fault answers before the body is read.
    body: bytes
    #: The connection's number, from 1.
    connection: int
    #: The request's number on its connection, from 1.
    turn: int

    @property
    def request_id(self) -> str:
        """The id the client gave it."""
        return self.headers.get("x-request-id", "")


class Exchange:
    """One request, and the means to answer it well or badly."""

    def __init__(self, server: FaultServer, connection: socket.socket, request: Request) -> None:
        self.server = server
        self.connection = connection
        self.request = request

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.connection.sendall(data)

    def head(self, status: int, headers: Iterable[tuple[str, str]], *, length: int | None = None) -> bytes:
        """Return a status line and header fields."""
        lines = [f"HTTP/1.1 {status} {'OK' if status == 200 else 'Said So'}", f"{MARK}: {self.request.fault}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if length is not None:
            lines.append(f"content-length: {length}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def reply(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        """Send a whole reply."""
        fields = headers if any(name == "content-type" for name, _ in headers) else (_JSON, *headers)
        self.send(self.head(status, fields, length=len(body)) + body)

    def reset(self) -> None:
        """End the connection with a RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def until_gone(self) -> None:
        """Read until the client has gone."""
        until_gone(self.connection)

    def drip(self, data: bytes) -> None:
        """Send a byte at a time until the client has gone."""
        for value in data:
            self.send(bytes([value]))
            if select.select([self.connection], [], [], _DRIP)[0] and not self.connection.recv(_CHUNK):
                return


def until_gone(connection: socket.socket) -> None:
    """Read a connection until its other end has gone, or it has lasted long enough."""
    connection.settimeout(_LONGEST)
    with suppress(OSError):
        while connection.recv(_CHUNK):
            pass


#: What a fault does; it returns True to keep the connection.
Act = Callable[[Exchange], bool | None]


class Fault(NamedTuple):
    """One way to misbehave."""

    name: str
    act: Act
    #: Whether it acts before the request's body is read.
    early: bool = False


FAULTS: Final[dict[str, Fault]] = {}
_JSON: Final = ("content-type", "application/json")
_HTML: Final = ("content-type", "text/html; charset=utf-8")

#: What `--faults` draws from: what passes, so that a client which tries again gets its reply in the end.
UNDER_LOAD: Final = (
    "reset-before", "reset-in-head", "reset-in-body", "close-before", "close-in-head", "close-in-body",
    "chunks-cut-off", "chunk-size-bad", "gzip-broken", "gzip-truncated", "status-500", "status-503", "status-529",
    "html-502", "retry-after-zero",
)  # fmt: skip


def fault(name: str, *, early: bool = False) -> Callable[[Act], Act]:
    """Put a function into the table of faults."""

    def put(act: Act) -> Act:
        FAULTS[name] = Fault(name, act, early)
        return act

    return put


# --- proper replies ---------------------------------------------------------------------------------------------


def proper_reply(request: Request) -> dict[str, Any]:
    """Return a reply that keeps to the contract, with an echo of an id from the request: `data.id`, or its own."""
    route = urlsplit(request.target).path
    if request.method == "GET":
        return {"operation": "health", "status": "ok"}
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        sent = {}
    data = sent.get("data") if isinstance(sent, dict) else None
    found = data.get("id") if isinstance(data, dict) else None
    echo = f"echo of {request.request_id if found is None else found}"
    reply = {"operation": route.rpartition("/")[2], "status": "ok", "result": echo}
    metadata = sent.get("metadata") if isinstance(sent, dict) else None
    return {**reply, "metadata": metadata} if isinstance(metadata, dict) else reply


def proper(exchange: Exchange) -> bool:
    """Answer properly."""
    exchange.reply(200, proper_body(exchange))
    return True


def proper_body(exchange: Exchange) -> bytes:
    """Return the body of a proper reply."""
    return json.dumps(proper_reply(exchange.request)).encode()


# --- broken connections -----------------------------------------------------------------------------------------


def _end(exchange: Exchange, how: str) -> None:
    if how == "reset":
        exchange.reset()
    elif how == "half-close":
        exchange.connection.shutdown(socket.SHUT_WR)
        exchange.until_gone()


def _breaking(how: str, where: str) -> Act:
    def act(exchange: Exchange) -> None:
        body = proper_body(exchange)
        head = exchange.head(200, [_JSON], length=len(body))
        sent = {"before": b"", "in-head": head[:25], "in-body": head + body[:-5]}[where]
        if sent:
            exchange.send(sent)
        _end(exchange, how)

    return act


for _how in ("reset", "close", "half-close"):
    for _where in ("before", "in-head", "in-body"):
        FAULTS[f"{_how}-{_where}"] = Fault(f"{_how}-{_where}", _breaking(_how, _where))


def _on_reuse(how: str) -> Act:
    def act(exchange: Exchange) -> bool | None:
        if exchange.request.turn == 1:
            return proper(exchange)
        _end(exchange, how)
        return None

    return act


for _how in ("reset", "close"):
    FAULTS[f"{_how}-on-reuse"] = Fault(f"{_how}-on-reuse", _on_reuse(_how))


@fault("close-after-reply")
def _(exchange: Exchange) -> None:
    """Answer, and let go of the connection without having said so."""
    proper(exchange)


@fault("tls-garbage-in-body")
def _(exchange: Exchange) -> None:
    """Break the TLS layer itself in the middle of the body."""
    body = proper_body(exchange)
    exchange.send(exchange.head(200, [_JSON], length=len(body)) + body[:5])
    raw = socket.socket(fileno=exchange.connection.detach())
    with raw:
        raw.sendall(b"\x17\x03\x03\x00\x20" + b"\x00" * 32)
        until_gone(raw)


@fault("not-http")
def _(exchange: Exchange) -> None:
    exchange.send(b"SSH-2.0-OpenSSH_9.6\r\n")


@fault("length-too-long")
def _(exchange: Exchange) -> None:
    body = proper_body(exchange)
    exchange.send(exchange.head(200, [_JSON], length=len(body) + 100) + body)


@fault("length-too-short")
def _(exchange: Exchange) -> bool:
    body = proper_body(exchange)
    exchange.send(exchange.head(200, [_JSON], length=10) + body)
    return True


@fault("length-not-a-number")
def _(exchange: Exchange) -> None:
    exchange.send(exchange.head(200, [_JSON, ("content-length", "many")]) + proper_body(exchange))


@fault("length-twice")
def _(exchange: Exchange) -> None:
    exchange.send(exchange.head(200, [("content-length", "5"), ("content-length", "7")]) + proper_body(exchange))


@fault("no-length")
def _(exchange: Exchange) -> None:
    """Let the end of the connection be the end of the body, as HTTP allows."""
    exchange.send(exchange.head(200, [_JSON, ("connection", "close")]) + proper_body(exchange))


def _chunked(exchange: Exchange, coded: bytes) -> None:
    exchange.send(exchange.head(200, [_JSON, ("transfer-encoding", "chunked")]) + coded)


@fault("chunks-cut-off")
def _(exchange: Exchange) -> None:
    body = proper_body(exchange)
    _chunked(exchange, b"%x\r\n%s\r\n" % (len(body), body))


@fault("chunk-size-bad")
def _(exchange: Exchange) -> None:
    _chunked(exchange, b"zz\r\n" + proper_body(exchange) + b"\r\n0\r\n\r\n")


# --- silence and dripping ---------------------------------------------------------------------------------------


@fault("hang")
def _(exchange: Exchange) -> None:
    exchange.until_gone()


@fault("hang-in-head")
def _(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\ncontent-")
    exchange.until_gone()


@fault("hang-in-body")
def _(exchange: Exchange) -> None:
    exchange.send(exchange.head(200, [_JSON], length=400) + b'{"result"')
    exchange.until_gone()


@fault("drip-head")
def _(exchange: Exchange) -> None:
    exchange.drip(exchange.head(200, [(f"x-drip-{number}", "drop" * 10) for number in range(50)], length=2))


@fault("drip-body")
def _(exchange: Exchange) -> None:
    exchange.send(exchange.head(200, [_JSON], length=2000))
    exchange.drip(b" " * 2000)


# --- compressed, large and odd bodies ---------------------------------------------------------------------------


def _gzipped(exchange: Exchange, coded: bytes) -> bool:
    exchange.reply(200, coded, ("content-encoding", "gzip"))
    return True


@fault("gzip")
def _(exchange: Exchange) -> bool:
    return _gzipped(exchange, gzip.compress(proper_body(exchange)))


@fault("gzip-broken")
def _(exchange: Exchange) -> bool:
    coded = bytearray(gzip.compress(proper_body(exchange)))
    coded[12] ^= 0xFF
    coded[20] ^= 0xFF
    coded[-6] ^= 0xFF
    return _gzipped(exchange, bytes(coded))


@fault("gzip-not-gzip")
def _(exchange: Exchange) -> bool:
    return _gzipped(exchange, proper_body(exchange))


@fault("gzip-truncated")
def _(exchange: Exchange) -> bool:
    return _gzipped(exchange, gzip.compress(proper_body(exchange))[:-9])


@fault("gzip-empty")
def _(exchange: Exchange) -> bool:
    return _gzipped(exchange, b"")


@fault("gzip-members")
def _(exchange: Exchange) -> bool:
    body = proper_body(exchange)
    return _gzipped(exchange, gzip.compress(body[:10]) + gzip.compress(body[10:]))


@fault("gzip-padded")
def _(exchange: Exchange) -> bool:
    return _gzipped(exchange, gzip.compress(proper_body(exchange)) + b"\x00" * 64)


@cache
def _bomb() -> bytes:
    """Return a block of compressed data that comes to 16 MB, ends on a whole byte and leans on nothing before it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    parts = [packer.compress(b" " * _CHUNK) for _ in range(256)]
    return b"".join([*parts, packer.flush(zlib.Z_FULL_FLUSH)])


@fault("gzip-bomb")
def _(exchange: Exchange) -> None:
    """Send 4 MB that come to 4 GB."""
    fields = [_JSON, ("content-encoding", "gzip"), ("connection", "close")]
    exchange.send(exchange.head(200, fields) + b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")
    for _ in range(256):
        exchange.send(_bomb())


def _huge(exchange: Exchange, head: bytes, chunk: bytes) -> None:
    exchange.send(head)
    for _ in range(2 * 1024**3 // _CHUNK):
        exchange.send(chunk)


@fault("huge-body")
def _(exchange: Exchange) -> None:
    _huge(exchange, exchange.head(200, [_JSON], length=2 * 1024**3), b" " * _CHUNK)


@fault("huge-chunked-body")
def _(exchange: Exchange) -> None:
    head = exchange.head(200, [_JSON, ("transfer-encoding", "chunked")])
    _huge(exchange, head, b"%x\r\n%s\r\n" % (_CHUNK, b" " * _CHUNK))


@fault("huge-head")
def _(exchange: Exchange) -> None:
    exchange.reply(200, proper_body(exchange), ("x-long", "x" * 200 * 1024))


@fault("many-headers")
def _(exchange: Exchange) -> bool:
    exchange.reply(200, proper_body(exchange), *((f"x-field-{number}", "value") for number in range(1000)))
    return True


@fault("cookie")
def _(exchange: Exchange) -> bool:
    exchange.reply(200, proper_body(exchange), ("set-cookie", "session=1; Path=/"), ("set-cookie", "other=2"))
    return True


def _body(body: bytes, *headers: tuple[str, str], status: int = 200) -> Act:
    def act(exchange: Exchange) -> bool:
        exchange.reply(status, body, *headers)
        return True

    return act


_BODIES: Final[dict[str, bytes]] = {
    "body-empty": b"",
    "body-blank": b" \r\n ",
    "body-null": b"null",
    "body-list": b'["result"]',
    "body-string": b'"result"',
    "body-number": b"42",
    "body-truncated": b'{"operation": "compress", "result": "a te',
    "body-bad-utf8": b'{"result": "\xff\xfe\xfa"}',
    "body-long-integer": b'{"result": "x", "extra": ' + b"9" * 5000 + b"}",
    "body-deep": b'{"result": "x", "extra": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "body-nan": b'{"result": "x", "stats": {"original_bytes": NaN}}',
    "body-infinity": b'{"result": "x", "stats": {"original_bytes": -Infinity}}',
    "body-two-values": b'{"result": "x"} {"result": "y"}',
    "body-no-result": b'{"operation": "compress", "status": "ok"}',
    "body-result-wrong-type": b'{"result": {"not": "a text"}}',
    "body-stats-list": b'{"result": "x", "stats": [1, 2], "token_stats": "none"}',
    "body-stats-texts": b'{"result": "x", "stats": {"original_bytes": "many", "compressed_bytes": null, "extra": []}}',
    "body-stats-negative": b'{"result": "x", "stats": {"original_bytes": -5, "compressed_bytes": 1e999}}',
    "body-meta-wrong": b'{"result": "x", "meta": 7, "metadata": [1]}',
    "body-bom": b'\xef\xbb\xbf{"result": "\xc3\xa9t\xc3\xa9"}',
    "body-utf16": '{"result": "été"}'.encode("utf-16"),
    "body-utf16-be": '{"result": "été"}'.encode("utf-16-be"),
    "body-utf32": '{"result": "été"}'.encode("utf-32"),
}
for _name, _bytes in _BODIES.items():
    FAULTS[_name] = Fault(_name, _body(_bytes))


# --- statuses ---------------------------------------------------------------------------------------------------

_DETAIL: Final = b'{"detail": "said so", "code": "made_up"}'
for _status in (
    400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 418, 425, 451, 499,
    500, 501, 502, 503, 504, 520, 521, 522, 523, 524, 525, 529, 599,
):  # fmt: skip
    FAULTS[f"status-{_status}"] = Fault(f"status-{_status}", _body(_DETAIL, status=_status))

FAULTS["deep-400"] = Fault("deep-400", _body(b'{"detail": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", status=400))
FAULTS["status-299"] = Fault("status-299", _body(b'{"result": "x", "status": "ok"}', status=299))
FAULTS["html-200"] = Fault("html-200", _body(b"<html>Log in</html>", _HTML))
FAULTS["html-502"] = Fault("html-502", _body(b"<html><h1>502 Bad Gateway</h1></html>", _HTML, status=502))
FAULTS["html-422"] = Fault("html-422", _body(b"<html>Unprocessable</html>", _HTML, status=422))
FAULTS["empty-503"] = Fault("empty-503", _body(b"", status=503))
FAULTS["text-422"] = Fault("text-422", _body(b'{"detail": "data is required"}', status=422))
FAULTS["list-422"] = Fault(
    "list-422",
    _body(b'{"detail": [{"loc": ["body", "data"], "msg": "Field required", "type": "missing"}]}', status=422),
)
FAULTS["odd-422"] = Fault("odd-422", _body(b'{"detail": {"loc": 7}}', status=422))
FAULTS["tokenizer-500"] = Fault(
    "tokenizer-500", _body(b'{"detail": "Unable to load tokenizer for model x"}', status=500)
)


@fault("status-204")
def _(exchange: Exchange) -> bool:
    exchange.send(exchange.head(204, []))
    return True


@fault("status-101")
def _(exchange: Exchange) -> None:
    exchange.send(exchange.head(101, [("upgrade", "other"), ("connection", "upgrade")]))
    exchange.until_gone()


@fault("early-hints")
def _(exchange: Exchange) -> bool:
    exchange.send(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
    return proper(exchange)


def _refusing_early(status: int) -> Act:
    def act(exchange: Exchange) -> None:
        exchange.reply(status, _DETAIL, ("connection", "close"))
        exchange.connection.shutdown(socket.SHUT_WR)
        exchange.until_gone()

    return act


for _status in (401, 413):
    FAULTS[f"early-{_status}"] = Fault(f"early-{_status}", _refusing_early(_status), early=True)


def _redirecting(status: int) -> Act:
    def act(exchange: Exchange) -> bool:
        target = f"http://127.0.0.1:{exchange.server.ports['target']}/elsewhere"
        exchange.reply(status, b"", ("location", target))
        return True

    return act


for _status in (301, 302, 303, 307, 308):
    FAULTS[f"redirect-{_status}"] = Fault(f"redirect-{_status}", _redirecting(_status))
FAULTS["redirect-nowhere"] = Fault("redirect-nowhere", _body(b"", status=302))


# --- Retry-After ------------------------------------------------------------------------------------------------

#: When the dates below are two seconds away, in seconds since the epoch.
NOW: Final = 1_800_000_000.0

#: Every kind of `Retry-After`; a tuple is the field given more than once.
RETRY_AFTER: Final[dict[str, str | tuple[str, ...]]] = {
    "seconds": "2",
    "fraction": "1.5",
    "spaced": "  2\t",
    "date": "Fri, 15 Jan 2027 08:00:02 GMT",
    "date-rfc850": "Friday, 15-Jan-27 08:00:02 GMT",
    "date-asctime": "Fri Jan 15 08:00:02 2027",
    "date-past": "Fri, 15 Jan 2021 08:00:00 GMT",
    "date-far": "Fri, 15 Jan 2038 08:00:00 GMT",
    "date-impossible": "Fri, 99 Jan 2027 08:00:02 GMT",
    "date-other-zone": "Fri, 15 Jan 2027 08:00:02 +0200",
    "date-iso": "2027-01-15T08:00:02Z",
    "minute": "60",
    "over-a-minute": "61",
    "day": "86400",
    "digits": "9" * 400,
    "zero": "0",
    "negative": "-5",
    "nan": "nan",
    "inf": "inf",
    "exponent": "1e3",
    "plus": "+2",
    "other-digits": "\xb2",
    "unit": "2s",
    "word": "soon",
    "empty": "",
    "list": "1, 2",
    "twice": ("1", "2"),
}


def _limiting(value: str | tuple[str, ...], status: int) -> Act:
    fields = [("retry-after", one) for one in ((value,) if isinstance(value, str) else value)]
    return _body(_DETAIL, *fields, status=status)


for _name, _value in RETRY_AFTER.items():
    FAULTS[f"retry-after-{_name}"] = Fault(f"retry-after-{_name}", _limiting(_value, 429))
FAULTS["retry-after-none"] = Fault("retry-after-none", _body(_DETAIL, status=429))
FAULTS["retry-after-on-503"] = Fault("retry-after-on-503", _limiting("2", 503))


# --- secrets ----------------------------------------------------------------------------------------------------


def _echoed(exchange: Exchange) -> bytes:
    return json.dumps({"detail": "no such key", "echo": {"headers": exchange.request.headers}}).encode()


@fault("echo-401")
def _(exchange: Exchange) -> bool:
    exchange.reply(401, _echoed(exchange), ("x-echo", exchange.request.headers.get("x-api-key", "")))
    return True


@fault("echo-200")
def _(exchange: Exchange) -> bool:
    exchange.reply(200, _echoed(exchange), ("x-echo", exchange.request.headers.get("authorization", "")))
    return True


# --- the server -------------------------------------------------------------------------------------------------


class FaultServer:
    """Listens on loopback, on several ports, until it is closed.

    Args:
        contexts: TLS settings by the name of the listener that is to have them.
        share: the share of requests that meets a fault although their path asks for none.
        drawn: the faults to draw from for those.
        seed: makes the draws repeatable.
        port: the port of the plain listener; 0 for any.
    """

    def __init__(
        self,
        contexts: Mapping[str, ssl.SSLContext] | None = None,
        *,
        share: float = 0.0,
        drawn: Iterable[str] = UNDER_LOAD,
        seed: int | None = None,
        port: int = 0,
    ) -> None:
        self.requests: list[Request] = []
        #: Told of each request as it comes.
        self.on_request: Callable[[Request], None] | None = None
        #: Port by listener: `plain`, `target` of redirects, `proxy`, `silent`, `full` and those with TLS.
        self.ports: dict[str, int] = {}
        #: Connections by listener.
        self.connections: Counter[str] = Counter()
        #: Requests by fault; `ok` for those that met none.
        self.faults: Counter[str] = Counter()
        self._share = share
        self._drawn = [FAULTS[name] for name in drawn]
        self._random = random.Random(seed)
        self._contexts = dict(contexts or {})
        self._keep_requests = not share
        self._met: set[tuple[str, str]] = set()
        self._requests = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listeners: list[socket.socket] = []
        self._threads: set[threading.Thread] = set()
        self._closed = False
        for name in ("plain", "target", "proxy", "silent", *self._contexts):
            self._listen(name, port if name == "plain" else 0)
        self._listen_and_never_accept()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def url(self, fault: str = "", *, listener: str = "plain", scheme: str = "http", host: str = "127.0.0.1") -> str:
        """Return the base URL under which a fault is met."""
        return f"{scheme}://{host}:{self.ports[listener]}/{fault}".rstrip("/")

    def seen(self, request_id: str) -> list[Request]:
        """Return the requests that came under an id, on any listener."""
        with self._lock:
            return [request for request in self.requests if request.request_id == request_id]

    def counts(self) -> dict[str, Any]:
        """Return how many connections were opened, are open, and how many requests came."""
        with self._lock:
            return {
                "opened": sum(self.connections.values()),
                "open": len(self._open),
                "requests": self._requests,
                "faults": dict(self.faults),
            }

    def close(self) -> None:
        """End every connection and stop listening."""
        with self._lock:
            self._closed = True
            held = [*self._listeners, *self._open]
        for one in held:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for one in self._listeners:
            one.close()
        for thread in list(self._threads):
            thread.join(_LONGEST)

    # --- connections

    def _listen(self, name: str, port: int) -> None:
        listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self._listeners.append(listener)
        self.ports[name] = listener.getsockname()[1]
        self._start(self._accept, name, listener)

    def _listen_and_never_accept(self) -> None:
        """Fill the queue of a listener, so that the next one who connects waits."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self._listeners.append(listener)
        self.ports["full"] = listener.getsockname()[1]
        for _ in range(3):
            waiting = socket.socket()
            waiting.settimeout(0)
            with suppress(OSError):
                waiting.connect(listener.getsockname())
            self._listeners.append(waiting)

    def _start(self, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        with self._lock:
            self._threads.add(thread)
            # The size holds for all threads of the process that start from then on.
            before = threading.stack_size(_STACK)
            try:
                thread.start()
            finally:
                threading.stack_size(before)

    def _accept(self, name: str, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections[name] += 1
                number = sum(self.connections.values())
                self._open.add(connection)
            self._start(self._connected, name, connection, number)

    def _connected(self, name: str, connection: socket.socket, number: int) -> None:
        current = connection
        try:
            # A connection may end at any time and in any way; that is what this server is for.
            with suppress(OSError, ValueError):
                if name == "silent":
                    until_gone(connection)
                    return
                if name in self._contexts:
                    current = self._secured(name, connection)
                self._talk(name, current, number)
        finally:
            with self._lock:
                self._open -= {connection, current}
                self._threads.discard(threading.current_thread())
            current.close()
            connection.close()

    def _secured(self, name: str, connection: socket.socket) -> socket.socket:
        connection.settimeout(_LONGEST)
        secured = self._contexts[name].wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._open -= {connection}
            self._open.add(secured)
        try:
            secured.do_handshake()
        except BaseException:
            with self._lock:
                self._open -= {secured}
            secured.close()
            raise
        return secured

    def _talk(self, name: str, connection: socket.socket, number: int) -> None:
        reader = _Reader(connection)
        turn = 0
        while (head := reader.head()) is not None:
            turn += 1
            method, target, headers = head
            if method == "CONNECT":
                self._record(Request(name, "", method, target, headers, b"", number, turn))
                self._tunnel(connection, number)
                return
            if target == "/__counts":
                body = json.dumps(self.counts()).encode()
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
                continue
            chosen = self._chosen(target, headers)
            body = b"" if chosen.early else reader.body(headers)
            request = Request(name, chosen.name, method, target, headers, body, number, turn)
            self._record(request)
            if not chosen.act(Exchange(self, connection, request)):
                return

    def _tunnel(self, connection: socket.socket, number: int) -> None:
        """Stand in for the host that a proxy was asked to connect to."""
        connection.sendall(b"HTTP/1.1 200 Connection Established\r\n\r\n")
        secured = self._secured("tls", connection)
        try:
            self._talk("tls", secured, number)
        finally:
            with self._lock:
                self._open -= {secured}
            secured.close()

    def _chosen(self, target: str, headers: Mapping[str, str]) -> Fault:
        name = urlsplit(target).path.lstrip("/").partition("/")[0]
        well = Fault("ok", proper)
        if BEHAVE in headers:
            return well
        first = name.removeprefix("once-")
        if first != name:
            met = (name, headers.get("x-request-id", ""))
            with self._lock:
                if met in self._met:
                    return well
                self._met.add(met)
        if first in FAULTS:
            return FAULTS[first]
        with self._lock:
            return self._random.choice(self._drawn) if self._random.random() < self._share else well

    def _record(self, request: Request) -> None:
        with self._lock:
            self._requests += 1
            self.faults[request.fault or "ok"] += 1
            if self._keep_requests:
                self.requests.append(request)
        if self.on_request is not None:
            self.on_request(request)


class _Reader:
    """Reads requests off a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held = b""

    def head(self) -> tuple[str, str, dict[str, str]] | None:
        """Return method, target and header fields of the next request; None where there is none."""
        while b"\r\n\r\n" not in self._held:
            more = self._connection.recv(_CHUNK)
            if not more or len(self._held) > _LONGEST_HEAD:
                return None
            self._held += more
            if self._held[:1] == b"\x16":
                # The beginning of a TLS handshake, on a port without TLS.
                self._connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
                return None
        head, _, self._held = self._held.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        fields: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            fields[name.strip().lower()] = value.strip()
        return method, target, fields

    def body(self, headers: Mapping[str, str]) -> bytes:
        """Return the body of the request whose head was read."""
        parts, left = [self._held], int(headers.get("content-length", 0)) - len(self._held)
        while left > 0:
            part = self._connection.recv(_CHUNK)
            if not part:
                raise ConnectionError("the client has gone")
            parts.append(part)
            left -= len(part)
        whole = b"".join(parts)
        length = int(headers.get("content-length", 0))
        self._held = whole[length:]
        return whole[:length]


def main() -> None:
    """Serve until standard input is closed or SIGTERM comes."""
    parser = argparse.ArgumentParser(description="Serve on loopback, and misbehave.")
    parser.add_argument("--faults", type=float, default=0.0, metavar="SHARE", help="share of requests with a fault")
    parser.add_argument("--only", default=",".join(UNDER_LOAD), metavar="NAMES", help="the faults to draw from")
    parser.add_argument("--seed", type=int, default=None, help="makes the draws repeatable")
    parser.add_argument("--port", type=int, default=0, help="the port; any free one by default")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    drawn = options.only.split(",")
    with FaultServer(share=options.faults, drawn=drawn, seed=options.seed, port=options.port) as server:
        print(server.url(), flush=True)  # noqa: T201 - how a program that starts this one learns where it is
        sys.stdin.read()


if __name__ == "__main__":
    main()
