"""The clients that are measured: how each is made and called, in the way its users do.

Every one sends the same request and gives the reply's text, so that all do the same work. Names of Kaizen's own begin
with `kaizen`; what follows tells the backend, or that the extra `speed` is there, which it is not elsewhere.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module, metadata
from typing import Any, Final, NamedTuple, TypeVar

from bench.workers import RefusedError

TIMEOUT: Final = 120
#: The transports a client is asked for by name; the default is measured under `kaizen` alone.
BACKENDS: Final = ("httpx", "httpx2", "aiohttp", "urllib3")
OURS, SPEED, FIRST, RAW = "kaizen", "kaizen, speed", "kaizen-client 0.1.4", "httpx"
_PATH: Final = "/v1/compress"

ClientT = TypeVar("ClientT")


class Sync(NamedTuple):
    """A client: what sends a value and gives the text, and what closes it."""

    call: Callable[[Any], str]
    close: Callable[[], Any]


class Async(NamedTuple):
    """The same for an event loop."""

    call: Callable[[Any], Awaitable[str]]
    close: Callable[[], Awaitable[Any]]


def backend(name: str) -> str:
    """Give the name of Kaizen's client with a backend."""
    return f"{OURS}, {name}"


def _library(name: str) -> Any:
    # Untyped: the project is checked where these are not installed.
    return import_module(name)


def _reply(library: Any) -> Any:
    """Give a typed reply, such as the library's own methods give."""
    return type("Reply", (library.BaseModel,), {"__annotations__": {"result": str, "stats": dict[str, Any]}})


# --- sync ---------------------------------------------------------------------------------------------------------


def _httpx(url: str) -> Sync:
    httpx = _library("httpx")
    client = httpx.Client(timeout=TIMEOUT)
    return Sync(lambda data: client.post(url + _PATH, json={"data": data}).json()["result"], client.close)


def _httpx2(url: str) -> Sync:
    httpx2 = _library("httpx2")
    client = httpx2.Client(timeout=TIMEOUT)
    return Sync(lambda data: client.post(url + _PATH, json={"data": data}).json()["result"], client.close)


def _http_client(url: str) -> Sync:
    from http.client import HTTPConnection

    address, _, prefix = url.removeprefix("http://").partition("/")
    path = (f"/{prefix}" if prefix else "") + _PATH
    connection = HTTPConnection(address, timeout=TIMEOUT)

    def call(data: Any) -> str:
        body = json.dumps({"data": data}).encode()
        connection.request("POST", path, body, {"content-type": "application/json"})
        return json.loads(connection.getresponse().read())["result"]  # type: ignore[no-any-return]

    return Sync(call, connection.close)


def _urllib3(url: str) -> Sync:
    urllib3 = _library("urllib3")
    pool = urllib3.PoolManager(timeout=TIMEOUT)
    return Sync(lambda data: pool.request("POST", url + _PATH, json={"data": data}).json()["result"], pool.clear)


def _openai(url: str) -> Sync:
    openai = _library("openai")
    reply = _reply(openai)
    client = openai.OpenAI(base_url=url, api_key="a-key", timeout=TIMEOUT)
    return Sync(lambda data: client.post(_PATH, body={"data": data}, cast_to=reply).result, client.close)


def _anthropic(url: str) -> Sync:
    anthropic = _library("anthropic")
    reply = _reply(anthropic)
    client = anthropic.Anthropic(base_url=url, api_key="a-key", timeout=TIMEOUT)
    return Sync(lambda data: client.post(_PATH, body={"data": data}, cast_to=reply).result, client.close)


def _first(url: str) -> Sync:
    # It has no sync client: this is how one calls it without an event loop of one's own.
    import asyncio

    runner = asyncio.Runner()

    async def make() -> Async:
        return _async_first(url)

    client = runner.run(make())

    async def call(data: Any) -> str:
        return await client.call(data)

    async def end() -> None:
        await client.close()

    def close() -> None:
        runner.run(end())
        runner.close()

    return Sync(lambda data: runner.run(call(data)), close)


def _kaizen(url: str, transport: str | None) -> Sync:
    from kaizen_client import SyncKaizenClient

    client = SyncKaizenClient(base_url=url, **_settings(transport))
    return Sync(lambda data: client.compress(data=data).value, client.close)


# --- async --------------------------------------------------------------------------------------------------------


def _async_httpx(url: str) -> Async:
    httpx = _library("httpx")
    client = httpx.AsyncClient(timeout=TIMEOUT)

    async def call(data: Any) -> str:
        return (await client.post(url + _PATH, json={"data": data})).json()["result"]  # type: ignore[no-any-return]

    return Async(call, client.aclose)


