"""The urllib3 backend: every wait ends by the deadline and by close(), and a connection that failed is used no more."""

from __future__ import annotations

import gc
import json
import logging
import os
import random
import select
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
import vcr

from kaizen_client import (
    KaizenAuthenticationError,
    KaizenClient,
    KaizenConfigError,
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenError,
    KaizenRequestError,
    KaizenTimeout,
    KaizenTimeoutError,
    SyncKaizenClient,
)
from kaizen_client.headers import Headers
from kaizen_client.transports import urllib3 as backend
from kaizen_client.transports.addresses import Address, look_up
from kaizen_client.transports.base import WireRequest

#: Longer than anything here takes, in seconds.
PATIENCE = 10.0
DEADLINE = 0.3
#: What came of it must be told within so many seconds of the deadline; a tenth of one, and room for a busy machine.
LATE = 0.1 + 0.3

Talk = Callable[[socket.socket], Any]


def reply(text: str = "ok", *fields: str) -> bytes:
    body = json.dumps({"result": text}).encode()
    return "\r\n".join(["HTTP/1.1 200 OK", *fields, f"content-length: {len(body)}", "", ""]).encode() + body


def request_on(connection: socket.socket) -> bytes:
    """Read one request; empty at the end of the connection."""
    came = b""
    while b"\r\n\r\n" not in came:
        piece = connection.recv(65536)
        if not piece:
            return b""
        came += piece
    head, _, body = came.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", 0)):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


