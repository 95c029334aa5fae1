"""Making clients, and the engine that needs no service."""

from __future__ import annotations

from contextlib import ExitStack

from bench.clients import SUBJECTS
from bench.environments import PEERS
from bench.measures.place import Place, turned
from bench.rows import Quantity, Results
from bench.subjects import FIRST, RAW
from bench.workers import Worker


def clients(place: Place, results: Results) -> None:
    """Measure clients that are made from the environment and closed, the second and later ones of a process."""
    cost = Quantity("clients", "a client made and closed, CPU", "µs", RAW)
    with ExitStack() as stack:
        team = [
            stack.enter_context(Worker(place.python("first" if name == FIRST else PEERS), "clients.py", name))
            for name in SUBJECTS
        ]
        for number in place.rounds(7):
            for worker in turned(team, number):
                results.add(cost, worker.title, 1e6 * worker.ask("made", 5))


def embedded(place: Place, results: Results) -> None:
    """Measure a call of the embedded engine."""
    cost = Quantity("embedded", "call of the embedded engine, CPU", "µs")
    with Worker(place.python(PEERS), "clients.py", "kaizen, embedded") as worker:
        for _ in place.rounds(7):
            results.add(cost, "kaizen, embedded", 1e6 * worker.ask("embedded", 300))
