"""Use one async and one sync client for minutes against a server that misbehaves, and account for every call.

    python scripts/soak.py [--minutes N] [--seed N]

A hundred tasks share a `KaizenClient` while eight threads share a `SyncKaizenClient`, and one request in five meets a
fault.
Some calls are cancelled, some have deadlines they can hardly meet, some ask for the original in place of an error. Each
must end in a result that bears its own mark, in one of our errors, or in the cancellation that was asked for. The exit
code is 1 when one ends otherwise, when memory grows, or when a connection, a socket, a task or an exception is left.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import http.client
import json
import logging
import os
import random
import stat
import statistics
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from kaizen_client import KaizenClient, KaizenError, RetryPolicy, SyncKaizenClient

ROOT: Final = Path(__file__).resolve().parents[1]
SERVER: Final = ROOT / "tests" / "faults" / "server.py"

MINUTES: Final = 10.0
TASKS, THREADS = 100, 8
FAULTS: Final = 0.2
#: Beside what passes, some that only a timeout or a deadline ends.
DRAWN: Final = (
    "reset-before", "reset-in-head", "reset-in-body", "close-before", "close-in-head", "close-in-body",
    "close-after-reply", "length-too-long", "chunks-cut-off", "chunk-size-bad", "gzip", "gzip-broken", "gzip-truncated",
    "status-400", "status-500", "status-503", "status-529", "html-200", "html-502", "body-truncated", "early-413",
    "retry-after-zero", "hang", "hang-in-body", "drip-body", "many-headers",
)  # fmt: skip
#: One in ten tasks, and one thread, lower their rate after a 429: these come at random, and never end.
ADAPTIVE_EACH: Final = 10
#: Pauses between two calls of a task and of a thread, in seconds, at most.
TASK_PAUSE, THREAD_PAUSE = 0.4, 0.1
TIMEOUT, DEADLINE = 1.0, 5.0
TIGHT: Final = (0.002, 0.2)
SIZES: Final = {10: 60, 2_000: 25, 60_000: 13, 400_000: 2}
#: How calls are made, and how often each is chosen; only tasks can cancel.
PLAIN, TIGHTLY, PASSING, CANCELLED = "plain", "tight deadline", "passthrough", "cancelled"
KINDS: Final = {PLAIN: 75, TIGHTLY: 10, PASSING: 10, CANCELLED: 5}
#: And calls that are under way when the client is closed.
CLOSED: Final = "at close()"
AT_CLOSE: Final = {CLOSED: 1}

#: Memory is looked at this often, in seconds; this share of a run is warm-up.
EVERY: Final = 2.0
WARM_UP: Final = 0.25
GROWTH: Final = 1.05
#: A shorter run, in seconds, says nothing about memory: it is still warming up.
LONG_ENOUGH: Final = 120.0
#: At least this share of the plain calls must end in a result: every fifth attempt fails, and most are tried again. A
#: client that wears out misses it.
RESULTS: Final = 0.85


#: For how long calls may go on after close(), in seconds.
LINGER: Final = 1.0


class Wrong(Exception):
    """A call ended as none may."""


class Account:
    """What became of the calls; used by tasks and threads alike."""

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()
        self.ended: Counter[tuple[str, str]] = Counter()
        self.wrong: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._marks = 0

    def begin(self, kind: str) -> str:
        """Count a call, and return a mark for it."""
        with self._lock:
            self.made[kind] += 1
            self._marks += 1
            return f"mark-{self._marks}"

    def end(self, kind: str, outcome: str) -> None:
        """Count how a call ended."""
        with self._lock:
            self.ended[kind, outcome] += 1

    def amiss(self, what: BaseException) -> None:
        """Count an end that none may have."""
        with self._lock:
            self.wrong[f"{type(what).__name__}: {what}"[:300]] += 1


def must(condition: bool, what: str) -> None:
    """Stop with an error where a call ended as none may."""
    if not condition:
        raise Wrong(what)


class Call(NamedTuple):
    """One call to make."""

    kind: str
    mark: str
    method: str
    payload: dict[str, Any]
    options: dict[str, Any]

    def outcome(self, result: Any) -> str:
        """Check a result and name it."""
        must(result.metadata == {"mark": self.mark}, f"{self.method}: the metadata of another call")
        if self.kind == PASSING and not result.compressed:
            must(isinstance(result.error, KaizenError), f"{self.method}: passed through without an error of ours")
            must(json.loads(result.value) == self.payload, f"{self.method}: passed through is another value")
            return f"given back: {type(result.error).__name__}"
        must(result.value == f"echo of {self.mark}", f"{self.method}: the reply to another call: {result.value[:80]!r}")
        return "result"

    def failure(self, error: KaizenError) -> str:
        """Check one of our errors and name it."""
        must(self.kind != PASSING, f"{self.method}: raised although the original was asked for: {error}")
        must(error.metadata == {"mark": self.mark}, f"{self.method}: the error of another call")
        return type(error).__name__


def drawn(lot: random.Random, account: Account, kinds: dict[str, int]) -> Call:
    """Draw a call."""
    (kind,) = lot.choices(list(kinds), list(kinds.values()))
    (size,) = lot.choices(list(SIZES), list(SIZES.values()))
    method = lot.choice(["compress", "optimize", "optimize_request", "prompts_encode"])
    mark = account.begin(kind)
    options: dict[str, Any] = {"metadata": {"mark": mark}, "request_id": mark}
    if kind == TIGHTLY:
        options["deadline"] = lot.uniform(*TIGHT)
    if kind == PASSING:
        options["on_failure"] = "passthrough"
    return Call(kind, mark, method, {"id": mark, "text": "x" * size}, options)


def arguments(call: Call) -> dict[str, Any]:
    """Return the keywords of a call."""
    field = "data" if call.method in ("compress", "optimize") else "prompt"
    return {field: call.payload, **call.options}


# --- tasks and threads --------------------------------------------------------------------------------------------


async def one_task(client: KaizenClient, lot: random.Random, account: Account, ends: float) -> None:
    """Call until the time is over."""
    while time.monotonic() < ends:
        await one_call(client, drawn(lot, account, KINDS), lot, account)
        await asyncio.sleep(lot.uniform(0, TASK_PAUSE))


async def one_call(client: KaizenClient, call: Call, lot: random.Random, account: Account) -> None:
    """Make one call, and account for it."""
    asked = False
    work = asyncio.ensure_future(getattr(client, call.method)(**arguments(call)))
    try:
        if call.kind == CANCELLED:
            await asyncio.wait([work], timeout=lot.expovariate(100))
            asked = work.cancel()
        outcome = call.outcome(await work)
        must(not asked, f"{call.method}: a cancellation was lost, and a result came")
        account.end(call.kind, outcome)
    except KaizenError as error:
        try:
            must(not asked, f"{call.method}: a cancellation was lost: {error}")
            account.end(call.kind, call.failure(error))
        except Wrong as wrong:
            account.amiss(wrong)
    except asyncio.CancelledError as error:
        if not asked:
            account.amiss(error)
            raise
        account.end(call.kind, "cancelled as asked")
    except Exception as error:
        account.amiss(error)


def one_thread(client: SyncKaizenClient, lot: random.Random, account: Account, ends: float) -> None:
    """Call until the time is over."""
    kinds = {kind: weight for kind, weight in KINDS.items() if kind != CANCELLED}
    while time.monotonic() < ends:
        one_sync_call(client, drawn(lot, account, kinds), account)
        time.sleep(lot.uniform(0, THREAD_PAUSE))


def one_sync_call(client: SyncKaizenClient, call: Call, account: Account) -> None:
    """Make one call, and account for it."""
    try:
        account.end(call.kind, call.outcome(getattr(client, call.method)(**arguments(call))))
    except KaizenError as error:
        try:
            account.end(call.kind, call.failure(error))
        except Wrong as wrong:
            account.amiss(wrong)
    except Exception as error:
        account.amiss(error)


# --- what is looked at --------------------------------------------------------------------------------------------


def resident() -> float:
    """Return the resident memory of this process, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


