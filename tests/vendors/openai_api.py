"""OpenAI's HTTP API, and Azure's of the same models: what is replied to a request, and nothing about how it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.vendors.speech import Call, Counts, Speech, pieces
from tests.vendors.wire import Received, Reply, event, event_reply, json_reply

#: What each route is called, and the paths that it has.
ROUTES = (
    ("openai.chat", "POST", r"/v1/chat/completions"),
    ("openai.responses", "POST", r"/v1/responses"),
    ("openai.input_tokens", "POST", r"/v1/responses/input_tokens"),
    ("openai.models", "GET", r"/v1/models(/(?P<model>[^/:]+))?"),
    ("azure.chat", "POST", r"/openai/deployments/(?P<model>[^/]+)/chat/completions"),
    ("azure.responses", "POST", r"/openai/responses"),
    ("azure.input_tokens", "POST", r"/openai/responses/input_tokens"),
    ("azure.models", "GET", r"/openai/models(/(?P<model>[^/]+))?"),
)

MODELS = ("gpt-5", "gpt-5-mini")

_CREATED = 1_750_000_000

_TYPES = {
    400: "invalid_request_error", 401: "invalid_request_error", 403: "permission_error", 404: "invalid_request_error",
    429: "rate_limit_error",
}  # fmt: skip
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}


def error(status: int, message: str) -> Any:
    """Return the body of an error."""
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": _CODES.get(status)}}


def refusal(received: Received) -> Reply | None:
    """Return the error for a request without a key, or without what every request must have."""
    vendor, _, route = received.route.partition(".")
    key = received.headers.get("api-key", "") if vendor == "azure" else _bearer(received)
    if not key:
        return json_reply(error(401, "You didn't provide an API key."), 401)
    if vendor == "azure" and "api-version=" not in received.path:
        return json_reply(error(404, "Resource not found"), 404)
    needed = {"chat": ("messages", "model"), "responses": ("input", "model"), "input_tokens": ("input",)}
    for name in needed.get(route, ()):
        if name not in received.json:
            return json_reply(error(400, f"Missing required parameter: '{name}'."), 400)
    return None


def _bearer(received: Received) -> str:
    scheme, _, key = received.headers.get("authorization", "").partition(" ")
    return key if scheme == "Bearer" else ""


def ends_with_tool_result(asked: Any) -> bool:
    """Say whether a request brings the model what a tool returned."""
    if "messages" in asked:
        return bool(asked["messages"]) and asked["messages"][-1].get("role") == "tool"
    given = asked.get("input")
    return isinstance(given, list) and bool(given) and given[-1].get("type") == "function_call_output"


def reply(received: Received, speech: Speech, request_id: str, model: str | None) -> Reply:
    """Reply to a request that was not refused."""
    route = received.route.partition(".")[2]
    headers = {"x-request-id": request_id, "openai-processing-ms": "1"}
    if route == "models":
        return json_reply(_models(model), headers=headers)
    asked = received.json
    if route == "input_tokens":
        return json_reply({"object": "response.input_tokens", "input_tokens": speech.counts.prompt}, headers=headers)
    if route == "chat":
        if asked.get("stream"):
            return event_reply([*map(event, chat_chunks(asked, speech)), event("[DONE]")], headers)
        return json_reply(chat_completion(asked, speech), headers=headers)
    if asked.get("stream"):
        return event_reply([event(one, one["type"]) for one in response_events(asked, speech)], headers)
    return json_reply(response(asked, speech), headers=headers)


def _models(model: str | None) -> Any:
    found = [{"id": name, "object": "model", "created": _CREATED, "owned_by": "openai"} for name in MODELS]
    if model is not None:
        return {**found[0], "id": model}
    return {"object": "list", "data": found}


# --- chat completions


def chat_completion(asked: Any, speech: Speech) -> Any:
    """Return the reply to a chat."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if speech.calls else speech.text,
        "refusal": None,
        "annotations": [],
    }
    if speech.calls:
        message["tool_calls"] = [_chat_call(number, call) for number, call in enumerate(speech.calls)]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(speech)}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": _CREATED,
        "model": asked["model"],
        "choices": [choice],
        "usage": chat_usage(speech.counts),
        "service_tier": "default",
        "system_fingerprint": None,
    }


