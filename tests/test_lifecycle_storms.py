"""Clients that are cancelled, interrupted, forked, shared or closed in the middle of things, and are whole after it."""

from __future__ import annotations

import asyncio
import copy
import gc
import inspect
import json
import os
import pickle
import random
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import httpx2
import pytest

from kaizen_client import (
    KaizenClient,
    KaizenClientConfig,
    KaizenError,
    KaizenRequestError,
    KaizenServerError,
    SyncKaizenClient,
)
from kaizen_client.transports.httpx import async_own_client
from kaizen_client.transports.httpx2 import async_own_client as async_own_client2
from tests.inside import places_of

BOTH = pytest.mark.parametrize("kind", [SyncKaizenClient, KaizenClient])
#: Longer than anything here takes, in seconds; a test that needs it has failed.
PATIENCE = 10.0


async def done(given: Any) -> Any:
    return await given if inspect.isawaitable(given) else given


def reply_to(body: bytes) -> bytes:
    """Return a good reply that repeats what was sent, so that a mix-up shows."""
    text = json.dumps({"result": body.decode(), "ok": True}).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(text) + text


def sent(number: int) -> str:
    return f'{{"data":{number}}}'


def length_of(head: bytes) -> int:
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    return int(fields.get(b"content-length", 0))


def head_of(stream: Any) -> bytes:
    """Read the head of a request; empty at the end of the connection."""
    lines = []
    while (line := stream.readline()) not in (b"", b"\r\n"):
        lines.append(line)
    return b"".join(lines)


class InLoop:
    """A service in the event loop of the test, so that what happens when is the same each time."""

    def __init__(self) -> None:
        self.answers = asyncio.Event()
        self.answers.set()
        self.requests = 0
        self._asked = asyncio.Condition()
        self.talks: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> int:
        """How many connections are open."""
        return len(self.talks)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.talks.add(task)
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(length_of(head))
                async with self._asked:
                    self.requests += 1
                    self._asked.notify_all()
                ended = asyncio.ensure_future(reader.read(1))
                answers = asyncio.ensure_future(self.answers.wait())
                await asyncio.wait([ended, answers], return_when=asyncio.FIRST_COMPLETED)
                answers.cancel()
                if ended.done():
                    break
                ended.cancel()
                await asyncio.wait([ended])
                writer.write(reply_to(body))
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        self.talks.discard(task)

    async def asked(self, number: int) -> None:
        """Wait until there have been so many requests."""
        async with asyncio.timeout(PATIENCE), self._asked:
            await self._asked.wait_for(lambda: self.requests >= number)

    async def all_closed(self) -> None:
        """Wait until the last connection is closed."""
        if self.talks:
            await asyncio.wait(self.talks, timeout=PATIENCE)


@asynccontextmanager
async def in_loop() -> AsyncIterator[tuple[InLoop, str]]:
    service = InLoop()
    server = await asyncio.start_server(service.talk, "127.0.0.1", 0)
    try:
        yield service, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        service.answers.set()
        await service.all_closed()


class InThreads:
    """A service with a thread for each connection, which counts them, and does with a request what a test says."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._changed = threading.Condition()
        self.open = 0
        #: Connections that were accepted so far.
        self.accepted = 0
        self.requests = 0
        #: Called with each request's body; returns the reply, or None for none.
        self.answer: Callable[[bytes], bytes | None] = reply_to
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._changed:
                self.open += 1
                self.accepted += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError), connection.makefile("rb") as stream:
            while head := head_of(stream):
                body = stream.read(length_of(head))
                with self._changed:
                    self.requests += 1
                    self._changed.notify_all()
                reply = self.answer(body)
                if reply is not None:
                    connection.sendall(reply)
        with self._changed:
            self.open -= 1
            self._changed.notify_all()

    def wait(self, what: Callable[[], bool]) -> None:
        """Wait until something about the counts is so."""
        with self._changed:
            assert self._changed.wait_for(what, PATIENCE), (self.open, self.accepted, self.requests)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def counted() -> Iterator[InThreads]:
    service = InThreads()
    yield service
    service.close()


def never(_: bytes) -> None:
    """Answer nothing."""


# --- cancellation -----------------------------------------------------------------------------------------------

_ROUNDS, _CALLS, _PLACES, _TICKS = 100, 15, 5, 40


#: Clients of the user's own, by the name of their library.
OWN: dict[str, Any] = {
    "own httpx": lambda: httpx.AsyncClient(
        limits=httpx.Limits(max_connections=_PLACES, max_keepalive_connections=_PLACES)
    ),
    "own httpx2": lambda: httpx2.AsyncClient(
        limits=httpx2.Limits(max_connections=_PLACES, max_keepalive_connections=_PLACES)
    ),
}
EVERY_WAY = pytest.mark.parametrize("way", ["httpx", "httpx2", "aiohttp", *OWN])
BACKENDS = pytest.mark.parametrize("backend", ["httpx", "httpx2"])


def client_over(way: str, url: str, **settings: Any) -> tuple[KaizenClient, Any]:
    """Return a client over a backend, or over a client of the user's own, and that one."""
    if way not in OWN:
        return KaizenClient(base_url=url, transport=way, **settings), None
    own = OWN[way]()
    return KaizenClient(base_url=url, client=own, **settings), own


