"""The httpx backend. Apart from the generated client, httpx is named nowhere else; httpcore in connections.py too.

Own pools sit on httpx's transports below its client: no cookie jar, no redirects, no decoding behind our back.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import threading
import time
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import httpcore
import httpx

from kaizen_client.config import is_proxy
from kaizen_client.exceptions import (
    KaizenConfigError,
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenPoolTimeoutError,
    KaizenRequestError,
    KaizenTimeoutError,
)
from kaizen_client.forks import renew_after_fork
from kaizen_client.headers import Headers, Secret
from kaizen_client.transports.base import BodyReader, WireReply, WireRequest, read_body, seconds
from kaizen_client.transports.connections import EXCHANGE, AsyncExchange, BoundedBackend, Exchange, NotedBackend
from kaizen_client.transports.proxies import proxy_for
from kaizen_client.transports.tls import ssl_context

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig

#: How long an idle connection is kept, in seconds.
_KEEPALIVE: Final = 5.0
#: How long a request whose caller has gone may go on, in seconds.
_GRACE: Final = 1.0
#: How far before the deadline a wait that was bounded by it may seem to end, in seconds.
_TICK: Final = 0.005


# --- settings as httpx takes them -------------------------------------------------------------------------------


def _arguments(config: KaizenClientConfig) -> dict[str, Any]:
    # Hidden: error trackers print local variables, and a proxy's URL may hold a password.
    proxy = proxy_for(config)
    secure = proxy is not None and proxy.value.startswith("https:")
    if config.base_url.startswith("https:") or secure:
        context = ssl_context(config)
    else:
        # Never used, but httpx would load every certificate there is.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    arguments: dict[str, Any] = {
        "verify": context,
        # Above fewer kept connections than connections, httpx 0.28 opens one for every request.
        "limits": httpx.Limits(
            max_connections=config.max_connections,
            max_keepalive_connections=config.max_connections,
            keepalive_expiry=_KEEPALIVE,
        ),
    }
    if proxy is not None:
        # TLS to the proxy itself is refused settings where it speaks plain HTTP.
        arguments["proxy"] = _proxy(proxy, context if secure else None)
        if (problem := _proxy_problem(arguments)) is not None:
            raise KaizenConfigError(problem, setting="proxy")
    return arguments


def _proxy(url: Secret, context: ssl.SSLContext | None) -> httpx.Proxy | None:
    try:
        return httpx.Proxy(url.value, ssl_context=context) if is_proxy(url.value) else None
    except (ValueError, httpx.InvalidURL):
        return None


def _proxy_problem(arguments: dict[str, Any]) -> str | None:
    where = "proxy (KAIZEN_PROXY, HTTPS_PROXY, HTTP_PROXY or ALL_PROXY)"
    if arguments["proxy"] is None:
        return f"{where} is not a URL such as http://proxy:3128 (value not shown)"
    try:
        httpx.HTTPTransport(**arguments).close()
    except ImportError:
        return f"{where} is a SOCKS proxy, which needs socksio: pip install 'httpx[socks]'"
    except ValueError:
        return f"{where} has a scheme that httpx does not know (value not shown)"
    return None


def _check_url(config: KaizenClientConfig) -> None:
    try:
        httpx.URL(config.base_url)
    except httpx.InvalidURL as error:
        problem = str(error)
    else:
        return
    raise KaizenConfigError(f"base_url is not a URL that can be called: {problem}", setting="base_url")


def _parts(request: WireRequest) -> dict[str, Any]:
    # Of a client of the user's own this is all that bounds a single wait.
    left = max(request.expires - time.monotonic(), _TICK)
    parts = request.timeout._asdict().items()
    waits = {name: seconds(left if part is None else min(part, left)) for name, part in parts}
    return {
        "method": request.method,
        "url": request.url,
        "headers": list(request.headers.items()),
        "content": request.body,
        "extensions": {"timeout": waits},
    }


def _headers_of(response: httpx.Response) -> Headers:
    return Headers(response.headers.multi_items())


def _refused(response: httpx.Response) -> WireReply:
    """Return a reply that a hook of the user's own client made an error of; its body may not have been read."""
    body = response.content if response.is_stream_consumed and hasattr(response, "_content") else b""
    return WireReply(response.status_code, _headers_of(response), body)


def _has_surplus(response: httpx.Response) -> bool:
    """Tell whether more came than the reply: httpcore would take it for the reply to the next request.

    It has no public way to ask; where its inside is another, the answer is no.
    """
    found: Any = response.stream
    for name in ("_httpcore_stream", "_stream", "_connection", "_h11_state", "trailing_data"):
        found = getattr(found, name, None)
    return bool(found and found[0])


