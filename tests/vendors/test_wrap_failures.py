"""With a Kaizen service over a real socket: what it makes is sent, and no vendor's call fails when it does."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from anthropic import Anthropic, AsyncAnthropic
from google import genai
from google.genai.types import HttpOptions
from openai import AsyncOpenAI, DefaultHttpxClient, OpenAI

from kaizen_client import (
    KaizenClient,
    KaizenClientConfig,
    KaizenConfigError,
    KaizenConnectionError,
    KaizenError,
    KaizenServerError,
    SyncKaizenClient,
)
from kaizen_client.integrations import Report, kaizen_of, wrap
from tests.vendors.conftest import KEY
from tests.vendors.standin import StandIn
from tests.vendors.wrapped import PROMPT, PROMPT_SENT, ROWS

KAIZEN_KEY = "kaizen-key-1"


def _openai(client: Any) -> Any:
    return client.responses.create(model="gpt-4o", input=PROMPT)


def _anthropic(client: Any) -> Any:
    return client.messages.create(model="claude", max_tokens=9, messages=[{"role": "user", "content": PROMPT}])


def _gemini(client: Any) -> Any:
    return client.models.generate_content(model="gemini", contents=PROMPT)


def _gemini_async(client: Any) -> Any:
    return client.aio.models.generate_content(model="gemini", contents=PROMPT)


def sent(vendor: StandIn) -> str:
    """Return the prompt that the vendor got last."""
    body = vendor.last.json
    if "input" in body:
        return str(body["input"])
    return str(body["messages"][0]["content"] if "messages" in body else body["contents"][0]["parts"][0]["text"])


@pytest.fixture
def gemini(vendor: StandIn) -> Iterator[genai.Client]:
    with genai.Client(api_key=KEY, http_options=HttpOptions(base_url=vendor.url)) as client:
        yield client


SYNC: dict[str, Callable[[Any], Any]] = {"openai_client": _openai, "anthropic_client": _anthropic, "gemini": _gemini}


@pytest.fixture(params=SYNC)
def sync_call(request: pytest.FixtureRequest) -> tuple[Any, Callable[[Any], Any]]:
    return request.getfixturevalue(request.param), SYNC[request.param]


@pytest.fixture(params=["openai", "anthropic", "gemini"])
async def async_call(request: pytest.FixtureRequest, vendor: StandIn) -> Any:
    if request.param == "openai":
        async with AsyncOpenAI(api_key=KEY, base_url=f"{vendor.url}/v1") as openai_client:
            yield openai_client, _openai
    elif request.param == "anthropic":
        async with AsyncAnthropic(api_key=KEY, base_url=vendor.url) as anthropic_client:
            yield anthropic_client, _anthropic
    else:
        client = genai.Client(api_key=KEY, http_options=HttpOptions(base_url=vendor.url))
        async with client.aio:
            yield client, _gemini_async
        client.close()


def config(url: str, **settings: Any) -> KaizenClientConfig:
    return KaizenClientConfig(base_url=url, api_key=KAIZEN_KEY, **{"max_retries": 0, **settings})


@pytest.fixture
def nowhere() -> Iterator[str]:
    """Where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_sync_call_sends_what_the_service_made(vendor: StandIn, service: Any, sync_call: Any) -> None:
    client, call = sync_call
    wrapped = wrap(client, kaizen=config(service.url))
    call(wrapped)
    call(wrapped)
    assert sent(vendor) == PROMPT_SENT
    # Once: the second time it is remembered.
    assert [seen.json() for seen in service.seen] == [{"data": ROWS, "options": {"indent": 1}}]
    assert service.seen[0].headers["authorization"] == f"Bearer {KAIZEN_KEY}"
    kaizen_of(wrapped).close()


async def test_an_async_call_sends_what_the_service_made(vendor: StandIn, service: Any, async_call: Any) -> None:
    client, call = async_call
    wrapped = wrap(client, kaizen=config(service.url))
    await call(wrapped)
    assert sent(vendor) == PROMPT_SENT
    assert len(service.seen) == 1
    await kaizen_of(wrapped).aclose()


