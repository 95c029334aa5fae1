"""OpenAI's SDK works with the stand-in: every surface that takes a prompt, sync and async, and Azure's clients."""

from __future__ import annotations

import json
from typing import Any

import httpx
import httpx2
import openai
import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, OpenAI
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionToolParam
from openai.types.responses import FunctionToolParam
from pydantic import BaseModel

from tests.vendors.speech import DEFAULT
from tests.vendors.standin import StandIn

MESSAGES: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hi"}]
PARAMETERS: dict[str, object] = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    "required": ["a", "b"],
    "additionalProperties": False,
}
CHAT_TOOL: ChatCompletionToolParam = {"type": "function", "function": {"name": "add", "parameters": PARAMETERS}}
TOOL: FunctionToolParam = {"type": "function", "name": "add", "parameters": PARAMETERS, "strict": True}

#: How a stream that is cut shows itself: newer versions wrap what their HTTP library raises.
CUT = (openai.APIConnectionError, httpx.RemoteProtocolError, httpx2.RemoteProtocolError)

EVENTS = [
    "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
    *["response.output_text.delta"] * 3,
    "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
]  # fmt: skip


class City(BaseModel):
    name: str
    people: int


VIENNA = City(name="Wien", people=2_000_000)


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


# --- chat completions


def test_a_chat_is_answered(vendor: StandIn, openai_client: OpenAI) -> None:
    vendor.counts(100, 20, cached=40)
    reply = openai_client.chat.completions.create(model="gpt-5", messages=MESSAGES)
    assert (reply.model, reply.choices[0].message.content, reply.choices[0].finish_reason) == ("gpt-5", DEFAULT, "stop")
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens) == (100, 20, 120)
    assert reply.usage.prompt_tokens_details is not None
    assert reply.usage.prompt_tokens_details.cached_tokens == 40
    assert (vendor.last.route, vendor.last.json) == ("openai.chat", {"messages": MESSAGES, "model": "gpt-5"})


async def test_an_async_chat_is_answered(vendor: StandIn, async_openai_client: AsyncOpenAI) -> None:
    vendor.answer("hello")
    reply = await async_openai_client.chat.completions.create(model="gpt-5", messages=MESSAGES)
    assert (reply.choices[0].message.content, vendor.last.route) == ("hello", "openai.chat")


@pytest.mark.parametrize("include_usage", [True, False])
def test_a_chat_is_streamed_with_usage_where_that_is_asked_for(openai_client: OpenAI, include_usage: bool) -> None:
    chunks = list(
        openai_client.chat.completions.create(
            model="gpt-5", messages=MESSAGES, stream=True, stream_options={"include_usage": include_usage}
        )
    )
    assert (text_of(chunks), len(chunks)) == (DEFAULT, 6 if include_usage else 5)
    assert [chunk.usage.prompt_tokens for chunk in chunks if chunk.usage] == ([11] if include_usage else [])
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"


async def test_an_async_chat_is_streamed(async_openai_client: AsyncOpenAI) -> None:
    stream = await async_openai_client.chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True)
    assert text_of([chunk async for chunk in stream]) == DEFAULT


def test_a_chat_is_streamed_by_the_helper(openai_client: OpenAI) -> None:
    with openai_client.chat.completions.stream(model="gpt-5", messages=MESSAGES) as stream:
        kinds = {event.type for event in stream}
        assert stream.get_final_completion().choices[0].message.content == DEFAULT
    assert kinds >= {"chunk", "content.delta", "content.done"}


async def test_an_async_chat_is_streamed_by_the_helper(async_openai_client: AsyncOpenAI) -> None:
    async with async_openai_client.chat.completions.stream(model="gpt-5", messages=MESSAGES) as stream:
        final = await stream.get_final_completion()
    assert final.choices[0].message.content == DEFAULT


def test_a_chat_is_parsed(vendor: StandIn, openai_client: OpenAI) -> None:
    vendor.answer(VIENNA.model_dump_json())
    reply = openai_client.chat.completions.parse(model="gpt-5", messages=MESSAGES, response_format=City)
    assert reply.choices[0].message.parsed == VIENNA
    assert vendor.last.json["response_format"]["type"] == "json_schema"


