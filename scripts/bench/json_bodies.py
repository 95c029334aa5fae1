"""Measure bodies written and read with orjson against the standard library alone.

    python scripts/bench/json_bodies.py

Times are medians of interleaved rounds; peak memory is taken in a process of its own, above what it held
before (on Linux).
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import orjson

from kaizen_client import json_bodies, ktof

ROUNDS = 11
# A round takes about as long whatever the size.
BYTES_A_ROUND = 2_000_000
#: What may be lost to noise where nothing is won.
GOAL = 0.9
ROW = {"id": 1, "name": "Ada Okafor", "city": "Lagos", "note": "x" * 40, "paid": True, "total": 12.5, "left": None}

MEMORY = """
import json, sys
from kaizen_client import json_bodies
way, task, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
if way == "json":
    json_bodies.orjson = None
row = {"id": 1, "name": "Ada Okafor", "city": "Lagos", "note": "x" * 40, "paid": True, "total": 12.5, "left": None}
value = {"data": [{**row, "id": number} for number in range(rows)]}
json_bodies.parse(json_bodies.encode({"data": [row]}))
if task == "parse":
    given, value = json.dumps(value, separators=(",", ":")).encode(), None
# Linux forgets the peak of what was made so far.
with open("/proc/self/clear_refs", "w") as reset:
    reset.write("5")
def kilobytes(name):
    return int(next(line for line in open("/proc/self/status") if line.startswith(name)).split()[1])
before = kilobytes("VmRSS")
made = json_bodies.encode(value) if task == "encode" else json_bodies.parse(given)
print(kilobytes("VmHWM") - before)
"""


def rows(count: int) -> dict[str, Any]:
    """Return a payload of so many rows."""
    return {"data": [{**ROW, "id": number, "total": round(number / 7, 2)} for number in range(count)]}


def bodies() -> dict[str, Any]:
    """Return the values that are measured, by what they are."""
    return {
        "60 bytes": {"data": {"id": 1, "name": "Ada Okafor", "paid": True, "total": 12.5}},
        "1 kB": rows(8),
        "100 kB": rows(780),
        "10 MB": rows(76_000),
        "100 kB, one text": {"result": ktof.encode(rows(1250)["data"])},
        "10 MB, one text": {"result": ktof.encode(rows(120_000)["data"])},
    }


def ratios(call: Callable[[Any], Any], given: Any, times: int) -> tuple[float, list[float]]:
    """Return the seconds that a call takes without orjson, and how many times as fast it is with it, by round."""
    taken: dict[Any, list[float]] = {None: [], orjson: []}
    for _ in range(ROUNDS):
        for module, found in taken.items():
            json_bodies.orjson = module
            began = time.perf_counter()
            for _ in range(times):
                call(given)
            found.append((time.perf_counter() - began) / times)
    return statistics.median(taken[None]), [
        without / with_it for without, with_it in zip(taken[None], taken[orjson], strict=True)
    ]


def peak(way: str, task: str) -> float:
    """Return the megabytes that one body of 10 MB takes at its peak."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, way, task, "80000"], check=True, capture_output=True, text=True
    )
    return int(done.stdout) / 1024


def main() -> int:
    """Print the tables; return 1 where orjson makes something slower."""
    print(f"bodies, the standard library's time and how many times as fast orjson is, median of {ROUNDS} rounds")
    print(f"  {'':18}{'encode, ms':>12}{'x':>7}{'spread':>12}{'parse, ms':>12}{'x':>7}{'spread':>12}")
    least = float("inf")
    for name, value in bodies().items():
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        times = max(1, min(20_000, BYTES_A_ROUND // len(body)))
        line = f"  {name:18}"
        for call, given in ((json_bodies.encode, value), (json_bodies.parse, body)):
            seconds, found = ratios(call, given, times)
            middle = statistics.median(found)
            least = min(least, middle)
            line += f"{seconds * 1000:12.4f}{middle:7.2f}{f'{min(found):.1f}-{max(found):.1f}':>12}"
        print(line)
    print("peak memory of a body of 10 MB, MB, median of 3 processes")
    for task in ("encode", "parse"):
        taken = {way: statistics.median(peak(way, task) for _ in range(3)) for way in ("json", "orjson")}
        print(f"  {task:18}json {taken['json']:7.1f}   orjson {taken['orjson']:7.1f}")
    print(f"  goal: nothing slower than {GOAL} x: {'met' if least >= GOAL else 'MISSED'} ({least:.2f})\n")
    return 0 if least >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
