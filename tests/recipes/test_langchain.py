"""LangChain: through the clients of its chat models, and by a step before any of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.prompt_values import ChatPromptValue
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_openai import ChatOpenAI

from examples.recipes.langchain_clients import wrap_anthropic, wrap_google, wrap_openai
from examples.recipes.langchain_messages import smaller
from kaizen_client.integrations import MessageCompressor, track
from tests.recipes.sent import assert_smaller, texts
from tests.vendors.speech import DEFAULT
from tests.vendors.standin import StandIn
from tests.vendors.wrapped import JSON, KTOF, PROMPT


def _openai(**settings: Any) -> Any:
    model = ChatOpenAI(model="gpt-4o", **settings)
    wrap_openai(model)
    return model


def _responses() -> Any:
    return _openai(use_responses_api=True)


def _anthropic() -> Any:
    model = ChatAnthropic(model="claude-opus-5", max_tokens=100)
    wrap_anthropic(model)
    return model


def _google() -> Any:
    model = ChatGoogleGenerativeAI(model="gemini-2.5-flash")
    wrap_google(model)
    return model


MODELS = [
    (_openai, "openai.chat", "openai.chat"),
    (_responses, "openai.responses", "openai.responses"),
    (_anthropic, "anthropic.messages", "anthropic.messages"),
    (_google, "gemini.generate", "gemini.stream"),
]
PLAIN = [
    (lambda: ChatOpenAI(model="gpt-4o"), "openai.chat"),
    (lambda: ChatAnthropic(model="claude-opus-5", max_tokens=100), "anthropic.messages"),
    (lambda: ChatGoogleGenerativeAI(model="gemini-2.5-flash"), "gemini.generate"),
]


@tool
def rows() -> str:
    """Give the rows."""
    return JSON


AFTER_A_TOOL = [
    HumanMessage("Which is not ok?"),
    AIMessage("", tool_calls=[{"name": "rows", "args": {}, "id": "c1"}]),
    ToolMessage(JSON, tool_call_id="c1", name="rows"),
]


@pytest.mark.parametrize(("make", "route", "_"), MODELS)
def test_a_sync_call_is_smaller(vendor: StandIn, make: Callable[[], Any], route: str, _: str) -> None:
    with track() as totals:
        assert make().invoke(PROMPT).text == DEFAULT
    assert_smaller(vendor, route, totals)
    assert totals.usage.input == 11


@pytest.mark.parametrize(("make", "route", "_"), MODELS)
async def test_an_async_call_is_smaller(vendor: StandIn, make: Callable[[], Any], route: str, _: str) -> None:
    with track() as totals:
        assert (await make().ainvoke(PROMPT)).text == DEFAULT
    assert_smaller(vendor, route, totals)


@pytest.mark.parametrize(("make", "_", "route"), MODELS)
def test_a_sync_stream_is_smaller(vendor: StandIn, make: Callable[[], Any], _: str, route: str) -> None:
    with track() as totals:
        assert "".join(chunk.text for chunk in make().stream(PROMPT)) == DEFAULT
    assert_smaller(vendor, route, totals)


@pytest.mark.parametrize(("make", "_", "route"), MODELS)
async def test_an_async_stream_is_smaller(vendor: StandIn, make: Callable[[], Any], _: str, route: str) -> None:
    with track() as totals:
        assert "".join([chunk.text async for chunk in make().astream(PROMPT)]) == DEFAULT
    assert_smaller(vendor, route, totals)


@pytest.mark.parametrize(("make", "_", "__"), MODELS)
def test_what_a_tool_returned_gets_smaller(vendor: StandIn, make: Callable[[], Any], _: str, __: str) -> None:
    make().bind_tools([rows]).invoke(AFTER_A_TOOL)
    assert KTOF in texts(vendor.last)
    assert JSON not in texts(vendor.last)


@pytest.mark.parametrize(("make", "route"), PLAIN)
def test_the_step_makes_a_sync_call_of_any_model_smaller(vendor: StandIn, make: Callable[[], Any], route: str) -> None:
    compressor = MessageCompressor()
    assert (smaller(compressor) | make()).invoke([("user", PROMPT)]).text == DEFAULT
    assert_smaller(vendor, route, compressor.totals)


@pytest.mark.parametrize(("make", "route"), PLAIN)
async def test_the_step_makes_an_async_call_of_any_model_smaller(
    vendor: StandIn, make: Callable[[], Any], route: str
) -> None:
    compressor = MessageCompressor()
    assert (await (smaller(compressor) | make()).ainvoke([("user", PROMPT)])).text == DEFAULT
    assert_smaller(vendor, route, compressor.totals)


def test_a_model_behind_the_step_streams(vendor: StandIn) -> None:
    compressor = MessageCompressor()
    chunks = list((smaller(compressor) | ChatOpenAI(model="gpt-4o")).stream([("user", PROMPT)]))
    assert len(chunks) > 2
    assert "".join(chunk.text for chunk in chunks) == DEFAULT
    assert_smaller(vendor, "openai.chat", compressor.totals)


@pytest.mark.parametrize("given", [PROMPT, [HumanMessage(PROMPT)], ChatPromptValue(messages=[HumanMessage(PROMPT)])])
def test_the_step_takes_what_a_model_takes(vendor: StandIn, given: Any) -> None:
    compressor = MessageCompressor()
    (smaller(compressor) | ChatOpenAI(model="gpt-4o")).invoke(given)
    assert len(vendor.last.json["messages"]) == 1
    assert_smaller(vendor, "openai.chat", compressor.totals)


async def test_a_model_behind_the_step_streams_async(vendor: StandIn) -> None:
    compressor = MessageCompressor()
    chain = smaller(compressor) | ChatOpenAI(model="gpt-4o")
    assert "".join([chunk.text async for chunk in chain.astream([("user", PROMPT)])]) == DEFAULT
    assert_smaller(vendor, "openai.chat", compressor.totals)


@pytest.mark.parametrize(("make", "_"), PLAIN)
def test_what_a_tool_returned_gets_smaller_before_a_model_with_tools(
    vendor: StandIn, make: Callable[[], Any], _: str
) -> None:
    (smaller(MessageCompressor()) | make().bind_tools([rows])).invoke(AFTER_A_TOOL)
    assert KTOF in texts(vendor.last)
    assert JSON not in texts(vendor.last)


def test_the_step_keeps_all_but_the_texts_of_messages() -> None:
    sent = smaller(MessageCompressor()).invoke(AFTER_A_TOOL)
    assert sent == [*AFTER_A_TOOL[:2], AFTER_A_TOOL[2].model_copy(update={"content": KTOF})]
    assert AFTER_A_TOOL[2].content == JSON


def test_the_step_leaves_parts_that_are_no_text() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    (message,) = smaller(MessageCompressor()).invoke([HumanMessage([{"type": "text", "text": JSON}, picture])])
    assert message.content == [{"type": "text", "text": KTOF}, picture]
