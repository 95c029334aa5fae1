"""What the wrappers share: the vendor's client, its faults, and reading what a model replied."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from kaizen_client import KaizenConfigError, KaizenProviderError
from kaizen_client.integrations.replies import decode_reply


def vendor_client(module: str, name: str, extra: str, given: Any) -> Any:
    """Return the vendor's client to use: the one that was given, or a new one made from the environment.

    Args:
        module: the vendor's module.
        name: the class of its client.
        extra: the extra that installs it.
        given: a client of the caller's, or None.

    Raises:
        KaizenConfigError: the vendor's SDK is not installed, or the client is sync and should be async, or the reverse.
        KaizenProviderError: the vendor's client cannot be made; its key is missing, say.
    """
    if given is None:
        kind = getattr(_vendor_module(module, extra), name)
        with provider_faults(extra):
            return kind()
    other = name.removeprefix("Async") if name.startswith("Async") else f"Async{name}"
    unfit = getattr(sys.modules.get(module), other, None)
    if unfit is not None and isinstance(given, unfit):
        raise KaizenConfigError(f"client: give {module}.{name}, not {type(given).__name__}", setting="client")
    return given


def kaizen_client_of(kind: Any, given: Any) -> Any:
    """Return the Kaizen client that was given.

    Raises:
        KaizenConfigError: it is one of the other kind, sync or async.
    """
    if isinstance(given, kind):
        return given
    raise KaizenConfigError(f"kaizen: give a {kind.__name__}, not {type(given).__name__}", setting="kaizen")


@contextmanager
def provider_faults(provider: str) -> Iterator[None]:
    """Raise what a vendor's client raises as a `KaizenProviderError`, with the vendor's error as its cause."""
    try:
        yield
    except Exception as error:
        raise KaizenProviderError(provider, error) from error


def decoded(text: Any) -> dict[str, Any]:
    """Return what a model replied as the wrappers give it: `kind`, the value under `result`, and the `text`."""
    reply = decode_reply(text)
    return {"kind": reply.kind, "result": reply.value, "text": text}


def _vendor_module(name: str, extra: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise KaizenConfigError(
            f"{name} is not installed; pip install 'kaizen-client[{extra}]', or pass your own client="
        ) from error
