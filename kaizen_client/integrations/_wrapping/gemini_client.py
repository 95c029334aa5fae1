"""Gemini's client, wrapped. The vendor has no hook: this file alone knows its private names.

`Client.__init__` builds all it has (models, chats, `aio`) on one object that it gets from `_get_api_client`, and every
request passes that object's `request`, `request_streamed`, `async_request` or `async_request_streamed`.
tests/vendors/ holds this with the oldest and the newest release.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from typing import Any, Final

from kaizen_client.integrations._wrapping import gemini_bodies as bodies
from kaizen_client.integrations._wrapping.calls import Asked, Call
from kaizen_client.integrations._wrapping.handle import KaizenHandle, compressors_of
from kaizen_client.integrations._wrapping.replaced_methods import refuse_replaced
from kaizen_client.integrations.reports import Usage

_PROVIDER: Final = "gemini"
_USAGE: Final = re.compile(r'(?<!\\)"usageMetadata"\s*:\s*')
_decode: Final = json.JSONDecoder().raw_decode


def wrapped(client: Any, handle: KaizenHandle) -> Any:
    """Return a client of the same type that shares the connections of the one that was given.

    Args:
        client: a `google.genai.Client`.
        handle: what rewrites.
    """
    from google.genai import Client

    refuse_replaced(client, "google.genai")
    view = _view(client._api_client, handle)
    kind: Any = type(client)
    copy = object.__new__(_wrapped_type(kind))
    copy.__dict__.update(client.__dict__, _get_api_client=lambda **_: view)
    Client.__init__(copy, debug_config=client._debug_config)
    del copy._get_api_client
    copy.kaizen = handle
    # The connections are closed when the client that was given is collected.
    copy._kaizen_original = client
    return copy


@lru_cache(maxsize=64)
def _wrapped_type(kind: Any) -> Any:
    def close(self: Any) -> None:
        kind.close(self)
        self.kaizen.close()

    members = {"close": close, "__del__": _nothing, "__module__": kind.__module__, "__doc__": kind.__doc__}
    return type(kind.__name__, (kind,), members)


def _nothing(self: Any) -> None:
    """Close nothing when collected: what is shared is the original's."""


def _view(api_client: Any, handle: KaizenHandle) -> Any:
    """Return what sends requests, with all its state shared, and the requests rewritten."""
    kind: Any = type(api_client)
    view = object.__new__(_view_type(kind))
    view.__dict__ = api_client.__dict__
    view.kaizen = handle
    # It closes its connections when it is collected.
    view.original = api_client
    return view


@lru_cache(maxsize=64)
def _view_type(kind: Any) -> Any:
    def request(self: Any, method: str, path: str, body: Any, options: Any = None) -> Any:
        asked = _asked(path, body)
        if asked is None:
            return kind.request(self, method, path, body, options)
        body, call = compressors_of(self.kaizen).sync().prepared(asked)
        reply = kind.request(self, method, path, body, options)
        call.answered(lambda: _usage_in(reply))
        return reply

    def request_streamed(self: Any, method: str, path: str, body: Any, options: Any = None) -> Any:
        asked = _asked(path, body)
        if asked is None:
            return kind.request_streamed(self, method, path, body, options)
        body, call = compressors_of(self.kaizen).sync().prepared(asked)
        return _watched(kind.request_streamed(self, method, path, body, options), call)

    async def async_request(self: Any, method: str, path: str, body: Any, options: Any = None) -> Any:
        asked = _asked(path, body)
        if asked is None:
            return await kind.async_request(self, method, path, body, options)
        body, call = await compressors_of(self.kaizen).asynchronous().prepared(asked)
        reply = await kind.async_request(self, method, path, body, options)
        call.answered(lambda: _usage_in(reply))
        return reply

    async def async_request_streamed(self: Any, method: str, path: str, body: Any, options: Any = None) -> Any:
        asked = _asked(path, body)
        if asked is None:
            return await kind.async_request_streamed(self, method, path, body, options)
        body, call = await compressors_of(self.kaizen).asynchronous().prepared(asked)
        return _watched_async(await kind.async_request_streamed(self, method, path, body, options), call)

    async def aclose(self: Any) -> None:
        await kind.aclose(self)
        await self.kaizen.aclose()

    members = {
        # Beside the shared state, not in it.
        "__slots__": ("kaizen", "original"),
        "request": request,
        "request_streamed": request_streamed,
        "async_request": async_request,
        "async_request_streamed": async_request_streamed,
        "aclose": aclose,
        "__del__": _nothing,
        "__module__": kind.__module__,
        "__doc__": kind.__doc__,
    }
    return type(kind.__name__, (kind,), members)


def _watched(chunks: Iterator[Any], call: Call) -> Iterator[Any]:
    usage = None
    begun = False
    try:
        for chunk in chunks:
            begun, usage = True, _usage_in(chunk) or usage
            yield chunk
        begun = True
    finally:
        # What fails before its first chunk was not answered.
        if begun:
            call.answered(lambda: usage)


async def _watched_async(chunks: AsyncIterator[Any], call: Call) -> AsyncIterator[Any]:
    usage = None
    begun = False
    try:
        async for chunk in chunks:
            begun, usage = True, _usage_in(chunk) or usage
            yield chunk
        begun = True
    finally:
        if begun:
            call.answered(lambda: usage)
        if hasattr(chunks, "aclose"):
            await chunks.aclose()


def _asked(path: str, body: Any) -> Asked | None:
    """Return what is asked, None where there is nothing to rewrite."""
    name, _, method = path.partition("?")[0].rpartition(":")
    if method not in bodies.METHODS or not isinstance(body, dict):
        return None
    model = name.rpartition("models/")[2]
    return Asked(_PROVIDER, f":{method}", model, body, bodies.in_content, method not in bodies.COUNTING)


def _usage_in(reply: Any) -> Usage | None:
    """Return the usage in a reply or chunk, without reading the rest of it a second time."""
    try:
        # Inside a text the quotes would be escaped.
        found = _USAGE.search(reply.body)
        return None if found is None else bodies.usage_of(_decode(reply.body, found.end())[0])
    except Exception:
        return None
