"""Which client is played over which HTTP library, and what these raise where the client tells of `error.original`."""

from __future__ import annotations

import socket
import ssl
from typing import Final, Literal, NamedTuple

import aiohttp
import httpx
import httpx2
import urllib3

Kind = Literal["sync", "async"]

#: What went wrong, in the library's own terms.
Underneath = Literal["connect", "connect timeout", "read timeout", "tls", "any"]


class Subject(NamedTuple):
    """One client over one library."""

    kind: Kind
    backend: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.backend}"


#: Both clients over their default first.
SUBJECTS: Final = (
    Subject("sync", "httpx"),
    Subject("async", "httpx"),
    Subject("sync", "httpx2"),
    Subject("async", "httpx2"),
    Subject("sync", "urllib3"),
    Subject("async", "aiohttp"),
)

_ANY: Final = (Exception,)

UNDERNEATH: Final[dict[str, dict[Underneath, tuple[type[BaseException], ...]]]] = {
    "httpx": {
        "connect": (httpx.ConnectError,),
        "connect timeout": (httpx.ConnectTimeout,),
        "read timeout": (httpx.ReadTimeout,),
        "tls": (httpx.ConnectError, ssl.SSLError),
        "any": _ANY,
    },
    "httpx2": {
        "connect": (httpx2.ConnectError,),
        "connect timeout": (httpx2.ConnectTimeout,),
        "read timeout": (httpx2.ReadTimeout,),
        "tls": (httpx2.ConnectError, ssl.SSLError),
        "any": _ANY,
    },
    "aiohttp": {
        "connect": (aiohttp.ClientConnectorError,),
        "connect timeout": (aiohttp.ConnectionTimeoutError,),
        "read timeout": (aiohttp.SocketTimeoutError,),
        "tls": (aiohttp.ClientConnectorError, aiohttp.ClientOSError, ssl.SSLError),
        "any": _ANY,
    },
    "urllib3": {
        "connect": (urllib3.exceptions.NewConnectionError, urllib3.exceptions.SSLError, ssl.SSLError, socket.gaierror),
        "connect timeout": (urllib3.exceptions.ConnectTimeoutError,),
        "read timeout": (urllib3.exceptions.ReadTimeoutError, TimeoutError),
        "tls": (urllib3.exceptions.SSLError, ssl.SSLError, urllib3.exceptions.ProtocolError),
        "any": _ANY,
    },
}
