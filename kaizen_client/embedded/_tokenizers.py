"""Which tokenizer a model has, and counting with it, offline.

The tokenizers are those of OpenAI's models, `o200k_base` and `cl100k_base`. Vendors of other models publish none that
works offline, so for those `o200k_base` gives an estimate, and it is always said that it is one.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final, NamedTuple

_O200K: Final = "o200k_base"
_CL100K: Final = "cl100k_base"

#: How to get the tokenizers.
REMEDY: Final = "pip install 'kaizen-client[tokens]'"

# What stands before a model's name: a provider's path (`openrouter/openai/`), scheme (`openai:`) or package
# (`us.openai.`), and `ft:` of a fine-tuned model.
_PREFIX: Final = re.compile(
    r"(?:.*/)?(?:ft:|(?:openai|azure|azure_ai|azure-ai|github)[:.]|[a-z]{2}\.openai\.)*", re.DOTALL
)
_END: Final = r"(?:[-_.:@].*)?"
_KNOWN: Final = (
    (_O200K, re.compile(rf"(?:o200k_base|(?:chat)?gpt-(?:4o|4\.1|4\.5|5|5\.[0-9]+|oss)|o[134]|codex){_END}")),
    (
        _CL100K,
        re.compile(
            r"(?:cl100k_base|gpt-(?:4|3\.5-turbo|35-turbo)|text-embedding-(?:ada-002|3-small|3-large))"
            r"(?:-(?:turbo|32k|16k|vision|preview|instruct|[0-9]{4}(?:-[0-9]{2}){0,2}))*(?:[:@].*)?"
        ),
    ),
)

# The tokenizer takes no more than 200,000 tokens at once. A character has four at most.
_CHUNK: Final = 25_000
_LONGEST: Final = 24_000
# Places where a new token begins whatever stands around: both tokenizers split a text into runs of letters, of digits
# and of other characters first. A run of letters may take one other character before it and an ending such as `'s`
# after it, so a cut has the letter or digit on its left, and no apostrophe on its right.
_CUT: Final = re.compile(
    r"(?<=[^\W_])(?=[ -&(-/:-@\[-`{-~\t\n\r\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f])"
    r"|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])"
)


class Tokenizer(NamedTuple):
    """What counts a model's tokens."""

    name: str
    #: Whether it is the model's own; False for an estimate.
    exact: bool


def tokenizer_for(model: str) -> Tokenizer:
    """Return what counts the tokens of a model, whatever provider prefix its name has.

    >>> tokenizer_for("openrouter/openai/gpt-4o-mini")
    Tokenizer(name='o200k_base', exact=True)
    >>> tokenizer_for("claude-sonnet-4-5")
    Tokenizer(name='o200k_base', exact=False)
    """
    text = model.strip().lower()
    prefix = _PREFIX.match(text)
    name = text[prefix.end() :] if prefix else text
    for tokenizer, pattern in _KNOWN:
        if pattern.fullmatch(name):
            return Tokenizer(tokenizer, exact=True)
    return Tokenizer(_O200K, exact=False)


_loading: Final = threading.Lock()


@cache
def _load(name: str) -> Callable[[str], list[int]]:
    with warnings.catch_warnings():
        # The package reads its data in a way that Python 3.11 deprecated and 3.13 took back.
        warnings.simplefilter("ignore", DeprecationWarning)
        from bpe_openai import get_encoding

        # Ordinary: `<|endoftext|>` in a text is text, not the end of it.
        encode: Callable[[str], list[int]] = get_encoding(name).encode_ordinary
    return encode


class Count(NamedTuple):
    """How many tokens a text has."""

    tokens: int
    #: Whether it is the very number: False where a text without a break had to be cut.
    exact: bool


def counter(name: str) -> Callable[[str], Count]:
    """Return a function that counts the tokens of a text of any length.

    Loading the tokenizers takes about a second, once a process.

    Raises:
        ImportError: the tokenizers are not installed.
    """
    with _loading:
        encode = _load(name)

    def count(text: str) -> Count:
        tokens, exact = 0, True
        for part, sound in chunks(text):
            tokens += len(encode(part))
            exact = exact and sound
        return Count(tokens, exact)

    return count


def chunks(text: str, size: int = _CHUNK) -> Iterator[tuple[str, bool]]:
    """Cut a text into parts that the tokenizer takes.

    Gives each part, and whether a token begins at its end in any case, so that its tokens are those it has in the
    whole. A text is cut anywhere only where it has no such place for 24,000 characters.
    """
    start = 0
    while len(text) - start > size:
        longest = min(len(text), start + size + _LONGEST)
        cut = _CUT.search(text, start + size, longest)
        end = cut.start() if cut else longest
        yield text[start:end], cut is not None or end == len(text)
        start = end
    yield text[start:], True
