"""One client in many threads, in one event loop after another, and after a fork."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kaizen_client import KaizenClient, KaizenPoolTimeoutError, KaizenTimeout, SyncKaizenClient


def test_sixteen_threads_share_one_pool_and_get_their_own_replies(service: Any) -> None:
    with SyncKaizenClient(base_url=service.url, max_connections=4) as client:
        with ThreadPoolExecutor(16) as threads:
            replies = list(threads.map(lambda number: client.compress(data={"id": number}).value, range(200)))
        lanes = client._shared.transport._lanes.here()  # type: ignore[attr-defined]
        assert 1 <= len(lanes._idle) <= 4
    assert replies == [f"id: {number}" for number in range(200)]


def test_first_calls_in_threads_cannot_wait_for_each_others_imports() -> None:
    # Each model imports its package first; threads that begin at two of them are told of a deadlock by Python.
    script = """
import sys
from kaizen_client import SyncKaizenClient

class Order:
    found = []
    def find_spec(self, name, path=None, target=None):
        if name.startswith("kaizen_client.generated."):
            self.found.append(name.removeprefix("kaizen_client.generated."))

with SyncKaizenClient.embedded() as client:
    sys.meta_path.insert(0, Order())
    client.compress(data=1)
print(*[name for name in Order.found if name in ("models", "api")])
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["models", "api"]


async def test_two_hundred_tasks_share_one_pool_and_get_their_own_replies(service: Any) -> None:
    async with KaizenClient(base_url=service.url, max_connections=4) as client:
        replies = await asyncio.gather(*(client.compress(data={"id": number}) for number in range(200)))
    assert [reply.value for reply in replies] == [f"id: {number}" for number in range(200)]


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # asyncio's own, of the connections that went with a loop
def test_one_client_serves_one_event_loop_after_another(service: Any) -> None:
    client = KaizenClient(base_url=service.url)

    async def call(number: int) -> str:
        return (await client.compress(data={"id": number})).value

    assert [asyncio.run(call(number)) for number in (1, 2)] == ["id: 1", "id: 2"]
    asyncio.run(client.close())
    gc.collect()


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # asyncio's own, of the connections that went with a loop
def test_a_client_keeps_nothing_of_the_event_loops_that_are_over(service: Any) -> None:
    client = KaizenClient(base_url=service.url)

    async def call() -> weakref.ref[asyncio.AbstractEventLoop]:
        await client.health()
        return weakref.ref(asyncio.get_running_loop())

    loops = [asyncio.run(call()) for _ in range(5)]
    gc.collect()
    assert [loop() is None for loop in loops] == [True, True, True, True, False]
    asyncio.run(client.close())
    gc.collect()


async def test_a_call_that_waits_for_a_place_longer_than_the_pool_timeout_says_so(silent_url: str) -> None:
    async with KaizenClient(base_url=silent_url, max_connections=1, max_retries=0, deadline=5) as client:
        held = asyncio.create_task(client.health())
        await asyncio.sleep(0)
        with pytest.raises(KaizenPoolTimeoutError, match="max_connections"):
            await client.health(timeout=KaizenTimeout(pool=0.01))
        held.cancel()
        with pytest.raises(asyncio.CancelledError):
            await held


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_process_has_connections_of_its_own(service: Any) -> None:
    with SyncKaizenClient(base_url=service.url) as client:
        client.health()
        child = os.fork()
        if child == 0:
            good = client.compress(data={"id": 2}).value == "id: 2"
            os._exit(0 if good else 1)
        assert client.compress(data={"id": 1}).value == "id: 1"
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_lock_that_another_thread_holds_at_the_fork_does_not_stop_the_child(service: Any) -> None:
    with SyncKaizenClient(base_url=service.url, max_connections=3) as client:
        client.health()
        held = [
            client._shared._lock, client._shared.counter._lock, client._shared.rate._lock, client._budget._lock,
            client._shared.closing._lock, client._shared.transport._lanes._lock,  # type: ignore[attr-defined]
        ]  # fmt: skip
        with ThreadPoolExecutor(1) as other:
            for lock in held:
                other.submit(lock.acquire).result()
            child = os.fork()
            if child == 0:
                client.with_options(timeout=5).health()
                os._exit(0 if client.counts.calls == 1 else 1)
            for lock in held:
                other.submit(lock.release).result()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert client.counts.calls == 1


def test_a_copy_that_was_never_closed_does_not_keep_the_connections_open(service: Any) -> None:
    client = SyncKaizenClient(base_url=service.url)
    copy = client.with_options(timeout=5)
    copy.health()
    with pytest.warns(ResourceWarning, match="was not closed"):
        copy.__del__()
    client.close()
    assert client._shared.closing.closed


def test_a_connection_that_an_interrupt_hit_is_used_no_more(service: Any) -> None:
    with SyncKaizenClient(base_url=service.url) as client:
        client.health()
        lanes = client._shared.transport._lanes.here()  # type: ignore[attr-defined]
        (before,) = lanes._idle
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("kaizen_client.transports.httpx.lanes.headers_of", _interrupted)
            with pytest.raises(KeyboardInterrupt):
                client.health()
        client.health()
        (after,) = lanes._idle
        assert after is not before
        assert before._connection.is_closed()


def _interrupted(_: Any) -> Any:
    raise KeyboardInterrupt
