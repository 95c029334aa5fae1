"""A client for the time of a function call."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, Unpack, overload

from kaizen_client.client import KaizenClient
from kaizen_client.config import KaizenClientConfig, Settings, hidden
from kaizen_client.exceptions import KaizenConfigError
from kaizen_client.sync_client import SyncKaizenClient

__all__ = ["with_kaizen_client"]

F = TypeVar("F", bound=Callable[..., Any])

_ARGUMENT = "kaizen"


@overload
def with_kaizen_client(config: F, /) -> F: ...
@overload
def with_kaizen_client(config: KaizenClientConfig | None = None, **settings: Unpack[Settings]) -> Callable[[F], F]: ...
def with_kaizen_client(config: Any = None, **settings: Any) -> Any:
    """Give a function a client as its argument `kaizen`, and close it when the function ends.

    An `async def` gets a `KaizenClient`, a plain `def` a `SyncKaizenClient`. A caller who passes a client of its own,
    by keyword or in the place of the parameter `kaizen`, has that one used and left open.

    Args:
        config: the settings; read from the environment at each call where it is not given.
        settings: single settings, over those of `config`.

    Raises:
        KaizenConfigError: a setting will not do, or the function is a generator, which outlives its call.

    >>> @with_kaizen_client(base_url="embedded:")
    ... def shrink(value, *, kaizen):
    ...     return kaizen.compress(data=value).value
    >>> shrink({"id": 1})
    'id: 1'
    """
    hidden(settings)
    if inspect.isroutine(config):
        return _decorated(config, None, {})
    if config is not None and not isinstance(config, KaizenClientConfig):
        raise KaizenConfigError(f"with_kaizen_client takes a KaizenClientConfig, not {type(config).__name__}")
    return lambda function: _decorated(function, config, settings)


def _decorated(function: Any, config: KaizenClientConfig | None, settings: dict[str, Any]) -> Any:
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise KaizenConfigError("with_kaizen_client does not take a generator; open a client inside it")
    signature = inspect.signature(function)

    def given(args: tuple[Any, ...], options: dict[str, Any]) -> bool:
        if options.get(_ARGUMENT) is not None:
            return True
        try:
            bound = signature.bind_partial(*args, **options)
        except TypeError:
            return False
        return bound.arguments.get(_ARGUMENT) is not None

    def placed(args: tuple[Any, ...], options: dict[str, Any], client: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Put the client where the call has it: an explicit None in its place gives way to it."""
        places = [
            parameter.name
            for parameter in signature.parameters.values()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        index = places.index(_ARGUMENT) if _ARGUMENT in places else len(args) + 1
        by_place_only = index <= len(args) and signature.parameters[_ARGUMENT].kind is inspect.Parameter.POSITIONAL_ONLY
        if index < len(args) or by_place_only:
            return (*args[:index], client, *args[index + 1 :]), options
        return args, {**options, _ARGUMENT: client}

    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def call_async(*args: Any, **options: Any) -> Any:
            if given(args, options):
                return await function(*args, **options)
            async with KaizenClient(config, **settings) as client:
                args, options = placed(args, options, client)
                return await function(*args, **options)

        return call_async

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if given(args, options):
            return function(*args, **options)
        with SyncKaizenClient(config, **settings) as client:
            args, options = placed(args, options, client)
            return function(*args, **options)

    return call
