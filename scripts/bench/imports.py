"""Measure what `import kaizen_client` costs against `import httpx`, interpreter start taken off both.

python scripts/bench/imports.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time

ROUNDS = 15
GOAL = 1.25
STATEMENTS = {
    "start": "pass",
    "httpx": "import httpx",
    "kaizen_client": "import kaizen_client",
    "both clients": "import kaizen_client; kaizen_client.KaizenClient, kaizen_client.SyncKaizenClient",
    "a client, made": "import kaizen_client; kaizen_client.SyncKaizenClient(base_url='http://127.0.0.1:9').close()",
}


def cpu_seconds(statement: str) -> float:
    """Run a statement in a new interpreter and return the processor time it took, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> int:
    """Print the table; return 1 where the goal is missed."""
    taken: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    began = time.monotonic()
    for _ in range(ROUNDS):  # Interleaved, so that a slow moment of the machine falls on all of them.
        for name, statement in STATEMENTS.items():
            taken[name].append(cpu_seconds(statement))
    start = statistics.median(taken["start"])
    base = statistics.median(taken["httpx"]) - start
    print(
        f"import, CPU above a bare interpreter, median of {ROUNDS} interleaved runs ({time.monotonic() - began:.0f} s)"
    )
    print(f"  {'':16}{'ms':>8}{'spread':>16}{'x httpx':>10}")
    for name in list(STATEMENTS)[1:]:
        own = [1000 * (one - start) for one in taken[name]]
        middle = statistics.median(own)
        print(f"  {name:16}{middle:8.1f}{f'{min(own):.0f}-{max(own):.0f}':>16}{middle / 1000 / base:10.2f}")
    ratio = (statistics.median(taken["kaizen_client"]) - start) / base
    print(f"  goal: import kaizen_client <= {GOAL} x httpx: {'met' if ratio <= GOAL else 'MISSED'} ({ratio:.2f})\n")
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
