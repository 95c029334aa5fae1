"""Telling JSON that says how a model is to answer from JSON that it is to read, in prompts in English.

A format that is shown in another notation is answered in another notation, so whatever may be an instruction is taken
for one: data that stays JSON costs tokens only. Prompts in other languages are judged by the values alone; there, and
wherever the rules fail, `protect` marks what is to stay.
"""

from __future__ import annotations

import re
from typing import Final

from kaizen_client.embedded import Block
from kaizen_client.integrations._wrapping.instruction_values import has_rows, holds_a_schema, is_form, is_table
from kaizen_client.integrations._wrapping.instruction_words import GUESS, SURE, sureness

# How much of the text behind a block is looked at, in code points.
_BEHIND: Final = 120
# A block with more code points is data, whatever the words before it; and where they are a guess.
_LONG: Final = 8000
_LONG_FOR_A_GUESS: Final = 2000


def is_instruction(text: str, block: Block) -> bool:
    """Tell whether JSON in a prompt shows how to answer - a format, a schema, an example of it - and is to stay JSON.

    It looks at the sentence before the block, what follows it, and its first values, so that the cost does not depend
    on the length of the text or of the block. Where a text is JSON as a whole, only the values are left to judge by:
    a JSON Schema and a form to fill in are instructions, all else is data.

    Args:
        text: the prompt, in English.
        block: a block of it, as `PromptText` finds them.

    Returns:
        True where the block is an instruction or may well be one; False for data.

    >>> from kaizen_client.embedded import PromptText
    >>> [is_instruction(text, PromptText(text).blocks[0]) for text in ('Reply as {"a": 1}', 'Summarise {"a": 1}')]
    [True, False]
    """
    value = block.value
    if holds_a_schema(value) or is_form(value):
        return True
    length = block.span.end - block.span.start
    if length > _LONG or has_rows(value):
        return False
    sure = sureness(text, block.span.start)
    if sure == GUESS:
        return length <= _LONG_FOR_A_GUESS and not is_table(value)
    return sure == SURE or _is_a_format_by_what_follows(text, block)


_FORMAT: Final = r"(?:format|schema|structure|template|shape|form)\b"
_ANSWER: Final = r"(?:output|answer|reply|response)\b"
_BEHIND_A_FORMAT: Final = re.compile(
    rf"""[\s.,;:*_)>-]*+(?:
      (?:(?:is|as|being)\ (?:[\w-]++\ ){{0,4}}?(?:{_FORMAT}|{_ANSWER}))
    | (?:is|must\ be|should\ be)\ (?:what|how|exactly\ what)\ (?:you|to|i\ want|i\ expect|we\ expect|your)\b
    | (?-i:{_FORMAT})
    | (?:in|for)\ (?:your|every|each|all)\ (?:[\w-]++\ )?(?:{_ANSWER}|answers|replies|responses)
    | (?:and|with)\ (?:nothing\ else|no\ (?:other|extra|additional|further|explanation|commentary|prose|markdown))
    | (?-i:Where|where)\ [\"'\u201c<]?[\w-]++[\"'\u201d>]?\ (?:is|are|must|should|can|may|has|contains|describes)\b
    | (?:replace|fill\ in|substitute)\ (?:the|each|every|all)\ (?:placeholder|blank|bracket)
    )""",
    re.IGNORECASE | re.VERBOSE,
)

_DRAWN_ON: Final = re.compile(r"\b(?:in|of|from|on|about|for)\Z", re.IGNORECASE)


def _is_a_format_by_what_follows(text: str, block: Block) -> bool:
    start, end = block.span
    if _BEHIND_A_FORMAT.match(text, end, end + _BEHIND) is None:
        return False
    # `the rows of [...] where ...`
    return _DRAWN_ON.search(text[max(0, start - 10) : start].rstrip()) is None
