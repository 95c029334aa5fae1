"""What a service sends beyond its reply is given to no later call, and what it let go of is sent anew once."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trustme

from kaizen_client import KaizenClient, KaizenRequestError, SyncKaizenClient

pytestmark = pytest.mark.usefixtures("every_backend")

BOTH = pytest.mark.parametrize("kind", [KaizenClient, SyncKaizenClient])


def reply(text: str) -> bytes:
    body = b'{"result": "%s"}' % text.encode()
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


class Raw:
    """Answers the n-th request it gets with the n-th piece of bytes; None is silence."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.connections = 0
        self.requests = 0
        self.asked = threading.Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._threads.append(threading.Thread(target=self._talk, args=(connection,), daemon=True))
                self._threads[-1].start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            came = b""
            while piece := connection.recv(65536):
                came += piece
                head, end, body = came.partition(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
                if not end or len(body) < length:
                    continue
                came = body[length:]
                answer = self.answers.pop(0)
                self.requests += 1
                self.asked.release()
                if answer is not None:
                    connection.sendall(answer)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def raw() -> Iterator[Callable[..., Raw]]:
    made: list[Raw] = []

    def make(*answers: bytes | None) -> Raw:
        made.append(Raw(*answers))
        return made[-1]

    yield make
    for server in made:
        server.close()


async def done(value: Any) -> Any:
    return await value if hasattr(value, "__await__") else value


@BOTH
@pytest.mark.parametrize("surplus", [reply("not asked for"), b"x", b"HTTP/1.1 500 Oh\r\n\r\n"])
async def test_what_follows_a_reply_never_reaches_the_next_call(kind: Any, raw: Any, surplus: bytes) -> None:
    server = raw(reply("first") + surplus, reply("second"), reply("third"))
    client = kind(base_url=server.url, max_retries=0)
    values = [(await done(client.compress(data=number))).value for number in range(3)]
    await done(client.close())
    assert values == ["first", "second", "third"]
    # The one with the surplus is not used again, the next one is.
    assert server.connections == 2


def test_closing_ends_a_call_over_a_kept_connection_and_sends_nothing_again(raw: Any) -> None:
    server = raw(reply("first"), None, reply("nobody's"))
    client = SyncKaizenClient(base_url=server.url, timeout=20)
    client.compress(data=1)
    server.asked.acquire()
    caught: list[BaseException] = []

    def call() -> None:
        try:
            client.compress(data=2)
        except KaizenRequestError as error:
            caught.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    assert server.asked.acquire(timeout=20)
    client.close()
    thread.join(10)
    assert not thread.is_alive()
    assert "closed" in str(caught[0])
    assert server.requests == 2


@BOTH
async def test_a_second_reply_that_begins_where_a_read_ends_is_given_to_no_later_call(
    kind: Any, raw: Callable[..., Raw]
) -> None:
    whole = b"HTTP/1.1 200 OK\r\ncontent-length: 65494\r\n\r\n"
    padded = whole + b'{"result": "' + b"a" * (65494 - 14) + b'"}'
    assert len(padded) == 65536
    server = raw(padded + reply("stray"), reply("second"), reply("third"))
    assert await values(kind, server.url, 3) == ["a" * 5, "secon", "third"]


@BOTH
async def test_a_second_reply_in_a_record_of_its_own_is_given_to_no_later_call(
    kind: Any, authority: trustme.CA, tmp_path: Path
) -> None:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_two_records, args=(listener, context), daemon=True)
        thread.start()
        url = f"https://localhost:{listener.getsockname()[1]}"
        assert await values(kind, url, 3, ca_bundle=ca_file) == ["first", "secon", "third"]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


async def values(kind: Any, url: str, times: int, **settings: Any) -> list[str]:
    """Make some calls one after another and return how each result begins."""
    client = kind(base_url=url, max_retries=0, deadline=10, **settings)
    found = []
    for _ in range(times):
        result = client.compress(data=1)
        found.append(str((await result if kind is KaizenClient else result).value)[:5])
    await client.close() if kind is KaizenClient else client.close()
    return found


def _two_records(listener: socket.socket, context: ssl.SSLContext) -> None:
    """Answer over TLS, the first request by two replies, each in a record, in one segment."""
    answers = [[reply("first"), reply("stray")], [reply("second")], [reply("third")]]
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection, suppress(OSError, ssl.SSLError):
                taken, given = ssl.MemoryBIO(), ssl.MemoryBIO()
                tls = context.wrap_bio(taken, given, server_side=True)
                _when_there_is_more(connection, taken, given, tls.do_handshake)
                while True:
                    _when_there_is_more(connection, taken, given, partial(tls.read, 65536))
                    for answer in answers.pop(0):
                        tls.write(answer)
                    connection.sendall(given.read())


def _when_there_is_more(
    connection: socket.socket, taken: ssl.MemoryBIO, given: ssl.MemoryBIO, work: Callable[[], Any]
) -> None:
    while True:
        try:
            work()
            return
        except ssl.SSLWantReadError:
            if given.pending:
                connection.sendall(given.read())
            if not (came := connection.recv(65536)):
                raise OSError from None
            taken.write(came)
