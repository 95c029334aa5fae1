"""What all tests share: no settings and no network from outside, and a service on loopback."""

from __future__ import annotations

import base64
import json
import os
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import orjson
import pytest
import vcr
from hypothesis import settings
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

from kaizen_client import json_bodies
from kaizen_client.embedded import Engine
from kaizen_client.testing import FakeClock
from kaizen_client.transports import clear_text

if TYPE_CHECKING:
    import trustme

settings.register_profile("default", max_examples=200, deadline=None, derandomize=True)
settings.register_profile("nightly", max_examples=20_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(autouse=True)
def no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the developer's shell says of Kaizen and of proxies out of every test."""
    for name in list(os.environ):
        if name.startswith("KAIZEN_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    # Hosts that stand for any host; each test begins as a fresh process would.
    monkeypatch.setattr(clear_text, "_warned", {"kaizen.example", "kaizen.invalid", "h"})


@pytest.fixture(autouse=True)
def only_loopback() -> Iterator[None]:
    """Refuse every connection that would leave this machine, but where cassettes are recorded from elsewhere."""
    if "RECORD_CASSETTES_FROM" in os.environ:
        yield
        return
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(scope="module", params=["orjson", "no orjson"])
def both_ways(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run what asks for it twice: with bodies written and read by orjson, and as where that is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_bodies, "orjson", orjson if request.param == "orjson" else None)
        yield


@pytest.fixture
def no_network(only_loopback: None) -> Iterator[None]:
    """Refuse every connection, loopback included; an event loop's own socket pair is a Unix socket."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(params=["httpx", "httpx2", "aiohttp,urllib3"])
def every_backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test over every HTTP library, wherever it does not name one itself."""
    monkeypatch.setenv("KAIZEN_TRANSPORT", request.param)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class Seen(NamedTuple):
    """One request as the service got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


Answer = tuple[int, dict[str, str], bytes]


class Service:
    """A service on loopback: answers with the engine, or with what a test puts in `answers` first."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.seen: list[Seen] = []
        self.answers: list[Answer | Callable[[Seen], Answer]] = []
        self.always: Answer | Callable[[Seen], Answer] | None = None
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body in one write: in two, each reply would wait for a delayed acknowledgement.
            wbufsize = -1

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                fields = {name.lower(): value for name, value in self.headers.items()}
                seen = Seen(self.command, self.path, fields, body)
                service.seen.append(seen)
                status, headers, reply = service.answer(seen)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "content-length" not in {name.lower() for name in headers} and status != 204:
                    self.send_header("content-length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def answer(self, seen: Seen) -> Answer:
        chosen = self.answers.pop(0) if self.answers else self.always
        if chosen is None:
            reply = self.engine.handle(seen.method, seen.path, seen.headers, seen.body)
            return reply.status, reply.headers, reply.body
        return chosen(seen) if callable(chosen) else chosen

    def reply_json(self, status: int, value: Any, **headers: str) -> None:
        """Answer the next request with a JSON value."""
        fields = {
            "content-type": "application/json",
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        self.answers.append((status, fields, json.dumps(value).encode()))

    def secure(self, context: ssl.SSLContext) -> str:
        """Speak TLS from now on, and return the service's URL."""
        # The listening socket keeps its number, by which the server waits for it.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.port}"
        return self.url

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    yield found
    found.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Signs certificates, and is trusted by nobody who is not told to."""
    import trustme  # Only here: few tests need it.

    return trustme.CA()


@pytest.fixture
def secure_url(service: Service, authority: trustme.CA) -> str:
    """The service over TLS, by a certificate of the authority for this machine and for `kaizen.example`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "kaizen.example").configure_cert(context)
    return service.secure(context)


class Proxy:
    """A proxy on loopback, for tunnels (CONNECT) and for whole URLs; takes every host to one service."""

    def __init__(self, service: Service) -> None:
        self.seen: list[Seen] = []
        #: What it wants in `Proxy-Authorization`, as `user:password`.
        self.password: str | None = None
        #: The status it refuses tunnels with.
        self.refuses: int | None = None
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_CONNECT(self) -> None:
                self.note(b"")
                if (status := self.refusal()) is not None:
                    self.answer(status, {}, b"")
                    return
                self.send_response(200)
                self.end_headers()
                self.wfile.flush()
                with suppress(OSError), socket.create_connection(("127.0.0.1", service.port)) as beyond:
                    proxy.relay(self.connection, beyond)
                self.close_connection = True

            def forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                self.note(body)
                if (status := self.refusal()) is not None:
                    self.answer(status, {}, b"")
                    return
                beyond = HTTPConnection("127.0.0.1", service.port)
                target = urlsplit(self.path)
                kept = {name: value for name, value in self.headers.items() if not name.lower().startswith("proxy-")}
                beyond.request(self.command, target.path or "/", body, kept)
                reply = beyond.getresponse()
                content = reply.read()
                beyond.close()
                self.answer(reply.status, {"content-type": reply.headers.get("content-type", "")}, content)

            do_GET = do_POST = forward

            def note(self, body: bytes) -> None:
                fields = {name.lower(): value for name, value in self.headers.items()}
                proxy.seen.append(Seen(self.command, self.path, fields, body))

            def refusal(self) -> int | None:
                if proxy.password is not None:
                    wanted = base64.b64encode(proxy.password.encode()).decode()
                    if self.headers.get("proxy-authorization") != f"Basic {wanted}":
                        return 407
                return proxy.refuses

            def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.address}"

    @staticmethod
    def relay(client: socket.socket, beyond: socket.socket) -> None:
        """Pass bytes on both ways until one side closes."""
        other = {client: beyond, beyond: client}
        while True:
            for ready in select.select([client, beyond], [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                other[ready].sendall(data)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def proxy(service: Service) -> Iterator[Proxy]:
    found = Proxy(service)
    yield found
    found.close()


@pytest.fixture
def unused_tcp_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


class OneByOne:
    """A service on loopback that answers each connection with the bytes of `reply`, and closes it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, suppress(OSError), connection.makefile("rb") as stream:
                line = stream.readline().decode("latin-1").strip()
                fields: dict[str, str] = {}
                while head := stream.readline().decode("latin-1").strip():
                    name, _, value = head.partition(": ")
                    fields[name.lower()] = value
                stream.read(int(fields.get("content-length", 0)))
                connection.sendall(self.reply(line, fields))
                connection.shutdown(socket.SHUT_WR)

    def reply(self, line: str, fields: dict[str, str]) -> bytes:
        """Return what is sent for a request: its first line, and its header fields by their names in lower case."""
        return b""

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def _listening(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """Accept connections one by one, and hand each to `talk` until the test is over."""
    listener = socket.create_server(("127.0.0.1", 0))
    talks: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            talks.append(threading.Thread(target=talk, args=(connection,), daemon=True))
            talks[-1].start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
    for one in talks:
        one.join()


def _until_closed(connection: socket.socket) -> None:
    with connection, suppress(OSError):
        while connection.recv(65536):
            pass


def _drip(connection: socket.socket) -> None:
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n")
        for _ in range(400):
            connection.sendall(b" ")
            # The wait is the fault itself, and ends with the client's connection.
            if select.select([connection], [], [], 0.05)[0] and not connection.recv(65536):
                return


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A service that reads and never answers."""
    yield from _listening(_until_closed)


@pytest.fixture
def dripping_url() -> Iterator[str]:
    """A service whose reply comes a byte at a time, for twenty seconds."""
    yield from _listening(_drip)


RECORDED_URL = "http://kaizen.invalid"
CASSETTES = Path(__file__).resolve().parent / "cassettes"


def _without_secrets(request: Any) -> Any:
    """Take host, credentials and what differs from run to run out of a request, before it is kept or compared."""
    path = urlsplit(request.uri).path
    request.uri = f"{RECORDED_URL}{path}"
    request.headers = {name: value for name, value in request.headers.items() if name in ("accept", "content-type")}
    return request


def _plain_reply(reply: dict[str, Any]) -> dict[str, Any]:
    """Keep of a reply's head only what a client reads."""
    reply["status"]["message"] = responses.get(reply["status"]["code"], "")
    kept = ("content-type", "retry-after")
    reply["headers"] = {name: value for name, value in reply["headers"].items() if name.lower() in kept}
    return reply


def vcr_of(mode: Any) -> Any:
    """Return what records and plays cassettes, secrets left out."""
    return vcr.VCR(
        record_mode=mode,
        match_on=["method", "uri", "body"],
        before_record_request=_without_secrets,
        before_record_response=_plain_reply,
        decode_compressed_response=True,
    )


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Callable[[str], Any]:
    """Open a cassette by name: gives the client's settings, replays without a network, and wants every line used."""
    url = os.environ.get("RECORD_CASSETTES_FROM")
    if url is None:
        request.getfixturevalue("no_network")

    @contextmanager
    def open_cassette(name: str) -> Iterator[dict[str, Any]]:
        recorder = vcr_of(vcr.mode.ALL if url else vcr.mode.NONE)
        key = os.environ.get("RECORD_CASSETTES_KEY", "a-key-that-is-filtered")
        with recorder.use_cassette(str(CASSETTES / f"{name}.yaml")) as opened:
            yield {"base_url": url or RECORDED_URL, "api_key": key, "max_retries": 0}
        assert url or opened.all_played, f"{name}.yaml has replies that nobody asked for"

    return open_cassette
