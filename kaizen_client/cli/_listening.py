"""uvicorn, from the socket to the exit status."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

# How long a stop waits for the calls under way, in seconds.
_GRACE: Final = 10
# How many connections wait to be taken. Where file descriptors run out, asyncio logs that so many times at once.
_BACKLOG: Final = 128
_LOGGERS: Final = ("kaizen_client", "uvicorn")


def serve(app: ASGIApp, host: str, port: int, log_level: str, *, open_to_all: bool) -> int:
    """Serve an application until SIGINT or SIGTERM.

    Args:
        app: the application.
        host: an address or a name to listen on.
        port: a port; 0 for a free one.
        log_level: the lowest level that is logged.
        open_to_all: whether the application asks for no key.

    Returns:
        The exit status: 0 after a stop, 1 where the address cannot be listened on.
    """
    server = uvicorn.Server(
        uvicorn.Config(
            _finished(app),
            http="h11",
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
            backlog=_BACKLOG,
        )
    )
    try:
        listener = _listen(host, port)
    except (OSError, UnicodeError) as error:
        sys.stderr.write(f"kaizen serve cannot listen on {host}, port {port}: {error}\n")
        return 1
    with listener, _logging_to_stderr(log_level), _stopped_by_signals(server):
        if open_to_all and not _address(listener).is_loopback:
            sys.stderr.write("kaizen serve: warning: other machines can reach this server, and it needs no key\n")
            sys.stderr.flush()
        # Connections are taken from here on, if not yet answered.
        sys.stdout.write(f"{_url(listener)}\n")
        sys.stdout.flush()
        server.run(sockets=[listener])
    return 0


def _listen(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    # Not socket.create_server: its sockets do not name TCP as their protocol, and asyncio then leaves out TCP_NODELAY,
    # which costs 40 ms for every call but the first on a connection.
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            # A port that was used a moment ago can be used again. On Windows this would share it.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _address(listener: socket.socket) -> IPv4Address | IPv6Address:
    return ip_address(listener.getsockname()[0].partition("%")[0])


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if _address(listener).is_unspecified:
        # Every address is listened on, and a client needs one.
        host = "::1" if listener.family == socket.AF_INET6 else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Stop a server by SIGINT and SIGTERM, and let neither end the process.

    uvicorn has handlers of its own while it runs, and when it is done it raises the signal again for those that stood
    before. These take that quietly, and remember a signal that comes before uvicorn runs.
    """

    def stop(number: int, frame: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _finished(app: ASGIApp) -> ASGIApp:
    """Return the application, so that a call cancelled at the end of the server is not reported as a fault."""

    async def finished(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(asyncio.CancelledError):
            await app(scope, receive, send)

    return finished


@contextmanager
def _logging_to_stderr(level: str) -> Iterator[None]:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(level.upper())
    # What uvicorn says of its own start and stop is for those who look closely.
    if level == "info":
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
