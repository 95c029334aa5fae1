"""Where a sync transport keeps its connections: one pool for each process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from kaizen_client.forks import renew_after_fork
from kaizen_client.transports.failures import client_closed


class _Pool(Protocol):
    def close(self) -> None:
        """End what is under way, and close the connections."""
        ...


PoolT = TypeVar("PoolT", bound=_Pool)


class PerProcess(Generic[PoolT]):
    """One pool for each process: after a fork the parent goes on using its connections, and the child opens its own.

    Args:
        opened: opens a pool.
    """

    def __init__(self, opened: Callable[[], PoolT]) -> None:
        self._opened = opened
        self._current: tuple[int, PoolT] | None = None
        #: Whether there is to be no pool any more.
        self.closed = False
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Make the lock anew."""
        self._lock = threading.Lock()

    def here(self) -> PoolT:
        """Return this process's pool.

        Raises:
            KaizenRequestError: the client is closed.
        """
        current = self._current
        if current is not None and current[0] == os.getpid():
            return current[1]
        with self._lock:
            if self.closed:
                raise client_closed()
            if self._current is None or self._current[0] != os.getpid():
                self._current = os.getpid(), self._opened()
            return self._current[1]

    def close(self) -> None:
        """Close this process's pool, and open none any more."""
        with self._lock:
            self.closed = True
            current, self._current = self._current, None
        if current is not None and current[0] == os.getpid():
            current[1].close()
