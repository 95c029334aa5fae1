"""Gemini's client, wrapped: each surface sends what it sent before, but for texts that became smaller."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google import genai
from google.genai import errors, types

from kaizen_client import KaizenConfigError
from kaizen_client.integrations import Usage, kaizen_of, wrap
from tests.vendors.conftest import GEMINI_RETRIES, KEY
from tests.vendors.speech import DEFAULT
from tests.vendors.standin import StandIn
from tests.vendors.wrapped import (
    EMBEDDED,
    JSON,
    KTOF,
    PROMPT,
    ROWS,
    assert_only_texts_differ,
    assert_same,
    two,
    wrapped,
)

MODEL = "gemini-stand-in"
SYSTEM = types.GenerateContentConfig(system_instruction="Be brief.", temperature=0.0)
CONTENTS: Any = [
    types.Content(
        role="user",
        parts=[types.Part(text=PROMPT), types.Part(inline_data=types.Blob(mime_type="image/png", data=b"AAAA"))],
    ),
    types.Content(role="model", parts=[types.Part(function_call=types.FunctionCall(name="rows", args={"a": [1, 2]}))]),
    types.Content(
        role="user",
        parts=[types.Part(function_response=types.FunctionResponse(name="rows", response={"result": JSON, "n": 12}))],
    ),
]


@pytest.fixture
def client(vendor: StandIn) -> Iterator[genai.Client]:
    options = types.HttpOptions(base_url=vendor.url, retry_options=GEMINI_RETRIES)
    with genai.Client(api_key=KEY, http_options=options) as found:
        yield found


def _text(models: Any) -> Any:
    return models.generate_content(model=MODEL, contents=PROMPT)


def _contents(models: Any) -> Any:
    return models.generate_content(model=MODEL, contents=CONTENTS, config=SYSTEM)


def _count_tokens(models: Any) -> Any:
    return models.count_tokens(model=MODEL, contents=PROMPT)


PLAIN: list[Callable[[Any], Any]] = [_text, _contents, _count_tokens]


@pytest.mark.parametrize("call", PLAIN)
def test_a_sync_call_differs_in_its_texts_alone(vendor: StandIn, client: genai.Client, call: Any) -> None:
    other = wrapped(client)
    replies = call(client.models), call(other.models)
    assert type(replies[0]) is type(replies[1])
    assert_only_texts_differ(*two(vendor), ascii_only=True)
    assert kaizen_of(other).totals.calls == (0 if call is _count_tokens else 1)


@pytest.mark.parametrize("call", PLAIN)
async def test_an_async_call_differs_in_its_texts_alone(vendor: StandIn, client: genai.Client, call: Any) -> None:
    other = wrapped(client)
    async with client.aio as plain:
        replies = await call(plain.models), await call(other.aio.models)
    assert type(replies[0]) is type(replies[1])
    assert_only_texts_differ(*two(vendor), ascii_only=True)
    assert kaizen_of(other).totals.calls == (0 if call is _count_tokens else 1)


def test_a_sync_stream_passes_through_and_reports_at_its_end(vendor: StandIn, client: genai.Client) -> None:
    vendor.counts(100, 20, cached=40)
    other = wrapped(client)
    plain, chunks = (one.models.generate_content_stream(model=MODEL, contents=PROMPT) for one in (client, other))
    assert "".join(chunk.text or "" for chunk in plain) == DEFAULT
    assert kaizen_of(other).totals.calls == 0
    assert "".join(chunk.text or "" for chunk in chunks) == DEFAULT
    assert kaizen_of(other).totals.calls == 1
    assert kaizen_of(other).totals.usage == Usage(100, 20, cached=40)
    assert_only_texts_differ(*two(vendor), ascii_only=True)


async def test_an_async_stream_passes_through_and_reports_at_its_end(vendor: StandIn, client: genai.Client) -> None:
    vendor.counts(100, 20, cached=40)
    other = wrapped(client)
    async with client.aio as plain:
        for aio in (plain, other.aio):
            stream = await aio.models.generate_content_stream(model=MODEL, contents=PROMPT)
            assert "".join([chunk.text or "" async for chunk in stream]) == DEFAULT
    assert kaizen_of(other).totals.calls == 1
    assert kaizen_of(other).totals.usage == Usage(100, 20, cached=40)
    assert_only_texts_differ(*two(vendor), ascii_only=True)


def test_a_chat_keeps_its_history_as_it_was_given(vendor: StandIn, client: genai.Client) -> None:
    other = wrapped(client)
    histories = []
    for one in (client, other):
        chat = one.chats.create(model=MODEL)
        chat.send_message(PROMPT)
        for _ in chat.send_message_stream("And then?"):
            pass
        histories.append([part.text for content in chat.get_history() for part in content.parts or []])
    assert histories[0] == histories[1]
    assert histories[1][0] == PROMPT
    first, second, third, fourth = vendor.requests
    assert_only_texts_differ(first, third, ascii_only=True)
    assert_only_texts_differ(second, fourth, ascii_only=True)
    # The same text, the same bytes: the vendor's prompt cache stays warm.
    assert json.dumps(third.json["contents"][0]) == json.dumps(fourth.json["contents"][0])
    assert kaizen_of(other).totals.calls == 2


async def test_an_async_chat_is_rewritten_too(vendor: StandIn, client: genai.Client) -> None:
    other = wrapped(client)
    async with other.aio as aio:
        await aio.chats.create(model=MODEL).send_message(PROMPT)
    assert vendor.last.json["contents"][0]["parts"][0]["text"] != PROMPT


def test_what_a_function_gave_back_becomes_text_where_that_is_smaller(vendor: StandIn, client: genai.Client) -> None:
    other = wrapped(client)
    answer = types.FunctionResponse(name="rows", response={"rows": ROWS, "n": 12, "deep": [[[1]]], "note": "as it is"})
    other.models.generate_content(
        model=MODEL, contents=[types.Content(role="user", parts=[types.Part(function_response=answer)])]
    )
    (part,) = vendor.last.json["contents"][0]["parts"]
    assert part["functionResponse"]["response"] == {"rows": KTOF, "n": 12, "deep": [[[1]]], "note": "as it is"}


def test_automatic_function_calling_goes_on_as_before(vendor: StandIn, client: genai.Client) -> None:
    def rows():  # type: ignore[no-untyped-def] # the SDK reads no annotations that are strings
        """Give the rows."""
        return ROWS

    vendor.calls("rows")
    other = wrapped(client)
    chat = other.chats.create(model=MODEL, config=types.GenerateContentConfig(tools=[rows]))
    assert chat.send_message("Which rows?").text == DEFAULT
    (part,) = vendor.last.json["contents"][-1]["parts"]
    assert part["functionResponse"]["response"] == {"result": KTOF}
    assert kaizen_of(other).totals.calls == 2


def test_a_structured_reply_is_parsed_as_before(vendor: StandIn, client: genai.Client) -> None:
    vendor.answer('{"name": "Wien"}')
    config = types.GenerateContentConfig(
        response_mime_type="application/json",
        response_schema={"type": "OBJECT", "properties": {"name": {"type": "STRING"}}},
    )
    other = wrapped(client)
    for one in (client, other):
        reply = one.models.generate_content(model=MODEL, contents=PROMPT, config=config)
        assert reply.parsed == {"name": "Wien"}
    assert_only_texts_differ(*two(vendor), ascii_only=True)


def test_usage_and_model_are_reported(vendor: StandIn, client: genai.Client) -> None:
    reports: list[Any] = []
    other = wrapped(client, on_report=reports.append)
    vendor.counts(100, 20, cached=40)
    _text(other.models)
    list(other.models.generate_content_stream(model=MODEL, contents=PROMPT))
    assert [report.usage for report in reports] == [Usage(100, 20, cached=40)] * 2
    assert [(report.provider, report.model, report.route) for report in reports] == [
        ("gemini", MODEL, ":generateContent"),
        ("gemini", MODEL, ":streamGenerateContent"),
    ]


def test_a_stream_that_is_closed_early_is_reported_once(vendor: StandIn, client: genai.Client) -> None:
    other = wrapped(client)
    stream = other.models.generate_content_stream(model=MODEL, contents=PROMPT)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    del stream
    gc.collect()
    assert kaizen_of(other).totals.calls == 1


@pytest.mark.parametrize("failure", [429, 500])
def test_the_vendors_retries_send_the_same_bytes_again(vendor: StandIn, client: genai.Client, failure: int) -> None:
    other = wrapped(client)
    vendor.fail_next(failure)
    _text(other.models)
    first, second = vendor.requests
    assert first.body == second.body
    assert kaizen_of(other).totals.calls == 1


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_the_vendors_errors_pass_through_untouched(vendor: StandIn, client: genai.Client, status: int) -> None:
    other = wrapped(client)
    found: list[errors.APIError] = []
    for one in (client, other):
        vendor.fail_next(status, times=3)
        with pytest.raises(errors.APIError) as caught:
            _text(one.models)
        found.append(caught.value)
        vendor.clear()
        vendor.fail_next(status, times=3)
        with pytest.raises(errors.APIError):
            list(one.models.generate_content_stream(model=MODEL, contents=PROMPT))
        vendor.clear()
    assert type(found[0]) is type(found[1])
    assert str(found[0]) == str(found[1])
    assert kaizen_of(other).totals.calls == 0


# The client itself.


def test_a_wrapped_client_is_of_its_type_and_wrapped_once() -> None:
    original = genai.Client(api_key=KEY)
    client = wrap(original, kaizen=EMBEDDED)
    assert isinstance(client, genai.Client)
    assert (type(client).__name__, type(client).__module__) == (genai.Client.__name__, genai.Client.__module__)
    assert wrap(client) is client
    assert type(original) is genai.Client
    assert not hasattr(original, "kaizen")
    with pytest.raises(KaizenConfigError, match="wrapped already"):
        wrap(client, mode="audit")


def test_settings_and_key_are_those_of_the_client_that_was_given(vendor: StandIn, client: genai.Client) -> None:
    other = wrapped(client)
    _text(client.models)
    _text(other.models)
    plain, wrapped_one = vendor.requests
    assert wrapped_one.headers["x-goog-api-key"] == plain.headers["x-goog-api-key"] == KEY
    assert vendor.connections <= 1
    assert other.vertexai == client.vertexai


def test_collecting_one_of_the_two_leaves_the_other_open(vendor: StandIn) -> None:
    options = types.HttpOptions(base_url=vendor.url)
    client = genai.Client(api_key=KEY, http_options=options)
    other = wrapped(client)
    del other
    gc.collect()
    _text(client.models)
    other = wrapped(client)
    del client
    gc.collect()
    _text(other.models)
    assert len(vendor.requests) == 2
    other.close()


def test_a_client_of_a_class_of_ones_own_stays_of_it(vendor: StandIn) -> None:
    class Own(genai.Client):
        def __init__(self, url: str) -> None:
            super().__init__(api_key=KEY, http_options=types.HttpOptions(base_url=url))
            self.asked = 0

        def ask(self, text: str) -> str | None:
            self.asked += 1
            return self.models.generate_content(model=MODEL, contents=text).text

    own = Own(vendor.url)
    with own:
        client: Any = wrapped(own)
        assert isinstance(client, Own)
        assert client.ask(PROMPT) == DEFAULT
        assert (client.asked, own.asked) == (1, 0)
    assert vendor.last.json["contents"][0]["parts"][0]["text"] != PROMPT


def test_an_audit_sends_what_was_given(vendor: StandIn, client: genai.Client) -> None:
    other = wrapped(client, mode="audit")
    for one in (client, other):
        _contents(one.models)
    assert_same(*two(vendor))
    assert kaizen_of(other).totals.saved > 0


def test_no_secret_is_shown(client: genai.Client) -> None:
    other = wrapped(client)
    assert KEY not in repr(other) + repr(kaizen_of(other))


async def test_aio_goes_on_when_its_client_is_collected(vendor: StandIn) -> None:
    def made() -> Any:
        return wrapped(genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=vendor.url))).aio

    async with made() as aio:
        gc.collect()
        await asyncio.sleep(0)
        assert (await aio.models.generate_content(model=MODEL, contents=PROMPT)).text == DEFAULT


def test_a_client_that_was_used_before_is_wrapped_like_a_new_one(vendor: StandIn, client: genai.Client) -> None:
    client.chats.create(model=MODEL)
    _text(client.models)
    _text(wrapped(client).models)
    assert_only_texts_differ(*two(vendor), ascii_only=True)


@pytest.mark.parametrize("path", ["_api_client.request", "models.generate_content", "aio.models.generate_content"])
def test_a_client_whose_methods_another_library_replaced_is_refused(client: genai.Client, path: str) -> None:
    *parts, name = path.split(".")
    owner: Any = client
    for part in parts:
        owner = getattr(owner, part)
    setattr(owner, name, lambda *_, **__: None)
    with pytest.raises(KaizenConfigError, match=rf"replaced \w+\.{name}\(\).*wrap the client first"):
        wrapped(client)


def test_a_stream_without_a_chunk_is_reported(vendor: StandIn, client: genai.Client) -> None:
    other = wrapped(client)
    vendor.fail_next(200, headers={"content-type": "text/event-stream"}, body=b"")
    assert list(other.models.generate_content_stream(model=MODEL, contents=PROMPT)) == []
    assert kaizen_of(other).totals.calls == 1
