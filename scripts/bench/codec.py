"""Measure the codec: its rates beside `json`, and how long it takes for texts made to be slow.

    python scripts/bench/codec.py

Everything is measured in one run on one machine, so the ratios are what to compare between machines. Each figure is
the best of several rounds. The exit code is 1 when a hostile text takes longer than a second.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from kaizen_client.ktof import KtofError, decode, encode

MEGABYTE = 1_000_000
ROUNDS = 5
LIMIT_SECONDS = 1.0


def table(size: int) -> dict[str, Any]:
    """Give a uniform table of about `size` bytes of compact JSON: numbers, a bool, words, an address, a date."""
    pick = random.Random(7)  # noqa: S311
    cities = ["Berlin", "Paris", "New York", "São Paulo", "Tokyo", "Oslo"]
    rows = [
        {
            "id": number,
            "name": f"user {number}",
            "email": f"user{number}@example.com",
            "city": pick.choice(cities),
            "score": round(pick.random() * 100, 2),
            "active": pick.random() < 0.5,
            "joined": f"2024-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}",
        }
        for number in range(size // 125)
    ]
    return {"users": rows}


def quoted_table(size: int) -> dict[str, Any]:
    """Give a table in which some columns must be quoted: names with the delimiter, times, backslashes."""
    pick = random.Random(8)  # noqa: S311
    rows = [
        {
            "id": number,
            "name": f"Doe {number}, Jane" if number % 3 else f"Jane Doe {number}",
            "at": f"2024-05-{pick.randint(1, 28):02}T10:{pick.randint(0, 59):02}:00Z",
            "file": f"C:\\data\\{number}.csv" if number % 10 == 0 else f"/data/{number}.csv",
        }
        for number in range(size // 95)
    ]
    return {"files": rows}


def nested(size: int) -> dict[str, Any]:
    """Give orders with an object, a list of tags and a small table in each."""
    orders = [
        {
            "id": number,
            "customer": {"name": f"user {number}", "address": {"city": "Oslo", "zip": f"{number % 10000:05}"}},
            "tags": ["new", f"batch {number % 17}", "paid"],
            "lines": [{"sku": f"A{number + line}", "count": line + 1, "price": 9.5 + line} for line in range(3)],
            "note": None if number % 2 else "call first",
        }
        for number in range(size // 270)
    ]
    return {"orders": orders}


def best(call: Callable[[], Any]) -> float:
    """Give the seconds of the fastest of several calls."""
    fastest = float("inf")
    for _ in range(ROUNDS):
        gc.collect()
        started = time.perf_counter()
        call()
        fastest = min(fastest, time.perf_counter() - started)
    return fastest


def rates(name: str, value: Any) -> None:
    """Print the rates for one document, in megabytes of its compact JSON a second for every column."""
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    text = encode(value)
    if decode(text) != value:
        raise SystemExit(f"{name}: the round trip changed the value")
    size = len(compact.encode()) / MEGABYTE
    # The default call: `separators` and `ensure_ascii` make json.dumps neither faster nor slower by much.
    dumps, loads = size / best(lambda: json.dumps(value)), size / best(lambda: json.loads(compact))
    writes, reads = size / best(lambda: encode(value)), size / best(lambda: decode(text))
    print(
        f"{name:<22}{size:>7.1f}{dumps:>12.1f}{loads:>12.1f}{writes:>13.1f}{reads:>13.1f}"
        f"{writes / dumps:>15.2f}{reads / dumps:>15.2f}"
    )


HOSTILE: list[tuple[str, str, bool]] = [
    ("open brackets", "[" * 10**6, True),
    ("open braces", "{" * 10**6, True),
    ("quotes in a field list", "a[1]{" + '"' * 10**6, True),
    ("quotes, then a colon", "a[1]{" + '"' * 10**6 + ":", True),
    ("empty quoted fields", "a[1]{" + '"",' * 333_000 + ":", False),
    ("quoted field names", "a[1]{" + ",".join(f'"k {n}"' for n in range(100_000)) + "}:\n  1", True),
    ("spaces in a field list", "a[1]{a" + " " * 10**6 + "!:", True),
    ("spaces in a list, a quote", "a[1]: " + " " * 10**6 + 'x"', True),
    ("spaces before each comma", "a[2]: " + (" " * 999 + ",") * 1000, True),
    ("an unclosed quote", 'a: "' + "x" * 10**6, True),
    ("backslashes in a quote", 'a: "' + "\\" * 10**6, True),
    ("escapes", 'a: "' + "\\n" * 500_000 + '"', True),
    ("surrogate escapes", 'a: "' + "\\ud83d\\ude00" * 83_000 + '"', True),
    ("quoted values in a list", "a[1]: " + '"x",' * 250_000, True),
    ("a long value", "a: " + "x" * 10**6, True),
    ("a long number", "a: " + "1" * 10**6, True),
    ("a long fraction", "a: 0." + "1" * 10**6, True),
    ("a long array length", "a[" + "1" * 10**6 + "]:", True),
    ("a long key", "k" * 10**6 + ": 1", True),
    ("colons", ":" * 10**6, True),
    ("hyphens", "- " * 500_000, True),
    ("spaces", " " * 10**6, True),
    ("newlines", "\n" * 10**6, True),
    ("blank lines in a list", "a[2]:\n  - 1" + "\n" * 10**6 + "  - 2", True),
    ("deep objects", "\n".join(" " * n + "a:" for n in range(1400)), True),
    ("deep lists", "\n".join([" " * n + ("- " if n else "") + "[1]:" for n in range(1400)]), True),
    ("many objects", "\n".join(f"k{n}:" for n in range(130_000)), True),
    ("many tables cut short", "\n".join(f"k{n}[999]{{a}}:\n  1" for n in range(50_000)), False),
    ("many lists with blanks", "\n".join(f"k{n}[2]:\n  - 1\n\n  - 2" for n in range(40_000)), False),
    ("rows too short", "a[99999]{x,y}:\n" + "  1\n" * 250_000, False),
    ("rows with one odd quote", "a[99999]{x}:\n" + '  1"\n' * 200_000, False),
    ("a table of colons", "a[999999]{x,y}:\n" + "  1,:\n" * 160_000, False),
    ("one row, many cells", "a[1]{x}:\n  " + "1," * 500_000, True),
]


def hostile() -> bool:
    """Print the seconds for each hostile text; True when all are fast."""
    fast = True
    print(f"{'hostile text of about 1 MB':<30}{'seconds':>9}  outcome")
    for name, text, strict in HOSTILE:
        started = time.perf_counter()
        try:
            decode(text, indent=1 if name.startswith("deep") else 2, strict=strict)
            outcome = "read"
        except KtofError as error:
            outcome = str(error)[:70]
        seconds = time.perf_counter() - started
        fast = fast and seconds < LIMIT_SECONDS
        print(f"{name:<30}{seconds:>9.3f}  {outcome}")
    for name, value in (
        ("encode: spaces", " " * 10**6),
        ("encode: digits and a letter", "1" * 10**6 + "x"),
        ("encode: many quoted keys", {f"k {n}": n for n in range(90_000)}),
        ("encode: rows, last one odd", [{"a": n} for n in range(90_000)] + [{"b": 1}]),
    ):
        started = time.perf_counter()
        encode(value)
        seconds = time.perf_counter() - started
        fast = fast and seconds < LIMIT_SECONDS
        print(f"{name:<30}{seconds:>9.3f}  written")
    return fast


def main() -> int:
    """Print both tables."""
    print(
        f"{'document':<22}{'MB':>7}{'json.dumps':>12}{'json.loads':>12}{'ktof.encode':>13}{'ktof.decode':>13}"
        f"{'encode/dumps':>15}{'decode/dumps':>15}   (MB of compact JSON a second)"
    )
    rates("uniform table", table(5 * MEGABYTE))
    rates("table, much quoted", quoted_table(5 * MEGABYTE))
    rates("nested orders", nested(5 * MEGABYTE))
    print()
    return 0 if hostile() else 1


if __name__ == "__main__":
    raise SystemExit(main())
