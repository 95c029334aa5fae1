"""`prefer="smaller"`: an encode call that gives the original back where KTOF would cost more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from kaizen_client import given_back
from kaizen_client.exceptions import KaizenError
from kaizen_client.results import EncodeResult, KaizenResult
from kaizen_client.savings import is_side, is_size

ResultT = TypeVar("ResultT", bound=KaizenResult)


def smaller(result: ResultT) -> ResultT:
    """Return a result whose value is the smaller text: itself, or a copy with the original in place of the KTOF.

    The copy's `stats` and `token_stats` are those of the original, the `meta` of a prompt says how it is to be read,
    and `smaller` what the KTOF would have cost.
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
    if isinstance(stats := fields.get("stats"), dict):
        fields["stats"] = _sizes(stats, choice.text)
    if isinstance(counted := fields.get("token_stats"), dict):
        fields["token_stats"] = _unchanged_tokens(counted)
    if (source := result.prompt_source()) is not None:
        meta = fields.get("meta")
        fields["meta"] = given_back.meta_of(source, meta if isinstance(meta, dict) else None)
    return result.with_choice(fields, choice)


def _sizes(stats: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return a reply's sizes, in its form, with those of the text that was chosen."""
    changed = dict(stats)
    original = stats.get("original_bytes")
    if is_size(original):
        size = len(text.encode("utf-8", "surrogatepass"))
        changed |= {"compressed_bytes": size, "reduction_ratio": round(size / original, 3) if original else 1.0}
    original = stats.get("original_length")
    if is_size(original):
        saved = original - len(text)
        share = round(saved / original, 3) if original else 0.0
        changed |= {"optimized_length": len(text), "reduction": saved, "reduction_ratio": share}
    return changed


def _unchanged_tokens(counted: Mapping[str, Any]) -> dict[str, Any]:
    if is_side(counted.get("raw")) and is_side(counted.get("optimized")):
        return {**counted, "optimized": counted["raw"]}
    changed = dict(counted)
    for model, counts in counted.items():
        if isinstance(counts, dict) and "original" in counts:
            changed[model] = {**counts, "compressed": counts["original"]}
    return changed
