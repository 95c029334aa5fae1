# Made from kaizen_client/transports/httpx/settings.py by `make generate`. Do not edit.
"""The client's settings as httpx2 takes them."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, Final

import httpcore2
import httpx2

from kaizen_client.config import is_proxy
from kaizen_client.exceptions import KaizenConfigError
from kaizen_client.headers import Secret
from kaizen_client.transports.proxies import proxy_for
from kaizen_client.transports.tls import ssl_context

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig

#: How long an idle connection is kept, in seconds.
KEEPALIVE: Final = 5.0
#: How many idle connections a call looks at, to close those that were not used for longer.
LOOKED_AT: Final = 2


def check_url(config: KaizenClientConfig) -> None:
    """See that httpx2 can call the base URL.

    Raises:
        KaizenConfigError: it cannot.
    """
    try:
        httpx2.URL(config.base_url)
    except httpx2.InvalidURL as error:
        problem = str(error)
    else:
        return
    raise KaizenConfigError(f"base_url is not a URL that can be called: {problem}", setting="base_url")


def origin_of(config: KaizenClientConfig) -> httpcore2.Origin:
    """Return scheme, host and port of the base URL."""
    url = httpx2.URL(config.base_url)
    return httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/").origin


def arguments(config: KaizenClientConfig) -> dict[str, Any]:
    """Return what a transport for one connection is made with.

    Raises:
        KaizenConfigError: httpx2 does not take the proxy or the certificates.
    """
    # Hidden: error trackers print local variables, and a proxy's URL may hold a password.
    proxy = proxy_for(config)
    secure = proxy is not None and proxy.value.startswith("https:")
    needed = secure or config.base_url.startswith("https:")
    # One that is never used: without any, httpx2 would load every certificate there is.
    context = ssl_context(config) if needed else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found: dict[str, Any] = {
        "verify": context,
        "limits": httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEPALIVE),
    }
    if proxy is not None:
        # TLS to the proxy itself is refused settings where it speaks plain HTTP.
        found["proxy"] = _proxy(proxy, context if secure else None)
        if (problem := _proxy_problem(found)) is not None:
            raise KaizenConfigError(problem, setting="proxy")
    return found


def _proxy(url: Secret, context: ssl.SSLContext | None) -> httpx2.Proxy | None:
    try:
        return httpx2.Proxy(url.value, ssl_context=context) if is_proxy(url.value) else None
    except (ValueError, httpx2.InvalidURL):
        return None


def _proxy_problem(arguments: dict[str, Any]) -> str | None:
    where = "proxy (KAIZEN_PROXY, HTTPS_PROXY, HTTP_PROXY or ALL_PROXY)"
    if arguments["proxy"] is None:
        return f"{where} is not a URL such as http://proxy:3128 (value not shown)"
    try:
        httpx2.HTTPTransport(**arguments).close()
    except ImportError:
        return f"{where} is a SOCKS proxy, which needs socksio: pip install 'httpx2[socks]'"
    except ValueError:
        return f"{where} has a scheme that httpx2 does not know (value not shown)"
    return None
