"""Where the texts are in the bodies of Gemini's routes for generating content.

Source: the Gemini API reference, "Generating content" (`Content`, `Part`, `FunctionResponse`, `UsageMetadata`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from kaizen_client.integrations._wrapping.bodies import with_items, with_member, with_text
from kaizen_client.integrations._wrapping.calls import Visit
from kaizen_client.integrations.reports import Usage

_ROLES: Final = {"user": "user", "model": "assistant", "function": "tool", "tool": "tool", "system": "system"}
#: Methods whose requests hold texts, and those of them that only count, which costs nothing.
METHODS: Final = frozenset({"generateContent", "streamGenerateContent", "countTokens"})
COUNTING: Final = frozenset({"countTokens"})


def in_content(body: Any, visit: Visit) -> Any:
    """Walk the texts of a body for `:generateContent`, `:streamGenerateContent` or `:countTokens`."""
    body = with_member(body, "systemInstruction", lambda content: _content(content, visit, "system"))
    # With Vertex AI, counting has it as in the other routes; with the Gemini API it has the whole request inside.
    body = with_member(body, "generateContentRequest", lambda request: in_content(request, visit))
    return with_member(
        body, "contents", lambda contents: with_items(contents, lambda content: _content(content, visit, "user"))
    )


def _content(content: Any, visit: Visit, default: str) -> Any:
    if not isinstance(content, Mapping):
        return content
    role = "system" if default == "system" else _ROLES.get(content.get("role") or default)
    if role is None:
        return content
    return with_member(content, "parts", lambda parts: with_items(parts, lambda part: _part(part, role, visit)))


def _part(part: Any, role: str, visit: Visit) -> Any:
    # A thought, and what follows from one, is signed: it goes back as it came.
    if not isinstance(part, Mapping) or part.get("thought") or part.get("thoughtSignature"):
        return part
    part = with_member(part, "text", lambda text: with_text(text, lambda old: visit(role, old)))
    return with_member(part, "functionResponse", lambda answer: _answer(answer, visit))


def _answer(answer: Any, visit: Visit) -> Any:
    """Walk what a function gave back: an object of any members, each a text or JSON itself."""

    def members(response: Any) -> Any:
        if not isinstance(response, Mapping):
            return response
        for name in list(response):
            response = with_member(response, name, lambda value: _value(value, visit))
        return response

    return with_member(answer, "response", members) if isinstance(answer, Mapping) else answer


def _value(value: Any, visit: Visit) -> Any:
    if isinstance(value, str):
        return with_text(value, lambda text: visit("tool", text))
    if not isinstance(value, dict | list):
        return value
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return value
    new = visit("tool", text)
    return value if new == text else new


def usage_of(usage: Any) -> Usage | None:
    """Return the usage of a reply or chunk; None without one.

    Args:
        usage: `usageMetadata` as JSON.
    """
    if not isinstance(usage, Mapping):
        return None

    def count(name: str) -> int:
        value = usage.get(name)
        return value if isinstance(value, int) else 0

    return Usage(
        input=count("promptTokenCount") + count("toolUsePromptTokenCount"),
        output=count("candidatesTokenCount") + count("thoughtsTokenCount"),
        cached=count("cachedContentTokenCount"),
    )
