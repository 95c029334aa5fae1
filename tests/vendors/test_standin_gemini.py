"""Gemini's SDK works with the stand-in: every surface that takes a prompt, sync and async."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import httpx
import httpx2
import pytest
from google import genai
from google.genai import errors
from google.genai.client import AsyncClient
from google.genai.types import (
    AutomaticFunctionCallingConfig,
    FunctionDeclaration,
    GenerateContentConfig,
    GenerateContentResponse,
    HttpOptions,
    Tool,
)
from pydantic import BaseModel

from tests.vendors.conftest import GEMINI_RETRIES
from tests.vendors.speech import DEFAULT
from tests.vendors.standin import StandIn

MODEL = "gemini-2.5-flash"
HI = [{"role": "user", "parts": [{"text": "hi"}]}]
RETRYING = GenerateContentConfig(http_options=HttpOptions(retry_options=GEMINI_RETRIES))
JSON_SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}, "people": {"type": "integer"}}}
DECLARED = GenerateContentConfig(
    tools=[Tool(function_declarations=[FunctionDeclaration(name="add", parameters_json_schema={"type": "object"})])]
)


class City(BaseModel):
    name: str
    people: int


VIENNA = City(name="Wien", people=2_000_000)


def add(a: int, b: int) -> int:
    """Add."""
    return a + b


async def async_add(a: int, b: int) -> int:
    """Add."""
    return a + b


# google-genai 2 reads annotations as they stand, and in this file they would be texts.
add.__annotations__ = async_add.__annotations__ = {"a": int, "b": int, "return": int}


def text_of(chunks: list[GenerateContentResponse]) -> str:
    return "".join(chunk.text or "" for chunk in chunks)


def contents(body: Any) -> Any:
    """Return what was asked, whatever the order of the keys."""
    return [(one["role"], [part["text"] for part in one["parts"]]) for one in body["contents"]]


def test_content_is_generated(vendor: StandIn, gemini_client: genai.Client) -> None:
    vendor.counts(100, 20, cached=40)
    reply = gemini_client.models.generate_content(model=MODEL, contents="hi")
    assert (reply.text, reply.model_version, reply.response_id) == (DEFAULT, MODEL, "req_1")
    usage = reply.usage_metadata
    assert usage is not None
    assert (usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count) == (100, 20, 120)
    assert usage.cached_content_token_count == 40
    assert reply.candidates is not None
    assert reply.candidates[0].finish_reason == "STOP"
    assert (vendor.last.route, vendor.last.json) == ("gemini.generate", {"contents": HI})


async def test_async_content_is_generated(vendor: StandIn, async_gemini_client: AsyncClient) -> None:
    vendor.answer("Grüße\u2028!")
    reply = await async_gemini_client.models.generate_content(model=MODEL, contents="hi")
    assert (reply.text, vendor.last.route, vendor.last.json) == ("Grüße\u2028!", "gemini.generate", {"contents": HI})


def test_content_is_streamed(vendor: StandIn, gemini_client: genai.Client) -> None:
    chunks = list(gemini_client.models.generate_content_stream(model=MODEL, contents="hi"))
    assert (text_of(chunks), len(chunks)) == (DEFAULT, 3)
    last = chunks[-1]
    assert last.usage_metadata is not None
    assert last.candidates is not None
    assert (last.usage_metadata.total_token_count, last.candidates[0].finish_reason) == (18, "STOP")
    assert (vendor.last.route, vendor.last.json) == ("gemini.stream", {"contents": HI})


async def test_async_content_is_streamed_and_asked_for_at_the_first_chunk(
    vendor: StandIn, async_gemini_client: AsyncClient
) -> None:
    stream = await async_gemini_client.models.generate_content_stream(model=MODEL, contents="hi")
    assert vendor.requests == []
    assert text_of([chunk async for chunk in stream]) == DEFAULT
    assert vendor.last.route == "gemini.stream"


async def test_tokens_are_counted(
    vendor: StandIn, gemini_client: genai.Client, async_gemini_client: AsyncClient
) -> None:
    vendor.counts(42, 0)
    assert gemini_client.models.count_tokens(model=MODEL, contents="hi").total_tokens == 42
    assert (await async_gemini_client.models.count_tokens(model=MODEL, contents="hi")).total_tokens == 42
    assert [received.route for received in vendor.requests] == ["gemini.count_tokens"] * 2


def test_a_chat_remembers(vendor: StandIn, gemini_client: genai.Client) -> None:
    chat = gemini_client.chats.create(model=MODEL)
    assert chat.send_message("one").text == DEFAULT
    assert text_of(list(chat.send_message_stream("two"))) == DEFAULT
    chat.send_message("three")
    asked = contents(vendor.last.json)
    assert [(role, texts[0]) for role, texts in asked if role == "user"] == [
        ("user", "one"),
        ("user", "two"),
        ("user", "three"),
    ]
    assert [received.route for received in vendor.requests] == ["gemini.generate", "gemini.stream", "gemini.generate"]


async def test_an_async_chat_remembers(vendor: StandIn, async_gemini_client: AsyncClient) -> None:
    chat = async_gemini_client.chats.create(model=MODEL)
    assert (await chat.send_message("one")).text == DEFAULT
    assert text_of([chunk async for chunk in await chat.send_message_stream("two")]) == DEFAULT
    assert contents(vendor.last.json) == [("user", ["one"]), ("model", [DEFAULT]), ("user", ["two"])]


async def test_functions_are_called(
    vendor: StandIn, gemini_client: genai.Client, async_gemini_client: AsyncClient
) -> None:
    vendor.calls("add", a=1, b=2)
    vendor.calls("now")
    reply = gemini_client.models.generate_content(model=MODEL, contents="hi", config=DECLARED)
    assert [(call.name, call.args) for call in reply.function_calls or []] == [("add", {"a": 1, "b": 2}), ("now", {})]
    stream = await async_gemini_client.models.generate_content_stream(model=MODEL, contents="hi", config=DECLARED)
    names = [call.name async for chunk in stream for call in chunk.function_calls or []]
    assert names == ["add", "now"]


async def test_functions_are_called_by_the_sdk_itself(
    vendor: StandIn, gemini_client: genai.Client, async_gemini_client: AsyncClient
) -> None:
    vendor.calls("add", a=1, b=2)
    config = GenerateContentConfig(tools=[add])
    assert gemini_client.chats.create(model=MODEL, config=config).send_message("hi").text == DEFAULT
    assert len(vendor.requests) == 2
    assert "3" in json.dumps(vendor.last.json["contents"][-1])
    vendor.clear()
    vendor.calls("async_add", a=1, b=2)
    async_config = GenerateContentConfig(tools=[async_add])
    reply = await async_gemini_client.chats.create(model=MODEL, config=async_config).send_message("hi")
    assert (reply.text, len(vendor.requests)) == (DEFAULT, 2)


def test_a_function_is_not_called_where_that_is_turned_off(vendor: StandIn, gemini_client: genai.Client) -> None:
    vendor.calls("add", a=1, b=2)
    config = GenerateContentConfig(tools=[add], automatic_function_calling=AutomaticFunctionCallingConfig(disable=True))
    reply = gemini_client.models.generate_content(model=MODEL, contents="hi", config=config)
    assert [call.name for call in reply.function_calls or []] == ["add"]
    assert len(vendor.requests) == 1


@pytest.mark.parametrize("schema", [{"response_schema": City}, {"response_json_schema": City.model_json_schema()}])
async def test_content_is_given_as_a_schema_says(
    vendor: StandIn, gemini_client: genai.Client, async_gemini_client: AsyncClient, schema: dict[str, Any]
) -> None:
    vendor.answer(VIENNA.model_dump_json())
    config = GenerateContentConfig(response_mime_type="application/json", **schema)
    reply = gemini_client.models.generate_content(model=MODEL, contents="hi", config=config)
    assert City.model_validate(reply.parsed) == VIENNA
    sent = vendor.last.json["generationConfig"]
    [name] = {"responseSchema", "response_schema", "responseJsonSchema", "response_json_schema"} & set(sent)
    assert set(sent[name]["properties"]) == {"name", "people"}
    async_reply = await async_gemini_client.models.generate_content(model=MODEL, contents="hi", config=config)
    assert City.model_validate(async_reply.parsed) == VIENNA


ERRORS = [
    (400, errors.ClientError, "INVALID_ARGUMENT"),
    (401, errors.ClientError, "UNAUTHENTICATED"),
    (429, errors.ClientError, "RESOURCE_EXHAUSTED"),
    (500, errors.ServerError, "INTERNAL"),
    (503, errors.ServerError, "UNAVAILABLE"),
]


@pytest.mark.parametrize(("status", "error", "kind"), ERRORS)
async def test_errors_are_the_sdks_own(
    vendor: StandIn,
    gemini_client: genai.Client,
    async_gemini_client: AsyncClient,
    status: int,
    error: type[errors.APIError],
    kind: str,
) -> None:
    vendor.fail_next(status, times=3)
    with pytest.raises(error, match=f"told to answer with {status}") as caught:
        gemini_client.models.generate_content(model=MODEL, contents="hi")
    assert (caught.value.code, caught.value.status) == (status, kind)
    with pytest.raises(error):
        list(gemini_client.models.generate_content_stream(model=MODEL, contents="hi"))
    with pytest.raises(error):
        await async_gemini_client.models.generate_content(model=MODEL, contents="hi")
    assert len(vendor.requests) == 3


async def test_what_is_retried_sends_the_same_body(
    vendor: StandIn, gemini_client: genai.Client, async_gemini_client: AsyncClient
) -> None:
    vendor.fail_next(429)
    vendor.fail_next(503)
    assert gemini_client.models.generate_content(model=MODEL, contents="hi", config=RETRYING).text == DEFAULT
    vendor.fail_next(500, times=2)
    reply = await async_gemini_client.models.generate_content(model=MODEL, contents="hi", config=RETRYING)
    assert reply.text == DEFAULT
    assert len({received.body for received in vendor.requests[:3]}) == 1
    assert len({received.body for received in vendor.requests[3:]}) == 1
    assert len(vendor.requests) == 6


def test_a_dropped_connection_is_an_error(vendor: StandIn, gemini_client: genai.Client) -> None:
    # Of the sync client only: what the async one does then is up to aiohttp, which asks again by itself.
    vendor.drop_next()
    with pytest.raises((httpx.RemoteProtocolError, httpx2.RemoteProtocolError)):
        gemini_client.models.generate_content(model=MODEL, contents="hi")


def test_a_stream_that_is_cut_is_an_error(vendor: StandIn, gemini_client: genai.Client) -> None:
    vendor.cut_next_stream(1)
    stream = gemini_client.models.generate_content_stream(model=MODEL, contents="hi")
    assert next(stream).text == DEFAULT[:8]
    with pytest.raises((httpx.RemoteProtocolError, httpx2.RemoteProtocolError)):
        next(stream)


async def test_an_async_stream_that_is_cut_is_an_error(vendor: StandIn, async_gemini_client: AsyncClient) -> None:
    vendor.cut_next_stream(1)
    stream = await async_gemini_client.models.generate_content_stream(model=MODEL, contents="hi")
    assert (await anext(stream)).text == DEFAULT[:8]
    with pytest.raises(aiohttp.ClientPayloadError):
        await anext(stream)
