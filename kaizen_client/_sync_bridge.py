# Made from kaizen_client/_async_bridge.py by `make generate`. Do not edit.
"""What lets the generated endpoint modules send through a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import httpx

from kaizen_client import json_bodies
from kaizen_client._other_flavour import OtherFlavour
from kaizen_client.generated.client import Client

if TYPE_CHECKING:
    from kaizen_client.results import HttpInfo

Forward = Callable[[str, str, dict[str, Any]], tuple[bytes, "HttpInfo"]]


class _Reply(httpx.Response):
    """A reply whose JSON is read as the facade reads it."""

    def json(self, **options: Any) -> Any:
        """Return what the body holds; `options` are those of `json.loads`."""
        return super().json(**options) if options else json_bodies.parse(self.content)


class SyncBridge:
    """Stands where a generated `Client` keeps its HTTP client, and hands each request on."""

    def __init__(self, forward: Forward) -> None:
        self._forward = forward

    def request(self, *, method: str, url: str, **parts: Any) -> httpx.Response:
        """Send what an endpoint module asks for, with everything the facade does.

        Raises:
            KaizenError: as the facade does.
        """
        body, http = self._forward(method, url, parts)
        return _Reply(http.status, headers=dict(http.headers), content=body)


def generated_client(base_url: str, forward: Forward) -> Client:
    """Return a generated `Client` whose requests go through `forward`."""
    client = Client(base_url=base_url)
    client.set_httpx_client(cast("Any", SyncBridge(forward)))
    client.set_async_httpx_client(cast("Any", OtherFlavour()))
    return client
