"""Anthropic's HTTP API: what is replied to a request, and nothing about how it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.vendors.speech import Speech, pieces
from tests.vendors.wire import Received, Reply, event, event_reply, json_reply

#: What each route is called, and the paths that it has. The beta's differ by `?beta=true`, where the SDK sends that.
ROUTES = (
    ("anthropic.messages", "POST", r"/v1/messages"),
    ("anthropic.count_tokens", "POST", r"/v1/messages/count_tokens"),
)

_TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error",
    413: "request_too_large", 429: "rate_limit_error", 504: "timeout_error", 529: "overloaded_error",
}  # fmt: skip


def error(status: int, message: str) -> Any:
    """Return the body of an error."""
    kind = _TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_error"}


def refusal(received: Received) -> Reply | None:
    """Return the error for a request without a key, or without what every request must have."""
    # Version 2 of the SDK sends its key as a bearer's, though the API takes both.
    if not (received.headers.get("x-api-key") or received.headers.get("authorization", "").startswith("Bearer ")):
        return json_reply(error(401, "a key is required"), 401)
    if "anthropic-version" not in received.headers:
        return json_reply(error(400, "anthropic-version: header is required"), 400)
    needed = ("messages", "model", *(("max_tokens",) if received.route == "anthropic.messages" else ()))
    for name in needed:
        if name not in received.json:
            return json_reply(error(400, f"{name}: Field required"), 400)
    return None


def ends_with_tool_result(asked: Any) -> bool:
    """Say whether a request brings the model what a tool returned."""
    content = asked["messages"][-1]["content"] if asked.get("messages") else ""
    return isinstance(content, list) and any(block.get("type") == "tool_result" for block in content)


def reply(received: Received, speech: Speech, request_id: str, model: str | None) -> Reply:
    """Reply to a request that was not refused."""
    headers = {"request-id": request_id}
    asked = received.json
    if received.route == "anthropic.count_tokens":
        return json_reply({"input_tokens": speech.counts.prompt}, headers=headers)
    if asked.get("stream"):
        return event_reply([event(one, one["type"]) for one in message_events(asked, speech)], headers)
    return json_reply(message(asked, speech), headers=headers)


def message(asked: Any, speech: Speech) -> Any:
    """Return the reply to messages."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": _blocks(speech),
        "stop_reason": _stop(speech),
        "stop_sequence": None,
        "usage": {**_read(speech), "output_tokens": speech.counts.output},
    }


def message_events(asked: Any, speech: Speech) -> Iterator[Any]:
    """Return the same as events."""
    begun = {**message(asked, speech), "content": [], "stop_reason": None}
    yield {"type": "message_start", "message": {**begun, "usage": {**_read(speech), "output_tokens": 1}}}
    for index, block in enumerate(_blocks(speech)):
        if block["type"] == "tool_use":
            started = {**block, "input": {}}
            deltas = [
                {"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces(speech.calls[index].json)]
            ]
        else:
            started = {**block, "text": ""}
            deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
        yield {"type": "content_block_start", "index": index, "content_block": started}
        if not index:
            yield {"type": "ping"}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": _stop(speech), "stop_sequence": None},
        "usage": {"output_tokens": speech.counts.output},
    }
    yield {"type": "message_stop"}


def _blocks(speech: Speech) -> list[Any]:
    if speech.calls:
        return [
            {"type": "tool_use", "id": f"toolu_{number}", "name": call.name, "input": call.arguments}
            for number, call in enumerate(speech.calls)
        ]
    return [{"type": "text", "text": speech.text, "citations": None}]


def _read(speech: Speech) -> Any:
    # Here `input_tokens` is what was read beyond the cache.
    return {
        "input_tokens": speech.counts.prompt - speech.counts.cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": speech.counts.cached,
        "service_tier": "standard",
    }


def _stop(speech: Speech) -> str:
    return "tool_use" if speech.calls else "end_turn"
