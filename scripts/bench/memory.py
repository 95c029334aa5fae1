"""Measure the peak memory and the time of a 10 MB call against raw httpx, over loopback.

    python scripts/bench/memory.py

Each figure is taken in a process of its own, above what the same process held before the call.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROUNDS = 5
MEMORY_GOAL = 1.1
MEGABYTES = 10

CALL = """
import json, resource, sys, time
url, way = sys.argv[1], sys.argv[2]
row = {"id": 1, "name": "Ada Okafor", "city": "Lagos", "note": "x" * 40, "paid": True, "total": 12.5}
data = [{**row, "id": number} for number in range(%(rows)d)]
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if way == "httpx":
    import httpx
    client = httpx.Client(timeout=60, trust_env=False)
    call = lambda data: client.post(url + "/v1/compress", json={"data": data})
else:
    from kaizen_client import SyncKaizenClient
    client = SyncKaizenClient(base_url=url, timeout=60)
    call = lambda data: client.compress(data=data)
call([row])
before, began = peak(), time.perf_counter()
call(data)
print(json.dumps({"kilobytes": peak() - before, "seconds": time.perf_counter() - began}))
client.close()
"""


class Sink(BaseHTTPRequestHandler):
    """Reads a request and answers little, so that the client is what is measured."""

    protocol_version = "HTTP/1.1"
    reply = json.dumps({"result": "x"}).encode()

    def do_POST(self) -> None:
        """Answer."""
        left = int(self.headers["content-length"])
        while left:
            left -= len(self.rfile.read(min(left, 1 << 16)))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(self.reply)))
        self.end_headers()
        self.wfile.write(self.reply)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def measured(url: str, way: str) -> dict[str, float]:
    """Run one call in a new process and return what it took."""
    rows = MEGABYTES * 1024 * 1024 // 116
    done = subprocess.run(
        [sys.executable, "-c", CALL % {"rows": rows}, url, way], check=True, capture_output=True, text=True
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> int:
    """Print the table; return 1 where the goal is missed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    taken: dict[str, list[dict[str, float]]] = {"httpx": [], "kaizen_client": []}
    for _ in range(ROUNDS):
        for way, results in taken.items():
            results.append(measured(url, way))
    server.shutdown()
    print(f"one call of {MEGABYTES} MB, sync, median of {ROUNDS} interleaved processes")
    print(f"  {'':16}{'peak, MB':>10}{'x httpx':>10}{'seconds':>10}{'x httpx':>10}")
    middle = {
        way: {key: statistics.median(one[key] for one in results) for key in ("kilobytes", "seconds")}
        for way, results in taken.items()
    }
    for way, found in middle.items():
        memory, seconds = (found[key] / middle["httpx"][key] for key in ("kilobytes", "seconds"))
        print(f"  {way:16}{found['kilobytes'] / 1024:10.1f}{memory:10.2f}{found['seconds']:10.3f}{seconds:10.2f}")
    ratio = middle["kaizen_client"]["kilobytes"] / middle["httpx"]["kilobytes"]
    print(
        f"  goal: peak memory <= {MEMORY_GOAL} x httpx: {'met' if ratio <= MEMORY_GOAL else 'MISSED'} ({ratio:.2f})\n"
    )
    return 0 if ratio <= MEMORY_GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
