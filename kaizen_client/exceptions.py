"""The errors of the SDK, and the one function that turns a reply into one.

    KaizenError
    ├── KaizenConfigError              a setting or environment variable is wrong or missing
    ├── KaizenPayloadError             what was passed in cannot be sent (also a ValueError)
    ├── KaizenProviderError            a model vendor's client failed, under a provider wrapper
    ├── KaizenRequestError             no reply was had
    │   ├── KaizenConnectionError
    │   └── KaizenTimeoutError
    │       ├── KaizenDeadlineError    the whole call took too long
    │       └── KaizenPoolTimeoutError no connection was free in time
    └── KaizenAPIError                 a reply that is not a success
        ├── KaizenBadRequestError      400
        ├── KaizenAuthenticationError  401
        ├── KaizenPermissionError      403
        ├── KaizenNotFoundError        404
        ├── KaizenExpiredError         410
        ├── KaizenPayloadTooLargeError 413
        ├── KaizenValidationError      422
        ├── KaizenRateLimitError       429
        ├── KaizenServerError          5xx
        └── KaizenResponseError        a success that is not the contract (also a ValueError)

All of them can be pickled and hashed, carry the call's `metadata`, and print neither a secret nor a payload.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple, Self

from kaizen_client import json_bodies
from kaizen_client.headers import HIDDEN, Headers

__all__ = [
    "Attempt",
    "KaizenAPIError",
    "KaizenAuthenticationError",
    "KaizenBadRequestError",
    "KaizenConfigError",
    "KaizenConnectionError",
    "KaizenDeadlineError",
    "KaizenError",
    "KaizenExpiredError",
    "KaizenNotFoundError",
    "KaizenPayloadError",
    "KaizenPayloadTooLargeError",
    "KaizenPermissionError",
    "KaizenPoolTimeoutError",
    "KaizenProviderError",
    "KaizenRateLimitError",
    "KaizenRequestError",
    "KaizenResponseError",
    "KaizenSecurityWarning",
    "KaizenServerError",
    "KaizenTimeoutError",
    "KaizenValidationError",
    "error_from_reply",
]

_SHOWN = 300


def _line(text: str) -> str:
    """Return a text of the service's as one line that any terminal and log can take."""
    text = "".join(char if char.isprintable() else " " for char in text[: _SHOWN + 1])
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


class Attempt(NamedTuple):
    """One try of a call."""

    #: Its number, from 1.
    number: int
    #: The status of the reply, None where there was none.
    status: int | None
    #: What went wrong where there was no reply, as a short text.
    error: str | None
    #: When it began, in seconds since the call began.
    start: float
    #: How long it took, in seconds.
    seconds: float
    #: How long the client waited after it, in seconds.
    slept: float


def _rebuild(kind: type[KaizenError], state: dict[str, Any]) -> KaizenError:
    error = kind.__new__(kind)
    error.__dict__.update(state)
    error.args = (str(error),)
    return error


class KaizenError(Exception):
    """Base of every error of the SDK."""

    def __init__(self, message: str = "", *, metadata: Mapping[str, Any] | None = None) -> None:
        self.message = message
        #: The metadata of the call: client default, context and call merged.
        self.metadata: dict[str, Any] = dict(metadata or {})
        super().__init__(message)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), {**self.__dict__})


class KaizenSecurityWarning(UserWarning):
    """A setting sends data where others may read or change it: plain HTTP to another machine, `verify_ssl=False`."""


class KaizenConfigError(KaizenError):
    """A setting or an environment variable is wrong or missing; the message says which and what to do.

    Attributes:
        setting: the name of the setting, None where it is no single one.
    """

    def __init__(self, message: str, *, setting: str | None = None) -> None:
        self.setting = setting
        super().__init__(message)


class KaizenPayloadError(KaizenError, ValueError):
    """What was passed to a call cannot be sent; nothing was.

    Attributes:
        path: where the fault is, as in `data.rows[3].when`; empty for the payload as a whole.
        reason: what is wrong there.
        remedy: what to do.
    """

    def __init__(
        self, reason: str, *, path: str = "", remedy: str = "", metadata: Mapping[str, Any] | None = None
    ) -> None:
        self.path = path
        self.reason = reason
        self.remedy = remedy
        text = f"{path}: {reason}" if path else reason
        super().__init__(f"{text}; {remedy}" if remedy else text, metadata=metadata)


