"""LlamaIndex: its OpenAI LLMs over wrapped clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAI as OpenAILLM
from llama_index.llms.openai import OpenAIResponses
from openai import AsyncOpenAI, OpenAI

from examples.recipes.llama_index_llm import make_llm
from kaizen_client.integrations import track, wrap
from tests.recipes.sent import assert_as_it_was, assert_smaller, texts
from tests.vendors.speech import DEFAULT
from tests.vendors.standin import StandIn
from tests.vendors.wrapped import JSON, KTOF, PROMPT


def _chat() -> Any:
    return make_llm("gpt-4o")


def _responses() -> Any:
    return OpenAIResponses(model="gpt-4o", openai_client=wrap(OpenAI()), async_openai_client=wrap(AsyncOpenAI()))


LLMS = [(_chat, "openai.chat"), (_responses, "openai.responses")]
MESSAGES = [ChatMessage(role="user", content=PROMPT)]


@pytest.mark.parametrize(("make", "route"), LLMS)
def test_a_sync_chat_is_smaller(vendor: StandIn, make: Callable[[], Any], route: str) -> None:
    with track() as totals:
        assert make().chat(MESSAGES).message.content == DEFAULT
    assert_smaller(vendor, route, totals)
    assert totals.usage.input == 11


@pytest.mark.parametrize(("make", "route"), LLMS)
async def test_an_async_chat_is_smaller(vendor: StandIn, make: Callable[[], Any], route: str) -> None:
    with track() as totals:
        assert (await make().achat(MESSAGES)).message.content == DEFAULT
    assert_smaller(vendor, route, totals)


@pytest.mark.parametrize(("make", "route"), LLMS)
def test_a_sync_stream_is_smaller(vendor: StandIn, make: Callable[[], Any], route: str) -> None:
    with track() as totals:
        assert "".join(chunk.delta or "" for chunk in make().stream_chat(MESSAGES)) == DEFAULT
    assert_smaller(vendor, route, totals)


@pytest.mark.parametrize(("make", "route"), LLMS)
async def test_an_async_stream_is_smaller(vendor: StandIn, make: Callable[[], Any], route: str) -> None:
    with track() as totals:
        assert "".join([chunk.delta or "" async for chunk in await make().astream_chat(MESSAGES)]) == DEFAULT
    assert_smaller(vendor, route, totals)


@pytest.mark.parametrize(("make", "route"), LLMS)
def test_a_completion_is_smaller(vendor: StandIn, make: Callable[[], Any], route: str) -> None:
    with track() as totals:
        assert make().complete(PROMPT).text == DEFAULT
    assert_smaller(vendor, route, totals)


@pytest.mark.parametrize(("make", "route"), LLMS)
async def test_an_async_completion_is_smaller(vendor: StandIn, make: Callable[[], Any], route: str) -> None:
    with track() as totals:
        assert (await make().acomplete(PROMPT)).text == DEFAULT
    assert_smaller(vendor, route, totals)


def test_what_a_tool_returned_gets_smaller(vendor: StandIn) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "rows", "arguments": "{}"}}
    messages = [
        ChatMessage(role="user", content="Which is not ok?"),
        ChatMessage(role="assistant", content="", additional_kwargs={"tool_calls": [call]}),
        ChatMessage(role="tool", content=JSON, additional_kwargs={"tool_call_id": "c1"}),
    ]
    _chat().chat(messages)
    assert KTOF in texts(vendor.last)
    assert JSON not in texts(vendor.last)


def test_an_llm_that_makes_clients_of_its_own_sends_what_it_was_given(vendor: StandIn) -> None:
    llm = OpenAILLM(model="gpt-4o", reuse_client=False, openai_client=wrap(OpenAI()))
    llm.chat(MESSAGES)
    assert_as_it_was(vendor)
