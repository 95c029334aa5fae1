"""Token counts of a reply. The engine has no tokenizer, and says so instead of guessing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

NOT_AVAILABLE: Final = "Token counts are not available in the embedded engine yet."


def token_members(models: Sequence[str] | None) -> dict[str, object]:
    """Return the members that `token_models` adds to a reply; none where no model is named.

    A null and a note, never a word count: that would turn savings into losses and the other way round.

    >>> token_members(["gpt-4o"])["token_stats"] is None
    True
    """
    if not models:
        return {}
    return {"token_stats": None, "token_stats_note": NOT_AVAILABLE}