class KaizenProviderError(KaizenError):
    """A model vendor's client failed; Kaizen did not. Raised by the provider wrappers, from the vendor's error.

    Attributes:
        provider: `openai`, `anthropic` or `gemini`.
        original: the vendor's error, None after pickling.
        status_code: the HTTP status that the vendor answered with, None where it did not.
    """

    def __init__(self, provider: str, original: BaseException | None = None) -> None:
        self.provider = provider
        self.original = original
        found = (getattr(original, name, None) for name in ("status_code", "code"))
        self.status_code: int | None = next((status for status in found if isinstance(status, int)), None)
        # The vendor's own message may quote the prompt or a part of the key.
        status = "" if self.status_code is None else f" (status {self.status_code})"
        super().__init__(f"{provider} failed with {type(original).__name__}{status}; see the cause")

    def __reduce__(self) -> tuple[Any, ...]:
        # The vendor's error holds the request, and with it the key.
        return _rebuild, (type(self), {**self.__dict__, "original": None})


class KaizenRequestError(KaizenError):
    """No reply was had from the service.

    Attributes:
        original: the error underneath, None where there is none and after pickling.
        request_id: the id the request was sent under.
        attempts: a record of every try.
    """

    #: Whether the same request may succeed when it is sent again.
    retryable: bool = False

    def __init__(
        self,
        message: str,
        original: BaseException | None = None,
        *,
        metadata: Mapping[str, Any] | None = None,
        request_id: str | None = None,
        attempts: Sequence[Attempt] = (),
    ) -> None:
        self.original = original
        self.request_id = request_id
        self.attempts = tuple(attempts)
        super().__init__(message, metadata=metadata)

    def __copy__(self) -> Self:
        copy = self.__class__.__new__(self.__class__)
        copy.__dict__.update(self.__dict__)
        copy.args = self.args
        return copy

    def __reduce__(self) -> tuple[Any, ...]:
        # The error underneath holds the request, and with it the key.
        return _rebuild, (type(self), {**self.__dict__, "original": None})


class KaizenConnectionError(KaizenRequestError):
    """The connection could not be made, or broke before the reply was whole."""

    retryable = True


class KaizenTimeoutError(KaizenRequestError):
    """A wait on the socket took longer than `timeout`."""

    retryable = True


class KaizenDeadlineError(KaizenTimeoutError):
    """The whole call, retries and waits included, took longer than `deadline`."""

    retryable = False


class KaizenPoolTimeoutError(KaizenTimeoutError):
    """All connections were busy for longer than the `pool` timeout allows; raise `max_connections` or wait."""

    retryable = False


class KaizenAPIError(KaizenError):
    """The service answered, and the answer is not a success.

    Attributes:
        status_code: the HTTP status.
        payload: the reply's body: JSON where it is JSON, else text.
        headers: the reply's header fields, names without case.
        detail: what the reply says under `detail`, None where it says nothing there.
        code: the reply's own short name of the error.
        request_id: the id of the request, from the reply or as it was sent.
        retry_after: how long the service asks to wait, in seconds.
        attempts: a record of every try.
    """

    #: What to do, for the end of the message.
    remedy = ""

    def __init__(
        self,
        status_code: int,
        payload: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        request_id: str | None = None,
        retry_after: float | None = None,
        metadata: Mapping[str, Any] | None = None,
        attempts: Sequence[Attempt] = (),
    ) -> None:
        self.status_code = status_code
        self.payload = payload
        self.headers: Mapping[str, str] = headers if isinstance(headers, Headers) else Headers(headers)
        fields = payload if isinstance(payload, dict) else {}
        self.detail: Any = fields.get("detail")
        code, own_id = fields.get("code"), fields.get("request_id")
        self.code: str | None = code if isinstance(code, str) else None
        found = own_id if isinstance(own_id, str) and own_id else self.headers.get("x-request-id") or request_id
        # It goes to logs, where a second line would be another record.
        self.request_id: str | None = None if found is None else _line(found)
        self.retry_after = retry_after
        self.attempts = tuple(attempts)
        super().__init__(self._text(), metadata=metadata)

    def _text(self) -> str:
        try:
            reason = f"{self.status_code} {HTTPStatus(self.status_code).phrase}"
        except ValueError:
            reason = str(self.status_code)
        text = f"Kaizen API error {reason}"
        if said := self._said():
            text += f": {said}"
        if self.remedy:
            text += f" - {self.remedy}"
        return f"{text} (request id {self.request_id})" if self.request_id else text

    def _said(self) -> str:
        said = self.detail if isinstance(self.detail, str) else ""
        return _line(said)


