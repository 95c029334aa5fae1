"""Where the texts are in the bodies of Anthropic's routes for messages.

Source: the Anthropic API reference, "Messages" and "Count message tokens".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kaizen_client.integrations._wrapping.bodies import with_items, with_member, with_text
from kaizen_client.integrations._wrapping.calls import Visit, Walk
from kaizen_client.integrations.reports import Usage

_ROLES: Final = frozenset({"user", "assistant", "system"})


def in_messages(body: Any, visit: Visit) -> Any:
    """Walk the texts of a body for `/v1/messages`."""
    body = with_member(body, "system", lambda system: _content(system, "system", visit))
    return with_member(body, "messages", lambda messages: with_items(messages, lambda one: _message(one, visit)))


WALKS: Final[Mapping[str, Walk]] = {"/v1/messages": in_messages, "/v1/messages/count_tokens": in_messages}
#: Routes that only count; they cost nothing.
COUNTING: Final = frozenset({"/v1/messages/count_tokens"})


def _message(message: Any, visit: Visit) -> Any:
    if not isinstance(message, Mapping) or message.get("role") not in _ROLES:
        return message
    return with_member(message, "content", lambda content: _content(content, message["role"], visit))


def _content(content: Any, role: str, visit: Visit) -> Any:
    def block(it: Any) -> Any:
        kind = it.get("type") if isinstance(it, Mapping) else None
        # What has citations is cited as it was said.
        if kind == "text" and not it.get("citations"):
            return with_member(it, "text", lambda text: with_text(text, lambda old: visit(role, old)))
        if kind == "tool_result":
            return with_member(it, "content", lambda result: _content(result, "tool", visit))
        return it

    if isinstance(content, str):
        return with_text(content, lambda text: visit(role, text))
    return with_items(content, block)


def usage_of(usage: Any, before: Usage | None = None) -> Usage | None:
    """Return the usage of a message or event; None without one.

    Anthropic counts what came from its cache and what went there beside the input; both are part of the prompt.

    Args:
        usage: as the vendor's client has it.
        before: what an earlier event of the stream said; what this one leaves out stays.
    """
    if usage is None:
        return before
    known = before or Usage(0, 0)

    def count(name: str, otherwise: int) -> int:
        value = usage.get(name) if isinstance(usage, Mapping) else getattr(usage, name, None)
        return value if isinstance(value, int) else otherwise

    plain = count("input_tokens", known.input - known.cached - known.cache_write)
    cached = count("cache_read_input_tokens", known.cached)
    written = count("cache_creation_input_tokens", known.cache_write)
    output = count("output_tokens", known.output)
    return Usage(input=plain + cached + written, output=output, cached=cached, cache_write=written)
