"""What a user of wrapped clients writes: the vendor's types stay, and Kaizen's own hold."""

from __future__ import annotations

from typing import Any, Literal, assert_type

import pytest
from anthropic import Anthropic, AsyncAnthropic
from google import genai
from openai import AsyncOpenAI, AzureOpenAI, OpenAI
from openai.types.chat import ChatCompletionMessageParam

from kaizen_client import KaizenClient, KaizenClientConfig, KaizenProviderError, SyncKaizenClient
from kaizen_client.integrations import (
    KaizenHandle,
    MessageCompressor,
    Mode,
    OpenAIKaizenWrapper,
    Price,
    Reply,
    Report,
    Role,
    SyncOpenAIKaizenWrapper,
    Tokens,
    Totals,
    Usage,
    WrapOptions,
    decode_reply,
    kaizen_of,
    track,
    wrap,
)

EMBEDDED = KaizenClientConfig(base_url="embedded:")


def test_a_wrapped_client_has_the_type_of_the_vendors() -> None:
    assert_type(wrap(OpenAI(api_key="k"), kaizen=EMBEDDED), OpenAI)
    assert_type(wrap(AsyncOpenAI(api_key="k"), kaizen=EMBEDDED), AsyncOpenAI)
    azure = AzureOpenAI(api_key="k", azure_endpoint="http://127.0.0.1:9", api_version="v")
    assert_type(wrap(azure, kaizen=EMBEDDED), AzureOpenAI)
    assert_type(wrap(Anthropic(api_key="k"), kaizen=EMBEDDED), Anthropic)
    assert_type(wrap(AsyncAnthropic(api_key="k"), kaizen=EMBEDDED), AsyncAnthropic)
    assert_type(wrap(genai.Client(api_key="k"), kaizen=EMBEDDED), genai.Client)


def test_options_are_typed() -> None:
    def on_report(report: Report) -> None:
        assert_type(report.usage, Usage | None)
        assert_type(report.tokens, Tokens | None)
        assert_type(report.cost, float | None)
        assert_type(report.error, Exception | None)
        assert_type(report.saved, int)

    options: WrapOptions = {"kaizen": EMBEDDED, "on_report": on_report, "prices": {"gpt-4o": Price(2.5)}}
    client = wrap(OpenAI(api_key="k"), **options)
    wrap(OpenAI(api_key="k"), kaizen=EMBEDDED, mode="audit", roles=("user", "system"), min_chars=64)
    handle = kaizen_of(client)
    assert_type(handle, KaizenHandle)
    assert_type(handle.totals, Totals)
    assert_type(handle.totals.usage, Usage)
    with track() as totals:
        assert_type(totals, Totals)


def test_a_reply_is_typed() -> None:
    reply = decode_reply("[1]", expect="json")
    assert_type(reply, Reply)
    assert_type(reply.kind, Literal["ktof", "json", "text"])
    assert_type(reply.value, Any)


async def test_messages_are_typed() -> None:
    compressor = MessageCompressor(kaizen=EMBEDDED, min_chars=0)
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Hello"}]
    assert_type(compressor.compress(messages), list[ChatCompletionMessageParam])
    assert_type(await compressor.acompress(messages, model="gpt-4o"), list[ChatCompletionMessageParam])
    mode: Mode = "audit"
    roles: tuple[Role, ...] = ("user", "tool")
    with MessageCompressor(kaizen=EMBEDDED, mode=mode, roles=roles) as other:
        assert_type(other, MessageCompressor)
    async with MessageCompressor(kaizen=EMBEDDED):
        pass


async def test_the_wrappers_are_typed() -> None:
    with SyncKaizenClient.embedded() as sync_kaizen:
        nowhere = OpenAI(api_key="k", base_url="http://127.0.0.1:9", max_retries=0)
        wrapper = SyncOpenAIKaizenWrapper(sync_kaizen, client=nowhere)
        with pytest.raises(KaizenProviderError) as caught:
            assert_type(wrapper.chat([{"role": "user", "content": "Hello"}]), dict[str, Any])
    assert_type(caught.value.status_code, int | None)
    async with KaizenClient.embedded() as kaizen:
        OpenAIKaizenWrapper(kaizen, client=AsyncOpenAI(api_key="k"))
