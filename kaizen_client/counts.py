"""How the calls of a client ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from kaizen_client.forks import renew_after_fork


class Counts(NamedTuple):
    """How the calls of a client, and of the copies that share its connections, ended so far.

    What is missing from `calls` is under way, or was cancelled.
    """

    #: Calls that were begun.
    calls: int = 0
    #: Calls that gave the service's result.
    succeeded: int = 0
    #: Calls that failed and gave their original back (`on_failure="passthrough"`).
    passed_through: int = 0
    #: Calls that raised an error.
    failed: int = 0
    #: Tries, over all calls.
    attempts: int = 0


class Counted:
    """One call that is being counted."""

    #: Whether it gave its original back.
    passed_through = False


class Counter:
    """Counts calls; safe in threads."""

    def __init__(self) -> None:
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Make the lock anew, and count from nothing: the calls so far are the parent's."""
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(Counts._fields, 0)

    def add(self, name: str) -> None:
        """Count one more of a field of `Counts`."""
        with self._lock:
            self._counts[name] += 1

    @contextmanager
    def call(self) -> Iterator[Counted]:
        """Count one call by how the block ends; one that is cancelled is only counted as a call."""
        self.add("calls")
        counted = Counted()
        try:
            yield counted
        except Exception:
            self.add("failed")
            raise
        self.add("passed_through" if counted.passed_through else "succeeded")

    def counts(self) -> Counts:
        """Return the counts of this moment."""
        with self._lock:
            return Counts(**self._counts)
