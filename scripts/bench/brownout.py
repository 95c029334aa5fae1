"""Simulate what clients do to a service that falters, and to one that limits them: real clients, in virtual time.

    python scripts/bench/brownout.py [--seeds N]

Nothing waits: the event loop's clock jumps to whatever is due next. Twenty `KaizenClient`s share a transport that
stands for the service.

The first table is a brown-out. The service answers 100 requests a second one after another, and gets 80 calls a second
at random moments; for ten seconds it does a tenth of that. A caller waits a second. The service does not know who has
gone, and works on what nobody waits for, which is how retries keep it down. Its queue is without end, or one that
answers 503 when it is three seconds long. Recovered is the service with the first second after the fault from which on,
five seconds in a row, 95 % of the calls of each second succeed.

The second table is a rate limit: a bucket of tokens, filled at the rate of the limit; without a token a request gets a
429 and `Retry-After: 1`.

The exit code is 1 when the default policy takes more than 1.2 times as long to recover as no retries, or the usual
policy recovers (so that the table would prove nothing), or the adaptive send rate misses its goals.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import selectors
import statistics
import sys
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final, NamedTuple

from kaizen_client import KaizenClient, KaizenError, KaizenTimeoutError, RetryPolicy
from kaizen_client.clock import Clock
from kaizen_client.headers import Headers
from kaizen_client.transports.base import WireReply, WireRequest

CLIENTS: Final = 20
SEEDS: Final = 3

# Seconds, and requests a second.
CAPACITY, OFFERED, FAULTY = 100.0, 80.0, 10.0
FAULT_BEGINS, FAULT_LASTS, WATCHED = 10.0, 10.0, 90.0
#: How long a queue may get, in seconds, by what it is called.
QUEUES: Final = {"without end": math.inf, "of 3 s, then 503": 3.0}
PATIENCE: Final = 1.0
GOOD, IN_A_ROW = 0.95, 5
GOAL_RECOVERY: Final = 1.2

LIMIT: Final = 100.0
TIMES: Final = (1.5, 2.0)
LIMITED_FOR, WARM_UP = 60.0, 20.0
CALL_DEADLINE: Final = 10.0
GOAL_GOODPUT, GOAL_REFUSED = 0.75, 0.05

NO_RETRIES, USUAL, OURS = "no retries", "usual: 3 attempts, no budget", "default"
POLICIES: Final[dict[str, dict[str, Any]]] = {
    NO_RETRIES: {"max_retries": 0},
    USUAL: {"max_retries": 2, "retry_policy": RetryPolicy(budget=math.inf, adaptive=False)},
    OURS: {},
}


# --- virtual time -------------------------------------------------------------------------------------------------


class _Jumping(selectors.DefaultSelector):
    """Lets the time it was to wait pass at once."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing is due")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which seconds take no time."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the virtual seconds since the loop was made."""
        return self._jumping.now


class VirtualClock(Clock):
    """The time of the running loop, and chance by a seed."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._random = random.Random(seed)  # noqa: S311

    def monotonic(self) -> float:  # type: ignore[override]
        """Return the loop's seconds."""
        return asyncio.get_running_loop().time()

    def wall(self) -> float:  # type: ignore[override]
        """Return seconds since an epoch of its own."""
        return 1_800_000_000.0 + self.monotonic()

    def random(self) -> float:  # type: ignore[override]
        """Return the next number in [0, 1)."""
        return self._random.random()

    async def asleep(self, seconds: float) -> None:
        """Wait, on the loop's clock."""
        await asyncio.sleep(seconds)


def run(work: Callable[[], Coroutine[Any, Any, dict[int, Called]]]) -> dict[int, Called]:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work())


# --- services -----------------------------------------------------------------------------------------------------


class Service(ABC):
    """A transport that stands for a service; what it does is in `answer`."""

    def __init__(self, seed: int) -> None:
        self.clock = VirtualClock(seed)
        self.requests = 0

    @abstractmethod
    async def answer(self, now: float) -> tuple[int, dict[str, str], float]:
        """Return a status, header fields, and the seconds until they are there."""

    async def send(self, request: WireRequest) -> WireReply:
        """Take a request; the caller waits as long as its timeout and its deadline allow."""
        self.requests += 1
        now = self.clock.monotonic()
        status, fields, seconds = await self.answer(now)
        patience = min(request.timeout.read or math.inf, request.expires - now)
        if seconds > patience:
            await asyncio.sleep(patience)
            raise KaizenTimeoutError("the service took longer than the timeout allows")
        await asyncio.sleep(seconds)
        return WireReply(status, Headers(fields), b'{"operation":"health","status":"ok"}')

    async def close(self) -> None:
        """Hold nothing."""