async def test_an_async_chat_is_parsed(vendor: StandIn, async_openai_client: AsyncOpenAI) -> None:
    vendor.answer(VIENNA.model_dump_json())
    reply = await async_openai_client.chat.completions.parse(model="gpt-5", messages=MESSAGES, response_format=City)
    assert reply.choices[0].message.parsed == VIENNA


def test_a_chat_calls_a_tool_and_takes_its_result(vendor: StandIn, openai_client: OpenAI) -> None:
    vendor.calls("add", a=1, b=2)
    chat = openai_client.chat.completions
    reply = chat.create(model="gpt-5", messages=MESSAGES, tools=[CHAT_TOOL])
    assert reply.choices[0].finish_reason == "tool_calls"
    [call] = reply.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert (call.function.name, json.loads(call.function.arguments)) == ("add", {"a": 1, "b": 2})
    result: ChatCompletionMessageParam = {"role": "tool", "tool_call_id": call.id, "content": "3"}
    asked: Any = [*MESSAGES, reply.choices[0].message, result]
    assert chat.create(model="gpt-5", messages=asked).choices[0].message.content == DEFAULT


async def test_a_streamed_async_chat_calls_tools(vendor: StandIn, async_openai_client: AsyncOpenAI) -> None:
    vendor.calls("add", a=1, b=2)
    vendor.calls("now")
    async with async_openai_client.chat.completions.stream(model="gpt-5", messages=MESSAGES) as stream:
        final = await stream.get_final_completion()
    calls = final.choices[0].message.tool_calls or []
    assert [(call.function.name, call.function.arguments) for call in calls] == [
        ("add", '{"a": 1, "b": 2}'),
        ("now", "{}"),
    ]


def test_a_raw_chat_has_head_and_body(openai_client: OpenAI) -> None:
    raw = openai_client.chat.completions.with_raw_response.create(model="gpt-5", messages=MESSAGES)
    assert raw.headers["x-request-id"] == "req_1"
    assert raw.parse().choices[0].message.content == DEFAULT
    with openai_client.chat.completions.with_streaming_response.create(model="gpt-5", messages=MESSAGES) as streamed:
        assert json.loads(streamed.read())["choices"][0]["message"]["content"] == DEFAULT


async def test_a_raw_async_chat_has_head_and_body(async_openai_client: AsyncOpenAI) -> None:
    chat = async_openai_client.chat.completions
    raw = await chat.with_raw_response.create(model="gpt-5", messages=MESSAGES)
    assert raw.headers["x-request-id"] == "req_1"
    assert raw.parse().choices[0].message.content == DEFAULT
    async with chat.with_streaming_response.create(model="gpt-5", messages=MESSAGES) as streamed:
        assert json.loads(await streamed.read())["choices"][0]["message"]["content"] == DEFAULT


# --- responses


@pytest.mark.parametrize("given", ["hi", [{"role": "user", "content": "hi"}]])
def test_a_response_is_given(vendor: StandIn, openai_client: OpenAI, given: Any) -> None:
    vendor.counts(100, 20, cached=40)
    reply = openai_client.responses.create(model="gpt-5", input=given, instructions="Be short.")
    assert (reply.output_text, reply.status, reply.instructions) == (DEFAULT, "completed", "Be short.")
    assert reply.usage is not None
    assert (reply.usage.input_tokens, reply.usage.output_tokens, reply.usage.total_tokens) == (100, 20, 120)
    assert reply.usage.input_tokens_details.cached_tokens == 40
    assert (vendor.last.route, vendor.last.json["input"]) == ("openai.responses", given)


async def test_an_async_response_is_given(async_openai_client: AsyncOpenAI) -> None:
    assert (await async_openai_client.responses.create(model="gpt-5", input="hi")).output_text == DEFAULT


def test_a_response_is_streamed_with_all_its_events(openai_client: OpenAI) -> None:
    events = list(openai_client.responses.create(model="gpt-5", input="hi", stream=True))
    assert [event.type for event in events] == EVENTS
    assert [getattr(event, "sequence_number", None) for event in events] == list(range(len(events)))
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.usage is not None
    assert (last.response.output_text, last.response.usage.total_tokens) == (DEFAULT, 18)


async def test_an_async_response_is_streamed_with_all_its_events(async_openai_client: AsyncOpenAI) -> None:
    stream = await async_openai_client.responses.create(model="gpt-5", input="hi", stream=True)
    assert [event.type async for event in stream] == EVENTS


