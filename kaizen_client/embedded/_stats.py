"""How long the two sides of a conversion are, in the units the two envelopes count in."""

from __future__ import annotations

from typing import Final, NamedTuple

from kaizen_client.embedded._errors import unsupported_value

# An empty text is no smaller after than before, whatever is divided by what.
_UNCHANGED: Final = 1.0


class Size(NamedTuple):
    """The length of a text: in code points, and in bytes of UTF-8."""

    characters: int
    bytes: int


def size_of(text: str) -> Size:
    """Return the length of a text.

    Raises:
        RequestRefused: 400 where the text holds a lone surrogate, which UTF-8 cannot.
    """
    if text.isascii():
        return Size(len(text), len(text))
    try:
        return Size(len(text), len(text.encode()))
    except UnicodeEncodeError as error:
        raise unsupported_value(f"The text holds a lone surrogate (U+{ord(text[error.start]):04X}).") from None


def documented_stats(original: Size, compressed: Size) -> dict[str, float]:
    """Return `stats` in the documentation's form: bytes, and compressed / original (612 of 2048 gives 0.299)."""
    ratio = compressed.bytes / original.bytes if original.bytes else _UNCHANGED
    return {
        "original_bytes": original.bytes,
        "compressed_bytes": compressed.bytes,
        "reduction_ratio": round(ratio, 3),
    }


def server_notes_stats(original: Size, compressed: Size) -> dict[str, float]:
    """Return `stats` in the server notes' form: characters, and the share saved, below zero where the text grew."""
    reduction = original.characters - compressed.characters
    share = reduction / original.characters if original.characters else 1 - _UNCHANGED
    return {
        "original_length": original.characters,
        "optimized_length": compressed.characters,
        "reduction": reduction,
        "reduction_ratio": round(share, 3),
    }