class Faltering(Service):
    """Serves one request after another, and for a while slowly."""

    def __init__(self, seed: int, longest: float) -> None:
        super().__init__(seed)
        self._longest = longest
        self._free_at = 0.0

    async def answer(self, now: float) -> tuple[int, dict[str, str], float]:
        """Queue a request: it is served in its turn, whether or not anybody waits for it."""
        if self._free_at - now > self._longest:
            return 503, {}, 0.001
        begins = max(now, self._free_at)
        faulty = FAULT_BEGINS <= begins < FAULT_BEGINS + FAULT_LASTS
        self._free_at = begins + 1 / (FAULTY if faulty else CAPACITY)
        return 200, {}, self._free_at - now


class Limiting(Service):
    """Serves at once what a bucket of tokens has room for, and refuses the rest."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._tokens = LIMIT
        self._filled = 0.0
        #: Replies by second and status.
        self.replies: defaultdict[int, Counter[int]] = defaultdict(Counter)

    async def answer(self, now: float) -> tuple[int, dict[str, str], float]:
        """Take a token, or refuse."""
        self._tokens = min(LIMIT, self._tokens + LIMIT * (now - self._filled))
        self._filled = now
        status = 200 if self._tokens >= 1 else 429
        self._tokens -= status == 200
        self.replies[int(now)][status] += 1
        return status, {} if status == 200 else {"retry-after": "1"}, 0.02


# --- callers ------------------------------------------------------------------------------------------------------


class Called(NamedTuple):
    """The calls that began in one second."""

    made: int
    succeeded: int


async def offer(
    service: Service, rate: float, seconds: float, seed: int, settings: Mapping[str, Any]
) -> dict[int, Called]:
    """Make calls at random moments, from one client after another; return what became of them by second."""
    lot = random.Random(seed)  # noqa: S311
    clients = [KaizenClient(base_url="https://kaizen.test", transport=service, **settings) for _ in range(CLIENTS)]
    made: Counter[int] = Counter()
    succeeded: Counter[int] = Counter()

    async def one(client: KaizenClient, second: int) -> None:
        made[second] += 1
        try:
            await client.health()
        except KaizenError:
            return
        succeeded[second] += 1

    loop = asyncio.get_running_loop()
    # Ends the run where a call fails with anything but an error of ours.
    async with asyncio.TaskGroup() as calls:
        while (now := loop.time()) < seconds:
            calls.create_task(one(lot.choice(clients), int(now)))
            await asyncio.sleep(lot.expovariate(rate))
    await asyncio.gather(*(client.close() for client in clients))
    return {second: Called(made[second], succeeded[second]) for second in sorted(made)}


# --- the brown-out ------------------------------------------------------------------------------------------------


class Brownout(NamedTuple):
    """How one run went."""

    #: Seconds after the fault; infinity for never.
    recovery: float
    #: The share of all calls that succeeded.
    success: float
    #: Requests for each call.
    load: float


def browned_out(queue: str, policy: str, seed: int) -> Brownout:
    """Simulate one fault."""
    service = Faltering(seed, QUEUES[queue])
    settings = {**POLICIES[policy], "timeout": PATIENCE}
    ends = FAULT_BEGINS + FAULT_LASTS

    def work() -> Coroutine[Any, Any, dict[int, Called]]:
        return offer(service, OFFERED, ends + WATCHED, seed, settings)

    found = run(work)
    good = [called.succeeded >= GOOD * called.made for called in found.values()]
    seconds = list(found)
    recovery = math.inf
    for place, second in enumerate(seconds):
        if second >= ends and all(good[place : place + IN_A_ROW]) and len(good) >= place + IN_A_ROW:
            recovery = second - ends
            break
    made = sum(called.made for called in found.values())
    return Brownout(recovery, sum(called.succeeded for called in found.values()) / made, service.requests / made)


def brownouts(processes: ProcessPoolExecutor, seeds: int) -> bool:
    """Print the first table; True where the goals are met."""
    runs = {
        (queue, policy): [processes.submit(browned_out, queue, policy, seed) for seed in range(seeds)]
        for queue in QUEUES
        for policy in POLICIES
    }
    print(
        f"brown-out: {CAPACITY:.0f} requests/s held, {OFFERED:.0f} calls/s offered, {FAULTY:.0f}/s for "
        f"{FAULT_LASTS:.0f} s, then watched for {WATCHED:.0f} s; median of {seeds} seeds"
    )
    print(f"  {'queue':20}{'policy':32}{'recovery, s':>12}{'x none':>8}{'succeeded':>11}{'requests/call':>15}")
    none: dict[str, list[float]] = {}
    met = True
    for (queue, policy), futures in runs.items():
        found = [future.result() for future in futures]
        middle = Brownout(*(statistics.median(values) for values in zip(*found, strict=True)))
        took = [run.recovery for run in found]
        # Each against the same calls at the same moments.
        ratio = statistics.median(
            own / max(1.0, other) for own, other in zip(took, none.setdefault(queue, took), strict=True)
        )
        good = {USUAL: math.isinf(ratio), OURS: ratio <= GOAL_RECOVERY}.get(policy, True)
        met = met and good
        print(
            f"  {queue:20}{policy:32}{shown(middle.recovery, '.0f'):>12}{shown(ratio, '.2f'):>8}"
            f"{middle.success:>11.1%}{middle.load:>15.2f}{'' if good else '  MISSED'}"
        )
    print(
        f"  goal: {OURS} <= {GOAL_RECOVERY} x {NO_RETRIES}, where the usual policy never recovers: "
        f"{'met' if met else 'MISSED'}\n"
    )
    return met


def shown(value: float, form: str) -> str:
    """Return a number as text."""
    return "never" if math.isinf(value) else format(value, form)


# --- the rate limit -----------------------------------------------------------------------------------------------


class Limited(NamedTuple):
    """How one run went, after its warm-up."""

    #: Successes a second, as a share of the limit.
    goodput: float
    #: The share of replies that were 429.
    refused: float
    #: The share of calls that succeeded.
    success: float


def limited(times: float, adaptive: bool, seed: int) -> Limited:
    """Simulate one limit."""
    service = Limiting(seed)
    settings = {"retry_policy": RetryPolicy(adaptive=adaptive), "deadline": CALL_DEADLINE}

    def work() -> Coroutine[Any, Any, dict[int, Called]]:
        return offer(service, times * LIMIT, LIMITED_FOR, seed, settings)

    calls = run(work)
    after = range(int(WARM_UP), int(LIMITED_FOR))
    statuses: Counter[int] = sum((service.replies[second] for second in after), Counter())
    made = sum(calls[second].made for second in after if second in calls)
    succeeded = sum(calls[second].succeeded for second in after if second in calls)
    return Limited(statuses[200] / len(after) / LIMIT, statuses[429] / statuses.total(), succeeded / made)


def limits(processes: ProcessPoolExecutor, seeds: int) -> bool:
    """Print the second table; True where the goals are met."""
    runs = {
        (times, adaptive): [processes.submit(limited, times, adaptive, seed) for seed in range(seeds)]
        for times in TIMES
        for adaptive in (True, False)
    }
    print(
        f"rate limit: {LIMIT:.0f} requests/s, {CLIENTS} clients, a deadline of {CALL_DEADLINE:.0f} s for a call; "
        f"the {LIMITED_FOR - WARM_UP:.0f} s after a warm-up, median of {seeds} seeds"
    )
    print(f"  {'offered':20}{'policy':32}{'goodput':>12}{'429s':>8}{'succeeded':>11}")
    met = True
    for (times, adaptive), futures in runs.items():
        found = [future.result() for future in futures]
        middle = Limited(*(statistics.median(values) for values in zip(*found, strict=True)))
        good = not adaptive or (middle.goodput >= GOAL_GOODPUT and middle.refused <= GOAL_REFUSED)
        met = met and good
        print(
            f"  {f'{times} x limit':20}{OURS if adaptive else 'default, not adaptive':32}"
            f"{middle.goodput:>12.1%}{middle.refused:>8.1%}{middle.success:>11.1%}{'' if good else '  MISSED'}"
        )
    print(
        f"  goal: {OURS} with a goodput >= {GOAL_GOODPUT:.0%} of the limit and 429s <= {GOAL_REFUSED:.0%}: "
        f"{'met' if met else 'MISSED'}\n"
    )
    return met


def main() -> int:
    """Print both tables; return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description="Simulate a brown-out and a rate limit.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="runs of each (default: %(default)s)")
    seeds: int = parser.parse_args().seeds
    with ProcessPoolExecutor() as processes:
        results = [brownouts(processes, seeds), limits(processes, seeds)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