def trim() -> None:
    """Let the C library give back what it holds free: pieces of it would pass for growth."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def sockets() -> int:
    """Return how many sockets this process has open."""
    count = 0
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - names of file descriptors
        with suppress(OSError):
            count += stat.S_ISSOCK(os.fstat(int(name)).st_mode)
    return count


def held_by(url: str) -> tuple[int, dict[str, int]]:
    """Return how many connections a server holds, and its requests by fault."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.request("GET", "/__counts")
    counts = json.loads(connection.getresponse().read())
    connection.close()
    return counts["open"] - 1, counts["faults"]  # One is this very connection.


class Leaks:
    """Collects what Python says nobody took care of."""

    def __init__(self) -> None:
        self.said: Counter[str] = Counter()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Listen to warnings, to exceptions that cannot be raised and to threads that die."""
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.showwarning = lambda message, category, *_, **__: self._say(f"{category.__name__}: {message}")
            before = sys.unraisablehook, threading.excepthook
            sys.unraisablehook = lambda one: self._say(f"unraisable: {one.exc_value!r} in {one.object!r}")
            threading.excepthook = lambda one: self._say(f"thread died: {one.exc_value!r}")
            try:
                yield
            finally:
                gc.collect()
                sys.unraisablehook, threading.excepthook = before

    def of_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Take what an event loop would log."""
        self._say(f"event loop: {context.get('message')}: {context.get('exception')!r}")

    def _say(self, text: str) -> None:
        self.said[text[:300]] += 1


