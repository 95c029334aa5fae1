"""Where the texts are in the bodies of OpenAI's routes for chat completions and for responses.

Sources: the OpenAI API reference, "Create chat completion" and "Create a model response".
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Final

from kaizen_client.integrations._wrapping.bodies import with_items, with_member, with_text
from kaizen_client.integrations._wrapping.calls import Visit, Walk
from kaizen_client.integrations.reports import Usage

_ROLES: Final = {
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
    "system": "system",
    "developer": "system",
}
_TEXT_PARTS: Final = frozenset({"text", "input_text", "output_text"})
# What a tool gave back. Others hold pictures, or what the vendor's own tools found.
_OUTPUTS: Final = frozenset({"function_call_output", "custom_tool_call_output"})


def in_chat(body: Any, visit: Visit) -> Any:
    """Walk the texts of a body for `/chat/completions`."""
    return with_member(body, "messages", lambda messages: with_items(messages, lambda one: _message(one, visit)))


def in_response(body: Any, visit: Visit) -> Any:
    """Walk the texts of a body for `/responses`."""
    body = with_member(body, "instructions", lambda text: with_text(text, lambda it: visit("system", it)))
    return with_member(body, "input", lambda given: _input(given, visit))


WALKS: Final[Mapping[str, Walk]] = {
    "/chat/completions": in_chat,
    "/responses": in_response,
    "/responses/input_tokens": in_response,
}
#: Routes that only count; they cost nothing.
COUNTING: Final = frozenset({"/responses/input_tokens"})


def _input(given: Any, visit: Visit) -> Any:
    if isinstance(given, str):
        return with_text(given, lambda text: visit("user", text))
    return with_items(given, lambda item: _item(item, visit))


def _item(item: Any, visit: Visit) -> Any:
    if not isinstance(item, Mapping):
        return item
    if item.get("type") in _OUTPUTS:
        return with_member(item, "output", lambda output: _content(output, "tool", visit))
    return _message(item, visit) if item.get("type", "message") == "message" else item


def _message(message: Any, visit: Visit) -> Any:
    role = _ROLES.get(message.get("role", "")) if isinstance(message, Mapping) else None
    if role is None:
        return message
    return with_member(message, "content", lambda content: _content(content, role, visit))


def _content(content: Any, role: str, visit: Visit) -> Any:
    def part(it: Any) -> Any:
        # What is annotated is so by its places in the text.
        if not isinstance(it, Mapping) or it.get("type") not in _TEXT_PARTS or it.get("annotations"):
            return it
        return with_member(it, "text", lambda text: with_text(text, lambda old: visit(role, old)))

    if isinstance(content, str):
        return with_text(content, lambda text: visit(role, text))
    return with_items(content, part)


def usage_of(usage: Any) -> Usage | None:
    """Return the usage of a reply or event, whose fields have other names in either API; None without one.

    Args:
        usage: as the vendor's client has it, an object or a mapping.
    """
    if usage is None:
        return None
    if isinstance(usage, Mapping):
        usage = SimpleNamespace(**usage)
    is_chat = getattr(usage, "prompt_tokens", None) is not None
    asked, replied = ("prompt_tokens", "completion_tokens") if is_chat else ("input_tokens", "output_tokens")
    details = getattr(usage, f"{asked}_details", None)
    if isinstance(details, Mapping):
        details = SimpleNamespace(**details)
    return Usage(
        _count(usage, asked), _count(usage, replied), 0 if details is None else _count(details, "cached_tokens")
    )


def _count(value: Any, name: str) -> int:
    count = getattr(value, name, 0)
    return count if isinstance(count, int) else 0
