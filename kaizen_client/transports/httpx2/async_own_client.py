# Made from kaizen_client/transports/httpx/async_own_client.py by `make generate`. Do not edit.
"""An async client of the user's own: its connections, its hooks, its mocks. It is used, and never closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, cast

import httpx2

from kaizen_client.exceptions import KaizenConfigError, KaizenRequestError
from kaizen_client.transports.async_admission import AsyncAdmission
from kaizen_client.transports.base import BodyReader, WireReply, WireRequest
from kaizen_client.transports.failures import client_closed, scrub
from kaizen_client.transports.httpx2.errors import ERRORS, translated
from kaizen_client.transports.httpx2.network import tls_has_more
from kaizen_client.transports.httpx2.settings import check_url
from kaizen_client.transports.httpx2.wire import consumed, has_surplus, headers_of, parts_of, refused
from kaizen_client.transports.per_loop import PerLoop

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig

#: How long a request whose caller has gone may go on, in seconds.
_GRACE: Final = 1.0


class _Loop:
    """Who of this event loop uses the client, and the requests under way."""

    def __init__(self, places: int) -> None:
        self.admission = AsyncAdmission(places)
        #: Those whose caller has gone, too.
        self._under_way: set[asyncio.Task[WireReply]] = set()
        self._places = asyncio.Semaphore(places)

    async def run(self, work: Callable[[], Coroutine[Any, Any, WireReply]]) -> WireReply:
        """Run a request in a task of its own, which goes on a little where its caller goes.

        Were it cancelled inside httpx2, the user's pool could be left with a connection that nobody uses and nobody
        gets.
        """
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        task = loop.create_task(work())
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.done():
                if self.admission.closed:
                    task.cancel()
                else:
                    # Its waits are bounded; cancelling is for a reply that drips.
                    loop.call_later(_GRACE, task.cancel)
            elif task.cancelled() and not _is_cancelled():
                raise KaizenRequestError("the httpx2.AsyncClient that was given as client= gave the call up") from None
            raise

    def _ended(self, task: asyncio.Task[WireReply]) -> None:
        self._under_way.discard(task)
        self._places.release()
        if not task.cancelled():
            task.exception()  # Nobody may be there any more to ask for it.

    async def close(self) -> None:
        """End what is under way."""
        await self.admission.close()
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)


def _is_cancelled() -> bool:
    """Tell whether somebody cancels the running task."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class AsyncOwnClientTransport:
    """Carries the requests of `KaizenClient` over an `httpx2.AsyncClient` of the user's.

    Args:
        config: the settings.
        client: the client, used and never closed.

    Raises:
        KaizenConfigError: it is no `httpx2.AsyncClient`, or httpx2 does not take the URL.
    """

    def __init__(self, config: KaizenClientConfig, client: Any) -> None:
        if not isinstance(client, httpx2.AsyncClient):
            given = type(client).__name__
            raise KaizenConfigError(
                f"client must be an httpx2.AsyncClient, not {given}; SyncKaizenClient takes an httpx2.Client",
                setting="client",
            )
        check_url(config)
        self._client = client
        self._loops = PerLoop(lambda: _Loop(config.max_connections))

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        loop = self._loops.here()
        async with loop.admission.admitted(request):
            try:
                return await loop.run(lambda: self._over(self._client, request))
            except asyncio.CancelledError as error:
                scrub(error)
                raise
            except httpx2.HTTPStatusError as error:
                return refused(error.response)
            except ERRORS as error:
                if self._loops.closed:
                    raise client_closed() from error
                raise translated(error, request, proxied=False) from error

    async def close(self) -> None:
        """End what is under way; the client stays open."""
        await self._loops.close()

    @staticmethod
    async def _over(client: httpx2.AsyncClient, request: WireRequest) -> WireReply:
        if client.is_closed:
            raise KaizenRequestError("the httpx2.AsyncClient that was given as client= is closed")
        # build_request() adds what the user gave the client: its headers, its cookies.
        own = client.build_request(**parts_of(request))
        response = await client.send(own, stream=True, follow_redirects=False)
        headers = headers_of(response)
        try:
            if response.is_stream_consumed:
                return consumed(response, headers, request)
            reader = BodyReader(response.status_code, headers, request)
            async for chunk in cast("httpx2.AsyncByteStream", response.stream):
                reader.feed(chunk)
            stream = response.extensions.get("network_stream")
            if stream is not None and (has_surplus(response) or tls_has_more(stream)):
                await stream.aclose()
            return WireReply(response.status_code, headers, reader.finish())
        finally:
            # Interrupted here, the client's pool would lose the connection.
            await asyncio.shield(asyncio.ensure_future(response.aclose()))