class Server:
    """Talks on each connection as it is told to, in a thread of its own."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.accepted = 0
        self.open = 0
        self.asked: list[bytes] = []
        self.changed = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", 0))
        # Fixed, so that it is known how much is sent without anyone reading it.
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self._note(1)
                self._threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE)
        with connection, suppress(OSError):
            self.talk(connection)
        self._note(-1)

    def _note(self, change: int) -> None:
        with self.changed:
            self.accepted += max(change, 0)
            self.open += change
            self.changed.notify_all()

    def take(self, connection: socket.socket) -> bytes:
        """Read one request, and keep it."""
        came = request_on(connection)
        if came:
            with self.changed:
                self.asked.append(came)
                self.changed.notify_all()
        return came

    def wait(self, holds: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(holds, PATIENCE)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self._threads:
            thread.join(PATIENCE)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def make(talk: Talk | None = None) -> Server:
        server = Server(talk or (lambda connection: answering(server, connection)))
        made.append(server)
        return server

    yield make
    for server in made:
        server.close()


def answering(server: Server, connection: socket.socket) -> None:
    """Answer every request well, with the value that was sent."""
    while came := server.take(connection):
        sent = came.partition(b"\r\n\r\n")[2]
        connection.sendall(reply(str(json.loads(sent)["data"]) if sent else "ok"))


def client_of(url: str, **settings: Any) -> SyncKaizenClient:
    return SyncKaizenClient(base_url=url, transport="urllib3", **{"max_retries": 0, **settings})


def until_gone(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def drip(connection: socket.socket, data: bytes) -> None:
    """Send a byte every 20 ms, until the other end has gone."""
    for value in data:
        connection.sendall(bytes([value]))
        if select.select([connection], [], [], 0.02)[0] and not connection.recv(65536):
            return


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def over_tls(authority: trustme.CA, talk: Talk) -> Talk:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1", "kaizen.example").configure_cert(context)

    def secured(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as inside:
            talk(inside)

    return secured


# --- the deadline ----------------------------------------------------------------------------------------------


def ends_in_time(client: SyncKaizenClient, data: Any = 1) -> None:
    began = time.monotonic()
    with client, pytest.raises(KaizenDeadlineError):
        client.compress(data=data, deadline=DEADLINE)
    assert DEADLINE - 0.05 <= time.monotonic() - began <= DEADLINE + LATE


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
DRIPS = {
    "in the status line": b"HTTP/1.1 200 " + b"O" * 500,
    "in a field": b"HTTP/1.1 200 OK\r\nx-field: " + b"x" * 500,
    "in interim replies": b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
    "in the body": b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n" + b" " * 500,
    "in a body without a length": b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 500,
    "in a chunk's size": CHUNKED + b"0" * 500,
    "in a chunk": CHUNKED + b"fff\r\n" + b" " * 500,
    "in the fields after the chunks": CHUNKED + b"0\r\n" + b"x: y\r\n" * 100,
}


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("where", DRIPS)
def test_a_reply_that_drips_ends_by_the_deadline(
    where: str, secure: bool, serve: Any, authority: trustme.CA, trusted: str
) -> None:
    def talk(connection: socket.socket) -> None:
        request_on(connection)
        start = DRIPS[where].find(b"\r\n\r\n") + 4 if "in the status" not in where and "in a field" not in where else 0
        connection.sendall(DRIPS[where][:start])
        drip(connection, DRIPS[where][start:])

    server = serve(over_tls(authority, talk) if secure else talk)
    ends_in_time(client_of(server.url.replace("http:", "https:") if secure else server.url, ca_bundle=trusted))


def test_interim_replies_without_end_or_pause_end_by_the_deadline(serve: Any) -> None:
    def talk(connection: socket.socket) -> None:
        request_on(connection)
        while True:
            connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n" * 500)

    ends_in_time(client_of(serve(talk).url))


@pytest.mark.parametrize("how", ["drips", "is silent"])
def test_a_handshake_ends_by_the_deadline(how: str, serve: Any, trusted: str) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        # The beginning of a record of 16 KB.
        (drip if how == "drips" else lambda *_: until_gone(connection))(
            connection, b"\x16\x03\x03\x40\x00" + b"\x02" * 500
        )

    ends_in_time(client_of(f"https://127.0.0.1:{serve(talk).port}", ca_bundle=trusted))


@pytest.mark.parametrize("how", ["drips", "is silent", "goes on and on"])
def test_a_proxys_answer_ends_by_the_deadline(how: str, serve: Any, trusted: str) -> None:
    def talk(connection: socket.socket) -> None:
        request_on(connection)
        if how == "goes on and on":
            while True:
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 500)
        (drip if how == "drips" else lambda *_: until_gone(connection))(connection, b"HTTP/1.1 200 " + b"O" * 500)

    ends_in_time(client_of("https://kaizen.example", proxy=serve(talk).url, ca_bundle=trusted))


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("how", ["slowly", "not at all"])
def test_a_request_that_is_read_slowly_ends_by_the_deadline(
    how: str, secure: bool, serve: Any, authority: trustme.CA, trusted: str
) -> None:
    gone = threading.Event()

    def talk(connection: socket.socket) -> None:
        while not gone.wait(0.02):
            if how == "slowly":
                connection.recv(4096)

    server = serve(over_tls(authority, talk) if secure else talk)
    url = server.url.replace("http:", "https:") if secure else server.url
    try:
        ends_in_time(client_of(url, ca_bundle=trusted), "x" * 8_000_000)
    finally:
        gone.set()


def test_a_look_up_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [goes_on.wait(PATIENCE)][:0])
    try:
        ends_in_time(client_of("http://localhost:1"))
    finally:
        goes_on.set()


@pytest.mark.skipif(sys.platform != "linux", reason="needs listeners that do not answer")
def test_addresses_that_do_not_answer_end_by_the_deadline_together(
    full: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolves_to(monkeypatch, *full)
    ends_in_time(client_of("http://localhost:1"))


def resolves_to(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    """Let every name stand for these ports of loopback."""
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)


@pytest.fixture
def full() -> Iterator[list[int]]:
    """Give the ports of listeners whose queues are full, so that connecting to them hangs."""
    held: list[socket.socket] = []
    ports = []
    for _ in range(3):
        listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        held.append(listener)
        ports.append(listener.getsockname()[1])
        for _ in range(3):
            held.append(socket.socket())
            held[-1].settimeout(0)
            held[-1].connect_ex(listener.getsockname())
    time.sleep(0.05)
    yield ports
    for one in held:
        one.close()


def test_an_address_that_refuses_gives_way_to_the_next(
    serve: Any, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    server = serve()
    resolves_to(monkeypatch, unused_tcp_port, server.port)
    with client_of("http://localhost:1") as client:
        assert client.compress(data=5).value == "5"


@pytest.mark.parametrize(
    ("timeout", "says"),
    [(KaizenTimeout(read=0.05), "waiting for http"), (KaizenTimeout(write=0.05), "sending to http")],
)
def test_each_wait_has_its_own_timeout(timeout: KaizenTimeout, says: str, serve: Any) -> None:
    gone = threading.Event()
    server = serve(lambda connection: gone.wait(PATIENCE) and None)
    with client_of(server.url) as client, pytest.raises(KaizenTimeoutError, match=says):
        client.compress(data=1 if "waiting" in says else "x" * 8_000_000, timeout=timeout)
    gone.set()


def test_an_upload_may_take_longer_than_a_single_wait(serve: Any) -> None:
    def talk(connection: socket.socket) -> None:
        left = 4_000_000
        while left > 0:
            left -= len(connection.recv(400_000))
            time.sleep(0.01)
        connection.sendall(reply())
        until_gone(connection)

    with client_of(serve(talk).url) as client:
        assert client.compress(data="x" * 4_000_000, timeout=KaizenTimeout(write=0.3, read=5)).value == "ok"


# --- look-ups ---------------------------------------------------------------------------------------------------


def test_an_address_needs_no_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    assert look_up("127.0.0.1", 80, None) == [Address(socket.AF_INET, ("127.0.0.1", 80))]
    assert look_up("::1", 80, None) == [Address(socket.AF_INET6, ("::1", 80, 0, 0))]


def test_a_look_up_gives_each_address_once_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [("127.0.0.2", 80), ("127.0.0.1", 80), ("127.0.0.2", 80)]
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    assert [address.place[0] for address in look_up("kaizen.example", 80, 5)] == ["127.0.0.2", "127.0.0.1"]


def test_a_look_up_that_fails_or_takes_too_long_is_an_oserror(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="label"):
        look_up("x" * 100 + ".example", 80, 5)
    goes_on = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [goes_on.wait(PATIENCE)][:0])
    with pytest.raises(TimeoutError, match=r"kaizen\.example"):
        look_up("kaizen.example", 80, 0.01)
    left = threading.Event()
    left.set()
    with pytest.raises(TimeoutError):
        look_up("kaizen.example", 80, None, left)
    goes_on.set()


# --- closing ----------------------------------------------------------------------------------------------------


def is_ended_by_close(client: SyncKaizenClient, under_way: Callable[[], Any], data: Any = 1, calls: int = 1) -> None:
    with ThreadPoolExecutor(calls) as threads:
        made = [threads.submit(client.compress, data=data, deadline=PATIENCE) for _ in range(calls)]
        under_way()
        began = time.monotonic()
        client.close()
        for call in made:
            assert "closed" in str(call.exception(PATIENCE))
            assert type(call.exception()) is KaizenRequestError
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("where", ["before the reply", "in the head", "in the body"])
def test_closing_ends_a_call_that_waits_for_its_reply_and_those_that_wait_for_a_place(where: str, serve: Any) -> None:
    parts = {"before the reply": b"", "in the head": reply()[:20], "in the body": reply()[:-3]}

    def talk(connection: socket.socket) -> None:
        server.take(connection)
        connection.sendall(parts[where])
        until_gone(connection)

    server = serve(talk)
    client = client_of(server.url, max_connections=2)
    is_ended_by_close(client, lambda: server.wait(lambda: len(server.asked) == 2), calls=6)
    server.wait(lambda: server.open == 0)
    assert len(server.asked) == 2
    with pytest.raises(KaizenError, match="closed"):
        client.compress(data=1)


def test_closing_ends_an_upload(serve: Any) -> None:
    gone = threading.Event()
    server = serve(lambda connection: gone.wait(PATIENCE) and None)
    is_ended_by_close(client_of(server.url), lambda: server.wait(lambda: server.open == 1), "x" * 8_000_000)
    gone.set()


def test_closing_ends_a_handshake(serve: Any, trusted: str) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        begun.set()
        until_gone(connection)

    begun = threading.Event()
    client = client_of(f"https://127.0.0.1:{serve(talk).port}", ca_bundle=trusted)
    is_ended_by_close(client, lambda: begun.wait(PATIENCE))


def test_closing_ends_a_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def look(*_: Any, **__: Any) -> list[Any]:
        begun.set()
        goes_on.wait(PATIENCE)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look)
    is_ended_by_close(client_of("http://localhost:1"), lambda: begun.wait(PATIENCE))
    goes_on.set()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a listener that does not answer")
def test_closing_ends_connecting(full: list[int]) -> None:
    is_ended_by_close(client_of(f"http://127.0.0.1:{full[0]}"), lambda: time.sleep(0.1))


def test_an_unclosed_client_warns_for_itself_alone_and_leaves_nothing_open(serve: Any) -> None:
    server = serve()
    for cyclic in (False, True):
        client = client_of(server.url)
        client.compress(data=1)
        if cyclic:
            client._itself = client  # type: ignore[attr-defined]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            del client
            gc.collect()
        assert [str(one.message) for one in caught] == ["SyncKaizenClient was not closed"]
        # It refers to the client.
        caught.clear()
        gc.collect()
        server.wait(lambda: server.open == 0)


# --- Ctrl-C -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals to a thread")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Of a socket that is not yet assigned to anything
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_storm_of_ctrl_c_leaves_every_place_and_no_mixed_up_reply(serve: Any) -> None:
    server = serve()
    main = threading.main_thread().ident
    assert main is not None
    chance = random.Random(7)
    interrupted = 0
    ended = threading.Event()

    def storm() -> None:
        while not ended.wait(chance.uniform(0.0005, 0.004)):
            armed.wait(PATIENCE)
            signal.pthread_kill(main, signal.SIGINT)

    armed = threading.Event()
    handler = signal.getsignal(signal.SIGINT)

    def interrupt(*_: Any) -> None:
        # Only inside of the transport: what an interrupt does elsewhere is not what is tested here.
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_name == "exchange":
                raise KeyboardInterrupt
            frame = frame.f_back  # type: ignore[assignment]

    signal.signal(signal.SIGINT, interrupt)
    thread = threading.Thread(target=storm)
    thread.start()
    try:
        with client_of(server.url, max_connections=2, deadline=PATIENCE) as client:
            armed.set()
            for number in range(1500):
                try:
                    assert client.compress(data=number).value == str(number)
                except KeyboardInterrupt:
                    interrupted += 1
            ended.set()
            thread.join()
            pool = client._shared.transport._pools.here()  # type: ignore[attr-defined]
            assert pool.admission._places._value == 2
            assert pool._used == set()
            assert len(pool._idle) <= 1
            assert client.compress(data="whole").value == "whole"
    finally:
        ended.set()
        armed.set()
        thread.join()
        signal.signal(signal.SIGINT, handler)
    assert interrupted > 5
    server.wait(lambda: server.open == 0)


# --- kept connections -------------------------------------------------------------------------------------------


def test_a_connection_is_used_again_and_not_once_it_has_been_idle_for_too_long(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    with client_of(server.url) as client:
        for number in range(5):
            client.compress(data=number)
        assert server.accepted == 1
        monkeypatch.setattr(backend, "_KEEPALIVE", 0.0)
        client.compress(data=5)
        assert server.accepted == 2
        # Neither the old one nor the new one is kept.
        server.wait(lambda: server.open == 0)


def test_idle_connections_are_closed_while_another_one_is_used(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve()
    both = threading.Barrier(2)
    answer = answering

    def together(connection: socket.socket) -> None:
        came = server.take(connection)
        if came:
            both.wait(PATIENCE)
            connection.sendall(reply())
            answer(server, connection)

    server.talk = together
    with client_of(server.url) as client, ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda number: client.compress(data=number), range(2)))
        assert server.open == 2
        monkeypatch.setattr(backend, "_KEEPALIVE", 0.2)
        until = time.monotonic() + PATIENCE
        while server.open == 2 and time.monotonic() < until:
            client.compress(data=1)
            time.sleep(0.02)
        assert server.accepted == 2
        assert server.open == 1


@pytest.mark.parametrize("how", ["closes", "resets"])
def test_a_kept_connection_that_was_let_go_of_is_replaced_once_and_unseen(how: str, serve: Any) -> None:
    def talk(connection: socket.socket) -> None:
        server.take(connection)
        connection.sendall(reply(str(server.accepted)))
        if server.take(connection) and how == "resets":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    server = serve(talk)
    with client_of(server.url) as client:
        results = [client.compress(data=1) for _ in range(3)]
    assert [result.value for result in results] == ["1", "2", "3"]
    assert all(result.http is not None and len(result.http.attempts) == 1 for result in results)
    assert len(server.asked) == 5


def test_a_connection_that_breaks_in_a_reply_is_not_replaced_unseen(serve: Any) -> None:
    def talk(connection: socket.socket) -> None:
        server.take(connection)
        connection.sendall(reply())
        server.take(connection)
        connection.sendall(b"H")

    server = serve(talk)
    with client_of(server.url) as client:
        client.compress(data=1)
        with pytest.raises(KaizenConnectionError, match="broke"):
            client.compress(data=2)
    assert len(server.asked) == 2


def test_a_new_connection_that_is_closed_is_not_replaced(serve: Any) -> None:
    server = serve()
    server.talk = server.take
    with client_of(server.url) as client, pytest.raises(KaizenConnectionError, match="without a reply"):
        client.compress(data=1)
    assert len(server.asked) == 1


# --- requests and replies on the wire ---------------------------------------------------------------------------


def test_nothing_is_sent_but_what_the_request_has_and_http_needs(serve: Any) -> None:
    server = serve()
    with client_of(server.url, default_headers={"X-Own": "1", "User-Agent": "mine"}) as client:
        client.compress(data=1)
        client.request("POST", "/v1/x?a=b%20c&d", headers={"accept-encoding": None, "user-agent": None})
    heads = [came.partition(b"\r\n\r\n")[0].decode().split("\r\n") for came in server.asked]
    names = [[line.partition(":")[0] for line in head[1:]] for head in heads]
    assert heads[0][0] == "POST /v1/compress HTTP/1.1"
    assert sorted(names[0]) == [
        "accept", "accept-encoding", "content-length", "content-type", "host", "user-agent", "x-own", "x-request-id",
    ]  # fmt: skip
    assert f"host: 127.0.0.1:{server.port}" in heads[0]
    assert "user-agent: mine" in heads[0]
    assert heads[1][0] == "POST /v1/x?a=b%20c&d HTTP/1.1"
    assert not {"user-agent", "accept-encoding"} & set(names[1])


@pytest.mark.parametrize(
    ("base", "path", "target"),
    [
        ("", "/v1/a%2fb?q=%c3%a9&r", "/v1/a%2Fb?q=%C3%A9&r"),
        ("/deep%20er/", "/v1/x", "/deep%20er/v1/x"),
        ("/a/../b", "/v1/x", "/b/v1/x"),
    ],
)
def test_a_path_is_written_as_urls_are(base: str, path: str, target: str, serve: Any) -> None:
    server = serve()
    with client_of(server.url + base) as client:
        client.request("GET", path)
    assert server.asked[0].split()[1].decode() == target


def test_the_host_is_told_without_the_port_that_goes_without_saying(serve: Any) -> None:
    proxy = serve()
    for url, host in (("http://LOCALHOST:80", "localhost"), ("http://[::1]:81", "[::1]:81")):
        with client_of(url, proxy=proxy.url) as client:
            client.health()
        assert proxy.asked[-1].startswith(f"GET http://{host}/ HTTP/1.1\r\n".encode())
        assert f"\r\nhost: {host}\r\n".encode() in proxy.asked[-1]


BROKEN = {
    "a fold before the first field": b"HTTP/1.1 200 OK\r\n folded\r\n\r\n",
    "a field without a name": b"HTTP/1.1 200 OK\r\n: x\r\n\r\n",
    "a space before the colon": b"HTTP/1.1 200 OK\r\nx : y\r\n\r\n",
    "a line without a colon": b"HTTP/1.1 200 OK\r\nword\r\n\r\n",
    "another version": b"HTTP/2.0 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    "a status of two digits": b"HTTP/1.1 20 OK\r\ncontent-length: 2\r\n\r\n{}",
    "a negative length": b"HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}",
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 2, 3\r\n\r\n{}",
    "another coding": b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a negative chunk": CHUNKED + b"-1\r\n{}\r\n0\r\n\r\n",
    "a chunk in hexadecimal notation": CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n",
    "a chunk with an underscore": CHUNKED + b"0_2\r\n{}\r\n0\r\n\r\n",
    "a chunk longer than it says": CHUNKED + b"2\r\n{}}}\r\n0\r\n\r\n",
    "a chunk's size without an end": CHUNKED + b"0" * 100_000,
    "no end of the fields after the chunks": CHUNKED + b"2\r\n{}\r\n0\r\nx: y\r\n",
    "too long a line": b"HTTP/1.1 200 " + b"O" * 200_000,
    "too many fields": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 50_000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_reply_is_a_connection_error(name: str, serve: Any) -> None:
    def talk(connection: socket.socket) -> None:
        server.take(connection)
        with suppress(OSError):
            connection.sendall(BROKEN[name])
            connection.shutdown(socket.SHUT_WR)
            until_gone(connection)

    server = serve(talk)
    with client_of(server.url, api_key="marked-key-7f3a") as client:
        with pytest.raises(KaizenConnectionError, match="broke") as caught:
            client.compress(data=1)
        assert "marked" not in repr(vars(caught.value))
        server.wait(lambda: server.open == 0)


BODY = b'{"result": "x"}'
ODD = {
    "no phrase": (b"HTTP/1.1 200\r\ncontent-length: 15\r\n\r\n" + BODY, True),
    "bare line feeds": (b"HTTP/1.1 200 OK\ncontent-length: 15\n\n" + BODY, True),
    "a folded field": (b"HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 15\r\n\r\n" + BODY, True),
    "the same length twice": (b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\ncontent-length: 15\r\n\r\n" + BODY, True),
    "chunks": (CHUNKED + b"5;x=y\r\n" + BODY[:5] + b"\r\nA\r\n" + BODY[5:] + b"\r\n0\r\nx: y\r\n\r\n", True),
    "hints": (b"HTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n" + BODY, True),
    "to be closed": (b"HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 15\r\n\r\n" + BODY, False),
    "1.0": (b"HTTP/1.0 200 OK\r\ncontent-length: 15\r\n\r\n" + BODY, False),
    "a length beside chunks": (
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\nf\r\n" + BODY + b"\r\n0\r\n\r\n",
        False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_replies_are_read_and_tell_whether_the_connection_is_kept(name: str, serve: Any) -> None:
    sent, keeps = ODD[name]

    def talk(connection: socket.socket) -> None:
        while server.take(connection):
            connection.sendall(sent)

    server = serve(talk)
    with client_of(server.url) as client:
        assert [client.compress(data=1).value for _ in range(2)] == ["x", "x"]
        assert server.accepted == (1 if keeps else 2)


def test_a_refusal_in_the_middle_of_an_upload_counts(serve: Any) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 401 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        connection.shutdown(socket.SHUT_RD)

    with client_of(serve(talk).url) as client, pytest.raises(KaizenAuthenticationError):
        client.compress(data="x" * 20_000_000)


def test_urllib3s_own_log_tells_nothing(serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with client_of(serve().url, api_key="marked-key-7f3a") as client:
        client.compress(data=1)
    assert [record for record in caplog.records if record.name.startswith("urllib3")] == []
    assert "marked" not in caplog.text


def test_what_cannot_be_sent_is_an_error_of_ours(serve: Any) -> None:
    server = serve()
    with client_of(server.url) as client:
        transport = client._shared.transport
        request = WireRequest(
            "BAD METHOD", f"{server.url}/v1", Headers(), None, KaizenTimeout(1, 1, 1), time.monotonic() + 5, 1000
        )
        with pytest.raises(KaizenRequestError, match="cannot be sent"):
            transport.send(request)
        assert client.compress(data=1).value == "1"


# --- proxies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["socks5://user:marked@p:1", "SOCKS5H://p:1"])
def test_a_socks_proxy_is_refused_when_the_client_is_made(url: str) -> None:
    with pytest.raises(KaizenConfigError, match="transport='httpx' does") as caught:
        client_of("https://kaizen.example", proxy=url)
    assert "marked" not in str(caught.value)


def relaying(server: Server, port: int) -> Talk:
    """Open the tunnel that is asked for, to a port of this machine."""

    def talk(connection: socket.socket) -> None:
        server.take(connection)
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as onward:
            pair = {connection: onward, onward: connection}
            while True:
                pending = isinstance(connection, ssl.SSLSocket) and connection.pending()
                for ready in [connection] if pending else select.select(list(pair), [], [], PATIENCE)[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    pair[ready].sendall(data)

    return talk


@pytest.mark.parametrize("proxy_scheme", ["http", "https"])
def test_a_tunnel_is_used_again_and_its_deadline_holds(
    proxy_scheme: str, serve: Any, authority: trustme.CA, trusted: str
) -> None:
    drips = threading.Event()

    def talk(connection: socket.socket) -> None:
        while server.take(connection):
            if drips.is_set():
                drip(connection, b"HTTP/1.1 200 " + b"O" * 500)
            connection.sendall(reply())

    server = serve(None)
    server.talk = over_tls(authority, talk)
    proxy = serve(None)
    proxy.talk = relaying(proxy, server.port)
    if proxy_scheme == "https":
        proxy.talk = over_tls(authority, proxy.talk)
    url = f"{proxy_scheme}://user:p%40ss@localhost:{proxy.port}"
    client = client_of("https://kaizen.example", proxy=url, ca_bundle=trusted, api_key="a-key")
    for _ in range(3):
        assert client.compress(data=1).value == "ok"
    assert (server.accepted, proxy.accepted, len(proxy.asked)) == (1, 1, 1)
    assert b"proxy-authorization: Basic dXNlcjpwQHNz\r\n" in proxy.asked[0]
    assert b"a-key" not in proxy.asked[0]
    assert b"proxy-" not in b"".join(server.asked)
    drips.set()
    ends_in_time(client)


def test_plain_http_goes_through_a_proxy_over_tls(serve: Any, authority: trustme.CA, trusted: str) -> None:
    proxy = serve(None)
    proxy.talk = over_tls(authority, lambda connection: answering(proxy, connection))
    with client_of(
        "http://localhost:81", proxy=f"https://user:pass@localhost:{proxy.port}", ca_bundle=trusted
    ) as client:
        assert [client.compress(data=number).value for number in (1, 2)] == ["1", "2"]
    assert proxy.accepted == 1
    assert proxy.asked[0].startswith(b"POST http://localhost:81/v1/compress HTTP/1.1\r\n")
    assert b"proxy-authorization: Basic dXNlcjpwYXNz\r\n" in proxy.asked[0]


# --- processes --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_leaves_the_parents_tls_connections_alone(serve: Any, authority: trustme.CA, trusted: str) -> None:
    server = serve(None)
    server.talk = over_tls(authority, lambda connection: answering(server, connection))
    with client_of(f"https://127.0.0.1:{server.port}", ca_bundle=trusted) as client:
        client.compress(data=1)
        child = os.fork()
        if child == 0:
            try:
                good = client.compress(data=2).value == "2"
                client.close()
                gc.collect()
                os._exit(0 if good else 2)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert [client.compress(data=number).value for number in (3, 4)] == ["3", "4"]
        assert server.accepted == 2


# --- recorders --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_cassette_is_recorded_and_played(
    scheme: str, serve: Any, authority: trustme.CA, trusted: str, tmp_path: Path
) -> None:
    server = serve(None)
    if scheme == "https":
        server.talk = over_tls(authority, lambda connection: answering(server, connection))
    else:
        server.talk = lambda connection: answering(server, connection)
    file = str(tmp_path / "cassette.yaml")
    url = f"{scheme}://127.0.0.1:{server.port}"
    with client_of(url, ca_bundle=trusted) as client:
        # A connection that is kept from before the cassette must not go past it.
        client.compress(data=0)
        with vcr.use_cassette(file, record_mode="all"):
            assert client.compress(data=1).value == "1"
        asked = len(server.asked)
        with vcr.use_cassette(file, record_mode="none") as cassette:
            assert client.compress(data=1).value == "1"
            assert cassette.play_count == 1
            with pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
                client.request("POST", "/v1/elsewhere", json={"data": 3})
        assert len(server.asked) == asked
        assert client.compress(data=2).value == "2"
        assert len(server.asked) == asked + 1


def test_a_client_that_is_first_used_within_a_cassette_is_whole_after_it(serve: Any) -> None:
    server = serve()
    code = (
        "import vcr\n"
        "from kaizen_client import SyncKaizenClient\n"
        "with vcr.use_cassette('/nonexistent/none.yaml', record_mode='none'):\n"
        f"    client = SyncKaizenClient(base_url={server.url!r}, transport='urllib3')\n"
        "print(client.compress(data=6).value)\n"
        "client.close()\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("6\n", "")


def test_the_async_client_is_told_that_this_backend_is_not_for_it() -> None:
    with pytest.raises(KaizenConfigError, match="serves SyncKaizenClient alone"):
        KaizenClient(base_url="https://kaizen.example", transport="urllib3")
