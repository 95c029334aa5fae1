"""Measure the calls of one client on what the standard input asks for, a line of JSON each.

    python -P scripts/bench/calls.py SUBJECT

Started by the measures. Processor time is this process's, in seconds, so that others on the machine weigh less.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import statistics
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parents[1]))

from bench.loopback import SMALL
from bench.subjects import Async, async_client, prepare, sync_client
from bench.workers import answer

WARM: Final = 30
_MEGABYTE: Final = 1_000_000
_STATUS = Path("/proc/self/status")
_ROW: Final = {"id": 1, "name": "Ada Okafor", "city": "Lagos", "note": "x" * 40, "paid": True, "total": 12.5}


def value_of(size: int) -> Any:
    """Give a value of about as many bytes of JSON: rows of a table."""
    return [{**_ROW, "id": number} for number in range(max(1, size // 116))]


def memory(line: str) -> float:
    """Give a line of this process's memory, in MB: `VmRSS` is the present one, `VmHWM` the highest."""
    if not _STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE
    found = next(one for one in _STATUS.read_text(encoding="ascii").splitlines() if one.startswith(line))
    return int(found.split()[1]) * 1024 / _MEGABYTE


def forget_peak() -> None:
    """Let the highest memory begin at the present one, where the system can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def shares(latencies: list[float]) -> dict[str, float]:
    """Give the median and the 99th percentile of a list of seconds."""
    ordered = sorted(latencies)
    return {"p50": statistics.median(ordered), "p99": ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]}


class Calls:
    """The calls of one client."""

    def __init__(self, subject: str) -> None:
        self._subject = subject

    def sync_ready(self, url: str) -> None:
        """See whether the sync client can be had and used."""
        prepare(self._subject)
        self.sync(url, 0)

    def async_ready(self, url: str) -> None:
        """See whether the async client can be had and used."""
        prepare(self._subject)
        asyncio.run(self._one_by_one(url, 0))

    def sync(self, url: str, calls: int) -> dict[str, float]:
        """Make small calls one after another; give the processor time and the median wall time of a call."""
        client = sync_client(self._subject, url)
        for _ in range(WARM):
            client.call(SMALL)
        taken = []
        gc.collect()
        began = time.process_time()
        for _ in range(calls):
            started = time.perf_counter()
            client.call(SMALL)
            taken.append(time.perf_counter() - started)
        spent = time.process_time() - began
        client.close()
        return {"cpu": spent / calls, **shares(taken)} if calls else {}

    def one_by_one(self, url: str, calls: int) -> dict[str, float]:
        """Do the same with the async client."""
        return asyncio.run(self._one_by_one(url, calls))

    async def _one_by_one(self, url: str, calls: int) -> dict[str, float]:
        client = async_client(self._subject, url)
        for _ in range(WARM):
            await client.call(SMALL)
        taken = []
        gc.collect()
        began = time.process_time()
        for _ in range(calls):
            started = time.perf_counter()
            await client.call(SMALL)
            taken.append(time.perf_counter() - started)
        spent = time.process_time() - began
        await client.close()
        return {"cpu": spent / calls, **shares(taken)} if calls else {}

    def at_once(self, url: str, tasks: int, seconds: float, least: int = 1) -> dict[str, float]:
        """Make calls from many tasks for about as long, once all of them have made one; tell what they took.

        Each task makes `least` calls on average, however long that takes. `memory` is what each task cost at most above
        a client at rest, in kB.
        """
        return asyncio.run(self._at_once(url, tasks, seconds, least))

    async def _at_once(self, url: str, tasks: int, seconds: float, least: int) -> dict[str, float]:
        client = async_client(self._subject, url)
        await client.call(SMALL)
        gc.collect()
        forget_peak()
        before = memory("VmRSS")
        # The first calls open connections; they also tell how many fit into the time.
        started = time.perf_counter()
        await _batch(client, tasks, tasks)
        rate = tasks / (time.perf_counter() - started)
        calls = max(least * tasks, int(rate * seconds))
        latencies: list[float] = []
        began, spent = time.perf_counter(), time.process_time()
        await _batch(client, tasks, calls, latencies)
        wall, spent = time.perf_counter() - began, time.process_time() - spent
        peak = memory("VmHWM")
        await client.close()
        found = {"rate": calls / wall, "cpu": spent / calls, "memory": 1000 * (peak - before) / tasks}
        return {**found, **shares(latencies)}

    def burst(self, url: str, tasks: int, calls: int) -> None:
        """Make a number of calls from many tasks with a new client."""

        async def run() -> None:
            client = async_client(self._subject, url)
            await _batch(client, tasks, calls)
            await client.close()

        asyncio.run(run())

    def sync_body(self, url: str, size: int, calls: int) -> dict[str, float]:
        """Make calls with a body of a size; give a call's time, and the memory above what was held before."""
        client = sync_client(self._subject, url)
        client.call(SMALL)
        data = value_of(size) if size else SMALL
        taken = []
        gc.collect()
        forget_peak()
        before, began = memory("VmRSS"), time.process_time()
        for _ in range(calls):
            started = time.perf_counter()
            client.call(data)
            taken.append(time.perf_counter() - started)
        spent = time.process_time() - began
        peak = memory("VmHWM")
        client.close()
        return {"cpu": spent / calls, "wall": statistics.median(taken), "memory": peak - before, "whole": peak}

    def async_body(self, url: str, size: int, calls: int) -> dict[str, float]:
        """Do the same with the async client."""
        return asyncio.run(self._async_body(url, size, calls))

    async def _async_body(self, url: str, size: int, calls: int) -> dict[str, float]:
        client = async_client(self._subject, url)
        await client.call(SMALL)
        data = value_of(size) if size else SMALL
        taken = []
        gc.collect()
        forget_peak()
        before, began = memory("VmRSS"), time.process_time()
        for _ in range(calls):
            started = time.perf_counter()
            await client.call(data)
            taken.append(time.perf_counter() - started)
        spent = time.process_time() - began
        peak = memory("VmHWM")
        await client.close()
        return {"cpu": spent / calls, "wall": statistics.median(taken), "memory": peak - before, "whole": peak}


async def _batch(client: Async, tasks: int, calls: int, latencies: list[float] | None = None) -> None:
    """Make calls from as many tasks, each its share of them one after another."""
    left = iter(range(calls))

    async def task() -> None:
        for _ in left:
            started = time.perf_counter()
            await client.call(SMALL)
            if latencies is not None:
                latencies.append(time.perf_counter() - started)

    await asyncio.gather(*(task() for _ in range(tasks)))


if __name__ == "__main__":
    answer(Calls(sys.argv[1]))
