"""Small calls: one at a time, and many at once."""

from __future__ import annotations

from typing import Final

from bench.loopback import counts
from bench.measures.place import Place, turned
from bench.rows import Quantity, Results
from bench.subjects import ASYNC_SUBJECTS, BACKENDS, OURS, RAW, SPEED, SYNC_SUBJECTS, backend

AT_ONCE: Final = (1, 50, 200, 1000)
#: The level that goals are set for is measured more often.
_ROUNDS: Final = {200: 7, 1000: 2}
#: For how long a turn makes calls, in seconds.
_TURN: Final = 0.6
_CALLS: Final = 250
_BURST, _BURST_AT_ONCE = 2000, 200


def sync_calls(place: Place, results: Results) -> None:
    """Measure sync calls, one after another."""
    _one_at_a_time(place, results, "sync", "sync", SYNC_SUBJECTS)


def async_calls(place: Place, results: Results) -> None:
    """Measure async calls, one after another."""
    _one_at_a_time(place, results, "async", "one_by_one", ASYNC_SUBJECTS)


def _one_at_a_time(place: Place, results: Results, kind: str, task: str, subjects: tuple[str, ...]) -> None:
    cpu = Quantity(kind, f"{kind} call, CPU", "µs", RAW)
    median = Quantity(kind, f"{kind} call, p50", "µs", RAW)
    with place.team(subjects, kind, results) as team:
        for number in place.rounds(9):
            for worker in turned(team, number):
                found = worker.ask(task, place.url, _CALLS)
                results.add(cpu, worker.title, 1e6 * found["cpu"])
                results.add(median, worker.title, 1e6 * found["p50"])


def throughput(place: Place, results: Results) -> None:
    """Measure calls a second by how many are made at once."""
    with place.team([name for name in ASYNC_SUBJECTS if name != SPEED], "async", results) as team:
        for at_once in AT_ONCE:
            rate = Quantity("throughput", f"calls a second, {at_once:,} at once", "/s", RAW, higher=True)
            cpu = Quantity("throughput", f"CPU a call, {at_once:,} at once", "µs", RAW)
            for number in place.rounds(_ROUNDS.get(at_once, 3)):
                for worker in turned(team, number):
                    found = worker.ask("at_once", place.url, at_once, _TURN)
                    results.add(rate, worker.title, found["rate"])
                    results.add(cpu, worker.title, 1e6 * found["cpu"])


def connections(place: Place, results: Results) -> None:
    """Count the connections that many calls open."""
    title = f"connections for {_BURST:,} calls, {_BURST_AT_ONCE} at once"
    opened = Quantity("connections", title, "", RAW)
    with place.team([name for name in ASYNC_SUBJECTS if name != SPEED], "async", results) as team:
        for worker in team:  # Once: nothing of it depends on how busy the machine is.
            before = counts(place.url)["connections"]
            worker.ask("burst", place.url, _BURST_AT_ONCE, _BURST)
            # The second question came over a connection, too.
            results.add(opened, worker.title, counts(place.url)["connections"] - before - 1)


def waiting(place: Place, results: Results) -> None:
    """Measure a thousand calls at once on a hundred connections: how evenly they are served, and what waiting costs."""
    median = Quantity("waiting", "1,000 calls at once, p50", "ms", RAW)
    last = Quantity("waiting", "1,000 calls at once, p99", "ms", RAW)
    evenness = Quantity("waiting", "1,000 calls at once, p99 / p50", "x", RAW)
    memory = Quantity("waiting", "1,000 calls at once, memory a call", "kB", RAW)
    subjects = (RAW, "aiohttp", OURS, *map(backend, BACKENDS[1:]))
    with place.team(subjects, "async", results) as team:
        for number in place.rounds(2):
            for worker in turned(team, number):
                # A process of its own each time: what a call took is never given back for good.
                with place.worker(worker.title) as fresh:
                    fresh.ask("async_ready", place.url)
                    found = fresh.ask("at_once", place.url, 1000, 0.0, 2)
                results.add(median, worker.title, 1000 * found["p50"])
                results.add(last, worker.title, 1000 * found["p99"])
                results.add(evenness, worker.title, found["p99"] / found["p50"])
                results.add(memory, worker.title, found["memory"])
