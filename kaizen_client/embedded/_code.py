"""Finding code in a text: fences and spans of backticks, as Markdown has them (CommonMark, sections 4.5 and 6.1).

What stands in code is an example, a program, or meant to be copied: it is left as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from kaizen_client.embedded._spans import Span

_RUN: Final = re.compile(r"(?m)(?P<line>^[ \t>]*)?(?P<run>`+|~{3,})")
_BLANK_LINE: Final = re.compile(r"\n[ \t]*\r?\n")


def find_code(text: str) -> Iterator[Span]:
    """Give the parts of a text that are code, fences and backticks included.

    A fence that is not closed runs to the end of the text, as in Markdown; other backticks without a partner are no
    code.

    >>> [text[start:end] for text in ["a `b` ```c"] for start, end in find_code(text)]
    ['`b`']
    """
    if "`" not in text and "~~~" not in text:
        return
    runs = [(match.start("run"), match["run"], match["line"] is not None) for match in _RUN.finditer(text)]
    by_run: dict[str, list[int]] = defaultdict(list)
    for index, (_, run, _) in enumerate(runs):
        by_run[run].append(index)
    index = 0
    while index < len(runs):
        start, run, begins_line = runs[index]
        close = _fence_end(runs, index) if begins_line and len(run) >= 3 else None
        if close is None and begins_line and len(run) >= 3:
            yield Span(start, len(text))
            return
        if close is None and run[0] == "`":
            close = _partner(by_run[run], index)
            if close is not None and len(run) < 3 and _BLANK_LINE.search(text, start, runs[close][0]):
                close = None
        if close is None:
            index += 1
            continue
        yield Span(start, runs[close][0] + len(runs[close][1]))
        index = close + 1


def _fence_end(runs: list[tuple[int, str, bool]], index: int) -> int | None:
    _, opener, _ = runs[index]
    for later in range(index + 1, len(runs)):
        _, run, begins_line = runs[later]
        if begins_line and run[0] == opener[0] and len(run) >= len(opener):
            return later
    return None


def _partner(same: list[int], index: int) -> int | None:
    place = bisect_right(same, index)
    return same[place] if place < len(same) else None
