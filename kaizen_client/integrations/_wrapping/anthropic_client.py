"""Anthropic's clients, wrapped with their middleware."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import Any, Final

from kaizen_client import KaizenConfigError
from kaizen_client.integrations._wrapping import anthropic_bodies as bodies
from kaizen_client.integrations._wrapping.calls import Asked, model_of
from kaizen_client.integrations._wrapping.handle import KaizenHandle, compressors_of
from kaizen_client.integrations._wrapping.replaced_methods import refuse_replaced
from kaizen_client.integrations._wrapping.watched_streams import watch
from kaizen_client.integrations.reports import Usage

_PROVIDER: Final = "anthropic"


def wrapped(client: Any, handle: KaizenHandle) -> Any:
    """Return a client of the same type that shares the connections of the one that was given.

    Args:
        client: an `Anthropic` or `AsyncAnthropic`.
        handle: what rewrites.
    """
    refuse_replaced(client, "anthropic")
    ours = _AsyncMiddleware(handle) if is_async(client) else _SyncMiddleware(handle)
    # Innermost: what else the caller has put there sees the texts as they were given.
    try:
        copy = client.with_options(middleware=[*client.middleware, ours])
    except TypeError as error:
        raise KaizenConfigError(
            f"{type(client).__name__} cannot be copied: its __init__ has to take what Anthropic's takes; wrap a plain "
            "client, or override copy"
        ) from error
    kind: Any = type(client)
    # What an application has set on its client. What the client has made of itself (`messages`) leads back to it.
    vars(copy).update(
        (name, value)
        for name, value in vars(client).items()
        if name not in vars(copy) and not isinstance(getattr(kind, name, None), cached_property)
    )
    copy.__class__ = _wrapped_type(kind)
    copy.kaizen, copy._kaizen_is_mine = handle, True
    return copy


def is_async(client: Any) -> bool:
    """Tell whether a client is async."""
    from anthropic import AsyncAnthropic

    return isinstance(client, AsyncAnthropic)


@lru_cache(maxsize=64)
def _wrapped_type(kind: Any) -> Any:
    from anthropic import AsyncAnthropic

    def carrying(method: Any) -> Any:
        def derived(self: Any, **changes: Any) -> Any:
            new = method(self, **_with_ours(self, changes))
            new.kaizen, new._kaizen_is_mine = self.kaizen, False
            return new

        return derived

    def close(self: Any) -> None:
        kind.close(self)
        # Clients that are derived from another use what is that one's to close.
        if self._kaizen_is_mine:
            self.kaizen.close()

    async def aclose(self: Any) -> None:
        await kind.close(self)
        if self._kaizen_is_mine:
            await self.kaizen.aclose()

    members = {
        # Two, since a subclass may override either.
        "copy": carrying(kind.copy),
        "with_options": carrying(kind.with_options),
        "close": aclose if issubclass(kind, AsyncAnthropic) else close,
        "__module__": kind.__module__,
        "__doc__": kind.__doc__,
    }
    return type(kind.__name__, (kind,), members)


def _with_ours(client: Any, changes: dict[str, Any]) -> dict[str, Any]:
    """Return what a client is derived with, our middleware kept whatever it says of others."""
    if "middleware" not in changes:
        return changes
    given = changes["middleware"]
    ours = [one for one in client.middleware if isinstance(one, _Middleware)]
    if given is None:
        return {**changes, "middleware": ours}
    if not hasattr(given, "__iter__"):
        return changes
    return {**changes, "middleware": [*(one for one in given if not isinstance(one, _Middleware)), *ours]}


class _Middleware:
    def __init__(self, handle: KaizenHandle) -> None:
        self._handle = handle


class _SyncMiddleware(_Middleware):
    def __call__(self, request: Any, call_next: Any) -> Any:
        asked = _asked(request)
        if asked is None:
            return call_next(request)
        body, call = compressors_of(self._handle).sync().prepared(asked)
        response = call_next(request if body is asked.body else request.copy(body=body))
        if response.status_code >= 400:
            return response
        if request.stream:
            watch(response.parse(), call, _usage_after)
        elif _is_raw(request):
            call.answered(lambda: _usage_in(response))
        else:
            # What is parsed here is kept for the caller; where that fails, it fails again there.
            call.answered(lambda: bodies.usage_of(response.parse().usage))
        return response


class _AsyncMiddleware(_Middleware):
    async def __call__(self, request: Any, call_next: Any) -> Any:
        asked = _asked(request)
        if asked is None:
            return await call_next(request)
        body, call = await compressors_of(self._handle).asynchronous().prepared(asked)
        response = await call_next(request if body is asked.body else request.copy(body=body))
        if response.status_code >= 400:
            return response
        if request.stream:
            watch(await response.parse(), call, _usage_after)
        elif _is_raw(request):
            call.answered(lambda: _usage_in(response))
        else:
            with suppress(Exception):
                message = await response.parse()
                call.answered(lambda: bodies.usage_of(message.usage))
            call.answered(_unknown)
        return response


def _asked(request: Any) -> Asked | None:
    """Return what is asked, None where there is nothing to rewrite."""
    route = request.url.partition("?")[0]
    walk = bodies.WALKS.get(route)
    body = request.json
    if walk is None or not isinstance(body, dict):
        return None
    return Asked(_PROVIDER, route, model_of(body), body, walk, route not in bodies.COUNTING)


def _is_raw(request: Any) -> bool:
    """Tell whether the caller gets the response itself, which need not be parsed: `with_raw_response` and the like."""
    return any(name.lower() == "x-stainless-raw-response" for name in request.headers)


def _usage_in(response: Any) -> Usage | None:
    # One that the caller reads by pieces (`with_streaming_response`) is not read here.
    http = response.http_response
    return bodies.usage_of(json.loads(http.content)["usage"]) if http.is_closed else None


def _unknown() -> None:
    return None


def _usage_after(event: Any, before: Usage | None) -> Usage | None:
    # The first event has it in its message, the last ones by themselves, with the output counted so far.
    return bodies.usage_of(getattr(getattr(event, "message", event), "usage", None), before)
