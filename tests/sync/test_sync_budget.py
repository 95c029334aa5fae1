# Made from tests/async/test_async_budget.py by `make generate`. Do not edit.
"""What all calls of a client share: the retry budget, the send rate after a 429, and the counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from kaizen_client import (
    Counts,
    KaizenDeadlineError,
    KaizenError,
    KaizenPayloadError,
    KaizenRateLimitError,
    KaizenServerError,
    RetryPolicy,
    SyncKaizenClient,
)

URL = "http://kaizen.example"


def made(transport: Any, clock: Any, **settings: Any) -> SyncKaizenClient:
    client = SyncKaizenClient(transport=transport, base_url=URL, **settings)
    client._sender.clock = clock
    return client


def failed(client: SyncKaizenClient, times: int) -> None:
    for _ in range(times):
        with pytest.raises(KaizenError):
            client.compress(data=1)


def test_a_service_that_fails_every_call_gets_no_more_retries_than_the_budget_holds(
    script: Any, reply: Callable[..., Any], clock: Any
) -> None:
    transport = script(reply(503))
    with made(transport, clock) as client:
        failed(client, 50)
        with pytest.raises(KaizenServerError) as caught:
            client.compress(data=1)
    assert len(transport.sent) == 51 + 10
    assert len(caught.value.attempts) == 1
    assert "not tried again: too many calls of this client fail (RetryPolicy.budget)" in caught.value.__notes__


def test_successes_fill_the_budget_again(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(reply(503))
    with made(transport, clock, retry_policy=RetryPolicy(budget=1)) as client:
        failed(client, 2)
        transport.answers = [reply(200)]
        for _ in range(10):
            client.compress(data=1)
        transport.sent.clear()
        transport.answers = [reply(503)]
        failed(client, 2)
    assert len(transport.sent) == 3


def test_a_policy_may_do_without_a_budget(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(reply(503))
    with made(transport, clock, retry_policy=RetryPolicy(budget=math.inf)) as client:
        failed(client, 20)
    assert len(transport.sent) == 60


def test_copies_share_the_budget_but_one_with_another_policy_has_its_own(
    script: Any, reply: Callable[..., Any], clock: Any
) -> None:
    transport = script(reply(503))
    with made(transport, clock, retry_policy=RetryPolicy(budget=2)) as client:
        failed(client, 1)
        for settings, attempts in (({"timeout": 5.0}, 1), ({"retry_policy": RetryPolicy(budget=1)}, 2)):
            with client.with_options(**settings) as copy:
                copy._sender.clock = clock
                transport.sent.clear()
                failed(copy, 1)
                assert len(transport.sent) == attempts


def test_a_new_key_after_a_401_costs_no_retry(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    keys = iter("ab")
    transport = script(reply(401), reply(200))
    policy = RetryPolicy(budget=0.5)
    with made(transport, clock, api_key=lambda: next(keys), retry_policy=policy) as client:
        client.compress(data=1)
    assert [request.headers["x-api-key"] for request in transport.sent] == ["a", "b"]


def test_after_a_429_the_other_calls_are_spread_and_only_the_throttled_one_waits_as_asked(
    script: Any, reply: Callable[..., Any], clock: Any
) -> None:
    transport = script(reply(200))
    with made(transport, clock) as client:
        for _ in range(50):
            clock.now += 0.1
            client.compress(data=1)
        transport.answers = [reply(429, retry_after="20"), reply(200)]
        client.compress(data=1)
        assert clock.slept == [20 * 1.25]
        transport.answers = [reply(429), reply(200)]
        with pytest.raises(KaizenRateLimitError):
            client.compress(data=1, max_retries=0)
        clock.slept.clear()
        for _ in range(5):
            client.compress(data=1)
    # Ten calls a second were too many, though a call every 25 s was what the 429 met: the waits are short, and even.
    assert 3 <= len(clock.slept) <= 5
    assert max(clock.slept) < 2.1


def test_a_policy_may_do_without_the_send_rate(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(reply(429))
    with made(transport, clock, max_retries=0, retry_policy=RetryPolicy(adaptive=False)) as client:
        failed(client, 50)
    assert clock.slept == []


def test_a_call_that_the_send_rate_holds_past_its_deadline_fails_at_once(
    script: Any, reply: Callable[..., Any], clock: Any
) -> None:
    transport = script(reply(429))
    with made(transport, clock, max_retries=0) as client:
        failed(client, 2)
        transport.sent.clear()
        transport.answers = [reply(200)]
        client.compress(data=1)
        with pytest.raises(KaizenDeadlineError, match="429") as caught:
            client.compress(data=1, deadline=0.01)
    assert caught.value.attempts == ()
    assert len(transport.sent) == 1


def test_the_counts_tell_how_calls_ended(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(reply(200), reply(503), reply(200), reply(422))
    with made(transport, clock, max_retries=1) as client:
        assert client.counts == Counts()
        client.compress(data=1)
        client.compress(data=1)
        failed(client, 1)
        with pytest.raises(KaizenPayloadError):
            client.compress(data={1, 2})
        assert (client.compress(data=1, on_failure="passthrough")).compressed is False
        with client.with_options(timeout=1) as copy:
            copy._sender.clock = clock
            failed(copy, 1)
            assert copy.counts == client.counts
        assert client.counts == Counts(calls=6, succeeded=2, passed_through=1, failed=3, attempts=6)
