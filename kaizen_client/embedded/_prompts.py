"""Prompts: what is written as KTOF, what stays text, and how either is put back.

A prompt that is not a string is written as KTOF. In a string, JSON is looked for: where the string as a whole is JSON,
or holds some, that is written as KTOF when it is shorter so, and the rest stays as it is. The reply's `meta` says which
it was, and holds the exact text of what was replaced: JSON can be spelled in many ways, and the caller gets back the
one that was sent.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from kaizen_client.embedded import _notation
from kaizen_client.embedded._detect import find_blocks
from kaizen_client.embedded._errors import RequestRefused
from kaizen_client.embedded._json import parse_container, parse_text, to_json
from kaizen_client.embedded._notation import DecodeOptions, EncodeOptions
from kaizen_client.embedded._protect import find_protected
from kaizen_client.embedded._rewriting import Written, rewrite
from kaizen_client.embedded._splice import Splicer, undone
from kaizen_client.embedded._validation import JsonObject, PromptDecodeRequest, PromptEncodeRequest

#: The values of `segments_schema`: the whole text is KTOF; parts of it are; no part of it is; it is JSON.
KTOF: Final = "ktof"
TEXT_WITH_KTOF: Final = "text_with_ktof"
TEXT: Final = "text"
JSON: Final = "json"

# One space a level: nearly always fewer characters and tokens than two, and nothing in a text tells a decoder.
_INDENT_IN_TEXT: Final = 1


class EncodedPrompt(NamedTuple):
    """A prompt as it is sent on, what it was as text, and the `meta` that undoes it."""

    text: str
    original: str
    meta: JsonObject


class DecodedPrompt(NamedTuple):
    """A prompt as it was, and `meta` with what the replay brought."""

    value: Any
    meta: JsonObject


def encode_prompt(request: PromptEncodeRequest) -> EncodedPrompt:
    """Return the text to send in place of a prompt.

    Raises:
        RequestRefused: 400 for a prompt that KTOF cannot hold.
    """
    prompt = request.prompt
    if not isinstance(prompt, str):
        text = _notation.encode(prompt, request.options)
        return EncodedPrompt(text, to_json(prompt), _meta(KTOF, request.schemas))
    if request.auto_detect_json and not any(find_protected(prompt)):
        value = parse_container(prompt)
        # Not of an empty one: as KTOF `{}` is no text at all.
        whole = _encoded(value, request.options) if value else None
        if whole is not None:
            return _whole_prompt(prompt, value, whole, request.schemas)
    return _text_prompt(prompt, request)


def decode_prompt(request: PromptDecodeRequest) -> DecodedPrompt:
    """Return the prompt that a text was, by what `replay_meta` says of it; without that, by reading it as KTOF.

    Raises:
        RequestRefused: 400 for malformed KTOF.
    """
    meta = _replayed(request.replay_meta or {})
    value, applied = _restore(request.text, meta, request.options)
    if request.replay_meta:
        # False says that a part that was replaced is not there as it was: the text was read for what it is.
        meta["replay_applied"] = applied
    return DecodedPrompt(value, meta)


def _encoded(value: Any, options: EncodeOptions) -> str | None:
    try:
        return _notation.encode(value, options)
    except RequestRefused:
        # JSON that KTOF cannot hold, an escaped lone surrogate say. As text it is sound.
        return None


def _whole_prompt(prompt: str, value: Any, text: str, schemas: JsonObject | None) -> EncodedPrompt:
    found = {"auto_detected_json": True, "embedded_json_count": 1}
    if len(text) >= len(prompt):
        return EncodedPrompt(prompt, prompt, _meta(TEXT, schemas) | found)
    splicer = Splicer(prompt)
    splicer.replace(0, len(prompt), text, JSON)
    applied = {"auto_detection_applied": True, "replacements": splicer.result().replacements}
    # The sizes are compared with compact JSON: what white space costs is not what KTOF saves.
    return EncodedPrompt(text, to_json(value), _meta(KTOF, schemas) | found | applied)


def _text_prompt(prompt: str, request: PromptEncodeRequest) -> EncodedPrompt:
    """Return a prompt without the marks of protection, the JSON in it written as KTOF where that is shorter."""
    options = request.options._replace(indent=_INDENT_IN_TEXT)
    kept = list(find_protected(prompt))
    written = []
    if request.auto_detect_json:
        for block in find_blocks(prompt, kept):
            if (ktof := _encoded(block.value, options)) is not None:
                written.append(Written(block, ktof))
    (text, replacements), applied, _ = rewrite(prompt, kept, written)
    meta = _meta(TEXT_WITH_KTOF if applied else TEXT, request.schemas) | {
        "auto_detected_json": bool(written),
        "embedded_json_count": len(written),
        "auto_detection_applied": bool(applied),
        "replacements": replacements,
    }
    return EncodedPrompt(text, prompt, meta)


def _restore(text: str, meta: JsonObject, options: DecodeOptions) -> tuple[Any, bool]:
    """Return the prompt, and whether all that was replaced in it was found and put back."""
    schema, replacements = meta["segments_schema"], meta["replacements"]
    original = undone(text, replacements) if replacements else None
    if original is not None and (schema in (TEXT, TEXT_WITH_KTOF) or _covers(replacements, text)):
        return original, True
    if schema in (TEXT, TEXT_WITH_KTOF):
        return text, not replacements
    if schema == JSON:
        return parse_text(text), True
    return _notation.decode(text, options), not replacements


def _covers(replacements: list[JsonObject], text: str) -> bool:
    return len(replacements) == 1 and replacements[0]["start"] == 0 and replacements[0]["end"] == len(text)


def _meta(schema: str, schemas: JsonObject | None) -> JsonObject:
    return {
        "auto_detected_json": False,
        "embedded_json_count": 0,
        "segments_schema": schema,
        "replacements": [],
        "auto_detection_applied": False,
        "schemas": schemas,
    }


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
