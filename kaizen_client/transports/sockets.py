"""Sockets whose every wait ends by the deadline of the call that uses them, for backends without a loop."""

from __future__ import annotations

import io
import ssl
import time
import weakref
from typing import Any, Final

from kaizen_client.transports.base import seconds

#: How much is read ahead, in bytes.
_AHEAD: Final = 16 * 1024


class UploadTimeoutError(TimeoutError):
    """What was sent was not taken in time."""


class Waits:
    """How long the call that uses a connection may wait, in seconds; None for ever."""

    __slots__ = ("expires", "read", "received", "write")

    def __init__(self, expires: float) -> None:
        #: When all must be over, on the `time.monotonic()` clock; infinity for never.
        self.expires = expires
        #: How long it may take until something comes, and until something is taken.
        self.read: float | None = None
        self.write: float | None = None
        #: Whether any byte came since this was set to False.
        self.received = False

    def left(self, wait: float | None = None) -> float | None:
        """Return the shorter of a wait and what is left, as sockets take it.

        Raises:
            TimeoutError: nothing is left.
        """
        left = self.expires - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the call has passed")
        return seconds(left if wait is None or left < wait else wait)


class BoundedSocket:
    """A connected socket, or TLS over one, each of whose waits is bounded.

    It is closed when nobody refers to it any more, without a warning: the client's own tells of the same.
    """

    def __init__(self, inner: Any, waits: Waits) -> None:
        self._inner = inner
        self._waits = waits
        self._raw = _Raw(inner, waits)
        # Not `__del__`: of a cycle, chance would say whether the socket goes first, and warns.
        self._closes = weakref.finalize(self, inner.close)
        #: What comes, read ahead.
        self.reader: io.BufferedReader = io.BufferedReader(self._raw, _AHEAD)

    def sendall(self, data: bytes) -> None:
        """Send bytes; each wait until some are taken is bounded, rather than all of them together."""
        waits, inner = self._waits, self._inner
        with memoryview(data) as rest:
            sent = 0
            try:
                while sent < len(rest):
                    inner.settimeout(waits.left(waits.write))
                    sent += inner.send(rest[sent:])
            except TimeoutError as error:
                raise UploadTimeoutError(str(error)) from error

    def recv(self, size: int) -> bytes:
        """Return what came: for TLS inside of TLS, which reads ahead itself."""
        self._inner.settimeout(self._waits.left(self._waits.read))
        return self._inner.recv(size)  # type: ignore[no-any-return]

    def settimeout(self, timeout: float | None) -> None:
        """Do nothing: the waits of the call say."""

    def fileno(self) -> int:
        """Return the number of the socket, to wait on."""
        return self._inner.fileno()  # type: ignore[no-any-return]

    def has_surplus(self) -> bool:
        """Tell whether something came that nobody has read."""
        self._raw.quiet = True
        try:
            if self.reader.peek(1):
                return True
        finally:
            self._raw.quiet = False
        if isinstance(self._inner, ssl.SSLSocket):
            return self._inner.pending() > 0
        # TLS inside of TLS.
        inside = getattr(self._inner, "sslobj", None)
        return inside is not None and bool(inside.pending() or self._inner.incoming.pending)

    def close(self) -> None:
        """Let go of the connection; nothing is sent for a goodbye, since a parent process may use it too."""
        self._closes()


class _Raw(io.RawIOBase):
    """Gives what comes, a piece for each wait."""

    def __init__(self, inner: Any, waits: Waits) -> None:
        self._inner = inner
        self._waits = waits
        #: Whether there is to be no wait, as if nothing came.
        self.quiet = False

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Wait for what comes next."""
        if self.quiet:
            return None
        self._inner.settimeout(self._waits.left(self._waits.read))
        size: int = self._inner.recv_into(buffer)
        if size:
            self._waits.received = True
        return size
