"""The tokens of a text, by the model that is to read it."""

from __future__ import annotations

from typing import NamedTuple

from kaizen_client.embedded._tokenizers import REMEDY, counter, tokenizer_for


class TokenCount(NamedTuple):
    """How many tokens a text has."""

    tokens: int
    #: Whether it is the very number that the model counts; False for an estimate.
    exact: bool


class TokenCounter:
    """Counts the tokens of texts as a model does, offline; call it with a text.

    Args:
        model: the model's name, whatever provider prefix it has.

    Attributes:
        tokenizer: the tokenizer's name.
        exact: whether it is the model's own; False where all counts are estimates with another model's.

    Raises:
        ImportError: the tokenizers are not installed; says how to.

    >>> count = TokenCounter("gpt-4o")
    >>> count("Hello, world")
    TokenCount(tokens=3, exact=True)
    """

    __slots__ = ("_count", "exact", "tokenizer")

    def __init__(self, model: str) -> None:
        self.tokenizer, self.exact = tokenizer_for(model)
        try:
            self._count = counter(self.tokenizer)
        except ImportError as error:
            raise ImportError(f"token counts need tokenizers, which are not installed: {REMEDY}") from error

    def __call__(self, text: str) -> TokenCount:
        """Return how many tokens a text has."""
        tokens, sound = self._count(text)
        return TokenCount(tokens, self.exact and sound)

    def size(self, text: str) -> int:
        """Return how many tokens a text has, as a plain number."""
        return self._count(text).tokens
