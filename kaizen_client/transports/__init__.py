"""Where requests leave the SDK: the seam (`base`), and a file or a folder per backend."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kaizen_client.config import EMBEDDED_URL
from kaizen_client.exceptions import KaizenConfigError
from kaizen_client.transports.clear_text import warn_once

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig
    from kaizen_client.transports.base import AsyncTransport, Transport

__all__ = ["open_async", "open_sync"]


class _Backend(NamedTuple):
    """Module, below this package, and class for each client; None where it does not serve one."""

    asynchronous: tuple[str, str] | None
    sync: tuple[str, str] | None


_BACKENDS: Final = {
    "httpx": _Backend(("httpx.async_lanes", "AsyncHttpxTransport"), ("httpx.lanes", "HttpxTransport")),
    "httpx2": _Backend(("httpx2.async_lanes", "AsyncHttpx2Transport"), ("httpx2.lanes", "Httpx2Transport")),
    "aiohttp": _Backend(("aiohttp", "AsyncAiohttpTransport"), None),
    "urllib3": _Backend(None, ("urllib3", "Urllib3Transport")),
}


def open_async(config: KaizenClientConfig, client: Any = None) -> AsyncTransport:
    """Return the async transport that a configuration asks for.

    Args:
        config: the settings.
        client: a user's own `httpx.AsyncClient` or `httpx2.AsyncClient`, used and never closed.

    Raises:
        KaizenConfigError: the transport or client is of the other flavour, or is not installed.
    """
    if client is None and not isinstance(config.transport, str):
        serves_both = getattr(config.transport, "async_transport", None)
        transport = serves_both() if callable(serves_both) else config.transport
        _require_flavour(transport, asynchronous=True)
        return transport  # type: ignore[no-any-return]
    if client is None and config.base_url == EMBEDDED_URL:
        from kaizen_client.embedded import Engine
        from kaizen_client.transports.embedded import AsyncEmbeddedTransport

        return AsyncEmbeddedTransport(Engine(envelope=config.envelope))
    warn_once(config.base_url)
    if client is not None:
        module = _module_of(client, "async_own_client")
        return module.AsyncOwnClientTransport(config, client)  # type: ignore[no-any-return]
    return _backend(config, asynchronous=True)(config)  # type: ignore[no-any-return]


def open_sync(config: KaizenClientConfig, client: Any = None) -> Transport:
    """Return the sync transport that a configuration asks for.

    Args:
        config: the settings.
        client: a user's own `httpx.Client` or `httpx2.Client`, used and never closed.

    Raises:
        KaizenConfigError: the transport or client is of the other flavour, or is not installed.
    """
    if client is None and not isinstance(config.transport, str):
        _require_flavour(config.transport, asynchronous=False)
        return config.transport  # type: ignore[no-any-return]
    if client is None and config.base_url == EMBEDDED_URL:
        from kaizen_client.embedded import Engine
        from kaizen_client.transports.embedded import EmbeddedTransport

        return EmbeddedTransport(Engine(envelope=config.envelope))
    warn_once(config.base_url)
    if client is not None:
        return _module_of(client, "own_client").OwnClientTransport(config, client)  # type: ignore[no-any-return]
    return _backend(config, asynchronous=False)(config)  # type: ignore[no-any-return]


def _backend(config: KaizenClientConfig, *, asynchronous: bool) -> Any:
    """Return the class of the first backend that is named and serves the client."""
    for name in config.transport.split(","):
        found = _BACKENDS[name].asynchronous if asynchronous else _BACKENDS[name].sync
        if found is not None:
            return getattr(_module(name, found[0]), found[1])
    client, other = ("KaizenClient", "SyncKaizenClient") if asynchronous else ("SyncKaizenClient", "KaizenClient")
    raise KaizenConfigError(
        f"transport {config.transport} serves {other} alone; name one for {client} too: "
        f"transport='{config.transport},httpx' (KAIZEN_TRANSPORT)",
        setting="transport",
    )


def _module(name: str, module: str) -> Any:
    try:
        return import_module(f"kaizen_client.transports.{module}")
    except ModuleNotFoundError as error:
        if str(error.name).startswith("kaizen_client"):
            raise
    raise KaizenConfigError(
        f"transport {name} needs the package of that name: pip install 'kaizen-client[{name}]'", setting="transport"
    )


def _module_of(client: Any, name: str) -> Any:
    """Return a module for a user's own client, told by where its class is from, so that nothing else is imported."""
    known = {kind.__module__.partition(".")[0] for kind in type(client).__mro__}
    return import_module(f"kaizen_client.transports.{'httpx2' if 'httpx2' in known else 'httpx'}.{name}")


def _require_flavour(transport: Any, *, asynchronous: bool) -> None:
    from inspect import iscoroutinefunction

    if iscoroutinefunction(transport.send) is not asynchronous:
        wanted = "an async send(), for KaizenClient" if asynchronous else "a plain send(), for SyncKaizenClient"
        raise KaizenConfigError(f"transport needs {wanted}", setting="transport")
