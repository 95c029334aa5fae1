"""Where an async transport keeps its connections: one pool for each event loop."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from kaizen_client.forks import renew_after_fork
from kaizen_client.transports.failures import client_closed


class _Pool(Protocol):
    async def close(self) -> None:
        """End what is under way, and close the connections."""
        ...


PoolT = TypeVar("PoolT", bound=_Pool)


class PerLoop(Generic[PoolT]):
    """One pool for each event loop, and for each process.

    Args:
        opened: opens a pool in the running event loop.
    """

    def __init__(self, opened: Callable[[], PoolT]) -> None:
        self._opened = opened
        self._pools: dict[asyncio.AbstractEventLoop, tuple[int, PoolT]] = {}
        #: Whether there is to be no pool any more.
        self.closed = False
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Make the lock anew."""
        self._lock = threading.Lock()

    def here(self) -> PoolT:
        """Return the running event loop's pool.

        Raises:
            KaizenRequestError: the client is closed.
        """
        loop = asyncio.get_running_loop()
        current = self._pools.get(loop)
        if current is not None and current[0] == os.getpid():
            return current[1]
        with self._lock:
            if self.closed:
                raise client_closed()
            # A pool refers to its loop, and with it to sockets, which would be kept for as long as the client.
            for gone in [other for other in self._pools if other.is_closed()]:
                del self._pools[gone]
            pool = self._opened()
            self._pools[loop] = os.getpid(), pool
        return pool

    async def close(self) -> None:
        """Close the pools, and open none any more."""
        with self._lock:
            self.closed = True
            pools = dict(self._pools)
            self._pools.clear()
        here = asyncio.get_running_loop()
        for loop, (process, pool) in pools.items():
            # After a fork a pool belongs to the parent; with its loop closed there is nothing left of it.
            if process != os.getpid() or loop.is_closed():
                continue
            if loop is here:
                await pool.close()
            elif loop.is_running():
                asyncio.run_coroutine_threadsafe(pool.close(), loop)
