"""Measure the codec: its rates beside `json` and the published libraries, and texts and values made to be slow.

    python scripts/bench/codec.py

All libraries take turns in one run, each in a process of its own, so that their ratios hold on any machine; each
figure is the best of several rounds. The exit code is 1 when a goal is missed: the rates of the uniform table as ratios
to `json.dumps`, and a second for each hostile input of about 1 MB.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.documents import DOCUMENTS
from bench.hostile import TEXTS, VALUES
from bench.rivals import LIBRARIES, Worker, environment

from kaizen_client.ktof import KtofError, decode, encode

MEGABYTE = 1_000_000
GOAL_DOCUMENT, GOAL_SIZE, OTHER_SIZE = "uniform table", 5 * MEGABYTE, 2 * MEGABYTE
ROUNDS = 7
# A library that takes this many seconds for a call is not called as often.
SLOW_SECONDS, SLOW_ROUNDS = 0.5, 2
OURS, YARDSTICK = "kaizen_client.ktof", "json"
# 28 MB/s of writing and 16 MB/s of reading where json.dumps does 104.
GOAL_ENCODE, GOAL_DECODE = 0.27, 0.154
LIMIT_SECONDS = 1.0


class Rates(NamedTuple):
    """What a library does of one document, in megabytes of its compact JSON a second; a note in place of trouble."""

    encode: float
    decode: float
    bytes: float
    note: str


def measured(workers: list[Worker], document: str) -> dict[str, Rates]:
    """Measure all libraries on one document, in turns."""
    facts: dict[str, Any] = {}
    notes = dict.fromkeys(LIBRARIES, "")
    for worker in workers:
        try:
            facts[worker.title] = worker.ask(
                "document", document, GOAL_SIZE if document == GOAL_DOCUMENT else OTHER_SIZE
            )
        except RuntimeError as error:
            notes[worker.title] = f"FAILS: {error}"
        else:
            if not facts[worker.title]["same"]:
                notes[worker.title] = "CHANGES the data"
    best = {(library, task): float("inf") for library in facts for task in ("encode", "decode")}
    for turn in range(ROUNDS):
        for worker in workers:
            for task in ("encode", "decode"):
                place = worker.title, task
                if place in best and (turn < SLOW_ROUNDS or best[place] < SLOW_SECONDS):
                    best[place] = min(best[place], worker.ask(task))
    size = facts[YARDSTICK]["compact"]
    return {
        library: Rates(
            size / MEGABYTE / best[library, "encode"],
            size / MEGABYTE / best[library, "decode"],
            facts[library]["text"] / size,
            notes[library],
        )
        if library in facts
        else Rates(0.0, 0.0, 0.0, notes[library])
        for library in LIBRARIES
    }


def side_by_side() -> bool:
    """Print the rates of all libraries on all documents; True when the goal is met."""
    python = environment()
    workers = [Worker(python, library) for library in LIBRARIES]
    met = False
    print("MB of compact JSON a second, and as a ratio to json.dumps; bytes of the text as a ratio to compact JSON")
    for document in DOCUMENTS:
        found = measured(workers, document)
        base = found[YARDSTICK].encode
        print(f"\n{document:<22}{'encode':>9}{'decode':>9}{'encode':>11}{'decode':>9}{'bytes':>9}")
        for library, rates in found.items():
            if not rates.encode:
                print(f"  {library:<20}  {rates.note}")
                continue
            print(
                f"  {library:<20}{rates.encode:>9.1f}{rates.decode:>9.1f}"
                f"{rates.encode / base:>10.3f}x{rates.decode / base:>8.3f}x{rates.bytes:>8.2f}x  {rates.note}"
            )
        ours = found[OURS]
        if ours.note:
            raise SystemExit(f"{document}: {OURS} {ours.note}")
        if document == GOAL_DOCUMENT:
            met = ours.encode / base >= GOAL_ENCODE and ours.decode / base >= GOAL_DECODE
            print(
                f"  goal: encode >= {GOAL_ENCODE}x and decode >= {GOAL_DECODE}x of json.dumps: "
                f"{'met' if met else 'MISSED'} ({ours.encode / base:.3f}x, {ours.decode / base:.3f}x)"
            )
    for worker in workers:
        worker.close()
    return met


def seconds(call: Callable[[], Any]) -> float:
    """Give the processor time of a call that may end in an error of the codec; the best of three when it is long."""
    taken: list[float] = []
    while len(taken) < (3 if taken and taken[0] > LIMIT_SECONDS / 5 else 1):
        gc.collect()
        started = time.process_time()
        with suppress(KtofError):
            call()
        taken.append(time.process_time() - started)
    return min(taken)


def hostile() -> bool:
    """Print the seconds for each hostile text and value, the worst of all delimiters; True when all are fast."""
    slowest = 0.0
    print(f"\n{'hostile text of about 1 MB':<32}{'strict':>9}{'lenient':>9}")
    for name, make in TEXTS.items():
        texts = {make(delimiter, "" if delimiter == "," else delimiter) for delimiter in (",", "\t", "|")}
        indent = 1 if name.startswith("deep") else 2
        strict, lenient = (
            max(seconds(partial(decode, text, indent=indent, strict=strict)) for text in texts)
            for strict in (True, False)
        )
        slowest = max(slowest, strict, lenient)
        print(f"  {name:<30}{strict:>9.3f}{lenient:>9.3f}")
    print(f"\n{'hostile value of about 1 MB':<32}{'encode':>9}")
    for name, make_value in VALUES.items():
        value = make_value()
        taken = max(seconds(partial(encode, value, delimiter=delimiter)) for delimiter in (",", "\t", "|"))
        slowest = max(slowest, taken)
        print(f"  {name:<30}{taken:>9.3f}")
    met = slowest < LIMIT_SECONDS
    print(f"  goal: each under {LIMIT_SECONDS:.0f} s: {'met' if met else 'MISSED'} (the slowest took {slowest:.3f} s)")
    return met


def main() -> int:
    """Print both tables; return 1 where a goal is missed."""
    results = [side_by_side(), hostile()]
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
