"""The warning about data that goes over a network in clear text."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from kaizen_client.transports import risks

_warned: set[str] = set()


def warn_once(base_url: str) -> None:
    """Warn where a URL is plain HTTP to another machine; once per process and host."""
    target = urlsplit(base_url)
    host = target.hostname or ""
    if target.scheme != "http" or host in _warned or _is_loopback(host):
        return
    _warned.add(host)
    risks.warn(f"base_url is http://{host}: the key and all data go there in clear text; use https://")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        # RFC 6761, section 6.3: names under localhost are loopback.
        return host == "localhost" or host.endswith(".localhost")
