"""One text of a request: which JSON in it may be rewritten, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from kaizen_client.embedded import PromptText, unprotected
from kaizen_client.integrations._wrapping.instructions import is_instruction

#: Spaces a level of what is sent: nearly always fewer characters and tokens than two.
INDENT: Final = 1

_SPACE: Final = " \t\n\r"
# How far before a block its line is looked at, and how many line breaks a text may put around KTOF.
_LEAD: Final = 300
_BREAKS: Final = 4
_STRING_OR_SPACE: Final = re.compile(r'("(?:[^"\\]|\\.)*+")|[ \t\n\r]++', re.DOTALL)


class Outcome(NamedTuple):
    """What became of a text."""

    #: The text to send.
    text: str
    #: JSON that was found and may be rewritten; how much of it became KTOF, or JSON without white space.
    found: int = 0
    as_ktof: int = 0
    as_json: int = 0
    #: How much of it is larger as KTOF than as JSON without white space.
    grew: int = 0


class Plan:
    """The JSON in a text that may be rewritten.

    Args:
        text: the text.
        is_data: whether it is what a tool found out, in which no one tells the model how to answer.
        min_chars: shorter JSON stays.

    Attributes:
        values: the JSON, by its place in the text.
    """

    __slots__ = ("_prompt", "values")

    def __init__(self, text: str, *, is_data: bool, min_chars: int) -> None:
        self._prompt = PromptText(text)
        self.values: dict[int, Any] = {
            place: block.value
            for place, block in enumerate(self._prompt.blocks)
            if block.span.end - block.span.start >= min_chars and (is_data or not is_instruction(text, block))
        }

    def finished(self, ktof: Mapping[int, str], size: Callable[[str], int]) -> Outcome:
        """Return what becomes of the text: each JSON in it is sent in its smallest form.

        Args:
            ktof: the KTOF of what has one, by its place.
            size: measures a text; where two are of one size, JSON is sent.
        """
        compact = {
            place: minified(self._source(place))
            for place in self.values
            if size is not len or not self._is_clear(place, ktof.get(place))
        }
        text, as_ktof, as_json = self._prompt.rewritten(ktof, compact, size=size)
        kept = ktof.keys() - as_ktof
        return Outcome(
            text,
            found=len(self.values),
            as_ktof=len(as_ktof),
            as_json=len(as_json),
            grew=sum(size(ktof[place]) > size(compact[place]) for place in kept if place in compact),
        )

    def _source(self, place: int) -> str:
        return self._prompt.source(self._prompt.blocks[place])

    def _is_clear(self, place: int, ktof: str | None) -> bool:
        """Tell, cheaply, whether KTOF has fewer characters than the JSON could have without white space."""
        if ktof is None:
            return False
        start = self._prompt.blocks[place].span.start
        lead = self._prompt.text[max(0, start - _LEAD) : start].rpartition("\n")[2]
        # KTOF behind white space has each of its lines indented as far.
        indentation = "" if lead.strip() else lead
        return len(ktof) + (ktof.count("\n") + 1) * len(indentation) + _BREAKS < _least(self._source(place))


def untouched(text: str) -> Outcome:
    """Return a text as it is sent where nothing in it is rewritten: without marks of protection."""
    return Outcome(unprotected(text))


def may_hold_json(text: str, min_chars: int) -> bool:
    """Tell whether a text is worth a closer look."""
    return len(text) >= min_chars and ("{" in text or "[" in text)


def minified(json: str) -> str:
    """Return JSON without the white space between its tokens; each token is spelled as it was.

    >>> minified('{"a b": [1.0, "\\\\u00e9"]}')
    '{"a b":[1.0,"\\\\u00e9"]}'
    """
    return _STRING_OR_SPACE.sub(r"\1", json)


def _least(json: str) -> int:
    """Return how small JSON could be without its white space, were all of it between tokens."""
    return len(json) - sum(map(json.count, _SPACE))
