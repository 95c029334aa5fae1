"""A prompt that was given back instead of its KTOF: the `meta` that says so, and the decoding that needs no service.

The service made nothing of such a prompt - it failed, or KTOF would have cost more - so it has nothing to undo either.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

from kaizen_client.results import Source

#: The field of `meta` that holds what the decoding needs.
_FIELD: Final = "given_back"


def meta_of(source: Source, meta: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the `meta` of a prompt that was given back.

    Args:
        source: what was given back.
        meta: the reply's, whose other fields are kept.
    """
    record: dict[str, Any] = {"crc32": _checksum(source.text)}
    if source.prompt is not None and source.prompt != source.text:
        record["prompt"] = source.prompt
    return {
        **(meta or {}),
        "segments_schema": source.notation,
        "replacements": [],
        "auto_detection_applied": False,
        _FIELD: record,
    }


def decoded(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the reply for a text that was given back; None for any other, which the service decodes.

    Args:
        fields: those of a `prompts_decode` request.
    """
    meta, text = fields.get("replay_meta"), fields.get("ktof")
    if not isinstance(meta, Mapping) or not isinstance(text, str):
        return None
    record = meta.get(_FIELD)
    if not isinstance(record, Mapping) or record.get("crc32") != _checksum(text):
        return None
    if "prompt" in record:
        value = record["prompt"]
    elif meta.get("segments_schema") == "text":
        value = text
    else:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return None
    return {"operation": "prompts.decode", "status": "passthrough", "result": value, "meta": dict(meta)}


def without_record(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a `prompts_decode` request as they are sent: another text was not given back."""
    meta = fields.get("replay_meta")
    if not isinstance(meta, Mapping) or _FIELD not in meta:
        return dict(fields)
    return {**fields, "replay_meta": {key: meta[key] for key in meta if key not in (_FIELD, "segments_schema")}}


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
