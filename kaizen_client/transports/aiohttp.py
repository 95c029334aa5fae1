"""The aiohttp backend: a `ClientSession` for each event loop. aiohttp is named nowhere else.

What stands below the session is ours, since aiohttp leaves it open: its connector gives out connections that have bytes
of nobody's on them, its protocol loses a reply when more than the reply comes with it, and neither has a write timeout.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import re
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, unquote, urlsplit

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from kaizen_client.config import is_proxy
from kaizen_client.exceptions import KaizenConfigError, KaizenError, KaizenRequestError
from kaizen_client.headers import Headers, Secret
from kaizen_client.options import KaizenTimeout
from kaizen_client.transports.async_admission import AsyncAdmission
from kaizen_client.transports.base import BodyReader, WireReply, WireRequest, seconds
from kaizen_client.transports.failures import (
    broke,
    cannot_be_sent,
    could_not_connect,
    origin_of,
    proxy_refused,
    scrub,
    took_too_long,
    untrusted,
)
from kaizen_client.transports.per_loop import PerLoop
from kaizen_client.transports.proxies import proxy_for
from kaizen_client.transports.tls import ssl_context

if TYPE_CHECKING:
    from aiohttp.tracing import Trace

    from kaizen_client.config import KaizenClientConfig

#: How long an idle connection is kept, in seconds.
_KEEPALIVE: Final = 5.0
#: How long an address is remembered, in whole seconds: connections that are opened at once need one look-up.
_ADDRESS_KEPT: Final = 1
#: How much of a body is written at a time, in bytes; aiohttp warns of more than 1 MB.
_PIECE: Final = 64 * 1024
#: The most a head may have that comes in several pieces, in bytes.
_LONGEST_HEAD: Final = 256 * 1024
#: The longest header field and status line, in bytes, and the most fields: services send more than aiohttp's 8,190.
_LONGEST_FIELD: Final = 64 * 1024
_MOST_FIELDS: Final = 2048
#: What aiohttp would add to a request.
_ADDED: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]{1,15})\r\n", re.IGNORECASE)
#: What need not be encoded in a URL (RFC 3986, section 2), or is already.
_SENT_AS_IS: Final = "%:/?[]@!$&'()*+,;="


# --- settings as aiohttp takes them -----------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _url(url: str) -> URL:
    # By itself yarl would decode what need not be encoded; a host's name outside ASCII it has to encode.
    return URL(quote(url, safe=_SENT_AS_IS), encoded=True) if url.isascii() else URL(url)


@lru_cache(maxsize=64)
def _timeout(timeout: KaizenTimeout) -> aiohttp.ClientTimeout:
    # Waits of more than five seconds would be rounded up.
    return aiohttp.ClientTimeout(
        total=None, connect=seconds(timeout.connect), sock_read=seconds(timeout.read), ceil_threshold=float("inf")
    )


def _check_url(config: KaizenClientConfig) -> None:
    try:
        found = _url(config.base_url)
        if found.raw_host and found.port:
            return
        problem = "it has no host"
    except ValueError as error:
        problem = str(error)
    raise KaizenConfigError(f"base_url is not a URL that can be called: {problem}", setting="base_url")


def _proxy_problem(proxy: Secret) -> str | None:
    if not is_proxy(proxy.value):
        return "is not a URL such as http://proxy:3128 (value not shown)"
    scheme = urlsplit(proxy.value).scheme
    if scheme.startswith("socks"):
        return (
            "is a SOCKS proxy, which aiohttp does not speak to; transport='httpx' does, with socksio: "
            "pip install 'httpx[socks]'"
        )
    return None if scheme in ("http", "https") else "has a scheme that aiohttp does not know (value not shown)"


class _Proxy:
    """A proxy as aiohttp takes it, without the password in its URL, which errors and connections would keep."""

    def __init__(self, proxy: Secret, *, tunnelled: bool) -> None:
        if (problem := _proxy_problem(proxy)) is not None:
            where = "proxy (KAIZEN_PROXY, HTTPS_PROXY, HTTP_PROXY or ALL_PROXY)"
            raise KaizenConfigError(f"{where} {problem}", setting="proxy")
        parts = urlsplit(proxy.value)
        host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
        self.url = URL(f"{parts.scheme}://{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}")
        #: Whether it is asked to connect, rather than for the whole URL.
        self.tunnelled = tunnelled
        self.password: Secret | None = None
        if parts.username or parts.password:
            pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            self.password = Secret(f"Basic {b64encode(pair.encode()).decode()}")


# --- connections ------------------------------------------------------------------------------------------------


class _Exchange:
    """What a call and the connection under it tell each other."""

    __slots__ = ("anew", "connection", "kept", "write")

    def __init__(self, write: float | None) -> None:
        #: How long a write may stand still, in seconds.
        self.write = write
        #: Whether it must not go over a connection that was used before.
        self.anew = False
        #: Whether it went over one.
        self.kept = False
        self.connection: _Connection | None = None

    @property
    def stale(self) -> bool:
        """Whether it failed on a kept connection before any reply: the server had let go of it (RFC 9112, 9.3.1)."""
        return self.kept and self.connection is not None and not self.connection.received


#: The exchange of each task. aiohttp hands nothing of a caller's own down to its connector.
_EXCHANGE: Final[ContextVar[_Exchange]] = ContextVar("kaizen_aiohttp_exchange")


class _WriteTimeoutError(aiohttp.ServerTimeoutError):
    """The server took nothing of a request for as long as the write timeout."""


class _Connection(ResponseHandler):
    """aiohttp's end of a connection, which also notes what came, and bounds how long a write stands still."""

    #: Whether it was given to a call already.
    kept = False
    #: Whether any byte of the current call's reply came.
    received = False
    #: The write timeout of the current call, in seconds.
    write: float | None = None
    #: Whether the end of the reply's head has not been seen yet.
    _in_head = False
    #: How much came of it, in bytes.
    _head = 0
    #: What ends a write that stands still.
    _stuck: asyncio.TimerHandle | None = None
    #: Since when a byte is waited for, in the loop's time; None while none is.
    _waiting: float | None = None
    #: What ends the wait, and when; it outlives the wait, and serves the next ones.
    _alarm: asyncio.TimerHandle | None = None

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._process = os.getpid()
        #: Where it stands as long as it is open.
        self.among: set[_Connection] = set()

    def begin(self, exchange: _Exchange) -> None:
        """Serve a call."""
        self.received = False
        self._in_head = True
        self._head = 0
        self.write = exchange.write
        exchange.connection = self

    def data_received(self, data: bytes) -> None:
        """Give aiohttp the head of a reply by itself.

        Where its parser meets bytes that are no HTTP, it drops what came before them in the same piece: a reply that is
        whole would be lost with what follows it.
        """
        self.received = True
        while self._in_head and (end := data.find(_END_OF_HEAD) + len(_END_OF_HEAD)) >= len(_END_OF_HEAD):
            # An interim reply, such as HTTP/1.1 103, is followed by another head.
            self._in_head = data[9:10] == b"1"
            length = _LENGTH.search(data, 0, end)
            # RFC 9110, section 15.3.5: there is no body, whatever the length says.
            if data[9:12] in (b"204", b"304"):
                pass
            elif int(length[1]) == len(data) - end if length else end == len(data):
                # Nothing follows.
                break
            super().data_received(data[:end])
            data = data[end:]
        super().data_received(data)
        if self._in_head:
            self._await_head(len(data))

    def _await_head(self, came: int) -> None:
        """Bound the head of a reply, which aiohttp does not as a whole, and wait for the one after an interim one."""
        self._head += came
        if self._head > _LONGEST_HEAD:
            self.set_exception(HttpProcessingError(message="the head of the reply is too long"))
            self.close()
        elif self.transport is not None and self.exception() is None:
            self._reschedule_timeout()

    def _reschedule_timeout(self) -> None:
        """Wait for the next byte; aiohttp would make a timer anew for each piece of a reply."""
        if not self._read_timeout:
            return
        self._waiting = now = self._loop.time()
        alarm = self._alarm
        if alarm is None or alarm.when() > now + self._read_timeout:
            if alarm is not None:
                alarm.cancel()
            self._alarm = self._loop.call_at(now + self._read_timeout, self._rings)

    def _drop_timeout(self) -> None:
        self._waiting = None

    def _rings(self) -> None:
        self._alarm = None
        if self._waiting is None or not self._read_timeout:
            return
        due = self._waiting + self._read_timeout
        if due > self._loop.time():
            self._alarm = self._loop.call_at(due, self._rings)
        else:
            self._on_read_timeout()

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """Tell of an error also who waits for the body, whom aiohttp forgets where a chunk is no HTTP."""
        super().set_exception(exc, *cause)
        body = self._payload
        if isinstance(exc, HttpProcessingError | _WriteTimeoutError) and body is not None and not body.is_eof():
            body.set_exception(exc)

    def pause_writing(self) -> None:
        """Begin to wait for the server to take what is written: a piece or two of the body."""
        super().pause_writing()
        if self.write is not None:
            self._stuck = self._loop.call_later(self.write, self._takes_nothing)

    def resume_writing(self) -> None:
        """Wait no more."""
        super().resume_writing()
        self._unstick()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Keep no timer, and no count of what is gone."""
        self._unstick()
        if self._alarm is not None:
            self._alarm.cancel()
        self.among.discard(self)
        super().connection_lost(exc)

    def close(self) -> None:
        """Let go of the connection at once: neither the rest of an upload nor a goodbye of TLS is waited for.

        A child process leaves it to its parent, with which it shares the socket and what watches it.
        """
        if self.transport is not None and self._process == os.getpid():
            self.transport.abort()
            super().close()

    def _takes_nothing(self) -> None:
        self._stuck = None
        self.set_exception(_WriteTimeoutError("the server took nothing"))

    def _unstick(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None


class _Connector(aiohttp.TCPConnector):
    """aiohttp's connections; one on which something else than a reply came is not used again."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        #: Those that are open.
        self.open: set[_Connection] = set()
        # There is no argument for it.
        self._factory: Any = partial(_Connection, loop=asyncio.get_running_loop())

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109
    ) -> Any:
        """Return a connection for a request: one that was kept and is fit for it, or a new one."""
        exchange = _EXCHANGE.get()
        while True:
            given = await super().connect(req, traces, timeout)
            connection = cast("_Connection", given.protocol)
            exchange.kept = connection.kept
            if not connection.kept:
                connection.kept = True
                connection.among = self.open
                self.open.add(connection)
                # Of TLS it would be half a megabyte, which is much for one write timeout.
                cast("asyncio.Transport", given.transport).set_write_buffer_limits(_PIECE)
            elif exchange.anew or connection.should_close:
                given.close()
                continue
            connection.begin(exchange)
            return given

    def __del__(self, *_: Any) -> None:
        """Do nothing: the pool sees to what is left, and warning is the client's business."""


