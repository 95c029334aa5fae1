"""Where each vendor's bodies hold texts, of which role, and that nothing else of them is touched."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from kaizen_client.integrations._wrapping import anthropic_bodies, gemini_bodies, openai_bodies
from kaizen_client.integrations._wrapping.calls import Walk
from kaizen_client.integrations.reports import Usage

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}

CHAT = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "S1"},
        {"role": "developer", "content": [{"type": "text", "text": "S2"}]},
        {"role": "user", "content": "U1", "name": "Ada"},
        {"role": "user", "content": [{"type": "text", "text": "U2"}, IMAGE, {"type": "input_audio", "text": "no"}]},
        {"role": "assistant", "content": "A1", "tool_calls": [{"id": "c", "function": {"arguments": "no"}}]},
        {"role": "assistant", "content": None, "refusal": "no"},
        {"role": "tool", "tool_call_id": "c", "content": "T1"},
        {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "T2"}]},
        {"role": "function", "name": "f", "content": "T3"},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "description": "no", "parameters": {}}}],
    "response_format": {"type": "json_schema", "json_schema": {"name": "no"}},
    "prediction": {"type": "content", "content": "no"},
    "metadata": {"text": "no"},
}
RESPONSE = {
    "model": "m",
    "instructions": "S1",
    "input": [
        {"role": "user", "content": "U1"},
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "S2"}]},
        {"role": "user", "content": [{"type": "input_text", "text": "U2"}, {"type": "input_image", "image_url": "no"}]},
        {"type": "message", "role": "assistant", "id": "i", "content": [{"type": "output_text", "text": "A1"}]},
        {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "no"}], "content": "no"},
        {"type": "function_call", "call_id": "c", "arguments": "no", "name": "f"},
        {"type": "function_call_output", "call_id": "c", "output": "T1"},
        {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "T2"}]},
        {"type": "custom_tool_call_output", "call_id": "c", "output": "T3"},
        {"type": "item_reference", "id": "no"},
    ],
    "previous_response_id": "no",
    "tools": [{"type": "function", "name": "f", "description": "no"}],
}
MESSAGES = {
    "model": "m",
    "system": [{"type": "text", "text": "S1", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {"role": "user", "content": "U1"},
        {"role": "user", "content": [{"type": "text", "text": "U2"}, {"type": "image", "source": {"data": "no"}}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "no", "signature": "no"},
                {"type": "text", "text": "A1"},
                {"type": "tool_use", "id": "t", "name": "f", "input": {"text": "no"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t", "content": "T1", "is_error": False},
                {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "T2"}, {"type": "x"}]},
                {"type": "document", "source": {"type": "text", "data": "no"}, "citations": {"enabled": True}},
            ],
        },
    ],
    "tools": [{"name": "f", "description": "no", "input_schema": {}}],
}
CONTENT = {
    "systemInstruction": {"parts": [{"text": "S1"}], "role": "user"},
    "contents": [
        {"parts": [{"text": "U1"}, {"inlineData": {"data": "no"}}]},
        {"role": "user", "parts": [{"text": "U2"}]},
        {"role": "model", "parts": [{"text": "no", "thought": True}, {"text": "A1"}, {"functionCall": {"args": {}}}]},
        {
            "role": "user",
            "parts": [{"functionResponse": {"id": "f", "name": "f", "response": {"result": "T1", "n": 5, "b": True}}}],
        },
        {"role": "function", "parts": [{"functionResponse": {"name": "f", "response": {"output": [1, "T2"]}}}]},
    ],
    "tools": [{"functionDeclarations": [{"name": "no"}]}],
    "generationConfig": {"responseSchema": {}},
}

WALKS: dict[str, tuple[Walk, Any]] = {
    "chat": (openai_bodies.in_chat, CHAT),
    "response": (openai_bodies.in_response, RESPONSE),
    "messages": (anthropic_bodies.in_messages, MESSAGES),
    "content": (gemini_bodies.in_content, CONTENT),
}
ROLES = {"S": "system", "U": "user", "A": "assistant", "T": "tool"}


@pytest.mark.parametrize("name", WALKS)
def test_every_text_is_visited_with_its_role_and_nothing_else(name: str) -> None:
    walk, body = WALKS[name]
    seen: list[tuple[str, str]] = []

    def visit(role: str, text: str) -> str:
        seen.append((role, text))
        return text

    assert walk(body, visit) is body
    texts = [text.strip('[]1,"') if text.startswith("[") else text for _, text in seen]
    assert len(set(texts)) == len(texts) >= 5
    assert {text[0] for text in texts} == set(ROLES)
    assert [role for role, _ in seen] == [ROLES[text[0]] for text in texts]


@pytest.mark.parametrize("name", WALKS)
def test_texts_are_replaced_in_a_copy_and_everything_else_is_as_it_was(name: str) -> None:
    walk, body = WALKS[name]
    before = copy.deepcopy(body)
    new = walk(body, lambda role, text: f"<{role}>")
    assert body == before
    # Each text put back gives the body that was.
    said: list[str] = []

    def collect(role: str, text: str) -> str:
        said.append(text)
        return text

    walk(before, collect)
    queue = iter(said)
    restored = walk(new, lambda _, __: next(queue))
    text = json.dumps(restored).replace('"[1,\\"T2\\"]"', '[1, "T2"]')
    assert json.loads(text) == before


def test_a_string_as_input_is_a_text_of_the_user() -> None:
    assert openai_bodies.in_response({"input": "x"}, lambda role, text: f"{role} {text}") == {"input": "user x"}


def test_a_string_as_system_text_is_one() -> None:
    body = {"system": "x", "messages": []}
    assert anthropic_bodies.in_messages(body, lambda role, text: f"{role} {text}")["system"] == "system x"


def test_counting_with_gemini_walks_the_request_inside() -> None:
    body = {"generateContentRequest": {"contents": [{"parts": [{"text": "x"}]}]}}
    new = gemini_bodies.in_content(body, lambda role, text: f"{role} {text}")
    assert new == {"generateContentRequest": {"contents": [{"parts": [{"text": "user x"}]}]}}


def test_what_a_function_gave_back_is_replaced_only_where_that_changes_it() -> None:
    response = {"rows": [{"a": 1}], "text": "t", "odd": [float("nan")], "object": object()}
    body = {"contents": [{"role": "user", "parts": [{"functionResponse": {"name": "f", "response": response}}]}]}
    new = gemini_bodies.in_content(body, lambda _, text: "KTOF" if text.startswith("[{") else text)
    assert new["contents"][0]["parts"][0]["functionResponse"]["response"] == {**response, "rows": "KTOF"}


def test_what_can_be_walked_only_once_is_left_to_the_vendor() -> None:
    body = {"messages": (message for message in CHAT["messages"])}
    assert openai_bodies.in_chat(body, lambda role, text: "x") is body
    assert len(list(body["messages"])) == 9


@pytest.mark.parametrize("name", WALKS)
@pytest.mark.parametrize("odd", [None, 5, "text", [], {}, [None], [[]], [{}], [{"role": "user"}], [{"parts": 5}]])
def test_an_odd_body_is_given_back_as_it_is(name: str, odd: Any) -> None:
    walk, _ = WALKS[name]
    body = {"messages": odd, "input": odd if not isinstance(odd, str) else None, "contents": odd}
    assert walk(body, lambda role, text: text) is body


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, None),
        ({"prompt_tokens": 9, "completion_tokens": 2}, Usage(9, 2)),
        (
            {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
            Usage(9, 2, cached=4),
        ),
        ({"input_tokens": 9, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 4}}, Usage(9, 2, cached=4)),
        ({"input_tokens": 9, "output_tokens": 2, "input_tokens_details": None}, Usage(9, 2)),
    ],
)
def test_openai_usage_is_read_in_both_spellings(usage: Any, expected: Usage | None) -> None:
    assert openai_bodies.usage_of(usage) == expected


def test_anthropic_usage_counts_the_cache_as_part_of_the_prompt() -> None:
    usage = {"input_tokens": 5, "cache_read_input_tokens": 20, "cache_creation_input_tokens": 7, "output_tokens": 3}
    assert anthropic_bodies.usage_of(usage) == Usage(32, 3, cached=20, cache_write=7)
    assert anthropic_bodies.usage_of(None) is None


def test_anthropic_usage_of_a_stream_keeps_what_later_events_leave_out() -> None:
    first = anthropic_bodies.usage_of({"input_tokens": 5, "cache_read_input_tokens": 20, "output_tokens": 1})
    last = anthropic_bodies.usage_of({"output_tokens": 9, "input_tokens": None}, first)
    assert last == Usage(25, 9, cached=20)
    assert anthropic_bodies.usage_of(None, last) == last


def test_gemini_usage_counts_thoughts_as_output() -> None:
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 2, "thoughtsTokenCount": 3, "cachedContentTokenCount": 4}
    assert gemini_bodies.usage_of(usage) == Usage(9, 5, cached=4)
    assert gemini_bodies.usage_of({}) == Usage(0, 0)
    assert gemini_bodies.usage_of(None) is None
