"""Keys and hooks that are functions: async ones only for the async client, and refused by the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from kaizen_client import KaizenClient, KaizenConfigError, KaizenDeadlineError, KaizenRequestError, SyncKaizenClient
from kaizen_client.headers import Headers
from kaizen_client.transports.base import WireReply, WireRequest

URL = "http://kaizen.example"


class Always:
    """Answers everything, and keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[WireRequest] = []

    def send(self, request: WireRequest) -> WireReply:
        self.sent.append(request)
        return WireReply(200, Headers(), b'{"result": "x"}')

    def close(self) -> None:
        """Hold nothing."""

    def async_transport(self) -> Any:
        answer = self.send

        class Async:
            async def send(self, request: WireRequest) -> WireReply:
                return answer(request)

            async def close(self) -> None:
                """Hold nothing."""

        return Async()


async def async_key(*_: Any) -> str:
    return "a-key"


class AsyncCall:
    async def __call__(self, *_: Any) -> str:
        return "a-key"


async def never(*_: Any) -> str:
    await asyncio.Event().wait()
    return ""


@pytest.mark.parametrize("given", [async_key, AsyncCall(), partial(async_key), lambda *_: async_key()])
async def test_the_async_client_awaits_a_key_function_and_a_hook(given: Callable[..., Any]) -> None:
    transport, told = Always(), []

    async def hook(event: Any) -> None:
        told.append(event.number)

    async with KaizenClient(transport=transport, base_url=URL, api_key=given, on_attempt=hook) as client:
        await client.compress(data=1)
    assert transport.sent[0].headers["x-api-key"] == "a-key"
    assert told == [1]


@pytest.mark.parametrize("name", ["api_key", "on_attempt"])
@pytest.mark.parametrize("given", [async_key, AsyncCall(), partial(async_key)])
def test_the_sync_client_refuses_an_async_function_when_it_is_made(name: str, given: Any) -> None:
    settings: dict[str, Any] = {name: given}
    with pytest.raises(KaizenConfigError, match=f"{name} is an async function"):
        SyncKaizenClient(transport=Always(), base_url=URL, **settings)
    with SyncKaizenClient(transport=Always(), base_url=URL) as client, pytest.raises(KaizenConfigError, match=name):
        client.with_options(**settings)


def test_the_sync_client_refuses_a_key_function_that_turns_out_to_be_async() -> None:
    given: Any = lambda: async_key()  # noqa: E731
    transport = Always()
    client = SyncKaizenClient(transport=transport, base_url=URL, api_key=given)
    with client, pytest.raises(KaizenConfigError, match="api_key gave something to be awaited"):
        client.compress(data=1)
    assert transport.sent == []


def test_a_hook_that_turns_out_to_be_async_is_logged_by_the_sync_client(caplog: pytest.LogCaptureFixture) -> None:
    with SyncKaizenClient(transport=Always(), base_url=URL, on_attempt=lambda _: async_key()) as client:
        assert client.compress(data=1).value == "x"
    assert "the on_attempt hook failed: KaizenConfigError" in caplog.text


def test_a_retry_policy_with_async_functions_is_refused() -> None:
    class Policy:
        async def retries_status(self, *_: Any) -> bool:
            return True

        def delay(self, *_: Any) -> float:
            return 0.0

    with pytest.raises(KaizenConfigError, match="retry_policy"):
        KaizenClient(base_url=URL, retry_policy=Policy())


async def test_a_key_function_that_hangs_ends_at_the_deadline() -> None:
    transport = Always()
    async with KaizenClient(transport=transport, base_url=URL, api_key=never) as client:
        with pytest.raises(KaizenDeadlineError, match="api_key"):
            await client.compress(data=1, deadline=0.05)
    assert transport.sent == []


async def test_a_hook_that_hangs_costs_no_more_than_the_deadline(caplog: pytest.LogCaptureFixture) -> None:
    async with KaizenClient(transport=Always(), base_url=URL, on_attempt=never) as client:
        assert (await client.compress(data=1, deadline=0.05)).value == "x"
    assert "the on_attempt hook failed: TimeoutError" in caplog.text


async def test_what_others_cancelled_is_a_failure_of_the_function_and_no_cancellation_of_the_call(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def cancelled(*_: Any) -> str:
        shared = asyncio.get_running_loop().create_future()
        shared.cancel()
        return await shared  # type: ignore[no-any-return]

    async with KaizenClient(transport=Always(), base_url=URL, api_key=cancelled) as client:
        with pytest.raises(KaizenRequestError, match="api_key function failed"):
            await client.compress(data=1)
    async with KaizenClient(transport=Always(), base_url=URL, on_attempt=cancelled) as client:
        assert (await client.compress(data=1)).value == "x"
    assert "the on_attempt hook failed" in caplog.text
