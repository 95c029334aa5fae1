# Made from kaizen_client/transports/httpx/network.py by `make generate`. Do not edit.
"""The connection below a lane: where a call's deadline holds, and where it shows whether a reply came."""

from __future__ import annotations

import socket
import ssl
import threading
import time
import weakref
from contextlib import suppress
from typing import Any, Final, cast

import httpcore2

from kaizen_client.transports.addresses import look_up
from kaizen_client.transports.base import seconds

#: How much asyncio takes in at once, in bytes.
_MOST_AT_ONCE: Final = 256 * 1024
#: How large a request is sent as one piece, in bytes: what a socket, or a record of TLS, takes at once.
_PIECE: Final = 16 * 1024


class _Exchange:
    """What a connection tells of the one exchange that uses it."""

    def begin(self, expires: float) -> None:
        """Start anew, for a call that must be over at a time of the monotonic clock."""
        self.expires = expires
        #: Whether a connection was opened for it.
        self.fresh = False
        #: Whether any byte of a reply came.
        self.received = False

    @property
    def stale(self) -> bool:
        """Whether it failed on a kept connection before any reply: the server had let go of it (RFC 9112, 9.3.1)."""
        return not self.fresh and not self.received


class _BoundedStream(httpcore2.NetworkStream):
    """A connection whose every wait ends by the deadline of the call that uses it."""

    def __init__(self, stream: httpcore2.NetworkStream, network: BoundedNetwork, layers: int = 0) -> None:
        self._stream = stream
        self._exchange = network
        #: How often it is encrypted.
        self._layers = layers
        self._held = b""
        network.watch(self)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._held:
            self.write(b"", timeout)
        exchange = self._exchange
        data = self._stream.read(max_bytes, _bounded(timeout, exchange.expires, httpcore2.ReadTimeout))
        if data:
            exchange.received = True
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._held, now = _together(self._held, buffer)
        if now:
            self._send(now, timeout)
        if buffer and not self._held:
            self._send(buffer, timeout)

    def _send(self, data: bytes, timeout: float | None) -> None:
        """Write all of it, however little the other side takes at a time, which httpcore2 would wait for each time."""
        expires = self._exchange.expires
        sock, view = self._stream.get_extra_info("socket"), memoryview(data)
        if self._layers > 1:
            # TLS within TLS, through a proxy: there is no socket that encrypts.
            for start in range(0, len(view), _PIECE):
                part = cast("bytes", view[start : start + _PIECE])
                self._stream.write(part, _bounded(timeout, expires, httpcore2.WriteTimeout))
            return
        try:
            while view:
                sock.settimeout(_bounded(timeout, expires, httpcore2.WriteTimeout))
                view = view[sock.send(view) :]
        except TimeoutError as error:
            raise httpcore2.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.WriteError(str(error)) from error

    def end(self) -> None:
        """Let a thread that waits on this connection go on, which closes it: by itself it would not notice."""
        with suppress(OSError):
            socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)

    def close(self) -> None:
        self.end()
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        bounded = _bounded(timeout, self._exchange.expires, httpcore2.ConnectTimeout)
        secured = self._stream.start_tls(ssl_context, server_hostname, bounded)
        return _BoundedStream(secured, self._exchange, self._layers + 1)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _together(held: bytes, buffer: bytes) -> tuple[bytes, bytes]:
    """Return what to hold back of two pieces of a request, and what to send now, before the second where that is large.

    httpcore2 writes a request's head, its body, and nothing, which is the end: one packet, and one call of the system,
    will do for a small one.
    """
    if buffer and len(held) + len(buffer) <= _PIECE:
        return held + buffer, b""
    return b"", held


