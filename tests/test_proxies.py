"""Proxies: the setting's, else what the environment says for the service's host."""

from __future__ import annotations

import inspect
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from kaizen_client import (
    KaizenAPIError,
    KaizenClient,
    KaizenClientConfig,
    KaizenConfigError,
    KaizenConnectionError,
    RetryPolicy,
    SyncKaizenClient,
)
from kaizen_client.transports.proxies import proxy_for


def test_a_call_goes_through_the_proxy_that_is_set(service: Any) -> None:
    service.reply_json(200, {"status": "through the proxy"})
    with SyncKaizenClient(base_url="http://kaizen.example", proxy=service.url) as client:
        assert client.health().status == "through the proxy"
    # A proxy is asked for the whole URL; RFC 9112, section 3.2.2.
    assert service.seen[0].path == "http://kaizen.example/"


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, "https://kaizen.example", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://kaizen.example", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "http://kaizen.example", None),
        ({"HTTP_PROXY": "p:1"}, "http://kaizen.example", "http://p:1"),
        ({"ALL_PROXY": "http://p:1"}, "https://kaizen.example", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "kaizen.example"}, "https://kaizen.example", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".example"}, "https://kaizen.example", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "kaizen.example:443"}, "https://kaizen.example", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "kaizen.example:444"}, "https://kaizen.example", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.example"}, "https://kaizen.example", "http://p:1"),
    ],
)
def test_the_environment_says_which_proxy(
    environment: dict[str, str], url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = proxy_for(KaizenClientConfig(url))
    assert (None if found is None else found.value) == proxy


def test_a_proxy_that_cannot_be_used_fails_when_the_client_is_made() -> None:
    with pytest.raises(KaizenConfigError, match="proxy"):
        SyncKaizenClient(base_url="https://kaizen.example", proxy="gopher://marked-secret@p:1")


# --- calls through a proxy --------------------------------------------------------------------------------------

pytestmark = pytest.mark.usefixtures("every_backend")

BOTH = pytest.mark.parametrize("kind", [SyncKaizenClient, KaizenClient])
PLAIN, SECURE = "http://kaizen.example", "https://kaizen.example"
#: Repeats at once what may be repeated, so that a test can count attempts without a wait.
AT_ONCE = RetryPolicy(base=0.0)
#: By name, since tracebacks show the lines of a test.
PASSWORD = "marked-password"


async def done(given: Any) -> Any:
    return await given if inspect.isawaitable(given) else given


async def health(kind: Any, url: str, **settings: Any) -> Any:
    client = kind(base_url=url, retry_policy=AT_ONCE, **settings)
    try:
        return await done(client.health())
    finally:
        await done(client.close())


@pytest.fixture
def trusted(secure_url: str, authority: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the service speak TLS, and every client trust it."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("KAIZEN_CA_BUNDLE", str(tmp_path / "ca.pem"))


@BOTH
@pytest.mark.parametrize("by", ["proxy", "KAIZEN_PROXY", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
async def test_plain_http_goes_to_the_proxy_as_a_whole_url(
    kind: Any, by: str, proxy: Any, monkeypatch: pytest.MonkeyPatch, service: Any
) -> None:
    settings = {"proxy": proxy.url} if by == "proxy" else {}
    if by != "proxy":
        monkeypatch.setenv(by, proxy.url)
    service.reply_json(200, {"status": "through the proxy"})
    assert (await health(kind, f"{PLAIN}/prefix", **settings)).status == "through the proxy"
    assert [seen.path for seen in proxy.seen] == [f"{PLAIN}/prefix/"]
    assert [seen.headers["host"] for seen in service.seen] == ["kaizen.example"]


@BOTH
@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("by", ["proxy", "KAIZEN_PROXY", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
async def test_https_goes_through_a_tunnel_in_which_the_proxy_sees_no_key(
    kind: Any, by: str, proxy: Any, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"proxy": proxy.url} if by == "proxy" else {}
    if by != "proxy":
        monkeypatch.setenv(by, proxy.url)
    headers = {"Cookie": "marked-cookie", "Authorization": "marked-own"}
    await health(kind, SECURE, api_key="marked-key", default_headers=headers, **settings)
    assert [(seen.method, seen.path) for seen in proxy.seen] == [("CONNECT", "kaizen.example:443")]
    assert "marked" not in str(proxy.seen)
    assert service.seen[0].headers["x-api-key"] == "marked-key"


@BOTH
async def test_the_setting_wins_over_the_environment(
    kind: Any, proxy: Any, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_tcp_port}")
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("KAIZEN_PROXY", f"http://127.0.0.1:{unused_tcp_port}")
    assert (await health(kind, PLAIN, proxy=proxy.url)).status == "ok"


@BOTH
@pytest.mark.parametrize("spared", ["127.0.0.1", "*", "other.example, 127.0.0.1", "127.0.0.1:{port}"])
async def test_a_host_that_is_spared_is_reached_without_the_proxy(
    kind: Any, spared: str, proxy: Any, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", spared.format(port=service.port))
    assert (await health(kind, service.url)).status == "ok"
    assert proxy.seen == []
    assert service.seen[0].path == "/"


@BOTH
async def test_a_host_that_is_not_spared_is_reached_through_the_proxy(
    kind: Any, proxy: Any, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "other.example,10.0.0.0/8")
    assert (await health(kind, service.url)).status == "ok"
    assert [seen.path for seen in proxy.seen] == [f"{service.url}/"]


@BOTH
@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("by", ["proxy", "HTTPS_PROXY"])
async def test_the_proxys_password_goes_to_the_proxy_and_never_to_the_service_in_a_tunnel(
    kind: Any, by: str, proxy: Any, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.password = "user:marked-p@ss"
    url = f"http://user:marked-p%40ss@{proxy.address}"
    settings = {"proxy": url} if by == "proxy" else {}
    if by != "proxy":
        monkeypatch.setenv(by, url)
    assert (await health(kind, SECURE, **settings)).status == "ok"
    assert "proxy-authorization" in proxy.seen[0].headers
    assert not [name for name in service.seen[0].headers if name.startswith("proxy-")]
    assert proxy.seen[0].headers["proxy-authorization"].split()[1] not in str(service.seen)


@BOTH
async def test_the_proxys_password_goes_to_the_proxy_with_a_whole_url_too(kind: Any, proxy: Any) -> None:
    proxy.password = f"user:{PASSWORD}"
    url = f"http://user:{PASSWORD}@{proxy.address}"
    assert (await health(kind, PLAIN, proxy=url)).status == "ok"
    assert [seen.path for seen in proxy.seen] == [f"{PLAIN}/"]


@BOTH
async def test_a_service_that_is_reached_without_the_proxy_gets_no_password_of_it(
    kind: Any, proxy: Any, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://user:{PASSWORD}@{proxy.address}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    await health(kind, service.url)
    assert not [name for name in service.seen[0].headers if name.startswith("proxy-")]


@BOTH
@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("status", "attempts"), [(407, 1), (403, 1), (502, 3), (503, 3)])
async def test_a_proxy_that_refuses_the_tunnel_is_a_connection_error_that_names_the_setting(
    kind: Any, status: int, attempts: int, proxy: Any, service: Any
) -> None:
    proxy.refuses = status
    with pytest.raises(KaizenConnectionError, match=rf"proxy.*{status}.*KAIZEN_PROXY") as caught:
        await health(kind, SECURE, proxy=f"http://user:{PASSWORD}@{proxy.address}", api_key=PASSWORD)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    assert len(caught.value.attempts) == len(proxy.seen) == attempts
    assert service.seen == []


@BOTH
async def test_a_proxy_that_wants_a_password_for_a_whole_url_is_an_api_error_of_one_attempt(
    kind: Any, proxy: Any, service: Any
) -> None:
    proxy.password = "user:password"
    with pytest.raises(KaizenAPIError, match="407") as caught:
        await health(kind, PLAIN, proxy=proxy.url)
    assert caught.value.status_code == 407
    assert len(caught.value.attempts) == len(proxy.seen) == 1
    assert service.seen == []


@BOTH
@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("url", [PLAIN, SECURE])
@pytest.mark.parametrize("by", ["proxy", "HTTPS_PROXY"])
async def test_a_proxy_that_nobody_listens_at_is_a_connection_error_that_names_the_setting(
    kind: Any, by: str, url: str, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"http://user:{PASSWORD}@127.0.0.1:{unused_tcp_port}"
    settings = {"proxy": address} if by == "proxy" else {}
    if by != "proxy":
        monkeypatch.setenv("ALL_PROXY", address)
    with pytest.raises(KaizenConnectionError, match=r"proxy.*KAIZEN_PROXY") as caught:
        await health(kind, url, max_retries=1, **settings)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    assert len(caught.value.attempts) == 2


@BOTH
@pytest.mark.usefixtures("trusted")
async def test_a_proxy_whose_tunnel_leads_nowhere_is_a_connection_error(
    kind: Any, proxy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "relay", lambda *_: None)
    with pytest.raises(KaizenConnectionError):
        await health(kind, SECURE, proxy=proxy.url, max_retries=0)


@BOTH
@pytest.mark.parametrize("by", ["proxy", "KAIZEN_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_socks_proxy_without_what_it_needs_is_refused_when_the_client_is_made(
    kind: Any, by: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    url = f"{scheme}://user:{PASSWORD}@127.0.0.1:1080"
    settings = {"proxy": url} if by == "proxy" else {}
    if by != "proxy":
        monkeypatch.setenv(by, url)
    with pytest.raises(KaizenConfigError, match=r"socksio.*pip install") as caught:
        kind(base_url=SECURE, **settings)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


@BOTH
@pytest.mark.parametrize("url", ["gopher://p:1", "http://", "http://p:99999999", "http://[::1", "http://p:x"])
@pytest.mark.parametrize("by", ["proxy", "KAIZEN_PROXY", "HTTPS_PROXY"])
def test_a_proxys_url_that_is_none_is_refused_when_the_client_is_made(
    kind: Any, by: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"proxy": url} if by == "proxy" else {}
    if by != "proxy":
        monkeypatch.setenv(by, url)
    with pytest.raises(KaizenConfigError, match=r"(?i)proxy"):
        kind(base_url=SECURE, **settings)
