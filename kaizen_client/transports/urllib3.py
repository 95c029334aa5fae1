"""The urllib3 backend, for `SyncKaizenClient` alone: lean, and without a wait that the deadline does not end.

urllib3's connections send the requests; their sockets are `BoundedSocket`, and replies are read by `replies.py`. Its
pools are passed by: nothing here waits for a place in one, and each connection is used by one call at a time, over and
over until something fails on it.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections import deque
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPException, InvalidURL
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3 import connection as urllib3_connection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NewConnectionError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as Urllib3TimeoutError
from urllib3.util import SKIP_HEADER, parse_url
from urllib3.util.ssltransport import SSLTransport

from kaizen_client.config import is_proxy
from kaizen_client.exceptions import KaizenConfigError, KaizenError, KaizenRequestError
from kaizen_client.headers import Headers, HiddenFields, Secret
from kaizen_client.transports import failures
from kaizen_client.transports.addresses import look_up
from kaizen_client.transports.admission import Admission
from kaizen_client.transports.base import WireReply, WireRequest, read_body, seconds
from kaizen_client.transports.per_process import PerProcess
from kaizen_client.transports.proxies import proxy_for
from kaizen_client.transports.replies import BrokenReply, Head, read_head, read_pieces
from kaizen_client.transports.sockets import BoundedSocket, UploadTimeoutError, Waits
from kaizen_client.transports.tls import ssl_context

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig

#: How long an idle connection is kept, in seconds.
_KEEPALIVE: Final = 5.0
#: Up to how many bytes a body goes out together with its head, rather than in a segment of its own.
_TOGETHER: Final = 16 * 1024
#: A path that is sent as it stands.
_PLAIN_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_\-]*)+\Z")
#: How a server that has let go of a kept connection shows.
_LET_GO: Final = (HTTPException, OSError)


if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection
else:
    # urllib3's own, even where a recorder has put another in its place while this is imported.
    HTTPConnection = next(
        kind for kind in urllib3_connection.HTTPConnection.__mro__ if kind.__module__ == "urllib3.connection"
    )


class _ProxyRefusedError(Exception):
    """A proxy did not open a tunnel; its argument is the status of its reply."""


#: What urllib3, the standard library's client, sockets and TLS raise.
_ERRORS: Final = (HTTPError, HTTPException, OSError, ValueError, _ProxyRefusedError)


class _Way:
    """How the service is reached, by the settings."""

    def __init__(self, config: KaizenClientConfig) -> None:
        try:
            target = parse_url(config.base_url)
        except LocationParseError:
            raise KaizenConfigError("base_url is not a URL that can be called", setting="base_url") from None
        proxy = proxy_for(config)
        self.secure = target.scheme == "https"
        self.host = (target.host or "").strip("[]")
        self.port = target.port or (443 if self.secure else 80)
        #: As it stands in the Host field.
        self.authority = target.host or ""
        if self.port != (443 if self.secure else 80):
            self.authority += f":{self.port}"
        # As it was given: urllib3 writes a path in its own way.
        parts = urlsplit(config.base_url)
        #: How long that is which every URL begins with, before its path.
        self.start = len(f"{parts.scheme}://{parts.netloc}")
        self.proxy_secure = False
        self.proxy_address: tuple[str, int] | None = None
        self.proxy_fields = HiddenFields()
        if proxy is not None:
            self._set_proxy(proxy)
        self.context = ssl_context(config) if self.secure or self.proxy_secure else None

    def _set_proxy(self, url: Secret) -> None:
        where = "proxy (KAIZEN_PROXY, HTTPS_PROXY, HTTP_PROXY or ALL_PROXY)"
        scheme = url.value.partition(":")[0].lower()
        problem = None
        if not is_proxy(url.value):
            problem = "is not a URL such as http://proxy:3128 (value not shown)"
        elif scheme.startswith("socks"):
            problem = (
                "is a SOCKS proxy, which transport='urllib3' does not go through; transport='httpx' does, "
                "with socksio: pip install 'httpx[socks]'"
            )
        elif scheme not in ("http", "https"):
            problem = "has a scheme that urllib3 does not know (value not shown)"
        if problem is not None:
            raise KaizenConfigError(f"{where} {problem}", setting="proxy")
        parts = urlsplit(url.value)
        self.proxy_secure = scheme == "https"
        self.proxy_address = parts.hostname or "", parts.port or (443 if self.proxy_secure else 80)
        if parts.username is not None or parts.password is not None:
            pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            self.proxy_fields["proxy-authorization"] = f"Basic {b64encode(pair.encode()).decode()}"

    @property
    def tunnels(self) -> bool:
        """Whether the proxy is asked to connect to the service, rather than to pass requests on."""
        return self.secure and self.proxy_address is not None

    def target(self, url: str) -> str:
        """Return what of a URL goes into the request line."""
        path = url[self.start :]
        if not _PLAIN_PATH.match(path):
            path = parse_url(url).request_uri
        return path if self.secure or self.proxy_address is None else f"http://{self.authority}{path}"

    def fields(self, request: WireRequest) -> HiddenFields:
        """Return a request's header fields."""
        fields = HiddenFields(host=self.authority)
        # urllib3 would add its own.
        fields["accept-encoding"] = fields["user-agent"] = SKIP_HEADER
        fields.update(request.headers)
        if request.body is not None:
            fields["content-length"] = str(len(request.body))
        if not self.secure:
            fields.update(self.proxy_fields)
        return fields


