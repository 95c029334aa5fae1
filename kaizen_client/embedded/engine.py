"""The engine: from what an HTTP request carries to what the service's reply would carry."""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from kaizen_client.embedded import _notation
from kaizen_client.embedded._envelopes import ENVELOPES, EnvelopeName
from kaizen_client.embedded._errors import (
    INTERNAL_ERROR,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    PAYLOAD_TOO_LARGE,
    UNAUTHORIZED,
    UNSUPPORTED_ENCODING,
    RequestRefused,
)
from kaizen_client.embedded._json import parse_body, render
from kaizen_client.embedded._notation import encode_options
from kaizen_client.embedded._operations import OPERATIONS, Operation
from kaizen_client.embedded._replies import EngineReply, failure, request_id_of, success
from kaizen_client.embedded._validation import refuse_media_type

__all__ = ["Engine", "EngineReply"]

_HEALTH_PATH: Final = "/"

_JSON_MEDIA_TYPE: Final = re.compile(r"application/(?:[^/;\s]+\+)?json")


class Engine:
    """The service in process. Safe to share between threads; keeps nothing of what passes through it.

    Args:
        envelope: which of the two documented forms a success has.
        api_key: the key that requests must carry, as `Authorization: Bearer <key>` or as `x-api-key`; either is
            enough. None lets every request in. Health never asks for it.
        max_body_bytes: the longest request body that is taken, in bytes; a longer one gets a 413. None for no limit.
        clock: tells seconds, for the uptime that health reports.
        region: the name that health reports.

    Raises:
        ValueError: for an unknown envelope, an empty key, or a limit below one byte.

    >>> engine = Engine()
    >>> engine.handle("POST", "/v1/decompress", {}, b'{"data": "x: 1"}').status
    200
    """

    def __init__(
        self,
        *,
        envelope: EnvelopeName = "documented",
        api_key: str | None = None,
        max_body_bytes: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        region: str = "embedded",
    ) -> None:
        """Check the settings and start the clock."""
        if envelope not in ENVELOPES:
            raise ValueError(f"envelope must be one of {', '.join(ENVELOPES)}")
        if api_key is not None and not api_key:
            raise ValueError("api_key must not be empty; None lets every request in")
        if max_body_bytes is not None and max_body_bytes < 1:
            raise ValueError("max_body_bytes must be at least 1; None for no limit")
        self._envelope_name = envelope
        self._envelope = ENVELOPES[envelope]
        self._api_key = None if api_key is None else _to_bytes(api_key)
        self._max_body_bytes = max_body_bytes
        self._clock = clock
        self._region = region
        self._started = clock()

    def __repr__(self) -> str:
        """Return what the engine is set to, without the key."""
        auth = "none" if self._api_key is None else "key"
        return f"<Engine envelope={self._envelope_name!r} auth={auth} region={self._region!r}>"

    @property
    def max_body_bytes(self) -> int | None:
        """The longest request body that is taken, in bytes; None for no limit."""
        return self._max_body_bytes

    @staticmethod
    def encode(value: Any, *, indent: int = 2) -> str:
        """Return a value as `compress` would, without JSON around it.

        Args:
            value: any JSON value.
            indent: spaces a level, 1 to 16.

        Raises:
            ValueError: KTOF cannot hold the value, or indentation would blow it up.

        >>> Engine.encode({"id": 1})
        'id: 1'
        """
        try:
            return _notation.encode(value, encode_options(indent, None, None))
        except RequestRefused as refused:
            raise ValueError(str(refused.detail)) from None

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> EngineReply:
        """Answer one request; never raises for what a request holds.

        Args:
            method: the HTTP method.
            path: the path below the service's root, such as `/v1/compress`. A query string is ignored.
            headers: the request's fields, names in any case.
            body: the request's body; not looked at for health.

        Returns:
            The reply. An error is a reply too: its body has `detail`, `code` and `request_id`.

        >>> Engine().handle("GET", "/v2", {}, b"").status
        404
        """
        reply = self._answer(method, path, headers, body)
        assert reply is not None  # noqa: S101 - for the type checker: with a body there is always one
        return reply

    def handle_head(self, method: str, path: str, headers: Mapping[str, str]) -> EngineReply | None:
        """Answer a request whose body has not come yet, where the body makes no difference; never raises.

        A server asks this first, so that it need not take in a body that is refused anyway.

        Args:
            method: the HTTP method.
            path: the path below the service's root.
            headers: the request's fields, names in any case; a `content-length` over the limit is a 413.

        Returns:
            What `handle` would answer - health, or an error - or None where the body is needed for that.

        >>> Engine().handle_head("POST", "/v1/compress", {}) is None
        True
        """
        return self._answer(method, path, headers, None)

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> EngineReply | None:
        fields = {name.lower(): value for name, value in headers.items()}
        request_id = request_id_of(fields.get("x-request-id"))
        try:
            operation = self._operation(method.upper(), path.partition("?")[0] or _HEALTH_PATH, fields)
            if operation is None:
                return success(request_id, render(self._envelope.health(self._clock() - self._started, self._region)))
            if body is None:
                self._limit(_length(fields.get("content-length")))
                return None
            self._limit(len(body))
            if body and not _says_json(fields.get("content-type")):
                refuse_media_type()
            return success(request_id, render(self._envelope.success(operation(parse_body(body)))))
        except RequestRefused as refused:
            return failure(request_id, refused)
        except Exception as fault:
            # The message could quote the body, so only the kind of fault and its place are told.
            detail = f"The embedded engine failed: {_describe(fault)}."
            return failure(request_id, RequestRefused(500, INTERNAL_ERROR, detail))

    def _operation(self, method: str, path: str, fields: Mapping[str, str]) -> Operation | None:
        """Return what answers a request, by its head; None for health."""
        if (method, path) == ("GET", _HEALTH_PATH):
            return None
        self._authenticate(fields)
        operation = OPERATIONS.get(path)
        if operation is None and path != _HEALTH_PATH:
            raise RequestRefused(404, NOT_FOUND, "Not Found")
        if operation is None or method != "POST":
            allowed = "GET" if operation is None else "POST"
            raise RequestRefused(405, METHOD_NOT_ALLOWED, "Method Not Allowed", {"allow": allowed})
        if fields.get("content-encoding", "").strip().lower() not in ("", "identity"):
            # RFC 9110, section 15.5.16: the reply says which codings would do.
            detail = "The body must not be compressed."
            raise RequestRefused(415, UNSUPPORTED_ENCODING, detail, {"accept-encoding": "identity"})
        return operation

    def _limit(self, length: int) -> None:
        if self._max_body_bytes is not None and length > self._max_body_bytes:
            raise RequestRefused(413, PAYLOAD_TOO_LARGE, f"The body is longer than {self._max_body_bytes} bytes.")

    def _authenticate(self, fields: Mapping[str, str]) -> None:
        if self._api_key is None:
            return
        scheme, _, token = fields.get("authorization", "").partition(" ")
        bearer = token.strip(" ") if scheme.lower() == "bearer" else ""
        # Both are compared, and in full, so that the time taken says nothing about either.
        by_bearer = hmac.compare_digest(_to_bytes(bearer), self._api_key)
        by_header = hmac.compare_digest(_to_bytes(fields.get("x-api-key", "")), self._api_key)
        if not (by_bearer or by_header):
            detail = "The API key is missing or not valid."
            raise RequestRefused(401, UNAUTHORIZED, detail, {"www-authenticate": "Bearer"})


def _to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _length(declared: str | None) -> int:
    # What is not a plain number says nothing, and is caught when the body has come.
    return int(declared) if declared is not None and re.fullmatch(r"[0-9]{1,18}", declared) else 0


def _says_json(content_type: str | None) -> bool:
    # No content type is taken for JSON, as FastAPI does.
    media_type = (content_type or "").partition(";")[0].strip().lower()
    return not media_type or _JSON_MEDIA_TYPE.fullmatch(media_type) is not None


def _describe(fault: BaseException) -> str:
    place = fault.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    name = type(fault).__name__
    if place is None:
        return name
    return f"{name} in {place.tb_frame.f_globals.get('__name__')}, line {place.tb_lineno}"
