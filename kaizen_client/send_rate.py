"""How fast a client sends once the service has said that it is too fast: values and arithmetic, no I/O.

The shape is that of TCP's CUBIC (RFC 9438): cut at once, go back quickly to just under the rate that was too much, stay
there for a while, then try for more. Nothing is held back before the first 429, nor when more than twice the rate that
was too much is allowed and nothing waits.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from typing import Final

from kaizen_client.forks import renew_after_fork

#: What is left of the measured rate after a cut.
_CUT: Final = 0.7
#: How long after a cut the rate that was too much is allowed again, in seconds.
_RETURN: Final = 5.0
#: The rate is measured over windows of this many seconds.
_WINDOW: Final = 0.5
#: How much the latest window counts in the measured rate.
_WEIGHT: Final = 0.8
#: No cut goes below this, in requests a second.
_LEAST: Final = 0.5
#: Where the curve has grown past this many times the rate that was too much, it may end.
_ENOUGH: Final = 2.0
#: How many requests may leave at once where none left for a while; one of them is a throttled call's own retry.
_AT_ONCE: Final = 2.0


class SendRate:
    """The send rate of one client, shared by all its calls. Safe in threads; times are seconds of one clock.

    A call takes a ticket and asks how long to wait, again and again, until it may send: the tickets are served in their
    order, at the rate of each moment rather than that of the moment they were taken.

    >>> rate = SendRate()
    >>> rate.wait(rate.ticket(0.0), 0.0)
    0.0
    """

    def __init__(self) -> None:
        self.after_fork()
        renew_after_fork(self)
        self._tickets = 0
        # Tickets given back whose turn has not come, in order, and how many others were given back.
        self._returned: list[int] = []
        self._gone = 0
        # How many tickets may have been served by now; grows with time, at the rate of each moment.
        self._served = 0.0
        self._updated = 0.0
        self._window = 0.0
        self._count = 0
        self._measured = 0.0
        # The rate that was too much, and when that was; None while nothing is held back.
        self._too_much: float | None = None
        self._cut_at = 0.0

    def after_fork(self) -> None:
        """Make the lock anew."""
        self._lock = threading.Lock()

    def lets_go_at_once(self, now: float) -> bool:
        """Let a request leave without a ticket where nothing is held back; else take one."""
        with self._lock:
            if self._too_much is not None:
                return False
            self._tickets += 1
            self._serve(now)
            self._measure(self._updated)
            return True

    def ticket(self, now: float) -> int:
        """Take the next ticket."""
        with self._lock:
            self._serve(now)
            self._tickets += 1
            return self._tickets

    def wait(self, ticket: int, now: float) -> float:
        """Return how long to wait before the request of a ticket may leave, in seconds; 0 where it may leave now."""
        with self._lock:
            limit = self._serve(now)
            now = self._updated
            ahead = self._rank(ticket) - self._served
            if limit is None or ahead <= 0:
                self._measure(now)
                return 0.0
            return ahead / limit

    def give_back(self, ticket: int, now: float) -> None:
        """Return a ticket whose request will not leave: those after it move up."""
        with self._lock:
            insort(self._returned, ticket)
            self._serve(now)

    def throttled(self, sent: float, now: float) -> None:
        """Take note of a 429 for what was sent at `sent`.

        Requests that were under way at the last cut say nothing new about the lowered rate, and cut no deeper.
        """
        with self._lock:
            limit = self._serve(now)
            if limit is not None and sent < self._cut_at:
                return
            measured = max(self._measured, self._count / max(now - self._window, _WINDOW), _LEAST / _CUT)
            self._too_much = measured if limit is None else min(measured, limit)
            self._cut_at = now
            if limit is None:
                self._served = self._waiting_up_to() + _AT_ONCE

    def limit(self, now: float) -> float | None:
        """Return the rate that is allowed, in requests a second; None where nothing is held back."""
        with self._lock:
            return self._limit(now)

    def _serve(self, now: float) -> float | None:
        """Serve tickets up to this moment, and return the limit."""
        # Threads may come here in another order than they looked at the clock.
        now = max(now, self._updated)
        limit = self._limit(now)
        served = self._served + (0.0 if limit is None else limit * max(0.0, now - self._updated))
        self._served = self._waiting_up_to() if limit is None else min(served, self._waiting_up_to() + _AT_ONCE)
        self._updated = now
        while self._returned and self._returned[0] - self._gone <= self._served:
            del self._returned[0]
            self._gone += 1
        return limit

    def _rank(self, ticket: int) -> int:
        return ticket - self._gone - bisect_left(self._returned, ticket)

    def _waiting_up_to(self) -> float:
        """Return the rank of the last ticket."""
        return float(self._tickets - self._gone - len(self._returned))

    def _limit(self, now: float) -> float | None:
        if self._too_much is None:
            return None
        # In shares of the rate and not in requests, so that slow clients try for more as seldom as fast ones.
        limit: float = self._too_much * (1 + (1 - _CUT) * ((now - self._cut_at) / _RETURN - 1) ** 3)
        # With requests waiting, they would all leave at once.
        if limit > _ENOUGH * self._too_much and self._served >= self._waiting_up_to():
            self._too_much = None
            return None
        return max(limit, _LEAST)

    def _measure(self, now: float) -> None:
        window = now // _WINDOW * _WINDOW
        if window > self._window:
            gone = (window - self._window) / _WINDOW
            latest = self._count / (window - self._window)
            self._measured = latest * _WEIGHT + self._measured * (1 - _WEIGHT) ** gone
            self._window, self._count = window, 0
        self._count += 1
