"""What is special about the client over aiohttp; what holds over every library is in `tests/faults`."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import vcr
from vcr.errors import CannotOverwriteExistingCassetteException

from kaizen_client import (
    KaizenAPIError,
    KaizenClient,
    KaizenConfigError,
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenRequestError,
    KaizenTimeout,
    KaizenTimeoutError,
)
from tests.conftest import vcr_of
from tests.planted import SECRETS, shown_by_locals

if TYPE_CHECKING:
    import trustme

#: Longer than anything here takes, in seconds; a test that needs it has failed.
PATIENCE = 10.0

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter
Talk = Callable[[Reader, Writer], Awaitable[None]]


def reply(text: str, *fields: str) -> bytes:
    body = b'{"result": "%s"}' % text.encode()
    head = "\r\n".join(["HTTP/1.1 200 OK", f"content-length: {len(body)}", *fields, "", ""])
    return head.encode("latin-1") + body


async def asked(reader: Reader) -> tuple[list[str], bytes]:
    """Read a request: the lines of its head, and its body."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
    lengths = [line.partition(":")[2] for line in lines if line.lower().startswith("content-length:")]
    return lines, await reader.readexactly(int(lengths[0])) if lengths else b""


class Served:
    """What a server in the loop of the test counts."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.accepted = 0
        self.open = 0
        self._closed = asyncio.Event()
        self._closed.set()

    def opens(self) -> None:
        self.accepted += 1
        self.open += 1
        self._closed.clear()

    def closes(self) -> None:
        self.open -= 1
        if not self.open:
            self._closed.set()

    async def all_closed(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._closed.wait()


@asynccontextmanager
async def serving(talk: Talk, context: ssl.SSLContext | None = None) -> AsyncIterator[Served]:
    """Serve on loopback in the running loop, so that what happens when is the same each time."""
    served = Served("")

    async def counted(reader: Reader, writer: Writer) -> None:
        served.opens()
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await talk(reader, writer)
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            served.closes()

    server = await asyncio.start_server(counted, "127.0.0.1", 0, ssl=context)
    scheme = "http" if context is None else "https"
    served.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield served
    finally:
        server.close()
        await served.all_closed()


async def echoing(reader: Reader, writer: Writer) -> None:
    while True:
        _, body = await asked(reader)
        await asyncio.sleep(0)
        writer.write(reply(body.decode().replace('"', "'")))


@pytest.fixture
def tls(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Give a server's TLS settings, and make every client trust them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "kaizen.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("KAIZEN_CA_BUNDLE", str(tmp_path / "ca.pem"))
    return context


def opened(url: str, **settings: Any) -> KaizenClient:
    return KaizenClient(base_url=url, **{"transport": "aiohttp", "max_retries": 0, "deadline": PATIENCE, **settings})


def pool_of(client: KaizenClient) -> Any:
    return client._shared.transport._pools.here()  # type: ignore[attr-defined]


# --- what is sent -----------------------------------------------------------------------------------------------


async def test_no_header_field_is_sent_that_the_client_did_not_set() -> None:
    seen: list[list[str]] = []

    async def talk(reader: Reader, writer: Writer) -> None:
        while True:
            lines, _ = await asked(reader)
            seen.append(lines)
            writer.write(reply("x"))

    async with serving(talk) as served, opened(served.url) as client:
        none = dict.fromkeys(("Accept", "Accept-Encoding", "User-Agent", "Content-Type"))
        await client.compress(data=1, headers={**none, "X-Request-ID": "a"})
        await client.request("GET", "/v1/a b?q=%2F", headers={"X-Own": "b", "Host": "own.example"})
    host = served.url.removeprefix("http://")
    assert seen[0] == ["POST /v1/compress HTTP/1.1", f"Host: {host}", "x-request-id: a", "Content-Length: 10"]
    assert seen[1][0] == "GET /v1/a%20b?q=%2F HTTP/1.1"
    assert {line.partition(":")[0].lower() for line in seen[1][1:]} == {
        "host", "accept", "accept-encoding", "user-agent", "x-own", "x-request-id"
    }  # fmt: skip
    assert "own.example" in "".join(seen[1])


@pytest.mark.parametrize("size", [1, 64 * 1024, 3 * 1024 * 1024 + 1])
async def test_a_body_goes_out_whole_with_its_length(size: int) -> None:
    bodies: list[tuple[list[str], bytes]] = []

    async def talk(reader: Reader, writer: Writer) -> None:
        while True:
            bodies.append(await asked(reader))
            writer.write(reply("x"))

    async with serving(talk) as served, opened(served.url) as client:
        for _ in range(2):
            await client.compress(data="x" * size)
    assert served.accepted == 1
    for lines, body in bodies:
        assert body == b'{"data":"' + b"x" * size + b'"}'
        assert not [line for line in lines if line.lower().startswith("transfer-encoding")]


async def test_header_fields_that_are_no_utf8_are_read() -> None:
    async def talk(reader: Reader, writer: Writer) -> None:
        await asked(reader)
        writer.write(reply("x", "x-own: \xe9t\xe9"))

    async with serving(talk) as served, opened(served.url) as client:
        http = (await client.compress(data=1)).http
    assert http is not None
    assert http.headers["x-own"] == "été"


# --- kept connections -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
async def test_nothing_is_sent_again_over_a_new_connection_or_after_a_byte_of_a_reply(method: str) -> None:
    requests = 0

    async def talk(reader: Reader, writer: Writer) -> None:
        nonlocal requests
        for sent in (b"", reply("x"), b"HTTP/1.1 200 OK\r\ncont")[served.accepted != 1 :]:
            await asked(reader)
            requests += 1
            if not sent:
                return
            writer.write(sent)

    async with serving(talk) as served, opened(served.url) as client:
        with pytest.raises(KaizenConnectionError):
            await client.request(method, "/")
        assert requests == 1
        await client.request(method, "/")
        with pytest.raises(KaizenConnectionError):
            await client.request(method, "/")
        assert (requests, served.accepted) == (3, 2)


async def test_a_request_that_is_repeated_goes_over_no_other_kept_connection() -> None:
    used: list[int] = []

    async def talk(reader: Reader, writer: Writer) -> None:
        number = served.accepted
        await asked(reader)
        writer.write(reply("x"))
        await asked(reader)
        used.append(number)

    async with serving(talk) as served, opened(served.url) as client:
        await asyncio.gather(*(client.compress(data=1) for _ in range(3)))
        assert served.accepted == 3
        await client.compress(data=1)
        assert len(used) == 1
        assert served.accepted == 4


@pytest.mark.parametrize("surplus", [reply("not asked for"), b"HTTP/1.1 200 OK\r\ncontent-length: 9", b"x"])
@pytest.mark.parametrize("when", ["with the reply", "while the connection is idle"])
@pytest.mark.parametrize("first", [reply("first"), b"HTTP/1.1 204 No\r\n\r\n"])
async def test_bytes_that_nobody_asked_for_reach_no_call(surplus: bytes, when: str, first: bytes) -> None:
    idle = asyncio.Event()

    async def talk(reader: Reader, writer: Writer) -> None:
        if served.accepted == 1:
            await asked(reader)
            writer.write(first + (surplus if when == "with the reply" else b""))
            await idle.wait()
            writer.write(b"" if when == "with the reply" else surplus)
        while True:
            _, body = await asked(reader)
            writer.write(reply(body.decode().replace('"', "'")))

    async with serving(talk) as served, opened(served.url) as client:
        with suppress(KaizenAPIError):
            assert (await client.compress(data=0)).value == "first"
        idle.set()
        await asyncio.sleep(0.02)
        for number in (1, 2):
            # A connection on which half a reply lies may break; it gives no wrong one.
            with suppress(KaizenConnectionError):
                assert (await client.compress(data=number)).value == f"{{'data':{number}}}"
        assert (await client.compress(data=3)).value == "{'data':3}"


async def test_a_body_that_is_no_http_ends_the_call_at_once() -> None:
    """aiohttp alone would wait for the rest of it without end."""

    async def talk(reader: Reader, writer: Writer) -> None:
        await asked(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        await asyncio.sleep(0.01)
        writer.write(b"zz marked\r\n")
        await reader.read()

    async with serving(talk) as served, opened(served.url) as client:
        with pytest.raises(KaizenConnectionError, match="broke: Invalid character in chunk size") as caught:
            await client.compress(data=1, deadline=PATIENCE / 2)
        assert "marked" not in repr(caught.value.original)


# --- waits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secure", [False, True])
async def test_an_upload_that_stands_still_ends_by_the_write_timeout_and_a_slow_one_does_not(
    secure: bool, tls: ssl.SSLContext
) -> None:
    over = asyncio.Event()

    async def talk(reader: Reader, writer: Writer) -> None:
        lines = await reader.readuntil(b"\r\n\r\n")
        if b"slow" in lines:
            came = 0
            while came < 8 * 1024 * 1024:
                came += len(await reader.read(256 * 1024))
                await asyncio.sleep(0.02)
            writer.write(reply("x"))
        else:
            await over.wait()

    timeout = KaizenTimeout(write=0.2)
    async with serving(talk, tls if secure else None) as served, opened(served.url, timeout=timeout) as client:
        with pytest.raises(KaizenTimeoutError, match=r"sending to https?://127"):
            await client.compress(data="x" * 32 * 1024 * 1024, deadline=PATIENCE / 2)
        over.set()
        await client.compress(data="x" * 8 * 1024 * 1024, headers={"x-own": "slow"})


async def test_the_read_timeout_is_that_of_the_call_whatever_the_last_one_had() -> None:
    async def talk(reader: Reader, writer: Writer) -> None:
        await asked(reader)
        writer.write(reply("x"))
        await reader.read()

    async with serving(talk) as served, opened(served.url) as client:
        await client.compress(data=1, timeout=30)
        began = asyncio.get_running_loop().time()
        with pytest.raises(KaizenTimeoutError, match="waiting for"):
            await client.compress(data=1, timeout=0.05)
        assert asyncio.get_running_loop().time() - began < 2


async def test_silence_after_an_interim_reply_ends_by_the_read_timeout() -> None:
    async def talk(reader: Reader, writer: Writer) -> None:
        await asked(reader)
        writer.write(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
        await reader.read()

    async with serving(talk) as served, opened(served.url, timeout=0.1) as client:
        with pytest.raises(KaizenTimeoutError, match="waiting for") as caught:
            await client.compress(data=1, deadline=PATIENCE / 2)
        assert type(caught.value) is KaizenTimeoutError


async def test_a_head_without_end_ends_the_call() -> None:
    sent = 0

    async def talk(reader: Reader, writer: Writer) -> None:
        nonlocal sent
        await asked(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x-long: %s\r\n" % (b"x" * 60_000))
            sent += 60_000
            await writer.drain()

    async with serving(talk) as served, opened(served.url) as client:
        with pytest.raises(KaizenConnectionError, match="broke: the head of the reply is too long"):
            await client.compress(data=1, deadline=PATIENCE / 2)
    # What was on its way in the sockets' buffers, too.
    assert sent < 16 * 1024 * 1024


# --- cancelling and closing -------------------------------------------------------------------------------------

_ROUNDS, _CALLS, _PLACES, _TICKS = 60, 15, 5, 40


@pytest.mark.parametrize("secure", [False, True])
async def test_a_storm_of_cancelled_calls_leaves_the_client_whole(secure: bool, tls: ssl.SSLContext) -> None:
    chance = random.Random(20)
    before = asyncio.all_tasks()
    ends = {"answered": 0, "cancelled": 0}
    async with serving(echoing, tls if secure else None) as served:
        client = opened(served.url, max_connections=_PLACES)
        for _ in range(_ROUNDS):
            calls = [asyncio.create_task(client.compress(data=number)) for number in range(_CALLS)]
            doomed = [(chance.randrange(_TICKS), call) for call in calls if chance.random() < 0.7]
            for tick in range(_TICKS):
                await asyncio.sleep(0)
                for when, call in doomed:
                    if when == tick:
                        call.cancel()
            for number, ended in enumerate(await asyncio.gather(*calls, return_exceptions=True)):
                if isinstance(ended, asyncio.CancelledError):
                    ends["cancelled"] += 1
                else:
                    assert not isinstance(ended, BaseException), ended
                    assert ended.value == f"{{'data':{number}}}"
                    ends["answered"] += 1
        # Both ends must have been common, or the storm was none.
        assert min(ends.values()) > _ROUNDS * _CALLS / 20, ends
        pool = pool_of(client)
        replies = await asyncio.gather(*(client.compress(data=number) for number in range(_CALLS)))
        assert [one.value for one in replies] == [f"{{'data':{number}}}" for number in range(_CALLS)]
        assert pool.admission._places._value == _PLACES
        assert pool.session.connector._acquired == set()
        assert len(pool.session.connector.open) <= _PLACES
        await client.close()
        assert pool.session.connector is None
        await served.all_closed()
    # The server's own, of the connections that were closed a moment ago.
    await asyncio.sleep(0.01)
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("secure", [False, True])
async def test_the_rest_of_an_upload_is_not_waited_for_when_its_call_is_cancelled(
    secure: bool, tls: ssl.SSLContext
) -> None:
    begun, over = asyncio.Event(), asyncio.Event()

    async def talk(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        begun.set()
        await over.wait()

    async with serving(talk, tls if secure else None) as served, opened(served.url) as client:
        call = asyncio.create_task(client.compress(data="x" * 32 * 1024 * 1024))
        await begun.wait()
        await asyncio.sleep(0.05)
        call.cancel()
        await asyncio.wait([call])
        for _ in range(5):
            await asyncio.sleep(0)
        assert pool_of(client).session.connector.open == set()
        over.set()


async def test_a_call_that_is_ended_by_its_deadline_shows_no_key_in_local_variables() -> None:
    async def talk(reader: Reader, writer: Writer) -> None:
        await asked(reader)
        await reader.read()

    async with serving(talk) as served, opened(served.url, api_key=SECRETS["key"]) as client:
        with pytest.raises(KaizenDeadlineError) as caught:
            await client.compress(data=1, deadline=0.05)
        for package in ("kaizen_client", "aiohttp"):
            assert shown_by_locals(caught.value, package) == {}
        call = asyncio.create_task(client.compress(data=1))
        await asyncio.sleep(0.02)
        call.cancel()
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await call
        for package in ("kaizen_client", "aiohttp"):
            assert shown_by_locals(cancelled.value, package) == {}


@pytest.mark.parametrize("secure", [False, True])
async def test_closing_ends_the_calls_under_way_and_every_connection(secure: bool, tls: ssl.SSLContext) -> None:
    waiting = asyncio.Semaphore(0)

    async def talk(reader: Reader, writer: Writer) -> None:
        await asked(reader)
        writer.write(reply("x"))
        await asked(reader)
        waiting.release()
        await reader.read()

    async with serving(talk, tls if secure else None) as served:
        client = opened(served.url, max_connections=3)
        await asyncio.gather(*(client.compress(data=1) for _ in range(3)))
        calls = [asyncio.create_task(client.compress(data=1)) for _ in range(8)]
        for _ in range(3):
            await waiting.acquire()
        connections = pool_of(client).session.connector.open
        sockets = [connection.transport.get_extra_info("socket") for connection in connections]
        assert len(sockets) == 3
        began = asyncio.get_running_loop().time()
        await client.close()
        assert [one.fileno() for one in sockets] == [-1] * 3
        for ended in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(ended, KaizenRequestError)
            assert "closed" in str(ended)
        await served.all_closed()
        assert asyncio.get_running_loop().time() - began < 2


@pytest.mark.parametrize("secure", [False, True])
async def test_idle_connections_are_closed_when_closing_returns(secure: bool, tls: ssl.SSLContext) -> None:
    async with serving(echoing, tls if secure else None) as served:
        client = opened(served.url)
        await asyncio.gather(*(client.compress(data=1) for _ in range(3)))
        connections = pool_of(client).session.connector.open
        sockets = [connection.transport.get_extra_info("socket") for connection in connections]
        assert len(sockets) == 3
        await client.close()
        assert [one.fileno() for one in sockets] == [-1] * 3


async def test_closing_closes_what_another_loop_has() -> None:
    async with serving(echoing) as served:
        client = opened(served.url)
        used, closed = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        async def elsewhere() -> None:
            await client.compress(data=1)
            loop.call_soon_threadsafe(used.set)
            await asyncio.to_thread(closed.wait, PATIENCE)

        there = asyncio.create_task(asyncio.to_thread(asyncio.run, elsewhere()))
        await client.compress(data=2)
        await used.wait()
        assert served.open == 2
        await client.close()
        await served.all_closed()
        closed.set()
        await there


#: Each a program, so that warnings and the loop's complaints are seen to the last.
_PROGRAMS = {
    "an unclosed client": (
        "async def main():\n"
        "    client = KaizenClient(base_url=URL, transport='aiohttp')\n"
        "    await client.compress(data=1)\n"
        "    del client\n"
        "    gc.collect()\n"
        "    await asyncio.sleep(0.05)\n"
        "asyncio.run(main())\n",
        ["ResourceWarning: KaizenClient was not closed"],
    ),
    "a client that is closed": (
        "async def main():\n"
        "    async with KaizenClient(base_url=URL, transport='aiohttp') as client:\n"
        "        await asyncio.gather(*(client.compress(data=1) for _ in range(9)))\n"
        "asyncio.run(main(), debug=True)\n",
        [],
    ),
    "one loop after another": (
        "client = KaizenClient(base_url=URL, transport='aiohttp')\n"
        "async def main():\n"
        "    await client.compress(data=1)\n"
        "for _ in range(3):\n"
        "    asyncio.run(main())\n"
        "    gc.collect()\n"
        "asyncio.run(client.close())\n",
        # asyncio's own, of the connections that went with a loop.
        ["ResourceWarning: unclosed transport"] * 3,
    ),
}


@pytest.mark.parametrize("name", _PROGRAMS)
async def test_nothing_is_said_of_what_is_left_but_what_is_ours_to_say(name: str) -> None:
    program, wanted = _PROGRAMS[name]
    async with serving(echoing) as served:
        text = f"import asyncio, gc\nfrom kaizen_client import KaizenClient\nURL = {served.url!r}\n{program}"
        done = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "always::ResourceWarning", "-c", text, stderr=subprocess.PIPE
        )
        said = (await done.communicate())[1].decode()
    assert done.returncode == 0, said
    found = [line.partition(": ")[2] for line in said.splitlines() if "Warning: " in line and "tracemalloc" not in line]
    assert len(found) == len(wanted), said
    assert [line[: len(one)] for line, one in zip(found, wanted, strict=True)] == wanted, said
    assert "Unclosed" not in said
    assert "Traceback" not in said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
async def test_a_child_that_lets_go_of_its_copy_leaves_the_parents_connections_alone(tls: ssl.SSLContext) -> None:
    def in_a_child(work: Callable[[], None]) -> None:
        child = os.fork()
        if child == 0:
            try:
                work()
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    def close() -> None:
        # The child inherits a copy of what watches the sockets, too, and may collect all of it as garbage.
        pool.session.connector._close()
        for connection in pool.session.connector.open:
            connection.close()
        client._shared.transport._pools._pools.clear()  # type: ignore[attr-defined]
        gc.collect()

    async with serving(echoing, tls) as served, opened(served.url, max_connections=1) as client:
        await client.compress(data=1)
        pool = pool_of(client)
        pending = asyncio.create_task(client.compress(data=2))
        await asyncio.sleep(0)
        for _ in range(2):
            in_a_child(close)
        assert (await pending).value == "{'data':2}"
        assert (await client.compress(data=3)).value == "{'data':3}"
        assert served.accepted == 1


# --- proxies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4"])
def test_a_socks_proxy_is_refused_when_the_client_is_made_and_what_speaks_to_one_is_named(scheme: str) -> None:
    with pytest.raises(KaizenConfigError, match=r"SOCKS.*transport='httpx'.*socksio.*pip install") as caught:
        opened("https://kaizen.example", proxy=f"{scheme}://user:marked@127.0.0.1:1080")
    assert caught.value.setting == "proxy"
    assert "marked" not in str(caught.value)


async def test_a_proxy_that_speaks_tls_itself_is_gone_through(tls: ssl.SSLContext) -> None:
    heads: list[list[str]] = []

    async def plain(reader: Reader, writer: Writer) -> None:
        while True:
            lines, _ = await asked(reader)
            heads.append(lines)
            writer.write(reply("x"))

    async with serving(plain, tls) as proxy:
        url = f"https://user:p%40ss@{proxy.url.removeprefix('https://')}"
        async with opened("http://kaizen.example", proxy=url) as client:
            await client.compress(data=1)
            await client.compress(data=1)
    assert proxy.accepted == 1
    for head in heads:
        assert head[0] == "POST http://kaizen.example/v1/compress HTTP/1.1"
        assert "Proxy-Authorization: Basic dXNlcjpwQHNz" in head


# --- cassettes --------------------------------------------------------------------------------------------------


async def test_a_cassette_is_recorded_and_played(tmp_path: Path) -> None:
    async def talk(reader: Reader, writer: Writer) -> None:
        while True:
            _, body = await asked(reader)
            if "wrong" in body.decode():
                writer.write(b"HTTP/1.1 422 No\r\ncontent-length: 19\r\n\r\n" + b'{"detail": "wrong"}')
            else:
                writer.write(reply("recorded"))

    file = str(tmp_path / "recorded.yaml")
    large = "x" * 200_000

    async def calls(client: KaizenClient) -> None:
        first = await client.compress(data=1)
        assert first.value == "recorded"
        assert first.http is not None
        assert first.http.status == 200
        assert (await client.compress(data=large)).value == "recorded"
        with pytest.raises(KaizenAPIError, match="wrong") as caught:
            await client.compress(data="wrong")
        assert caught.value.status_code == 422

    async with serving(talk) as served, opened(served.url) as client:
        with vcr_of(vcr.mode.ALL).use_cassette(file) as recorded:
            await calls(client)
        assert len(recorded) == 3
    async with opened("http://kaizen.invalid") as client:
        with vcr_of(vcr.mode.NONE).use_cassette(file):
            await calls(client)
            with pytest.raises(CannotOverwriteExistingCassetteException):
                await client.compress(data="not recorded")
