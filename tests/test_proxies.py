"""Proxies: the setting's, else what the environment says for the service's host."""

from __future__ import annotations

from typing import Any

import pytest

from kaizen_client import KaizenClientConfig, KaizenConfigError, SyncKaizenClient
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
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.example"}, "https://kaizen.example", "http://p:1"),
    ],
)
def test_the_environment_says_which_proxy(
    environment: dict[str, str], url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(KaizenClientConfig(url)) == proxy


def test_a_proxy_that_cannot_be_used_fails_when_the_client_is_made() -> None:
    with pytest.raises(KaizenConfigError, match="proxy"):
        SyncKaizenClient(base_url="https://kaizen.example", proxy="gopher://marked-secret@p:1")
