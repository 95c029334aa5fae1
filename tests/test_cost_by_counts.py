"""What calls cost, by counts that are the same on every machine: a clock would need a quiet one.

The ceilings stand in `cost_ceilings.json`, counted with the versions of `constraints.txt`. A test that fails says which
functions were called, and how a ceiling is raised on purpose.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from kaizen_client import KaizenClient, SyncKaizenClient, json_bodies
from kaizen_client.headers import Headers
from kaizen_client.testing import FakeClock
from kaizen_client.transports.base import WireReply, WireRequest

HERE = Path(__file__).resolve().parent
CEILINGS = HERE / "cost_ceilings.json"
#: With this variable set, what is counted is written down in place of being compared.
RECORD = "RECORD_COSTS"
#: Left out where they are not asked for: each costs an importer more than the client itself does.
HEAVY = {"aiohttp", "anthropic", "asyncio", "click", "google", "httpcore", "httpx", "httpx2", "openai", "orjson",
         "pydantic", "rich", "ssl", "starlette", "urllib3", "uvicorn"}  # fmt: skip
DATA = {"users": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]}
REPLY = WireReply(200, Headers([("content-type", "application/json")]), b'{"result":"id: 1","status":"ok"}')
MEGABYTE = 1_000_000


@pytest.fixture(autouse=True)
def as_most_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count without orjson, and without the tracing that an earlier test may have imported."""
    monkeypatch.setattr(json_bodies, "orjson", None)
    monkeypatch.setenv("KAIZEN_TRACING", "false")


