"""instructor: made of a wrapped client; what it made is not wrapped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import instructor
import pytest
from anthropic import AsyncAnthropic
from openai import OpenAI
from pydantic import BaseModel

from examples.recipes.instructor_client import for_anthropic, for_async_openai, for_gemini, for_openai
from kaizen_client import KaizenConfigError
from kaizen_client.integrations import track, wrap
from tests.recipes.sent import MESSAGES, assert_smaller, texts
from tests.vendors.standin import StandIn
from tests.vendors.wrapped import PROMPT_SENT


class City(BaseModel):
    name: str


@pytest.fixture(autouse=True)
def says_a_city(settings: None, vendor: StandIn) -> None:
    vendor.calls("City", name="Uppsala")


@pytest.mark.parametrize(
    ("make", "asked", "route"),
    [
        (for_openai, {"model": "gpt-4o"}, "openai.chat"),
        (for_anthropic, {"model": "claude-opus-5", "max_tokens": 100}, "anthropic.messages"),
        (for_gemini, {"model": "gemini-2.5-flash"}, "gemini.generate"),
    ],
)
def test_a_sync_call_is_smaller(vendor: StandIn, make: Callable[[], Any], asked: dict[str, Any], route: str) -> None:
    with track() as totals:
        assert make().chat.completions.create(**asked, response_model=City, messages=MESSAGES).name == "Uppsala"
    assert_smaller(vendor, route, totals)
    assert totals.usage.input == 11


async def test_an_async_call_of_openai_is_smaller(vendor: StandIn) -> None:
    with track() as totals:
        client = for_async_openai()
        found = await client.chat.completions.create(model="gpt-4o", response_model=City, messages=MESSAGES)
    assert found.name == "Uppsala"
    assert_smaller(vendor, "openai.chat", totals)


async def test_an_async_call_of_anthropic_is_smaller(vendor: StandIn) -> None:
    with track() as totals:
        create = instructor.from_anthropic(wrap(AsyncAnthropic())).chat.completions.create
        found = await create(model="claude-opus-5", max_tokens=100, response_model=City, messages=MESSAGES)
    assert found.name == "Uppsala"
    assert_smaller(vendor, "anthropic.messages", totals)


def test_a_sync_stream_is_smaller(vendor: StandIn) -> None:
    with track() as totals:
        create = for_openai().chat.completions.create_partial
        assert list(create(model="gpt-4o", response_model=City, messages=MESSAGES))[-1].name == "Uppsala"
    assert_smaller(vendor, "openai.chat", totals)


async def test_an_async_stream_is_smaller(vendor: StandIn) -> None:
    with track() as totals:
        create = for_async_openai().chat.completions.create_partial
        found = [city async for city in create(model="gpt-4o", response_model=City, messages=MESSAGES)]
    assert found[-1].name == "Uppsala"
    assert_smaller(vendor, "openai.chat", totals)


def test_each_try_after_a_reply_that_does_not_fit_is_smaller(vendor: StandIn) -> None:
    vendor.clear()
    vendor.calls("City", country="Sweden")
    with track() as totals, pytest.raises(Exception, match="name"):
        for_openai().chat.completions.create(model="gpt-4o", response_model=City, messages=MESSAGES, max_retries=2)
    assert len(vendor.requests) > 1
    assert all(PROMPT_SENT in texts(received) for received in vendor.requests)
    assert totals.calls == len(vendor.requests)


def test_what_instructor_patched_after_wrapping_is_smaller(vendor: StandIn) -> None:
    client: Any = instructor.patch(wrap(OpenAI()))
    with track() as totals:
        assert client.chat.completions.create(model="gpt-4o", response_model=City, messages=MESSAGES).name == "Uppsala"
    assert_smaller(vendor, "openai.chat", totals)


def test_wrapping_what_instructor_made_is_refused_and_the_error_says_what_to_do() -> None:
    with pytest.raises(KaizenConfigError, match=r"not instructor.*wrap the vendor's own first"):
        wrap(instructor.from_openai(OpenAI()))


def test_what_instructor_patched_before_is_refused() -> None:
    with pytest.raises(KaizenConfigError, match="wrap the client first"):
        wrap(instructor.patch(OpenAI()))