def test_a_response_is_streamed_by_the_helper_and_parsed(vendor: StandIn, openai_client: OpenAI) -> None:
    vendor.answer(VIENNA.model_dump_json())
    with openai_client.responses.stream(model="gpt-5", input="hi", text_format=City) as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        assert stream.get_final_response().output_parsed == VIENNA
    assert "".join(deltas) == VIENNA.model_dump_json()


async def test_an_async_response_is_streamed_by_the_helper(async_openai_client: AsyncOpenAI) -> None:
    async with async_openai_client.responses.stream(model="gpt-5", input="hi") as stream:
        assert (await stream.get_final_response()).output_text == DEFAULT


def test_a_response_is_parsed(vendor: StandIn, openai_client: OpenAI) -> None:
    vendor.answer(VIENNA.model_dump_json())
    reply = openai_client.responses.parse(model="gpt-5", input="hi", text_format=City)
    assert reply.output_parsed == VIENNA
    assert vendor.last.json["text"]["format"]["type"] == "json_schema"


async def test_an_async_response_is_parsed(vendor: StandIn, async_openai_client: AsyncOpenAI) -> None:
    vendor.answer(VIENNA.model_dump_json())
    reply = await async_openai_client.responses.parse(model="gpt-5", input="hi", text_format=City)
    assert reply.output_parsed == VIENNA


def test_a_response_calls_a_tool_and_takes_its_result(vendor: StandIn, openai_client: OpenAI) -> None:
    vendor.calls("add", a=1, b=2)
    reply = openai_client.responses.create(model="gpt-5", input="hi", tools=[TOOL])
    [call] = reply.output
    assert call.type == "function_call"
    assert (call.name, call.arguments) == ("add", '{"a": 1, "b": 2}')
    asked: Any = [*MESSAGES, call, {"type": "function_call_output", "call_id": call.call_id, "output": "3"}]
    assert openai_client.responses.create(model="gpt-5", input=asked).output_text == DEFAULT


async def test_a_streamed_async_response_calls_a_tool(vendor: StandIn, async_openai_client: AsyncOpenAI) -> None:
    vendor.calls("add", a=1, b=2)
    async with async_openai_client.responses.stream(model="gpt-5", input="hi", tools=[TOOL]) as stream:
        done = [event async for event in stream if event.type == "response.function_call_arguments.done"]
        [call] = (await stream.get_final_response()).output
    assert call.type == "function_call"
    assert [event.arguments for event in done] == [call.arguments] == ['{"a": 1, "b": 2}']


async def test_a_raw_response_has_head_and_body(openai_client: OpenAI, async_openai_client: AsyncOpenAI) -> None:
    raw = openai_client.responses.with_raw_response.create(model="gpt-5", input="hi")
    assert (raw.headers["x-request-id"], raw.parse().output_text) == ("req_1", DEFAULT)
    async_raw = await async_openai_client.responses.with_raw_response.create(model="gpt-5", input="hi")
    assert (async_raw.headers["x-request-id"], async_raw.parse().output_text) == ("req_2", DEFAULT)


async def test_input_tokens_are_counted(
    vendor: StandIn, openai_client: OpenAI, async_openai_client: AsyncOpenAI
) -> None:
    vendor.counts(42, 0)
    assert openai_client.responses.input_tokens.count(model="gpt-5", input="hi").input_tokens == 42
    counted = await async_openai_client.responses.input_tokens.count(model="gpt-5", input="hi")
    assert (counted.input_tokens, vendor.last.route) == (42, "openai.input_tokens")


async def test_models_are_listed(vendor: StandIn, openai_client: OpenAI, async_openai_client: AsyncOpenAI) -> None:
    assert [model.id for model in openai_client.models.list()] == ["gpt-5", "gpt-5-mini"]
    assert (await async_openai_client.models.retrieve("gpt-5")).id == "gpt-5"
    assert [received.route for received in vendor.requests] == ["openai.models"] * 2


# --- Azure


