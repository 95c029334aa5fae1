"""What measures give: values by round, the rows made of them, and what a row's spread and ratio are."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Quantity(NamedTuple):
    """What is measured of every subject: the heading of a group of rows."""

    #: The measure it belongs to, by which it is chosen.
    measure: str
    title: str
    unit: str
    #: The subject that the others are set against; None for none.
    base: str | None = None
    #: Whether more of it is better.
    higher: bool = False


@dataclass(frozen=True)
class Row:
    """One subject's share of a quantity: a value and a ratio for each round."""

    quantity: Quantity
    subject: str
    values: tuple[float, ...]
    #: What the ratios are to; None where there are none.
    base: str | None = None
    ratios: tuple[float, ...] = ()

    @property
    def key(self) -> str:
        """What the row is known by in another run."""
        return f"{self.quantity.title} | {self.subject}" + (f" | {self.base}" if self.base is not None else "")

    @property
    def value(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.values)

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' ratios."""
        return statistics.median(self.ratios) if self.ratios else None


def spread(values: Sequence[float]) -> float:
    """Give half of what the middle half of the rounds lies apart, as a share of the median."""
    middle = statistics.median(values)
    if len(values) < 2 or not middle:
        return 0.0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return abs((high - low) / 2 / middle)


@dataclass
class Results:
    """The values of a run, as they come."""

    taken: dict[Quantity, dict[str, list[float]]] = field(default_factory=dict)
    #: The kinds of a subject, such as `sync`, that could not be measured, by the subject and why.
    skips: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    #: What else is to be said below a measure's rows.
    notes: dict[str, list[str]] = field(default_factory=dict)

    def add(self, quantity: Quantity, subject: str, value: float) -> None:
        """Take a value of the next round."""
        self.taken.setdefault(quantity, {}).setdefault(subject, []).append(value)

    def skip(self, subject: str, kind: str, reason: str) -> None:
        """Take what cannot be measured here, once."""
        kinds = self.skips.setdefault((subject, reason), [])
        if kind not in kinds:
            kinds.append(kind)

    @property
    def skipped(self) -> dict[str, str]:
        """What could not be measured, and why."""
        return {f"{subject} ({', '.join(kinds)})": reason for (subject, reason), kinds in self.skips.items()}

    def note(self, measure: str, text: str) -> None:
        """Take something to be said below a measure."""
        self.notes.setdefault(measure, []).append(text)

    def rows(self, others: Iterable[tuple[str, str, str]] = ()) -> list[Row]:
        """Give the rows, and for each of `others` (title, subject, base) one with another base after its subject's."""
        wanted = list(others)
        found = []
        for quantity, subjects in self.taken.items():
            for subject, values in subjects.items():
                bases = [base for title, name, base in wanted if (title, name) == (quantity.title, subject)]
                for base in dict.fromkeys([quantity.base, *bases]):
                    ratios = ratios_of(values, subjects.get(base, [])) if base else ()
                    found.append(Row(quantity, subject, tuple(values), base if ratios else None, ratios))
        return found


def ratios_of(values: Sequence[float], base: Sequence[float]) -> tuple[float, ...]:
    """Give each round's ratio to its own base, where there is one that is not nothing."""
    return tuple(one / other for one, other in zip(values, base, strict=False) if other)


def exponent(sizes: tuple[float, float], costs: tuple[float, float]) -> float:
    """Give by what power of the size the cost grows from the first to the second: 1 where it is in proportion."""
    return math.log(costs[1] / costs[0]) / math.log(sizes[1] / sizes[0])


def dumped(row: Row) -> dict[str, Any]:
    """Give a row as it stands in the file of results."""
    return {
        **row.quantity._asdict(),
        "subject": row.subject,
        "against": row.base,
        "values": [float(f"{one:.5g}") for one in row.values],
        "ratios": [float(f"{one:.5g}") for one in row.ratios],
    }


def loaded(data: dict[str, Any]) -> Row:
    """Give back a row from the file of results."""
    quantity = Quantity(*(data[name] for name in Quantity._fields))
    return Row(quantity, data["subject"], tuple(data["values"]), data["against"], tuple(data["ratios"]))