class BoundedNetwork(_Exchange, httpcore2.SyncBackend):
    """Opens a lane's connection, whose waits end by the deadline of the call that uses it."""

    def __init__(self) -> None:
        self._ended = False
        #: Set by a look-up that has its answer, too.
        self._looked_up = threading.Event()
        # Weak, so that an unclosed client lets go of its socket at once.
        self._stream: weakref.ref[_BoundedStream] | None = None

    def watch(self, stream: _BoundedStream) -> None:
        """Take note of the connection that there is now."""
        self._stream = weakref.ref(stream)
        if self._ended:
            stream.close()
            raise httpcore2.ConnectError("the client was closed")

    def end(self) -> None:
        """Let every wait on the connection end, in whichever thread it is; one that connects ends after that."""
        self._ended = True
        self._looked_up.set()
        stream = None if self._stream is None else self._stream()
        if stream is not None:
            stream.end()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore2.NetworkStream:
        """Open a connection, by the earlier of the timeout, in seconds, and the deadline."""
        self.fresh = True
        self._looked_up.clear()
        if self._ended:
            raise httpcore2.ConnectError("the client was closed")
        # The standard library waits for each address anew, and for the look-up as long as it takes.
        expires = min(self.expires, time.monotonic() + (float("inf") if timeout is None else timeout))
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        addresses = _addresses(host, port, expires, self._looked_up)
        for tried, address in enumerate(addresses):
            bounded = _bounded(None, expires, httpcore2.ConnectTimeout)
            # One that does not answer leaves time for the others.
            share = None if bounded is None else bounded / (len(addresses) - tried)
            try:
                stream = super().connect_tcp(address, port, share, *args, **options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _BoundedStream(stream, self)
        raise failure


def _bounded(timeout: float | None, expires: float, error: type[Exception]) -> float | None:
    """Return the shorter of a timeout and what is left of the call, in seconds."""
    left = expires - time.monotonic()
    if left <= 0:
        raise error("the deadline of the call has passed")
    return seconds(left if timeout is None or left < timeout else timeout)


def _addresses(host: str, port: int, expires: float, left: threading.Event) -> list[str]:
    """Return the addresses of a host."""
    try:
        found = look_up(host, port, _bounded(None, expires, httpcore2.ConnectTimeout), left)
    except TimeoutError as error:
        raise httpcore2.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore2.ConnectError(str(error)) from error
    return list(dict.fromkeys(address.place[0] for address in found))


# --- async ------------------------------------------------------------------------------------------------------


def tls_has_more(stream: httpcore2.AsyncNetworkStream) -> bool:
    """Tell whether TLS has taken in more from the network than anybody has read: a reply that nobody asked for.

    It shows neither on the socket nor in what has been read of it. What it takes to find it is used up.
    """
    tls = stream.get_extra_info("ssl_object")
    if not isinstance(tls, ssl.SSLObject):
        return False
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        return False
    except ssl.SSLError:
        return True
    return True


class _NotedStream(httpcore2.AsyncNetworkStream):
    """A connection that tells the exchange whether a reply came."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream, network: NotedNetwork) -> None:
        self._stream = stream
        self._network = network
        self._held = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore2's own
        if self._held:
            await self.write(b"", timeout)
        # Of more than was asked for, anyio would keep the rest, where nobody looks for what follows a reply.
        data = await self._stream.read(max(max_bytes, _MOST_AT_ONCE), timeout)
        if data:
            self._network.received = True
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self._held, now = _together(self._held, buffer)
        if now:
            await self._stream.write(now, timeout)
        if buffer and not self._held:
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
    ) -> httpcore2.AsyncNetworkStream:
        secured = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return self._network.noted(secured)


class NotedNetwork(_Exchange, httpcore2.AnyIOBackend):
    """Opens a lane's connection, and knows it: httpcore2 loses one that it is cancelled with at the wrong moment."""

    def __init__(self) -> None:
        self._stream: httpcore2.AsyncNetworkStream | None = None

    async def connect_tcp(self, *args: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
        """Open a connection, and note that the exchange has one of its own."""
        self.fresh = True
        return self.noted(await super().connect_tcp(*args, **options))

    def noted(self, stream: httpcore2.AsyncNetworkStream) -> httpcore2.AsyncNetworkStream:
        """Keep the connection that is there now."""
        self._stream = stream
        return _NotedStream(stream, self)

    def has_more(self) -> bool:
        """Tell whether TLS has taken in more than the reply."""
        return self._stream is not None and tls_has_more(self._stream)

    async def aclose(self) -> None:
        """Close the connection, whatever state it is in."""
        stream, self._stream = self._stream, None
        if stream is not None:
            # What cannot be closed is gone.
            with suppress(OSError, httpcore2.NetworkError):
                await stream.aclose()
