"""A service that costs as little as Python can make it, in a process of its own: the client is what is measured.

    python scripts/bench/loopback.py

Prints its URL and runs until it is ended. It answers POST /v1/compress with the same small reply each time, whatever
the body is, and POST /reply/BYTES/v1/compress with a reply of that size. GET /__counts tells what it has seen.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

#: What is held of a connection's input before it is read on, in bytes; large bodies are only counted.
_BUFFER: Final = 256 * 1024
SMALL: Final = {"users": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]}
_STATS: Final = {"original_bytes": 57, "compressed_bytes": 36, "reduction_ratio": 0.632}


@cache
def reply(size: int = 0) -> bytes:
    """Give a whole reply, head and body, to compress; its text has `size` bytes, or is that of `SMALL`."""
    text = "x" * size if size else "users[2]{id,name}:\n  1,Ada\n  2,Grace"
    return _reply({"operation": "compress", "status": "ok", "result": text, "stats": _STATS})


def _reply(value: Any, status: str = "200 OK") -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
        status.encode(),
        len(body),
        body,
    )


class Counts:
    """What the service has seen."""

    connections = 0
    requests = 0


class Service(asyncio.BufferedProtocol):
    """One connection. It knows a request's line, its length, and whether it is chunked; nothing else."""

    def __init__(self) -> None:
        Counts.connections += 1
        self._buffer = bytearray(_BUFFER)
        self._head = b""
        #: How much of the present body has not come yet, in bytes.
        self._left = 0
        self._answer = b""
        self._chunked = False
        self._tail = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what replies are written to."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self._transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:
        """Give the one buffer, again and again."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what came."""
        if self._left > nbytes:
            self._left -= nbytes
            return
        data = bytes(memoryview(self._buffer)[:nbytes])
        while data:
            if self._left:
                taken = min(self._left, len(data))
                self._left -= taken
                data = data[taken:]
                if not self._left:
                    self._send()
            elif self._chunked:
                # Chunks are not parsed: a body that holds the last chunk's bytes is not among those sent here.
                self._tail = (self._tail + data)[-5:]
                data = b""
                if self._tail == b"0\r\n\r\n":
                    self._chunked = False
                    self._send()
            else:
                data = self._begin(data)

    def _begin(self, data: bytes) -> bytes:
        """Read a request's head, and give what follows it."""
        head, end, rest = (self._head + data).partition(b"\r\n\r\n")
        if not end:
            self._head = head
            return b""
        self._head = b""
        line, _, fields = head.partition(b"\r\n")
        fields = fields.lower()
        path = line.split(b" ", 2)[1]
        self._answer = _answer(path)
        at = fields.find(b"content-length:")
        self._left = int(fields[at + 15 :].partition(b"\r\n")[0]) if at >= 0 else 0
        self._chunked = at < 0 and b"transfer-encoding: chunked" in fields
        self._tail = b""
        if not self._left and not self._chunked:
            self._send()
        return rest

    def _send(self) -> None:
        Counts.requests += 1
        if self._transport is not None:
            self._transport.write(self._answer)


@cache
def vendor_reply(path: bytes) -> bytes | None:
    """Give a reply such as a model vendor's, None for another path."""
    text = "The third order is the largest."
    if path.endswith(b"/chat/completions"):
        message = {"role": "assistant", "content": text}
        usage = {"prompt_tokens": 900, "completion_tokens": 9, "total_tokens": 909}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_800_000_000, "model": "gpt-4o"}
        return _reply({**head, "choices": [choice], "usage": usage})
    if path.endswith(b"/v1/messages"):
        head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn"}
        usage = {"input_tokens": 900, "output_tokens": 9}
        return _reply({**head, "content": [{"type": "text", "text": text}], "stop_sequence": None, "usage": usage})
    if path.endswith(b":generateContent"):
        candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP", "index": 0}
        usage = {"promptTokenCount": 900, "candidatesTokenCount": 9, "totalTokenCount": 909}
        return _reply({"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini"})
    return None


def _answer(path: bytes) -> bytes:
    if path == b"/v1/compress":
        return reply()
    if path.startswith(b"/reply/") and path.endswith(b"/v1/compress"):
        return reply(int(path.split(b"/")[2]))
    if path == b"/__counts":
        return _reply({"connections": Counts.connections, "requests": Counts.requests})
    if (found := vendor_reply(path)) is not None:
        return found
    return _reply({"detail": "there is nothing here"}, "404 Not Found")


async def main() -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Service, "127.0.0.1", 0, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


@contextmanager
def running() -> Iterator[str]:
    """Run the service beside this process, and give its URL."""
    process = subprocess.Popen([sys.executable, "-P", Path(__file__)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101 - for the type checker
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def counts(url: str) -> dict[str, int]:
    """Ask a running service what it has seen; the question counts too."""
    connection = HTTPConnection(url.removeprefix("http://"))
    connection.request("GET", "/__counts")
    found: dict[str, int] = json.loads(connection.getresponse().read())
    connection.close()
    return found


if __name__ == "__main__":
    asyncio.run(main())
