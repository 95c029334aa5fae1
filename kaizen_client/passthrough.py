"""Fail-open: what an encode call gives back instead of an error, so that an optimiser never takes down its user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kaizen_client import given_back, logs
from kaizen_client.exceptions import (
    KaizenAPIError,
    KaizenAuthenticationError,
    KaizenError,
    KaizenPermissionError,
    KaizenRequestError,
)
from kaizen_client.results import KaizenResult, Sent, source_of

#: The routes that take a call's original and give a text for it.
ENCODE_ROUTES: Final = frozenset({"compress", "optimize", "optimize_request", "prompts_encode"})


def applies_to(operation: str, error: KaizenError) -> bool:
    """Tell whether a call may give the original back: never for the caller's own mistake, nor for a wrong key."""
    if isinstance(error, KaizenAuthenticationError | KaizenPermissionError):
        return False
    return operation in ENCODE_ROUTES and isinstance(error, KaizenAPIError | KaizenRequestError)


def original_as_result(
    kind: type[KaizenResult],
    operation: str,
    fields: Mapping[str, Any],
    error: KaizenError,
    metadata: Mapping[str, Any],
    sent: Sent,
) -> Any:
    """Return the original as compact JSON text under `result`; a prompt that is text as it is.

    The `meta` of a prompt tells `prompts_decode` that it was given back.
    """
    is_prompt = sent.field == "prompt"
    # What cannot be read back, as deep as JSON can be, was not changed by extra_body.
    source = sent.source() or source_of(fields[sent.field], is_prompt=is_prompt)
    size = len(source.text.encode("utf-8"))
    reply: dict[str, Any] = {
        "operation": operation,
        "status": "passthrough",
        "result": source.text,
        "stats": {"original_bytes": size, "compressed_bytes": size, "reduction_ratio": 1.0},
    }
    if is_prompt:
        reply["meta"] = given_back.meta_of(source, None)
    logs.gave_back(operation, error)
    return kind.from_reply(reply, metadata=metadata, error=error, sent=sent)
