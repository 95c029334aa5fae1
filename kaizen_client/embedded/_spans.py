"""Parts of a text by where they begin and end, in code points."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """A part of a text; `end` is the first code point behind it."""

    start: int
    end: int


class Spans:
    """Spans that are asked whether one of them touches another.

    >>> Spans([Span(2, 5), Span(4, 9)]).touch(Span(8, 12))
    True
    """

    def __init__(self, spans: Iterable[Span]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def touch(self, span: Span) -> bool:
        """Whether one of these has a code point in common with a span."""
        place = bisect_right(self._starts, span.end - 1) - 1
        return place >= 0 and self._ends[place] > span.start