def _consumed(response: httpx.Response, headers: Headers, request: WireRequest) -> WireReply:
    """Return a reply that a user's own client has read and decompressed already, in an event hook or a mock."""
    plain = Headers({name: value for name, value in headers.items() if name != "content-encoding"})
    body = read_body(response.status_code, plain, request, [response.content])
    return WireReply(response.status_code, headers, body)


# --- errors -----------------------------------------------------------------------------------------------------


def _origin(request: WireRequest) -> str:
    parts = urlsplit(request.url)
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{parts.port}' if parts.port else ''}"


def _certificate_error(error: BaseException) -> ssl.SSLCertVerificationError | None:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _deadline_error(error: BaseException | None = None) -> KaizenDeadlineError:
    return KaizenDeadlineError("the call took longer than its deadline; raise deadline= or send less at once", error)


def _scrub(error: BaseException, request: WireRequest) -> None:
    """Take out of a foreign error, and of those it came from, what may hold the key.

    That is the request, the bytes of a broken reply, which may repeat it, and the frames, whose local variables error
    trackers print.
    """
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        if isinstance(found, httpx.RequestError):
            found.request = httpx.Request(request.method, "http://not.shown")
        if found.args and isinstance(found.args[0], str):
            text = _QUOTED.split(found.args[0], maxsplit=1)[0]
            if isinstance(found, httpx.ProxyError | httpcore.ProxyError):
                # The proxy's own words after its status.
                text = text[:3]
            found.args = (text, *found.args[1:])
        found.__traceback__ = None
        found = found.__cause__ or found.__context__


#: Where h11 begins to quote what came.
_QUOTED: Final = re.compile(r":? *(?:bytearray\(|b['\"])")
#: How an error names the proxy, whose URL may hold a password.
_PROXY: Final = "the proxy that is set (proxy, KAIZEN_PROXY or HTTPS_PROXY)"


def _translated(error: Exception, request: WireRequest, *, proxied: bool) -> KaizenRequestError:
    """Return our error for one of httpx's, of the socket's or of TLS."""
    _scrub(error, request)
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
        if time.monotonic() >= request.expires - _TICK:
            return _deadline_error(error)
        if proxied and isinstance(error, httpx.ConnectTimeout):
            origin = f"{origin} through {_PROXY}"
        what = {httpx.ConnectTimeout: "connecting to", httpx.WriteTimeout: "sending to"}.get(type(error), "waiting for")
        return KaizenTimeoutError(f"{what} {origin} took longer than the timeout allows", error)
    reason = str(error) or type(error).__name__
    if isinstance(error, httpx.ProxyError):
        return _proxy_error(error, origin)
    if isinstance(error, httpx.ConnectError):
        through = f" through {_PROXY}" if proxied else ""
        return KaizenConnectionError(f"could not connect to {origin}{through}: {reason}", error)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL):
        return KaizenRequestError(f"the request to {origin} cannot be sent: {reason}", error)
    return KaizenConnectionError(f"the connection to {origin} broke: {reason}", error)


_HTTPX_ERRORS: Final = (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError)


def _proxy_error(error: httpx.ProxyError, origin: str) -> KaizenConnectionError:
    found = KaizenConnectionError(f"the proxy did not connect to {origin}: {error}; check {_PROXY}", error)
    # Its reply to CONNECT; RFC 9110, sections 15.5 and 15.6: what it refuses once it refuses again.
    found.retryable = not str(error).startswith("4")
    return found


def _closed_error() -> KaizenRequestError:
    return KaizenRequestError("the client was closed while the call was under way")


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


#: How a server that has let go of a kept connection shows.
_LET_GO: Final = (httpx.NetworkError, httpx.RemoteProtocolError, ssl.SSLError, OSError)


# --- sync -------------------------------------------------------------------------------------------------------


