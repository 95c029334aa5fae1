"""Wraps a model vendor's client, so that its requests leave with their JSON in its smallest form."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, TypedDict, TypeVar, Unpack, cast

from kaizen_client import KaizenClient, KaizenClientConfig, KaizenConfigError, SyncKaizenClient
from kaizen_client.embedded import TokenCounter
from kaizen_client.integrations._wrapping import anthropic_client, gemini_client, openai_client
from kaizen_client.integrations._wrapping.compressors import Compressors, kaizen_from
from kaizen_client.integrations._wrapping.handle import KaizenHandle, compressors_of
from kaizen_client.integrations._wrapping.settings import DEFAULT_ROLES, Mode, OnFailure, Role, WrapSettings, checked
from kaizen_client.integrations.reports import Price, Report

__all__ = ["KaizenHandle", "Mode", "OnFailure", "Role", "WrapOptions", "kaizen_of", "wrap"]

C = TypeVar("C")


class WrapOptions(TypedDict, total=False):
    """The settings of `wrap`, all keywords."""

    #: Where Kaizen is: a client, which stays yours to close, or a configuration. Otherwise the environment says it.
    kaizen: KaizenClient | SyncKaizenClient | KaizenClientConfig | None
    #: Whose texts are looked at, of `user`, `tool`, `assistant` and `system`; `("user", "tool")` otherwise.
    roles: Iterable[Role]
    #: JSON with fewer characters stays as it is; 128 otherwise.
    min_chars: int
    #: `compress`, or `audit`, which reports what would be saved and changes nothing.
    mode: Mode
    #: `passthrough` sends a request as it was when Kaizen fails; `raise` raises the error instead.
    on_failure: OnFailure
    #: Whether tokens are counted, and decide what is smaller; needs `kaizen-client[tokens]`. Off otherwise.
    count_tokens: bool
    #: Prices by model, for the costs in reports.
    prices: Mapping[str, Price] | None
    #: Called with the report of each call, where the call or its stream ends; a stream that is dropped ends wherever it
    #: is collected, so it should be short and wait for no lock.
    on_report: Callable[[Report], object] | None
    #: Seconds after which rewriting a request is given up; 2 otherwise. Looked at between texts and values.
    deadline: float
    #: Characters of texts that are remembered, so that a conversation's history is rewritten once; 4,000,000 otherwise.
    cache_chars: int


class _Vendor(NamedTuple):
    """A vendor's SDK: where its clients are, and what wraps them."""

    module: str
    clients: tuple[str, ...]
    wrapped: Callable[[Any, KaizenHandle], Any]
    #: Whether a client makes sync calls, async calls.
    flavours: Callable[[Any], tuple[bool, bool]]


def _by(is_async: Callable[[Any], bool]) -> Callable[[Any], tuple[bool, bool]]:
    return lambda client: (not is_async(client), is_async(client))


_VENDORS: Final = (
    _Vendor("openai", ("OpenAI", "AsyncOpenAI"), openai_client.wrapped, _by(openai_client.is_async)),
    _Vendor("anthropic", ("Anthropic", "AsyncAnthropic"), anthropic_client.wrapped, _by(anthropic_client.is_async)),
    # One client makes both, and neither is needed for the other.
    _Vendor("google.genai", ("Client",), gemini_client.wrapped, lambda _: (False, False)),
)


