"""The httpx backend. Apart from the generated client, httpx is named nowhere else.

Own pools sit on httpx's transports below its client: no cookie jar, no redirects, no decoding behind our back.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
import time
import weakref
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from kaizen_client.exceptions import (
    KaizenConfigError,
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenPoolTimeoutError,
    KaizenRequestError,
    KaizenTimeoutError,
)
from kaizen_client.headers import Headers
from kaizen_client.transports.base import BodyReader, WireReply, WireRequest, read_body, seconds

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig

#: How long an idle connection is kept, in seconds.
_KEEPALIVE: Final = 5.0
#: How much of a body is written between two looks at the clock, in bytes.
_WRITE_CHUNK: Final = 64 * 1024


# --- settings as httpx takes them -------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _ssl_context(verify: bool, ca_bundle: str | None, client_cert: str | None) -> ssl.SSLContext:
    """Return the TLS settings, made once per process, since loading the certificates takes tens of milliseconds."""
    if ca_bundle is not None and verify:
        context = ssl.create_default_context(cafile=ca_bundle)
    else:
        context = httpx.create_ssl_context(verify=verify)
    if client_cert is not None:
        context.load_cert_chain(client_cert)
    return context


def _proxy_for(config: KaizenClientConfig) -> str | None:
    """Return the proxy's URL: the setting's, else what the environment says for the service's host."""
    if config.proxy is not None:
        return config.proxy
    target = urlsplit(config.base_url)
    host = target.hostname or ""
    if proxy_bypass(host) or proxy_bypass(f"{host}:{target.port}"):
        return None
    found = getproxies()
    proxy = found.get(target.scheme) or found.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


def _arguments(config: KaizenClientConfig) -> dict[str, Any]:
    proxy = _proxy_for(config)
    if config.base_url.startswith("https:") or (proxy or "").startswith("https:"):
        context = _ssl_context(config.verify_ssl, config.ca_bundle, config.client_cert)
    else:
        # Never used, but httpx would load every certificate there is.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return {
            "verify": context,
            # TLS to the proxy itself is refused settings where it speaks plain HTTP.
            "proxy": None
            if proxy is None
            else httpx.Proxy(proxy, ssl_context=context if proxy.startswith("https:") else None),
            # Above fewer kept connections than connections, httpx 0.28 opens one for every request.
            "limits": httpx.Limits(
                max_connections=config.max_connections,
                max_keepalive_connections=config.max_connections,
                keepalive_expiry=_KEEPALIVE,
            ),
        }
    except (ValueError, httpx.InvalidURL):
        raise KaizenConfigError("proxy is not a URL that httpx can use (value not shown)", setting="proxy") from None


def _parts(request: WireRequest) -> dict[str, Any]:
    timeout = request.timeout
    return {
        "method": request.method,
        "url": request.url,
        "headers": list(request.headers.items()),
        "content": request.body,
        "extensions": {
            "timeout": {
                "connect": seconds(timeout.connect),
                "read": seconds(timeout.read),
                "write": seconds(timeout.write),
                "pool": seconds(timeout.pool),
            }
        },
    }


def _headers_of(response: httpx.Response) -> Headers:
    return Headers(response.headers.multi_items())


def _consumed(response: httpx.Response, headers: Headers, request: WireRequest) -> WireReply:
    """Return a reply that a user's own client has read and decompressed already, in an event hook or a mock."""
    plain = Headers({name: value for name, value in headers.items() if name != "content-encoding"})
    body = read_body(response.status_code, plain, request, [response.content])
    return WireReply(response.status_code, headers, body)


# --- errors -----------------------------------------------------------------------------------------------------


def _origin(request: WireRequest) -> str:
    parts = urlsplit(request.url)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"


def _certificate_error(error: BaseException) -> ssl.SSLCertVerificationError | None:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _deadline_error(error: BaseException | None = None) -> KaizenDeadlineError:
    return KaizenDeadlineError("the call took longer than its deadline; raise deadline= or send less at once", error)


def _translated(error: Exception, request: WireRequest) -> KaizenRequestError:
    """Return our error for one of httpx's, of the socket's or of TLS."""
    if isinstance(error, httpx.RequestError):
        # The request of httpx's own error holds the key.
        error.request = httpx.Request(request.method, request.url)
    origin = _origin(request)
    if (certificate := _certificate_error(error)) is not None:
        found = KaizenConnectionError(
            f"the certificate of {origin} is not trusted ({certificate.verify_message}); "
            "set ca_bundle (KAIZEN_CA_BUNDLE) to a file with the CA that signed it",
            error,
        )
        found.retryable = False
        return found
    if isinstance(error, httpx.PoolTimeout):
        return _pool_error(error)
    if isinstance(error, httpx.TimeoutException):
        if time.monotonic() >= request.expires:
            return _deadline_error(error)
        what = {httpx.ConnectTimeout: "connecting to", httpx.WriteTimeout: "sending to"}.get(type(error), "waiting for")
        return KaizenTimeoutError(f"{what} {origin} took longer than the timeout allows", error)
    reason = str(error) or type(error).__name__
    if isinstance(error, httpx.ConnectError):
        return KaizenConnectionError(f"could not connect to {origin}: {reason}", error)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL):
        return KaizenRequestError(f"the request to {origin} cannot be sent: {reason}", error)
    return KaizenConnectionError(f"the connection to {origin} broke: {reason}", error)


