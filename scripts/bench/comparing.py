"""Whether a run is slower than the recorded one, beyond what both runs' own noise explains."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from bench.pages import aligned, number
from bench.rows import Row, spread
from bench.subjects import FIRST

#: What a ratio may be off, whatever the rounds say; and how many times both spreads on top.
FLOOR: Final = 0.05
SPREADS: Final = 2.0
RULE: Final = (
    "`make bench-check` measures again, with fewer rounds, and compares the ratios of Kaizen's rows with these. A\n"
    f"ratio may be worse by {FLOOR:.0%} and {SPREADS:g} times the spread of the recorded rounds and of the new ones\n"
    "together (the root of the sum of their squares). What is worse than that is measured once more, all rounds, and\n"
    "is a regression where it is worse again. Rows without a ratio are not compared."
)


class Compared(NamedTuple):
    """One row, then and now."""

    key: str
    measure: str
    recorded: float
    now: float
    #: What it may be at worst.
    allowed: float
    regressed: bool


def compared(recorded: Iterable[Row], now: Iterable[Row]) -> list[Compared]:
    """Compare the rows of our own that both runs have."""
    then = {row.key: row for row in recorded}
    found = []
    for row in now:
        old = then.get(row.key)
        if old is None or old.ratio is None or row.ratio is None or not _ours(row):
            continue
        noise = (spread(old.ratios) ** 2 + spread(row.ratios) ** 2) ** 0.5
        room = 1 + FLOOR + SPREADS * noise
        allowed = old.ratio / room if row.quantity.higher else old.ratio * room
        worse = row.ratio < allowed if row.quantity.higher else row.ratio > allowed
        found.append(Compared(row.key, row.quantity.measure, old.ratio, row.ratio, allowed, worse))
    return found


def _ours(row: Row) -> bool:
    """Tell whether a change of the row would be of this project's doing."""
    names = f"{row.quantity.title} {row.subject}"
    return row.base != row.subject and FIRST not in names and ("kaizen" in names or row.subject in _UNNAMED)


#: Subjects of ours whose name does not say so.
_UNNAMED: Final = ("both clients", "a client, made")


def text(rows: Iterable[Compared]) -> str:
    """Give the comparison for the terminal."""
    lines = [
        (
            *_parts(row.key),
            number(row.recorded),
            number(row.now),
            number(row.allowed),
            "SLOWER" if row.regressed else "",
        )
        for row in rows
    ]
    return aligned(lines, ("what", "subject", "recorded", "now", "allowed", "")) + "\n"


def _parts(key: str) -> tuple[str, str]:
    title, _, subject = key.partition(" | ")
    return title, subject.replace(" | ", ", to ")
