"""LiteLLM: by a callback for async calls, by a client or by the messages for sync ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import litellm
import pytest
from openai import OpenAI

from examples.recipes.litellm_callback import KaizenCallback, install
from kaizen_client.integrations import Report, kaizen_of, wrap
from tests.recipes.sent import MESSAGES, assert_as_it_was, assert_smaller, texts
from tests.vendors.speech import DEFAULT
from tests.vendors.standin import StandIn
from tests.vendors.wrapped import JSON, KTOF, PROMPT, PROMPT_SENT

VENDORS = [
    ("openai/gpt-4o", "/v1", "openai.chat"),
    ("anthropic/claude-opus-5", "", "anthropic.messages"),
    ("gemini/gemini-2.5-flash", "/v1beta", "gemini.generate"),
]


@pytest.fixture
def callback(monkeypatch: pytest.MonkeyPatch) -> Iterator[KaizenCallback]:
    monkeypatch.setattr(litellm, "callbacks", [])
    return install()


@pytest.mark.parametrize(("model", "base", "route"), VENDORS)
async def test_the_callback_makes_an_async_call_smaller_for_every_vendor(
    vendor: StandIn, callback: KaizenCallback, model: str, base: str, route: str
) -> None:
    reply = await litellm.acompletion(model=model, messages=MESSAGES, api_base=f"{vendor.url}{base}", api_key="k")
    assert reply.choices[0].message.content == DEFAULT
    assert_smaller(vendor, route, callback.compressor.totals)
    assert MESSAGES[0]["content"] == PROMPT


async def test_the_callback_makes_an_async_stream_smaller(vendor: StandIn, callback: KaizenCallback) -> None:
    stream = await litellm.acompletion(
        model="openai/gpt-4o", messages=MESSAGES, stream=True, api_base=f"{vendor.url}/v1"
    )
    pieces = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
    assert "".join(pieces) == DEFAULT
    assert_smaller(vendor, "openai.chat", callback.compressor.totals)


async def test_the_callback_makes_calls_of_a_router_smaller(vendor: StandIn, callback: KaizenCallback) -> None:
    deployment = {"model": "openai/gpt-4o", "api_base": f"{vendor.url}/v1", "api_key": "k"}
    router = litellm.Router([{"model_name": "mine", "litellm_params": deployment}])
    await router.acompletion(model="mine", messages=MESSAGES)
    assert_smaller(vendor, "openai.chat", callback.compressor.totals)


async def test_a_stream_of_a_router_is_smaller(vendor: StandIn, callback: KaizenCallback) -> None:
    deployment = {"model": "openai/gpt-4o", "api_base": f"{vendor.url}/v1", "api_key": "k"}
    router = litellm.Router([{"model_name": "mine", "litellm_params": deployment}])
    stream = await router.acompletion(model="mine", messages=MESSAGES, stream=True)
    assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]) == DEFAULT
    assert_smaller(vendor, "openai.chat", callback.compressor.totals)


async def test_a_call_counts_whatever_becomes_of_it(vendor: StandIn, callback: KaizenCallback) -> None:
    vendor.fail_next(400)
    with pytest.raises(litellm.BadRequestError):
        await litellm.acompletion(model="openai/gpt-4o", messages=MESSAGES, api_base=f"{vendor.url}/v1")
    assert_smaller(vendor, "openai.chat", callback.compressor.totals)


async def test_each_new_try_of_a_router_is_smaller_and_counts(vendor: StandIn, callback: KaizenCallback) -> None:
    deployment = {"model": "openai/gpt-4o", "api_base": f"{vendor.url}/v1", "api_key": "k", "max_retries": 0}
    router = litellm.Router([{"model_name": "mine", "litellm_params": deployment}], num_retries=1, retry_after=0)
    vendor.fail_next(500)
    await router.acompletion(model="mine", messages=MESSAGES)
    assert [PROMPT_SENT in texts(received) for received in vendor.requests] == [True, True]
    assert callback.compressor.totals.calls == 2


async def test_what_a_tool_returned_gets_smaller(vendor: StandIn, callback: KaizenCallback) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "rows", "arguments": "{}"}}
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "Which is not ok?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": JSON},
    ]
    await litellm.acompletion(model="openai/gpt-4o", messages=messages, api_base=f"{vendor.url}/v1")
    assert vendor.last.json["messages"][2] == {"role": "tool", "tool_call_id": "c1", "content": KTOF}


async def test_the_report_names_the_model_without_its_vendor(vendor: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    reports: list[Report] = []
    monkeypatch.setattr(litellm, "callbacks", [])
    install(on_report=reports.append)
    await litellm.acompletion(model="openai/gpt-4o", messages=MESSAGES, api_base=f"{vendor.url}/v1")
    assert [report.model for report in reports] == ["gpt-4o"]


async def test_messages_that_are_not_given_by_keyword_go_as_they_were(
    vendor: StandIn, callback: KaizenCallback
) -> None:
    await litellm.acompletion("openai/gpt-4o", MESSAGES, api_base=f"{vendor.url}/v1")
    assert_as_it_was(vendor)


async def test_responses_go_as_they_were(vendor: StandIn, callback: KaizenCallback) -> None:
    await litellm.aresponses(model="openai/gpt-4o", input=PROMPT, api_base=f"{vendor.url}/v1")
    assert_as_it_was(vendor)


def test_the_callback_does_not_reach_a_sync_call(vendor: StandIn, callback: KaizenCallback) -> None:
    litellm.completion(model="openai/gpt-4o", messages=MESSAGES, api_base=f"{vendor.url}/v1")
    assert_as_it_was(vendor)


@pytest.mark.parametrize(("model", "base", "route"), VENDORS)
def test_a_sync_call_is_smaller_by_its_messages(
    vendor: StandIn, callback: KaizenCallback, model: str, base: str, route: str
) -> None:
    messages = callback.compressor.compress(MESSAGES)
    litellm.completion(model=model, messages=messages, api_base=f"{vendor.url}{base}", api_key="k")
    assert_smaller(vendor, route, callback.compressor.totals)


def test_a_sync_call_of_openai_is_smaller_by_its_client(vendor: StandIn) -> None:
    client = wrap(OpenAI())
    litellm.completion(model="openai/gpt-4o", messages=MESSAGES, client=client)
    assert_smaller(vendor, "openai.chat", kaizen_of(client).totals)
    assert kaizen_of(client).totals.usage.input == 11


def test_a_sync_stream_of_openai_is_smaller_by_its_client(vendor: StandIn) -> None:
    client = wrap(OpenAI())
    stream = litellm.completion(model="openai/gpt-4o", messages=MESSAGES, client=client, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == DEFAULT
    assert_smaller(vendor, "openai.chat", kaizen_of(client).totals)
