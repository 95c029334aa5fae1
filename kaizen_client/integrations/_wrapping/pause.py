"""How long Kaizen is left alone after it failed, so that an outage does not cost every call its deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable

from kaizen_client.forks import renew_after_fork

#: Seconds of the first pause, and of the longest: each failure without a success between them doubles it.
FIRST = 1.0
LONGEST = 60.0


class Pause:
    """Remembers a failure for a while; safe in threads.

    Args:
        clock: gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Begin anew: the lock may have been held when the process was copied."""
        self._lock = threading.Lock()
        self._error: Exception | None = None
        self._until = 0.0
        self._next = FIRST

    def error(self) -> Exception | None:
        """Return the failure that Kaizen is left alone for, None where it may be asked."""
        with self._lock:
            return self._error if self._error is not None and self._clock() < self._until else None

    def failed(self, error: Exception) -> None:
        """Begin a pause, unless one has begun meanwhile: many calls may fail at once."""
        with self._lock:
            now = self._clock()
            if self._error is not None and now < self._until:
                return
            self._error = error
            self._until = now + self._next
            self._next = min(LONGEST, self._next * 2)

    def succeeded(self) -> None:
        """Forget the failures."""
        if self._error is None:
            return
        with self._lock:
            self._error, self._next = None, FIRST
