"""Time and chance, in one place, so that tests can stand in for both."""

from __future__ import annotations

import asyncio
import random
import time


class Clock:
    """The real thing."""

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

    @staticmethod
    def sleep(seconds: float) -> None:
        """Wait, holding the thread."""
        time.sleep(seconds)

    @staticmethod
    async def asleep(seconds: float) -> None:
        """Wait, letting the event loop go on."""
        await asyncio.sleep(seconds)
