"""Record the cassettes anew: against the engine on loopback, or a live service where KAIZEN_API_KEY is set.

python scripts/record.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from _files import ROOT

from kaizen_client import KaizenClientConfig
from kaizen_client.embedded import Engine

TESTS = [ROOT / "tests" / kind / f"test_{kind}_cassettes.py" for kind in ("async", "sync")]


class Handler(BaseHTTPRequestHandler):
    """Answers with the engine."""

    protocol_version = "HTTP/1.1"
    engine = Engine()

    def answer(self) -> None:
        """Answer one request."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        reply = self.engine.handle(self.command, self.path, dict(self.headers), body)
        self.send_response(reply.status)
        for name, value in {**reply.headers, "content-length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = answer

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main() -> int:
    """Record; return the exit status of the tests that did."""
    config = KaizenClientConfig()
    url, server = config.base_url, None
    if config.api_key is None:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
    print(f"recording from {'the engine on loopback' if server else url}")
    for old in (ROOT / "tests" / "cassettes").glob("*.yaml"):
        old.unlink()
    environment = {**os.environ, "RECORD_CASSETTES_FROM": url}
    if isinstance(config.api_key, str):
        environment["RECORD_CASSETTES_KEY"] = config.api_key
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *map(str, TESTS)], cwd=ROOT, env=environment, check=False
    )
    if server is not None:
        server.shutdown()
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
