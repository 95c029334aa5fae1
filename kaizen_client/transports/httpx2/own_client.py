# Made from kaizen_client/transports/httpx/own_client.py by `make generate`. Do not edit.
"""A client of the user's own: its connections, its hooks, its mocks. It is used, and never closed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

import httpx2

from kaizen_client.exceptions import KaizenConfigError, KaizenRequestError
from kaizen_client.transports.admission import Admission
from kaizen_client.transports.base import WireReply, WireRequest, read_body
from kaizen_client.transports.failures import deadline_passed
from kaizen_client.transports.httpx2.errors import ERRORS, translated
from kaizen_client.transports.httpx2.settings import check_url
from kaizen_client.transports.httpx2.wire import consumed, has_surplus, headers_of, parts_of, refused
from kaizen_client.transports.per_process import PerProcess

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig


class _Process:
    """Who of this process uses the client."""

    def __init__(self, places: int) -> None:
        self.admission = Admission(places)

    def close(self) -> None:
        """Let nobody in any more."""
        self.admission.close()


class OwnClientTransport:
    """Carries the requests of `SyncKaizenClient` over an `httpx2.Client` of the user's.

    Args:
        config: the settings.
        client: the client, used and never closed.

    Raises:
        KaizenConfigError: it is no `httpx2.Client`, or httpx2 does not take the URL.
    """

    def __init__(self, config: KaizenClientConfig, client: Any) -> None:
        if not isinstance(client, httpx2.Client):
            given = type(client).__name__
            raise KaizenConfigError(
                f"client must be an httpx2.Client, not {given}; KaizenClient takes an httpx2.AsyncClient",
                setting="client",
            )
        check_url(config)
        self._client = client
        self._process = PerProcess(lambda: _Process(config.max_connections))

    def send(self, request: WireRequest) -> WireReply:
        """Send one request and return the whole reply."""
        with self._process.here().admission.admitted(request):
            try:
                return self._over(self._client, request)
            except httpx2.HTTPStatusError as error:
                return refused(error.response)
            except ERRORS as error:
                raise translated(error, request, proxied=False) from error

    def close(self) -> None:
        """Let go of the client, which stays open."""
        self._process.close()

    @staticmethod
    def _over(client: httpx2.Client, request: WireRequest) -> WireReply:
        if client.is_closed:
            raise KaizenRequestError("the httpx2.Client that was given as client= is closed")
        # build_request() adds what the user gave the client: its headers, its cookies.
        own = client.build_request(**parts_of(request))
        response = client.send(own, stream=True, follow_redirects=False)
        headers = headers_of(response)
        try:
            if response.is_stream_consumed:
                return consumed(response, headers, request)
            chunks = _checked(cast("Iterable[bytes]", response.stream), request)
            reply = WireReply(response.status_code, headers, read_body(response.status_code, headers, request, chunks))
            if has_surplus(response):
                response.extensions["network_stream"].close()
            return reply
        finally:
            response.close()


def _checked(chunks: Iterable[bytes], request: WireRequest) -> Iterator[bytes]:
    """Pass chunks on until the deadline: the client has no other bound."""
    for chunk in chunks:
        if time.monotonic() >= request.expires:
            raise deadline_passed()
        yield chunk
