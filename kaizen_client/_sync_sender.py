# Made from kaizen_client/_async_sender.py by `make generate`. Do not edit.
"""One call from request to reply: credentials, attempts, deadline."""

from __future__ import annotations

import logging
import platform
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from kaizen_client._contract import CONTRACT_VERSION
from kaizen_client._version import __version__
from kaizen_client.clock import Clock
from kaizen_client.config import ApiKey, KaizenClientConfig, timeout_of
from kaizen_client.exceptions import (
    Attempt,
    KaizenAPIError,
    KaizenConfigError,
    KaizenDeadlineError,
    KaizenError,
    KaizenPayloadError,
    KaizenRequestError,
    error_from_reply,
    without_secrets,
)
from kaizen_client.headers import Headers, problem_with
from kaizen_client.options import KaizenTimeout
from kaizen_client.results import HttpInfo
from kaizen_client.retries import parse_retry_after
from kaizen_client.transports.base import Transport, WireReply, WireRequest

_log = logging.getLogger("kaizen_client")

USER_AGENT: Final = (
    f"kaizen-client-python/{__version__} contract/{CONTRACT_VERSION} "
    f"{platform.python_implementation()}/{platform.python_version()}"
)


class Outgoing(NamedTuple):
    """What a call sends, before credentials."""

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


class Exchange(NamedTuple):
    """A successful reply and how it came."""

    body: bytes
    http: HttpInfo
    url: str
    #: Hides what the call sent as its key, should the reply repeat it: for errors.
    hide: Callable[[Any, Headers, bytes], tuple[Any, Headers, bytes]]