# --- connections ------------------------------------------------------------------------------------------------


class _Reply:
    """The reply as the standard library's client asks for it, which then takes the connection for free again."""

    #: The client would close the connection; whether it is used again is decided here.
    will_close = False

    def __init__(
        self, sock: BoundedSocket, debuglevel: int = 0, method: str | None = None, url: str | None = None
    ) -> None:
        self._reader = sock.reader
        self._method = method or ""
        self.head: Head

    def begin(self) -> None:
        """Read the head."""
        self.head = read_head(self._reader, self._method)

    def isclosed(self) -> bool:
        """Tell that nothing is left to be read: no second request is sent before the first is through."""
        return True

    def close(self) -> None:
        """Do nothing."""


class _Connection(HTTPConnection):
    """A connection to the service, through the proxy if there is one, whose every wait ends by the call's deadline."""

    response_class = _Reply  # type: ignore[assignment]

    def __init__(self, way: _Way) -> None:
        super().__init__(way.host, way.port)
        self.sock: Any = None
        self._way = way
        self._waits = Waits(float("inf"))
        #: The socket itself, to be shut down from another thread.
        self._raw: socket.socket | None = None
        self._looked_up = threading.Event()
        self._ended = False
        self._body: bytes | None = None
        self._held = b""
        #: Whether the call that uses it is the first.
        self.fresh = True
        #: When it was last used, on the `time.monotonic()` clock.
        self.idle_since = 0.0

    # --- one exchange ---

    def exchange(self, request: WireRequest) -> tuple[WireReply, bool]:
        """Send a request and return the reply, and whether the connection can be used again."""
        waits = self._waits
        waits.received = False
        if self.sock is None:
            self._open(request)
        waits.expires = request.expires
        waits.read, waits.write = seconds(request.timeout.read), seconds(request.timeout.write)
        whole = self._sent(request)
        # The standard library's, which makes a `_Reply`; urllib3's would make a response of its own of it.
        reply: _Reply = super(HTTPConnection, self).getresponse()  # type: ignore[assignment]
        status, fields, length, keeps = reply.head
        headers = Headers(fields)
        body = read_body(status, headers, request, read_pieces(self.sock.reader, length))
        self.fresh = False
        return WireReply(status, headers, body), whole and keeps and not self.sock.has_surplus()

    def _sent(self, request: WireRequest) -> bool:
        """Send a request; tell whether all of it was taken."""
        self._body = request.body
        try:
            self.request(request.method, self._way.target(request.url), request.body, self._way.fields(request))
        except TimeoutError:
            raise
        except OSError:
            # A server may refuse a request before it has read all of it, and its reply says why.
            return False
        finally:
            self._body, self._held = None, b""
        return True

    def send(self, data: Any) -> None:
        """Send bytes; the head of a request waits for its body, where that is small."""
        body = self._body
        if body and data is not body and len(body) <= _TOGETHER:
            self._held = data
            return
        self.sock.sendall(self._held + data if self._held else data)

    @property
    def was_let_go(self) -> bool:
        """Whether what failed had been kept, and no byte of a reply came; RFC 9112, section 9.3.1."""
        return not self.fresh and not self._waits.received

    # --- its life ---

    def _open(self, request: WireRequest) -> None:
        waits, connect = self._waits, request.timeout.connect
        waits.expires = min(request.expires, time.monotonic() + (float("inf") if connect is None else connect))
        waits.read = waits.write = None
        # As the connections of urllib3 tell it.
        try:
            self.connect()
        except TimeoutError as error:
            raise ConnectTimeoutError(str(error)) from error
        except ssl.SSLError as error:
            raise SSLError(str(error)) from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error

    def connect(self) -> None:
        """Connect: look up the host, try its addresses, ask the proxy for a tunnel, shake hands."""
        way, waits = self._way, self._waits
        inner: Any = self._connected(way.proxy_address or (way.host, way.port))
        if way.proxy_address is not None and way.proxy_secure:
            inner = self._secured(inner, way.proxy_address[0])
        if way.tunnels:
            bounded = BoundedSocket(inner, waits)
            self._ask_for_tunnel(bounded)
            if way.proxy_secure:
                inner = SSLTransport(bounded, way.context, server_hostname=way.host)  # type: ignore[arg-type]
            else:
                inner = self._secured(inner, way.host)
        elif way.secure:
            inner = self._secured(inner, way.host)
        self.sock = BoundedSocket(inner, waits)

    def _connected(self, place: tuple[str, int]) -> socket.socket:
        addresses = look_up(*place, self._waits.left(), self._looked_up)
        for left in range(len(addresses), 0, -1):
            address = addresses[-left]
            wait = self._waits.left()
            sock = socket.socket(address.family, socket.SOCK_STREAM)
            try:
                self._watch(sock)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                # One that does not answer leaves time for the others.
                sock.settimeout(None if wait is None else wait / left)
                sock.connect(address.place)
            except BaseException as error:
                sock.close()
                if left == 1 or not isinstance(error, OSError):
                    raise
            else:
                return sock
        raise OSError(f"{place[0]} has no address")

    def _secured(self, sock: socket.socket, host: str) -> ssl.SSLSocket:
        context = self._way.context
        assert context is not None  # noqa: S101 - for the type checker
        context.set_alpn_protocols(["http/1.1"])
        # In two steps, so that a handshake can be ended from another thread.
        secured = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
        self._watch(secured)
        secured.settimeout(self._waits.left())
        secured.do_handshake()
        return secured

    def _watch(self, sock: socket.socket) -> None:
        self._raw = sock
        if self._ended:
            raise ConnectionAbortedError("the client was closed")

    def _ask_for_tunnel(self, bounded: BoundedSocket) -> None:
        host = f"[{self._way.host}]" if ":" in self._way.host else self._way.host
        place = f"{host}:{self._way.port}"
        fields = HiddenFields(host=place, accept="*/*", **self._way.proxy_fields)
        lines = [f"CONNECT {place} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        bounded.sendall("\r\n".join(lines).encode("ascii"))
        try:
            status = read_head(bounded.reader, "CONNECT").status
        except BrokenReply as error:
            raise _ProxyRefusedError(str(error)) from error
        if not 200 <= status < 300:
            # Its own words may hold anything.
            known = status in HTTPStatus.__members__.values()
            raise _ProxyRefusedError(f"{status} {HTTPStatus(status).phrase}" if known else str(status))
        if bounded.has_surplus():
            raise _ProxyRefusedError("it sent more than its reply")

    def is_usable(self, now: float) -> bool:
        """Tell whether another request may go over it: not kept for too long, and nothing came in the meantime."""
        return now - self.idle_since < _KEEPALIVE and self.is_connected

    def end(self) -> None:
        """Let every wait on it end now, in whichever thread it is."""
        self._ended = True
        self._looked_up.set()
        if self._raw is not None:
            with suppress(OSError):
                # Of an `SSLSocket` it would be another thing.
                socket.socket.shutdown(self._raw, socket.SHUT_RDWR)

    def throw_away(self) -> None:
        """Let go of it."""
        raw = self._raw
        if raw is not None:
            raw.close()
        self.close()


# --- pool -------------------------------------------------------------------------------------------------------


class _Pool:
    """What one process has of a transport: connections that are idle, and those that are used."""

    def __init__(self, way: _Way, places: int) -> None:
        self._way = way
        self.admission = Admission(places)
        # The one that was used last is used next. Each of the operations on them is atomic.
        self._idle: deque[_Connection] = deque()
        self._used: set[_Connection] = set()

    def send(self, request: WireRequest) -> WireReply:
        """Send one request over a kept connection, or a new one."""
        with self.admission.admitted(request):
            kind = (HTTPSConnectionPool if self._way.secure else HTTPConnectionPool).ConnectionCls
            if kind.__module__ != "urllib3.connection":
                return _through(kind, self._way, request)
            connection = self._kept()
            if connection is not None:
                try:
                    return self._over(connection, request)
                except TimeoutError:
                    raise
                except _LET_GO:
                    if not connection.was_let_go or self.admission.closed:
                        raise
            # Where it is for the second time, then on a connection that cannot be an old one.
            return self._over(_Connection(self._way), request)

    def _kept(self) -> _Connection | None:
        now = time.monotonic()
        with suppress(IndexError):
            while True:
                connection = self._idle.pop()
                if connection.is_usable(now):
                    return connection
                connection.throw_away()
        return None

    def _over(self, connection: _Connection, request: WireRequest) -> WireReply:
        try:
            self._used.add(connection)
            if self.admission.closed:
                raise failures.client_closed()
            reply, keeps = connection.exchange(request)
        except BaseException:
            connection.throw_away()
            raise
        finally:
            self._used.discard(connection)
        if keeps:
            self._keep(connection)
        else:
            connection.throw_away()
        return reply

    def _keep(self, connection: _Connection) -> None:
        now = connection.idle_since = time.monotonic()
        self._idle.append(connection)
        with suppress(IndexError):
            while True:
                oldest = self._idle.popleft()
                if now - oldest.idle_since < _KEEPALIVE and not self.admission.closed:
                    self._idle.appendleft(oldest)
                    break
                oldest.throw_away()

    def close(self) -> None:
        """End what is under way, and close the connections."""
        self.admission.close()
        for connection in self._used.copy():
            connection.end()
        with suppress(IndexError):
            while True:
                self._idle.pop().throw_away()


def _through(kind: Any, way: _Way, request: WireRequest) -> WireReply:
    """Send a request over a connection that a recorder, such as vcrpy, has put in the place of urllib3's."""
    left = max(request.expires - time.monotonic(), failures.TICK)
    read = request.timeout.read
    host, port = way.proxy_address or (way.host, way.port)
    tls = {"ssl_context": way.context} if way.secure else {}
    connection = kind(host, port, timeout=seconds(left if read is None else min(read, left)), **tls)
    try:
        if way.tunnels:
            connection.set_tunnel(way.host, way.port, way.proxy_fields, "https" if way.proxy_secure else "http")
        fields = {name: value for name, value in way.fields(request).items() if value != SKIP_HEADER}
        # No body is an empty one in what is recorded over the other backends.
        connection.request(
            request.method, way.target(request.url), request.body or b"", HiddenFields(fields),
            preload_content=False, decode_content=False,
        )  # fmt: skip
        response = connection.getresponse()
        headers = Headers(response.headers.items())
        chunks = response.stream(decode_content=False)
        return WireReply(response.status, headers, read_body(response.status, headers, request, chunks))
    finally:
        connection.close()


class Urllib3Transport:
    """Carries the requests of `SyncKaizenClient` over urllib3's connections, which any number of threads share."""

    def __init__(self, config: KaizenClientConfig) -> None:
        # What is wrong with the proxy or with TLS is found now rather than at the first call.
        way = _Way(config)
        self._proxied = way.proxy_address is not None
        self._pools = PerProcess(lambda: _Pool(way, config.max_connections))

    def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        try:
            return self._pools.here().send(request)
        except KaizenError:
            # Some of ours are a ValueError too.
            raise
        except _ERRORS as error:
            if self._pools.closed:
                raise failures.client_closed() from error
            raise _translated(error, request, proxied=self._proxied) from error

    def close(self) -> None:
        """Close this process's connections, and end what is under way over them."""
        self._pools.close()


# --- errors -----------------------------------------------------------------------------------------------------


#: What foreign errors hold of connections and replies, and what is put in its place.
_HOLDERS: Final = {"conn": None, "pool": None, "url": None, "partial": b"", "line": ""}


def _translated(error: Exception, request: WireRequest, *, proxied: bool) -> KaizenRequestError:
    """Return our error for one of urllib3's, of the standard library's client, of the socket's or of TLS."""
    for one in failures.scrub(error):
        held = vars(one)
        held.update((name, nothing) for name, nothing in _HOLDERS.items() if name in held)
    if (found := failures.untrusted(error, failures.origin_of(request))) is not None:
        return found
    # Before what it is a kind of.
    if isinstance(error, NewConnectionError | SSLError):
        return failures.could_not_connect(error, request, str(error.__cause__ or error), proxied=proxied)
    if isinstance(error, ConnectTimeoutError):
        return failures.took_too_long(error, request, "connecting to", proxied=proxied)
    if isinstance(error, TimeoutError | Urllib3TimeoutError):
        return failures.took_too_long(
            error, request, "sending to" if isinstance(error, UploadTimeoutError) else "waiting for"
        )
    if isinstance(error, _ProxyRefusedError):
        return failures.proxy_refused(error, request, str(error))
    reason = str(error) or type(error).__name__
    if isinstance(error, InvalidURL | LocationParseError | ValueError):
        return failures.cannot_be_sent(error, request, reason)
    return failures.broke(error, request, reason)