class _Pieces(AsyncIterator[bytes]):
    """A body in pieces."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    async def __anext__(self) -> bytes:
        piece = self._body[self._at : self._at + _PIECE]
        if not piece:
            raise StopAsyncIteration
        self._at += len(piece)
        return piece


def _abort(connections: Iterable[_Connection]) -> None:
    for connection in connections:
        connection.close()


class _Pool:
    """What one event loop has of a transport."""

    def __init__(self, config: KaizenClientConfig, context: ssl.SSLContext | None) -> None:
        self.admission = AsyncAdmission(config.max_connections)
        self._loop = asyncio.get_running_loop()
        self._process = os.getpid()
        self._connector = _Connector(
            limit=config.max_connections,
            keepalive_timeout=_KEEPALIVE,
            ssl=context or True,
            # The default depends on whether aiodns is installed.
            resolver=aiohttp.ThreadedResolver(),
            ttl_dns_cache=_ADDRESS_KEPT,
        )
        limits: dict[str, Any] = {"max_line_size": _LONGEST_FIELD, "max_field_size": _LONGEST_FIELD}
        if "max_headers" in inspect.signature(aiohttp.ClientSession).parameters:
            limits["max_headers"] = _MOST_FIELDS
        self.session = aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            raise_for_status=False,
            **limits,
        )
        # It would repeat what is no POST by itself, on a new connection and in the middle of a reply too.
        self.session._retry_connection = False

    async def close(self) -> None:
        """End what is under way, and close the connections."""
        await self.admission.close()
        await self.session.close()

    def __del__(self) -> None:
        """Let go of what nobody closed; a session would complain of it to the event loop."""
        self.session.detach()
        if self._process == os.getpid() and not self._loop.is_closed():
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(_abort, list(self._connector.open))


class AsyncAiohttpTransport:
    """Carries the requests of `KaizenClient` over aiohttp, with a pool for each event loop that uses it.

    Args:
        config: the settings.

    Raises:
        KaizenConfigError: aiohttp does not take the URL, the proxy or the certificates.
    """

    def __init__(self, config: KaizenClientConfig) -> None:
        _check_url(config)
        secure = config.base_url.startswith("https:")
        # A wrong proxy is found now rather than at the first call.
        found = proxy_for(config)
        self._proxy = None if found is None else _Proxy(found, tunnelled=secure)
        needs_tls = secure or (self._proxy is not None and self._proxy.url.scheme == "https")
        context = ssl_context(config) if needs_tls else None
        self._pools = PerLoop(lambda: _Pool(config, context))

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        pool = self._pools.here()
        async with pool.admission.admitted(request):
            try:
                return await self._exchanged(pool, request)
            except asyncio.CancelledError as error:
                scrub(error)
                raise
            except KaizenError:
                raise
            except _ERRORS as error:
                raise _translated(error, request, proxied=self._proxy is not None) from error

    async def close(self) -> None:
        """Close the connections, and end what is under way over them."""
        await self._pools.close()

    async def _exchanged(self, pool: _Pool, request: WireRequest) -> WireReply:
        exchange = _Exchange(seconds(request.timeout.write))
        token = _EXCHANGE.set(exchange)
        try:
            try:
                return await self._once(pool, request)
            except aiohttp.ServerTimeoutError:
                raise
            except aiohttp.ClientConnectionError:
                if not exchange.stale:
                    raise
            # Once more, on a connection that cannot be an old one.
            exchange.anew = True
            return await self._once(pool, request)
        finally:
            _EXCHANGE.reset(token)

    async def _once(self, pool: _Pool, request: WireRequest) -> WireReply:
        # Hidden, since the text form of a response shows its header fields, which may repeat the key.
        held = Secret(
            await pool.session.request(
                request.method,
                _url(request.url),
                allow_redirects=False,
                timeout=_timeout(request.timeout),
                **self._sent(request),
            )
        )
        try:
            status, headers = held.value.status, _headers_of(held.value)
            if status == 101:
                raise aiohttp.ClientPayloadError("the reply is of another protocol, which nobody asked for")
            if headers.get("transfer-encoding", "chunked").lower() != "chunked":
                # aiohttp would read on to the end of the connection, as if it were none.
                raise aiohttp.ClientPayloadError("the reply has a transfer coding that was not asked for")
            reader = BodyReader(status, headers, request)
            while chunk := await held.value.content.readany():
                reader.feed(chunk)
            return WireReply(status, headers, reader.finish())
        except BaseException:
            held.value.close()
            raise

    def _sent(self, request: WireRequest) -> dict[str, Any]:
        """Return what is sent, and through what, as arguments."""
        fields = CIMultiDict(request.headers.items())
        body: Any = request.body
        if body is not None and len(body) > _PIECE:
            fields["content-length"] = str(len(body))
            body = _Pieces(body)
        sent: dict[str, Any] = {"headers": fields, "data": body}
        if missing := [name for name in _ADDED if name not in fields]:
            sent["skip_auto_headers"] = missing
        if self._proxy is not None:
            sent["proxy"] = self._proxy.url
            if self._proxy.password is not None:
                # Inside a tunnel the proxy's password would go to the service.
                told = sent.setdefault("proxy_headers", {}) if self._proxy.tunnelled else fields
                told["Proxy-Authorization"] = self._proxy.password.value
        return sent


def _headers_of(response: aiohttp.ClientResponse) -> Headers:
    return Headers([(name, value if value.isascii() else _text(value)) for name, value in response.headers.items()])


def _text(value: str) -> str:
    """Return a value without the surrogates that stand for bytes which are no UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode(errors="surrogateescape").decode("latin-1")
    return value


