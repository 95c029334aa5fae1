"""What the server's tests share: an application on a real socket, raw connections, and `kaizen serve` as a process."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any, Literal, NamedTuple

import pytest
import uvicorn

from kaizen_client.embedded import Engine
from kaizen_client.embedded.server import create_app


class Got(NamedTuple):
    status: int
    headers: dict[str, str]
    body: dict[str, Any]


class Session:
    """A connection that is used for one request after another."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Got:
        """Send a request and return its reply."""
        self.send(method, path, body, **headers)
        return self.receive()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> None:
        """Send a request; the body as bytes, or anything else as JSON. Fields are written with underscores."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            fields = {"content-type": "application/json", **fields}
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request(method, path, body, fields)

    def receive(self) -> Got:
        reply = self.connection.getresponse()
        text = reply.read()
        headers = {name.lower(): value for name, value in reply.getheaders()}
        return Got(reply.status, headers, json.loads(text) if text else {})

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc: object) -> None:
        self.connection.close()


class Raw:
    """A connection to write on byte by byte."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._received = b""

    def send(self, *parts: bytes) -> None:
        self._socket.sendall(b"".join(parts))

    def read_line(self) -> bytes:
        """Return the first line of what comes, without waiting for more."""
        while b"\r\n" not in self._received:
            self._more()
        line, _, self._received = self._received.partition(b"\r\n")
        return line

    def read_reply(self) -> Got:
        """Return one reply, read as far as its length says."""
        while b"\r\n\r\n" not in self._received:
            self._more()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        length = int(headers["content-length"])
        while len(self._received) < length:
            self._more()
        body, self._received = self._received[:length], self._received[length:]
        return Got(int(lines[0].split()[1]), headers, json.loads(body))

    def until_closed(self) -> bytes:
        """Return what else comes until the server closes the connection."""
        with contextlib.suppress(ConnectionResetError):
            while chunk := self._socket.recv(65536):
                self._received += chunk
        return self._received

    def _more(self) -> None:
        chunk = self._socket.recv(65536)
        assert chunk, "the connection was closed before the reply was whole"
        self._received += chunk

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.close()


class Served:
    """An application behind uvicorn, in a thread of this process."""

    def __init__(self, app: Any, lifespan: Literal["on", "off"] = "off") -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(app, http="h11", ws="none", lifespan=lifespan, log_config=None, access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]})
        self._thread.start()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Got:
        """Send one request on a connection of its own."""
        with self.session() as session:
            return session.ask(method, path, body, **headers)

    def session(self) -> Session:
        return Session(self.port)

    def raw(self) -> Raw:
        return Raw(self.port)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture
def served_by() -> Iterator[Callable[..., Served]]:
    """Serve any application; whatever happens, that ends with the test."""
    running: list[Served] = []

    def start(app: Any, **settings: Any) -> Served:
        running.append(Served(app, **settings))
        return running[-1]

    yield start
    for one in running:
        one.close()


@pytest.fixture
def serve(served_by: Callable[..., Served]) -> Callable[..., Served]:
    """Serve an engine, or one made from settings; `rate` and `clock` go to the application."""

    def start(engine: Engine | None = None, *, rate: Any = None, clock: Any = None, **settings: Any) -> Served:
        more = {} if clock is None else {"clock": clock}
        return served_by(create_app(engine or Engine(**settings), rate=rate, **more))

    return start


class Lines(logging.Handler):
    """Keeps log lines, and lets a test wait for one."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._came = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        with self._came:
            self.texts.append(record.getMessage())
            self._came.notify_all()

    def wait_for(self, pattern: str) -> str:
        """Return the first line that a pattern is found in, when it has come."""

        def found() -> str | None:
            return next((text for text in self.texts if re.search(pattern, text)), None)

        with self._came:
            assert self._came.wait_for(lambda: found() is not None, timeout=30), self.texts
        return str(found())


def _logged(name: str, level: int) -> Iterator[Lines]:
    handler = Lines()
    handler.setLevel(level)
    logger = logging.getLogger(name)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the server logs."""
    yield from _logged("kaizen_client.server", logging.INFO)


@pytest.fixture
def faults() -> Iterator[Lines]:
    """What uvicorn reports as wrong."""
    yield from _logged("uvicorn.error", logging.ERROR)


class Command:
    """`kaizen serve` as a process of its own."""

    def __init__(self, *arguments: str, code: str | None = None, **environment: str) -> None:
        start = ["-m", "kaizen_client"] if code is None else ["-c", code]
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", *start, "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        assert self._process.stdout is not None
        self.pid = self._process.pid
        #: What is printed when the server is ready; empty where it never is.
        self.url = self._process.stdout.readline().strip()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def session(self) -> Session:
        return Session(self.port)

    def raw(self) -> Raw:
        return Raw(self.port)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Got:
        """Send one request on a connection of its own."""
        with self.session() as session:
            return session.ask(method, path, body, **headers)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Send the signal; the end comes later."""
        self._process.send_signal(number)

    def wait(self) -> tuple[int, str, str]:
        """Wait for the end, and return exit status, the rest of stdout, and stderr."""
        out, err = self._process.communicate(timeout=60)
        return self._process.returncode, out, err

    def finish(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Stop, and wait for the end."""
        self.stop(number)
        return self.wait()

    def close(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def command() -> Iterator[Callable[..., Command]]:
    """Start `kaizen serve`; whatever happens, it ends with the test."""
    started: list[Command] = []

    def start(*arguments: str, code: str | None = None, **environment: str) -> Command:
        started.append(Command(*arguments, code=code, **environment))
        return started[-1]

    yield start
    for one in started:
        one.close()
