"""OpenAI's clients, wrapped: each surface sends what it sent before, but for texts that became smaller."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable
from typing import Any

import httpx
import httpx2
import openai
import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, OpenAI
from pydantic import BaseModel

from kaizen_client import KaizenConfigError
from kaizen_client.integrations import Price, Usage, kaizen_of, wrap
from tests.vendors.speech import DEFAULT
from tests.vendors.standin import StandIn
from tests.vendors.wrapped import (
    EMBEDDED,
    JSON,
    PROMPT,
    PROMPT_SENT,
    assert_only_texts_differ,
    assert_same,
    two,
    wrapped,
)

#: How a stream that is cut shows itself: newer versions wrap what their HTTP library raises.
CUT = (openai.APIConnectionError, httpx.RemoteProtocolError, httpx2.RemoteProtocolError)

CHAT: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": PROMPT}]}
PARTS: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": PROMPT},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "rows", "arguments": '{"a": [1]}'}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": JSON},
    ],
    "tools": [{"type": "function", "function": {"name": "rows", "parameters": {"type": "object", "properties": {}}}}],
    "temperature": 0,
    "extra_body": {"own": JSON},
}
TEXT: dict[str, Any] = {"model": "gpt-4o", "input": PROMPT}
ITEMS: dict[str, Any] = {
    "model": "gpt-4o",
    "instructions": "Be brief.",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": PROMPT}]},
        {"type": "function_call", "call_id": "c1", "name": "rows", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": JSON},
    ],
    "store": False,
}


class City(BaseModel):
    name: str


def _chat(client: Any) -> Any:
    return client.chat.completions.create(**CHAT)


def _parts(client: Any) -> Any:
    return client.chat.completions.create(**{**PARTS, "extra_body": None})


def _chat_raw(client: Any) -> Any:
    return client.chat.completions.with_raw_response.create(**CHAT)


def _chat_parse(client: Any) -> Any:
    return client.chat.completions.parse(**CHAT, response_format=City)


def _text(client: Any) -> Any:
    return client.responses.create(**TEXT)


def _items(client: Any) -> Any:
    return client.responses.create(**ITEMS)


def _text_raw(client: Any) -> Any:
    return client.responses.with_raw_response.create(**TEXT)


def _text_parse(client: Any) -> Any:
    return client.responses.parse(**TEXT, text_format=City)


def _derived(client: Any) -> Any:
    return client.with_options(timeout=9, max_retries=1).responses.create(**TEXT)


def _copied(client: Any) -> Any:
    return client.copy(default_headers={"x-own": "1"}).chat.completions.create(**CHAT)


def _input_tokens(client: Any) -> Any:
    return client.responses.input_tokens.count(**TEXT)


def _generic(client: Any) -> Any:
    return client.post("/chat/completions", cast_to=object, body=CHAT)


PLAIN: list[Callable[[Any], Any]] = [
    _chat, _parts, _chat_raw, _chat_parse, _text, _items, _text_raw, _text_parse, _derived, _copied, _input_tokens,
    _generic,
]  # fmt: skip
STRUCTURED = {_chat_parse, _text_parse}


def _chat_stream(client: Any) -> Any:
    return client.chat.completions.create(**CHAT, stream=True, stream_options={"include_usage": True})


def _text_stream(client: Any) -> Any:
    return client.responses.create(**TEXT, stream=True)


def _chat_raw_stream(client: Any) -> Any:
    return client.chat.completions.with_raw_response.create(**CHAT, stream=True, stream_options={"include_usage": True})


def _text_raw_stream(client: Any) -> Any:
    return client.responses.with_raw_response.create(**TEXT, stream=True)


STREAMS: list[Callable[[Any], Any]] = [_chat_stream, _text_stream, _chat_raw_stream, _text_raw_stream]


def _chat_manager(client: Any) -> Any:
    return client.chat.completions.stream(**CHAT, stream_options={"include_usage": True})


def _text_manager(client: Any) -> Any:
    return client.responses.stream(**TEXT)


def _chat_streaming_response(client: Any) -> Any:
    return client.chat.completions.with_streaming_response.create(**CHAT)


def _text_streaming_response(client: Any) -> Any:
    return client.responses.with_streaming_response.create(**TEXT)


MANAGERS: list[Callable[[Any], Any]] = [_chat_manager, _text_manager]
READ_LATER: list[Callable[[Any], Any]] = [_chat_streaming_response, _text_streaming_response]


@pytest.fixture(params=["openai", "azure"])
def sync_client(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("openai_client" if request.param == "openai" else "azure_client")


@pytest.fixture(params=["openai", "azure"])
async def async_client(request: pytest.FixtureRequest, vendor: StandIn) -> Any:
    kind: Any = AsyncOpenAI if request.param == "openai" else AsyncAzureOpenAI
    where = (
        {"base_url": f"{vendor.url}/v1"}
        if request.param == "openai"
        else {"azure_endpoint": vendor.url, "api_version": "2025-04-01-preview"}
    )
    async with kind(api_key="test-key-1", **where) as client:
        yield client


@pytest.mark.parametrize("call", PLAIN)
def test_a_sync_call_differs_in_its_texts_alone(vendor: StandIn, sync_client: Any, call: Any) -> None:
    vendor.answer('{"name": "Wien"}')
    client = wrapped(sync_client)
    replies = call(sync_client), call(client)
    assert type(replies[0]) is type(replies[1])
    assert_only_texts_differ(*two(vendor))
    assert client.kaizen.totals.calls == (0 if call is _input_tokens else 1)


@pytest.mark.parametrize("call", PLAIN)
async def test_an_async_call_differs_in_its_texts_alone(vendor: StandIn, async_client: Any, call: Any) -> None:
    vendor.answer('{"name": "Wien"}')
    client = wrapped(async_client)
    replies = await call(async_client), await call(client)
    assert type(replies[0]) is type(replies[1])
    assert_only_texts_differ(*two(vendor))
    assert client.kaizen.totals.calls == (0 if call is _input_tokens else 1)


def text_of(events: list[Any]) -> str:
    parts = [event.delta for event in events if getattr(event, "type", "") == "response.output_text.delta"]
    chunks = [event.choices[0].delta.content for event in events if getattr(event, "choices", None)]
    return "".join(part for part in [*parts, *chunks] if part)


@pytest.mark.parametrize("call", STREAMS)
def test_a_sync_stream_passes_through_and_reports_at_its_end(vendor: StandIn, sync_client: Any, call: Any) -> None:
    vendor.counts(100, 20, cached=40)
    client = wrapped(sync_client)
    plain, other = call(sync_client), call(client)
    if "raw" in call.__name__:
        assert type(plain) is type(other)
        plain, other = plain.parse(), other.parse()
    assert isinstance(other, openai.Stream)
    assert client.kaizen.totals.calls == 0
    events = list(other)
    assert text_of(events) == text_of(list(plain)) == DEFAULT
    assert client.kaizen.totals.calls == 1
    assert client.kaizen.totals.usage == Usage(100, 20, cached=40)
    assert_only_texts_differ(*two(vendor))


@pytest.mark.parametrize("call", STREAMS)
async def test_an_async_stream_passes_through_and_reports_at_its_end(
    vendor: StandIn, async_client: Any, call: Any
) -> None:
    vendor.counts(100, 20, cached=40)
    client = wrapped(async_client)
    plain, other = await call(async_client), await call(client)
    if "raw" in call.__name__:
        plain, other = plain.parse(), other.parse()
    assert isinstance(other, openai.AsyncStream)
    assert client.kaizen.totals.calls == 0
    events = [event async for event in other]
    assert text_of(events) == text_of([event async for event in plain]) == DEFAULT
    assert client.kaizen.totals.calls == 1
    assert client.kaizen.totals.usage == Usage(100, 20, cached=40)
    assert_only_texts_differ(*two(vendor))


@pytest.mark.parametrize("call", MANAGERS)
def test_the_sync_helpers_for_streams_report_at_their_end(vendor: StandIn, sync_client: Any, call: Any) -> None:
    vendor.counts(100, 20)
    client = wrapped(sync_client)
    seen = []
    for one in (sync_client, client):
        with call(one) as stream:
            seen.append([event.type for event in stream])
    assert seen[0] == seen[1] != []
    assert client.kaizen.totals.usage == Usage(100, 20)
    assert_only_texts_differ(*two(vendor))


@pytest.mark.parametrize("call", MANAGERS)
async def test_the_async_helpers_for_streams_report_at_their_end(vendor: StandIn, async_client: Any, call: Any) -> None:
    vendor.counts(100, 20)
    client = wrapped(async_client)
    seen = []
    for one in (async_client, client):
        async with call(one) as stream:
            seen.append([event.type async for event in stream])
    assert seen[0] == seen[1] != []
    assert client.kaizen.totals.usage == Usage(100, 20)
    assert_only_texts_differ(*two(vendor))


@pytest.mark.parametrize("call", READ_LATER)
def test_a_reply_that_is_read_by_the_caller_is_not_read_before_sync(
    vendor: StandIn, sync_client: Any, call: Any
) -> None:
    client = wrapped(sync_client)
    with call(sync_client) as reply:
        reply.parse()
    with call(client) as reply:
        assert not reply.http_response.is_closed
        assert reply.parse() is not None
    assert (client.kaizen.totals.calls, client.kaizen.totals.usage) == (1, Usage(0, 0))
    assert_only_texts_differ(*two(vendor))


@pytest.mark.parametrize("call", READ_LATER)
async def test_a_reply_that_is_read_by_the_caller_is_not_read_before_async(
    vendor: StandIn, async_client: Any, call: Any
) -> None:
    client = wrapped(async_client)
    async with call(async_client) as reply:
        await reply.parse()
    async with call(client) as reply:
        assert not reply.http_response.is_closed
        assert await reply.parse() is not None
    assert client.kaizen.totals.calls == 1
    assert_only_texts_differ(*two(vendor))


def test_what_is_given_as_extra_body_stays(vendor: StandIn, openai_client: OpenAI) -> None:
    wrapped(openai_client).chat.completions.create(**PARTS)
    assert vendor.last.json["own"] == JSON


def test_usage_and_model_are_reported(vendor: StandIn, openai_client: OpenAI) -> None:
    reports: list[Any] = []
    client = wrapped(openai_client, on_report=reports.append)
    vendor.counts(100, 20, cached=40)
    for call in (_chat, _text, _chat_raw, _text_raw):
        call(client)
    assert [report.usage for report in reports] == [Usage(100, 20, cached=40)] * 4
    assert {(report.provider, report.model) for report in reports} == {("openai", "gpt-4o")}
    assert [report.route for report in reports] == ["/chat/completions", "/responses"] * 2


def test_a_reply_that_the_client_refuses_is_reported_since_it_is_paid_for(
    vendor: StandIn, openai_client: OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = wrapped(openai_client)
    completion = client.chat.completions.create(**CHAT)
    error = openai.LengthFinishReasonError(completion=completion)

    def refuse(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(OpenAI, "request", refuse)
    with pytest.raises(openai.LengthFinishReasonError):
        client.chat.completions.create(**CHAT)
    assert kaizen_of(client).totals.calls == 2


def test_other_routes_go_out_as_they_are(vendor: StandIn, openai_client: OpenAI) -> None:
    client = wrapped(openai_client)
    assert list(client.models.list())
    assert kaizen_of(client).totals.calls == 0


def test_a_stream_that_is_closed_early_is_reported_once(vendor: StandIn, openai_client: OpenAI) -> None:
    client = wrapped(openai_client)
    stream = client.chat.completions.create(**CHAT, stream=True)
    next(iter(stream))
    stream.close()
    stream.close()
    assert kaizen_of(client).totals.calls == 1


def test_a_stream_that_breaks_raises_what_it_raised_and_is_reported(vendor: StandIn, openai_client: OpenAI) -> None:
    client = wrapped(openai_client)
    errors = []
    for one in (openai_client, client):
        vendor.cut_next_stream(2)
        with pytest.raises(CUT) as caught:
            list(one.chat.completions.create(**CHAT, stream=True))
        errors.append(type(caught.value))
    assert errors[0] is errors[1]
    assert kaizen_of(client).totals.calls == 1


async def test_an_async_stream_that_is_closed_early_is_reported_once(
    vendor: StandIn, async_openai_client: AsyncOpenAI
) -> None:
    client = wrapped(async_openai_client)
    stream = await client.responses.create(**TEXT, stream=True)
    await stream.__anext__()
    await stream.close()
    assert kaizen_of(client).totals.calls == 1


@pytest.mark.parametrize("failure", [429, 500])
def test_the_vendors_retries_send_the_same_bytes_again(vendor: StandIn, openai_client: OpenAI, failure: int) -> None:
    client = wrapped(openai_client)
    vendor.fail_next(failure)
    client.responses.create(**TEXT)
    first, second = vendor.requests
    assert first.body == second.body
    assert kaizen_of(client).totals.calls == 1


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_the_vendors_errors_pass_through_untouched(vendor: StandIn, openai_client: OpenAI, status: int) -> None:
    client = wrapped(openai_client)
    errors: list[openai.APIStatusError] = []
    for one in (openai_client, client):
        vendor.fail_next(status, times=3)
        with pytest.raises(openai.APIStatusError) as caught:
            one.chat.completions.create(**CHAT)
        errors.append(caught.value)
        vendor.clear()
    assert type(errors[0]) is type(errors[1])
    assert str(errors[0]).replace("req_1", "") == str(errors[1]).replace("req_1", "")
    assert errors[1].__cause__ is errors[0].__cause__ is None
    assert kaizen_of(client).totals.calls == 0


async def test_a_connection_that_is_lost_is_the_vendors_error(
    vendor: StandIn, async_openai_client: AsyncOpenAI
) -> None:
    client = wrapped(async_openai_client).with_options(max_retries=0)
    vendor.drop_next()
    with pytest.raises(openai.APIConnectionError):
        await client.chat.completions.create(**CHAT)


# The client itself.


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI, AzureOpenAI, AsyncAzureOpenAI])
def test_a_wrapped_client_is_of_its_type_and_wrapped_once(kind: Any) -> None:
    azure = {"azure_endpoint": "http://127.0.0.1:9", "api_version": "v"} if "Azure" in kind.__name__ else {}
    original = kind(api_key="test-key-1", **azure)
    client = wrap(original, kaizen=EMBEDDED)
    assert isinstance(client, kind)
    assert (type(client).__name__, type(client).__module__) == (kind.__name__, kind.__module__)
    assert wrap(client) is client
    assert client is not original
    assert type(original) is kind
    assert not hasattr(original, "kaizen")
    assert kaizen_of(client) is client.kaizen
    with pytest.raises(KaizenConfigError, match="wrapped already"):
        wrap(client, mode="audit")


def test_derived_clients_share_the_totals_and_the_settings(vendor: StandIn, openai_client: OpenAI) -> None:
    client = wrapped(openai_client)
    derived = client.with_options(timeout=5).copy(max_retries=0)
    assert kaizen_of(derived) is kaizen_of(client)
    assert (derived.timeout, derived.max_retries) == (5, 0)
    assert wrap(derived) is derived


def test_a_client_of_a_class_of_ones_own_stays_of_it(vendor: StandIn) -> None:
    class Own(OpenAI):
        def ask(self, text: str) -> str:
            return self.responses.create(model="gpt-4o", input=text).output_text

    with Own(api_key="test-key-1", base_url=f"{vendor.url}/v1") as own:
        client = wrapped(own)
        assert isinstance(client, Own)
        assert client.ask(PROMPT) == DEFAULT
    assert PROMPT not in vendor.last.json["input"]


def test_the_signature_of_the_clients_methods_is_the_vendors(openai_client: OpenAI) -> None:
    client = wrapped(openai_client)
    create = client.chat.completions.create
    assert inspect.signature(create) == inspect.signature(openai_client.chat.completions.create)


def test_an_audit_sends_what_was_given(vendor: StandIn, openai_client: OpenAI) -> None:
    client = wrapped(openai_client, mode="audit")
    for one in (openai_client, client):
        one.responses.create(**TEXT)
    assert_same(*two(vendor))
    assert kaizen_of(client).totals.saved > 0


def test_no_secret_is_shown(openai_client: OpenAI) -> None:
    client = wrapped(openai_client)
    assert "test-key-1" not in repr(client) + repr(kaizen_of(client)) + str(kaizen_of(client).totals)


def test_whoever_leaves_a_streams_loop_may_come_back(vendor: StandIn, openai_client: OpenAI) -> None:
    vendor.counts(100, 20)
    client = wrapped(openai_client)
    stream = client.responses.create(**TEXT, stream=True)
    for _ in stream:
        break
    assert kaizen_of(client).totals.calls == 0
    assert [event.type for event in stream][-1] == "response.completed"
    assert (kaizen_of(client).totals.calls, kaizen_of(client).totals.usage) == (1, Usage(100, 20))


async def test_whoever_leaves_an_async_streams_loop_may_come_back(
    vendor: StandIn, async_openai_client: AsyncOpenAI
) -> None:
    vendor.counts(100, 20)
    client = wrapped(async_openai_client)
    stream = await client.responses.create(**TEXT, stream=True)
    async for _ in stream:
        break
    assert kaizen_of(client).totals.calls == 0
    assert [event.type async for event in stream][-1] == "response.completed"
    assert (kaizen_of(client).totals.calls, kaizen_of(client).totals.usage) == (1, Usage(100, 20))


@pytest.mark.parametrize("read", [0, 1])
def test_a_stream_that_is_dropped_is_reported_too(vendor: StandIn, openai_client: OpenAI, read: int) -> None:
    client = wrapped(openai_client)
    stream = client.chat.completions.create(**CHAT, stream=True)
    for _ in range(read):
        next(stream)
    # Closed as the vendor's own would have to be, past what is watched.
    stream.response.close()
    assert kaizen_of(client).totals.calls == 0
    del stream
    gc.collect()
    assert kaizen_of(client).totals.calls == 1


@pytest.mark.parametrize("url", ["chat/completions", "/chat/completions?x=1"])
def test_a_route_that_is_asked_for_by_hand_is_known(vendor: StandIn, openai_client: OpenAI, url: str) -> None:
    wrapped(openai_client).post(url, cast_to=object, body=CHAT)
    assert vendor.last.json["messages"][0]["content"] == PROMPT_SENT


def test_an_odd_usage_or_model_fails_no_call(vendor: StandIn, openai_client: OpenAI) -> None:
    client = wrapped(openai_client, prices={"gpt-4o": Price(1.0)})
    odd = {"id": "c", "object": "chat.completion", "choices": [], "usage": {"prompt_tokens": [1], "total_tokens": "9"}}
    vendor.fail_next(200, headers={}, body=odd)
    assert client.chat.completions.create(**CHAT).id == "c"
    assert client.chat.completions.create(**{**CHAT, "model": 5})
    assert kaizen_of(client).totals.calls == 2


def test_a_subclass_keeps_its_attributes_and_needs_no_copy_of_the_vendors(vendor: StandIn) -> None:
    class Own(OpenAI):
        def __init__(self, tenant: str, url: str) -> None:
            super().__init__(api_key="test-key-1", base_url=f"{url}/v1", _strict_response_validation=True)
            self.tenant = tenant

    with Own("acme", vendor.url) as own:
        own.chat.completions.create(**CHAT)
        client: Any = wrapped(own)
        client.chat.completions.create(**CHAT)
        assert (client.tenant, client._strict_response_validation) == ("acme", True)
    assert_only_texts_differ(*two(vendor))


def test_wrapping_again_with_the_same_options_gives_the_same_client(openai_client: OpenAI) -> None:
    client = wrap(openai_client, kaizen=EMBEDDED, min_chars=64)
    assert wrap(client, kaizen=EMBEDDED, min_chars=64) is client
    with pytest.raises(KaizenConfigError, match="with other options"):
        wrap(client, kaizen=EMBEDDED)


def test_a_client_that_was_used_before_is_wrapped_like_a_new_one(vendor: StandIn, openai_client: OpenAI) -> None:
    for call in (_chat, _text):
        call(openai_client)
        call(wrapped(openai_client))
        assert_only_texts_differ(*two(vendor))


def test_a_subclass_may_override_how_clients_are_derived(vendor: StandIn) -> None:
    class Own(OpenAI):
        tag = ""

        def with_options(self, **changes: Any) -> Any:
            new = super().with_options(**changes)
            new.tag = "derived"
            return new

    with Own(api_key="test-key-1", base_url=f"{vendor.url}/v1") as own:
        derived = wrapped(own).with_options(timeout=5)
        assert derived.tag == "derived"
        derived.chat.completions.create(**CHAT)
    assert vendor.last.json["messages"][0]["content"] == PROMPT_SENT


@pytest.mark.parametrize("path", ["request", "post", "chat.completions.create", "responses.parse", "copy"])
def test_a_client_whose_methods_another_library_replaced_is_refused(openai_client: OpenAI, path: str) -> None:
    *parts, name = path.split(".")
    owner: Any = openai_client
    for part in parts:
        owner = getattr(owner, part)
    setattr(owner, name, lambda *_, **__: None)
    with pytest.raises(KaizenConfigError, match=rf"replaced \w+\.{name}\(\).*wrap the client first"):
        wrapped(openai_client)


def test_what_hangs_on_a_client_is_not_taken_for_replaced(openai_client: OpenAI) -> None:
    client = openai_client
    for thing in (client.chat.completions, client.responses, client.beta, client.files, client.with_raw_response):
        assert thing is not None
    assert client.chat.completions.with_raw_response is not None
    assert client.responses.with_streaming_response is not None
    assert wrapped(client).kaizen.totals.calls == 0  # type: ignore[attr-defined]
