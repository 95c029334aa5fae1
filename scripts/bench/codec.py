"""Measure the codec: its rates beside `json` and the published libraries, and texts and values made to be slow.

    python scripts/bench/codec.py [rates | hostile]

All libraries take turns in one run, each in a process of its own, so that their ratios hold on any machine; each
figure is the best of several rounds. The exit code is 1 when a goal is missed: the rates of the uniform table as ratios
to `json.dumps`, and a second for each hostile input of about 1 MB.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.codec_worker import LIBRARIES
from bench.documents import DOCUMENTS
from bench.environments import environment
from bench.hostile import TEXTS, VALUES
from bench.workers import Worker

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


class Turns(NamedTuple):
    """What the libraries took for one document."""

    #: The bytes of its compact JSON, and of each library's text.
    size: int
    texts: dict[str, int]
    #: A word on each library's trouble, empty without.
    notes: dict[str, str]
    #: The seconds of every round, by library and task: `encode` or `decode`.
    seconds: dict[tuple[str, str], list[float]]


def in_turns(document: str, rounds: int = ROUNDS) -> Turns:
    """Measure all libraries on one document, in turns."""
    python = environment("codecs")
    size = GOAL_SIZE if document == GOAL_DOCUMENT else OTHER_SIZE
    notes = dict.fromkeys(LIBRARIES, "")
    taken: dict[tuple[str, str], list[float]] = {}
    facts: dict[str, Any] = {}
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(python, "codec_worker.py", library)) for library in LIBRARIES]
        for worker in workers:
            try:
                facts[worker.title] = worker.ask("document", document, size)
            except RuntimeError as error:
                notes[worker.title] = f"FAILS: {error}"
            else:
                taken[worker.title, "encode"], taken[worker.title, "decode"] = [], []
                if not facts[worker.title]["same"]:
                    notes[worker.title] = "CHANGES the data"
        for turn in range(rounds):
            for worker in workers:
                for task in ("encode", "decode"):
                    times = taken.get((worker.title, task))
                    if times is not None and (turn < SLOW_ROUNDS or min(times) < SLOW_SECONDS):
                        times.append(worker.ask(task))
    return Turns(facts[YARDSTICK]["compact"], {name: found["text"] for name, found in facts.items()}, notes, taken)


def measured(document: str) -> dict[str, Rates]:
    """Give what all libraries do of one document, each at its best."""
    size, texts, notes, taken = in_turns(document)
    return {
        library: Rates(
            size / MEGABYTE / min(taken[library, "encode"]),
            size / MEGABYTE / min(taken[library, "decode"]),
            texts[library] / size,
            notes[library],
        )
        if (library, "encode") in taken
        else Rates(0.0, 0.0, 0.0, notes[library])
        for library in LIBRARIES
    }


def side_by_side() -> bool:
    """Print the rates of all libraries on all documents; True when the goal is met."""
    met = False
    print("MB of compact JSON a second, and as a ratio to json.dumps; bytes of the text as a ratio to compact JSON")
    for document in DOCUMENTS:
        found = measured(document)
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
    """Print what is asked for; return 1 where a goal is missed."""
    parts = {"rates": side_by_side, "hostile": hostile}
    parser = argparse.ArgumentParser(description="Measure the codec.")
    parser.add_argument("part", nargs="?", choices=parts, help="which of the two tables (default: both)")
    part: str | None = parser.parse_args().part
    results = [show() for name, show in parts.items() if part in (None, name)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
