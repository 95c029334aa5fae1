"""Looking up a host within a bound: the system's own look-up takes as long as it takes."""

from __future__ import annotations

import ipaddress
import socket
import threading
from contextlib import suppress
from typing import Any, NamedTuple


class Address(NamedTuple):
    """Where a socket can be connected to."""

    family: socket.AddressFamily
    #: As `socket.connect` takes it; the address itself comes first.
    place: Any


def look_up(host: str, port: int, timeout: float | None, left: threading.Event | None = None) -> list[Address]:
    """Return the addresses of a host, each once.

    The look-up runs in a thread of its own, which is left behind when time is up; an address is its own answer.

    Args:
        host: a name, or an address without brackets.
        port: the port to connect to.
        timeout: how long to wait, in seconds; None for as long as it takes.
        left: ends the wait when another thread sets it.

    Raises:
        TimeoutError: there was no answer in time, or the wait was ended.
        OSError: the host has no address.
    """
    with suppress(ValueError):
        address = ipaddress.ip_address(host)
        if isinstance(address, ipaddress.IPv4Address):
            return [Address(socket.AF_INET, (host, port))]
        # The number of a zone is for the system to find.
        if address.scope_id is None:
            return [Address(socket.AF_INET6, (host, port, 0, 0))]
    done = threading.Event() if left is None else left
    found: list[Address] = []
    failures: list[OSError] = []

    def work() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(Address(family, place) for family, _, _, _, place in entries))
        except OSError as error:
            failures.append(error)
        except UnicodeError as error:
            failures.append(OSError(str(error)))
        done.set()

    threading.Thread(target=work, name=f"kaizen-look-up-{host}", daemon=True).start()
    done.wait(timeout)
    if failures:
        raise failures[0]
    if not found:
        raise TimeoutError(f"looking up {host} took too long")
    return found