def _async_httpx2(url: str) -> Async:
    httpx2 = _library("httpx2")
    client = httpx2.AsyncClient(timeout=TIMEOUT)

    async def call(data: Any) -> str:
        return (await client.post(url + _PATH, json={"data": data})).json()["result"]  # type: ignore[no-any-return]

    return Async(call, client.aclose)


def _async_aiohttp(url: str) -> Async:
    aiohttp = _library("aiohttp")
    session = aiohttp.ClientSession()

    async def call(data: Any) -> str:
        async with session.post(url + _PATH, json={"data": data}) as response:
            return (await response.json())["result"]  # type: ignore[no-any-return]

    return Async(call, session.close)


def _async_openai(url: str) -> Async:
    openai = _library("openai")
    reply = _reply(openai)
    client = openai.AsyncOpenAI(base_url=url, api_key="a-key", timeout=TIMEOUT)

    async def call(data: Any) -> str:
        return (await client.post(_PATH, body={"data": data}, cast_to=reply)).result  # type: ignore[no-any-return]

    return Async(call, client.close)


def _async_anthropic(url: str) -> Async:
    anthropic = _library("anthropic")
    reply = _reply(anthropic)
    client = anthropic.AsyncAnthropic(base_url=url, api_key="a-key", timeout=TIMEOUT)

    async def call(data: Any) -> str:
        return (await client.post(_PATH, body={"data": data}, cast_to=reply)).result  # type: ignore[no-any-return]

    return Async(call, client.close)


def _async_first(url: str) -> Async:
    import kaizen_client as first

    settings: Any = first.KaizenClientConfig
    client: Any = first.KaizenClient(settings(base_url=url, api_key="a-key", timeout=TIMEOUT))

    async def call(data: Any) -> str:
        return (await client.compress({"data": data}))["result"]  # type: ignore[no-any-return]

    return Async(call, client.close)


def _async_kaizen(url: str, transport: str | None) -> Async:
    from kaizen_client import KaizenClient

    client = KaizenClient(base_url=url, **_settings(transport))

    async def call(data: Any) -> str:
        return (await client.compress(data=data)).value

    return Async(call, client.close)


def _settings(transport: str | None) -> dict[str, Any]:
    # Replies up to 64 MB come, and a thousand calls wait for each other.
    settings = {"api_key": "a-key", "timeout": TIMEOUT, "deadline": 600, "max_response_bytes": 1 << 27}
    return settings if transport is None else {**settings, "transport": transport}


# --- the table ----------------------------------------------------------------------------------------------------

_SYNC: Final[dict[str, Callable[[str], Sync]]] = {
    RAW: _httpx,
    "http.client": _http_client,
    "urllib3": _urllib3,
    "httpx2": _httpx2,
    "openai": _openai,
    "anthropic": _anthropic,
    FIRST: _first,
}
_ASYNC: Final[dict[str, Callable[[str], Async]]] = {
    RAW: _async_httpx,
    "httpx2": _async_httpx2,
    "aiohttp": _async_aiohttp,
    "openai": _async_openai,
    "anthropic": _async_anthropic,
    FIRST: _async_first,
}
_KAIZEN: Final = (OURS, SPEED, *map(backend, BACKENDS))
SYNC_SUBJECTS: Final = (*_SYNC, *_KAIZEN)
ASYNC_SUBJECTS: Final = (*_ASYNC, *_KAIZEN)


def prepare(name: str) -> None:
    """Make this process what a subject asks for, before anything of it is imported.

    Raises:
        RefusedError: it cannot be had here.
    """
    if not name.startswith(OURS) or name == FIRST:
        return
    if name != SPEED:
        # What the extra `speed` brings is installed here, but most users do not have it.
        sys.modules["orjson"] = None  # type: ignore[assignment]
    elif "speed" not in (metadata.metadata("kaizen-client").get_all("Provides-Extra") or ()):
        raise RefusedError("this client has no extra `speed`")


def sync_client(name: str, url: str) -> Sync:
    """Make the sync client of a name; `RefusedError` where there is none."""
    return _SYNC[name](url) if name in _SYNC else _ours(name, url, _kaizen)


def async_client(name: str, url: str) -> Async:
    """Make the async client of a name, within the event loop; `RefusedError` where there is none."""
    return _ASYNC[name](url) if name in _ASYNC else _ours(name, url, _async_kaizen)


def _ours(name: str, url: str, make: Callable[[str, str | None], ClientT]) -> ClientT:
    from kaizen_client import KaizenClientConfig, KaizenError

    transport = name.removeprefix(OURS).removeprefix(", ")
    if transport not in BACKENDS:
        return make(url, None)
    if transport == KaizenClientConfig(base_url=url).transport:
        raise RefusedError("it is the default, which stands alone")
    try:
        return make(url, transport)
    except KaizenError as error:
        raise RefusedError(str(error)) from None