_HTTPX_ERRORS: Final = (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError)


def _pool_error(error: BaseException | None = None) -> KaizenPoolTimeoutError:
    return KaizenPoolTimeoutError(
        "no connection was free in time; raise max_connections (KAIZEN_MAX_CONNECTIONS) or the pool timeout", error
    )


def _room(request: WireRequest) -> tuple[float | None, bool]:
    """Return how long a call may wait to be admitted, in seconds, and whether the deadline is what ends it."""
    left = request.expires - time.monotonic()
    pool = request.timeout.pool
    if pool is not None and pool < left:
        return seconds(pool), False
    return (None if left == float("inf") else max(0.0, left)), True


# --- sync -------------------------------------------------------------------------------------------------------


class _BoundedStream(httpcore.NetworkStream):
    """A connection whose every wait ends by the deadline of the call that uses it."""

    def __init__(self, stream: httpcore.NetworkStream, expires: threading.local) -> None:
        self._stream = stream
        self._expires = expires

    def _bounded(self, timeout: float | None, error: type[Exception]) -> float | None:
        left = getattr(self._expires, "value", float("inf")) - time.monotonic()
        if left == float("inf"):
            return timeout
        if left <= 0:
            raise error("the deadline of the call has passed")
        return left if timeout is None else min(timeout, left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._bounded(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        for start in range(0, len(view), _WRITE_CHUNK):
            part = cast("bytes", view[start : start + _WRITE_CHUNK])
            self._stream.write(part, self._bounded(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        bounded = self._bounded(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, bounded), self._expires)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _BoundedBackend(httpcore.SyncBackend):
    """Opens connections whose waits end by the deadline of the call that uses them."""

    def __init__(self) -> None:
        self.expires = threading.local()

    def connect_tcp(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return _BoundedStream(super().connect_tcp(*args, **options), self.expires)


class _SyncPool(NamedTuple):
    pool: httpx.HTTPTransport
    backend: _BoundedBackend
    places: threading.BoundedSemaphore
    process: int


class HttpxTransport:
    """Carries the requests of `SyncKaizenClient` over one pool, which any number of threads share."""

    def __init__(self, config: KaizenClientConfig, client: Any = None) -> None:
        if client is not None and not isinstance(client, httpx.Client):
            raise KaizenConfigError(
                f"client must be an httpx.Client, not {type(client).__name__}; KaizenClient takes an httpx.AsyncClient",
                setting="client",
            )
        self._config = config
        self._client = client
        self._lock = threading.Lock()
        self._current: _SyncPool | None = None
        # A wrong proxy is found now rather than at the first call.
        self._arguments = None if client is not None else _arguments(config)

    def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        try:
            if self._client is not None:
                return self._receive(self._through_client(self._client, request), request)
            current = self._pool()
            with self._admitted(current, request):
                current.backend.expires.value = request.expires
                return self._receive(current.pool.handle_request(httpx.Request(**_parts(request))), request)
        except _HTTPX_ERRORS as error:
            raise _translated(error, request) from error

    def close(self) -> None:
        """Close the pool; a user's own client stays open."""
        with self._lock:
            current, self._current = self._current, None
        # After a fork the pool belongs to the parent, which still uses its connections.
        if current is not None and current.process == os.getpid():
            current.pool.close()

    def _pool(self) -> _SyncPool:
        current = self._current
        if current is not None and current.process == os.getpid():
            return current
        with self._lock:
            if self._current is None or self._current.process != os.getpid():
                pool, backend = httpx.HTTPTransport(**cast("dict[str, Any]", self._arguments)), _BoundedBackend()
                # httpx has no argument for httpcore's public `network_backend`.
                pool._pool._network_backend = backend
                places = threading.BoundedSemaphore(self._config.max_connections)
                self._current = _SyncPool(pool, backend, places, os.getpid())
            return self._current

    @contextmanager
    def _admitted(self, current: _SyncPool, request: WireRequest) -> Iterator[None]:
        """Hold one of as many places as there are connections, so that no call waits inside httpx's pool."""
        if not current.places.acquire(blocking=False):
            wait, by_deadline = _room(request)
            if not current.places.acquire(timeout=wait):
                raise _deadline_error() if by_deadline else _pool_error()
        try:
            yield
        finally:
            current.places.release()

    @staticmethod
    def _through_client(client: httpx.Client, request: WireRequest) -> httpx.Response:
        # build_request() adds what the user gave the client: its headers, its cookies.
        return client.send(client.build_request(**_parts(request)), stream=True, follow_redirects=False)

    @staticmethod
    def _receive(response: httpx.Response, request: WireRequest) -> WireReply:
        headers = _headers_of(response)
        try:
            if response.is_stream_consumed:
                return _consumed(response, headers, request)
            chunks = _checked(cast("Iterable[bytes]", response.stream), request)
            return WireReply(response.status_code, headers, read_body(response.status_code, headers, request, chunks))
        finally:
            response.close()


def _checked(chunks: Iterable[bytes], request: WireRequest) -> Iterator[bytes]:
    """Pass chunks on until the deadline; a user's own client has no other bound."""
    for chunk in chunks:
        if time.monotonic() >= request.expires:
            raise _deadline_error()
        yield chunk


# --- async ------------------------------------------------------------------------------------------------------


class _AsyncPool(NamedTuple):
    pool: httpx.AsyncHTTPTransport
    places: asyncio.Semaphore
    process: int


class AsyncHttpxTransport:
    """Carries the requests of `KaizenClient`, over one pool for each event loop that uses it."""

    def __init__(self, config: KaizenClientConfig, client: Any = None) -> None:
        if client is not None and not isinstance(client, httpx.AsyncClient):
            raise KaizenConfigError(
                f"client must be an httpx.AsyncClient, not {type(client).__name__}; "
                "SyncKaizenClient takes an httpx.Client",
                setting="client",
            )
        self._config = config
        self._client = client
        self._pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _AsyncPool] = weakref.WeakKeyDictionary()
        # A wrong proxy is found now rather than at the first call.
        self._arguments = None if client is not None else _arguments(config)

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        left = request.expires - time.monotonic()
        try:
            async with asyncio.timeout(None if left == float("inf") else left) as bound:
                return await self._send(request)
        except TimeoutError as error:
            # A socket's own timeout is an OSError of this type too.
            if bound.expired():
                raise _deadline_error(error) from None
            raise _translated(error, request) from error
        except _HTTPX_ERRORS as error:
            raise _translated(error, request) from error

    async def close(self) -> None:
        """Close the pool of the running loop; those of other loops went with them. A user's own client stays open."""
        current = self._pools.pop(asyncio.get_running_loop(), None)
        self._pools.clear()
        if current is not None and current.process == os.getpid():
            await current.pool.aclose()

    async def _send(self, request: WireRequest) -> WireReply:
        if self._client is not None:
            # build_request() adds what the user gave the client: its headers, its cookies.
            own = self._client.build_request(**_parts(request))
            response = await self._client.send(own, stream=True, follow_redirects=False)
            return await self._receive(response, request)
        current = self._pool()
        async with self._admitted(current, request):
            response = await current.pool.handle_async_request(httpx.Request(**_parts(request)))
            return await self._receive(response, request)

    def _pool(self) -> _AsyncPool:
        loop = asyncio.get_running_loop()
        current = self._pools.get(loop)
        if current is None or current.process != os.getpid():
            pool = httpx.AsyncHTTPTransport(**cast("dict[str, Any]", self._arguments))
            current = _AsyncPool(pool, asyncio.Semaphore(self._config.max_connections), os.getpid())
            self._pools[loop] = current
        return current

    @asynccontextmanager
    async def _admitted(self, current: _AsyncPool, request: WireRequest) -> AsyncIterator[None]:
        """Hold one of as many places as there are connections, so that no call waits inside httpx's pool."""
        wait, by_deadline = _room(request)
        if by_deadline:
            await current.places.acquire()  # The whole of send() is bounded by the deadline.
        else:
            try:
                async with asyncio.timeout(wait):
                    await current.places.acquire()
            except TimeoutError:
                raise _pool_error() from None
        try:
            yield
        finally:
            current.places.release()

    @staticmethod
    async def _receive(response: httpx.Response, request: WireRequest) -> WireReply:
        headers = _headers_of(response)
        try:
            if response.is_stream_consumed:
                return _consumed(response, headers, request)
            reader = BodyReader(response.status_code, headers, request)
            async for chunk in cast("httpx.AsyncByteStream", response.stream):
                reader.feed(chunk)
            return WireReply(response.status_code, headers, reader.finish())
        finally:
            await response.aclose()