def test_azure_answers(vendor: StandIn, azure_client: AzureOpenAI) -> None:
    assert azure_client.chat.completions.create(model="own", messages=MESSAGES).choices[0].message.content == DEFAULT
    assert vendor.last.route == "azure.chat"
    assert vendor.last.path.startswith("/openai/deployments/own/chat/completions?api-version=")
    chunks = list(azure_client.chat.completions.create(model="own", messages=MESSAGES, stream=True))
    assert text_of(chunks) == DEFAULT
    assert azure_client.responses.create(model="own", input="hi").output_text == DEFAULT
    assert vendor.last.route == "azure.responses"
    assert azure_client.responses.input_tokens.count(model="own", input="hi").input_tokens == 11
    assert [model.id for model in azure_client.models.list()] == ["gpt-5", "gpt-5-mini"]


async def test_async_azure_answers(vendor: StandIn, async_azure_client: AsyncAzureOpenAI) -> None:
    chat = async_azure_client.chat.completions
    assert (await chat.create(model="own", messages=MESSAGES)).choices[0].message.content == DEFAULT
    assert text_of([part async for part in await chat.create(model="own", messages=MESSAGES, stream=True)]) == DEFAULT
    stream = await async_azure_client.responses.create(model="own", input="hi", stream=True)
    assert [event.type async for event in stream] == EVENTS
    assert [received.route for received in vendor.requests] == ["azure.chat", "azure.chat", "azure.responses"]


# --- faults

ERRORS = [
    (400, openai.BadRequestError),
    (401, openai.AuthenticationError),
    (404, openai.NotFoundError),
    (429, openai.RateLimitError),
    (500, openai.InternalServerError),
]


@pytest.mark.parametrize(("status", "error"), ERRORS)
async def test_errors_are_the_sdks_own(
    vendor: StandIn,
    openai_client: OpenAI,
    async_openai_client: AsyncOpenAI,
    status: int,
    error: type[openai.APIStatusError],
) -> None:
    vendor.fail_next(status, times=2)
    with pytest.raises(error, match=f"told to answer with {status}") as caught:
        openai_client.with_options(max_retries=0).responses.create(model="gpt-5", input="hi")
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["type"]
    with pytest.raises(error):
        await async_openai_client.with_options(max_retries=0).chat.completions.create(
            model="gpt-5", messages=MESSAGES, stream=True
        )


def test_azures_errors_are_the_sdks_own(vendor: StandIn, azure_client: AzureOpenAI) -> None:
    vendor.fail_next(401)
    with pytest.raises(openai.AuthenticationError) as caught:
        azure_client.chat.completions.create(model="own", messages=MESSAGES)
    assert caught.value.code == "invalid_api_key"


async def test_what_is_retried_sends_the_same_body(
    vendor: StandIn, openai_client: OpenAI, async_openai_client: AsyncOpenAI
) -> None:
    vendor.fail_next(429)
    vendor.fail_next(503)
    assert openai_client.chat.completions.create(model="gpt-5", messages=MESSAGES).choices[0].message.content == DEFAULT
    vendor.fail_next(500, times=2)
    assert (await async_openai_client.responses.create(model="gpt-5", input="hi")).output_text == DEFAULT
    assert len({received.body for received in vendor.requests[:3]}) == 1
    assert len({received.body for received in vendor.requests[3:]}) == 1
    assert len(vendor.requests) == 6


async def test_a_dropped_connection_is_an_error(
    vendor: StandIn, openai_client: OpenAI, async_openai_client: AsyncOpenAI
) -> None:
    vendor.drop_next()
    with pytest.raises(openai.APIConnectionError):
        openai_client.with_options(max_retries=0).responses.create(model="gpt-5", input="hi")
    vendor.drop_next()
    with pytest.raises(openai.APIConnectionError):
        await async_openai_client.with_options(max_retries=0).responses.create(model="gpt-5", input="hi")


async def test_a_stream_that_is_cut_is_an_error(
    vendor: StandIn, openai_client: OpenAI, async_openai_client: AsyncOpenAI
) -> None:
    vendor.cut_next_stream(2)
    stream = openai_client.chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True)
    assert [next(stream), next(stream)]
    with pytest.raises(CUT):
        next(stream)
    vendor.cut_next_stream(1)
    async_stream = await async_openai_client.responses.create(model="gpt-5", input="hi", stream=True)
    assert (await anext(async_stream)).type == "response.created"
    with pytest.raises(CUT):
        await anext(async_stream)
