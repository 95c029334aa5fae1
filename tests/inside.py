"""Where tests look inside of a client: the pool that a transport has here, whatever its backend."""

from __future__ import annotations

from typing import Any

from kaizen_client.transports.per_loop import PerLoop
from kaizen_client.transports.per_process import PerProcess


def keeper_of(client: Any) -> Any:
    """Return what keeps the pools of a client's transport."""
    (found,) = [part for part in vars(client._shared.transport).values() if isinstance(part, PerLoop | PerProcess)]
    return found


def places_of(client: Any) -> Any:
    """Return the semaphore of how many calls are let in."""
    return keeper_of(client).here().admission._places
