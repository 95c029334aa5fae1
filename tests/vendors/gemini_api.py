"""Gemini's HTTP API: what is replied to a request, and nothing about how it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.vendors.speech import Counts, Speech, pieces
from tests.vendors.wire import Received, Reply, event, event_reply, json_reply

#: What each route is called, and the paths that it has. google-genai 3 asks for `v1` by itself, 2 for `v1beta`.
ROUTES = (
    ("gemini.generate", "POST", r"/v1(beta)?/models/(?P<model>[^/:]+):generateContent"),
    ("gemini.stream", "POST", r"/v1(beta)?/models/(?P<model>[^/:]+):streamGenerateContent"),
    ("gemini.count_tokens", "POST", r"/v1(beta)?/models/(?P<model>[^/:]+):countTokens"),
)

_STATUSES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip


def error(status: int, message: str) -> Any:
    """Return the body of an error."""
    return {"error": {"code": status, "message": message, "status": _STATUSES.get(status, "UNKNOWN")}}


def refusal(received: Received) -> Reply | None:
    """Return the error for a request without a key, or without what every request must have."""
    if not received.headers.get("x-goog-api-key"):
        return json_reply(error(403, "Method doesn't allow unregistered callers."), 403)
    if not received.json.get("contents"):
        return json_reply(error(400, "contents is not specified"), 400)
    if received.route == "gemini.stream" and "alt=sse" not in received.path:
        return json_reply(error(400, "the stand-in streams server-sent events only"), 400)
    return None


def ends_with_tool_result(asked: Any) -> bool:
    """Say whether a request brings the model what a tool returned."""
    parts = asked["contents"][-1].get("parts", []) if asked.get("contents") else []
    return any("functionResponse" in part or "function_response" in part for part in parts)


def reply(received: Received, speech: Speech, request_id: str, model: str | None) -> Reply:
    """Reply to a request that was not refused."""
    headers = {"x-gemini-service-tier": "standard"}
    if received.route == "gemini.count_tokens":
        counted = {
            "totalTokens": speech.counts.prompt,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": speech.counts.prompt}],
        }
        return json_reply(counted, headers=headers)
    if received.route == "gemini.stream":
        return event_reply([event(one) for one in chunks(speech, request_id, model)], headers)
    return json_reply(generated(_parts(speech), speech.counts, request_id, model), headers=headers)


def generated(parts: list[Any], counts: Counts, request_id: str, model: str | None, finish: str | None = "STOP") -> Any:
    """Return a reply, or a chunk of one, where `finish` is None for all but the last."""
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    usage: dict[str, Any] = {
        "promptTokenCount": counts.prompt,
        "candidatesTokenCount": counts.output,
        "totalTokenCount": counts.prompt + counts.output,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": counts.prompt}],
    }
    if counts.cached:
        usage["cachedContentTokenCount"] = counts.cached
        usage["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": counts.cached}]
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model, "responseId": request_id}


def chunks(speech: Speech, request_id: str, model: str | None) -> Iterator[Any]:
    """Return a reply in chunks, each a reply with a piece of the text."""
    parts = _parts(speech) if speech.calls else [{"text": piece} for piece in pieces(speech.text) or [""]]
    for number, part in enumerate(parts, 1):
        finish = "STOP" if number == len(parts) else None
        yield generated([part], speech.counts, request_id, model, finish)


def _parts(speech: Speech) -> list[Any]:
    if speech.calls:
        return [{"functionCall": {"name": call.name, "args": call.arguments}} for call in speech.calls]
    return [{"text": speech.text}]