def test_a_kaizen_client_of_ones_own_is_used_and_left_open(
    vendor: StandIn, service: Any, openai_client: OpenAI
) -> None:
    with SyncKaizenClient(config(service.url)) as kaizen:
        wrapped = wrap(openai_client, kaizen=kaizen)
        _openai(wrapped)
        wrapped.close()
        assert kaizen.compress(data=1).value == "1"
    assert len(service.seen) == 2


async def test_one_kaizen_client_serves_vendors_of_the_other_kind(
    vendor: StandIn, service: Any, openai_client: OpenAI
) -> None:
    async with KaizenClient(config(service.url)) as kaizen:
        wrapped = wrap(openai_client, kaizen=kaizen)
        await asyncio.to_thread(_openai, wrapped)
        kaizen_of(wrapped).close()
    assert sent(vendor) == PROMPT_SENT


FAILURES: dict[str, Any] = {
    "an error": (500, {}, b""),
    "no key": (401, {"content-type": "application/json"}, b'{"detail": "no"}'),
    "too many requests": (429, {"retry-after": "60"}, b""),
    "no JSON": (200, {"content-type": "text/html"}, b"<html>"),
    "another shape": (200, {"content-type": "application/json"}, b'{"ok": true}'),
    "a text of its own": (200, {"content-type": "application/json"}, b'{"result": "rows[1]{id}:\\n 1"}'),
    "null": (200, {"content-type": "application/json"}, b'{"status": "ok", "result": null}'),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_when_the_service_fails_a_sync_call_goes_out_as_it_was(
    vendor: StandIn, service: Any, sync_call: Any, failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    client, call = sync_call
    service.always = FAILURES[failure]
    reports: list[Report] = []
    wrapped = wrap(client, kaizen=config(service.url), on_report=reports.append)
    call(client)
    call(wrapped)
    plain, other = vendor.requests
    assert other.body == plain.body
    assert isinstance(reports[0].error, KaizenError)
    assert reports[0].characters_before == reports[0].characters_after
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.name for record in warnings if "kaizen" in record.name] == ["kaizen_client.integrations"]
    assert KAIZEN_KEY not in caplog.text
    assert "Ämne" not in caplog.text
    kaizen_of(wrapped).close()


@pytest.mark.parametrize("failure", FAILURES)
async def test_when_the_service_fails_an_async_call_goes_out_as_it_was(
    vendor: StandIn, service: Any, async_call: Any, failure: str
) -> None:
    client, call = async_call
    service.always = FAILURES[failure]
    wrapped = wrap(client, kaizen=config(service.url))
    await call(wrapped)
    assert sent(vendor) == PROMPT
    assert kaizen_of(wrapped).totals.failed == 1
    await kaizen_of(wrapped).aclose()


def test_when_nobody_listens_a_sync_call_goes_out_as_it_was(vendor: StandIn, sync_call: Any, nowhere: str) -> None:
    client, call = sync_call
    reports: list[Report] = []
    wrapped = wrap(client, kaizen=config(nowhere), on_report=reports.append)
    for _ in range(3):
        call(wrapped)
        assert sent(vendor) == PROMPT
    assert isinstance(reports[0].error, KaizenConnectionError)
    kaizen_of(wrapped).close()


def test_a_slow_service_costs_a_call_no_more_than_the_deadline(
    vendor: StandIn, service: Any, openai_client: OpenAI
) -> None:
    answered = threading.Event()

    def never(_: Any) -> Any:
        answered.wait(30)
        return 500, {}, b""

    service.always = never
    reports: list[Report] = []
    wrapped = wrap(openai_client, kaizen=config(service.url), deadline=0.05, on_report=reports.append)
    _openai(wrapped)
    answered.set()
    assert sent(vendor) == PROMPT
    assert isinstance(reports[0].error, KaizenError)
    kaizen_of(wrapped).close()


def test_failures_are_raised_where_that_was_asked_for_and_nothing_is_sent(
    vendor: StandIn, service: Any, sync_call: Any
) -> None:
    client, call = sync_call
    service.always = FAILURES["an error"]
    wrapped = wrap(client, kaizen=config(service.url), on_failure="raise")
    with pytest.raises(KaizenServerError):
        call(wrapped)
    assert vendor.requests == []
    kaizen_of(wrapped).close()


async def test_failures_are_raised_in_async_calls_too(vendor: StandIn, service: Any, async_call: Any) -> None:
    client, call = async_call
    service.always = FAILURES["an error"]
    wrapped = wrap(client, kaizen=config(service.url), on_failure="raise")
    with pytest.raises(KaizenServerError):
        await call(wrapped)
    assert vendor.requests == []
    await kaizen_of(wrapped).aclose()


def test_a_hook_that_fails_stops_no_call(
    vendor: StandIn, anthropic_client: Anthropic, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(report: Report) -> None:
        raise ZeroDivisionError

    client = wrap(anthropic_client, kaizen=KaizenClientConfig(base_url="embedded:"), on_report=broken)
    assert _anthropic(client).content
    assert "on_report failed" in caplog.text


def test_wrapping_without_saying_where_kaizen_is_fails_at_once(openai_client: OpenAI) -> None:
    with pytest.raises(KaizenConfigError, match="KAIZEN_API_KEY"):
        wrap(openai_client)


async def test_many_tasks_at_once_each_send_their_own(vendor: StandIn, service: Any) -> None:
    async with AsyncOpenAI(api_key=KEY, base_url=f"{vendor.url}/v1") as client:
        wrapped = wrap(client, kaizen=config(service.url))
        tables = [json.dumps([{"id": number, "name": "Ada"}] * 20) for number in range(30)]
        prompts = [f"{number}: {table}" for number, table in enumerate(tables)]
        await asyncio.gather(*(wrapped.responses.create(model="gpt-4o", input=prompt) for prompt in prompts))
        got = {request.json["input"].partition(":")[0]: request.json["input"] for request in vendor.requests}
        assert len(got) == 30
        assert all(text.count(f"\n {number},Ada") == 20 for number, text in got.items())
        assert kaizen_of(wrapped).totals.calls == 30
        await kaizen_of(wrapped).aclose()


def test_many_threads_at_once_each_send_their_own(vendor: StandIn, openai_client: OpenAI) -> None:
    wrapped = wrap(openai_client, kaizen=KaizenClientConfig(base_url="embedded:"))

    def work(number: int) -> None:
        rows = json.dumps([{"id": number, "name": "Ada"} for _ in range(20)])
        wrapped.responses.create(model="gpt-4o", input=f"{number}: {rows}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    got = {request.json["input"].partition(":")[0]: request.json["input"] for request in vendor.requests}
    assert len(got) == 12
    assert all(text.count(f"\n {number},Ada") == 20 for number, text in got.items())
    assert kaizen_of(wrapped).totals.calls == 12


def test_one_async_client_serves_one_event_loop_after_another(vendor: StandIn, service: Any) -> None:
    def closing(seen: Any) -> Any:
        reply = service.engine.handle(seen.method, seen.path, seen.headers, seen.body)
        # A connection that stays open has nobody to close it when its loop is gone.
        return reply.status, {**reply.headers, "connection": "close"}, reply.body

    service.always = closing
    kaizen = KaizenClient(config(service.url))

    async def work() -> None:
        async with AsyncOpenAI(api_key=KEY, base_url=f"{vendor.url}/v1") as client:
            wrapped = wrap(client, kaizen=kaizen, cache_chars=0)
            await _openai(wrapped)
            assert sent(vendor) == PROMPT_SENT

    for _ in range(2):
        asyncio.run(work())
    asyncio.run(kaizen.close())


def test_closing_a_derived_client_leaves_kaizen_to_the_one_it_came_from(
    vendor: StandIn, service: Any, openai_client: OpenAI
) -> None:
    wrapped = wrap(openai_client, kaizen=config(service.url), cache_chars=0)
    _openai(wrapped)
    derived = wrapped.with_options(http_client=DefaultHttpxClient())
    derived.close()
    _openai(wrapped)
    assert kaizen_of(wrapped).totals.failed == 0
    assert len({seen.headers["host"] for seen in service.seen}) == 1
    kaizen_of(wrapped).close()


def test_a_client_that_nobody_closes_leaves_nothing_open(vendor: StandIn, service: Any) -> None:
    with OpenAI(api_key=KEY, base_url=f"{vendor.url}/v1") as client:
        wrapped = wrap(client, kaizen=config(service.url))
        _openai(wrapped)
    del wrapped
    # What is open would be told of here, as an error.
    gc.collect()
