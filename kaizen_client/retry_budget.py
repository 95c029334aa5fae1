"""How many retries a client can afford, so that it does not keep a failing service down."""

from __future__ import annotations

import math
import threading
from typing import Any

from kaizen_client.forks import renew_after_fork
from kaizen_client.retries import RetryPolicy


class RetryBudget:
    """A store of tokens: a retry takes one, a success puts a part of one back; without tokens nothing is retried.

    After a timeout a retry takes two, since the service is probably still busy with what timed out.

    While most calls succeed it is never felt. Where most fail, retries come to a tenth of the successes and no longer
    multiply the load of a service that has too much of it already. Safe in threads.

    Args:
        tokens: how many there are at first and at most; `math.inf` for a budget without end.
        refund: what a successful call puts back.

    >>> budget = RetryBudget(1.0, 0.1)
    >>> budget.take(), budget.take()
    (True, False)
    """

    def __init__(self, tokens: float, refund: float) -> None:
        self._most = tokens
        self._refund = refund
        self._tokens = tokens
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Make the lock anew."""
        self._lock = threading.Lock()

    @property
    def tokens(self) -> float:
        """What is left."""
        return self._tokens

    def take(self, cost: float = 1.0) -> bool:
        """Take the tokens for one retry; tell whether there were as many."""
        with self._lock:
            # Ten refunds of a tenth are a little less than one.
            if self._tokens < cost - 1e-9:
                return False
            self._tokens -= cost
            return True

    def succeeded(self) -> None:
        """Put back what a successful call earns."""
        if self._tokens >= self._most or math.isinf(self._most):
            return
        with self._lock:
            self._tokens = min(self._most, self._tokens + self._refund)


def budget_of(policy: Any) -> RetryBudget:
    """Return a full budget as a retry policy asks for it; a policy that says nothing has the default."""
    default = RetryPolicy()
    return RetryBudget(getattr(policy, "budget", default.budget), getattr(policy, "refund", default.refund))
