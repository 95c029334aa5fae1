"""Anthropic's clients, wrapped: each surface sends what it sent before, but for texts that became smaller."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic import Anthropic, AsyncAnthropic
from pydantic import BaseModel

from kaizen_client import KaizenConfigError
from kaizen_client.integrations import Usage, kaizen_of, wrap
from tests.vendors.speech import DEFAULT
from tests.vendors.standin import StandIn
from tests.vendors.wrapped import EMBEDDED, JSON, PROMPT, assert_only_texts_differ, assert_same, two, wrapped

MODEL = "claude-stand-in"
#: How a stream that is cut shows itself.
CUT = (anthropic.APIConnectionError, httpx2.RemoteProtocolError)
CHAT: dict[str, Any] = {"model": MODEL, "max_tokens": 99, "messages": [{"role": "user", "content": PROMPT}]}
BLOCKS: dict[str, Any] = {
    "model": MODEL,
    "max_tokens": 99,
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": PROMPT, "cache_control": {"type": "ephemeral"}},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            ],
        },
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "rows", "input": {"a": [1, 2]}}]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": JSON},
                {"type": "tool_result", "tool_use_id": "t2", "content": [{"type": "text", "text": JSON}]},
            ],
        },
    ],
    "tools": [{"name": "rows", "input_schema": {"type": "object", "properties": {"a": {"type": "array"}}}}],
}


class City(BaseModel):
    name: str


def _chat(client: Any) -> Any:
    return client.messages.create(**CHAT)


def _blocks(client: Any) -> Any:
    return client.messages.create(**BLOCKS)


def _beta(client: Any) -> Any:
    return client.beta.messages.create(**CHAT)


def _raw(client: Any) -> Any:
    return client.messages.with_raw_response.create(**CHAT)


def _derived(client: Any) -> Any:
    return client.with_options(timeout=9, max_retries=1).messages.create(**CHAT)


def _count_tokens(client: Any) -> Any:
    return client.messages.count_tokens(model=MODEL, messages=CHAT["messages"])


def _beta_count_tokens(client: Any) -> Any:
    return client.beta.messages.count_tokens(model=MODEL, messages=CHAT["messages"])


def _generic(client: Any) -> Any:
    return client.post("/v1/messages", cast_to=object, body=CHAT)


PLAIN: list[Callable[[Any], Any]] = [
    _chat, _blocks, _beta, _raw, _derived, _count_tokens, _beta_count_tokens, _generic,
]  # fmt: skip
COUNTING = {_count_tokens, _beta_count_tokens}


@pytest.mark.parametrize("call", PLAIN)
def test_a_sync_call_differs_in_its_texts_alone(vendor: StandIn, anthropic_client: Anthropic, call: Any) -> None:
    client = wrapped(anthropic_client)
    replies = call(anthropic_client), call(client)
    assert type(replies[0]) is type(replies[1])
    assert_only_texts_differ(*two(vendor))
    assert kaizen_of(client).totals.calls == (0 if call in COUNTING else 1)


@pytest.mark.parametrize("call", PLAIN)
async def test_an_async_call_differs_in_its_texts_alone(
    vendor: StandIn, async_anthropic_client: AsyncAnthropic, call: Any
) -> None:
    client = wrapped(async_anthropic_client)
    replies = await call(async_anthropic_client), await call(client)
    assert type(replies[0]) is type(replies[1])
    assert_only_texts_differ(*two(vendor))
    assert kaizen_of(client).totals.calls == (0 if call in COUNTING else 1)


def test_a_structured_reply_is_parsed_as_before(vendor: StandIn, anthropic_client: Anthropic) -> None:
    vendor.answer('{"name": "Wien"}')
    client = wrapped(anthropic_client)
    for one in (anthropic_client, client):
        assert one.messages.parse(**CHAT, output_format=City).parsed_output == City(name="Wien")
    assert_only_texts_differ(*two(vendor))


def text_of(events: list[Any]) -> str:
    return "".join(event.delta.text for event in events if event.type == "content_block_delta")


@pytest.mark.parametrize("raw", [False, True])
def test_a_sync_stream_passes_through_and_reports_at_its_end(
    vendor: StandIn, anthropic_client: Anthropic, raw: bool
) -> None:
    vendor.counts(100, 20, cached=40)
    client = wrapped(anthropic_client)

    def begin(one: Anthropic) -> Any:
        if raw:
            return one.messages.with_raw_response.create(**CHAT, stream=True).parse()
        return one.messages.create(**CHAT, stream=True)

    plain, other = begin(anthropic_client), begin(client)
    assert isinstance(other, anthropic.Stream)
    assert kaizen_of(client).totals.calls == 0
    assert text_of(list(other)) == text_of(list(plain)) == DEFAULT
    assert kaizen_of(client).totals.calls == 1
    assert kaizen_of(client).totals.usage == Usage(100, 20, cached=40)
    assert_only_texts_differ(*two(vendor))


@pytest.mark.parametrize("raw", [False, True])
async def test_an_async_stream_passes_through_and_reports_at_its_end(
    vendor: StandIn, async_anthropic_client: AsyncAnthropic, raw: bool
) -> None:
    vendor.counts(100, 20, cached=40)
    client = wrapped(async_anthropic_client)

    async def begin(one: AsyncAnthropic) -> Any:
        if raw:
            return await (await one.messages.with_raw_response.create(**CHAT, stream=True)).parse()
        return await one.messages.create(**CHAT, stream=True)

    plain, other = await begin(async_anthropic_client), await begin(client)
    assert isinstance(other, anthropic.AsyncStream)
    assert kaizen_of(client).totals.calls == 0
    events = [event async for event in other]
    assert text_of(events) == text_of([event async for event in plain]) == DEFAULT
    assert kaizen_of(client).totals.calls == 1
    assert kaizen_of(client).totals.usage == Usage(100, 20, cached=40)
    assert_only_texts_differ(*two(vendor))


@pytest.mark.parametrize("beta", [False, True])
def test_the_sync_helper_for_streams_reports_at_its_end(
    vendor: StandIn, anthropic_client: Anthropic, beta: bool
) -> None:
    vendor.counts(100, 20)
    client = wrapped(anthropic_client)
    for one in (anthropic_client, client):
        messages: Any = one.beta.messages if beta else one.messages
        with messages.stream(**CHAT) as stream:
            assert "".join(stream.text_stream) == DEFAULT
            assert stream.get_final_message().usage.output_tokens == 20
    assert kaizen_of(client).totals.calls == 1
    assert kaizen_of(client).totals.usage == Usage(100, 20)
    assert_only_texts_differ(*two(vendor))


@pytest.mark.parametrize("beta", [False, True])
async def test_the_async_helper_for_streams_reports_at_its_end(
    vendor: StandIn, async_anthropic_client: AsyncAnthropic, beta: bool
) -> None:
    vendor.counts(100, 20)
    client = wrapped(async_anthropic_client)
    for one in (async_anthropic_client, client):
        messages: Any = one.beta.messages if beta else one.messages
        async with messages.stream(**CHAT) as stream:
            assert await stream.get_final_text() == DEFAULT
    assert kaizen_of(client).totals.calls == 1
    assert kaizen_of(client).totals.usage == Usage(100, 20)
    assert_only_texts_differ(*two(vendor))


def test_a_reply_that_is_read_by_the_caller_is_not_read_before_sync(
    vendor: StandIn, anthropic_client: Anthropic
) -> None:
    client = wrapped(anthropic_client)
    with anthropic_client.messages.with_streaming_response.create(**CHAT) as plain:
        plain.parse()
    with client.messages.with_streaming_response.create(**CHAT) as reply:
        assert not reply.http_response.is_closed
        assert reply.parse().content
    assert (kaizen_of(client).totals.calls, kaizen_of(client).totals.usage) == (1, Usage(0, 0))
    assert_only_texts_differ(*two(vendor))


async def test_a_reply_that_is_read_by_the_caller_is_not_read_before_async(
    vendor: StandIn, async_anthropic_client: AsyncAnthropic
) -> None:
    client = wrapped(async_anthropic_client)
    async with async_anthropic_client.messages.with_streaming_response.create(**CHAT) as plain:
        await plain.parse()
    async with client.messages.with_streaming_response.create(**CHAT) as reply:
        assert not reply.http_response.is_closed
        assert (await reply.parse()).content
    assert (kaizen_of(client).totals.calls, kaizen_of(client).totals.usage) == (1, Usage(0, 0))
    assert_only_texts_differ(*two(vendor))


def test_usage_and_model_are_reported(vendor: StandIn, anthropic_client: Anthropic) -> None:
    reports: list[Any] = []
    client = wrapped(anthropic_client, on_report=reports.append)
    vendor.counts(100, 20, cached=40)
    for call in (_chat, _raw, _beta):
        call(client)
    assert [report.usage for report in reports] == [Usage(100, 20, cached=40)] * 3
    assert {(report.provider, report.model, report.route) for report in reports} == {
        ("anthropic", MODEL, "/v1/messages")
    }


def test_a_tool_loop_of_the_vendors_goes_on_as_before(vendor: StandIn, anthropic_client: Anthropic) -> None:
    @anthropic.beta_tool
    def rows() -> str:
        """Give the rows."""
        return JSON

    vendor.calls("rows")
    client = wrapped(anthropic_client)
    runner = client.beta.messages.tool_runner(
        model=MODEL, max_tokens=99, messages=[{"role": "user", "content": "Which rows?"}], tools=[rows]
    )
    assert len(list(runner)) == 2
    (result,) = vendor.last.json["messages"][-1]["content"]
    assert str(result["content"]).count("Ämne") == 12
    assert JSON not in str(result["content"])
    assert kaizen_of(client).totals.calls == 2


# Middleware.


class Notes:
    """Middleware of an application's own: notes what it sees."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def __call__(self, request: Any, call_next: Any) -> Any:
        self.seen.append(request.json["messages"][0]["content"])
        return call_next(request)


