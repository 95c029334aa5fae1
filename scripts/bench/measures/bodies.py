"""Bodies up and down, by size: time, and the memory of processes that do nothing else."""

from __future__ import annotations

from typing import Final

from bench.measures.place import Place
from bench.rows import Quantity, Results
from bench.subjects import OURS, RAW, SPEED

#: Bytes, what that is called, how many calls a turn makes, and how many rounds.
SIZES: Final = ((1_000, "1 kB", 150, 3), (100_000, "100 kB", 30, 3), (10_000_000, "10 MB", 1, 5))
_SUBJECTS: Final = (RAW, "openai", OURS, SPEED)


def bodies(place: Place, results: Results) -> None:
    """Measure the sync clients with each size, in a process of its own each time."""
    with place.team(_SUBJECTS, "sync", results) as team:
        subjects = [worker.title for worker in team]
    for size, name, calls, rounds in SIZES:
        for number in place.rounds(rounds):
            at = number % len(subjects)
            for subject in subjects[at:] + subjects[:at]:
                for way in ("up", "down"):
                    _body(place, results, subject, way, size, name, calls)


def _body(place: Place, results: Results, subject: str, way: str, size: int, name: str, calls: int) -> None:
    url, sent = (place.url, size) if way == "up" else (f"{place.url}/reply/{size}", 0)
    with place.worker(subject) as worker:
        worker.ask("sync_ready", place.url)
        found = worker.ask("sync_body", url, sent, calls)
    results.add(Quantity("bodies", f"{name} {way}, CPU", "ms", RAW), subject, 1000 * found["cpu"])
    if calls == 1:
        results.add(Quantity("bodies", f"{name} {way}, time", "ms", RAW), subject, 1000 * found["wall"])
        results.add(Quantity("bodies", f"{name} {way}, memory", "MB", RAW), subject, found["memory"])
    else:  # Of a small body, what the process needs in all says more than the call's own share.
        results.add(Quantity("bodies", f"{name} {way}, memory of the process", "MB", RAW), subject, found["whole"])
