"""Waits that end early when the client is closed."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from kaizen_client.forks import renew_after_fork

if TYPE_CHECKING:
    import asyncio


class Closing:
    """Whether a client is closed, and a way to wait that ends when it is; for any number of threads and event loops."""

    def __init__(self) -> None:
        self._closed = threading.Event()
        self._sleepers: set[asyncio.Future[None]] = set()
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Make the locks anew: an event has one too. Who waited is not here."""
        self._lock = threading.Lock()
        closed = self._closed.is_set()
        self._closed = threading.Event()
        if closed:
            self._closed.set()
        self._sleepers = set()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._closed.is_set()

    def close(self) -> None:
        """Be closed, and wake everybody."""
        self._closed.set()
        with self._lock:
            sleepers = list(self._sleepers)
        for sleeper in sleepers:
            # A loop that is closed has nobody to wake.
            with suppress(RuntimeError):
                sleeper.get_loop().call_soon_threadsafe(_wake, sleeper)

    def sleep(self, seconds: float) -> None:
        """Wait, holding the thread."""
        self._closed.wait(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait, letting the event loop go on."""
        from asyncio import get_running_loop  # A sync client need not import it.

        loop = get_running_loop()
        sleeper = loop.create_future()
        with self._lock:
            self._sleepers.add(sleeper)
        alarm = loop.call_later(0.0 if self.closed else seconds, _wake, sleeper)
        try:
            await sleeper
        finally:
            alarm.cancel()
            with self._lock:
                self._sleepers.discard(sleeper)


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
