"""Which HTTP library carries a client's requests, how that is chosen, and that it shows nowhere else."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
import vcr
from vcr.errors import CannotOverwriteExistingCassetteException

from kaizen_client import KaizenClient, KaizenConfigError, KaizenServerError, SyncKaizenClient

CASSETTES = Path(__file__).parent / "cassettes"
SYNC, ASYNC = ["httpx", "httpx2", "urllib3"], ["httpx", "httpx2", "aiohttp"]
EVERY = pytest.mark.parametrize(
    ("kind", "backend"),
    [*((SyncKaizenClient, name) for name in SYNC), *((KaizenClient, name) for name in ASYNC)],
    ids=[*(f"sync-{name}" for name in SYNC), *(f"async-{name}" for name in ASYNC)],
)


async def done(given: Any) -> Any:
    return await given if inspect.isawaitable(given) else given


def library_of(client: Any) -> str:
    """Return the backend of a client, by its module."""
    return str(type(client._shared.transport).__module__.removeprefix("kaizen_client.transports.").split(".")[0])


# --- the choice -------------------------------------------------------------------------------------------------


@EVERY
async def test_a_backend_is_chosen_by_its_name(kind: Any, backend: str, service: Any, monkeypatch: Any) -> None:
    chosen = kind(base_url=service.url, transport=backend)
    monkeypatch.setenv("KAIZEN_TRANSPORT", backend)
    from_the_environment = kind(base_url=service.url)
    for client in (chosen, from_the_environment, chosen.with_options(timeout=5)):
        assert library_of(client) == backend
        assert (await done(client.compress(data={"id": 1}))).value == "id: 1"
        await done(client.close())


@pytest.mark.parametrize("kind", [SyncKaizenClient, KaizenClient])
async def test_httpx_is_the_default_whatever_else_is_installed(kind: Any, service: Any) -> None:
    assert {"aiohttp", "httpx2", "urllib3"} <= {
        name for name in ("aiohttp", "httpx2", "urllib3") if name in sys.modules
    }
    client = kind(base_url=service.url)
    assert library_of(client) == "httpx"
    await done(client.close())


@pytest.mark.parametrize("names", ["aiohttp,urllib3", "urllib3, aiohttp", "aiohttp,urllib3,httpx"])
async def test_of_several_names_each_client_takes_the_first_that_serves_it(
    names: str, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIZEN_TRANSPORT", names)
    with SyncKaizenClient(base_url=service.url) as sync:
        assert library_of(sync) == "urllib3"
    async with KaizenClient(base_url=service.url) as client:
        assert library_of(client) == "aiohttp"


@pytest.mark.parametrize(
    ("kind", "name", "other"),
    [(SyncKaizenClient, "aiohttp", "KaizenClient"), (KaizenClient, "urllib3", "SyncKaizenClient")],
)
def test_a_backend_that_does_not_serve_the_client_is_refused_with_the_way_on(kind: Any, name: str, other: str) -> None:
    with pytest.raises(KaizenConfigError) as caught:
        kind(base_url="http://127.0.0.1:9", transport=name)
    assert caught.value.setting == "transport"
    assert f"{name} serves {other} alone" in str(caught.value)
    assert f"transport='{name},httpx'" in str(caught.value)


@pytest.mark.parametrize("name", ["requests", "", "httpx;aiohttp", "HTTPX", "httpx,,aiohttp"])
def test_a_name_that_is_none_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(KaizenConfigError, match="must be one of httpx, httpx2, aiohttp, urllib3"):
        KaizenClient(base_url="http://127.0.0.1:9", transport=name)


@pytest.mark.parametrize(
    ("kind", "name", "package"),
    [
        (KaizenClient, "aiohttp", "aiohttp"), (SyncKaizenClient, "urllib3", "urllib3"),
        (KaizenClient, "httpx2", "httpcore2"), (SyncKaizenClient, "httpx2", "httpx2"),
    ],
)  # fmt: skip
def test_a_backend_that_is_not_installed_is_refused_with_the_command_that_installs_it(
    kind: Any, name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [module for module in sys.modules if module.startswith(f"kaizen_client.transports.{name}")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(KaizenConfigError) as caught:
        kind(base_url="http://127.0.0.1:9", transport=name)
    assert caught.value.setting == "transport"
    assert f"pip install 'kaizen-client[{name}]'" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        (SyncKaizenClient, httpx.Client), (SyncKaizenClient, httpx2.Client),
        (KaizenClient, httpx.AsyncClient), (KaizenClient, httpx2.AsyncClient),
    ],
)  # fmt: skip
async def test_a_client_of_the_users_own_says_which_library_by_its_class(kind: Any, own: Any, service: Any) -> None:
    given = own(headers={"x-own": "1"})
    client = kind(base_url=service.url, client=given, transport="httpx")
    assert (await done(client.compress(data={"id": 1}))).value == "id: 1"
    await done(client.close())
    assert service.seen[-1].headers["x-own"] == "1"
    assert not given.is_closed
    await done(given.aclose() if kind is KaizenClient else given.close())


@pytest.mark.parametrize("own", [httpx, httpx2])
def test_a_client_of_the_other_kind_is_refused_by_its_librarys_name(own: Any) -> None:
    with pytest.raises(KaizenConfigError, match=rf"client must be an {own.__name__}.AsyncClient, not Client"):
        KaizenClient(base_url="http://127.0.0.1:9", client=own.Client())


# --- what it must not change ------------------------------------------------------------------------------------


async def test_the_same_call_is_the_same_request_over_every_backend(service: Any) -> None:
    service.always = (200, {}, b'{"result": "x"}')
    settings: dict[str, Any] = {"api_key": "k", "default_headers": {"X-Team": "a"}}
    for kind, backends in ((SyncKaizenClient, SYNC), (KaizenClient, ASYNC)):
        for backend in backends:
            client = kind(base_url=f"{service.url}/a%20b", transport=backend, **settings)
            await done(client.compress(data={"id": "é"}, request_id="same"))
            await done(client.request("GET", "/v1/x?a=%2F&b=c%20d", request_id="same"))
            await done(client.close())
    requests = [
        (seen.method, seen.path, dict(sorted((name.lower(), value) for name, value in seen.headers.items())), seen.body)
        for seen in service.seen
    ]
    assert len(requests) == 12
    for posted, got in zip(requests[::2], requests[1::2], strict=True):
        assert posted == requests[0]
        assert got == requests[1]


@EVERY
async def test_a_cassette_is_played_over_every_backend(kind: Any, backend: str) -> None:
    with vcr.VCR(record_mode="none").use_cassette(str(CASSETTES / "sync_table.yaml"), allow_playback_repeats=True):
        recorded: Any = vcr.cassette.Cassette.load(path=str(CASSETTES / "sync_table.yaml"))
        base_url = recorded.requests[0].uri
        client = kind(base_url=base_url, api_key="k", transport=backend)
        # The method and the address are what is compared.
        assert (await done(client.compress(data={"any": "thing"}))).value
        with pytest.raises(CannotOverwriteExistingCassetteException):
            await done(client.request("GET", "/v1/never-recorded"))
        await done(client.close())


@EVERY
async def test_a_failed_call_tells_the_same_over_every_backend(kind: Any, backend: str, service: Any) -> None:
    service.always = (503, {"x-request-id": "theirs", "x-two": "a"}, b'{"detail": "busy", "code": "made_up"}')
    client = kind(base_url=service.url, transport=backend, max_retries=0)
    with pytest.raises(KaizenServerError) as caught:
        await done(client.compress(data=1, metadata={"trace": 1}))
    error = caught.value
    assert (error.status_code, error.detail, error.code, error.metadata) == (503, "busy", "made_up", {"trace": 1})
    assert error.headers["X-Two"] == "a"
    await done(client.close())