def test_ones_own_middleware_sees_the_texts_as_they_were_given(vendor: StandIn, anthropic_client: Anthropic) -> None:
    notes = Notes()
    client = wrapped(anthropic_client.with_options(middleware=[notes]))
    client.messages.create(**CHAT)
    assert notes.seen == [PROMPT]
    assert PROMPT not in vendor.last.json["messages"][0]["content"]


@pytest.mark.parametrize("how", ["added", "replaced", "none", "empty"])
def test_middleware_that_is_set_later_does_not_unwrap(vendor: StandIn, anthropic_client: Anthropic, how: str) -> None:
    notes = Notes()
    client = wrapped(anthropic_client)
    middleware: Any = {"added": [*client.middleware, notes], "replaced": [notes], "none": None, "empty": []}[how]
    derived = client.with_options(middleware=middleware)
    derived.messages.create(**CHAT)
    assert PROMPT not in vendor.last.json["messages"][0]["content"]
    assert notes.seen == ([PROMPT] if how in ("added", "replaced") else [])
    assert len(derived.middleware) == (2 if notes.seen else 1)
    assert kaizen_of(client).totals.calls == 1


def test_the_header_fields_are_those_of_a_client_with_any_middleware(
    vendor: StandIn, anthropic_client: Anthropic
) -> None:
    def passing(request: Any, call_next: Any) -> Any:
        return call_next(request)

    for one in (anthropic_client.with_options(middleware=[passing]), wrapped(anthropic_client)):
        one.messages.create(**CHAT)
    plain, other = ({**request.headers, "content-length": ""} for request in vendor.requests)
    assert plain == other


