"""Measure what bounds the codec: the steps that no codec in pure Python can leave out, as shares of its time.

    python scripts/bench/floor.py

Each step is done alone, in the fastest way that Python has for it, on the same document as the whole.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from itertools import repeat
from operator import itemgetter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.documents import nested_orders, uniform_table

from kaizen_client.ktof import decode, encode

SIZE, ROUNDS = 2_000_000, 9


def table_steps() -> dict[str, dict[str, Callable[[], Any]]]:
    """Give the whole and the steps for the uniform table."""
    value = uniform_table(SIZE)
    text = encode(value)
    rows = value["users"]
    fields = tuple(rows[0])
    cells = [line.strip().split(",") for line in text.split("\n")[1:]]
    columns = list(zip(*cells, strict=True))
    numbers = "[" + ",".join(columns[fields.index("score")]) + "]"
    return {
        "decode the uniform table": {
            "the whole": lambda: decode(text),
            "cut lines into cells": lambda: [line.split(",") for line in text.split("\n")],
            "turn cells into columns": lambda: list(zip(*cells, strict=True)),
            "read one column of numbers (there are two)": lambda: json.loads(numbers),
            "make a dict of each row": lambda: list(map(dict, map(zip, repeat(fields), cells))),
        },
        "encode the uniform table": {
            "the whole": lambda: encode(value),
            "take the values out of the rows": lambda: list(zip(*map(itemgetter(*fields), rows), strict=True)),
            "write one column of floats": lambda: list(map(repr, [row["score"] for row in rows])),
            "put cells and lines together": lambda: "\n  ".join(map(",".join, zip(*columns, strict=True))),
        },
    }


def order_steps() -> dict[str, dict[str, Callable[[], Any]]]:
    """Give the whole and the steps for the nested orders."""
    value = nested_orders(SIZE)
    text = encode(value)

    def look_up() -> None:
        starts: dict[str, str] = {}
        values: dict[str, str] = {}
        for line in text.split("\n"):
            start, _, token = line.partition(": ")
            starts.setdefault(start, start)
            values.setdefault(token, token)

    def visit() -> None:
        lines: list[str] = []
        stack: list[Any] = [value]
        while stack:
            top = stack.pop()
            if type(top) is dict:
                for key, item in top.items():
                    lines.append(f"  {key}: ")
                    stack.append(item)
            elif type(top) is list:
                stack += top

    return {
        "decode nested orders": {
            "the whole": lambda: decode(text),
            "look up the start and the value of each line": look_up,
        },
        "encode nested orders": {
            "the whole": lambda: encode(value),
            "visit each value and begin a line": visit,
        },
    }


def main() -> int:
    """Print the shares."""
    for name, steps in {**table_steps(), **order_steps()}.items():
        best = dict.fromkeys(steps, float("inf"))
        for _ in range(ROUNDS):
            for step, call in steps.items():
                gc.collect()
                started = time.process_time()
                call()
                best[step] = min(best[step], time.process_time() - started)
        whole = best.pop("the whole")
        print(f"{name}: {1000 * whole:.1f} ms")
        for step, seconds in best.items():
            print(f"  {step:<46}{seconds / whole:>5.0%}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
