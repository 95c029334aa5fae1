# Made from kaizen_client/transports/httpx/async_lanes.py by `make generate`. Do not edit.
"""The connections of the async client: lanes, as those of the sync one in `lanes.py`."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, Any, cast

import httpcore2
import httpx2

from kaizen_client.transports.async_admission import AsyncAdmission
from kaizen_client.transports.base import BodyReader, WireReply, WireRequest
from kaizen_client.transports.failures import client_closed, scrub
from kaizen_client.transports.httpx2.errors import ERRORS, LET_GO, translated
from kaizen_client.transports.httpx2.network import NotedNetwork
from kaizen_client.transports.httpx2.settings import KEEPALIVE, LOOKED_AT, arguments, check_url, origin_of
from kaizen_client.transports.httpx2.wire import has_surplus, headers_of, parts_of
from kaizen_client.transports.per_loop import PerLoop

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig


class _AsyncLane:
    """One connection, for one call at a time."""

    def __init__(self, arguments: dict[str, Any], origin: httpcore2.Origin) -> None:
        self.network = NotedNetwork()
        # Cassettes are put in place of this class's method.
        self._http = httpx2.AsyncHTTPTransport(**arguments)
        pool: Any = self._http._pool
        # httpx2 has no argument for httpcore2's public `network_backend`.
        pool._network_backend = self.network
        self._connection: httpcore2.AsyncConnectionInterface = pool.create_connection(origin)
        self._http._pool = cast("Any", self._connection)
        #: Whether it may be used again.
        self.whole = False
        #: When it was used last, on the monotonic clock.
        self.used = 0.0

    def is_ready(self) -> bool:
        """Tell whether its connection is open, so far as can be seen from here."""
        connection = self._connection
        return connection.is_available() and not connection.has_expired() and not self.network.has_more()

    async def exchange(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        self.whole = False
        self.network.begin(request.expires)
        response = await self._http.handle_async_request(httpx2.Request(**parts_of(request)))
        try:
            headers = headers_of(response)
            reader = BodyReader(response.status_code, headers, request)
            async for chunk in cast("AsyncIterable[bytes]", response.stream):
                reader.feed(chunk)
            body = reader.finish()
            surplus = has_surplus(response)
        finally:
            await response.aclose()
        self.whole = not surplus
        return WireReply(response.status_code, headers, body)

    async def close(self) -> None:
        """Close the connection."""
        await self.network.aclose()


class _AsyncLanes:
    """All lanes of an event loop."""

    def __init__(self, config: KaizenClientConfig, arguments: dict[str, Any]) -> None:
        self.admission = AsyncAdmission(config.max_connections)
        self._arguments = arguments
        self._origin = origin_of(config)
        self._idle: deque[_AsyncLane] = deque()
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request over a kept connection, or a new one."""
        lane = self._taken()
        try:
            return await self._over(lane, request)
        except LET_GO:
            if not lane.network.stale or self.admission.closed:
                raise
        # Once more, on a connection that cannot be an old one.
        return await self._over(self._opened(), request)

    async def _over(self, lane: _AsyncLane, request: WireRequest) -> WireReply:
        try:
            return await lane.exchange(request)
        finally:
            self._put_back(lane)

    def _taken(self) -> _AsyncLane:
        while self._idle:
            lane = self._idle.pop()
            if lane.is_ready():
                return lane
            self._throw_away(lane)
        return self._opened()

    def _opened(self) -> _AsyncLane:
        return _AsyncLane(self._arguments, self._origin)

    def _put_back(self, lane: _AsyncLane) -> None:
        if not lane.whole or self.admission.closed:
            self._throw_away(lane)
            return
        lane.used = now = time.monotonic()
        self._idle.append(lane)
        for _ in range(LOOKED_AT):
            if self._idle[0].used + KEEPALIVE > now:
                return
            self._throw_away(self._idle.popleft())

    def _throw_away(self, lane: _AsyncLane) -> None:
        """Close a lane behind the caller's back: a call that is cancelled cannot wait for it."""
        task = asyncio.get_running_loop().create_task(lane.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """End what is under way and what waits for a place, and close the connections."""
        await self.admission.close()
        while self._idle:
            self._throw_away(self._idle.pop())
        if self._closing:
            await asyncio.wait(self._closing)


class AsyncHttpx2Transport:
    """Carries the requests of `KaizenClient` over connections of its own, which one event loop after another opens.

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
        self._lanes = PerLoop(lambda: _AsyncLanes(config, made_with))

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        lanes = self._lanes.here()
        async with lanes.admission.admitted(request):
            try:
                return await lanes.send(request)
            except asyncio.CancelledError as error:
                scrub(error)
                raise
            except ERRORS as error:
                if self._lanes.closed:
                    raise client_closed() from error
                raise translated(error, request, proxied=self._proxied) from error

    async def close(self) -> None:
        """Close the connections, and end what is under way over them."""
        await self._lanes.close()
