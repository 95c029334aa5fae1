"""OpenAI's clients, wrapped: every call passes `request`, which the vendor documents for undocumented routes."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from typing import Any, Final

from kaizen_client.integrations._wrapping import openai_bodies as bodies
from kaizen_client.integrations._wrapping.calls import Asked, Call, model_of
from kaizen_client.integrations._wrapping.handle import KaizenHandle, compressors_of
from kaizen_client.integrations._wrapping.replaced_methods import refuse_replaced
from kaizen_client.integrations._wrapping.watched_streams import watch
from kaizen_client.integrations.reports import Usage

_PROVIDER: Final = "openai"


def wrapped(client: Any, handle: KaizenHandle) -> Any:
    """Return a client of the same type that shares the connections of the one that was given.

    Args:
        client: an `OpenAI`, `AsyncOpenAI`, `AzureOpenAI` or `AsyncAzureOpenAI`.
        handle: what rewrites.

    Raises:
        KaizenConfigError: another library has replaced methods of the client.
    """
    refuse_replaced(client, "openai")
    kind: Any = type(client)
    wrapped_one = object.__new__(_wrapped_type(kind))
    # What a client has made of itself (`chat`, `responses`) leads back to it, and is made anew.
    wrapped_one.__dict__.update(
        (name, value)
        for name, value in vars(client).items()
        if not isinstance(getattr(kind, name, None), cached_property)
    )
    wrapped_one.kaizen = handle
    wrapped_one._kaizen_is_mine = True
    return wrapped_one


def is_async(client: Any) -> bool:
    """Tell whether a client is async."""
    from openai import AsyncOpenAI

    return isinstance(client, AsyncOpenAI)


@lru_cache(maxsize=64)
def _wrapped_type(kind: Any) -> Any:
    from openai import AsyncOpenAI

    members = _async_members(kind) if issubclass(kind, AsyncOpenAI) else _sync_members(kind)

    def carrying(method: Any) -> Any:
        def derived(self: Any, **changes: Any) -> Any:
            new = method(self, **changes)
            new.kaizen, new._kaizen_is_mine = self.kaizen, False
            return new

        return derived

    # Two, since a subclass may override either.
    members |= {"copy": carrying(kind.copy), "with_options": carrying(kind.with_options)}
    members |= {"__module__": kind.__module__, "__doc__": kind.__doc__}
    return type(kind.__name__, (kind,), members)


def _sync_members(kind: Any) -> dict[str, Any]:
    def request(self: Any, cast_to: Any, options: Any, **how: Any) -> Any:
        asked = _asked(options)
        if asked is None:
            return kind.request(self, cast_to, options, **how)
        body, call = compressors_of(self.kaizen).sync().prepared(asked)
        try:
            reply = kind.request(self, cast_to, _with_body(options, body), **how)
        except Exception as error:
            _failed(error, call)
            raise
        stream = _stream_in(reply, streamed=how.get("stream", False))
        _settle(reply, stream, call)
        return reply

    def close(self: Any) -> None:
        kind.close(self)
        # Clients that are derived from another use what is that one's to close.
        if self._kaizen_is_mine:
            self.kaizen.close()

    return {"request": request, "close": close}


def _async_members(kind: Any) -> dict[str, Any]:
    async def request(self: Any, cast_to: Any, options: Any, **how: Any) -> Any:
        asked = _asked(options)
        if asked is None:
            return await kind.request(self, cast_to, options, **how)
        body, call = await compressors_of(self.kaizen).asynchronous().prepared(asked)
        try:
            reply = await kind.request(self, cast_to, _with_body(options, body), **how)
        except Exception as error:
            _failed(error, call)
            raise
        stream = _stream_in(reply, streamed=how.get("stream", False))
        _settle(reply, await stream if hasattr(stream, "__await__") else stream, call)
        return reply

    async def close(self: Any) -> None:
        await kind.close(self)
        if self._kaizen_is_mine:
            await self.kaizen.aclose()

    return {"request": request, "close": close}


def _asked(options: Any) -> Asked | None:
    """Return what is asked, None where there is nothing to rewrite."""
    route = f"/{options.url.partition('?')[0].strip('/')}"
    walk = bodies.WALKS.get(route)
    body = options.json_data
    if walk is None or not isinstance(body, dict):
        return None
    return Asked(_PROVIDER, route, model_of(body), body, walk, route not in bodies.COUNTING)


def _with_body(options: Any, body: Any) -> Any:
    return options if body is options.json_data else options.model_copy(update={"json_data": body})


def _stream_in(reply: Any, *, streamed: bool) -> Any:
    """Return the stream of a reply, or what gives it when awaited; None where it is not a stream."""
    if not streamed:
        return None
    # With `with_raw_response` and `with_streaming_response` the stream is made once, and kept.
    return reply.parse() if hasattr(reply, "http_response") else reply


def _settle(reply: Any, stream: Any, call: Call) -> None:
    if stream is None:
        call.answered(lambda: _usage_in(reply))
    else:
        watch(stream, call, _usage_after)


def _failed(error: Exception, call: Call) -> None:
    """Report a call whose reply the vendor's client would not take: it is paid for."""
    completion = getattr(error, "completion", None)
    if completion is not None:
        call.answered(lambda: bodies.usage_of(completion.usage))


def _usage_in(reply: Any) -> Usage | None:
    if not hasattr(reply, "http_response"):
        return bodies.usage_of(reply.usage)
    # One that the caller reads by pieces (`with_streaming_response`) is not read here.
    http = reply.http_response
    return bodies.usage_of(json.loads(http.content)["usage"]) if http.is_closed else None


def _usage_after(event: Any, before: Usage | None) -> Usage | None:
    # An event of a response has it in the response as it then is, a chunk of a chat by itself.
    return bodies.usage_of(getattr(getattr(event, "response", event), "usage", None)) or before
