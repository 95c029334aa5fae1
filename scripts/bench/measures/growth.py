"""How cost grows with the number of calls at once, and with the size of a body."""

from __future__ import annotations

import statistics
from typing import Final

from bench.measures.place import Place, turned
from bench.rows import Quantity, Results, exponent
from bench.subjects import OURS, backend

AT_ONCE: Final = (1, 10, 50, 200, 1000, 2000)
SIZES: Final = {
    "1 kB": 1_000,
    "8 kB": 8_000,
    "64 kB": 64_000,
    "1 MB": 1_000_000,
    "8 MB": 8_000_000,
    "64 MB": 64_000_000,
}
_SUBJECTS: Final = (OURS, backend("aiohttp"))
_TURN: Final = 0.4
#: What a turn of calls with one size sends in all, at least one call and at most this many.
_BYTES, _MOST_CALLS = 4_000_000, 100


def growth(place: Place, results: Results) -> None:
    """Measure both kinds of growth for the default client and the fastest."""
    with place.team(_SUBJECTS, "async", results) as team:
        for number in place.rounds(3):
            for worker in turned(team, number):
                _at_once(place, results, worker.title)
        for number in place.rounds(3):
            for worker in turned(team, number):
                for way in ("up", "down"):
                    _sizes(place, results, worker.title, way)
        for worker in team:
            _say(results, worker.title)


def _at_once(place: Place, results: Results, title: str) -> None:
    first = f"{AT_ONCE[0]} at once"
    cost = Quantity("growth", f"{title}: CPU a call by calls at once", "µs", first)
    rate = Quantity("growth", f"{title}: calls a second by calls at once", "/s", first, higher=True)
    memory = Quantity("growth", f"{title}: memory by calls at once", "MB")
    for at_once in AT_ONCE:
        # A process of its own each time: memory that one level has had would not be seen to be taken by the next.
        with place.worker(title) as worker:
            worker.ask("async_ready", place.url)
            found = worker.ask("at_once", place.url, at_once, _TURN)
        subject = f"{at_once:,} at once"
        results.add(cost, subject, 1e6 * found["cpu"])
        results.add(rate, subject, found["rate"])
        results.add(memory, subject, found["memory"] * at_once / 1000)


def _sizes(place: Place, results: Results, title: str, way: str) -> None:
    cost = Quantity("growth", f"{title}: CPU of a body {way} by size", "ms", next(iter(SIZES)))
    memory = Quantity("growth", f"{title}: memory of a body {way} by size", "MB")
    with place.worker(title) as worker:
        worker.ask("async_ready", place.url)
        for name, size in SIZES.items():
            url, sent = (place.url, size) if way == "up" else (f"{place.url}/reply/{size}", 0)
            found = worker.ask("async_body", url, sent, max(1, min(_MOST_CALLS, _BYTES // size)))
            results.add(cost, name, 1000 * found["cpu"])
            results.add(memory, name, found["memory"])


def _say(results: Results, title: str) -> None:
    for quantity, subjects in results.taken.items():
        if quantity.measure != "growth" or not quantity.title.startswith(f"{title}: CPU"):
            continue
        middles = {name: statistics.median(values) for name, values in subjects.items()}
        first, *_, last = middles
        if "size" not in quantity.title:
            results.note("growth", f"{title}: a call at {last} costs {middles[last] / middles[first]:.2f}x one alone.")
            continue
        large = list(SIZES)[-2:]
        power = exponent((SIZES[large[0]], SIZES[large[1]]), (middles[large[0]], middles[large[1]]))
        way = "up" if " up " in quantity.title else "down"
        results.note(
            "growth",
            f"{title}: from {large[0]} to {large[1]} {way} the cost grows by the power {power:.2f} of the size.",
        )
