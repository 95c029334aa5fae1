"""For tests of code that uses the SDK: a fake service, and time that passes at once.

`FakeKaizen` is a transport for both clients. It answers with the embedded engine, so that what a test encodes can be
decoded again, unless the test has told it to fail; and it records what it was asked. With pytest, the fixtures
`kaizen_service`, `kaizen` and `kaizen_sync` are there without any set-up.

>>> from kaizen_client.testing import FakeKaizen
>>> service = FakeKaizen()
>>> service.fail_next(429, retry_after=2)
>>> with service.sync_client() as kaizen:
...     kaizen.compress(data={"id": 1}).value
'id: 1'
>>> [call.status for call in service.calls], service.clock.slept
([429, 200], [2.5])
"""

from __future__ import annotations

import asyncio
import copy
import json
import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple, Unpack
from urllib.parse import urlsplit

from kaizen_client._contract import OPERATIONS
from kaizen_client.client import KaizenClient
from kaizen_client.clock import Clock
from kaizen_client.config import Settings
from kaizen_client.embedded import Engine
from kaizen_client.exceptions import KaizenDeadlineError, KaizenRequestError, KaizenTimeoutError
from kaizen_client.headers import Headers
from kaizen_client.options import Envelope
from kaizen_client.sync_client import SyncKaizenClient
from kaizen_client.transports.base import WireReply, WireRequest

__all__ = ["FakeClock", "FakeKaizen", "RecordedCall"]

_BASE_URL: Final = "https://kaizen.test"
# What a key looks like does not matter, since nothing checks it unless the fake is told to.
_API_KEY: Final = "test-key"

_DETAILS: Final[Mapping[int, Any]] = {
    400: "The request cannot be encoded or decoded.",
    401: "The API key is missing or not valid.",
    403: "This key has no access to this deployment.",
    404: "Not Found",
    410: "The payload is past its retention window.",
    413: "The payload is too large for this plan.",
    422: [{"loc": ["body"], "msg": "Value error", "type": "value_error"}],
    429: "Too many requests.",
}
_OPERATIONS: Final = {(row.method, row.path): name for name, row in OPERATIONS.items()}


class FakeClock(Clock):
    """A clock that stands still until somebody waits, and then is at the end of the wait at once.

    Args:
        wall: seconds since the epoch when it begins.
        chance: the number in [0, 1) that is always drawn; jitter is made of it.

    Attributes:
        now: seconds on the clock that never goes back.
        slept: every wait, in seconds, in order.
    """

    def __init__(self, *, wall: float = 1_800_000_000.0, chance: float = 0.5) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self._ahead = wall - self.now
        self._chance = chance
        self._lock = threading.Lock()

    def monotonic(self) -> float:  # type: ignore[override]
        """Return seconds on a clock that never goes back."""
        return self.now

    def wall(self) -> float:  # type: ignore[override]
        """Return seconds since the epoch."""
        return self.now + self._ahead

    def random(self) -> float:  # type: ignore[override]
        """Return the number it always draws."""
        return self._chance

    def pass_time(self, seconds: float) -> None:
        """Let time pass that nobody waits for."""
        with self._lock:
            self.now += seconds

    def sleep(self, seconds: float) -> None:
        """Be at the end of a wait at once."""
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds

    async def asleep(self, seconds: float) -> None:
        """Be at the end of a wait at once; other tasks have a turn."""
        self.sleep(seconds)
        await asyncio.sleep(0)


class RecordedCall(NamedTuple):
    """One request as the service got it; a call that was tried again has one for each try."""

    #: The facade's name of the route, such as `prompts_encode`; None for a route the contract has not.
    operation: str | None
    method: str
    #: The route, without what a base URL has before it.
    path: str
    #: Names without case; no secret is shown.
    headers: Headers
    #: The body; None without one.
    json: Any
    #: What was answered; None where there was no answer.
    status: int | None


class _Planned(NamedTuple):
    operation: str | None
    #: Gives the reply; an exception is raised instead.
    outcome: WireReply | KaizenRequestError | type[KaizenRequestError]


