"""The seam between the SDK and an HTTP library: bytes and plain values, nothing of a vendor's types."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Final, NamedTuple, Protocol

from kaizen_client.exceptions import KaizenConnectionError, KaizenResponseError
from kaizen_client.headers import Headers
from kaizen_client.options import KaizenTimeout

#: How much is decompressed at a time, in bytes: as much as may be held beyond the bound.
_STEP: Final = 64 * 1024
#: What is longer is without end, in seconds, 23 days: systems count milliseconds in 31 bits.
_LONGEST_WAIT: Final = 2e6
#: How a gzip member begins.
_GZIP: Final = b"\x1f\x8b"


class WireRequest(NamedTuple):
    """One request, ready to be sent."""

    method: str
    #: The whole URL, or `embedded:` and the path.
    url: str
    headers: Headers
    #: The body's bytes, None without one.
    body: bytes | None
    #: The separate waits, in seconds.
    timeout: KaizenTimeout
    #: When the whole call must be over, on the `time.monotonic()` clock in seconds; infinity for never.
    expires: float
    #: The largest reply to accept, decompressed, in bytes.
    max_response_bytes: int

    def __repr__(self) -> str:
        # Error trackers print local variables: no header value and no body.
        return f"WireRequest({self.method} {self.url.partition('?')[0]}, {len(self.body or b'')} B)"


class WireReply(NamedTuple):
    """One reply, received whole and decompressed."""

    status: int
    headers: Headers
    body: bytes

    def __repr__(self) -> str:
        return f"WireReply({self.status}, {len(self.body)} B)"


def is_reply(found: object) -> bool:
    """Tell whether what a transport gave is a reply whose parts are what they should be."""
    return (
        isinstance(found, WireReply)
        and isinstance(found.status, int)
        and isinstance(found.headers, Headers)
        and isinstance(found.body, bytes)
    )


class AsyncTransport(Protocol):
    """What carries the requests of `KaizenClient`.

    `send` raises `KaizenConnectionError` or `KaizenTimeoutError` and their kin, and returns any reply, whatever its
    status. It follows no redirect, keeps no cookie, repeats nothing, and ends by `expires`. Where it has a `clock` (see
    `kaizen_client.clock`), calls over it tell the time and wait by that one.
    """

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        ...

    async def close(self) -> None:
        """Let go of what is held; may be called twice."""
        ...


class Transport(Protocol):
    """What carries the requests of `SyncKaizenClient`; as `AsyncTransport`, without await.

    One that also has a method `async_transport`, which returns an `AsyncTransport`, serves both clients.
    """

    def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        ...

    def close(self) -> None:
        """Let go of what is held; may be called twice."""
        ...


def seconds(wait: float | None) -> float | None:
    """Return a wait as socket libraries take it: None, not infinity or more than they can count, is without end."""
    return None if wait is None or wait > _LONGEST_WAIT else wait


class BodyReader:
    """Collects a reply's body, decompressing it as it comes, and stops at the bound.

    The HTTP library's own decoding would expand a whole chunk before anyone could look at its size.
    """

    def __init__(self, status: int, headers: Headers, request: WireRequest) -> None:
        self._status = status
        self._headers = headers
        self._request = request
        self._room = request.max_response_bytes
        # Grows in place, and gives its content without a copy.
        self._whole = BytesIO()
        self._inflate = None
        #: How many compressed bytes came.
        self._compressed = 0
        #: Whether the last member that was begun is over, and whether all that it held so far was taken.
        self._ended = False
        self._drained = True
        #: The first byte of a member, where the rest has not come yet.
        self._held = b""
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding in ("gzip", "x-gzip", "deflate"):
            import zlib

            # 32 recognises the gzip and the zlib header; RFC 9110, section 8.4.1.
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        elif coding not in ("identity", ""):
            raise self._error(f"the body is coded as {coding}, which was not asked for")

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body.

        Raises:
            KaizenResponseError: the body is larger than `max_response_bytes`.
            KaizenConnectionError: the compressed body is broken.
        """
        if self._inflate is None:
            self._keep(chunk)
            return
        import zlib

        self._compressed += len(chunk)
        # What does not compress grows: by five bytes a block (RFC 1951, section 3.2.4), by a member's head and tail.
        most = self._request.max_response_bytes
        if self._compressed > most + most // 1024 + 1024:
            raise self._error(f"the body is over max_response_bytes ({self._request.max_response_bytes:,}), compressed")
        if self._ended:
            chunk = self._next_member(chunk)
        try:
            while chunk or not self._drained:
                part = self._inflate.decompress(chunk, _STEP)
                self._keep(part)
                chunk = self._inflate.unconsumed_tail
                self._drained = len(part) < _STEP
                if self._inflate.eof:
                    self._ended = self._drained = True
                    chunk = self._next_member(self._inflate.unused_data)
        except zlib.error as error:
            raise KaizenConnectionError(f"the reply's compressed body is broken: {error}", error) from error

    def _next_member(self, data: bytes) -> bytes:
        """Begin the next member of a gzip body where there is one, and return what is to be read of it.

        RFC 1952, section 2.2: a body may have several members. What follows them otherwise is padding.
        """
        import zlib

        data = self._held + data
        self._held = b""
        if data == _GZIP[:1]:
            self._held = data
            return b""
        if not data.startswith(_GZIP):
            return b""
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._ended = False
        return data

    def _keep(self, part: bytes) -> None:
        self._room -= len(part)
        if self._room < 0:
            raise self._error(f"the body is over max_response_bytes ({self._request.max_response_bytes:,})")
        self._whole.write(part)

    def finish(self) -> bytes:
        """Return the whole body.

        Raises:
            KaizenConnectionError: the compressed body was cut off.
        """
        if self._inflate is not None and self._compressed and not self._ended:
            raise KaizenConnectionError("the reply's compressed body was cut off")
        return self._whole.getvalue()

    def _error(self, reason: str) -> KaizenResponseError:
        # Without the query, which may hold anything.
        url = self._request.url.partition("?")[0]
        return KaizenResponseError(self._status, None, self._headers, reason=reason, url=url)


def read_body(status: int, headers: Headers, request: WireRequest, chunks: Iterable[bytes]) -> bytes:
    """Return the whole body of a reply from its chunks, decompressed and bounded."""
    reader = BodyReader(status, headers, request)
    for chunk in chunks:
        reader.feed(chunk)
    return reader.finish()
