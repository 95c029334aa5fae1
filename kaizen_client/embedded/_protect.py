"""Marks around a part of a prompt that is to stay as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kaizen_client.embedded._spans import Span

_OPEN: Final = "<ktof:keep>"
_CLOSE: Final = "</ktof:keep>"


def protect(text: str) -> str:
    """Return a text with marks around it, between which the engine changes nothing.

    For a part of a prompt that has to stay JSON, such as the format a model is to answer in. The engine takes the
    marks away when it encodes the prompt, so that a model does not see them; `replay_meta` brings them back. The
    hosted service does not document them: there, put the part in a Markdown code fence.

    Args:
        text: the part of the prompt; marks already in it are taken out, so that it may be protected twice.

    Raises:
        TypeError: it is no text.

    >>> protect('{"answer": 5}')
    '<ktof:keep>{"answer": 5}</ktof:keep>'
    """
    if not isinstance(text, str):
        raise TypeError(f"protect takes a text, not {type(text).__name__}; for a value, protect(json.dumps(value))")
    return f"{_OPEN}{text.replace(_OPEN, '').replace(_CLOSE, '')}{_CLOSE}"


def find_protected(text: str) -> Iterator[Span]:
    """Give the parts of a text that are protected, their marks included; a mark without a partner is text."""
    start = text.find(_OPEN)
    while start >= 0:
        close = text.find(_CLOSE, start)
        if close < 0:
            return
        end = close + len(_CLOSE)
        yield Span(start, end)
        start = text.find(_OPEN, end)


def without_marks(protected: str) -> str:
    """Return a protected part without its two marks."""
    return protected[len(_OPEN) : -len(_CLOSE)]


def unprotected(text: str) -> str:
    """Return a text without the marks around its protected parts."""
    parts, done = [], 0
    for span in find_protected(text):
        parts += [text[done : span.start], without_marks(text[span.start : span.end])]
        done = span.end
    return "".join([*parts, text[done:]]) if parts else text
