"""From httpx's errors to ours."""

from __future__ import annotations

import ssl
from typing import Final

import httpcore
import httpx

from kaizen_client.exceptions import KaizenRequestError
from kaizen_client.transports import failures
from kaizen_client.transports.base import WireRequest

#: What httpx, a socket or TLS may raise.
ERRORS: Final = (httpx.HTTPError, httpx.InvalidURL, httpcore.ConnectionNotAvailable, ssl.SSLError, OSError)
#: How a server that has let go of a kept connection shows.
LET_GO: Final = (httpx.NetworkError, httpx.RemoteProtocolError, ssl.SSLError, OSError)

_DOING: Final = {httpx.ConnectTimeout: "connecting to", httpx.WriteTimeout: "sending to"}


def translated(error: Exception, request: WireRequest, *, proxied: bool) -> KaizenRequestError:
    """Return our error for one of httpx's, of the socket's or of TLS."""
    for one in failures.scrub(error):
        if isinstance(one, httpx.RequestError):
            one.request = httpx.Request(request.method, "http://not.shown")
        if isinstance(one, httpx.ProxyError | httpcore.ProxyError) and one.args:
            # The proxy's own words after its status.
            one.args = (str(one.args[0])[:3], *one.args[1:])
    if (certificate := failures.untrusted(error, failures.origin_of(request))) is not None:
        return certificate
    if isinstance(error, httpx.PoolTimeout):
        return failures.no_connection_free(error)
    if isinstance(error, httpx.TimeoutException):
        doing = _DOING.get(type(error), "waiting for")
        return failures.took_too_long(
            error, request, doing, proxied=proxied and isinstance(error, httpx.ConnectTimeout)
        )
    reason = str(error) or type(error).__name__
    if isinstance(error, httpx.ProxyError):
        return failures.proxy_refused(error, request, reason)
    if isinstance(error, httpx.ConnectError):
        return failures.could_not_connect(error, request, reason, proxied=proxied)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL):
        return failures.cannot_be_sent(error, request, reason)
    return failures.broke(error, request, reason)