@pytest.mark.parametrize("failure", [429, 500, 529])
def test_the_vendors_retries_send_the_same_bytes_again(
    vendor: StandIn, anthropic_client: Anthropic, failure: int
) -> None:
    client = wrapped(anthropic_client)
    vendor.fail_next(failure)
    client.messages.create(**CHAT)
    first, second = vendor.requests
    assert first.body == second.body
    assert kaizen_of(client).totals.calls == 1


@pytest.mark.parametrize("status", [400, 401, 429, 500, 529])
def test_the_vendors_errors_pass_through_untouched(vendor: StandIn, anthropic_client: Anthropic, status: int) -> None:
    client = wrapped(anthropic_client)
    errors: list[anthropic.APIStatusError] = []
    for one in (anthropic_client, client):
        vendor.fail_next(status, times=3)
        with pytest.raises(anthropic.APIStatusError) as caught:
            one.messages.create(**CHAT)
        errors.append(caught.value)
        vendor.clear()
    assert type(errors[0]) is type(errors[1])
    assert str(errors[0]) == str(errors[1])
    assert kaizen_of(client).totals.calls == 0


async def test_a_connection_that_is_lost_is_the_vendors_error(
    vendor: StandIn, async_anthropic_client: AsyncAnthropic
) -> None:
    client = wrapped(async_anthropic_client).with_options(max_retries=0)
    vendor.drop_next()
    with pytest.raises(anthropic.APIConnectionError):
        await client.messages.create(**CHAT)
    assert kaizen_of(client).totals.calls == 0


