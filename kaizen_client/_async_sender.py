"""One call from request to reply: credentials, attempts, deadline. The source of `_sync_sender.py`."""

from __future__ import annotations

import asyncio  # async-only
import inspect
import math
import os
import platform
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, cast

from kaizen_client import logs, tracing
from kaizen_client._contract import CONTRACT_VERSION

# sync: from kaizen_client._other_flavour import plain
from kaizen_client._version import __version__
from kaizen_client.clock import Clock
from kaizen_client.closing import Closing
from kaizen_client.config import KaizenClientConfig, is_key, key_of, timeout_of
from kaizen_client.counts import Counter
from kaizen_client.events import AttemptEvent
from kaizen_client.exceptions import (
    KaizenAPIError,
    KaizenConfigError,
    KaizenDeadlineError,
    KaizenError,
    KaizenPayloadError,
    KaizenRequestError,
    KaizenResponseError,
    KaizenTimeoutError,
    error_from_reply,
    without_secrets,
)
from kaizen_client.headers import Headers, HiddenFields, Secret, problem_among, problem_with, secrets_in
from kaizen_client.options import KaizenTimeout
from kaizen_client.results import HttpInfo
from kaizen_client.retries import parse_retry_after
from kaizen_client.retry_budget import RetryBudget
from kaizen_client.send_rate import SendRate
from kaizen_client.timeline import Timeline
from kaizen_client.transports.base import AsyncTransport, WireReply, WireRequest, is_reply

USER_AGENT: Final = (
    f"kaizen-client-python/{__version__} contract/{CONTRACT_VERSION} "
    f"{platform.python_implementation()}/{platform.python_version()}"
)


#: How long a call that the send rate holds back sleeps before it asks again, at most, in seconds.
_LOOK_AGAIN: Final = 0.5


class Outgoing(NamedTuple):
    """What a call sends, before credentials."""

    #: The client's method; `request` for a route of the user's own.
    operation: str
    method: str
    #: The route, beginning with a slash.
    path: str
    body: bytes | None
    headers: Mapping[str, str | None]
    #: Kept for every attempt; made up where it is None.
    request_id: str | None
    timeout: float | KaizenTimeout
    #: Seconds for the whole call.
    deadline: float
    max_retries: int
    metadata: Mapping[str, Any]
    #: When the call began, before its payload was checked and encoded, on the client's monotonic clock in seconds.
    began: float

    @property
    def route(self) -> str:
        """The path without a query, which may hold anything."""
        return self.path.partition("?")[0]

    def __repr__(self) -> str:
        # Error trackers print local variables: no header value and no body.
        return f"Outgoing({self.method} {self.route}, {len(self.body or b'')} B)"


class Exchange(NamedTuple):
    """A successful reply and how it came."""

    body: bytes
    http: HttpInfo
    url: str
    #: Hides the credentials that the call sent, should the reply repeat them: for errors.
    hide: Callable[[Any, Headers, bytes], tuple[Any, Headers, bytes]]

    def __repr__(self) -> str:
        return f"Exchange({self.http.status}, {len(self.body)} B)"


