"""The engine in this process, behind the seam."""

from __future__ import annotations

import asyncio

from kaizen_client.embedded import Engine
from kaizen_client.embedded._effort import takes_long
from kaizen_client.headers import Headers
from kaizen_client.transports.base import WireReply, WireRequest


class EmbeddedTransport:
    """Answers the requests of `SyncKaizenClient` with an engine in this process."""

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine or Engine()

    def send(self, request: WireRequest) -> WireReply:
        """Answer one request."""
        path = request.url.split(":", 1)[1]
        reply = self._engine.handle(request.method, path, request.headers, request.body or b"")
        return WireReply(reply.status, Headers(reply.headers), reply.body)

    def close(self) -> None:
        """Do nothing: an engine holds nothing."""


class AsyncEmbeddedTransport:
    """Answers the requests of `KaizenClient` with an engine in this process; large ones in a thread."""

    def __init__(self, engine: Engine | None = None) -> None:
        self._answer = EmbeddedTransport(engine).send

    async def send(self, request: WireRequest) -> WireReply:
        """Answer one request."""
        if takes_long(request.body or b""):
            return await asyncio.to_thread(self._answer, request)
        return self._answer(request)

    async def close(self) -> None:
        """Do nothing: an engine holds nothing."""