def chat_chunks(asked: Any, speech: Speech) -> Iterator[Any]:
    """Return the reply to a chat in chunks."""
    with_usage = bool((asked.get("stream_options") or {}).get("include_usage"))

    def chunk(delta: Any, finish: str | None = None) -> Any:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**head, "choices": [choice], **({"usage": None} if with_usage else {})}

    head = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": _CREATED,
        "model": asked["model"],
        "service_tier": "default",
        "system_fingerprint": None,
    }
    yield chunk({"role": "assistant", "content": None if speech.calls else "", "refusal": None})
    for number, call in enumerate(speech.calls):
        first = _chat_call(number, Call(call.name, {}))
        first["function"]["arguments"] = ""
        yield chunk({"tool_calls": [{"index": number, **first}]})
        for piece in pieces(call.json):
            yield chunk({"tool_calls": [{"index": number, "function": {"arguments": piece}}]})
    if not speech.calls:
        for piece in pieces(speech.text):
            yield chunk({"content": piece})
    yield chunk({}, _finish(speech))
    if with_usage:
        yield {**head, "choices": [], "usage": chat_usage(speech.counts)}


def chat_usage(counts: Counts) -> Any:
    """Return the tokens of a chat."""
    return {
        "prompt_tokens": counts.prompt,
        "completion_tokens": counts.output,
        "total_tokens": counts.prompt + counts.output,
        "prompt_tokens_details": {"cached_tokens": counts.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _chat_call(number: int, call: Call) -> Any:
    return {"id": f"call_{number}", "type": "function", "function": {"name": call.name, "arguments": call.json}}


def _finish(speech: Speech) -> str:
    return "tool_calls" if speech.calls else "stop"


# --- responses


def response(asked: Any, speech: Speech) -> Any:
    """Return the reply to a request for a response."""
    return _response(asked, "completed", _items(speech), response_usage(speech.counts))


def response_events(asked: Any, speech: Speech) -> Iterator[Any]:
    """Return the same as events, numbered."""
    for number, one in enumerate(_response_events(asked, speech)):
        yield {"type": one.pop("type"), "sequence_number": number, **one}


def response_usage(counts: Counts) -> Any:
    """Return the tokens of a response."""
    return {
        "input_tokens": counts.prompt,
        "input_tokens_details": {"cached_tokens": counts.cached, "cache_write_tokens": 0},
        "output_tokens": counts.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": counts.prompt + counts.output,
    }


def _response(asked: Any, status: str, output: list[Any], usage: Any) -> Any:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": _CREATED,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": asked.get("instructions"),
        "max_output_tokens": asked.get("max_output_tokens"),
        "model": asked["model"],
        "output": output,
        "parallel_tool_calls": asked.get("parallel_tool_calls", True),
        "previous_response_id": asked.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None},
        "store": asked.get("store", True),
        "temperature": asked.get("temperature", 1.0),
        "text": asked.get("text", {"format": {"type": "text"}}),
        "tool_choice": asked.get("tool_choice", "auto"),
        "tools": asked.get("tools", []),
        "top_p": asked.get("top_p", 1.0),
        "truncation": "disabled",
        "usage": usage,
        "user": None,
        "metadata": asked.get("metadata") or {},
    }


def _response_events(asked: Any, speech: Speech) -> Iterator[Any]:
    begun = _response(asked, "in_progress", [], None)
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for number, item in enumerate(_items(speech)):
        part = _call_events if item["type"] == "function_call" else _message_events
        yield from part(number, item)
    yield {"type": "response.completed", "response": response(asked, speech)}


def _message_events(number: int, item: Any) -> Iterator[Any]:
    [content] = item["content"]
    at = {"item_id": item["id"], "output_index": number, "content_index": 0}
    yield _added(number, {**item, "status": "in_progress", "content": []})
    yield {"type": "response.content_part.added", **at, "part": {**content, "text": ""}}
    for piece in pieces(content["text"]):
        yield {"type": "response.output_text.delta", **at, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **at, "text": content["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **at, "part": content}
    yield {"type": "response.output_item.done", "output_index": number, "item": item}


def _call_events(number: int, item: Any) -> Iterator[Any]:
    at = {"item_id": item["id"], "output_index": number}
    yield _added(number, {**item, "status": "in_progress", "arguments": ""})
    for piece in pieces(item["arguments"]):
        yield {"type": "response.function_call_arguments.delta", **at, "delta": piece}
    yield {
        "type": "response.function_call_arguments.done",
        **at,
        "name": item["name"],
        "arguments": item["arguments"],
    }
    yield {"type": "response.output_item.done", "output_index": number, "item": item}


def _added(number: int, item: Any) -> Any:
    return {"type": "response.output_item.added", "output_index": number, "item": item}


def _items(speech: Speech) -> list[Any]:
    if speech.calls:
        return [
            {
                "id": f"fc_{number}",
                "type": "function_call",
                "status": "completed",
                "call_id": f"call_{number}",
                "name": call.name,
                "arguments": call.json,
            }
            for number, call in enumerate(speech.calls)
        ]
    content = {"type": "output_text", "annotations": [], "logprobs": [], "text": speech.text}
    return [{"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": [content]}]
