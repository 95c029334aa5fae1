"""What failed calls say, the same on every backend: our errors, and a foreign error without what may hold the key."""

from __future__ import annotations

import re
import ssl
import time
from typing import Final
from urllib.parse import urlsplit

from kaizen_client.exceptions import (
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenPoolTimeoutError,
    KaizenRequestError,
    KaizenTimeoutError,
)
from kaizen_client.transports.base import WireRequest

#: How far before the deadline a wait that was bounded by it may seem to end, in seconds.
TICK: Final = 0.005
#: How an error names the proxy, whose URL may hold a password.
PROXY: Final = "the proxy that is set (proxy, KAIZEN_PROXY or HTTPS_PROXY)"
#: Where a library begins to quote what came, which may repeat the key.
_QUOTED: Final = re.compile(r":? *(?:bytearray\(|b['\"])")


def chain_of(error: BaseException) -> list[BaseException]:
    """Return an error and those it came from."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and all(current is not other for other in found):
        found.append(current)
        current = current.__cause__ or current.__context__
    return found


def scrub(error: BaseException) -> list[BaseException]:
    """Take out of a foreign error, and of those it came from, what may hold the key; return them all.

    That is the bytes of a broken reply, which may repeat it, and the frames, whose local variables error trackers
    print.
    """
    found = chain_of(error)
    for one in found:
        if one.args and isinstance(one.args[0], str):
            one.args = (_QUOTED.split(one.args[0], maxsplit=1)[0], *one.args[1:])
        one.__traceback__ = None
    return found


def origin_of(request: WireRequest) -> str:
    """Return scheme, host and port of where a request goes."""
    parts = urlsplit(request.url)
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{parts.port}' if parts.port else ''}"


def untrusted(error: BaseException, origin: str) -> KaizenConnectionError | None:
    """Return the error about a certificate, where that is what failed; it is not tried again."""
    for one in chain_of(error):
        if isinstance(one, ssl.SSLCertVerificationError):
            found = KaizenConnectionError(
                f"the certificate of {origin} is not trusted ({one.verify_message}); "
                "set ca_bundle (KAIZEN_CA_BUNDLE) to a file with the CA that signed it",
                error,
            )
            found.retryable = False
            return found
    return None


def deadline_passed(error: BaseException | None = None) -> KaizenDeadlineError:
    """Return the error of a call that its deadline ended."""
    return KaizenDeadlineError("the call took longer than its deadline; raise deadline= or send less at once", error)


def client_closed() -> KaizenRequestError:
    """Return the error of a call whose client was closed."""
    return KaizenRequestError("the client was closed while the call was under way")


def no_connection_free(error: BaseException | None = None) -> KaizenPoolTimeoutError:
    """Return the error of a call that waited longer than it may for one of the connections."""
    return KaizenPoolTimeoutError(
        "no connection was free in time; raise max_connections (KAIZEN_MAX_CONNECTIONS) or the pool timeout", error
    )


def took_too_long(
    error: BaseException, request: WireRequest, doing: str, *, proxied: bool = False
) -> KaizenTimeoutError:
    """Return the error of a wait that ended by its timeout, or by the deadline of the call.

    Args:
        error: what the library raised.
        request: what was sent.
        doing: `connecting to`, `sending to` or `waiting for`.
        proxied: whether the wait may have been for a proxy.
    """
    if time.monotonic() >= request.expires - TICK:
        return deadline_passed(error)
    origin = origin_of(request)
    where = f"{origin} through {PROXY}" if proxied else origin
    return KaizenTimeoutError(f"{doing} {where} took longer than the timeout allows", error)


def could_not_connect(
    error: BaseException, request: WireRequest, reason: str, *, proxied: bool
) -> KaizenConnectionError:
    """Return the error of a connection that could not be opened."""
    through = f" through {PROXY}" if proxied else ""
    return KaizenConnectionError(f"could not connect to {origin_of(request)}{through}: {reason}", error)


def proxy_refused(error: BaseException, request: WireRequest, answer: str) -> KaizenConnectionError:
    """Return the error of a proxy that did not connect to the service.

    Args:
        error: what the library raised.
        request: what was to be sent.
        answer: the status of its reply, else what happened.
    """
    found = KaizenConnectionError(f"the proxy did not connect to {origin_of(request)}: {answer}; check {PROXY}", error)
    # Its reply to CONNECT; RFC 9110, sections 15.5 and 15.6: what it refuses once it refuses again.
    found.retryable = not answer.startswith("4")
    return found


def cannot_be_sent(error: BaseException, request: WireRequest, reason: str) -> KaizenRequestError:
    """Return the error of a request that the library does not take."""
    return KaizenRequestError(f"the request to {origin_of(request)} cannot be sent: {reason}", error)


def broke(error: BaseException, request: WireRequest, reason: str) -> KaizenConnectionError:
    """Return the error of a connection that ended in the middle."""
    return KaizenConnectionError(f"the connection to {origin_of(request)} broke: {reason}", error)
