# Made from tests/async/test_async_retries.py by `make generate`. Do not edit.
"""Which attempts are repeated, after how long, and what is left when they are used up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kaizen_client import (
    Attempt,
    AttemptEvent,
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenError,
    KaizenRateLimitError,
    KaizenResponseError,
    KaizenServerError,
    KaizenTimeoutError,
    SyncKaizenClient,
)

URL = "http://kaizen.example"


def made(transport: Any, clock: Any, **settings: Any) -> SyncKaizenClient:
    client = SyncKaizenClient(transport=transport, base_url=URL, **settings)
    client._sender.clock = clock
    return client


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529])
def test_a_status_that_may_pass_is_tried_again(status: int, script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(reply(status), reply(status), reply(200))
    with made(transport, clock) as client:
        result = client.compress(data=1)
    assert result.http is not None
    assert [attempt.status for attempt in result.http.attempts] == [status, status, 200]
    # Full jitter, half a lot: 0.5 * 0.5 and 1.0 * 0.5.
    assert clock.slept == [0.25, 0.5]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422, 501, 505])
def test_a_status_that_will_not_pass_is_not(status: int, script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(reply(status))
    with made(transport, clock) as client:
        with pytest.raises(KaizenError):
            client.compress(data=1)
    assert len(transport.sent) == 1
    assert clock.slept == []


def test_a_missing_tokenizer_is_not_waited_for(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(reply(500, b'{"detail": "Unable to load tokenizer for x"}'))
    with made(transport, clock) as client:
        with pytest.raises(KaizenServerError):
            client.optimize(data=1, token_models=["x"])
    assert len(transport.sent) == 1


@pytest.mark.parametrize(("word", "status", "attempts"), [("true", 400, 3), ("false", 503, 1)])
def test_the_service_has_the_last_word_on_trying_again(
    word: str, status: int, attempts: int, script: Any, reply: Callable[..., Any], clock: Any
) -> None:
    transport = script(reply(status, x_should_retry=word))
    with made(transport, clock) as client:
        with pytest.raises(KaizenError):
            client.compress(data=1)
    assert len(transport.sent) == attempts


@pytest.mark.parametrize(
    ("value", "waited"),
    [("2", 2.5), ("Fri, 15 Jan 2027 08:00:10 GMT", 12.5), ("-1", 0.25), ("soon", 0.25), ("inf", 0.25), ("1e9", 0.25)],
)
def test_retry_after_is_waited_for_with_jitter_on_top(
    value: str, waited: float, script: Any, reply: Callable[..., Any], clock: Any
) -> None:
    transport = script(reply(429, retry_after=value), reply(200))
    with made(transport, clock) as client:
        client.compress(data=1)
    assert clock.slept == [waited]


def test_a_retry_after_beyond_a_minute_is_raised_at_once(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(reply(429, retry_after="3600"))
    with made(transport, clock) as client:
        with pytest.raises(KaizenRateLimitError) as caught:
            client.compress(data=1)
    assert caught.value.retry_after == 3600
    assert clock.slept == []


@pytest.mark.parametrize(("client_wide", "call", "attempts"), [(0, None, 1), (5, 1, 2), (0, 3, 4)])
def test_max_retries_is_the_clients_or_the_calls(
    client_wide: int, call: int | None, attempts: int, script: Any, reply: Callable[..., Any], clock: Any
) -> None:
    transport = script(reply(503))
    with made(transport, clock, max_retries=client_wide) as client:
        with pytest.raises(KaizenServerError) as caught:
            client.compress(data=1, max_retries=call)
    assert len(transport.sent) == len(caught.value.attempts) == attempts


def test_all_attempts_carry_one_request_id_and_the_same_bytes(
    script: Any, reply: Callable[..., Any], clock: Any
) -> None:
    transport = script(reply(503), reply(503), reply(200))
    with made(transport, clock) as client:
        client.compress(data={"a": 1})
    assert len({request.headers["x-request-id"] for request in transport.sent}) == 1
    # The body is encoded once: the very same object leaves each time.
    assert len({id(request.body) for request in transport.sent}) == 1


def test_a_broken_connection_is_tried_again_and_then_raised(script: Any, clock: Any) -> None:
    transport = script(KaizenConnectionError("the connection broke"))
    with made(transport, clock) as client:
        with pytest.raises(KaizenConnectionError) as caught:
            client.compress(data=1, metadata={"trace": 1})
    assert len(transport.sent) == len(caught.value.attempts) == 3
    assert caught.value.metadata == {"trace": 1}
    assert caught.value.request_id == transport.sent[0].headers["x-request-id"]


def test_the_last_response_beats_a_later_failure_to_connect(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(reply(503), KaizenConnectionError("the connection broke"))
    with made(transport, clock, max_retries=1) as client:
        with pytest.raises(KaizenServerError) as caught:
            client.compress(data=1)
    assert isinstance(caught.value.__cause__, KaizenConnectionError)
    assert [attempt.status for attempt in caught.value.attempts] == [503, None]


def test_the_deadline_beats_the_last_response(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(reply(503), KaizenDeadlineError("too long"))
    with made(transport, clock) as client:
        with pytest.raises(KaizenDeadlineError) as caught:
            client.compress(data=1)
    assert isinstance(caught.value.__cause__, KaizenServerError)


def test_a_sleep_that_would_cross_the_deadline_is_not_begun(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(reply(429, retry_after="10"))
    with made(transport, clock, deadline=12) as client:
        with pytest.raises(KaizenRateLimitError):
            client.compress(data=1)
    assert clock.slept == []


def test_a_timeout_is_tried_again(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    transport = script(KaizenTimeoutError("too long"), reply(200))
    with made(transport, clock) as client:
        assert (client.compress(data=1)).value == "x"


def test_the_attempts_tell_when_how_long_and_how_it_ended(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    def tick() -> None:
        clock.now += 0.125

    transport = script(reply(503), KaizenConnectionError("broke"), reply(200), tick=tick)
    with made(transport, clock) as client:
        result = client.compress(data=1)
    assert result.http is not None
    assert result.http.attempts == (
        Attempt(1, 503, None, 0.0, 0.125, 0.25),
        Attempt(2, None, "KaizenConnectionError: broke", 0.375, 0.125, 0.5),
        Attempt(3, 200, None, 1.0, 0.125, 0.0),
    )
    assert result.http.elapsed == 1.125


def test_the_hook_is_told_of_every_attempt_and_its_own_fault_is_only_logged(
    script: Any, reply: Callable[..., Any], clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[AttemptEvent] = []

    def hook(event: AttemptEvent) -> None:
        told.append(event)
        raise RuntimeError("of the hook")

    transport = script(reply(503), reply(200))
    with made(transport, clock, on_attempt=hook) as client:
        result = client.compress(data=1)
    assert result.http is not None
    assert [(event.number, event.status, event.error, event.slept, event.last) for event in told] == [
        (1, 503, "KaizenServerError", 0.25, False),
        (2, 200, None, 0.0, True),
    ]
    assert {(event.operation, event.method, event.route, event.request_id) for event in told} == {
        ("compress", "POST", "/v1/compress", result.request_id)
    }
    assert (told[1].sent_bytes, told[1].received_bytes) == (10, 15)
    assert "on_attempt hook failed" in caplog.text


def test_another_policy_may_stand_in(script: Any, reply: Callable[..., Any], clock: Any) -> None:
    class Stubborn:
        def retries_status(self, status: int, headers: Any, detail: object) -> bool:
            return status == 404

        def delay(self, number: int, retry_after: float | None, random: float) -> float:
            return 7.0

    transport = script(reply(404), reply(200))
    with made(transport, clock, retry_policy=Stubborn()) as client:
        client.compress(data=1)
    assert clock.slept == [7.0]


def test_an_error_about_a_reply_keeps_all_that_the_reply_says(
    script: Any, reply: Callable[..., Any], clock: Any
) -> None:
    said = b'{"detail": "moved", "request_id": "the-services-own"}'
    transport = script(reply(302, said, location="https://elsewhere.example/", retry_after="7"))
    with made(transport, clock, api_key="a-long-enough-key") as client:
        with pytest.raises(KaizenResponseError, match="elsewhere") as caught:
            client.compress(data=1)
    error = caught.value
    assert (error.detail, error.request_id, error.retry_after) == ("moved", "the-services-own", 7.0)
