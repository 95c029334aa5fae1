"""Finding code in a text: Markdown's fences and spans of backticks (CommonMark, sections 4.5 and 6.1), HTML's elements.

What stands in code is an example, a program, or meant to be copied: it is left as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from kaizen_client.embedded._spans import Span

# A run of backticks or tildes. What may stand before a fence on its line: quote marks, list markers, spaces.
_RUN: Final = re.compile(r"(?m)(?P<lead>^[ \t]*+(?:(?:>|[-*+]|[0-9]{1,9}[.)])[ \t]*+)*+)?(?P<run>`++|~{3,}+)")
_REST: Final = re.compile(r"[^\n]*+")
_BLANK_LINE: Final = re.compile(r"\n[ \t]*+\r?\n")
_ELEMENT: Final = re.compile(r"<(/?)(pre|code|script|style)\b[^<>]*+>", re.IGNORECASE)


class _Run(NamedTuple):
    start: int
    text: str
    #: What stands before it on its line, where that lets it be a fence; else None.
    lead: str | None
    #: What stands behind it on its line.
    rest: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def opens_a_fence(self) -> bool:
        # The info string of a fence of backticks holds none.
        return self.lead is not None and len(self.text) >= 3 and not (self.text[0] == "`" and "`" in self.rest)

    def closes(self, opener: _Run) -> bool:
        if self.lead is None or self.text[0] != opener.text[0] or len(self.text) < len(opener.text):
            return False
        lead = self.lead.rsplit(">", 1)[-1]
        # A closing fence stands on a line of its own, no deeper than the opening one and three spaces.
        return not self.rest.strip() and not lead.strip() and len(lead) <= len(opener.lead or "") + 3


def find_code(text: str) -> Iterator[Span]:
    """Give the parts of a text that are code, fences, backticks and tags included.

    A fence that is not closed runs to the end of the text, as in Markdown; other backticks and tags without a partner
    are no code.

    >>> [text[start:end] for text in ["a `b` ```c"] for start, end in find_code(text)]
    ['`b`']
    """
    if "`" in text or "~~~" in text:
        yield from _markdown(text)
    if "</" in text:
        yield from _elements(text)


def _markdown(text: str) -> Iterator[Span]:
    runs = [_run(text, match) for match in _RUN.finditer(text)]
    by_text: dict[str, list[int]] = defaultdict(list)
    for index, run in enumerate(runs):
        by_text[run.text].append(index)
    index = 0
    while index < len(runs):
        run = runs[index]
        if run.opens_a_fence():
            close = next((later for later in range(index + 1, len(runs)) if runs[later].closes(run)), None)
            if close is None:
                yield Span(run.start, len(text))
                return
        else:
            close = _partner(text, runs, by_text[run.text], index)
        if close is None:
            index += 1
            continue
        yield Span(run.start, runs[close].end)
        index = close + 1


# How much of the rest of a line is looked at, in code points: all of it would be too much where a line has many runs.
_LOOK: Final = 200


def _run(text: str, match: re.Match[str]) -> _Run:
    lead = match["lead"]
    rest = ""
    if lead is not None and (found := _REST.match(text, match.end(), match.end() + _LOOK)) is not None:
        rest = found[0]
    return _Run(match.start("run"), match["run"], lead, rest)


def _partner(text: str, runs: list[_Run], same: list[int], index: int) -> int | None:
    """Return the run that ends a span of backticks: the next one of the same length, in the same paragraph."""
    run = runs[index]
    place = bisect_right(same, index)
    if run.text[0] != "`" or place == len(same):
        return None
    close = same[place]
    if len(run.text) < 3 and _BLANK_LINE.search(text, run.start, runs[close].start):
        return None
    return close


def _elements(text: str) -> Iterator[Span]:
    open_at: dict[str, int] = {}
    for match in _ELEMENT.finditer(text):
        name = match[2].lower()
        if not match[1]:
            open_at.setdefault(name, match.start())
        elif name in open_at:
            yield Span(open_at.pop(name), match.end())
