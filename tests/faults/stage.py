"""What the rows of the table are played on: either client, driven alike, the server, and certificates."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

from kaizen_client import KaizenClient, SyncKaizenClient
from kaizen_client.clock import Clock
from tests.faults.backends import Kind, Subject
from tests.faults.server import NOW, FaultServer, Request

#: How long a test waits for what must come, in seconds, before it fails.
PATIENCE: Final = 5.0


class SkippingClock(Clock):
    """A clock that goes on by itself, stands at a known date, and skips every wait."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:  # type: ignore[override]
        return time.monotonic() + sum(self.slept)

    def wall(self) -> float:  # type: ignore[override]
        return NOW

    def random(self) -> float:  # type: ignore[override]
        return 0.5

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def asleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


class Driver:
    """Makes clients of one kind over one library and makes their calls, so that what must hold is written once."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.kind = kind = subject.kind
        self.clock = SkippingClock()
        self._loop: asyncio.Runner | None = asyncio.Runner() if kind == "async" else None
        self._clients: list[Any] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients:
            self.do(client.close)
        if self._loop is not None:
            self._loop.close()

    def client(self, base_url: str, **settings: Any) -> Any:
        """Return a client that is closed at the end and never waits between attempts."""
        kind = KaizenClient if self.kind == "async" else SyncKaizenClient
        return self.adopt(kind(base_url=base_url, **{"transport": self.subject.backend, **settings}))

    def adopt(self, client: Any) -> Any:
        """Close a client at the end, and take its waits from it."""
        client._sender.clock = self.clock
        self._clients.append(client)
        return client

    def do(self, call: Callable[[], Any]) -> Any:
        """Make a call and return what it returns; all calls of an async client share one event loop."""
        if self._loop is None:
            return call()
        return self._loop.run(_awaited(call))

    def do_apart(self, call: Callable[[], Any]) -> Any:
        """Make a call in an event loop of its own."""
        return call() if self._loop is None else asyncio.run(_awaited(call))

    def do_at_once(self, calls: list[Callable[[], Any]]) -> list[Any]:
        """Make calls at once, in sixteen threads or as tasks; return what each returns or raises."""
        if self._loop is not None:
            return self._loop.run(_gathered(calls))

        def outcome(call: Callable[[], Any]) -> Any:
            try:
                return call()
            except Exception as error:
                return error

        with ThreadPoolExecutor(16) as threads:
            return list(threads.map(outcome, calls))

    def run(self, work: Awaitable[Any]) -> Any:
        """Run what only an event loop can."""
        assert self._loop is not None
        return self._loop.run(_awaited(lambda: work))


async def _awaited(call: Callable[[], Any]) -> Any:
    return await call()


async def _gathered(calls: list[Callable[[], Any]]) -> list[Any]:
    return await asyncio.gather(*(call() for call in calls), return_exceptions=True)


@dataclass
class Stage:
    """All that a row needs."""

    driver: Driver
    server: FaultServer
    #: A file with the CA that the listeners with good certificates are signed by.
    trusted: Path
    #: Sets a variable of the environment until the end of the test.
    set_variable: Callable[[str, str], None]
    #: How many request ids were made up.
    ids: int = field(default=0)

    @property
    def kind(self) -> Kind:
        return self.driver.kind

    def request_id(self, name: str) -> str:
        """Return an id that no other request has."""
        self.ids += 1
        return f"{name}-{self.kind}-{self.ids}-{time.monotonic_ns()}"

    def compress(self, client: Any, data: Any = 1, **call: Any) -> Any:
        """Make the call that most rows are about."""
        return self.driver.do(partial(client.compress, data=data, **call))

    def seen(self, request_id: str, wanted: int) -> list[Request]:
        """Return the requests that came under an id, once there are as many as wanted or time is up."""
        eventually(lambda: len(self.server.seen(request_id)) >= wanted)
        return self.server.seen(request_id)


def eventually(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; tell whether it ever did."""
    until = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.002)
    return True


def unused_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def logged() -> Iterator[list[str]]:
    """Collect all that the client logs."""
    lines: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record) + repr(vars(record)))

    logger, handler = logging.getLogger("kaizen_client"), Collect()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def tls_contexts(folder: Path) -> tuple[dict[str, ssl.SSLContext], Path]:
    """Return TLS settings for the listeners, each good or bad in its own way, and the file of the CA to trust."""
    import datetime

    import trustme

    trusted, other = trustme.CA(), trustme.CA()
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=2)
    certificates = {
        "tls": trusted.issue_cert("localhost", "127.0.0.1", "kaizen.invalid"),
        "untrusted": other.issue_cert("localhost", "127.0.0.1"),
        "wrong-host": trusted.issue_cert("elsewhere.invalid"),
        "expired": trusted.issue_cert(
            "localhost", "127.0.0.1", not_before=past - datetime.timedelta(days=30), not_after=past
        ),
    }
    contexts = {}
    for name, certificate in certificates.items():
        contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(contexts[name])
    file = folder / "trusted.pem"
    trusted.cert_pem.write_to_path(str(file))
    return contexts, file


@contextmanager
def no_names() -> Iterator[None]:
    """Let every name under `.invalid` fail to resolve at once, as RFC 6761 says it must."""
    real = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if isinstance(name, str) and name.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *args, **options)

    socket.getaddrinfo = resolve
    try:
        yield
    finally:
        socket.getaddrinfo = real


def in_background(work: Callable[[], Any]) -> threading.Thread:
    """Run something beside the test; what it raises is dropped."""

    def run() -> None:
        with suppress(Exception):
            work()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread
