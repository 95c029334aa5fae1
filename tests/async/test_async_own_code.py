"""Code of the application's that runs within a call: keys, hooks, policies, transports. None escapes the error tree."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from kaizen_client import (
    KaizenClient,
    KaizenConfigError,
    KaizenRequestError,
    KaizenServerError,
    RetryPolicy,
)
from kaizen_client.headers import Headers
from kaizen_client.transports.base import WireReply

URL = "http://kaizen.example"


def fails(*_: Any) -> Any:
    raise LookupError("marked-secret")


async def test_a_key_function_that_fails_is_a_request_error_with_its_cause(
    script: Any, reply: Callable[..., Any]
) -> None:
    transport = script(reply(200))
    async with KaizenClient(transport=transport, base_url=URL, api_key=fails) as client:
        with pytest.raises(KaizenRequestError, match="api_key function failed with LookupError") as caught:
            await client.compress(data=1)
        # A vault that is down must not take the application down.
        assert (await client.compress(data=1, on_failure="passthrough")).value == "1"
    assert isinstance(caught.value.__cause__, LookupError)
    assert caught.value.original is caught.value.__cause__
    assert "marked-secret" not in str(caught.value)
    assert transport.sent == []


async def test_a_key_function_that_fails_after_a_401_leaves_the_401(script: Any, reply: Callable[..., Any]) -> None:
    keys = iter(["old"])
    transport = script(reply(401))
    async with KaizenClient(transport=transport, base_url=URL, api_key=lambda: next(keys)) as client:
        with pytest.raises(Exception, match="401") as caught:
            await client.compress(data=1)
    assert type(caught.value).__name__ == "KaizenAuthenticationError"
    assert "api_key function failed" in "".join(traceback.format_exception(caught.value))


async def test_a_transport_of_the_users_own_that_fails_is_a_request_error_with_its_cause(script: Any) -> None:
    transport = script(LookupError("marked-secret"))
    async with KaizenClient(transport=transport, base_url=URL) as client:
        with pytest.raises(KaizenRequestError, match="the transport failed with LookupError") as caught:
            await client.compress(data=1)
        assert (await client.compress(data=1, on_failure="passthrough")).value == "1"
    assert isinstance(caught.value.__cause__, LookupError)
    assert "marked-secret" not in str(caught.value)
    assert len(transport.sent) == 2


async def test_a_policy_that_fails_is_logged_and_the_call_ends_with_its_own_error(
    script: Any, reply: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        retries_status = fails
        delay = fails

    transport = script(reply(503))
    async with KaizenClient(transport=transport, base_url=URL, retry_policy=Broken()) as client:
        with pytest.raises(KaizenServerError):
            await client.compress(data=1)
    assert "the retry_policy failed: LookupError at " in caplog.text
    assert "marked-secret" not in caplog.text


@pytest.mark.parametrize("delay", [float("nan"), float("inf"), -1.0, "soon"])
async def test_a_delay_that_is_no_time_is_not_waited_for(
    delay: Any, script: Any, reply: Callable[..., Any], clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Odd:
        def retries_status(self, status: int, headers: Any, detail: object) -> bool:
            return True

        def delay(self, number: int, retry_after: float | None, random: float) -> Any:
            return delay

    transport = script(reply(503))
    async with KaizenClient(transport=transport, base_url=URL, retry_policy=Odd()) as client:
        client._sender.clock = clock
        with pytest.raises(KaizenServerError):
            await client.compress(data=1)
    assert clock.slept == []
    assert "the retry_policy failed" in caplog.text


async def test_a_hook_that_fails_is_logged_by_its_place_and_not_by_its_text(
    script: Any, reply: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    async with KaizenClient(transport=script(reply(200)), base_url=URL, on_attempt=fails) as client:
        assert (await client.compress(data=1)).value == "x"
    assert "the on_attempt hook failed: LookupError at " in caplog.text
    assert "_own_code.py" in caplog.text
    assert "marked-secret" not in caplog.text


@pytest.mark.parametrize(
    "given",
    [
        (200, {}, b""),
        {"status": 200},
        WireReply("200", Headers(), b"{}"),  # type: ignore[arg-type]
        WireReply(200, {}, b"{}"),  # type: ignore[arg-type]
        WireReply(200, Headers(), None),  # type: ignore[arg-type]
        None,
    ],
)
async def test_a_transport_that_gives_no_reply_is_a_request_error(given: Any, script: Any) -> None:
    async with KaizenClient(transport=script(given), base_url=URL) as client:
        with pytest.raises(KaizenRequestError, match="no WireReply"):
            await client.compress(data=1)
        assert (await client.compress(data=1, on_failure="passthrough")).value == "1"


@pytest.mark.parametrize("name", ["budget", "refund"])
@pytest.mark.parametrize("value", [None, "5", -1, float("nan"), True])
async def test_a_policy_whose_numbers_are_none_is_refused(name: str, value: Any) -> None:
    with pytest.raises(KaizenConfigError, match=name):
        KaizenClient(base_url=URL, retry_policy=RetryPolicy()._replace(**{name: value}))


async def test_a_log_filter_that_fails_breaks_no_call(script: Any, reply: Callable[..., Any]) -> None:
    logger = logging.getLogger("kaizen_client")
    logger.addFilter(fails)
    try:
        async with KaizenClient(transport=script(reply(503)), base_url=URL, max_retries=0) as client:
            assert (await client.compress(data=1, on_failure="passthrough")).value == "1"
    finally:
        logger.removeFilter(fails)
