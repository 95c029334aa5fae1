"""Anthropic's SDK works with the stand-in: every surface that takes a prompt, sync and async, and of the beta too."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import httpx
import httpx2
import pytest
from anthropic import Anthropic, AsyncAnthropic, beta_async_tool, beta_tool
from anthropic.types import MessageParam, RawMessageStreamEvent, ToolParam
from anthropic.types.beta import BetaMessageParam
from pydantic import BaseModel

from tests.vendors.speech import DEFAULT
from tests.vendors.standin import StandIn

# Of no model that there is: the SDK warns of those that are to go.
MODEL = "claude-stand-in"
MESSAGES: list[MessageParam] = [{"role": "user", "content": "hi"}]
BETA: list[BetaMessageParam] = [{"role": "user", "content": "hi"}]
TOOL: ToolParam = {
    "name": "add",
    "input_schema": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
}

#: How a stream that is cut shows itself: some versions wrap what their HTTP library raises.
CUT = (anthropic.APIConnectionError, httpx.RemoteProtocolError, httpx2.RemoteProtocolError)

EVENTS = [
    "message_start", "content_block_start", *["content_block_delta"] * 3, "content_block_stop", "message_delta",
    "message_stop",
]  # fmt: skip


class City(BaseModel):
    name: str
    people: int


VIENNA = City(name="Wien", people=2_000_000)


def text_of(events: list[RawMessageStreamEvent]) -> str:
    deltas = [event.delta for event in events if event.type == "content_block_delta"]
    return "".join(delta.text for delta in deltas if delta.type == "text_delta")


def said(message: Any) -> str:
    [block] = message.content
    assert block.type == "text"
    return str(block.text)


def test_messages_are_answered(vendor: StandIn, anthropic_client: Anthropic) -> None:
    vendor.counts(100, 20, cached=40)
    reply = anthropic_client.messages.create(model=MODEL, max_tokens=9, messages=MESSAGES)
    assert (said(reply), reply.model, reply.stop_reason) == (DEFAULT, MODEL, "end_turn")
    assert (reply.usage.input_tokens, reply.usage.cache_read_input_tokens, reply.usage.output_tokens) == (60, 40, 20)
    assert (vendor.last.route, vendor.last.json) == (
        "anthropic.messages",
        {"max_tokens": 9, "messages": MESSAGES, "model": MODEL},
    )


async def test_async_messages_are_answered(vendor: StandIn, async_anthropic_client: AsyncAnthropic) -> None:
    vendor.answer("hello")
    reply = await async_anthropic_client.messages.create(model=MODEL, max_tokens=9, messages=MESSAGES)
    assert (said(reply), vendor.last.route) == ("hello", "anthropic.messages")


def test_messages_are_streamed_with_all_their_events(vendor: StandIn, anthropic_client: Anthropic) -> None:
    vendor.counts(100, 20, cached=40)
    stream = anthropic_client.messages.create(model=MODEL, max_tokens=9, messages=MESSAGES, stream=True)
    events = list(stream)
    assert ([event.type for event in events], text_of(events)) == (EVENTS, DEFAULT)
    first, last = events[0], events[-2]
    assert first.type == "message_start"
    assert (first.message.usage.input_tokens, first.message.usage.cache_read_input_tokens) == (60, 40)
    assert last.type == "message_delta"
    assert (last.usage.output_tokens, last.delta.stop_reason) == (20, "end_turn")


async def test_async_messages_are_streamed_with_all_their_events(async_anthropic_client: AsyncAnthropic) -> None:
    create = async_anthropic_client.messages.create
    stream = await create(model=MODEL, max_tokens=9, messages=MESSAGES, stream=True)
    assert [event.type async for event in stream] == EVENTS


def test_messages_are_streamed_by_the_helper(anthropic_client: Anthropic) -> None:
    with anthropic_client.messages.stream(model=MODEL, max_tokens=9, messages=MESSAGES) as stream:
        assert "".join(stream.text_stream) == DEFAULT
        final = stream.get_final_message()
    assert (said(final), final.usage.output_tokens) == (DEFAULT, 7)


async def test_async_messages_are_streamed_by_the_helper(async_anthropic_client: AsyncAnthropic) -> None:
    async with async_anthropic_client.messages.stream(model=MODEL, max_tokens=9, messages=MESSAGES) as stream:
        assert "".join([text async for text in stream.text_stream]) == DEFAULT
        assert said(await stream.get_final_message()) == DEFAULT


async def test_messages_are_parsed(
    vendor: StandIn, anthropic_client: Anthropic, async_anthropic_client: AsyncAnthropic
) -> None:
    vendor.answer(VIENNA.model_dump_json())
    reply = anthropic_client.messages.parse(model=MODEL, max_tokens=9, messages=MESSAGES, output_format=City)
    assert reply.parsed_output == VIENNA
    assert vendor.last.json["output_config"]["format"]["type"] == "json_schema"
    async_reply = await async_anthropic_client.messages.parse(
        model=MODEL, max_tokens=9, messages=MESSAGES, output_format=City
    )
    assert async_reply.parsed_output == VIENNA


async def test_tokens_are_counted(
    vendor: StandIn, anthropic_client: Anthropic, async_anthropic_client: AsyncAnthropic
) -> None:
    vendor.counts(42, 0)
    assert anthropic_client.messages.count_tokens(model=MODEL, messages=MESSAGES).input_tokens == 42
    counted = await async_anthropic_client.messages.count_tokens(model=MODEL, messages=MESSAGES)
    assert counted.input_tokens == 42
    assert anthropic_client.beta.messages.count_tokens(model=MODEL, messages=BETA).input_tokens == 42
    assert {received.route for received in vendor.requests} == {"anthropic.count_tokens"}


def test_messages_use_a_tool_and_take_its_result(vendor: StandIn, anthropic_client: Anthropic) -> None:
    vendor.calls("add", a=1, b=2)
    reply = anthropic_client.messages.create(model=MODEL, max_tokens=9, messages=MESSAGES, tools=[TOOL])
    [use] = reply.content
    assert use.type == "tool_use"
    assert (use.name, use.input, reply.stop_reason) == ("add", {"a": 1, "b": 2}, "tool_use")
    asked: list[MessageParam] = [
        *MESSAGES,
        {"role": "assistant", "content": reply.content},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "3"}]},
    ]
    final = anthropic_client.messages.create(model=MODEL, max_tokens=9, messages=asked, tools=[TOOL])
    assert said(final) == DEFAULT


async def test_streamed_async_messages_use_tools(vendor: StandIn, async_anthropic_client: AsyncAnthropic) -> None:
    vendor.calls("add", a=1, b=2)
    vendor.calls("now")
    async with async_anthropic_client.messages.stream(
        model=MODEL, max_tokens=9, messages=MESSAGES, tools=[TOOL]
    ) as stream:
        final = await stream.get_final_message()
    uses = [(block.name, block.input) for block in final.content if block.type == "tool_use"]
    assert uses == [("add", {"a": 1, "b": 2}), ("now", {})]


def test_the_beta_answers(vendor: StandIn, anthropic_client: Anthropic) -> None:
    beta = anthropic_client.beta.messages
    assert said(beta.create(model=MODEL, max_tokens=9, messages=BETA)) == DEFAULT
    with beta.stream(model=MODEL, max_tokens=9, messages=BETA) as stream:
        assert said(stream.get_final_message()) == DEFAULT
    assert [received.route for received in vendor.requests] == ["anthropic.messages"] * 2


async def test_the_async_beta_answers(async_anthropic_client: AsyncAnthropic) -> None:
    beta = async_anthropic_client.beta.messages
    assert said(await beta.create(model=MODEL, max_tokens=9, messages=BETA)) == DEFAULT


@beta_tool
def add(a: int, b: int) -> str:
    """Add."""
    return str(a + b)


@beta_async_tool
async def async_add(a: int, b: int) -> str:
    """Add."""
    return str(a + b)


async def test_tool_runners_end(
    vendor: StandIn, anthropic_client: Anthropic, async_anthropic_client: AsyncAnthropic
) -> None:
    vendor.calls("add", a=1, b=2)
    runner = anthropic_client.beta.messages.tool_runner(model=MODEL, max_tokens=9, messages=BETA, tools=[add])
    assert said(runner.until_done()) == DEFAULT
    assert vendor.last.json["messages"][-1]["content"][0]["content"] == "3"
    vendor.clear()
    vendor.calls("async_add", a=1, b=2)
    async_runner = async_anthropic_client.beta.messages.tool_runner(
        model=MODEL, max_tokens=9, messages=BETA, tools=[async_add]
    )
    assert said(await async_runner.until_done()) == DEFAULT
    assert len(vendor.requests) == 2


async def test_raw_messages_have_head_and_body(
    anthropic_client: Anthropic, async_anthropic_client: AsyncAnthropic
) -> None:
    raw = anthropic_client.messages.with_raw_response.create(model=MODEL, max_tokens=9, messages=MESSAGES)
    assert (raw.headers["request-id"], said(raw.parse())) == ("req_1", DEFAULT)
    create = async_anthropic_client.messages.with_raw_response.create
    async_raw = await create(model=MODEL, max_tokens=9, messages=MESSAGES)
    # Unlike OpenAI's, this is to be awaited.
    assert (async_raw.headers["request-id"], said(await async_raw.parse())) == ("req_2", DEFAULT)
    with anthropic_client.messages.with_streaming_response.create(
        model=MODEL, max_tokens=9, messages=MESSAGES
    ) as streamed:
        assert json.loads(streamed.read())["content"][0]["text"] == DEFAULT


ERRORS = [
    (400, anthropic.BadRequestError, "invalid_request_error"),
    (401, anthropic.AuthenticationError, "authentication_error"),
    (404, anthropic.NotFoundError, "not_found_error"),
    (429, anthropic.RateLimitError, "rate_limit_error"),
    (500, anthropic.InternalServerError, "api_error"),
    (529, anthropic.APIStatusError, "overloaded_error"),
]


@pytest.mark.parametrize(("status", "error", "kind"), ERRORS)
async def test_errors_are_the_sdks_own(
    vendor: StandIn,
    anthropic_client: Anthropic,
    async_anthropic_client: AsyncAnthropic,
    status: int,
    error: type[anthropic.APIStatusError],
    kind: str,
) -> None:
    vendor.fail_next(status, times=2)
    with pytest.raises(error) as caught:
        anthropic_client.with_options(max_retries=0).messages.create(model=MODEL, max_tokens=9, messages=MESSAGES)
    assert caught.value.status_code == status
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["error"]["type"] == kind
    with pytest.raises(error):
        await async_anthropic_client.with_options(max_retries=0).messages.create(
            model=MODEL, max_tokens=9, messages=MESSAGES, stream=True
        )


async def test_what_is_retried_sends_the_same_body(
    vendor: StandIn, anthropic_client: Anthropic, async_anthropic_client: AsyncAnthropic
) -> None:
    vendor.fail_next(429)
    vendor.fail_next(529)
    assert said(anthropic_client.messages.create(model=MODEL, max_tokens=9, messages=MESSAGES)) == DEFAULT
    vendor.fail_next(500, times=2)
    reply = await async_anthropic_client.messages.create(model=MODEL, max_tokens=9, messages=MESSAGES)
    assert said(reply) == DEFAULT
    assert len({received.body for received in vendor.requests[:3]}) == 1
    assert len({received.body for received in vendor.requests[3:]}) == 1
    assert len(vendor.requests) == 6


async def test_a_dropped_connection_is_an_error(
    vendor: StandIn, anthropic_client: Anthropic, async_anthropic_client: AsyncAnthropic
) -> None:
    vendor.drop_next()
    with pytest.raises(anthropic.APIConnectionError):
        anthropic_client.with_options(max_retries=0).messages.create(model=MODEL, max_tokens=9, messages=MESSAGES)
    vendor.drop_next()
    client = async_anthropic_client.with_options(max_retries=0)
    with pytest.raises(anthropic.APIConnectionError):
        await client.messages.create(model=MODEL, max_tokens=9, messages=MESSAGES)


async def test_a_stream_that_is_cut_is_an_error(
    vendor: StandIn, anthropic_client: Anthropic, async_anthropic_client: AsyncAnthropic
) -> None:
    vendor.cut_next_stream(1)
    stream = anthropic_client.messages.create(model=MODEL, max_tokens=9, messages=MESSAGES, stream=True)
    assert next(stream).type == "message_start"
    with pytest.raises(CUT):
        next(stream)
    vendor.cut_next_stream(1)
    create = async_anthropic_client.messages.create
    async_stream = await create(model=MODEL, max_tokens=9, messages=MESSAGES, stream=True)
    assert (await anext(async_stream)).type == "message_start"
    with pytest.raises(CUT):
        await anext(async_stream)
