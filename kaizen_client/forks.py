"""What has to be made anew in a child process: a lock that another thread held at the fork is held there for good."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forked(Protocol):
    """Something that a child process inherits."""

    def after_fork(self) -> None:
        """Make anew what cannot be inherited."""
        ...


_inherited: weakref.WeakSet[Forked] = weakref.WeakSet()


def renew_after_fork(thing: Forked) -> None:
    """Call the `after_fork` of an object in each child process that inherits it."""
    _inherited.add(thing)


def _renew() -> None:
    for thing in list(_inherited):
        thing.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
