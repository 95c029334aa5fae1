"""Langfuse and wrapping, in either order: Langfuse keeps the texts as they were, and what is sent is smaller."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from anthropic import Anthropic
from langfuse import Langfuse, observe
from openai import AsyncOpenAI, OpenAI
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kaizen_client.integrations import track, wrap
from tests.recipes.sent import MESSAGES, assert_smaller, texts, texts_in
from tests.vendors.speech import DEFAULT
from tests.vendors.standin import StandIn
from tests.vendors.wrapped import PROMPT, PROMPT_SENT

Clients = tuple[OpenAI, AsyncOpenAI]
Traced = Callable[[], list[dict[str, Any]]]
CHAT: dict[str, Any] = {"model": "gpt-4o", "messages": MESSAGES}


@pytest.fixture(scope="module")
def _exporter() -> Iterator[tuple[Langfuse, InMemorySpanExporter]]:
    exporter = InMemorySpanExporter()
    # No port that anybody listens on: nothing but spans is sent, and these stay here.
    langfuse = Langfuse(public_key="pk", secret_key="sk", base_url="http://127.0.0.1:9", span_exporter=exporter)
    yield langfuse, exporter
    langfuse.shutdown()


@pytest.fixture
def traced(_exporter: tuple[Langfuse, InMemorySpanExporter]) -> Traced:
    """Return what Langfuse was told since the test began."""
    langfuse, exporter = _exporter
    exporter.clear()

    def spans() -> list[dict[str, Any]]:
        langfuse.flush()
        return [dict(span.attributes or {}) for span in exporter.get_finished_spans()]

    return spans


@pytest.fixture
def clients() -> Clients:
    # Here, since importing it patches OpenAI's classes.
    from examples.recipes.langfuse_client import make_clients

    return make_clients()


def given_in(span: dict[str, Any]) -> list[str]:
    """Return the texts of what Langfuse took for the input, itself a text or JSON."""
    given = span.get("langfuse.observation.input", "null")
    return [PROMPT] if given == PROMPT else list(texts_in(json.loads(given)))


def assert_traced(traced: Traced) -> None:
    """Hold that one call was traced, with the texts as the caller gave them."""
    (span,) = traced()
    given = given_in(span)
    assert PROMPT in given
    assert PROMPT_SENT not in given
    assert DEFAULT in span["langfuse.observation.output"]


def test_a_sync_call_of_langfuses_client_is_smaller_and_traced(
    vendor: StandIn, traced: Traced, clients: Clients
) -> None:
    client, _ = clients
    with track() as totals:
        client.chat.completions.create(**CHAT)
    assert_smaller(vendor, "openai.chat", totals)
    assert totals.usage.input == 11
    assert_traced(traced)


async def test_an_async_call_of_langfuses_client_is_smaller_and_traced(
    vendor: StandIn, traced: Traced, clients: Clients
) -> None:
    _, client = clients
    with track() as totals:
        await client.chat.completions.create(**CHAT)
    assert_smaller(vendor, "openai.chat", totals)
    assert_traced(traced)


def test_a_sync_stream_is_smaller_and_traced(vendor: StandIn, traced: Traced, clients: Clients) -> None:
    client, _ = clients
    with track() as totals:
        chunks = client.chat.completions.create(**CHAT, stream=True)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == DEFAULT
    assert_smaller(vendor, "openai.chat", totals)
    assert_traced(traced)


async def test_an_async_stream_is_smaller_and_traced(vendor: StandIn, traced: Traced, clients: Clients) -> None:
    _, client = clients
    with track() as totals:
        chunks = await client.chat.completions.create(**CHAT, stream=True)
        assert "".join([chunk.choices[0].delta.content or "" async for chunk in chunks if chunk.choices]) == DEFAULT
    assert_smaller(vendor, "openai.chat", totals)
    assert_traced(traced)


def test_a_response_is_smaller_and_traced(vendor: StandIn, traced: Traced, clients: Clients) -> None:
    client, _ = clients
    with track() as totals:
        client.responses.create(model="gpt-4o", input=PROMPT)
    assert_smaller(vendor, "openai.responses", totals)
    assert_traced(traced)


def test_what_langfuse_takes_of_a_call_reaches_it_alone(vendor: StandIn, traced: Traced, clients: Clients) -> None:
    client: Any = clients[0]
    client.chat.completions.create(**CHAT, metadata={"own": "yes"}, name="mine")
    assert vendor.last.json.keys() == {"model", "messages"}
    assert json.loads(traced()[0]["langfuse.observation.metadata.own"]) == "yes"


def test_an_observed_function_is_traced_as_it_was_called(vendor: StandIn, traced: Traced) -> None:
    client = wrap(Anthropic())

    @observe(as_type="generation")
    def ask(text: str) -> str:
        asked: Any = [{"role": "user", "content": text}]
        block: Any = client.messages.create(model="claude-opus-5", max_tokens=100, messages=asked).content[0]
        return str(block.text)

    with track() as totals:
        assert ask(PROMPT) == DEFAULT
    assert_smaller(vendor, "anthropic.messages", totals)
    assert any(PROMPT in given_in(span) for span in traced())


WRAPPED_FIRST = """
import json
from openai import OpenAI
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from kaizen_client.integrations import wrap

client = wrap(OpenAI())

from langfuse import Langfuse
import langfuse.openai

exporter = InMemorySpanExporter()
langfuse = Langfuse(public_key="pk", secret_key="sk", base_url="http://127.0.0.1:9", span_exporter=exporter)
client.chat.completions.create(**json.loads(input()))
langfuse.flush()
(span,) = exporter.get_finished_spans()
print(json.dumps([client.kaizen.totals.saved, span.attributes["langfuse.observation.input"]]))
"""


def test_a_client_that_is_wrapped_before_langfuse_is_imported_is_smaller_and_traced(vendor: StandIn) -> None:
    # In a process of its own: what Langfuse patches here is patched already.
    done = subprocess.run(
        [sys.executable, "-c", WRAPPED_FIRST], input=json.dumps(CHAT), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    saved, given = json.loads(done.stdout)
    assert PROMPT_SENT in texts(vendor.last)
    assert saved == len(PROMPT) - len(PROMPT_SENT)
    assert PROMPT in list(texts_in(json.loads(given)))
