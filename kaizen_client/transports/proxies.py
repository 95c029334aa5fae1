"""Which proxy a client's requests go through."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from kaizen_client.headers import Secret

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig


def proxy_for(config: KaizenClientConfig) -> Secret | None:
    """Return the proxy's URL, hidden: the setting's, else what the environment says for the service's host."""
    if config.proxy is not None:
        return Secret(config.proxy)
    target = urlsplit(config.base_url)
    host = target.hostname or ""
    port = target.port or (443 if target.scheme == "https" else 80)
    if proxy_bypass(host) or proxy_bypass(f"{host}:{port}"):
        return None
    found = getproxies()
    proxy = found.get(target.scheme) or found.get("all")
    if proxy is None:
        return None
    return Secret(proxy if "://" in proxy else f"http://{proxy}")
