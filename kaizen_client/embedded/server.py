"""The engine as an ASGI application, for other languages and for tests. Needs the extra `server`.

    from kaizen_client.embedded import Engine
    from kaizen_client.embedded.server import create_app

    app = create_app(Engine(max_body_bytes=1_000_000))

What a request gets is the engine's to say. Here its body is read, as far as it is wanted, and the reply written.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from kaizen_client.embedded._access_log import AccessLine
from kaizen_client.embedded._effort import takes_long
from kaizen_client.embedded._errors import RATE_LIMITED, SHUTTING_DOWN, RequestRefused
from kaizen_client.embedded._rate import Rate, TokenBucket
from kaizen_client.embedded._replies import EngineReply, failure, request_id_of
from kaizen_client.embedded.engine import Engine

__all__ = ["Rate", "create_app"]

# How many bodies are worked on in threads at once. More would only wait for the interpreter's lock, and hold memory.
_THREADS: Final = 2
# A refused body up to this size, in bytes, is read to its end, so that the connection can be used again.
_WORTH_READING: Final = 64 * 1024
# For how many seconds the rest of a longer one is thrown away before the connection is closed: most clients read a
# reply only when all is sent, and a connection closed under them would take the reply with it.
_LINGER: Final = 5.0


def create_app(engine: Engine, *, rate: Rate | None = None, clock: Callable[[], float] = time.monotonic) -> ASGIApp:
    """Return an ASGI application that answers with an engine.

    Each request is logged in one line, at INFO, to the logger `kaizen_client.server`. Bodies longer than the engine's
    `max_body_bytes` are refused as they arrive; the engine should have that limit where strangers can reach it.

    Args:
        engine: what answers; its key and its limit hold.
        rate: how many requests are let in, health aside; the others get a 429 with `Retry-After` in whole seconds.
            None for no limit.
        clock: tells seconds, for the rate.

    Returns:
        The application. It runs on asyncio, and may be mounted under a path of another one.

    >>> app = create_app(Engine(), rate=Rate.parse("100/s"))
    """
    # The router answers what is no request: the start and the end of the server.
    return Router(default=_Application(engine, None if rate is None else TokenBucket(rate, clock)))


class _Application:
    def __init__(self, engine: Engine, bucket: TokenBucket | None) -> None:
        self._engine = engine
        self._bucket = bucket
        self._threads = asyncio.Semaphore(_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await WebSocketClose()(scope, receive, send)
            return
        fields = _fields(scope)
        path = _path(scope)
        # Fixed here, so that the log and whatever answers call the request by one name.
        fields["x-request-id"] = request_id_of(fields.get("x-request-id"))
        line = AccessLine(scope["method"], path, fields["x-request-id"])
        call = _Call(scope, receive, send, line)
        try:
            await self._answer(scope["method"], path, fields, call)
        except (ClientDisconnect, OSError):
            pass  # The client has gone; where the reply was being written, some servers say so by an OSError.
        except asyncio.CancelledError:
            # The server stops and waits no longer.
            refused = RequestRefused(503, SHUTTING_DOWN, "The server is shutting down.")
            await call.abandon(failure(fields["x-request-id"], refused))
            raise
        finally:
            line.write()

    async def _answer(self, method: str, path: str, fields: dict[str, str], call: _Call) -> None:
        reply = self._throttle(method, path, fields["x-request-id"]) or self._engine.handle_head(method, path, fields)
        if reply is not None:
            await call.reply_early(reply, fields)
            return
        limit = self._engine.max_body_bytes
        body = await call.read(limit)
        if takes_long(body):
            async with self._threads:
                reply = await asyncio.to_thread(self._engine.handle, method, path, fields, body)
        else:
            reply = self._engine.handle(method, path, fields, body)
        del body  # A slow reader should not keep it.
        if call.read_whole:
            await call.reply(reply)
        else:
            # The engine has seen one byte too many, and refused.
            await call.reply_and_linger(reply)

    def _throttle(self, method: str, path: str, request_id: str) -> EngineReply | None:
        if self._bucket is None or (method, path) == ("GET", "/"):
            return None
        wait = self._bucket.take()
        if not wait:
            return None
        refused = RequestRefused(429, RATE_LIMITED, "Too many requests.", {"retry-after": str(wait)})
        return failure(request_id, refused)


class _Call:
    """One request and its reply, on the wire."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, line: AccessLine) -> None:
        self._stream = Request(scope, receive).stream()
        self._send = send
        self._line = line
        #: Whether the request's body has been read to its end.
        self.read_whole = False

    async def read(self, limit: int | None) -> bytes:
        """Return the body; one over the limit only as far as it takes to see that.

        Raises:
            ClientDisconnect: the client has gone.
        """
        body = bytearray()  # Not a list of chunks: they may be of a byte each.
        async for chunk in self._stream:
            self._line.taken += len(chunk)
            body += chunk
            if limit is not None and len(body) > limit:
                break
        else:
            self.read_whole = True
        return bytes(body)

    async def reply(self, reply: EngineReply) -> None:
        """Send a reply."""
        await self._start(reply)
        await self._send({"type": "http.response.body", "body": reply.body})

    async def reply_early(self, reply: EngineReply, fields: Mapping[str, str]) -> None:
        """Send a reply that does not depend on the body, which is read only where it is short."""
        declared = fields.get("content-length", "0")
        if declared.isdecimal() and len(declared) < 10 and int(declared) <= _WORTH_READING:
            await self.read(_WORTH_READING)
        if self.read_whole:
            await self.reply(reply)
        else:
            await self.reply_and_linger(reply)

    async def reply_and_linger(self, reply: EngineReply) -> None:
        """Send a reply whole, throw away what comes of the body for a while, and close the connection."""
        await self._start(reply, (b"connection", b"close"))
        await self._send({"type": "http.response.body", "body": reply.body, "more_body": True})
        try:
            async with asyncio.timeout(_LINGER):
                async for chunk in self._stream:
                    self._line.taken += len(chunk)
        except (TimeoutError, ClientDisconnect):
            pass
        await self._send({"type": "http.response.body", "body": b""})

    async def abandon(self, reply: EngineReply) -> None:
        """Send a reply, where none has begun."""
        if self._line.status is None:
            await self._start(reply, (b"connection", b"close"))
            await self._send({"type": "http.response.body", "body": reply.body})

    async def _start(self, reply: EngineReply, *more: tuple[bytes, bytes]) -> None:
        self._line.status, self._line.given = reply.status, len(reply.body)
        headers = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in reply.headers.items()]
        length = (b"content-length", str(len(reply.body)).encode())
        await self._send({"type": "http.response.start", "status": reply.status, "headers": [*headers, length, *more]})


def _fields(scope: Scope) -> dict[str, str]:
    """Return the header fields, those of one name as one (RFC 9110, section 5.3)."""
    fields: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def _path(scope: Scope) -> str:
    """Return the path as it was sent, `%2F` and all, below where the application is mounted."""
    raw = scope.get("raw_path")
    path = quote(scope["path"]) if raw is None else raw.decode("latin-1")
    below: str = path.removeprefix(quote(scope.get("root_path", "")))
    return below or "/"
