"""Prompts: what is written as KTOF, what stays text, and how either is put back.

A prompt that is not a string is written as KTOF. A string stays as it is, unless it is JSON as a whole and its KTOF
is shorter. The reply's `meta` says which it was, and holds the exact text of a prompt that was replaced: JSON can be
spelled in many ways, and the caller gets back the one that was sent.
"""

from __future__ import annotations

import zlib
from typing import Any, Final, NamedTuple

from kaizen_client.embedded import _notation
from kaizen_client.embedded._errors import RequestRefused
from kaizen_client.embedded._json import parse_container, to_json
from kaizen_client.embedded._notation import DecodeOptions, EncodeOptions
from kaizen_client.embedded._stats import Size, size_of
from kaizen_client.embedded._validation import JsonObject, PromptDecodeRequest, PromptEncodeRequest

#: The values of `segments_schema`: the whole text is KTOF; no part of it is.
KTOF: Final = "ktof"
TEXT: Final = "text"


class EncodedPrompt(NamedTuple):
    """A prompt as it is sent on, the size of what it was, and the `meta` that undoes it."""

    text: str
    original: Size
    meta: JsonObject


class DecodedPrompt(NamedTuple):
    """A prompt as it was, and `meta` with what the replay brought."""

    value: Any
    meta: JsonObject


class _Detected(NamedTuple):
    """A string prompt that is JSON as a whole, as KTOF."""

    text: str


def encode_prompt(request: PromptEncodeRequest) -> EncodedPrompt:
    """Return the text to send in place of a prompt.

    Raises:
        RequestRefused: 400 for a prompt that KTOF cannot hold.
    """
    prompt = request.prompt
    if not isinstance(prompt, str):
        text = _notation.encode(prompt, request.options)
        return EncodedPrompt(text, size_of(to_json(prompt)), _meta(KTOF, request.schemas))
    original = size_of(prompt)
    detected = _detect(prompt, request.options) if request.auto_detect_json else None
    if detected is None:
        return EncodedPrompt(prompt, original, _meta(TEXT, request.schemas))
    if len(detected.text) >= len(prompt):
        return EncodedPrompt(prompt, original, _meta(TEXT, request.schemas) | _FOUND)
    meta = _meta(KTOF, request.schemas) | _FOUND | _undo(detected.text, prompt)
    return EncodedPrompt(detected.text, original, meta)


def decode_prompt(request: PromptDecodeRequest) -> DecodedPrompt:
    """Return the prompt that a text was, by what `replay_meta` says of it; without that, by reading it as KTOF.

    Raises:
        RequestRefused: 400 for malformed KTOF.
    """
    meta = _replayed(request.replay_meta or {})
    return DecodedPrompt(_restore(request.text, meta, request.options), meta)


def _detect(prompt: str, options: EncodeOptions) -> _Detected | None:
    value = parse_container(prompt)
    if not value:
        # An empty container too: as KTOF `{}` is no text at all.
        return None
    try:
        return _Detected(_notation.encode(value, options))
    except RequestRefused:
        # JSON that KTOF cannot hold, an escaped lone surrogate say. As text it is sound.
        return None


def _restore(text: str, meta: JsonObject, options: DecodeOptions) -> Any:
    if meta["segments_schema"] == TEXT:
        return text
    for replacement in meta["replacements"] or ():
        if _covers(replacement, text):
            return replacement["original"]
    return _notation.decode(text, options)


_FOUND: Final[JsonObject] = {"auto_detected_json": True, "embedded_json_count": 1}


def _meta(schema: str, schemas: JsonObject | None) -> JsonObject:
    return {
        "auto_detected_json": False,
        "embedded_json_count": 0,
        "segments_schema": schema,
        "replacements": [],
        "auto_detection_applied": False,
        "schemas": schemas,
    }


def _undo(text: str, original: str) -> JsonObject:
    replacement = {"start": 0, "end": len(text), "original": original, "crc32": _checksum(text)}
    return {"auto_detection_applied": True, "replacements": [replacement]}


def _covers(replacement: JsonObject, text: str) -> bool:
    # By the length alone, another text of the same length (a model's reply, read with the prompt's meta) would come
    # back as the prompt.
    return (
        replacement.get("start") == 0
        and replacement.get("end") == len(text)
        and isinstance(replacement.get("original"), str)
        and replacement.get("crc32", _checksum(text)) == _checksum(text)
    )


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _replayed(replay_meta: JsonObject) -> JsonObject:
    """Merge a replay into a fresh `meta`. A known member of a type it never has is ignored, not passed on."""
    known = {name: value for name, value in replay_meta.items() if name in _REPLAY_TYPES and _has_type(name, value)}
    extra = {name: value for name, value in replay_meta.items() if name not in _REPLAY_TYPES}
    return _meta(KTOF, None) | known | extra


_REPLAY_TYPES: Final[dict[str, type]] = {
    "auto_detected_json": bool,
    "embedded_json_count": int,
    "segments_schema": str,
    "replacements": list,
    "auto_detection_applied": bool,
    "schemas": dict,
    "client_metadata": dict,
}


def _has_type(name: str, value: object) -> bool:
    # By identity, since a bool is an int to isinstance.
    if value is None:
        return True
    if type(value) is not _REPLAY_TYPES[name]:
        return False
    return not isinstance(value, list) or all(isinstance(item, dict) for item in value)
