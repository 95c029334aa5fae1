"""The line breaks that KTOF needs where it stands in a text, so that a reader sees where it begins and ends."""

from __future__ import annotations

import re
from typing import Final

from kaizen_client.embedded._detect import lead_of
from kaizen_client.embedded._spans import Span

# How far around a block is looked at, in code points.
_LOOK: Final = 80
_BREAKS_BEHIND: Final = re.compile(r"[ \t]*\r?\n(?:[ \t]*\r?(\n))?")


class Lines:
    """Sets blocks apart from a text, from front to back.

    KTOF has its lines for itself. An object also has a blank line on either side, for nothing in it says where it ends:
    a `key: value` of the text would read as one of its fields. An array says how long it is, so a line break is enough,
    unless what follows looks like one more row or item of it, or another block does follow.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        # Where the last block ended, and how many line breaks were put behind it.
        self._last = -1
        self._put = 0

    def for_block(self, span: Span, ktof: str, *, is_object: bool) -> str:
        """Return KTOF with what it needs before and behind it; indented as far as the block was."""
        lead, whole_line = lead_of(self._text, span)
        indentation = lead if whole_line and not lead.strip(" \t") else ""
        if indentation:
            ktof = ktof.replace("\n", f"\n{indentation}")
        follows = self._follows_a_block(span)
        needed = 2 if is_object or follows else 1
        have = self._breaks_before(span.start - len(indentation)) + (self._put if follows else 0)
        before = "\n" * max(0, needed - have)
        behind = "\n" * self._missing_behind(span, is_object=is_object)
        return f"{before}{indentation if before else ''}{ktof}{behind}"

    def replaced(self, span: Span, text: str) -> None:
        """Note that a block was replaced by a text."""
        self._last = span.end
        self._put = len(text) - len(text.rstrip("\n"))

    def _follows_a_block(self, span: Span) -> bool:
        gap = self._text[self._last : span.start] if self._last >= 0 and span.start - self._last <= _LOOK else "x"
        return not gap.strip(" \t\r\n")

    def _breaks_before(self, place: int) -> int:
        """Return how many line breaks end the text at a place, two at the most; its start counts as two."""
        if place <= 0:
            return 2
        before = self._text[max(0, place - _LOOK) : place].replace("\r", "")
        if not before.endswith("\n"):
            return 0
        rest = before[:-1].rstrip(" \t")
        return 2 if rest.endswith("\n") or (not rest and place <= _LOOK) else 1

    def _missing_behind(self, span: Span, *, is_object: bool) -> int:
        behind = self._text[span.end : span.end + _LOOK]
        if not behind.strip(" \t\r\n") and span.end + _LOOK >= len(self._text):
            return 0
        found = _BREAKS_BEHIND.match(behind)
        have = 0 if found is None else 2 if found[1] else 1
        rest = behind[found.end() :] if found else ""
        needed = 2 if is_object or rest[:1] in (" ", "\t", "-") else 1
        return max(0, needed - have)