class AsyncSender:
    """Sends calls over a transport: repeats what may be repeated, and turns failures into our errors.

    Args:
        config: the settings.
        transport: what carries the requests.
        budget: what the client's retries are taken from.
        rate: how fast the client may send.
        counter: counts the attempts.
        closing: tells when the client is closed.
    """

    def __init__(
        self,
        config: KaizenClientConfig,
        transport: AsyncTransport,
        budget: RetryBudget,
        rate: SendRate,
        counter: Counter,
        closing: Closing,
    ) -> None:
        self._config = config
        self._transport = transport
        self._budget = budget
        self._rate = rate
        self._counter = counter
        self._closing = closing
        self._base_url = config.base_url.rstrip("/")
        self._defaults = HiddenFields((name.lower(), value) for name, value in config.default_headers.items())
        self._always = HiddenFields({
            "accept": "application/json", "accept-encoding": "gzip, deflate", "user-agent": USER_AGENT,
            "content-type": "application/json", **self._defaults,
        })  # fmt: skip
        self._adaptive = bool(getattr(config.retry_policy, "adaptive", True))
        # A transport for tests brings its own time.
        self.clock: Clock = getattr(transport, "clock", None) or Clock(closing)

    async def send(self, call: Outgoing) -> Exchange:
        """Send a call and return its successful reply.

        Raises:
            KaizenAPIError: the service answered with something else than a success.
            KaizenRequestError: there was no answer.
            KaizenConfigError: the key's function gave something that is no key.
        """
        headers = self._headers(call)
        timeline = Timeline(headers["x-request-id"], call.metadata, call.began, call.began + call.deadline)
        with tracing.call_span(
            enabled=self._config.tracing,
            operation=call.operation,
            method=call.method,
            base_url=self._config.base_url,
            route=call.route,
            request_id=timeline.request_id,
            size=len(call.body or b""),
        ) as span:
            for name, value in span.headers.items():
                headers.setdefault(name, value)
            try:
                return await self._attempts(call, headers, timeline, span)
            except KaizenError as error:
                span.failed(error)
                raise

    async def _attempts(
        self, call: Outgoing, headers: HiddenFields, timeline: Timeline, span: tracing.CallSpan
    ) -> Exchange:
        clock = self.clock
        key = await self._key(timeline)
        retries, renewed = call.max_retries, False
        while True:
            await self._place(timeline)
            sent = Headers.of_lower_case({**headers, **self._credentials(key)})
            request = WireRequest(
                call.method,
                self._url(call.path),
                sent,
                call.body,
                timeout_of(call.timeout),
                timeline.expires,
                self._config.max_response_bytes,
            )
            started = clock.monotonic()
            reply, failure = await self._attempt(request)
            ended = clock.monotonic()
            self._counter.add("attempts")
            if reply is not None and 200 <= reply.status < 300:
                self._budget.succeeded()
                await self._tell(call, timeline, span, started, ended, reply, None, 0.0, last=True)
                own_id = reply.headers.get("x-request-id", timeline.request_id)
                http = HttpInfo(reply.status, reply.headers, ended - timeline.began, timeline.attempts, own_id)
                return Exchange(reply.body, http, self._url(call.route), _hider(sent, key))
            retry_after: float | None = None
            if reply is not None:
                retry_after = parse_retry_after(reply.headers.get("retry-after"), clock.wall())
                failure = error_from_reply(
                    reply.status, reply.headers, reply.body,
                    url=self._url(call.route), request_id=timeline.request_id, retry_after=retry_after,
                    secrets=_secrets(sent, key),
                )  # fmt: skip
                if reply.status == 429 and self._adaptive:
                    self._rate.throttled(started, ended)
                if reply.status == 401 and callable(self._config.api_key) and not renewed:
                    renewed = True
                    await self._tell(call, timeline, span, started, ended, reply, failure, 0.0, last=False)
                    key = await self._key(timeline)
                    continue
            else:
                failure = _hidden(failure or KaizenRequestError("the call was not sent"), sent, key)
            delay = self._delay(len(timeline.attempts) + 1, failure, retry_after) if retries > 0 else None
            if delay is not None:
                delay = self._afforded(delay, failure, ended, timeline)
            await self._tell(call, timeline, span, started, ended, reply, failure, delay or 0.0, last=delay is None)
            if delay is None:
                raise timeline.final(failure)
            retries -= 1
            await self._pause(delay, timeline)

    async def _attempt(self, request: WireRequest) -> tuple[WireReply | None, KaizenError | None]:
        """Send once; return the reply, or the error there was in its place."""
        try:
            reply = await self._transport.send(request)
            if not is_reply(reply):
                return None, KaizenRequestError("the transport gave something that is no WireReply")
            return reply, None
        except KaizenError as error:
            return None, error
        except Exception as error:
            # A cassette that has no reply says so to the test that plays it.
            if type(error).__module__.startswith("vcr."):
                raise
            failure = KaizenRequestError(f"the transport failed with {type(error).__name__}", error)
            failure.__cause__ = error
            return None, failure

    async def _place(self, timeline: Timeline) -> None:
        """Wait until the send rate has a place for the next attempt.

        Raises:
            KaizenError: there is none before the deadline.
        """
        if not self._adaptive:
            return
        clock, rate = self.clock, self._rate
        if rate.lets_go_at_once(clock.monotonic()):
            return
        ticket = rate.ticket(clock.monotonic())
        try:
            while wait := rate.wait(ticket, now := clock.monotonic()):
                if not timeline.room_for(wait, now):
                    late = KaizenDeadlineError(
                        "the service asked this client to slow down (429), and at the lowered rate the call would not "
                        "be sent before its deadline"
                    )
                    raise timeline.final(timeline.answer or late)
                await self._pause(min(wait, _LOOK_AGAIN), timeline)
        except BaseException:
            rate.give_back(ticket, clock.monotonic())
            raise

    async def _pause(self, seconds: float, timeline: Timeline) -> None:
        await self.clock.asleep(seconds)
        if self._closing.closed:
            raise timeline.final(KaizenRequestError("the client was closed while the call waited to be sent"))

    def _delay(self, number: int, failure: KaizenError, retry_after: float | None) -> float | None:
        """Return the seconds to wait before the next attempt; None where there is to be none."""
        policy = self._config.retry_policy
        try:
            if isinstance(failure, KaizenAPIError):
                again = policy.retries_status(failure.status_code, failure.headers, failure.detail)
            else:
                again = isinstance(failure, KaizenRequestError) and failure.retryable
            delay = policy.delay(number, retry_after, self.clock.random()) if again else None
            if delay is not None:
                delay = float(delay)
            if delay is not None and not (math.isfinite(delay) and delay >= 0):
                raise ValueError("a delay is a number of seconds, 0 or more")
        except Exception as error:
            logs.failed_beside("the retry_policy", error)
            return None
        return delay

    def _afforded(self, delay: float, failure: KaizenError, now: float, timeline: Timeline) -> float | None:
        """Return the seconds to wait where deadline and budget allow it, else None, with a remark that says which."""
        if not timeline.room_for(delay, now):
            timeline.remarks.append(f"not tried again: a wait of {delay:.3f} s would cross the deadline")
            return None
        if not self._budget.take(2.0 if isinstance(failure, KaizenTimeoutError) else 1.0):
            timeline.remarks.append("not tried again: too many calls of this client fail (RetryPolicy.budget)")
            return None
        return delay

    async def _tell(
        self,
        call: Outgoing,
        timeline: Timeline,
        span: tracing.CallSpan,
        started: float,
        ended: float,
        reply: WireReply | None,
        failure: KaizenError | None,
        slept: float,
        *,
        last: bool,
    ) -> None:
        """Record an attempt, and tell the log, the span and the hook of it."""
        attempt = timeline.add(started, ended, None if reply is None else reply.status, failure, slept)
        hook = self._config.on_attempt
        if hook is None and not span.tells and not logs.tells(last=last):
            return
        event = AttemptEvent(
            call.operation, call.method, call.route, timeline.request_id, attempt.number, attempt.status,
            None if failure is None else type(failure).__name__, attempt.start, attempt.seconds, slept,
            len(call.body or b""), None if reply is None else len(reply.body), last,
        )  # fmt: skip
        logs.attempted(event)
        span.attempted(event)
        if hook is None:
            return
        try:
            done = hook(event)  # async-only
            # sync: plain(hook(event), "on_attempt")
            if inspect.isawaitable(done):  # async-only
                await self._in_time(done, timeline)  # async-only
        except Exception as error:
            logs.failed_beside("the on_attempt hook", error)

    async def _in_time(self, awaitable: Any, timeline: Timeline) -> Any:  # async-only
        """Wait for something of the application's, until the deadline."""  # async-only
        left = timeline.expires - self.clock.monotonic()  # async-only
        async with asyncio.timeout(None if math.isinf(left) else left):  # async-only
            try:  # async-only
                return await awaitable  # async-only
            except asyncio.CancelledError:  # async-only
                task = asyncio.current_task()  # async-only
                if task is None or task.cancelling():  # async-only
                    raise  # async-only
                # What it waited for was cancelled by somebody, and the call was not.  # async-only
                raise RuntimeError("it was cancelled") from None  # async-only

    async def _key(self, timeline: Timeline) -> Secret | None:
        source = key_of(self._config)
        if source is None and self._config.key_was_dropped:
            raise KaizenConfigError(
                "this client was unpickled, and a pickle carries no key; set KAIZEN_API_KEY in this process",
                setting="api_key",
            )
        if source is None or not callable(source.value):
            return source
        found: Any
        try:
            found = source.value()
            if inspect.isawaitable(found):  # async-only
                found = await self._in_time(found, timeline)  # async-only
            found = Secret(found)
        except Exception as error:
            kind = KaizenDeadlineError if self.clock.monotonic() >= timeline.expires else KaizenRequestError
            text = f"no key could be had: the api_key function failed with {type(error).__name__}"
            failure = kind(text, error)
            failure.__cause__ = error
            raise timeline.final(failure)  # noqa: B904 - the cause is there; a reply before it stands above it
        # sync: plain(found.value, "api_key")
        if not is_key(found.value):
            raise KaizenConfigError(
                "the api_key function returned something that cannot be sent as a key (value not shown)",
                setting="api_key",
            )
        return cast("Secret", found)

    def _credentials(self, key: Secret | None) -> dict[str, str]:
        if key is None:
            return {}
        way = self._config.auth
        fields = {}
        if way != "x-api-key":
            fields["authorization"] = f"Bearer {key.value}"
        if way != "bearer":
            fields["x-api-key"] = key.value
        return fields

    def _headers(self, call: Outgoing) -> HiddenFields:
        if found := problem_among(call.headers):
            raise KaizenPayloadError(
                f"{found[1]} (value not shown)", path=f"headers[{found[0]}]", remedy="mend the header field"
            )
        if call.request_id is not None and (problem := problem_with("x-request-id", call.request_id)):
            raise KaizenPayloadError(problem, path="request_id", remedy="use printable ASCII")
        fields = HiddenFields(self._always)
        if call.body is None and "content-type" not in self._defaults:
            del fields["content-type"]
        for name in call.headers:
            fields[name.lower()] = call.headers[name]
        if call.request_id is not None:
            fields["x-request-id"] = call.request_id
        for name in [name for name, value in fields.items() if value is None]:
            del fields[name]
        if "x-request-id" not in fields:
            fields["x-request-id"] = os.urandom(16).hex()
        return fields

    def _url(self, path: str) -> str:
        return self._base_url + path


def _secrets(sent: Headers, key: Secret | None) -> list[str]:
    """Return the credentials that were sent: what an error must not show, should the service repeat it."""
    return secrets_in(sent) + ([key.value] if key else [])


def _hidden(error: KaizenError, sent: Headers, key: Secret | None) -> KaizenError:
    """Return a transport's error without the credentials that were sent."""
    secrets = _secrets(sent, key)
    if isinstance(error, KaizenResponseError):
        reason, headers, _ = without_secrets(error.reason, Headers(error.headers), b"", secrets)
        return KaizenResponseError(error.status_code, error.payload, headers, reason=reason, url=error.url)
    error.message = without_secrets(error.message, Headers(), b"", secrets)[0]
    error.args = (error.message,)
    return error


def _hider(sent: Headers, key: Secret | None) -> Callable[[Any, Headers, bytes], tuple[Any, Headers, bytes]]:
    # A function rather than the secrets, which an exchange would show when it is printed.
    return lambda payload, headers, body: without_secrets(payload, headers, body, _secrets(sent, key))
