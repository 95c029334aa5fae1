"""Measure the peak memory of a call whose reply is made to be too large, over loopback.

    python scripts/bench/bomb.py

Each figure is taken in a process of its own: its highest resident memory during the call, above what it held after a
call that went well, as a ratio to `max_response_bytes`. The exit code is 1 when one is over twice the bound and a fixed
base, or when one of these replies is taken for a result.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from threading import Thread
from typing import Final, NamedTuple

MIB: Final = 1024 * 1024
GIB: Final = 1024 * MIB
BOUNDS: Final = (8 * MIB, 64 * MIB)
GOAL: Final = 2.0
#: What any call may take beside the body, in bytes: buffers of the socket, modules imported for an error.
BASE: Final = 4 * MIB
BLOCK: Final = 64 * 1024

CALL = """
import asyncio, json, resource, sys
from pathlib import Path
from kaizen_client import KaizenClient, KaizenError, SyncKaizenClient
url, way, bound = sys.argv[1], sys.argv[2], int(sys.argv[3])
def peak():
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    # Of this program alone; the other figure begins with what the process was that started it.
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
def told(error):
    return f"{type(error).__name__} {getattr(error, 'status_code', '')}"
settings = {"api_key": "a-key", "max_response_bytes": bound, "max_retries": 0, "timeout": 60}
def sync():
    with SyncKaizenClient(base_url=url, **settings) as client:
        client.health(headers={"x-well": "1"})
        before = peak()
        try:
            client.health()
        except KaizenError as error:
            return before, told(error)
    return before, "a result"
async def asynchronous():
    async with KaizenClient(base_url=url, **settings) as client:
        await client.health(headers={"x-well": "1"})
        before = peak()
        try:
            await client.health()
        except KaizenError as error:
            return before, told(error)
    return before, "a result"
before, ended = sync() if way == "sync" else asyncio.run(asynchronous())
print(json.dumps({"kilobytes": peak() - before, "ended": ended}))
"""


class Reply(NamedTuple):
    """A reply that is sent bit by bit."""

    status: int
    fields: dict[str, str]
    #: Bytes of the body, or of what comes in its place.
    parts: Iterator[bytes]
    #: Whether the head has an end.
    whole: bool = True


@cache
def packed(way: int) -> tuple[bytes, bytes]:
    """Return how a compressed body begins, and a block of it that comes to 16 MiB and may be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, way)
    begin = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = b"".join(packer.compress(b" " * BLOCK) for _ in range(16 * MIB // BLOCK))
    return begin, block + packer.flush(zlib.Z_FULL_FLUSH)


def bomb(coding: str, status: int = 200) -> Callable[[int], Reply]:
    """Return a reply that comes to 4 GiB."""

    def reply(bound: int) -> Reply:
        begin, block = packed(zlib.MAX_WBITS | 16 if coding == "gzip" else zlib.MAX_WBITS)

        def parts() -> Iterator[bytes]:
            yield begin
            yield from repeat(block, 4 * GIB // (16 * MIB))

        return Reply(status, {"content-encoding": coding}, parts())

    return reply


def plain(status: int) -> Callable[[int], Reply]:
    """Return a reply of 4 GiB as it is."""
    return lambda bound: Reply(status, {"content-length": str(4 * GIB)}, repeat(b" " * BLOCK, 4 * GIB // BLOCK))


def below(text: bytes) -> Callable[[int], Reply]:
    """Return an error whose body is a little smaller than the bound: it is taken, and is all in the error."""

    def reply(bound: int) -> Reply:
        part = text * (BLOCK // len(text))
        count = bound // len(part) - 1
        return Reply(500, {"content-length": str(count * len(part))}, repeat(part, count))

    return reply


def headers(bound: int) -> Reply:
    """Return header fields without end."""
    return Reply(200, {}, repeat(b"x-field: " + b"x" * 500 + b"\r\n", 4 * GIB // 500), whole=False)


def line(bound: int) -> Reply:
    """Return one endless line of a header."""
    return Reply(200, {"x-begins": "1"}, repeat(b"x" * BLOCK, 4 * GIB // BLOCK), whole=False)


def trailers(bound: int) -> Reply:
    """Return a body that is small, and trailer fields without end."""
    fields = repeat(b"x-field: " + b"x" * 500 + b"\r\n", 4 * GIB // 500)

    def parts() -> Iterator[bytes]:
        yield b"2\r\n{}\r\n0\r\n"
        yield from fields

    return Reply(200, {"transfer-encoding": "chunked"}, parts())


CASES: Final[dict[str, Callable[[int], Reply]]] = {
    "gzip bomb": bomb("gzip"),
    "deflate bomb": bomb("deflate"),
    "huge body": plain(200),
    "huge error": plain(500),
    "gzip bomb as an error": bomb("gzip", 500),
    "error below the bound": below(b"<html>\r\n"),
    "header fields without end": headers,
    "a header line without end": line,
    "trailer fields without end": trailers,
}


class Server(BaseHTTPRequestHandler):
    """Sends the reply that the path names."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer, well when asked to."""
        _, case, bound, _ = self.path.split("/", 3)
        if "x-well" in self.headers:
            reply = Reply(200, {"content-length": "15"}, iter([b'{"status":"ok"}']))
        else:
            reply = list(CASES.values())[int(case)](int(bound))
            self.close_connection = True
        self.send_response(reply.status)
        self.send_header("content-type", "application/json")
        for name, value in reply.fields.items():
            self.send_header(name, value)
        with suppress(OSError):
            if reply.whole:
                self.end_headers()
            else:
                self.flush_headers()
            for part in reply.parts:
                self.wfile.write(part)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def measured(url: str, way: str, bound: int) -> tuple[float, str]:
    """Run one call in a new process; return its peak in bytes, and how it ended."""
    done = subprocess.run(
        [sys.executable, "-c", CALL, url, way, str(bound)], check=True, capture_output=True, text=True
    )
    result = json.loads(done.stdout)
    return result["kilobytes"] * 1024, result["ended"].strip()


def main() -> int:
    """Print the table; return 1 where a goal is missed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    print(
        f"peak memory of a call above a warm client, x max_response_bytes, after {BASE // MIB} MiB for the call itself"
    )
    titles = [f"{way}, {bound // MIB} MiB" for bound in BOUNDS for way in ("sync", "async")]
    print(f"  {'':28}{''.join(f'{title:>15}' for title in titles)}  ends with")
    met = True
    for number, name in enumerate(CASES):
        row, ends, good = "", set(), True
        for bound in BOUNDS:
            for way in ("sync", "async"):
                taken, ended = measured(f"http://127.0.0.1:{server.server_port}/{number}/{bound}", way, bound)
                ratio = max(0.0, taken - BASE) / bound
                row += f"{ratio:>15.2f}"
                ends.add(ended)
                good = good and ratio <= GOAL and ended != "a result"
        met = met and good
        print(f"  {name:28}{row}  {', '.join(sorted(ends))}{'' if good else '  MISSED'}")
    server.shutdown()
    print(f"  goal: <= {GOAL} x max_response_bytes: {'met' if met else 'MISSED'}\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
