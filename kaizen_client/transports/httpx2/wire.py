# Made from kaizen_client/transports/httpx/wire.py by `make generate`. Do not edit.
"""Requests and replies between the seam and httpx2."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

import httpx2

from kaizen_client.headers import Headers
from kaizen_client.transports.base import WireReply, WireRequest, read_body, seconds
from kaizen_client.transports.failures import TICK


@lru_cache(maxsize=256)
def _parsed(url: str) -> httpx2.URL:
    """Parse a URL once; a client has few."""
    return httpx2.URL(url)


def parts_of(request: WireRequest) -> dict[str, Any]:
    """Return what `httpx2.Request` is made of."""
    # Of a client of the user's own this is all that bounds a single wait.
    left = max(request.expires - time.monotonic(), TICK)
    connect, read, write, pool = (left if wait is None or wait > left else wait for wait in request.timeout)
    waits = {"connect": seconds(connect), "read": seconds(read), "write": seconds(write), "pool": seconds(pool)}
    return {
        "method": request.method,
        "url": _parsed(request.url),
        "headers": list(request.headers.items()),
        "content": request.body,
        "extensions": {"timeout": waits},
    }


def headers_of(response: httpx2.Response) -> Headers:
    """Return the header fields of a reply."""
    return Headers(response.headers.multi_items())


def refused(response: httpx2.Response) -> WireReply:
    """Return a reply that a hook of the user's own client made an error of; its body may not have been read."""
    body = response.content if response.is_stream_consumed and hasattr(response, "_content") else b""
    return WireReply(response.status_code, headers_of(response), body)


def consumed(response: httpx2.Response, headers: Headers, request: WireRequest) -> WireReply:
    """Return a reply that a user's own client has read and decompressed already, in an event hook or a mock."""
    plain = Headers({name: value for name, value in headers.items() if name != "content-encoding"})
    body = read_body(response.status_code, plain, request, [response.content])
    return WireReply(response.status_code, headers, body)


def has_surplus(response: httpx2.Response) -> bool:
    """Tell whether more came than the reply: httpcore2 would take it for the reply to the next request.

    It has no public way to ask; where its inside is another, the answer is no.
    """
    found: Any = getattr(response.stream, "_httpcore_stream", None)
    # A pool puts a stream of its own around that of a connection.
    found = getattr(found, "_stream", found)
    for name in ("_connection", "_h11_state", "trailing_data"):
        found = getattr(found, name, None)
    return bool(found and found[0])
