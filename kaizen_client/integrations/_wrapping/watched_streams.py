"""Streams of openai's and anthropic's clients, which tell of their usage when they end.

Only what both document is overridden: iterating and closing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from kaizen_client.integrations._wrapping.calls import Call
from kaizen_client.integrations.reports import Usage

#: Takes an event and the usage known so far, and returns the usage known now.
Read = Callable[[Any, Usage | None], Usage | None]


class _Watch:
    """What a stream tells."""

    def __init__(self, stream: Any, call: Call, read: Read) -> None:
        # By its number: to iterate, Anthropic's streams make copies of themselves, which end before them.
        self._stream = id(stream)
        self._call = call
        self._read = read
        self._usage: Usage | None = None

    def seen(self, event: Any) -> None:
        with suppress(Exception):
            # An event that is not what the vendor documents is the caller's to look at.
            self._usage = self._read(event, self._usage)

    def ended(self) -> None:
        self._call.answered(lambda: self._usage)

    def collected(self, stream: Any) -> None:
        if id(stream) == self._stream:
            self.ended()


def watch(stream: Any, call: Call, read: Read) -> None:
    """Have a fresh stream tell a call when it ends, is closed or is collected; it stays of its type.

    Args:
        stream: a vendor's `Stream` or `AsyncStream`, not iterated yet.
        call: what is told.
        read: reads the usage of an event.
    """
    kind: Any = type(stream)
    try:
        stream._kaizen_watch = _Watch(stream, call, read)
        stream.__class__ = _watched(kind)
    except Exception:
        # One that takes neither is left as it is.
        call.answered(lambda: None)


@lru_cache(maxsize=64)
def _watched(kind: Any) -> Any:
    def collected(self: Any) -> None:
        # Nothing that fails here has anybody to go to.
        with suppress(Exception):
            self._kaizen_watch.collected(self)
        if hasattr(kind, "__del__"):
            kind.__del__(self)

    members = _async_members(kind) if hasattr(kind, "__anext__") else _sync_members(kind)
    members |= {"__del__": collected, "__module__": kind.__module__, "__doc__": kind.__doc__}
    return type(kind.__name__, (kind,), members)


def _sync_members(kind: Any) -> dict[str, Any]:
    def next_(self: Any) -> Any:
        try:
            event = kind.__next__(self)
        except BaseException:
            self._kaizen_watch.ended()
            raise
        self._kaizen_watch.seen(event)
        return event

    def iter_(self: Any) -> Iterator[Any]:
        # Whoever leaves the loop may come back: that is no end.
        try:
            for event in kind.__iter__(self):
                self._kaizen_watch.seen(event)
                yield event
        except Exception:
            self._kaizen_watch.ended()
            raise
        self._kaizen_watch.ended()

    def close(self: Any) -> None:
        try:
            kind.close(self)
        finally:
            self._kaizen_watch.ended()

    return {"__next__": next_, "__iter__": iter_, "close": close}


def _async_members(kind: Any) -> dict[str, Any]:
    async def next_(self: Any) -> Any:
        try:
            event = await kind.__anext__(self)
        except BaseException:
            self._kaizen_watch.ended()
            raise
        self._kaizen_watch.seen(event)
        return event

    async def iter_(self: Any) -> AsyncIterator[Any]:
        events = kind.__aiter__(self)
        try:
            async for event in events:
                self._kaizen_watch.seen(event)
                yield event
        except Exception:
            self._kaizen_watch.ended()
            raise
        finally:
            if hasattr(events, "aclose"):
                await events.aclose()
        self._kaizen_watch.ended()

    async def close(self: Any) -> None:
        try:
            await kind.close(self)
        finally:
            self._kaizen_watch.ended()

    return {"__anext__": next_, "__aiter__": iter_, "close": close}