class Seen(NamedTuple):
    """What was seen during and after a run."""

    seconds: float
    memory: list[float]
    #: Python's own blocks of memory in use.
    blocks: list[float]
    sockets_before: int
    sockets_after: int
    tasks_left: list[str]
    #: For how many seconds calls went on after close().
    lingered: float
    held_before_close: int
    held_after: int
    faults: dict[str, int]


async def watch(account: Account, memory: list[float], blocks: list[float], began: float) -> None:
    """Sample the memory, and say how it goes once a minute."""
    minutes = 0
    while True:
        trim()
        memory.append(resident())
        blocks.append(sys.getallocatedblocks())
        if (time.monotonic() - began) // 60 > minutes:
            minutes += 1
            print(f"  {minutes} min: {account.made.total():,} calls, {memory[-1]:.1f} MB", flush=True)
        await asyncio.sleep(EVERY)


async def soaked(url: str, seconds: float, seed: int, account: Account, leaks: Leaks) -> Seen:
    """Let tasks and threads loose, close both clients, and look at what is left."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(leaks.of_loop)
    memory: list[float] = []
    blocks: list[float] = []
    before, began = sockets(), time.monotonic()
    ends = began + seconds
    settings: dict[str, Any] = {"timeout": TIMEOUT, "deadline": DEADLINE, "api_key": "a-key"}
    steady = RetryPolicy(adaptive=False)
    client = KaizenClient(base_url=url, retry_policy=steady, **settings)
    sync_client = SyncKaizenClient(base_url=url, retry_policy=steady, **settings)
    adaptive = client.with_options(retry_policy=RetryPolicy())
    sync_adaptive = sync_client.with_options(retry_policy=RetryPolicy())
    watcher = loop.create_task(watch(account, memory, blocks, began))
    with ThreadPoolExecutor(THREADS) as threads:
        await asyncio.gather(
            *(
                one_task(client if number % ADAPTIVE_EACH else adaptive, random.Random(seed + number), account, ends)  # noqa: S311
                for number in range(TASKS)
            ),
            *(
                loop.run_in_executor(
                    threads, one_thread, sync_client if number else sync_adaptive,
                    random.Random(seed - 1 - number), account, ends,  # noqa: S311
                )
                for number in range(THREADS)
            ),
        )  # fmt: skip
        watcher.cancel()
        await asyncio.wait([watcher])
        lot = random.Random(seed)  # noqa: S311
        under_way: list[asyncio.Future[None]] = [
            asyncio.ensure_future(one_call(client, drawn(lot, account, AT_CLOSE), lot, account)) for _ in range(TASKS)
        ]
        under_way += [
            loop.run_in_executor(threads, one_sync_call, sync_client, drawn(lot, account, AT_CLOSE), account)
            for _ in range(THREADS)
        ]
        await asyncio.sleep(0.05)
        held_before_close, _ = await asyncio.to_thread(held_by, url)
        for one in (adaptive, client):
            await one.close()
        for other in (sync_adaptive, sync_client):
            other.close()
        closed = time.monotonic()
        await asyncio.gather(*under_way)
        lingered = time.monotonic() - closed
    left = [repr(task)[:200] for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    took = time.monotonic() - began
    # Transports are closed in the next turns of the loop, and the server hears of it a little later.
    for _ in range(20):
        await asyncio.sleep(0.1)
        held_after, faults = await asyncio.to_thread(held_by, url)
        after = sockets()
        if not held_after and after <= before:
            break
    gc.collect()
    await asyncio.sleep(0)
    return Seen(took, memory, blocks, before, after, left, lingered, held_before_close, held_after, faults)


def thirds(samples: list[float]) -> tuple[float, float]:
    """Return the medians of the first and of the last third of what comes after the warm-up."""
    warm = samples[int(WARM_UP * len(samples)) :]
    third = max(1, len(warm) // 3)
    return statistics.median(warm[:third]), statistics.median(warm[-third:])


def report(account: Account, seen: Seen, leaks: Leaks) -> bool:
    """Print the table; True where every goal is met."""
    first, last = thirds(seen.memory)
    first_blocks, last_blocks = thirds(seen.blocks)
    made, ended = account.made.total(), account.ended.total()
    results = account.ended[PLAIN, "result"] / max(1, account.made[PLAIN])
    met_fault = 1 - seen.faults.get("ok", 0) / max(1, sum(seen.faults.values()))
    print(f"soak: {TASKS} tasks and {THREADS} threads, {seen.seconds:.0f} s")
    print(
        f"  {made:,} calls, {made / seen.seconds:,.0f} calls/s; {sum(seen.faults.values()):,} requests, "
        f"{met_fault:.1%} of them met one of {len(seen.faults) - 1} faults"
    )
    kinds = [*KINDS, CLOSED]
    outcomes = sorted({outcome for _, outcome in account.ended}, key=lambda one: (one != "result", one))
    print(f"  {'':42}{''.join(f'{kind:>15}' for kind in kinds)}")
    for outcome in outcomes:
        print(f"  {outcome:42}{''.join(f'{account.ended[kind, outcome]:>15,}' for kind in kinds)}")
    print(f"  {'all':42}{''.join(f'{account.made[kind]:>15,}' for kind in kinds)}")
    print(
        f"  resident memory, MB: start {seen.memory[0]:.1f}, first third {first:.1f}, last third {last:.1f} "
        f"({last / first:.3f} x), highest {max(seen.memory):.1f}; blocks in use {last_blocks / first_blocks:.3f} x"
    )
    print(
        f"  sockets {seen.sockets_before} before, {seen.sockets_after} after; connections at the server "
        f"{seen.held_before_close} before close(), {seen.held_after} after; the last call ended {seen.lingered:.3f} s "
        "after it"
    )
    goals = {
        "every call accounted for": made == ended and not account.wrong and made > 0,
        f"results for {RESULTS:.0%} of the plain calls ({results:.1%})": results >= RESULTS,
        "no socket and no connection left": seen.sockets_after <= seen.sockets_before and not seen.held_after,
        "no task left": not seen.tasks_left,
        f"close() ends what is under way within {LINGER} s": seen.lingered <= LINGER,
        "no warning, no exception that nobody took": not leaks.said,
    }
    if seen.seconds >= LONG_ENOUGH:
        goals[f"memory of the last third <= {GROWTH} x the first third"] = last <= GROWTH * first
        goals[f"blocks of the last third <= {GROWTH} x the first third"] = last_blocks <= GROWTH * first_blocks
    for what, count in [*account.wrong.most_common(5), *leaks.said.most_common(5)]:
        print(f"  {count} x {what}")
    for task in seen.tasks_left[:5]:
        print(f"  left: {task}")
    for goal, met in goals.items():
        print(f"  goal: {goal}: {'met' if met else 'MISSED'}")
    print()
    return all(goals.values())


def main() -> int:
    """Run the soak and print the figures; return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description="Use both clients for minutes against a server that misbehaves.")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="how long (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="makes calls and faults repeatable (default: %(default)s)")
    options = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("KAIZEN_")]:
        del os.environ[name]
    command = [sys.executable, str(SERVER), "--faults", str(FAULTS), "--seed", str(options.seed)]
    server = subprocess.Popen(
        [*command, "--only", ",".join(DRAWN)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    # Calls that give the original back are logged, and there are thousands.
    logging.getLogger("kaizen_client").addHandler(logging.NullHandler())
    account, leaks = Account(), Leaks()
    try:
        assert server.stdout is not None  # noqa: S101 - for the type checker
        url = server.stdout.readline().strip()
        with leaks.watched():
            seen = asyncio.run(soaked(url, 60 * options.minutes, options.seed, account, leaks))
    finally:
        server.communicate(timeout=60)
    return 0 if report(account, seen, leaks) else 1


if __name__ == "__main__":
    sys.exit(main())
