"""Who may send, from threads: as many calls at once as there are connections, so that none waits inside a library."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kaizen_client.transports.base import WireRequest, seconds
from kaizen_client.transports.failures import client_closed, deadline_passed, no_connection_free


def room_for(request: WireRequest) -> tuple[float | None, bool]:
    """Return how long a call may wait to be admitted, in seconds, and whether the deadline is what ends it."""
    left = request.expires - time.monotonic()
    pool = request.timeout.pool
    if pool is not None and pool < left:
        return seconds(pool), False
    return seconds(max(0.0, left)), True


class Admission:
    """Admits calls of any number of threads.

    Args:
        places: how many calls may be under way at once.
    """

    def __init__(self, places: int) -> None:
        self._places = threading.Semaphore(places)
        self._lock = threading.Lock()
        self._waiting = 0
        #: Whether no further call is admitted.
        self.closed = False

    @contextmanager
    def admitted(self, request: WireRequest) -> Iterator[None]:
        """Hold a place.

        Raises:
            KaizenPoolTimeoutError: none was free within the pool timeout.
            KaizenDeadlineError: none was free before the deadline.
            KaizenRequestError: the client is closed.
        """
        if not self._places.acquire(blocking=False):
            self._wait(request)
        try:
            if self.closed:
                raise client_closed()
            yield
        finally:
            self._places.release()

    def _wait(self, request: WireRequest) -> None:
        wait, by_deadline = room_for(request)
        with self._lock:
            if self.closed:
                raise client_closed()
            self._waiting += 1
        try:
            if not self._places.acquire(timeout=wait):
                raise deadline_passed() if by_deadline else no_connection_free()
        finally:
            with self._lock:
                self._waiting -= 1

    def close(self) -> None:
        """Let in who waits, to find it closed."""
        with self._lock:
            self.closed = True
            waiting = self._waiting
        if waiting:
            self._places.release(waiting)
