"""A text written anew: JSON in it as KTOF where that is smaller, protected parts without their marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from kaizen_client.embedded._detect import TELLING_ESCAPE, Block, find_blocks
from kaizen_client.embedded._json import parse_container
from kaizen_client.embedded._lines import Lines
from kaizen_client.embedded._protect import find_protected, without_marks
from kaizen_client.embedded._spans import Span
from kaizen_client.embedded._splice import Spliced, Splicer

#: What a replacement's record calls JSON that was written anew, and a part that lost its marks.
JSON = "json"
PROTECTED = "protected"


class Written(NamedTuple):
    """What may stand in place of a block."""

    block: Block
    #: Its KTOF, which needs lines of its own in a text.
    ktof: str | None = None
    #: The same in other JSON, which may stand anywhere.
    json: str | None = None


class Rewritten(NamedTuple):
    """A text written anew."""

    spliced: Spliced
    #: Where the blocks begin that became KTOF, and those that became other JSON; others would not have become smaller.
    as_ktof: frozenset[int]
    as_json: frozenset[int]


def rewrite(text: str, kept: Iterable[Span], written: Iterable[Written], size: Callable[[str], int] = len) -> Rewritten:
    """Return a text with each block in its smallest form, and without marks of protection.

    Args:
        text: the text.
        kept: its protected parts.
        written: what may stand in place of blocks; where two are of one size, JSON does, the block's own first.
        size: measures a text.
    """
    changes: list[tuple[Span, Written | None]] = [(span, None) for span in kept]
    changes += [(one.block.span, one) for one in written]
    splicer, lines = Splicer(text), Lines(text)
    as_ktof, as_json = set(), set()
    for span, one in sorted(changes, key=lambda change: change[0]):
        if one is None:
            splicer.replace(*span, without_marks(text[span.start : span.end]), PROTECTED)
            continue
        best = text[span.start : span.end]
        shorter = one.json is not None and size(one.json) < size(best)
        if one.json is not None and shorter:
            best = one.json
        if one.ktof is not None:
            # With its line breaks and its indentation, which may be what makes it larger.
            ktof = lines.for_block(span, one.ktof, is_object=isinstance(one.block.value, dict))
            if size(ktof) < size(best):
                splicer.replace(*span, ktof, JSON)
                lines.replaced(span, ktof)
                as_ktof.add(span.start)
                continue
        if shorter:
            splicer.replace(*span, best, JSON)
            as_json.add(span.start)
    return Rewritten(splicer.result(), frozenset(as_ktof), frozenset(as_json))


class NewText(NamedTuple):
    """A text after `PromptText.rewritten`."""

    text: str
    #: Which blocks became KTOF and which other JSON, by their place in `blocks`; others would not have become smaller.
    as_ktof: frozenset[int] = frozenset()
    as_json: frozenset[int] = frozenset()


class PromptText:
    """A text with the JSON that is in it, found by the rules of the engine.

    For code that decides by itself what is written anew, and how. Text in code fences, JSON that is glued to a word,
    and what `protect` has marked is left alone; a text that is JSON as a whole is one block.

    Args:
        text: the text.

    Attributes:
        text: the text as it came, marks of protection included.
        blocks: the JSON in it, in order: where each stands (`span`) and what it says (`value`).

    >>> found = PromptText('Rows: [{"id": 1}, {"id": 2}]')
    >>> [block.value for block in found.blocks]
    [[{'id': 1}, {'id': 2}]]
    >>> found.rewritten({0: "[2]{id}:\\n 1\\n 2"}).text
    'Rows: \\n[2]{id}:\\n 1\\n 2'
    """

    __slots__ = ("_kept", "blocks", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._kept = list(find_protected(text))
        whole = None if self._kept or TELLING_ESCAPE.search(text) else parse_container(text)
        self.blocks: Sequence[Block] = (
            (Block(Span(0, len(text)), whole),) if whole else tuple(find_blocks(text, self._kept))
        )

    @property
    def is_json(self) -> bool:
        """Whether the text as a whole is JSON."""
        return len(self.blocks) == 1 and self.blocks[0].span == (0, len(self.text))

    def source(self, block: Block) -> str:
        """Return a block as it stands in the text."""
        return self.text[block.span.start : block.span.end]

    def rewritten(
        self, ktof: Mapping[int, str], json: Mapping[int, str] | None = None, *, size: Callable[[str], int] = len
    ) -> NewText:
        """Return the text with each block in its smallest form, and without marks of protection.

        Args:
            ktof: the KTOF of blocks, by their place in `blocks`. It gets line breaks around it where it needs them.
            json: other JSON that may stand in place of blocks. Where two forms are of one size, JSON is taken.
            size: measures a text; its characters are counted otherwise.
        """
        json = json or {}
        places = {self.blocks[place].span.start: place for place in (*ktof, *json)}
        written = [Written(self.blocks[place], ktof.get(place), json.get(place)) for place in places.values()]
        spliced, as_ktof, as_json = rewrite(self.text, self._kept, written, size)
        return NewText(
            spliced.text,
            frozenset(places[start] for start in as_ktof),
            frozenset(places[start] for start in as_json),
        )
