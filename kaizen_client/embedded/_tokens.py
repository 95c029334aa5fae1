"""Token counts of both sides of a conversion, by model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from kaizen_client.embedded._errors import TOKENIZER_ERROR, RequestRefused
from kaizen_client.embedded._tokenizers import REMEDY, Count, Tokenizer, counter, tokenizer_for

#: What a reply says beside a null where tokens cannot be counted.
NOT_INSTALLED: Final = f"Token counts need tokenizers, which are not installed: {REMEDY}"


class Counts(NamedTuple):
    """The tokens of one model before and after."""

    #: The tokenizer's name.
    tokenizer: str
    original: int
    compressed: int
    #: Whether they are what the model counts; False for an estimate.
    exact: bool


class TokenCounts(NamedTuple):
    """What was counted of what was asked for; None where there is nothing to count with."""

    by_model: Mapping[str, Counts] | None


def count_tokens(models: Sequence[str] | None, original: str, compressed: str) -> TokenCounts | None:
    """Return the counts for models; None where no model is named.

    Never a word count: that would turn savings into losses and the other way round.

    Raises:
        RequestRefused: 500 for a tokenizer that is installed and does not work, as the service has it.
    """
    if not models:
        return None
    wanted = {model: tokenizer_for(model) for model in models}
    try:
        counters = {name: counter(name) for name in {tokenizer.name for tokenizer in wanted.values()}}
    except ImportError:
        return TokenCounts(None)
    except Exception as error:
        raise RequestRefused(500, TOKENIZER_ERROR, "Unable to load tokenizer") from error
    pairs = {name: (count(original), count(compressed)) for name, count in counters.items()}
    return TokenCounts({model: _counts(tokenizer, *pairs[tokenizer.name]) for model, tokenizer in wanted.items()})


def _counts(tokenizer: Tokenizer, original: Count, compressed: Count) -> Counts:
    exact = tokenizer.exact and original.exact and compressed.exact
    return Counts(tokenizer.name, original.tokens, compressed.tokens, exact)
