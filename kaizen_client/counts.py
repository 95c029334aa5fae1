"""How the calls of a client ended."""

from __future__ import annotations

import threading
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
    """One call that is counted by how its `with` ends; one that is cancelled counts as a call alone."""

    __slots__ = ("_counter", "passed_through")

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        #: Whether the call gave its original back.
        self.passed_through = False

    def __enter__(self) -> Counted:
        self._counter.add("calls")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._counter.add("passed_through" if self.passed_through else "succeeded")
        elif issubclass(kind, Exception):
            self._counter.add("failed")


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

    def call(self) -> Counted:
        """Return what counts one call."""
        return Counted(self)

    def counts(self) -> Counts:
        """Return the counts of this moment."""
        with self._lock:
            return Counts(**self._counts)