def wrap(client: C, **options: Unpack[WrapOptions]) -> C:
    """Return a client like the one given, whose requests leave with the JSON in their texts in its smallest form.

    The client that is returned is of the same type and shares the connections and settings of the one given, which
    itself is not changed. JSON that is a message, stands in one, or is a tool's result becomes KTOF, or JSON without
    white space, whichever is smaller; what would grow stays. Roles, ids, tool definitions, pictures, code fences,
    format instructions and what `protect` marks stay as they are. When Kaizen fails, a request goes out as it was.

    `openai`: `chat.completions` and `responses`, with `OpenAI`, `AsyncOpenAI` and their Azure forms; `anthropic`:
    `messages`, with `Anthropic` and `AsyncAnthropic`; `google-genai`: `models` and `chats` of a `Client` and its `aio`.
    Other routes go out as they are.

    Args:
        client: a vendor's client; one that is wrapped already, with these options, is returned as it is.
        options: see `WrapOptions`.

    Raises:
        KaizenConfigError: the client is none of these, an option will not do, or neither `kaizen` nor the environment
            says where Kaizen is.

    >>> from openai import OpenAI
    >>> with SyncKaizenClient.embedded() as kaizen:
    ...     client = wrap(OpenAI(api_key="sk-..."), kaizen=kaizen)
    >>> isinstance(client, OpenAI), wrap(client) is client
    (True, True)
    """
    if getattr(client, "kaizen", None) is not None and isinstance(cast("Any", client).kaizen, KaizenHandle):
        if options and compressors_of(cast("Any", client).kaizen).options != options:
            raise KaizenConfigError(
                "the client is wrapped already, with other options; give them where it is wrapped first"
            )
        return client
    vendor = _vendor_of(client)
    compressors = compressors_for(options)
    makes_sync, makes_async = vendor.flavours(client)
    if makes_sync:
        compressors.sync(required=True)
    if makes_async:
        compressors.asynchronous(required=True)
    return cast("C", vendor.wrapped(client, KaizenHandle(compressors)))


def compressors_for(options: WrapOptions) -> Compressors:
    """Return what rewrites as some options say.

    Raises:
        KaizenConfigError: an option will not do, or neither `kaizen` nor the environment says where Kaizen is.
    """
    settings = {name: value for name, value in options.items() if name != "kaizen"}
    return Compressors(kaizen_from(options.get("kaizen")), _settings(**cast("Any", settings)), options)


def kaizen_of(client: Any) -> KaizenHandle:
    """Return what wrapping knows of a wrapped client: `client.kaizen`, with its type.

    Raises:
        KaizenConfigError: the client is not wrapped.
    """
    handle = getattr(client, "kaizen", None)
    if not isinstance(handle, KaizenHandle):
        raise KaizenConfigError(f"{type(client).__name__} is not wrapped; use what wrap() returned")
    return handle


def _settings(
    *,
    roles: Iterable[str] = DEFAULT_ROLES,
    min_chars: int = 128,
    mode: str = "compress",
    on_failure: str = "passthrough",
    count_tokens: bool = False,
    prices: Mapping[str, Price] | None = None,
    on_report: Callable[[Report], object] | None = None,
    deadline: float = 2.0,
    cache_chars: int = 4_000_000,
    **unknown: Any,
) -> WrapSettings:
    if unknown:
        name = next(iter(unknown))
        known = ", ".join(WrapOptions.__annotations__)
        raise KaizenConfigError(f"{name} is no option of wrap; there are {known}", setting=name)
    settings = checked(
        roles=roles,
        min_chars=min_chars,
        mode=mode,
        on_failure=on_failure,
        count_tokens=count_tokens,
        prices=prices,
        on_report=on_report,
        deadline=deadline,
        cache_chars=cache_chars,
    )
    if settings.count_tokens:
        try:
            # Loads the tokenizer now, not in the first call.
            TokenCounter("gpt-4o")("")
        except ImportError as error:
            raise KaizenConfigError(f"count_tokens: {error}", setting="count_tokens") from error
    return settings


def _vendor_of(client: Any) -> _Vendor:
    for vendor in _VENDORS:
        # A client of a module that nobody imported is none of its clients.
        module = sys.modules.get(vendor.module)
        kinds = tuple(getattr(module, name) for name in vendor.clients) if module else ()
        if kinds and isinstance(client, kinds):
            return vendor
    raise KaizenConfigError(
        "wrap takes a client of openai (OpenAI, AsyncOpenAI, AzureOpenAI, AsyncAzureOpenAI), anthropic (Anthropic, "
        f"AsyncAnthropic) or google-genai (Client), not {_named(client)}; {_hint(client)}"
    )


def _named(client: Any) -> str:
    if isinstance(client, type):
        return f"the class {client.__name__}"
    return f"{type(client).__module__}.{type(client).__qualname__}"


def _hint(client: Any) -> str:
    if isinstance(client, type):
        return "give an instance of it"
    module, name = type(client).__module__.partition(".")[0], type(client).__name__
    if module == "google":
        return "wrap the genai.Client, and use its aio"
    if module in ("openai", "anthropic"):
        return f"{name} is not supported"
    return "where another library wraps a client, wrap the vendor's own first"
