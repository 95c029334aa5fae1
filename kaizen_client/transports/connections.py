"""The connections below httpx's pools: where a call's deadline holds, and where it shows whether a reply came."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final, cast

import httpcore

#: How much of a body is written between two looks at the clock, in bytes: what a socket takes after one wait.
_WRITE_CHUNK: Final = 16 * 1024


class Exchange:
    """What the connection tells of the exchange that uses it."""

    __slots__ = ("expires", "fresh", "received")

    def __init__(self, expires: float) -> None:
        #: When the call must be over, on the monotonic clock.
        self.expires = expires
        #: Whether a connection was opened for it.
        self.fresh = False
        #: Whether any byte of a reply came.
        self.received = False

    @property
    def stale(self) -> bool:
        """Whether it failed on a kept connection before any reply: the server had let go of it (RFC 9112, 9.3.1)."""
        return not self.fresh and not self.received


class _BoundedStream(httpcore.NetworkStream):
    """A connection whose every wait ends by the deadline of the call that uses it."""

    def __init__(self, stream: httpcore.NetworkStream, current: threading.local) -> None:
        self._stream = stream
        self._current = current

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        exchange: Exchange = self._current.exchange
        data = self._stream.read(max_bytes, _bounded(timeout, exchange, httpcore.ReadTimeout))
        exchange.received = exchange.received or bool(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        exchange: Exchange = self._current.exchange
        if len(buffer) <= _WRITE_CHUNK:
            self._stream.write(buffer, _bounded(timeout, exchange, httpcore.WriteTimeout))
            return
        view = memoryview(buffer)
        for start in range(0, len(view), _WRITE_CHUNK):
            part = cast("bytes", view[start : start + _WRITE_CHUNK])
            self._stream.write(part, _bounded(timeout, exchange, httpcore.WriteTimeout))

    def close(self) -> None:
        # A thread that waits on this connection would not notice that it is closed.
        with suppress(OSError):
            socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        bounded = _bounded(timeout, self._current.exchange, httpcore.ConnectTimeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, bounded), self._current)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class BoundedBackend(httpcore.SyncBackend):
    """Opens connections whose waits end by the deadline of the call that uses them."""

    def __init__(self) -> None:
        #: The exchange of each thread, as `exchange`.
        self.current = threading.local()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore.NetworkStream:
        """Open a connection, by the earlier of the timeout, in seconds, and the deadline."""
        exchange: Exchange = self.current.exchange
        exchange.fresh = True
        # The standard library waits for each address anew, and for the look-up as long as it takes.
        expires = time.monotonic() + (float("inf") if timeout is None else timeout)
        whole = Exchange(min(expires, exchange.expires))
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        addresses = _addresses(host, port, whole)
        for tried, address in enumerate(addresses):
            bounded = _bounded(None, whole, httpcore.ConnectTimeout)
            # One that does not answer leaves time for the others.
            share = None if bounded is None else bounded / (len(addresses) - tried)
            try:
                return _BoundedStream(super().connect_tcp(address, port, share, *args, **options), self.current)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def _bounded(timeout: float | None, exchange: Exchange, error: type[Exception]) -> float | None:
    """Return the shorter of a timeout and what is left of the call, in seconds."""
    left = exchange.expires - time.monotonic()
    if left == float("inf"):
        return timeout
    if left <= 0:
        raise error("the deadline of the call has passed")
    return left if timeout is None else min(timeout, left)


def _addresses(host: str, port: int, whole: Exchange) -> list[str]:
    """Return the addresses of a host; the look-up, which cannot be interrupted, is left behind at the deadline."""
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return [host]
    found: list[str] = []
    failures: list[Exception] = []

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError) as error:
            failures.append(error)

    thread = threading.Thread(target=look_up, name=f"kaizen-look-up-{host}", daemon=True)
    thread.start()
    thread.join(_bounded(None, whole, httpcore.ConnectTimeout))
    if failures:
        raise httpcore.ConnectError(str(failures[0])) from failures[0]
    if thread.is_alive():
        raise httpcore.ConnectTimeout(f"looking up {host} took too long")
    return found


# --- async ------------------------------------------------------------------------------------------------------


class AsyncExchange(Exchange):
    """An exchange that can be ended from outside.

    Not by cancelling its task: where that interrupts httpcore at its housekeeping, a connection is lost to its pool for
    good. The connection is broken off instead, which httpcore is made for.
    """

    __slots__ = ("_connecting", "_dropped", "_stream")

    def __init__(self, expires: float) -> None:
        super().__init__(expires)
        self._dropped = False
        self._connecting: asyncio.Timeout | None = None
        self._stream: httpcore.AsyncNetworkStream | None = None

    def drop(self) -> None:
        """Let every wait of the exchange end now, by an error."""
        self._dropped = True
        if self._connecting is not None:
            self._connecting.reschedule(asyncio.get_running_loop().time())
        if self._stream is not None:
            with suppress(OSError):
                self._stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def uses(self, stream: httpcore.AsyncNetworkStream, error: type[Exception]) -> None:
        """Take note of the connection that is about to be waited for."""
        self._stream = stream
        if self._dropped:
            raise error("the call has ended")

    @asynccontextmanager
    async def connecting(self) -> AsyncIterator[None]:
        """Bound what happens before there is a connection."""
        try:
            async with asyncio.timeout(0 if self._dropped else None) as self._connecting:
                yield
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("the call has ended") from error
        finally:
            self._connecting = None


#: The exchange of each task.
EXCHANGE: Final[ContextVar[AsyncExchange]] = ContextVar("kaizen_exchange")


class _NotedStream(httpcore.AsyncNetworkStream):
    """A connection that tells the exchange whether a reply came."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's own
        exchange = EXCHANGE.get()
        exchange.uses(self._stream, httpcore.ReadError)
        data = await self._stream.read(max_bytes, timeout)
        if data:
            exchange.received = True
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        EXCHANGE.get().uses(self._stream, httpcore.WriteError)
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        EXCHANGE.get().uses(self._stream, httpcore.ConnectError)
        return _NotedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))


class NotedBackend(httpcore.AnyIOBackend):
    """Opens connections that tell of the exchange."""

    async def connect_tcp(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        """Open a connection, and note that the exchange has one of its own."""
        exchange = EXCHANGE.get()
        exchange.fresh = True
        async with exchange.connecting():
            return _NotedStream(await super().connect_tcp(*args, **options))
