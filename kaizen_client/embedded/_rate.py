"""How many requests are let in: a rate as people write it, and the token bucket that holds to it."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from typing import Final, NamedTuple

_WRITTEN: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(?:/([smh]))?")
_SECONDS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}


class Rate(NamedTuple):
    """So many requests in so many seconds; that many may also come at once.

    >>> Rate.parse("50/m")
    Rate(requests=50.0, seconds=60.0)
    """

    requests: float
    seconds: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Return the rate that a text says.

        Args:
            text: a number, and `/s`, `/m` or `/h`; a number alone is per second.

        Raises:
            ValueError: the text says no rate, or one of nothing.

        >>> Rate.parse("100") == Rate.parse("100/s")
        True
        """
        found = _WRITTEN.fullmatch(text.strip())
        if found is None or not (requests := float(found[1])):
            raise ValueError("a rate is a number above 0 with /s, /m or /h, such as 100/s or 50/m")
        return cls(requests, _SECONDS[found[2] or "s"])


class TokenBucket:
    """Lets requests in at a rate. It is meant for one thread.

    Args:
        rate: the rate to hold to. The bucket is full at first, and never holds less than one token when it is.
        clock: tells seconds and never goes back.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = rate.requests / rate.seconds
        self._size = max(1.0, rate.requests)
        self._clock = clock
        self._tokens = self._size
        self._filled = clock()

    def take(self) -> int:
        """Take a token; return 0, or where there is none the whole seconds until there will be one, at least 1."""
        now = self._clock()
        self._tokens = min(self._size, self._tokens + (now - self._filled) * self._per_second)
        self._filled = now
        # A hair below a whole token is one: sums of small parts do not come out even.
        if self._tokens > 1 - 1e-9:
            self._tokens -= 1
            return 0
        return max(1, math.ceil((1 - self._tokens) / self._per_second))