class _SyncPool:
    """What one process has of a transport: connections, places, and who waits for one."""

    def __init__(self, arguments: dict[str, Any], places: int) -> None:
        self.backend = BoundedBackend()
        self.process = os.getpid()
        self._arguments = arguments
        self._transport = self._opened()
        self._places = threading.Semaphore(places)
        self._lock = threading.Lock()
        self._waiting = 0
        self._active = 0
        self._closed = False
        #: Whether no further call shall use it.
        self.discarded = False
        #: Beside the pool: each for one request that must not go over a kept connection.
        self._single: set[httpx.HTTPTransport] = set()

    def _opened(self) -> httpx.HTTPTransport:
        transport = httpx.HTTPTransport(**self._arguments)
        # httpx has no argument for httpcore's public `network_backend`.
        transport._pool._network_backend = self.backend
        # httpcore's own lock is written in Python: a signal's exception, such as Ctrl-C, could leave it held for good.
        transport._pool._optional_thread_lock = cast("Any", threading.Lock())
        return transport

    @contextmanager
    def admitted(self, request: WireRequest) -> Iterator[None]:
        """Hold one of as many places as there are connections, so that no call waits inside httpx's pool."""
        if not self._places.acquire(blocking=False):
            self._wait(request)
        try:
            with self._lock:
                self._active += 1
            if self._closed:
                raise _closed_error()
            yield
        except Exception:
            raise
        except BaseException:
            # Ctrl-C and its like may have hit httpcore at its housekeeping, which then has connections that are lost.
            self.discarded = True
            raise
        finally:
            self._places.release()
            with self._lock:
                self._active -= 1
                last = self.discarded and not self._active
            # What began just before it was closed has opened a connection again.
            if self._closed or last:
                self._transport.close()

    def _wait(self, request: WireRequest) -> None:
        wait, by_deadline = _room(request)
        with self._lock:
            if self._closed:
                raise _closed_error()
            self._waiting += 1
        try:
            if not self._places.acquire(timeout=wait):
                raise _deadline_error() if by_deadline else _pool_error()
        finally:
            with self._lock:
                self._waiting -= 1

    def send(self, request: WireRequest) -> httpx.Response:
        """Send one request over a kept connection, or a new one."""
        self.backend.current.exchange = Exchange(request.expires)
        return self._transport.handle_request(httpx.Request(**_parts(request)))

    def may_repeat(self) -> bool:
        """Tell whether the request that failed met a connection that the server had let go of."""
        return self.backend.current.exchange.stale and not self._closed

    @contextmanager
    def single(self) -> Iterator[httpx.HTTPTransport]:
        """Give connections for one request beside the pool: none of them can be an old one."""
        transport = self._opened()
        with self._lock:
            self._single.add(transport)
        try:
            if self._closed:
                raise _closed_error()
            yield transport
        finally:
            with self._lock:
                self._single.discard(transport)
            transport.close()

    def close(self) -> None:
        """End what is under way, let in who waits to find it closed, and close the connections."""
        with self._lock:
            self._closed = True
            waiting, single = self._waiting, list(self._single)
        if waiting:
            self._places.release(waiting)
        for transport in (self._transport, *single):
            transport.close()


class HttpxTransport:
    """Carries the requests of `SyncKaizenClient` over one pool, which any number of threads share."""

    def __init__(self, config: KaizenClientConfig, client: Any = None) -> None:
        if client is not None and not isinstance(client, httpx.Client):
            raise KaizenConfigError(
                f"client must be an httpx.Client, not {type(client).__name__}; KaizenClient takes an httpx.AsyncClient",
                setting="client",
            )
        _check_url(config)
        self._config = config
        self._client = client
        self.after_fork()
        renew_after_fork(self)
        self._current: _SyncPool | None = None
        self._closed = False
        # A wrong proxy is found now rather than at the first call.
        self._arguments = {} if client is not None else _arguments(config)
        self._proxied = "proxy" in self._arguments

    def after_fork(self) -> None:
        """Make the lock anew."""
        self._lock = threading.Lock()

    def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        try:
            if self._client is not None:
                return self._receive(self._through_client(self._client, request), request)
            pool = self._pool()
            with pool.admitted(request):
                return self._over_pool(pool, request)
        except httpx.HTTPStatusError as error:
            return _refused(error.response)
        except _HTTPX_ERRORS as error:
            if self._closed:
                raise _closed_error() from error
            raise _translated(error, request, proxied=self._proxied) from error

    def close(self) -> None:
        """Close the pool, and end what is under way over it; a user's own client stays open."""
        with self._lock:
            self._closed = True
            current, self._current = self._current, None
        # After a fork the pool belongs to the parent, which still uses its connections.
        if current is not None and current.process == os.getpid():
            current.close()

    def _pool(self) -> _SyncPool:
        current = self._current
        if current is not None and current.process == os.getpid() and not current.discarded:
            return current
        with self._lock:
            if self._closed:
                raise _closed_error()
            current = self._current
            if current is None or current.process != os.getpid() or current.discarded:
                current = self._current = _SyncPool(self._arguments, self._config.max_connections)
            return current

    def _over_pool(self, pool: _SyncPool, request: WireRequest) -> WireReply:
        try:
            return self._receive(pool.send(request), request)
        except _LET_GO:
            if not pool.may_repeat():
                raise
        with pool.single() as once:
            return self._receive(once.handle_request(httpx.Request(**_parts(request))), request)

    @staticmethod
    def _through_client(client: httpx.Client, request: WireRequest) -> httpx.Response:
        if client.is_closed:
            raise KaizenRequestError("the httpx.Client that was given as client= is closed")
        # build_request() adds what the user gave the client: its headers, its cookies.
        return client.send(client.build_request(**_parts(request)), stream=True, follow_redirects=False)

    @staticmethod
    def _receive(response: httpx.Response, request: WireRequest) -> WireReply:
        headers = _headers_of(response)
        try:
            if response.is_stream_consumed:
                return _consumed(response, headers, request)
            chunks = _checked(cast("Iterable[bytes]", response.stream), request)
            reply = WireReply(response.status_code, headers, read_body(response.status_code, headers, request, chunks))
            if _has_surplus(response):
                response.extensions["network_stream"].close()
            return reply
        finally:
            response.close()