class FakeKaizen:
    """A Kaizen service in this process, for tests; a transport for both clients.

    Args:
        latency: how long each reply takes, in seconds of `clock`; one that takes longer than the call's timeout or
            deadline ends in the error that a real one would end in.
        envelope: which of the two documented forms a success has.
        api_key: the key that requests must carry; None lets every request in.
        clock: tells the time to the clients too. The default one waits for nobody; `Clock()` is the real one.

    Attributes:
        calls: what the service was asked, a record for each request.

    >>> service = FakeKaizen()
    >>> with service.sync_client() as kaizen:
    ...     result = kaizen.compress(data=[1, 2], metadata={"trace": 1})
    >>> service.calls[-1].operation, service.calls[-1].json["metadata"]
    ('compress', {'trace': 1})
    """

    def __init__(
        self,
        *,
        latency: float = 0.0,
        envelope: Envelope = "documented",
        api_key: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.clock = FakeClock() if clock is None else clock
        self.latency = latency
        self.calls: list[RecordedCall] = []
        self._engine = Engine(envelope=envelope, api_key=api_key, clock=self.clock.monotonic)
        self._planned: list[_Planned] = []
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<FakeKaizen calls={len(self.calls)} planned={self.planned}>"

    # --- clients ------------------------------------------------------------------------------------------------

    def client(self, **settings: Unpack[Settings]) -> KaizenClient:
        """Return an async client of this service, with a key and a URL that lead nowhere.

        Args:
            settings: single settings, as `KaizenClient` takes them.
        """
        return KaizenClient(**self._settings(settings))

    def sync_client(self, **settings: Unpack[Settings]) -> SyncKaizenClient:
        """Return a sync client of this service, with a key and a URL that lead nowhere.

        Args:
            settings: single settings, as `SyncKaizenClient` takes them.
        """
        return SyncKaizenClient(**self._settings(settings))

    def _settings(self, settings: Settings) -> Settings:
        return {"base_url": _BASE_URL, "api_key": _API_KEY, **settings, "transport": self}

    # --- what is to happen --------------------------------------------------------------------------------------

    @property
    def planned(self) -> int:
        """How many planned replies and failures nobody has asked for yet."""
        return len(self._planned)

    def fail_next(
        self,
        failure: int | KaizenRequestError | type[KaizenRequestError] = 503,
        *,
        times: int = 1,
        retry_after: float | str | None = None,
        detail: Any = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        operation: str | None = None,
    ) -> None:
        """Let the next requests fail.

        A client tries some failures again: two more times, by default. To see its error, let as many requests fail, or
        make the client with `max_retries=0`.

        Args:
            failure: an HTTP status from 300 to 599; or an error without a reply, such as `KaizenConnectionError` or
                `KaizenTimeoutError`, as a class or an object.
            times: how many requests.
            retry_after: the `Retry-After` of the reply: seconds, or text as it is. A 429 has one of 1 without this.
            detail: the `detail` of the reply; by default what the service would say.
            code: the `code` of the reply.
            headers: more header fields.
            operation: only requests of this route, such as `compress`; by default of any.

        Raises:
            ValueError: a failure, a count or a route that is none.

        >>> service = FakeKaizen()
        >>> service.fail_next(503, times=3)
        >>> with service.sync_client() as kaizen:
        ...     kaizen.compress(data=1)
        Traceback (most recent call last):
        kaizen_client.exceptions.KaizenServerError: 503 Service Unavailable
        """
        if isinstance(failure, KaizenRequestError) or (
            isinstance(failure, type) and issubclass(failure, KaizenRequestError)
        ):
            return self._plan(failure, times, operation)
        if isinstance(failure, bool) or not isinstance(failure, int) or not 300 <= failure <= 599:
            raise ValueError("failure must be a status from 300 to 599, or a KaizenRequestError")
        body = {"detail": _detail(failure) if detail is None else detail}
        if code is not None:
            body["code"] = code
        fields = {name.lower(): value for name, value in (headers or {}).items()}
        if retry_after is not None:
            fields["retry-after"] = str(retry_after)
        elif failure == 429:
            fields.setdefault("retry-after", "1")
        return self.reply_next(body, status=failure, headers=fields, times=times, operation=operation)

    def reply_next(
        self,
        body: Any,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        times: int = 1,
        operation: str | None = None,
    ) -> None:
        """Let the next requests be answered with something else than the engine's reply.

        Args:
            body: a JSON value, or `bytes` as they are.
            status: the HTTP status.
            headers: more header fields.
            times: how many requests.
            operation: only requests of this route, such as `compress`; by default of any.

        Raises:
            ValueError: a count or a route that is none.
        """
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = Headers({"content-type": "application/json", **(headers or {})})
        self._plan(WireReply(status, fields, data), times, operation)

    def _plan(self, outcome: Any, times: int, operation: str | None) -> None:
        if not isinstance(times, int) or times < 1:
            raise ValueError("times must be 1 or more")
        if operation is not None and operation not in OPERATIONS:
            raise ValueError(f"operation must be one of {', '.join(OPERATIONS)}")
        with self._lock:
            self._planned += [_Planned(operation, outcome)] * times

    # --- what has happened --------------------------------------------------------------------------------------

    def calls_of(self, operation: str) -> list[RecordedCall]:
        """Return the records of one route, such as `compress`."""
        return [call for call in self.calls if call.operation == operation]

    def reset(self) -> None:
        """Forget the calls, and what was planned."""
        with self._lock:
            self.calls.clear()
            self._planned.clear()

    # --- the transport ------------------------------------------------------------------------------------------

    def send(self, request: WireRequest) -> WireReply:
        """Answer one request of a `SyncKaizenClient`."""
        wait, late = self._wait(request)
        if isinstance(self.clock, FakeClock):
            self.clock.pass_time(wait)
        else:
            self.clock.sleep(wait)
        return self._answer(request, late)

    def async_transport(self) -> _Async:
        """Return what answers the requests of a `KaizenClient`."""
        return _Async(self)

    def close(self) -> None:
        """Do nothing: the fake lives as long as the test."""

    def _wait(self, request: WireRequest) -> tuple[float, KaizenRequestError | None]:
        """Return how long a request waits for its reply, and the error it ends in when that is too long."""
        left = request.expires - self.clock.monotonic()
        read = request.timeout.read
        if read is not None and read < min(self.latency, left):
            return read, KaizenTimeoutError("waiting for the fake service took longer than the timeout allows")
        if left < self.latency:
            return left, KaizenDeadlineError("the call took longer than its deadline; raise deadline=")
        return self.latency, None

    def _answer(self, request: WireRequest, late: KaizenRequestError | None) -> WireReply:
        path = _route(urlsplit(request.url).path)
        operation = _OPERATIONS.get((request.method, path))
        outcome: Any = late
        with self._lock:
            if late is None:
                outcome = self._next(operation)
        if outcome is None:
            reply = self._engine.handle(request.method, path, request.headers, request.body or b"")
            outcome = WireReply(reply.status, Headers(reply.headers), reply.body)
        status = outcome.status if isinstance(outcome, WireReply) else None
        body = None if request.body is None else json.loads(request.body)
        self.calls.append(RecordedCall(operation, request.method, path, request.headers, body, status))
        if isinstance(outcome, WireReply):
            return outcome
        raise _fresh(outcome)

    def _next(self, operation: str | None) -> Any:
        for index, planned in enumerate(self._planned):
            if planned.operation in (None, operation):
                return self._planned.pop(index).outcome
        return None


class _Async:
    """The async side of a fake service."""

    def __init__(self, service: FakeKaizen) -> None:
        self._service = service
        self.clock = service.clock

    async def send(self, request: WireRequest) -> WireReply:
        wait, late = self._service._wait(request)
        if isinstance(self.clock, FakeClock):
            self.clock.pass_time(wait)
            await asyncio.sleep(0)  # A real one gives other tasks a turn.
        else:
            await self.clock.asleep(wait)
        return self._service._answer(request, late)

    async def close(self) -> None:
        """Do nothing."""


def _route(path: str) -> str:
    """Return a path without the prefix of a base URL."""
    for _, route in _OPERATIONS:
        if path.endswith(route) and route != "/":
            return route
    return "/" if path.endswith("/") else path


def _detail(status: int) -> Any:
    try:
        return _DETAILS.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


def _fresh(failure: KaizenRequestError | type[KaizenRequestError]) -> KaizenRequestError:
    """Return an error of its own for each request, since a call writes its attempts on it."""
    if isinstance(failure, type):
        return failure(f"{failure.__name__} planned by the test")
    again = copy.copy(failure)
    again.original = failure.original
    return again
