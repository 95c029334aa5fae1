"""Who may send, from tasks, and until when: as many calls at once as there are connections.

Apart from `admission.py`, so that a sync client need not import asyncio.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from typing import cast

from kaizen_client.transports.admission import room_for
from kaizen_client.transports.base import WireRequest, seconds
from kaizen_client.transports.failures import client_closed, deadline_passed, no_connection_free


class AsyncAdmission:
    """Admits calls of one event loop, and ends each at its deadline.

    Args:
        places: how many calls may be under way at once.
    """

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)
        self._calls: set[asyncio.Timeout] = set()
        self._idle = asyncio.Event()
        #: Whether no further call is admitted.
        self.closed = False

    def admitted(self, request: WireRequest) -> AbstractAsyncContextManager[None]:
        """Hold a place until the call ends, its deadline passes or the client is closed.

        Raises:
            KaizenPoolTimeoutError: none was free within the pool timeout.
            KaizenDeadlineError: the deadline has passed, before there was a place or after.
            KaizenRequestError: the client is closed.
        """
        return _Admitted(self, request)

    async def _place(self, request: WireRequest) -> None:
        pool = request.timeout.pool
        if pool is None or not self._places.locked():
            # The whole of a call is bounded by its deadline anyway.
            await self._places.acquire()
            return
        wait, by_deadline = room_for(request)
        try:
            async with asyncio.timeout(None if by_deadline else wait):
                await self._places.acquire()
        except TimeoutError:
            raise no_connection_free() from None

    async def close(self) -> None:
        """End every call, whatever it waits for, and return when the last has ended."""
        self.closed = True
        now = asyncio.get_running_loop().time()
        for bound in self._calls:
            if not bound.expired():
                bound.reschedule(now)
        while self._calls:
            self._idle.clear()
            await self._idle.wait()


class _Admitted:
    """One call with its place. A class, since a generator would cost more on every call."""

    __slots__ = ("_admission", "_bound", "_request")

    def __init__(self, admission: AsyncAdmission, request: WireRequest) -> None:
        self._admission = admission
        self._request = request

    async def __aenter__(self) -> None:
        admission, request = self._admission, self._request
        if admission.closed:
            raise client_closed()
        self._bound = asyncio.timeout(seconds(request.expires - time.monotonic()))
        await self._bound.__aenter__()
        admission._calls.add(self._bound)
        try:
            await admission._place(request)
        except BaseException as error:
            found = await self._outcome(error)
            if found is error:
                raise
            raise cast("Exception", found) from None

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._admission._places.release()
        found = await self._outcome(error)
        if found is not error and found is not None:
            raise found from None

    async def _outcome(self, error: BaseException | None) -> BaseException | None:
        """Return what the call ends with."""
        admission, bound = self._admission, self._bound
        admission._calls.discard(bound)
        if not admission._calls:
            admission._idle.set()
        try:
            await bound.__aexit__(None if error is None else type(error), error, None)
        except TimeoutError as ended:
            error = ended
        # A socket's own timeout is a TimeoutError too, and a library may have made another error of this one.
        if isinstance(error, Exception) and bound.expired():
            return client_closed() if admission.closed else deadline_passed(error)
        return error