def test_a_stream_that_is_closed_early_or_breaks_is_reported_once(vendor: StandIn, anthropic_client: Anthropic) -> None:
    client = wrapped(anthropic_client)
    with client.messages.stream(**CHAT) as stream:
        next(iter(stream))
    assert kaizen_of(client).totals.calls == 1
    vendor.cut_next_stream(3)
    with pytest.raises(CUT):
        list(client.messages.create(**CHAT, stream=True))
    assert kaizen_of(client).totals.calls == 2


# The client itself.


@pytest.mark.parametrize("kind", [Anthropic, AsyncAnthropic])
def test_a_wrapped_client_is_of_its_type_and_wrapped_once(kind: Any) -> None:
    original = kind(api_key="test-key-1")
    client = wrap(original, kaizen=EMBEDDED)
    assert isinstance(client, kind)
    assert (type(client).__name__, type(client).__module__) == (kind.__name__, kind.__module__)
    assert wrap(client) is client
    assert type(original) is kind
    assert tuple(original.middleware) == ()
    assert not hasattr(original, "kaizen")
    with pytest.raises(KaizenConfigError, match="wrapped already"):
        wrap(client, mode="audit")


def test_derived_clients_share_the_totals(anthropic_client: Anthropic) -> None:
    client = wrapped(anthropic_client)
    derived = client.with_options(timeout=5).copy(max_retries=0)
    assert kaizen_of(derived) is kaizen_of(client)
    assert (derived.timeout, derived.max_retries) == (5, 0)
    assert wrap(derived) is derived


def test_an_audit_sends_what_was_given(vendor: StandIn, anthropic_client: Anthropic) -> None:
    client = wrapped(anthropic_client, mode="audit")
    for one in (anthropic_client, client):
        one.messages.create(**CHAT)
    assert_same(*two(vendor))
    assert kaizen_of(client).totals.saved > 0


def test_no_secret_is_shown(anthropic_client: Anthropic) -> None:
    client = wrapped(anthropic_client)
    assert "test-key-1" not in repr(client) + repr(kaizen_of(client)) + repr(client.middleware)


def test_whoever_leaves_a_streams_loop_may_come_back(vendor: StandIn, anthropic_client: Anthropic) -> None:
    vendor.counts(100, 20)
    client = wrapped(anthropic_client)
    stream = client.messages.create(**CHAT, stream=True)
    for _ in stream:
        break
    assert kaizen_of(client).totals.calls == 0
    assert [event.type for event in stream][-1] == "message_stop"
    assert (kaizen_of(client).totals.calls, kaizen_of(client).totals.usage) == (1, Usage(100, 20))


def test_a_stream_that_is_dropped_is_reported_too(vendor: StandIn, anthropic_client: Anthropic) -> None:
    client = wrapped(anthropic_client)
    stream = client.messages.create(**CHAT, stream=True)
    stream.response.close()
    del stream
    gc.collect()
    assert kaizen_of(client).totals.calls == 1


def test_a_subclass_keeps_its_attributes_or_is_refused(vendor: StandIn) -> None:
    class Own(Anthropic):
        tenant = "none"

    class Odd(Anthropic):
        def __init__(self, tenant: str) -> None:
            super().__init__(api_key="test-key-1", base_url=vendor.url)

    with Own(api_key="test-key-1", base_url=vendor.url) as own:
        own.tenant = "acme"
        assert wrapped(own).tenant == "acme"
    with Odd("acme") as odd, pytest.raises(KaizenConfigError, match="Odd cannot be copied"):
        wrapped(odd)


def test_a_client_that_was_used_before_is_wrapped_like_a_new_one(vendor: StandIn, anthropic_client: Anthropic) -> None:
    for call in (_chat, _beta):
        call(anthropic_client)
        call(wrapped(anthropic_client))
        assert_only_texts_differ(*two(vendor))


@pytest.mark.parametrize("path", ["post", "messages.create", "beta.messages.stream"])
def test_a_client_whose_methods_another_library_replaced_is_refused(anthropic_client: Anthropic, path: str) -> None:
    *parts, name = path.split(".")
    owner: Any = anthropic_client
    for part in parts:
        owner = getattr(owner, part)
    setattr(owner, name, lambda *_, **__: None)
    with pytest.raises(KaizenConfigError, match=rf"replaced \w+\.{name}\(\).*wrap the client first"):
        wrapped(anthropic_client)
