"""The wrappers under their names of 0.1.4, with the vendors' own clients: a chat leaves as KTOF, the reply is read."""

from __future__ import annotations

import pickle
import traceback
from typing import Any

import pytest
from anthropic import Anthropic, AsyncAnthropic
from google import genai
from google.genai.types import HttpOptions
from openai import AsyncOpenAI, OpenAI

from kaizen_client import (
    KaizenClient,
    KaizenConfigError,
    KaizenError,
    KaizenProviderError,
    KaizenServerError,
    SyncKaizenClient,
)
from kaizen_client.integrations import (
    AnthropicKaizenWrapper,
    GeminiKaizenWrapper,
    OpenAIKaizenWrapper,
    SyncAnthropicKaizenWrapper,
    SyncGeminiKaizenWrapper,
    SyncOpenAIKaizenWrapper,
)
from kaizen_client.integrations._shared import vendor_client
from kaizen_client.testing import FakeKaizen
from tests.vendors.conftest import KEY
from tests.vendors.standin import StandIn

MESSAGES = [{"role": "user", "content": "Hello"}]
TEXT = "messages[1]{role,content}:\n  user,Hello"

REPLIES = [
    ('{"answer": 5}', "json", {"answer": 5}),
    ("items[2]: 1,2", "ktof", {"items": [1, 2]}),
    ("The answer is 5.", "text", "The answer is 5."),
    ("Note: the answer is 5", "text", "Note: the answer is 5"),
]
each_reply = pytest.mark.parametrize(("said", "kind", "value"), REPLIES)


def read(done: dict[str, Any]) -> tuple[Any, Any, Any]:
    decoded = done["decoded"]
    return decoded["kind"], decoded["result"], decoded["text"]


@each_reply
async def test_openai(vendor: StandIn, async_openai_client: AsyncOpenAI, said: str, kind: str, value: Any) -> None:
    vendor.answer(said)
    async with KaizenClient.embedded() as kaizen:
        done = await OpenAIKaizenWrapper(kaizen, model="m", client=async_openai_client).chat(MESSAGES, temperature=0)
    assert vendor.last.json == {"model": "m", "input": TEXT, "temperature": 0}
    assert set(done) == {"encoded", "openai_response", "decoded"}
    assert done["encoded"]["result"] == TEXT
    assert done["openai_response"].output_text == said
    assert read(done) == (kind, value, said)


@each_reply
def test_openai_sync(vendor: StandIn, openai_client: OpenAI, said: str, kind: str, value: Any) -> None:
    vendor.answer(said)
    with SyncKaizenClient.embedded() as kaizen:
        done = SyncOpenAIKaizenWrapper(kaizen, model="m", client=openai_client).chat(MESSAGES, temperature=0)
    assert vendor.last.json == {"model": "m", "input": TEXT, "temperature": 0}
    assert set(done) == {"encoded", "openai_response", "decoded"}
    assert read(done) == (kind, value, said)


@each_reply
async def test_anthropic(
    vendor: StandIn, async_anthropic_client: AsyncAnthropic, said: str, kind: str, value: Any
) -> None:
    vendor.answer(said)
    async with KaizenClient.embedded() as kaizen:
        wrapper = AnthropicKaizenWrapper(kaizen, model="m", client=async_anthropic_client)
        done = await wrapper.chat(MESSAGES, max_tokens=9)
    assert vendor.last.json == {"model": "m", "messages": [{"role": "user", "content": TEXT}], "max_tokens": 9}
    assert set(done) == {"encoded", "anthropic_response", "decoded"}
    assert read(done) == (kind, value, said)


@each_reply
def test_anthropic_sync(vendor: StandIn, anthropic_client: Anthropic, said: str, kind: str, value: Any) -> None:
    vendor.answer(said)
    with SyncKaizenClient.embedded() as kaizen:
        wrapper = SyncAnthropicKaizenWrapper(kaizen, model="m", client=anthropic_client)
        done = wrapper.chat(MESSAGES, max_tokens=9)
    assert vendor.last.json == {"model": "m", "messages": [{"role": "user", "content": TEXT}], "max_tokens": 9}
    assert set(done) == {"encoded", "anthropic_response", "decoded"}
    assert read(done) == (kind, value, said)


@pytest.fixture
def gemini(vendor: StandIn) -> Any:
    with genai.Client(api_key=KEY, http_options=HttpOptions(base_url=vendor.url)) as client:
        yield client


@each_reply
async def test_gemini(vendor: StandIn, gemini: genai.Client, said: str, kind: str, value: Any) -> None:
    vendor.answer(said)
    async with KaizenClient.embedded() as kaizen, gemini.aio:
        done = await GeminiKaizenWrapper(kaizen, model="m", client=gemini).invoke({"messages": MESSAGES})
    assert vendor.last.json["contents"][0]["parts"] == [{"text": TEXT}]
    assert set(done) == {"encoded", "gemini_response", "decoded"}
    assert read(done) == (kind, value, said)


