"""How fast a client sends once the service has said that it is too fast: values and arithmetic, no I/O.

The shape is that of TCP's CUBIC (RFC 9438): cut at once, go back quickly to just under the rate that was too much, stay
there for a while, then try for more. Nothing is held back before the first 429, nor when twice the rate that was too
much has gone well.
"""

from __future__ import annotations

import threading
from typing import Final

#: What is left of the measured rate after a cut.
_CUT: Final = 0.7
#: How fast the curve grows, in requests a second per second cubed.
_GROWTH: Final = 0.4
#: The rate is measured over windows of this many seconds.
_WINDOW: Final = 0.5
#: How much the latest window counts in the measured rate.
_WEIGHT: Final = 0.8
#: No cut goes below this, in requests a second.
_LEAST: Final = 0.5
#: Where the curve has grown past this many times the rate that was too much, nothing is held back any more.
_ENOUGH: Final = 2.0


class SendRate:
    """The send rate of one client, shared by all its calls. Safe in threads; times are seconds of one clock.

    >>> rate = SendRate()
    >>> rate.reserve(0.0)
    0.0
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window = 0.0
        self._count = 0
        self._measured = 0.0
        # The rate that was too much, and when that was; None while nothing is held back.
        self._too_much: float | None = None
        self._cut_at = 0.0
        self._next = 0.0

    def reserve(self, now: float) -> float:
        """Take the next place to send at, and return how long to wait for it, in seconds."""
        with self._lock:
            limit = self._limit(now)
            place = now
            if limit is not None:
                # One place may be taken early, so that a call on its own is not held back by its own retry.
                place = max(self._next - 1 / limit, now)
                self._next = max(self._next, now) + 1 / limit
            self._measure(place)
            return place - now

    def give_back(self, now: float) -> None:
        """Return a place that was not used."""
        with self._lock:
            limit = self._limit(now)
            if limit is not None:
                self._next -= 1 / limit

    def throttled(self, sent: float, now: float) -> None:
        """Take note of a 429 for what was sent at `sent`.

        Calls that were under way at the last cut say nothing new about the lowered rate, and cut no deeper.
        """
        with self._lock:
            limit = self._limit(now)
            if limit is not None and sent < self._cut_at:
                return
            measured = max(self._measured, self._count / max(now - self._window, _WINDOW), _LEAST / _CUT)
            self._too_much = measured if limit is None else min(measured, limit)
            self._cut_at = now
            self._next = max(self._next, now)

    def limit(self, now: float) -> float | None:
        """Return the rate that is allowed, in requests a second; None where nothing is held back."""
        with self._lock:
            return self._limit(now)

    def _limit(self, now: float) -> float | None:
        if self._too_much is None:
            return None
        plateau: float = (self._too_much * (1 - _CUT) / _GROWTH) ** (1 / 3)
        limit: float = _GROWTH * (now - self._cut_at - plateau) ** 3 + self._too_much
        if limit > _ENOUGH * self._too_much:
            self._too_much = None
            return None
        return max(limit, _LEAST)

    def _measure(self, now: float) -> None:
        window = now // _WINDOW * _WINDOW
        if window > self._window:
            latest = self._count / (window - self._window)
            self._measured = latest * _WEIGHT + self._measured * (1 - _WEIGHT)
            self._window, self._count = window, 0
        self._count += 1
