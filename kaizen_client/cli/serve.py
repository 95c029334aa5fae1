"""`kaizen serve`: the embedded engine over HTTP."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any, Final

from kaizen_client.embedded import Engine

#: The key may come from here, so that it need not stand in the list of processes.
KEY_VARIABLE: Final = "KAIZEN_SERVER_API_KEY"

_USAGE_ERROR: Final = 2
_EXTRA: Final = ("starlette", "uvicorn")


def add_parser(commands: Any) -> None:
    """Add the command to the subparsers of `kaizen`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "serve",
        help="answer the Kaizen API on this machine",
        description="Answer the Kaizen API over HTTP with the engine inside this package, until stopped by Ctrl-C or "
        "SIGTERM. The URL is printed on standard output when requests are taken; the log goes to standard error.",
        epilog="This is a server for development and tests: no TLS, nothing is stored.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8420, help="the port to listen on; 0 picks a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--api-key",
        type=_key,
        metavar="KEY",
        help=f"ask for this key, as Bearer token or x-api-key; {KEY_VARIABLE} does the same, unseen by `ps` "
        "(default: ask for none)",
    )
    parser.add_argument(
        "--max-body-bytes",
        type=_positive,
        default=16 * 1024 * 1024,
        metavar="N",
        help="refuse longer request bodies with a 413 (default: %(default)s)",
    )
    parser.add_argument(
        "--rate",
        metavar="RATE",
        help="let in so many requests, such as 100/s or 50/m, and refuse the others with a 429 (default: no limit)",
    )
    parser.add_argument(
        "--envelope",
        choices=("documented", "server-notes"),
        default="documented",
        help="the form of the replies (default: %(default)s)",
    )
    parser.add_argument("--region", default="embedded", help="the region that health reports (default: %(default)s)")
    parser.add_argument(
        "--log-level",
        choices=("debug", "info", "warning", "error"),
        default="info",
        help="what is logged; info has a line for each request (default: %(default)s)",
    )
    parser.add_argument(
        "-q", "--quiet", action="store_const", const="warning", dest="log_level", help="the same as --log-level warning"
    )
    parser.set_defaults(run=lambda chosen: _run(parser, chosen))


def _run(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> int:
    try:
        from kaizen_client.cli._listening import serve
        from kaizen_client.embedded.server import Rate, create_app
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _EXTRA:
            raise
        sys.stderr.write(f"kaizen serve needs {missing}: pip install 'kaizen-client[server]'\n")
        return _USAGE_ERROR
    try:
        rate = None if chosen.rate is None else Rate.parse(chosen.rate)
    except ValueError as error:
        parser.error(f"argument --rate: {error}")
    key = chosen.api_key
    if key is None and os.environ.get(KEY_VARIABLE):
        try:
            key = _key(os.environ[KEY_VARIABLE])
        except argparse.ArgumentTypeError as error:
            parser.error(f"{KEY_VARIABLE}: {error}")
    engine = Engine(envelope=chosen.envelope, api_key=key, max_body_bytes=chosen.max_body_bytes, region=chosen.region)
    return serve(create_app(engine, rate=rate), chosen.host, chosen.port, chosen.log_level, open_to_all=key is None)


def _port(text: str) -> int:
    if text.isdecimal() and len(text) <= 5 and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")


def _positive(text: str) -> int:
    if text.isdecimal() and len(text) <= 18 and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError("a number of bytes above 0 is expected")


def _key(text: str) -> str:
    # Anything else does not come through a header field as it was.
    if text and text.isascii() and text.isprintable() and text == text.strip():
        return text
    raise argparse.ArgumentTypeError(
        "a key is printable ASCII, not empty and without spaces around it (value not shown)"
    )
