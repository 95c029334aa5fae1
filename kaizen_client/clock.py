"""Time and chance, in one place, so that tests can stand in for both."""

from __future__ import annotations

import random
import time

from kaizen_client.closing import Closing


class Clock:
    """The real thing.

    Args:
        closing: ends waits early.
    """

    #: Never closed: for a clock without a client.
    _closing = Closing()

    def __init__(self, closing: Closing | None = None) -> None:
        if closing is not None:
            self._closing = closing

    @staticmethod
    def monotonic() -> float:
        """Return seconds on a clock that never goes back."""
        return time.monotonic()

    @staticmethod
    def wall() -> float:
        """Return seconds since the epoch."""
        return time.time()

    @staticmethod
    def random() -> float:
        """Return a number in [0, 1)."""
        return random.random()  # noqa: S311 - jitter is no secret

    def sleep(self, seconds: float) -> None:
        """Wait, holding the thread."""
        self._closing.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait, letting the event loop go on."""
        await self._closing.asleep(seconds)