class SyncSender:
    """Sends calls over a transport: repeats what may be repeated, and turns failures into our errors."""

    def __init__(self, config: KaizenClientConfig, transport: Transport) -> None:
        self._config = config
        self._transport = transport
        # A transport for tests brings its own time.
        self.clock: Clock = getattr(transport, "clock", None) or Clock()

    def send(self, call: Outgoing) -> Exchange:
        """Send a call and return its successful reply.

        Raises:
            KaizenAPIError: the service answered with something else than a success.
            KaizenRequestError: there was no answer.
            KaizenConfigError: the key's function gave something that is no key.
        """
        clock, policy = self.clock, self._config.retry_policy
        began = clock.monotonic()
        expires = began + call.deadline
        headers = self._headers(call)
        request_id = headers["x-request-id"]
        key = self._key()
        attempts: list[Attempt] = []
        answer: KaizenAPIError | None = None
        retries, renewed = call.max_retries, False
        while True:
            request = WireRequest(
                call.method,
                self._url(call.path),
                Headers({**headers, **self._credentials(key)}),
                call.body,
                timeout_of(call.timeout),
                expires,
                self._config.max_response_bytes,
            )
            start = clock.monotonic()
            reply: WireReply | None = None
            failure: KaizenError | None = None
            try:
                reply = self._transport.send(request)
            except (KaizenRequestError, KaizenAPIError) as error:
                failure = error
            ended = clock.monotonic()
            attempt = Attempt(
                len(attempts) + 1,
                reply.status if reply else getattr(failure, "status_code", None),
                _named(failure),
                start - began,
                ended - start,
                0.0,
            )
            retry_after: float | None = None
            if reply is not None:
                if 200 <= reply.status < 300:
                    attempts.append(attempt)
                    self._tell(attempt)
                    own_id = reply.headers.get("x-request-id", request_id)
                    http = HttpInfo(reply.status, reply.headers, ended - began, tuple(attempts), own_id)
                    return Exchange(reply.body, http, request.url, _hider(key))
                retry_after = parse_retry_after(reply.headers.get("retry-after"), clock.wall())
                failure = answer = error_from_reply(
                    reply.status, reply.headers, reply.body,
                    url=request.url, request_id=request_id, retry_after=retry_after,
                    secrets=[key] if key else [],
                )  # fmt: skip
                if reply.status == 401 and callable(self._config.api_key) and not renewed:
                    renewed, key = True, self._key()
                    attempts.append(attempt)
                    self._tell(attempt)
                    continue
                again = policy.retries_status(reply.status, reply.headers, answer.detail)
            else:
                again = isinstance(failure, KaizenRequestError) and failure.retryable
            delay = policy.delay(len(attempts) + 1, retry_after, clock.random()) if again and retries > 0 else None
            if delay is not None and ended + delay >= expires:
                delay = None
            attempt = attempt._replace(slept=delay or 0.0)
            attempts.append(attempt)
            self._tell(attempt)
            if delay is None:
                raise self._final(failure, answer, call, request_id, attempts)
            retries -= 1
            clock.sleep(delay)

    def _final(
        self,
        failure: KaizenError | None,
        answer: KaizenAPIError | None,
        call: Outgoing,
        request_id: str,
        attempts: list[Attempt],
    ) -> KaizenError:
        """Return the error that ends a call: the deadline before an answer, an answer before a failure to get one."""
        if failure is None:
            failure = KaizenRequestError("the call was not sent")
        chosen = failure
        if answer is not None and answer is not failure:
            if isinstance(failure, KaizenDeadlineError):
                chosen.__cause__ = answer
            else:
                chosen = answer
                chosen.__cause__ = failure
        chosen.metadata = dict(call.metadata)
        if isinstance(chosen, KaizenAPIError | KaizenRequestError):
            chosen.attempts = tuple(attempts)
            chosen.request_id = chosen.request_id or request_id
        return chosen

    def _tell(self, attempt: Attempt) -> None:
        hook = self._config.on_attempt
        if hook is None:
            return
        try:
            hook(attempt)
        except Exception:
            _log.exception("the on_attempt hook failed")

    def _key(self) -> str | None:
        source: ApiKey | None = self._config.api_key
        if source is None and self._config.key_was_dropped:
            raise KaizenConfigError(
                "this client was unpickled, and a pickle carries no key; set KAIZEN_API_KEY in this process",
                setting="api_key",
            )
        if not callable(source):
            return source
        found = source()
        if not isinstance(found, str) or not found or found != found.strip() or problem_with("authorization", found):
            raise KaizenConfigError(
                "the api_key function returned something that cannot be sent as a key (value not shown)",
                setting="api_key",
            )
        return found

    def _credentials(self, key: str | None) -> dict[str, str]:
        if key is None:
            return {}
        way = self._config.auth
        fields = {}
        if way != "x-api-key":
            fields["authorization"] = f"Bearer {key}"
        if way != "bearer":
            fields["x-api-key"] = key
        return fields

    def _headers(self, call: Outgoing) -> dict[str, str]:
        fields = {"accept": "application/json", "accept-encoding": "gzip, deflate", "user-agent": USER_AGENT}
        if call.body is not None:
            fields["content-type"] = "application/json"
        fields.update((name.lower(), value) for name, value in self._config.default_headers.items())
        for name, value in call.headers.items():
            if value is None and isinstance(name, str):
                fields.pop(name.lower(), None)
            elif problem := problem_with(name, value):
                shown = name if isinstance(name, str) and name.isprintable() else "a name"
                raise KaizenPayloadError(
                    f"{problem} (value not shown)", path=f"headers[{shown}]", remedy="mend the header field"
                )
            else:
                fields[name.lower()] = str(value)
        if call.request_id is not None:
            if problem := problem_with("x-request-id", call.request_id):
                raise KaizenPayloadError(problem, path="request_id", remedy="use printable ASCII")
            fields["x-request-id"] = call.request_id
        fields.setdefault("x-request-id", uuid.uuid4().hex)
        return fields

    def _url(self, path: str) -> str:
        return self._config.base_url.rstrip("/") + path


def _hider(key: str | None) -> Callable[[Any, Headers, bytes], tuple[Any, Headers, bytes]]:
    # A function rather than the key, which an exchange would show when it is printed.
    return lambda payload, headers, body: without_secrets(payload, headers, body, [key] if key else [])


def _named(error: KaizenError | None) -> str | None:
    return None if error is None else f"{type(error).__name__}: {error}"
