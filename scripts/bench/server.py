"""Load `kaizen serve` with 50 clients at once, check every reply, and see whether the server's memory stays flat.

    python scripts/bench/server.py [--seconds N]

Each client writes a value as KTOF on one route and reads it back on another, over and over: values of some bytes to a
quarter of a megabyte, each with a mark of its own, so that a reply that went astray would be seen. The server logs as
it does by default, and its log must have a line for each call.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from kaizen_client import KaizenBadRequestError, KaizenClient, KaizenError

CLIENTS = 50
SECONDS = 60.0
#: How often the server's memory is looked at, in seconds.
EVERY = 0.25
#: What the median of the last fifth of a run may lie above that of the second fifth, the first being warm-up.
GROWTH = 1.05
#: The same for the highest value after the second fifth: bodies under way come and go.
PEAK = 1.25
#: A shorter run, in seconds, says nothing about memory: it is still warming up.
LONG_ENOUGH = 30.0
#: Rows of the tables that are sent, and how often each is chosen.
ROWS = {0: 30, 1: 30, 20: 20, 300: 12, 1000: 6, 2500: 2}


class Wrong(Exception):
    """A reply was not what had to come."""


def value_of(rows: int, mark: str) -> Any:
    """Return a value of some bytes, or a table of about a hundred bytes a row."""
    if not rows:
        return {"mark": mark}
    table = [
        {"id": number, "name": "Ada Okafor", "city": "Lagos, NG", "paid": number % 3 == 0, "total": number / 4}
        for number in range(rows)
    ]
    return {"mark": mark, "rows": table, "note": 'ü | , \n "quoted"'}


def must(condition: bool, what: str) -> None:
    """Stop with an error where a reply is wrong."""
    if not condition:
        raise Wrong(what)


async def compress(client: KaizenClient, value: Any, mark: str) -> int:
    """Go through compress and decompress; return how many calls that were, as all of these do."""
    encoded = await client.compress(data=value, options={"delimiter": "|"}, metadata={"mark": mark})
    must(encoded.metadata == {"mark": mark}, "compress: the metadata of another call")
    must((await client.decompress(data=encoded.value)).value == value, "decompress: another value")
    return 2


async def optimize(client: KaizenClient, value: Any, mark: str) -> int:
    """Go through optimize, optimize_request and optimize_response."""
    encoded = await client.optimize(data=value, options={"indent": 1}, request_id=mark)
    must(encoded.request_id == mark, "optimize: the id of another call")
    decoded = await client.optimize_response(ktof=encoded.value, options={"indent": 1})
    must(decoded.value == value, "optimize_response: another value")
    outbound = await client.optimize_request(prompt=value, metadata={"mark": mark})
    must((await client.optimize_response(ktof=outbound.value)).value == value, "optimize_request: another value")
    return 4


async def prompts(client: KaizenClient, value: Any, mark: str) -> int:
    """Go through prompts_encode and prompts_decode."""
    encoded = await client.prompts_encode(prompt=value, metadata={"mark": mark})
    decoded = await client.prompts_decode(ktof=encoded.value, replay_meta=encoded.meta, metadata={"mark": mark})
    must(decoded.value == value, "prompts_decode: another prompt")
    must(decoded.metadata == {"mark": mark}, "prompts_decode: the metadata of another call")
    return 2


async def refused(client: KaizenClient, value: Any, mark: str) -> int:
    """Send text that is not KTOF; the error is the right reply."""
    try:
        await client.decompress(data="rows[3]: 1,2", request_id=mark)
    except KaizenBadRequestError as error:
        must(error.request_id == mark and error.code == "malformed_ktof", "decompress: another error")
        return 1
    raise Wrong("decompress: malformed text was taken")


async def health(client: KaizenClient, value: Any, mark: str) -> int:
    """Ask whether the server answers."""
    found = await client.health(request_id=mark)
    must(found.request_id == mark and found.status == "ok", "health: another reply")
    return 1


TRIPS: dict[Callable[[KaizenClient, Any, str], Awaitable[int]], int] = {
    compress: 40, prompts: 25, optimize: 20, refused: 8, health: 7,
}  # fmt: skip


class Load(NamedTuple):
    """What the clients did."""

    calls: int
    seconds: float
    trips: Counter[str]
    failures: Counter[str]


async def one_client(url: str, number: int, ends: float, trips: Counter[str], failures: Counter[str]) -> int:
    """Be one client until the time is over; return its number of calls."""
    lot = random.Random(number)  # noqa: S311 - the same load each time
    calls = 0
    async with KaizenClient(base_url=url, max_retries=0, timeout=60, max_connections=1) as client:
        while time.monotonic() < ends:
            (trip,) = lot.choices(list(TRIPS), list(TRIPS.values()))
            (rows,) = lot.choices(list(ROWS), list(ROWS.values()))
            mark = f"client-{number}-{trips.total()}-{calls}"
            try:
                calls += await trip(client, value_of(rows, mark), mark)
                trips[trip.__name__] += 1
            except (Wrong, KaizenError) as error:
                failures[f"{type(error).__name__}: {error}"] += 1
    return calls


async def load(url: str, seconds: float) -> Load:
    """Let all clients loose on a server."""
    trips: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    began = time.monotonic()
    calls = await asyncio.gather(
        *(one_client(url, number, began + seconds, trips, failures) for number in range(CLIENTS))
    )
    return Load(sum(calls), time.monotonic() - began, trips, failures)


def resident(process_id: int) -> float:
    """Return the resident memory of a process, in MB."""
    status = Path(f"/proc/{process_id}/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(process_id)], check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


@asynccontextmanager
async def watched(process_id: int, found: list[float]) -> AsyncIterator[None]:
    """Write down the memory of a process at even intervals."""

    async def watch() -> None:
        while True:
            found.append(await asyncio.to_thread(resident, process_id))
            await asyncio.sleep(EVERY)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def measured(server: subprocess.Popen[str], seconds: float) -> tuple[Load, list[float]]:
    """Wait for the server, load it, and return what the clients did and what memory it had meanwhile."""
    assert server.stdout is not None  # noqa: S101 - for the type checker
    url = server.stdout.readline().strip()
    memory: list[float] = []
    async with watched(server.pid, memory):
        return await load(url, seconds), memory


def report(done: Load, memory: list[float], logged: int) -> bool:
    """Print the figures and return whether all goals are met."""
    fifth = max(1, len(memory) // 5)
    warm, end = statistics.median(memory[fifth : 2 * fifth]), statistics.median(memory[-fifth:])
    peak = max(memory[2 * fifth :])
    goals = {
        "every reply right": not done.failures and done.calls > 0,
        "a log line for each call": logged == done.calls,
    }
    if done.seconds >= LONG_ENOUGH:
        goals[f"memory at the end <= {GROWTH} x warm"] = end <= GROWTH * warm
        goals[f"highest memory after warm-up <= {PEAK} x warm"] = peak <= PEAK * warm
    print(f"kaizen serve, {CLIENTS} clients at once, {done.seconds:.0f} s")
    print(f"  calls {done.calls:,}, failures {done.failures.total()}, {done.calls / done.seconds:,.0f} calls/s")
    print(f"  round trips: {', '.join(f'{name} {count:,}' for name, count in sorted(done.trips.items()))}")
    print(
        f"  resident memory, MB: start {memory[0]:.1f}, warm {warm:.1f}, end {end:.1f} ({end / warm:.3f} x warm), "
        f"highest after warm-up {peak:.1f} ({peak / warm:.3f} x warm)"
    )
    for what, count in done.failures.most_common(5):
        print(f"  {count} x {what[:300]}")
    for goal, met in goals.items():
        print(f"  goal: {goal}: {'met' if met else 'MISSED'}")
    print()
    return all(goals.values())


def main() -> int:
    """Run the load and print the figures; return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description="Load kaizen serve with 50 clients and check every reply.")
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="how long (default: %(default)s); memory is judged from 30 on"
    )
    seconds: float = parser.parse_args().seconds
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KAIZEN_")}
    os.environ.pop("KAIZEN_API_KEY", None)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        command = [sys.executable, "-m", "kaizen_client", "serve", "--port", "0"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        try:
            done, memory = asyncio.run(measured(server, seconds))
        finally:
            server.terminate()
            server.communicate(timeout=60)
        log.seek(0)
        logged = sum("ms in=" in line for line in log)
    met = report(done, memory, logged)
    if server.returncode != 0:
        print(f"  kaizen serve ended with status {server.returncode}")
    return 0 if met and server.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
