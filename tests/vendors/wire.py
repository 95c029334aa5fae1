"""An HTTP/1.1 server on loopback: hands requests to a function, and sends its replies, whole or as events."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request as it came: `path` with its query, `route` as the stand-in calls it, header names in lower case."""

    method: str
    path: str
    route: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What is sent back: a body, or the events of a stream, of which the connection may be closed after some."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    events: list[bytes] | None = None
    cut_after: int | None = None


def json_reply(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Reply with a JSON value, its text outside of ASCII as UTF-8."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Reply(status, {"content-type": "application/json", **(headers or {})}, body)


def event_reply(events: list[bytes], headers: dict[str, str] | None = None) -> Reply:
    """Reply with server-sent events."""
    return Reply(200, {"content-type": "text/event-stream; charset=utf-8", **(headers or {})}, events=events)


def event(value: Any, name: str | None = None) -> bytes:
    """Write one server-sent event."""
    data = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {data}\n\n".encode()


Answering = Callable[[str, str, dict[str, str], bytes], Reply | None]


class Server:
    """Answers each request with what `answering` returns of it; closes the connection unanswered where that is None."""

    def __init__(self, answering: Answering) -> None:
        #: How many connections were accepted.
        self.connections = 0
        #: What went wrong in the server itself; a client that goes away is no fault.
        self.errors: list[BaseException] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body in one write, and none held back: in two, each would wait for a delayed acknowledgement.
            wbufsize = -1
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                with server._lock:
                    server.connections += 1
                    server._open.add(self.connection)

            def finish(self) -> None:
                with server._lock:
                    server._open.discard(self.connection)
                # What could not be sent to a client that has gone would be tried again here.
                with suppress(OSError):
                    super().finish()
                self.rfile.close()

            def handle(self) -> None:
                # The client's end of the connection may close at any time.
                with suppress(OSError):
                    try:
                        super().handle()
                    except OSError:
                        raise
                    except Exception as error:
                        server.errors.append(error)

            def answer(self) -> None:
                body = self._body()
                reply = answering(
                    self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body
                )
                if reply is None:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.events is None:
                    self.send_header("content-length", str(len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body)
                else:
                    self.send_header("transfer-encoding", "chunked")
                    self.end_headers()
                    self._stream(reply.events, reply.cut_after)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def _body(self) -> bytes:
                if self.headers.get("transfer-encoding", "").lower() != "chunked":
                    length = int(self.headers.get("content-length", 0))
                    body = self.rfile.read(length)
                    if len(body) < length:
                        raise ConnectionError("the client has gone")
                    return body
                parts = []
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)

            def _stream(self, events: list[bytes], cut_after: int | None) -> None:
                for one in events[:cut_after]:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(one), one))
                    self.wfile.flush()
                if cut_after is None:
                    self.wfile.write(b"0\r\n\r\n")
                else:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop listening, and end what connections are left."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