class NoTransport:
    """Carries nothing: gives replies at once, and keeps the requests."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.seen: list[WireRequest] = []
        self.clock = FakeClock()

    def send(self, request: WireRequest) -> WireReply:
        self.seen.append(request)
        return REPLY._replace(status=self.statuses.pop(0)) if self.statuses else REPLY

    def close(self) -> None:
        """Hold nothing."""


class NoAsyncTransport(NoTransport):
    """The same for the async client."""

    async def send(self, request: WireRequest) -> WireReply:  # type: ignore[override]
        return super().send(request)

    async def close(self) -> None:  # type: ignore[override]
        """Hold nothing."""


# --- counting -----------------------------------------------------------------------------------------------------


def calls_of(what: Callable[[], object]) -> Counter[str]:
    """Count the Python functions that are called, by name."""
    found: Counter[str] = Counter()

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            code = frame.f_code
            found[f"{'/'.join(Path(code.co_filename).parts[-2:])}:{code.co_qualname}"] += 1

    sys.setprofile(note)
    try:
        what()
    finally:
        sys.setprofile(None)
    return found


def fewest(what: Callable[[], object]) -> Counter[str]:
    """Count the fewest calls of several times: the first ones import, and an event loop may wake up once more."""
    return min((calls_of(what) for _ in range(8)), key=Counter.total)


def hold(name: str, count: float, profile: Counter[str] | None = None) -> None:
    """Hold a count to its ceiling, or write it down where that is asked for."""
    ceilings: dict[str, float] = json.loads(CEILINGS.read_text(encoding="utf-8"))
    if os.environ.get(RECORD):
        ceilings[name] = count
        CEILINGS.write_text(json.dumps(ceilings, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    most = ceilings[name]
    if count <= most:
        return
    top = "".join(f"\n  {times:4} x {function}" for function, times in (profile or Counter()).most_common(25))
    pytest.fail(
        f"{name}: {count:g}, and the ceiling is {most:g}."
        + (f"\nWhat was called most often:{top}" if top else "")
        + f"\nTo see where it came from, run this at the commit before with a ceiling of 0 in {CEILINGS.name}, and\n"
        f"compare the two lists.\nIf the cost is worth it, raise the ceiling on purpose: `{RECORD}=1 make test "
        f"ARGS=tests/{Path(__file__).name}` writes all of them anew; commit them with the reason.",
        pytrace=False,
    )


# --- function calls -----------------------------------------------------------------------------------------------


def test_a_sync_call_takes_few_function_calls() -> None:
    with SyncKaizenClient(base_url="http://127.0.0.1:9", transport=NoTransport()) as client:
        found = fewest(lambda: client.compress(data=DATA))
    hold("function calls of a sync call, without a transport", found.total(), found)


async def test_an_async_call_takes_few_function_calls() -> None:
    async with KaizenClient(base_url="http://127.0.0.1:9", transport=NoAsyncTransport()) as client:

        def call() -> None:
            with pytest.raises(StopIteration):  # Nothing in it waits, so that no event loop is needed.
                client.compress(data=DATA).send(None)

        # What `pytest.raises` itself calls is no part of the client's cost.
        found = Counter({name: times for name, times in fewest(call).items() if "pytest" not in name})
    hold("function calls of an async call, without a transport", found.total(), found)


def test_a_sync_call_over_a_socket_takes_few_function_calls(service: Any) -> None:
    service.always = (200, {"content-type": "application/json"}, REPLY.body)
    with SyncKaizenClient(base_url=service.url) as client:
        found = fewest(lambda: client.compress(data=DATA))
    hold("function calls of a sync call, over httpx", found.total(), found)


def test_an_async_call_over_a_socket_takes_few_function_calls(service: Any) -> None:
    service.always = (200, {"content-type": "application/json"}, REPLY.body)
    with asyncio.Runner() as runner:

        async def make() -> KaizenClient:
            return KaizenClient(base_url=service.url)

        client = runner.run(make())

        async def call() -> None:
            await client.compress(data=DATA)

        found = fewest(lambda: runner.run(call()))
        runner.run(client.close())
    hold("function calls of an async call, over httpx", found.total(), found)


def test_a_call_of_the_embedded_engine_takes_few_function_calls() -> None:
    with SyncKaizenClient.embedded() as client:
        found = fewest(lambda: client.compress(data=DATA))
    hold("function calls of the embedded engine", found.total(), found)


def test_a_larger_body_takes_no_more_function_calls() -> None:
    with SyncKaizenClient(base_url="http://127.0.0.1:9", transport=NoTransport()) as client:
        small, large = (fewest(lambda rows=rows: client.compress(data=[DATA] * rows)) for rows in (1, 1000))  # type: ignore[misc]
    hold("function calls that a thousand times the body adds", large.total() - small.total(), large - small)


# --- imports ------------------------------------------------------------------------------------------------------


def test_importing_brings_in_few_modules_and_no_heavy_ones() -> None:
    script = "import sys; before = set(sys.modules); import kaizen_client; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    modules = done.stdout.split()
    assert not {name.partition(".")[0] for name in modules} & HEAVY
    hold("modules that importing kaizen_client brings in", len(modules), Counter(modules))


# --- bodies -------------------------------------------------------------------------------------------------------


def test_a_body_is_encoded_once_however_many_attempts() -> None:
    transport = NoTransport(503, 503)
    with SyncKaizenClient(base_url="http://127.0.0.1:9", transport=transport) as client:
        client.compress(data="x" * MEGABYTE)
    assert len(transport.seen) == 3
    assert all(request.body is transport.seen[0].body for request in transport.seen)


@pytest.mark.parametrize("statuses", [(), (503, 503)], ids=["one attempt", "three attempts"])
def test_a_body_is_held_few_times(statuses: tuple[int, ...]) -> None:
    transport = NoTransport(*statuses)
    with SyncKaizenClient(base_url="http://127.0.0.1:9", transport=transport) as client:
        client.compress(data=DATA)
        hold("times that a body of 1 MB is held at once, without a transport", bodies_held(client))


def test_a_body_is_held_few_times_on_its_way_to_the_socket(service: Any) -> None:
    service.always = (200, {"content-type": "application/json"}, REPLY.body)
    with SyncKaizenClient(base_url=service.url) as client:
        client.compress(data=DATA)
        # The service of the tests is in this process too, and reads the body whole.
        hold("times that a body of 1 MB is held at once, over httpx, service and all", bodies_held(client))


def bodies_held(client: SyncKaizenClient) -> float:
    """Give the peak of a call's memory in bodies, to half a one."""
    data = "x" * MEGABYTE
    tracemalloc.start()
    try:
        client.compress(data=data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return round(2 * peak / MEGABYTE) / 2


# --- connections --------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(service: Any, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The connections that the service has taken."""
    found: list[object] = []
    take = service._server.get_request

    def taken() -> object:
        connection = take()
        found.append(connection[1])
        return connection

    monkeypatch.setattr(service._server, "get_request", taken)
    return found


def test_sync_calls_share_one_connection(service: Any, opened: list[object]) -> None:
    with SyncKaizenClient(base_url=service.url) as client:
        for _ in range(20):
            client.compress(data=DATA)
    assert len(opened) == 1


async def test_async_calls_open_no_more_connections_than_are_allowed(service: Any, opened: list[object]) -> None:
    async with KaizenClient(base_url=service.url, max_connections=10) as client:
        for _ in range(3):
            await asyncio.gather(*(client.compress(data=DATA) for _ in range(40)))
    assert len(opened) <= 10


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not list descriptors there")
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_closed_client_holds_no_descriptor(service: Any, kind: str) -> None:
    script = f"""
import asyncio, os, sys
from kaizen_client import KaizenClient, SyncKaizenClient
held = lambda: len(os.listdir("/proc/self/fd"))
def sync():
    with SyncKaizenClient(base_url={service.url!r}) as client:
        client.compress(data=1)
async def asynchronous():
    async with KaizenClient(base_url={service.url!r}) as client:
        await asyncio.gather(*(client.compress(data=1) for _ in range(20)))
run = sync if {kind!r} == "sync" else lambda: asyncio.run(asynchronous())
run()
before = held()
for _ in range(3):
    run()
print(held() - before)
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout == "0\n"