def _checked(chunks: Iterable[bytes], request: WireRequest) -> Iterator[bytes]:
    """Pass chunks on until the deadline; a user's own client has no other bound."""
    for chunk in chunks:
        if time.monotonic() >= request.expires:
            raise _deadline_error()
        yield chunk


# --- async ------------------------------------------------------------------------------------------------------


class _AsyncPool:
    """What one event loop has of a transport: connections, places, and the requests under way."""

    def __init__(self, transport: httpx.AsyncHTTPTransport | None, places: int) -> None:
        self.transport = transport
        self.places = asyncio.Semaphore(places)
        self.process = os.getpid()
        self.closed = False
        self._waiting = 0
        self._under_way: dict[asyncio.Task[WireReply], AsyncExchange] = {}

    async def admit(self, request: WireRequest) -> None:
        """Take one of as many places as there are connections, so that no call waits inside httpx's pool."""
        wait, by_deadline = _room(request)
        self._waiting += 1
        try:
            # The whole of a call is bounded by its deadline anyway.
            async with asyncio.timeout(None if by_deadline else wait):
                await self.places.acquire()
        except TimeoutError:
            raise _pool_error() from None
        finally:
            self._waiting -= 1
        if self.closed:
            raise _closed_error()

    def started(self, work: Coroutine[Any, Any, WireReply], exchange: AsyncExchange) -> asyncio.Task[WireReply]:
        """Run one request in a task of its own, which gives its place back when it ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._under_way[task] = exchange
        task.add_done_callback(self._ended)
        return task

    def drop(self, task: asyncio.Task[WireReply]) -> None:
        """End a request that nobody waits for any more."""
        exchange = self._under_way.get(task)
        if exchange is None:
            return
        if self.transport is None:
            # A client of the user's own has connections that are not ours to break off.
            task.cancel()
        else:
            exchange.drop()

    def _ended(self, task: asyncio.Task[WireReply]) -> None:
        del self._under_way[task]
        self.places.release()
        if not task.cancelled():
            task.exception()  # Nobody may be there any more to ask for it.

    async def close(self) -> None:
        """End what is under way and what waits for a place, and close the connections."""
        self.closed = True
        for _ in range(self._waiting):
            self.places.release()
        tasks = list(self._under_way)
        for task in tasks:
            self.drop(task)
        if tasks:
            await asyncio.wait(tasks)
        if self.transport is not None:
            await self.transport.aclose()


class AsyncHttpxTransport:
    """Carries the requests of `KaizenClient`, over one pool for each event loop that uses it.

    Each request runs in a task of its own. Were a call cancelled inside httpx, its pool could be left with a connection
    that nobody uses and nobody gets; so a request whose caller has gone is finished, or dropped a little later, behind
    the caller's back.
    """

    def __init__(self, config: KaizenClientConfig, client: Any = None) -> None:
        if client is not None and not isinstance(client, httpx.AsyncClient):
            raise KaizenConfigError(
                f"client must be an httpx.AsyncClient, not {type(client).__name__}; "
                "SyncKaizenClient takes an httpx.Client",
                setting="client",
            )
        _check_url(config)
        self._config = config
        self._client = client
        self.after_fork()
        renew_after_fork(self)
        self._pools: dict[asyncio.AbstractEventLoop, _AsyncPool] = {}
        self._closed = False
        # A wrong proxy is found now rather than at the first call.
        self._arguments = {} if client is not None else _arguments(config)
        self._proxied = "proxy" in self._arguments

    def after_fork(self) -> None:
        """Make the lock anew."""
        self._lock = threading.Lock()

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        left = request.expires - time.monotonic()
        pool, task = self._pool(), None
        try:
            async with asyncio.timeout(None if left == float("inf") else left) as bound:
                await pool.admit(request)
                exchange = AsyncExchange(request.expires)
                task = pool.started(self._exchanged(pool, request, exchange), exchange)
                return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task is not None and not task.done():
                # A caller who has gone: a reply that is near leaves a connection to use again.
                asyncio.get_running_loop().call_later(_GRACE, pool.drop, task)
            elif task is not None and task.cancelled() and not _is_cancelled():
                raise _closed_error() from None
            raise
        except TimeoutError as error:
            # A socket's own timeout is an OSError of this type too.
            if bound.expired():
                if task is not None and self._client is None:
                    pool.drop(task)
                elif task is not None:
                    # It ends by itself, its waits being bounded; cancelling is for one that drips.
                    asyncio.get_running_loop().call_later(_GRACE, pool.drop, task)
                raise _deadline_error(error) from None
            raise _translated(error, request, proxied=self._proxied) from error
        except httpx.HTTPStatusError as error:
            return _refused(error.response)
        except _HTTPX_ERRORS as error:
            if self._closed:
                raise _closed_error() from error
            raise _translated(error, request, proxied=self._proxied) from error

    async def close(self) -> None:
        """Close the pools, and end what is under way over them; a user's own client stays open."""
        with self._lock:
            self._closed = True
            pools = dict(self._pools)
            self._pools.clear()
        here = asyncio.get_running_loop()
        for loop, pool in pools.items():
            # After a fork a pool belongs to the parent; with its loop closed there is nothing left of it.
            if pool.process != os.getpid() or loop.is_closed():
                continue
            if loop is here:
                await pool.close()
            elif loop.is_running():
                asyncio.run_coroutine_threadsafe(pool.close(), loop)

    def _pool(self) -> _AsyncPool:
        loop = asyncio.get_running_loop()
        current = self._pools.get(loop)
        if current is None or current.process != os.getpid():
            with self._lock:
                if self._closed:
                    raise _closed_error()
                # A pool refers to its loop, and with it to sockets, which would be kept for as long as the client.
                for gone in [other for other in self._pools if other.is_closed()]:
                    del self._pools[gone]
                transport = self._opened() if self._client is None else None
                current = self._pools[loop] = _AsyncPool(transport, self._config.max_connections)
        return current

    def _opened(self) -> httpx.AsyncHTTPTransport:
        transport = httpx.AsyncHTTPTransport(**self._arguments)
        # httpx has no argument for httpcore's public `network_backend`.
        transport._pool._network_backend = NotedBackend()
        return transport

    async def _exchanged(self, pool: _AsyncPool, request: WireRequest, exchange: AsyncExchange) -> WireReply:
        EXCHANGE.set(exchange)
        if self._client is not None:
            if self._client.is_closed:
                raise KaizenRequestError("the httpx.AsyncClient that was given as client= is closed")
            # build_request() adds what the user gave the client: its headers, its cookies.
            own = self._client.build_request(**_parts(request))
            return await self._receive(await self._client.send(own, stream=True, follow_redirects=False), request)
        assert pool.transport is not None  # noqa: S101 - for the type checker
        try:
            return await self._over(pool.transport, request)
        except _LET_GO:
            if not exchange.stale:
                raise
        # Once more, on a connection that cannot be an old one.
        async with self._opened() as once:
            return await self._over(once, request)

    async def _over(self, transport: httpx.AsyncHTTPTransport, request: WireRequest) -> WireReply:
        response = await transport.handle_async_request(httpx.Request(**_parts(request)))
        return await self._receive(response, request)

    async def _receive(self, response: httpx.Response, request: WireRequest) -> WireReply:
        headers = _headers_of(response)
        try:
            if response.is_stream_consumed:
                return _consumed(response, headers, request)
            reader = BodyReader(response.status_code, headers, request)
            async for chunk in cast("httpx.AsyncByteStream", response.stream):
                reader.feed(chunk)
            if _has_surplus(response):
                await response.extensions["network_stream"].aclose()
            return WireReply(response.status_code, headers, reader.finish())
        finally:
            closing = response.aclose()
            # A client of the user's own is ended by cancelling; interrupted here, its pool would lose the connection.
            await (closing if self._client is None else asyncio.shield(asyncio.ensure_future(closing)))


def _is_cancelled() -> bool:
    """Tell whether somebody cancels the running task."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
