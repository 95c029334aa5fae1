"""Clients whose methods another library has replaced on the object: a client made of one would be without them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kaizen_client import KaizenConfigError


def refuse_replaced(client: Any, package: str) -> None:
    """Refuse a client with a method replaced on itself or on what hangs on it, such as `chat.completions`.

    Args:
        client: a vendor's client.
        package: the vendor's package.

    Raises:
        KaizenConfigError: a method is replaced; says which.
    """
    for thing, kind in _parts(client, package, set()):
        for name in vars(thing):
            if callable(getattr(kind, name, None)):
                raise KaizenConfigError(
                    f"another library has replaced {kind.__name__}.{name}() of this client, which wrapping would undo; "
                    "wrap the client first, and give what wrap() returns to that library"
                )


def _parts(thing: Any, package: str, seen: set[int]) -> Iterator[tuple[Any, type]]:
    """Give a thing of the vendor's and what hangs on it, with the vendor's class; each once, for parts lead back."""
    kind = next((kind for kind in type(thing).__mro__ if f"{kind.__module__}.".startswith(f"{package}.")), None)
    if kind is None or id(thing) in seen or not hasattr(thing, "__dict__"):
        return
    seen.add(id(thing))
    yield thing, kind
    for part in list(vars(thing).values()):
        yield from _parts(part, package, seen)
