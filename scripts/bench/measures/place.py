"""Where measures are taken: environments, the service, processes that take turns, and how often they do."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.environments import PEERS, environment
from bench.rows import Results
from bench.subjects import FIRST
from bench.workers import RefusedError, Worker

#: What a shortened run takes of the rounds.
_SHORTENED = 0.6
_LEAST = 3


class Place(NamedTuple):
    """Where a measure is taken."""

    #: The URL of the service on loopback.
    url: str
    #: Whether fewer rounds will do.
    shortened: bool = False

    def rounds(self, most: int) -> Iterator[int]:
        """Count rounds, and say so: one is a full turn of all subjects, so that a slow moment falls on all."""
        count = min(most, max(_LEAST, round(most * _SHORTENED))) if self.shortened else most
        for number in range(count):
            print(f"\r    round {number + 1} of {count} ", end="", file=sys.stderr, flush=True)
            yield number
        print("\r" + " " * 24 + "\r", end="", file=sys.stderr, flush=True)

    def python(self, name: str) -> Path:
        """Give the interpreter of an environment."""
        return environment(name)

    def worker(self, subject: str) -> Worker:
        """Start a process for the calls of a subject."""
        return Worker(self.python("first" if subject == FIRST else PEERS), "calls.py", subject)

    @contextmanager
    def team(self, subjects: Iterable[str], kind: str, results: Results) -> Iterator[list[Worker]]:
        """Give a process for each subject whose client, `sync` or `async`, can be had; write down which cannot."""
        with ExitStack() as stack:
            ready = []
            for subject in subjects:
                worker = stack.enter_context(self.worker(subject))
                try:
                    worker.ask(f"{kind}_ready", self.url)
                except RefusedError as error:
                    results.skip(subject, kind, str(error))
                else:
                    ready.append(worker)
            yield ready


def turned(workers: list[Worker], number: int) -> list[Worker]:
    """Give the workers in another order each round: none always goes after the same one."""
    at = number % max(1, len(workers))
    return workers[at:] + workers[:at]
