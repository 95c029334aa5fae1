"""Measure how far past its deadline a call returns, whatever holds it up: both clients, over loopback.

    python scripts/bench/deadline.py [CASE ...]

Each case is a server, or a host, that keeps a call waiting in another way. The calls of a case run at once, in rounds.
The exit code is 1 when the worst of them comes back more than 0.1 s after its deadline, or comes back with a result.
"""

from __future__ import annotations

import asyncio
import math
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Final, NamedTuple

from kaizen_client import KaizenClient, KaizenError, RetryPolicy, SyncKaizenClient

DEADLINE: Final = 0.5
GOAL: Final = 0.1
AT_ONCE, ROUNDS = 5, 4
#: No wait on the socket ends a call before its deadline does.
TIMEOUT: Final = 60.0
#: How long a server keeps a connection, in seconds: for longer than any call may take.
HELD: Final = 5.0
UPLOAD: Final = 4 * 1024 * 1024
UNKNOWN_HOST: Final = "kaizen.example"
#: As often as it takes: the deadline is what ends these calls.
STUBBORN: Final = RetryPolicy(base=0.2, budget=math.inf, adaptive=False)

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


# --- servers that keep a call waiting -----------------------------------------------------------------------------


def _request(connection: socket.socket) -> bytes:
    """Read a request's head and body; return the head."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length and (part := connection.recv(65536)):
        body += part
    return head


def _again(connection: socket.socket, data: bytes, pause: float) -> None:
    """Send the same bytes until the client has gone."""
    ends = time.monotonic() + HELD
    while time.monotonic() < ends:
        connection.sendall(data)
        time.sleep(pause)


def hang(connection: socket.socket) -> None:
    """Take the request, and answer nothing."""
    _request(connection)
    time.sleep(HELD)


def silent(connection: socket.socket) -> None:
    """Take no notice of whoever connected."""
    time.sleep(HELD)


def drip_head(connection: socket.socket) -> None:
    """Send a header field without end, a byte at a time."""
    _request(connection)
    connection.sendall(_HEAD + b"x-field: ")
    _again(connection, b"x", 0.02)


def drip_body(connection: socket.socket) -> None:
    """Send the body a byte at a time."""
    _request(connection)
    connection.sendall(_HEAD + b"content-length: 100000\r\n\r\n")
    _again(connection, b" ", 0.02)


def interim(connection: socket.socket) -> None:
    """Send interim replies, and no other."""
    _request(connection)
    _again(connection, b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", 0.02)


def slow_reader(connection: socket.socket) -> None:
    """Take the request a little at a time."""
    ends = time.monotonic() + HELD
    while time.monotonic() < ends and connection.recv(1024):
        time.sleep(0.02)


def _refusing(*fields: bytes) -> Callable[[socket.socket], None]:
    def act(connection: socket.socket) -> None:
        reply = b"\r\n".join([b"HTTP/1.1 503 Busy", b"content-length: 2", *fields, b"", b"{}"])
        while _request(connection):
            connection.sendall(reply)

    return act


class Server:
    """Listens on loopback and hands every connection to a function, in a thread of its own."""

    def __init__(self, act: Callable[[socket.socket], None]) -> None:
        self._act = act
        self._listener = socket.socket()
        # Small, and before it listens: what the kernel takes for a slow reader is no wait.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self._act(connection)

    def close(self) -> None:
        """Stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def full_queue() -> Iterator[int]:
    """Give the port of a listener that accepts nobody and has no room for more to wait."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = []
        for _ in range(3):
            one = socket.socket()
            one.settimeout(0)
            with suppress(OSError):
                one.connect(listener.getsockname())
            waiting.append(one)
        try:
            yield listener.getsockname()[1]
        finally:
            for one in waiting:
                one.close()


@contextmanager
def no_answer_from_dns() -> Iterator[None]:
    """Let every look-up of the unknown host hang."""
    original, over = socket.getaddrinfo, threading.Event()

    def stuck(host: Any, *arguments: Any, **options: Any) -> Any:
        if host in (UNKNOWN_HOST, UNKNOWN_HOST.encode()):
            over.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return original(host, *arguments, **options)

    socket.getaddrinfo = stuck
    try:
        yield
    finally:
        over.set()
        socket.getaddrinfo = original


# --- cases --------------------------------------------------------------------------------------------------------


class Case(NamedTuple):
    """One way to be kept waiting."""

    #: What a connection meets; None where there is none.
    act: Callable[[socket.socket], None] | None
    settings: dict[str, Any]
    #: Bytes of text to send.
    size: int = 10
    scheme: str = "http"
    #: Whether the server is a proxy on the way to another.
    proxy: bool = False
    #: Calls that take every connection before the measured ones begin.
    before: int = 0


_TRYING: Final[dict[str, Any]] = {"max_retries": 1000, "retry_policy": STUBBORN}

CASES: Final[dict[str, Case]] = {
    "a hang": Case(hang, {}),
    "headers that drip": Case(drip_head, {}),
    "a body that drips": Case(drip_body, {}),
    "interim replies without end": Case(interim, {}),
    "an upload read slowly": Case(slow_reader, {}, size=UPLOAD),
    "503 again and again": Case(_refusing(), _TRYING),
    "Retry-After over the deadline": Case(_refusing(b"retry-after: 2"), _TRYING),
    "a TLS handshake unanswered": Case(silent, {}, scheme="https"),
    "a proxy that hangs": Case(hang, {}, scheme="https", proxy=True),
    "a connection not accepted": Case(None, {}),
    "a look-up (DNS) that hangs": Case(None, {}),
    "a full pool": Case(hang, {"max_connections": 2}, before=2),
}


def outcome(began: float, error: BaseException | None) -> tuple[float, str]:
    """Return how far past the deadline this is, in seconds, and what came of the call."""
    return time.monotonic() - began - DEADLINE, type(error).__name__


def sync_calls(url: str, case: Case) -> list[tuple[float, str]]:
    """Make the calls of all rounds from threads; return what became of each."""
    text = "x" * case.size
    with (
        SyncKaizenClient(base_url=url, timeout=TIMEOUT, **case.settings) as client,
        ThreadPoolExecutor(AT_ONCE + case.before) as threads,
    ):

        def one(deadline: float) -> tuple[float, str]:
            began = time.monotonic()
            try:
                client.compress(data=text, deadline=deadline)
            except KaizenError as error:
                return outcome(began, error)
            return outcome(began, None)

        found = []
        for _ in range(ROUNDS):
            others = [threads.submit(one, 3 * DEADLINE) for _ in range(case.before)]
            time.sleep(0.1 if others else 0)
            found += list(threads.map(one, [DEADLINE] * AT_ONCE))
            for other in others:
                other.result()
    return found


async def async_calls(url: str, case: Case) -> list[tuple[float, str]]:
    """Make the calls of all rounds from tasks; return what became of each."""
    text = "x" * case.size
    async with KaizenClient(base_url=url, timeout=TIMEOUT, **case.settings) as client:

        async def one(deadline: float) -> tuple[float, str]:
            began = time.monotonic()
            try:
                await client.compress(data=text, deadline=deadline)
            except KaizenError as error:
                return outcome(began, error)
            return outcome(began, None)

        found = []
        for _ in range(ROUNDS):
            others = [asyncio.create_task(one(3 * DEADLINE)) for _ in range(case.before)]
            await asyncio.sleep(0.1 if others else 0)
            found += await asyncio.gather(*(one(DEADLINE) for _ in range(AT_ONCE)))
            await asyncio.gather(*others)
    return found


def measured(name: str, case: Case) -> dict[str, list[tuple[float, str]]]:
    """Run one case with both clients."""

    def both(url: str) -> dict[str, list[tuple[float, str]]]:
        found = {"sync": sync_calls(url, case)}
        # The pool of the loop ends before look-ups that hang are let go: none is waited for.
        runner = asyncio.new_event_loop()
        try:
            found["async"] = runner.run_until_complete(async_calls(url, case))
        finally:
            runner.close()
        return found

    if case.act is not None:
        server = Server(case.act)
        try:
            url = f"127.0.0.1:{server.port}"
            if case.proxy:
                case.settings["proxy"] = f"http://{url}"
            return both(f"{case.scheme}://{UNKNOWN_HOST if case.proxy else url}")
        finally:
            server.close()
    if name.startswith("a look-up"):
        with no_answer_from_dns():
            return both(f"https://{UNKNOWN_HOST}")
    with full_queue() as port:
        return both(f"http://127.0.0.1:{port}")


def main() -> int:
    """Print the table; return 1 where a call comes back too late or with a result."""
    wanted = sys.argv[1:]
    print(f"past a deadline of {DEADLINE} s, in seconds: the worst of {AT_ONCE * ROUNDS} calls, {AT_ONCE} at once")
    print(f"  {'':32}{'sync':>10}{'async':>10}  ends with")
    met = True
    for name, case in CASES.items():
        if wanted and not any(part in name for part in wanted):
            continue
        found = measured(name, case)
        worst = {client: max(late for late, _ in calls) for client, calls in found.items()}
        kinds = ", ".join(sorted({kind for calls in found.values() for _, kind in calls}))
        good = max(worst.values()) <= GOAL and "NoneType" not in kinds
        met = met and good
        print(f"  {name:32}{worst['sync']:>+10.3f}{worst['async']:>+10.3f}  {kinds}{'' if good else '  MISSED'}")
    print(f"  goal: no more than {GOAL} s past it: {'met' if met else 'MISSED'}\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
