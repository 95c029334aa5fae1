"""What a service sends beyond its reply is given to no later call, and what it let go of is sent anew once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

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
