# Made from kaizen_client/transports/httpx/errors.py by `make generate`. Do not edit.
"""From httpx2's errors to ours."""

from __future__ import annotations

import ssl
from typing import Final

import httpcore2
import httpx2

from kaizen_client.exceptions import KaizenRequestError
from kaizen_client.transports import failures
from kaizen_client.transports.base import WireRequest

#: What httpx2, a socket or TLS may raise.
ERRORS: Final = (httpx2.HTTPError, httpx2.InvalidURL, httpcore2.ConnectionNotAvailable, ssl.SSLError, OSError)
#: How a server that has let go of a kept connection shows.
LET_GO: Final = (httpx2.NetworkError, httpx2.RemoteProtocolError, ssl.SSLError, OSError)

_DOING: Final = {httpx2.ConnectTimeout: "connecting to", httpx2.WriteTimeout: "sending to"}


def translated(error: Exception, request: WireRequest, *, proxied: bool) -> KaizenRequestError:
    """Return our error for one of httpx2's, of the socket's or of TLS."""
    for one in failures.scrub(error):
        if isinstance(one, httpx2.RequestError):
            one.request = httpx2.Request(request.method, "http://not.shown")
        if isinstance(one, httpx2.ProxyError | httpcore2.ProxyError) and one.args:
            # The proxy's own words after its status.
            one.args = (str(one.args[0])[:3], *one.args[1:])
    if (certificate := failures.untrusted(error, failures.origin_of(request))) is not None:
        return certificate
    if isinstance(error, httpx2.PoolTimeout):
        return failures.no_connection_free(error)
    if isinstance(error, httpx2.TimeoutException):
        doing = _DOING.get(type(error), "waiting for")
        return failures.took_too_long(
            error, request, doing, proxied=proxied and isinstance(error, httpx2.ConnectTimeout)
        )
    reason = str(error) or type(error).__name__
    if isinstance(error, httpx2.ProxyError):
        return failures.proxy_refused(error, request, reason)
    if isinstance(error, httpx2.ConnectError):
        return failures.could_not_connect(error, request, reason, proxied=proxied)
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError | httpx2.InvalidURL):
        return failures.cannot_be_sent(error, request, reason)
    return failures.broke(error, request, reason)
