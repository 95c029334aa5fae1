"""Where requests leave the SDK: the seam (`base`), and one file per backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kaizen_client.config import EMBEDDED_URL
from kaizen_client.exceptions import KaizenConfigError
from kaizen_client.transports.clear_text import warn_once

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig
    from kaizen_client.transports.base import AsyncTransport, Transport

__all__ = ["open_async", "open_sync"]


def open_async(config: KaizenClientConfig, client: Any = None) -> AsyncTransport:
    """Return the async transport that a configuration asks for.

    Args:
        config: the settings.
        client: a user's own `httpx.AsyncClient`, used and never closed.

    Raises:
        KaizenConfigError: the transport or client is of the other flavour.
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
    from kaizen_client.transports.httpx import AsyncHttpxTransport

    warn_once(config.base_url)
    return AsyncHttpxTransport(config, client)


def open_sync(config: KaizenClientConfig, client: Any = None) -> Transport:
    """Return the sync transport that a configuration asks for.

    Args:
        config: the settings.
        client: a user's own `httpx.Client`, used and never closed.

    Raises:
        KaizenConfigError: the transport or client is of the other flavour.
    """
    if client is None and not isinstance(config.transport, str):
        _require_flavour(config.transport, asynchronous=False)
        return config.transport  # type: ignore[no-any-return]
    if client is None and config.base_url == EMBEDDED_URL:
        from kaizen_client.embedded import Engine
        from kaizen_client.transports.embedded import EmbeddedTransport

        return EmbeddedTransport(Engine(envelope=config.envelope))
    from kaizen_client.transports.httpx import HttpxTransport

    warn_once(config.base_url)
    return HttpxTransport(config, client)


def _require_flavour(transport: Any, *, asynchronous: bool) -> None:
    from inspect import iscoroutinefunction

    if iscoroutinefunction(transport.send) is not asynchronous:
        wanted = "an async send(), for KaizenClient" if asynchronous else "a plain send(), for SyncKaizenClient"
        raise KaizenConfigError(f"transport needs {wanted}", setting="transport")