# --- errors -----------------------------------------------------------------------------------------------------

#: What aiohttp raises: beside its own, the socket's, and for what cannot be sent or has gone, Python's.
_ERRORS: Final = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError, RuntimeError)
_NOWHERE: Final = URL("http://not.shown")


def _translated(error: Exception, request: WireRequest, *, proxied: bool) -> KaizenRequestError:
    """Return our error for one of aiohttp's, of the socket's or of TLS."""
    _bare(error, request)
    if (certificate := untrusted(error, origin_of(request))) is not None:
        return certificate
    reason = _reason(error)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return took_too_long(error, request, "connecting to", proxied=proxied)
    if isinstance(error, _WriteTimeoutError):
        return took_too_long(error, request, "sending to")
    if isinstance(error, aiohttp.ServerTimeoutError):
        return took_too_long(error, request, "waiting for")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return proxy_refused(error, request, str(error.status))
    if isinstance(error, aiohttp.ClientConnectorError):
        return could_not_connect(error, request, reason, proxied=proxied)
    if isinstance(error, ValueError | aiohttp.NonHttpUrlClientError):
        return cannot_be_sent(error, request, reason)
    return broke(error, request, reason)


def _bare(error: Exception, request: WireRequest) -> None:
    """Take out of a foreign error, and of those it came from, what may hold the key.

    That is the request, which aiohttp keeps in some, and header fields and bytes of the reply, which may repeat it.
    """
    for one in scrub(error):
        if isinstance(one, aiohttp.ClientResponseError):
            nothing: CIMultiDictProxy[str] = CIMultiDictProxy(CIMultiDict())
            one.request_info = aiohttp.RequestInfo(_NOWHERE, request.method, nothing, _NOWHERE)
            one.headers = None
            one.history = ()
            # A proxy's has the proxy's own words.
            one.message = "" if isinstance(one, aiohttp.ClientHttpProxyError) else _unquoted(one.message)
            one.args = (one.request_info, ())
        elif isinstance(one, HttpProcessingError):
            message = _unquoted(one.message)
            vars(one).clear()
            one.message = message
            one.args = (message,)
        elif isinstance(one, aiohttp.ServerDisconnectedError):
            # It may be the head of a reply.
            one.message = "the server closed it"
            one.args = (one.message,)
        elif isinstance(one, aiohttp.ClientConnectorCertificateError):
            # It is an error of TLS by its class, without what such a one tells.
            one.verify_message = getattr(one.certificate_error, "verify_message", "")
        elif isinstance(one, aiohttp.ClientPayloadError) and one.__cause__ is not None:
            one.args = ("the reply is not whole",)


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientResponseError | HttpProcessingError):
        return error.message or type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.strerror or str(error.os_error) or type(error.os_error).__name__
    return str(error) or type(error).__name__


def _unquoted(message: str) -> str:
    """Return what aiohttp says of a reply that is no HTTP, without the bytes that it quotes."""
    return re.split(r"[\n:'\"]", message)[0].strip()