class KaizenBadRequestError(KaizenAPIError):
    """400: the value cannot be encoded, or the KTOF text is malformed."""


class KaizenAuthenticationError(KaizenAPIError):
    """401: the key is missing or not valid."""

    remedy = "check KAIZEN_API_KEY or api_key="


class KaizenPermissionError(KaizenAPIError):
    """403: the key has no access to this deployment."""


class KaizenNotFoundError(KaizenAPIError):
    """404: no such route, or a payload that is gone."""


class KaizenExpiredError(KaizenAPIError):
    """410: the payload is past its retention window."""


class KaizenPayloadTooLargeError(KaizenAPIError):
    """413: the payload is too large for the plan."""


class KaizenValidationError(KaizenAPIError):
    """422: the request is not valid."""

    @property
    def errors(self) -> list[dict[str, Any]]:
        """What is wrong, each with `loc`, `msg` and `type`; one without a place where the reply is a text."""
        if isinstance(self.detail, list):
            return [entry for entry in self.detail if isinstance(entry, dict)]
        if isinstance(self.detail, str):
            return [{"loc": [], "msg": self.detail, "type": "value_error"}]
        return []

    def _said(self) -> str:
        if not isinstance(self.detail, list):
            return super()._said()
        lines = []
        for entry in self.errors[:3]:
            place = entry.get("loc")
            where = ".".join(str(part) for part in place) if isinstance(place, list) else ""
            lines.append(f"{where}: {entry.get('msg', '')}" if where else str(entry.get("msg", "")))
        if len(self.errors) > len(lines):
            lines.append(f"and {len(self.errors) - len(lines)} more")
        return _line("; ".join(lines))


class KaizenRateLimitError(KaizenAPIError):
    """429: too many requests; `retry_after` says how long to wait."""


class KaizenServerError(KaizenAPIError):
    """5xx: a fault of the service or of something before it."""


class KaizenResponseError(KaizenAPIError, ValueError):
    """The reply is not what the contract says: not JSON, not an object, without its value, or a redirect.

    Attributes:
        reason: what is wrong with the reply.
        url: where it came from.
        content_type: what it says it is.
        preview: its first bytes.
    """

    def __init__(
        self,
        status_code: int,
        payload: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        reason: str = "the reply is not what the contract says",
        url: str = "",
        preview: bytes = b"",
        **rest: Any,
    ) -> None:
        self.reason = reason
        self.url = url
        self.preview = preview
        self.content_type: str | None = Headers(headers).get("content-type")
        super().__init__(status_code, payload, headers, **rest)

    def _said(self) -> str:
        said = self.reason
        if self.url:
            said += f", from {self.url}"
        if self.content_type:
            said += f", content type {self.content_type}"
        return f"{said}, beginning {self.preview!r}" if self.preview else said


_BY_STATUS: dict[int, type[KaizenAPIError]] = {
    400: KaizenBadRequestError,
    401: KaizenAuthenticationError,
    403: KaizenPermissionError,
    404: KaizenNotFoundError,
    410: KaizenExpiredError,
    413: KaizenPayloadTooLargeError,
    422: KaizenValidationError,
    429: KaizenRateLimitError,
}
_PREVIEW = 120
#: How much of a reply an error keeps, in bytes.
_LONGEST_PAYLOAD = 1024 * 1024
#: How deeply the JSON of an error may be nested; deeper, it is kept as text.
_DEEPEST = 100


class _NotJson(ValueError):
    """Something that Python reads as JSON, and that is none."""


