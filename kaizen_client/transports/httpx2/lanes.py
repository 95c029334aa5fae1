# Made from kaizen_client/transports/httpx/lanes.py by `make generate`. Do not edit.
"""Own connections: lanes of one connection each, taken by one call at a time, the one used last first.

A pool of httpx2's looks through all its connections for every request, and is left with one that nobody gets where a
call is cancelled inside it. A lane whose call failed or was given up is thrown away whole.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import httpcore2
import httpx2

from kaizen_client.transports.admission import Admission
from kaizen_client.transports.base import WireReply, WireRequest, read_body
from kaizen_client.transports.failures import client_closed
from kaizen_client.transports.httpx2.errors import ERRORS, LET_GO, translated
from kaizen_client.transports.httpx2.network import BoundedNetwork
from kaizen_client.transports.httpx2.settings import KEEPALIVE, LOOKED_AT, arguments, check_url, origin_of
from kaizen_client.transports.httpx2.wire import has_surplus, headers_of, parts_of
from kaizen_client.transports.per_process import PerProcess

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig


class _Lane:
    """One connection, for one call at a time."""

    def __init__(self, arguments: dict[str, Any], origin: httpcore2.Origin) -> None:
        self.network = BoundedNetwork()
        # Cassettes are put in place of this class's method.
        self._http = httpx2.HTTPTransport(**arguments)
        pool: Any = self._http._pool
        # httpx2 has no argument for httpcore2's public `network_backend`.
        pool._network_backend = self.network
        self._connection: httpcore2.ConnectionInterface = pool.create_connection(origin)
        self._http._pool = cast("Any", self._connection)
        #: Whether it may be used again.
        self.whole = False
        #: When it was used last, on the monotonic clock.
        self.used = 0.0

    def is_ready(self) -> bool:
        """Tell whether its connection is open, so far as can be seen from here."""
        return self._connection.is_available() and not self._connection.has_expired()

    def exchange(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        self.whole = False
        self.network.begin(request.expires)
        response = self._http.handle_request(httpx2.Request(**parts_of(request)))
        try:
            headers = headers_of(response)
            body = read_body(response.status_code, headers, request, cast("Iterable[bytes]", response.stream))
            surplus = has_surplus(response)
        finally:
            response.close()
        self.whole = not surplus
        return WireReply(response.status_code, headers, body)

    def end(self) -> None:
        """Let the call that uses it, in another thread, end."""
        self.network.end()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class _Lanes:
    """All lanes of a process."""

    def __init__(self, config: KaizenClientConfig, arguments: dict[str, Any]) -> None:
        self.admission = Admission(config.max_connections)
        self._arguments = arguments
        self._origin = origin_of(config)
        self._idle: deque[_Lane] = deque()
        self._busy: set[_Lane] = set()

    def send(self, request: WireRequest) -> WireReply:
        """Send one request over a kept connection, or a new one."""
        lane = self._taken()
        try:
            return self._over(lane, request)
        except LET_GO:
            if not lane.network.stale or self.admission.closed:
                raise
        # Once more, on a connection that cannot be an old one.
        return self._over(self._opened(), request)

    def _over(self, lane: _Lane, request: WireRequest) -> WireReply:
        self._busy.add(lane)
        try:
            if self.admission.closed:
                raise client_closed()
            return lane.exchange(request)
        finally:
            self._busy.discard(lane)
            self._put_back(lane)

    def _taken(self) -> _Lane:
        while True:
            try:
                lane = self._idle.pop()
            except IndexError:
                return self._opened()
            if lane.is_ready():
                return lane
            lane.close()

    def _opened(self) -> _Lane:
        return _Lane(self._arguments, self._origin)

    def _put_back(self, lane: _Lane) -> None:
        if not lane.whole:
            lane.close()
            return
        lane.used = now = time.monotonic()
        self._idle.append(lane)
        if self.admission.closed:  # Looked at last: whoever closes looks at what is idle after that.
            self._close_idle()
            return
        for _ in range(LOOKED_AT):
            try:
                oldest = self._idle.popleft()
            except IndexError:
                return
            if oldest.used + KEEPALIVE > now:
                self._idle.appendleft(oldest)
                return
            oldest.close()

    def close(self) -> None:
        """End what is under way, let in who waits to find it closed, and close the connections."""
        self.admission.close()
        self._close_idle()
        for lane in list(self._busy):
            lane.end()

    def _close_idle(self) -> None:
        with suppress(IndexError):  # Calls that end take from it too.
            while True:
                self._idle.pop().close()


class Httpx2Transport:
    """Carries the requests of `SyncKaizenClient` over connections of its own, which any number of threads share.

    Args:
        config: the settings.

    Raises:
        KaizenConfigError: httpx2 does not take the URL, the proxy or the certificates.
    """

    def __init__(self, config: KaizenClientConfig) -> None:
        check_url(config)
        # A wrong proxy is found now rather than at the first call.
        made_with = arguments(config)
        self._proxied = "proxy" in made_with
        self._lanes = PerProcess(lambda: _Lanes(config, made_with))

    def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        lanes = self._lanes.here()
        with lanes.admission.admitted(request):
            try:
                return lanes.send(request)
            except ERRORS as error:
                if self._lanes.closed:
                    raise client_closed() from error
                raise translated(error, request, proxied=self._proxied) from error

    def close(self) -> None:
        """Close the connections, and end what is under way over them."""
        self._lanes.close()
