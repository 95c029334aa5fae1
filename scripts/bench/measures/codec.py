"""The notation beside `json` and the published libraries; `scripts/bench/codec.py` has all of its documents."""

from __future__ import annotations

from bench.codec import GOAL_DOCUMENT, YARDSTICK, in_turns
from bench.measures.place import Place
from bench.rows import Quantity, Results


def codec(place: Place, results: Results) -> None:
    """Measure the document that the goals are set for."""
    rounds = len(list(place.rounds(7)))
    size, _, trouble, taken = in_turns(GOAL_DOCUMENT, rounds)
    for task in ("encode", "decode"):
        rate = Quantity("codec", f"codec, {GOAL_DOCUMENT}, {task}", "MB/s", f"{YARDSTICK}, encode", higher=True)
        for seconds in taken[YARDSTICK, "encode"]:
            results.add(rate, f"{YARDSTICK}, encode", size / 1e6 / seconds)
        for (library, what), times in taken.items():
            if what != task or (library, task) == (YARDSTICK, "encode"):
                continue
            for seconds in times:
                results.add(rate, library, size / 1e6 / seconds)
    for library, word in trouble.items():
        if word:
            results.note("codec", f"{library} {word} on this document.")
