"""What was found out about texts, kept for the next call that holds them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

from kaizen_client.forks import renew_after_fork

V = TypeVar("V")


class Cache(Generic[V]):
    """Keeps values by a key and a size, the least lately used going first; safe in threads.

    A conversation sends its whole history with every call, so that most texts of a call were in the one before.

    Args:
        capacity: the sizes that are kept in all, in characters; 0 keeps nothing.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Begin anew: the lock may have been held when the process was copied."""
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, tuple[int, V]] = OrderedDict()
        self._size = 0

    def get(self, key: object) -> V | None:
        """Return the value of a key, None where it is not kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: object, value: V, size: int) -> None:
        """Keep a value."""
        if size > self._capacity:
            return
        with self._lock:
            before = self._kept.pop(key, None)
            self._kept[key] = (size, value)
            self._size += size - (before[0] if before else 0)
            while self._size > self._capacity:
                _, (gone, _) = self._kept.popitem(last=False)
                self._size -= gone
