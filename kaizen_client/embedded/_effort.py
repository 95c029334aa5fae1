"""Whether a request is work for a thread of its own."""

from __future__ import annotations

from typing import Final

# A body of this size, in bytes, takes some milliseconds to encode: too long for an event loop.
_LONG: Final = 32 * 1024


def takes_long(body: bytes) -> bool:
    """Tell whether answering a request would hold up an event loop: it is large, or the first to count tokens."""
    return len(body) > _LONG or b'"token_models"' in body
