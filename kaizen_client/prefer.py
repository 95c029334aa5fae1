"""`prefer="smaller"`: an encode call that gives the original back where KTOF would cost more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from kaizen_client.exceptions import KaizenError
from kaizen_client.results import EncodeResult, KaizenResult

ResultT = TypeVar("ResultT", bound=KaizenResult)


def smaller(result: ResultT) -> ResultT:
    """Return a result whose value is the smaller text: itself, or a copy with the original in place of the KTOF.

    The copy's `stats` and `token_stats` say that nothing was saved, its `meta` how the text is to be read, and its
    `smaller` what the KTOF would have cost.
    """
    if not isinstance(result, EncodeResult) or not result.compressed:
        return result
    try:
        choice = result.smaller
    except KaizenError:
        # Nested as deep as JSON can be: it cannot be read back to be compared, and the call has not failed for that.
        return result
    if choice.text == result.value:
        return result
    fields = {**result, "result": choice.text}
    changes = {"stats": _unchanged_sizes, "token_stats": _unchanged_tokens, "meta": _as_it_was(choice.notation)}
    for name, change in changes.items():
        if isinstance(found := fields.get(name), dict):
            fields[name] = change(found)
    return result.with_choice(fields, choice)


def _unchanged_sizes(stats: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(stats)
    if "original_bytes" in stats:
        changed |= {"compressed_bytes": stats["original_bytes"], "reduction_ratio": 1.0}
    if "original_length" in stats:
        changed |= {"optimized_length": stats["original_length"], "reduction": 0, "reduction_ratio": 0.0}
    return changed


def _unchanged_tokens(counted: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(counted.get("raw"), dict) and "optimized" in counted:
        return {**counted, "optimized": counted["raw"]}
    changed = dict(counted)
    for model, counts in counted.items():
        if isinstance(counts, dict) and "original" in counts:
            changed[model] = {**counts, "compressed": counts["original"]}
    return changed


def _as_it_was(notation: str) -> Any:
    def change(meta: Mapping[str, Any]) -> dict[str, Any]:
        return {**meta, "segments_schema": notation, "replacements": [], "auto_detection_applied": False}

    return change