def parsed_body(body: bytes) -> Any:
    """Return a body as JSON.

    Raises:
        ValueError: it is empty, not JSON, nested too deeply, or not text; the message says which.
    """
    if not body.strip():
        raise ValueError("the body is empty")
    try:
        return json_bodies.parse(body, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"the body is not text in {error.encoding}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"the body is not JSON ({error.msg} at character {error.pos})") from None
    except _NotJson:
        raise
    except ValueError:
        # Python's own limit, whose message would tell the user to lift it.
        raise ValueError(f"the body has an integer of more than {sys.get_int_max_str_digits():,} digits") from None


def _refuse_constant(name: str) -> Any:
    raise _NotJson(f"the body has {name} in it, which JSON has not")


def payload_of(body: bytes) -> Any:
    """Return a body for an error: JSON where it is JSON that is not nested too deeply, else text.

    Of a long one it is the beginning: to read and search tens of megabytes would hold an event loop for seconds.
    """
    if len(body) > _LONGEST_PAYLOAD:
        return _text(body[:_LONGEST_PAYLOAD])
    try:
        payload = parsed_body(body)
    except ValueError:
        payload = None
    else:
        if not _is_deep(payload):
            return payload
    return _text(body)


def _text(body: bytes) -> str:
    # UTF-16 and UTF-32 too, in which a secret would not be found otherwise.
    return body.decode(json.detect_encoding(body), "replace")


def _is_deep(value: Any) -> bool:
    """Tell whether a JSON value is nested deeper than what handles errors (pickle, logs, trackers) can take."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            item
            for found in level
            if isinstance(found, dict | list)
            for item in (found.values() if isinstance(found, dict) else found)
        ]
        if not level:
            return False
    return True


def _spelt(secrets: Sequence[str]) -> re.Pattern[str] | None:
    """Return what finds secrets in a text however they are written: as they are, escaped as in JSON, URLs or HTML."""
    if not secrets:
        return None
    return re.compile("|".join("".join(map(_letter, secret)) for secret in secrets))


@cache
def _letter(char: str) -> str:
    code = ord(char)
    escaped = f"u{code:04x}|%{code:02x}|&#{code};|&#x{code:x};" + ("|&amp;" if char == "&" else "")
    # JSON in JSON doubles the backslashes.
    return rf"\\{{0,8}}(?:{re.escape(char)}|(?i:{escaped}))"


def _without(value: Any, secrets: re.Pattern[str]) -> Any:
    """Return a JSON value with every secret in its texts hidden."""
    if isinstance(value, str):
        return secrets.sub(HIDDEN, value)
    if isinstance(value, list):
        return [_without(item, secrets) for item in value]
    if isinstance(value, dict):
        return {_without(key, secrets): _without(item, secrets) for key, item in value.items()}
    return value


def without_secrets(payload: Any, headers: Headers, body: bytes, secrets: Sequence[str]) -> tuple[Any, Headers, bytes]:
    """Return a reply's payload, header fields and the beginning of its body, should it repeat a secret without it.

    Args:
        payload: the body as JSON or text.
        headers: the header fields.
        body: the body's bytes.
        secrets: the texts to hide, the longest first.
    """
    found = _spelt(secrets)
    if found is None:
        return payload, headers, body[:_PREVIEW]
    # After parsing, since JSON may write a text with escapes.
    payload = _without(payload, found)
    headers = Headers({name: _without(value, found) for name, value in headers.items()})
    # More than is shown, so that no secret is cut in two, in however many bytes it is written.
    beginning = _text(body[: _PREVIEW + max(map(len, secrets)) * 16])
    return payload, headers, _without(beginning, found).encode()[:_PREVIEW]


def error_from_reply(
    status: int,
    headers: Headers,
    body: bytes,
    *,
    url: str,
    request_id: str | None = None,
    retry_after: float | None = None,
    metadata: Mapping[str, Any] | None = None,
    attempts: Sequence[Attempt] = (),
    secrets: Sequence[str] = (),
) -> KaizenAPIError:
    """Return the error for a reply that is not a success, by its status.

    Args:
        status: the HTTP status, of any hundred but 2xx.
        headers: the reply's header fields.
        body: its bytes, decompressed.
        url: where it came from, without credentials.
        request_id: the id the request was sent under.
        retry_after: what `Retry-After` came to, in seconds.
        metadata: the call's metadata.
        attempts: a record of every try.
        secrets: texts that must not reach the error, should the reply repeat them.
    """
    payload, headers, beginning = without_secrets(payload_of(body), headers, body, secrets)
    context: dict[str, Any] = {
        "request_id": request_id,
        "retry_after": retry_after,
        "metadata": metadata,
        "attempts": attempts,
    }
    if 300 <= status < 400:
        target = headers.get("location", "nowhere")
        reason = f"a redirect to {target}, which was not followed; set base_url to where the service is"
        return KaizenResponseError(status, payload, headers, reason=reason, url=url, **context)
    if status < 400:
        return KaizenResponseError(status, payload, headers, url=url, preview=beginning, **context)
    kind = _BY_STATUS.get(status, KaizenServerError if status >= 500 else KaizenAPIError)
    return kind(status, payload, headers, **context)