@each_reply
def test_gemini_sync(vendor: StandIn, gemini: genai.Client, said: str, kind: str, value: Any) -> None:
    vendor.answer(said)
    with SyncKaizenClient.embedded() as kaizen:
        done = SyncGeminiKaizenWrapper(kaizen, model="m", client=gemini).invoke({"messages": MESSAGES})
    assert vendor.last.json["contents"][0]["parts"] == [{"text": TEXT}]
    assert set(done) == {"encoded", "gemini_response", "decoded"}
    assert read(done) == (kind, value, said)


async def test_a_stream_passes_through_and_is_not_decoded(vendor: StandIn, async_openai_client: AsyncOpenAI) -> None:
    async with KaizenClient.embedded() as kaizen:
        done = await OpenAIKaizenWrapper(kaizen, client=async_openai_client).chat(MESSAGES, stream=True)
        types = [event.type async for event in done["openai_response"]]
    assert types[-1] == "response.completed"
    assert done["decoded"] is None


# Faults.


async def test_a_vendors_fault_is_a_provider_error_with_the_vendors_error_as_its_cause(
    vendor: StandIn, async_openai_client: AsyncOpenAI
) -> None:
    vendor.fail_next(401, body={"error": {"message": f"Incorrect API key provided: {KEY}"}})
    async with KaizenClient.embedded() as kaizen:
        with pytest.raises(KaizenProviderError) as caught:
            await OpenAIKaizenWrapper(kaizen, client=async_openai_client).chat(MESSAGES)
    error = caught.value
    assert str(error) == "openai failed with AuthenticationError (status 401); see the cause"
    assert (error.provider, error.status_code) == ("openai", 401)
    assert error.original is error.__cause__
    assert KEY not in str(error) + repr(error)


def test_a_fault_of_each_vendor_says_which_and_with_what_status(
    vendor: StandIn, anthropic_client: Anthropic, gemini: genai.Client
) -> None:
    with SyncKaizenClient.embedded() as kaizen:
        vendor.fail_next(400)
        with pytest.raises(KaizenProviderError, match=r"^anthropic failed with BadRequestError \(status 400\)"):
            SyncAnthropicKaizenWrapper(kaizen, client=anthropic_client).chat(MESSAGES, max_tokens=9)
        vendor.fail_next(400)
        with pytest.raises(KaizenProviderError, match=r"^gemini failed with ClientError \(status 400\)"):
            SyncGeminiKaizenWrapper(kaizen, client=gemini).invoke(1)


def test_a_provider_error_can_be_pickled_and_leaves_the_vendors_behind() -> None:
    error = KaizenProviderError("openai", RuntimeError(KEY))
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.provider, again.status_code, again.original) == (str(error), "openai", None, None)
    assert isinstance(again, KaizenError)
    assert KEY not in "".join(traceback.format_exception_only(error))


def test_a_fault_of_kaizen_is_not_the_providers(vendor: StandIn, openai_client: OpenAI) -> None:
    service = FakeKaizen()
    service.fail_next(503)
    with service.sync_client(max_retries=0) as kaizen, pytest.raises(KaizenServerError):
        SyncOpenAIKaizenWrapper(kaizen, client=openai_client).chat(MESSAGES)
    assert vendor.requests == []


# Clients.


def test_a_vendors_client_is_made_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert isinstance(vendor_client("openai", "AsyncOpenAI", "openai", None), AsyncOpenAI)


def test_a_vendors_client_that_cannot_be_made_is_a_provider_error() -> None:
    with pytest.raises(KaizenProviderError, match="openai failed with OpenAIError"):
        vendor_client("openai", "AsyncOpenAI", "openai", None)


def test_a_missing_vendor_says_how_to_install_it() -> None:
    with pytest.raises(KaizenConfigError, match=r"kaizen-client\[openai\]"):
        vendor_client("no_such_vendor", "Client", "openai", None)


async def test_a_client_of_the_other_kind_is_refused(openai_client: OpenAI, async_openai_client: AsyncOpenAI) -> None:
    async with KaizenClient.embedded() as kaizen:
        with pytest.raises(KaizenConfigError, match=r"client: give openai\.AsyncOpenAI, not OpenAI"):
            OpenAIKaizenWrapper(kaizen, client=openai_client)
        with pytest.raises(KaizenConfigError, match="kaizen: give a SyncKaizenClient, not KaizenClient"):
            SyncOpenAIKaizenWrapper(kaizen, client=openai_client)  # type: ignore[arg-type]
    with SyncKaizenClient.embedded() as sync_kaizen:
        with pytest.raises(KaizenConfigError, match=r"client: give openai\.OpenAI, not AsyncOpenAI"):
            SyncOpenAIKaizenWrapper(sync_kaizen, client=async_openai_client)
        with pytest.raises(KaizenConfigError, match="kaizen: give a KaizenClient, not SyncKaizenClient"):
            OpenAIKaizenWrapper(sync_kaizen, client=async_openai_client)  # type: ignore[arg-type]