@EVERY_WAY
async def test_a_storm_of_cancelled_calls_leaves_the_client_whole(way: str) -> None:
    chance = random.Random(20)
    before = asyncio.all_tasks()
    ends = {"answered": 0, "cancelled": 0}
    async with in_loop() as (service, url):
        client, own = client_over(way, url, max_connections=_PLACES, max_retries=0, deadline=PATIENCE)
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
                    assert ended.value == sent(number)
                    ends["answered"] += 1
            assert places_of(client)._value == _PLACES
        # Both ends must have been common, or the storm was none.
        assert min(ends.values()) > _ROUNDS * _CALLS / 10, ends
        replies = await asyncio.gather(*(client.compress(data=number) for number in range(_CALLS)))
        assert [reply.value for reply in replies] == [sent(number) for number in range(_CALLS)]
        assert service.open <= _PLACES
        if own is not None:
            assert all(place.is_idle() for place in own._transport._pool.connections)
        await client.close()
        if own is not None:
            assert (await own.get(url)).status_code == 200
            await own.aclose()
        await service.all_closed()
        assert service.open == 0
    assert asyncio.all_tasks() == before


@EVERY_WAY
async def test_places_of_calls_that_nobody_waits_for_come_back(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (async_own_client, async_own_client2):
        monkeypatch.setattr(module, "_GRACE", 0.0)
    async with in_loop() as (service, url):
        client, own = client_over(way, url, max_connections=_PLACES)
        service.answers.clear()
        for _ in range(3):
            calls = [asyncio.create_task(client.health()) for _ in range(2 * _PLACES)]
            await service.asked(service.requests + _PLACES)
            for call in calls:
                call.cancel()
            await asyncio.wait(calls)
        service.answers.set()
        assert (await client.compress(data=1, deadline=PATIENCE)).value == sent(1)
        await client.close()
        if own is not None:
            await own.aclose()


@BACKENDS
async def test_a_call_that_is_cancelled_in_mid_request_ends_at_once_with_its_connection(backend: str) -> None:
    async with in_loop() as (service, url), KaizenClient(base_url=url, max_connections=1, transport=backend) as client:
        service.answers.clear()
        call = asyncio.create_task(client.health())
        await service.asked(1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await service.all_closed()
        service.answers.set()
        assert (await client.compress(data=1)).value == sent(1)
        assert service.open == 1


async def test_a_timeout_around_a_call_is_the_callers_own() -> None:
    async with in_loop() as (service, url), KaizenClient(base_url=url) as client:
        service.answers.clear()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await client.health()
        service.answers.set()
        assert (await client.compress(data=1)).value == sent(1)


async def test_one_call_of_a_group_that_fails_ends_the_others(counted: InThreads) -> None:
    counted.answer = never

    async def fail_when_they_are_under_way() -> None:
        await asyncio.to_thread(counted.wait, lambda: counted.requests == 3)
        raise LookupError

    async def calls(client: KaizenClient) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(client.health())
            group.create_task(fail_when_they_are_under_way())

    async with KaizenClient(base_url=counted.url) as client:
        with pytest.raises(ExceptionGroup) as caught:
            await calls(client)
        assert [type(error) for error in caught.value.exceptions] == [LookupError]
    await asyncio.to_thread(counted.wait, lambda: counted.open == 0)


# --- interruption -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("way", ["httpx", "httpx2", "own httpx", "own httpx2"])
def test_ctrl_c_in_mid_request_leaves_the_client_usable(counted: InThreads, way: str) -> None:
    main = threading.main_thread().ident
    assert main is not None

    def interrupt(_: bytes) -> None:
        signal.pthread_kill(main, signal.SIGINT)

    own: Any = {"own httpx": httpx.Client, "own httpx2": httpx2.Client}.get(way, lambda: None)()
    over: dict[str, Any] = {"transport": way} if own is None else {"client": own}
    with SyncKaizenClient(base_url=counted.url, max_connections=2, deadline=PATIENCE, **over) as client:
        for number in range(20):
            counted.answer = interrupt
            with pytest.raises(KeyboardInterrupt):
                client.compress(data=number)
            counted.answer = reply_to
            assert client.compress(data=number).value == sent(number)
        if own is None:
            assert places_of(client)._value == 2
        counted.wait(lambda: counted.open == 1)
    if own is not None:
        own.close()
    counted.wait(lambda: counted.open == 0)


# --- closing ----------------------------------------------------------------------------------------------------


@EVERY_WAY
async def test_closing_ends_the_calls_under_way_and_those_that_wait_for_a_place(way: str) -> None:
    before = asyncio.all_tasks()
    async with in_loop() as (service, url):
        service.answers.clear()
        client, own = client_over(way, url, max_connections=3, deadline=PATIENCE)
        calls = [asyncio.create_task(client.health()) for _ in range(8)]
        await service.asked(3)
        await client.close()
        ended, late = await asyncio.wait(calls, timeout=PATIENCE / 2)
        assert not late
        for call in ended:
            assert isinstance(call.exception(), KaizenRequestError)
            assert "closed" in str(call.exception())
        if own is not None:
            service.answers.set()
            assert (await own.get(url)).status_code == 200
            await own.aclose()
        await service.all_closed()
        assert service.open == 0
        assert service.requests == 3 + (own is not None)
    assert asyncio.all_tasks() == before


@BACKENDS
def test_closing_ends_the_calls_of_other_threads_and_those_that_wait_for_a_place(
    counted: InThreads, backend: str
) -> None:
    counted.answer = never
    client = SyncKaizenClient(base_url=counted.url, max_connections=3, deadline=PATIENCE, transport=backend)
    with ThreadPoolExecutor(8) as threads:
        calls: list[Future[Any]] = [threads.submit(client.health) for _ in range(8)]
        counted.wait(lambda: counted.requests == 3)
        client.close()
        errors = [call.exception(PATIENCE / 2) for call in calls]
    assert [type(error) for error in errors] == [KaizenRequestError] * 8
    assert all("closed" in str(error) for error in errors)
    counted.wait(lambda: counted.open == 0)
    assert counted.requests == 3


@pytest.mark.parametrize("backend", ["httpx", "httpx2", "urllib3"])
def test_closing_ends_a_call_that_looks_up_its_host_and_nothing_is_sent(
    backend: str, counted: InThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, goes_on = threading.Event(), threading.Event()
    real = socket.getaddrinfo

    def slow(host: Any, *args: Any, **options: Any) -> Any:
        asked.set()
        goes_on.wait(PATIENCE)
        return real("127.0.0.1", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    url = counted.url.replace("127.0.0.1", "localhost")
    client = SyncKaizenClient(base_url=url, transport=backend, deadline=PATIENCE, max_retries=0)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(client.health)
        assert asked.wait(PATIENCE)
        client.close()
        assert "closed" in str(call.exception(PATIENCE / 2))
        goes_on.set()
    assert counted.requests == 0


@EVERY_WAY
async def test_a_large_upload_that_is_cancelled_shows_no_key_in_its_frames(way: str) -> None:
    key = "marked-secret-7f3a"
    listener = socket.create_server(("127.0.0.1", 0), backlog=1)
    client, own = client_over(way, f"http://127.0.0.1:{listener.getsockname()[1]}", api_key=key, deadline=PATIENCE)
    call = asyncio.create_task(client.compress(data="x" * 8_000_000))
    accepted, _ = await asyncio.to_thread(listener.accept)
    await asyncio.to_thread(accepted.recv, 10)
    call.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await call
    await client.close()
    if own is not None:
        await own.aclose()
    step, shown = caught.value.__traceback__, []
    while step is not None:
        if step.tb_frame.f_code.co_filename != __file__:
            shown += [name for name, value in step.tb_frame.f_locals.items() if key in repr(value)]
        step = step.tb_next
    accepted.close()
    listener.close()
    assert shown == []


@BOTH
async def test_closing_ends_a_call_that_waits_for_its_next_attempt(kind: Any, service: Any) -> None:
    service.always = (503, {"retry-after": "8"}, b"")
    waits, loop = asyncio.Event(), asyncio.get_running_loop()
    client = kind(base_url=service.url, on_attempt=lambda _: loop.call_soon_threadsafe(waits.set))
    if kind is SyncKaizenClient:
        call: Any = asyncio.create_task(asyncio.to_thread(client.health))
    else:
        call = asyncio.create_task(client.health())
    await waits.wait()
    await done(client.close())
    (ended, _) = await asyncio.wait([call], timeout=PATIENCE / 5)
    assert ended
    assert isinstance(call.exception(), KaizenError)
    assert len(service.seen) == 1


@BOTH
async def test_a_copy_goes_on_when_the_original_is_closed_in_the_middle_of_its_call(kind: Any, service: Any) -> None:
    client = kind(base_url=service.url)
    patient = client.with_options(max_retries=7)
    loop = asyncio.get_running_loop()

    def close_the_original(_: Any) -> Any:
        closing = client.close()
        if kind is KaizenClient:
            asyncio.run_coroutine_threadsafe(closing, loop).result(PATIENCE)
        return 200, {}, b'{"result": "x"}'

    service.answers.append(close_the_original)
    assert (await done(patient.compress(data=1))).value == "x"
    assert (await done(patient.health())).status == "ok"
    with pytest.raises(KaizenRequestError, match="closed"):
        await done(client.health())
    await done(patient.close())
    with pytest.raises(KaizenRequestError, match="closed"):
        await done(patient.health())


@BOTH
async def test_a_client_that_is_closed_by_many_at_once_is_closed_once(kind: Any, service: Any) -> None:
    client = kind(base_url=service.url)
    twin = client.with_options(max_retries=1)
    await done(client.health())
    if kind is SyncKaizenClient:
        with ThreadPoolExecutor(8) as threads:
            for closing in [threads.submit(client.close) for _ in range(8)]:
                closing.result()
    else:
        await asyncio.gather(*(client.close() for _ in range(8)))
    assert (await done(twin.health())).status == "ok"
    await done(twin.close())


@BOTH
def test_an_unclosed_client_warns_once(kind: Any) -> None:
    def made_and_dropped() -> None:
        kind(base_url="https://kaizen.example")
        gc.collect()

    with pytest.warns(ResourceWarning, match=f"{kind.__name__} was not closed") as caught:
        made_and_dropped()
    assert len(caught) == 1


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # The sockets', which tell of the same
def test_an_unclosed_client_leaves_no_connection_open(counted: InThreads) -> None:
    def used_and_dropped() -> None:
        SyncKaizenClient(base_url=counted.url).compress(data=1)
        gc.collect()

    with pytest.warns(ResourceWarning, match="was not closed"):
        used_and_dropped()
    assert counted.accepted == 1
    counted.wait(lambda: counted.open == 0)


# --- threads, loops, processes ----------------------------------------------------------------------------------


async def test_one_client_in_the_loops_of_several_threads_at_once(counted: InThreads) -> None:
    client = KaizenClient(base_url=counted.url, max_connections=2)
    all_there = threading.Barrier(4)
    closed = threading.Event()

    async def calls(first: int) -> list[str]:
        await asyncio.to_thread(all_there.wait, PATIENCE)
        replies = await asyncio.gather(*(client.compress(data=number) for number in range(first, first + 20)))
        await asyncio.to_thread(all_there.wait, PATIENCE)
        await asyncio.to_thread(closed.wait, PATIENCE)
        return [reply.value for reply in replies]

    with ThreadPoolExecutor(3) as threads:
        elsewhere = [threads.submit(asyncio.run, calls(first)) for first in (100, 200, 300)]
        await asyncio.to_thread(all_there.wait, PATIENCE)
        here = await asyncio.gather(*(client.compress(data=number) for number in range(20)))
        await asyncio.to_thread(all_there.wait, PATIENCE)
        assert counted.open == counted.accepted
        assert 4 <= counted.open <= 4 * 2
        await client.close()
        # The other loops still run, and so can close what is theirs.
        await asyncio.to_thread(counted.wait, lambda: counted.open == 0)
        closed.set()
        assert [reply.value for reply in here] == [sent(number) for number in range(20)]
        for first, there in zip((100, 200, 300), elsewhere, strict=True):
            assert there.result(PATIENCE) == [sent(number) for number in range(first, first + 20)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_that_closes_its_copy_leaves_the_parents_call_and_connections_alone(counted: InThreads) -> None:
    goes_on = threading.Event()

    def slowly(body: bytes) -> bytes:
        goes_on.wait(PATIENCE)
        return reply_to(body)

    with SyncKaizenClient(base_url=counted.url, max_connections=2) as client, ThreadPoolExecutor(1) as threads:
        client.compress(data=1)
        counted.answer = slowly
        call = threads.submit(client.compress, data=2)
        counted.wait(lambda: counted.requests == 2)
        child = os.fork()
        if child == 0:
            try:
                client.close()
                client.close()
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        goes_on.set()
        assert call.result(PATIENCE).value == sent(2)
        assert client.compress(data=3).value == sent(3)
        assert counted.accepted == 1
    counted.wait(lambda: counted.open == 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_with_a_loop_of_its_own_uses_and_closes_its_copy_of_an_async_client(counted: InThreads) -> None:
    client = KaizenClient(base_url=counted.url)

    async def in_the_child() -> bool:
        good = (await client.compress(data=2)).value == sent(2)
        await client.close()
        return good

    with asyncio.Runner() as runner:
        runner.run(client.compress(data=1))
        child = os.fork()
        if child == 0:
            try:
                asyncio._set_running_loop(None)
                os._exit(0 if asyncio.new_event_loop().run_until_complete(in_the_child()) else 2)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert runner.run(client.compress(data=3)).value == sent(3)
        assert counted.accepted == 2
        runner.run(client.close())
    counted.wait(lambda: counted.open == 0)


# --- copies and pickles -----------------------------------------------------------------------------------------


@BOTH
async def test_copies_and_pickles_of_clients_and_configurations_work_and_are_closed_apart(
    kind: Any, service: Any
) -> None:
    config = KaizenClientConfig(service.url, max_retries=0, default_metadata={"app": "a"})
    client = kind(config)
    copies = [copy.copy(client), copy.deepcopy(client), copy.deepcopy([client])[0], pickle.loads(pickle.dumps(client))]
    for number, twin in enumerate(copies):
        assert twin.config == client.config == config
        assert (await done(twin.compress(data={"id": number}))).value == f"id: {number}"
    for same in (copy.copy(config), copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert same == config
        assert hash(same) == hash(config)
    await done(client.close())
    for twin in copies:
        assert (await done(twin.health())).status == "ok"
        await done(twin.close())


@BOTH
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda given: pickle.loads(pickle.dumps(given))])
async def test_copies_and_pickles_of_results_and_errors_tell_the_same(
    kind: Any, copied: Callable[[Any], Any], service: Any, unused_tcp_port: int
) -> None:
    client = kind(base_url=service.url, max_retries=0)
    result = await done(client.compress(data={"id": 1}, metadata={"trace": 1}))
    twin = copied(result)
    assert twin == result
    for name in ("value", "metadata", "request_id", "http", "stats", "compressed"):
        assert getattr(twin, name) == getattr(result, name)
    assert str(twin.savings) == str(result.savings)
    service.reply_json(503, {"detail": "down", "code": "c"}, retry_after="7")
    with pytest.raises(KaizenServerError) as caught:
        await done(client.health(metadata={"trace": 1}))
    twin, error = copied(caught.value), caught.value
    assert type(twin) is type(error)
    for name in ("status_code", "detail", "code", "headers", "request_id", "retry_after", "attempts", "metadata"):
        assert getattr(twin, name) == getattr(error, name)
    assert (str(twin), twin.args, twin.__notes__) == (str(error), error.args, error.__notes__)
    await done(client.close())
    client = kind(base_url=f"http://127.0.0.1:{unused_tcp_port}", max_retries=0)
    with pytest.raises(KaizenRequestError) as refused:
        await done(client.health(metadata={"trace": 1}))
    twin = copied(refused.value)
    assert type(twin) is type(refused.value)
    for name in ("request_id", "attempts", "metadata", "retryable", "__notes__"):
        assert getattr(twin, name) == getattr(refused.value, name)
    await done(client.close())
