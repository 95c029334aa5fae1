"""The rate: how it is written, what the bucket lets in, and what the others are told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_client.embedded._rate import TokenBucket
from kaizen_client.embedded.server import Rate


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("100/s", Rate(100, 1)),
        ("50/m", Rate(50, 60)),
        ("7/h", Rate(7, 3600)),
        ("5", Rate(5, 1)),
        ("0.5", Rate(0.5, 1)),
        (" 2/s ", Rate(2, 1)),
    ],
)
def test_a_rate_is_read_as_it_is_written(text: str, rate: Rate) -> None:
    assert Rate.parse(text) == rate


@pytest.mark.parametrize(
    "text", ["", "0", "0.0/s", "-1", "1/d", "1/", "/s", "1 / s", "1/S", "nan", "inf", "1e3", "1_0", "9" * 10, "1s", "١"]
)
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a rate is a number above 0"):
        Rate.parse(text)


def test_a_full_bucket_lets_its_size_in_at_once_and_then_says_how_long_to_wait() -> None:
    clock = Clock()
    bucket = TokenBucket(Rate(3, 60), clock)
    assert [bucket.take() for _ in range(4)] == [0, 0, 0, 20]
    clock.now += 19.5
    assert bucket.take() == 1
    clock.now += 0.5
    assert [bucket.take(), bucket.take()] == [0, 20]


def test_the_wait_is_at_least_a_second() -> None:
    bucket = TokenBucket(Rate(1000), Clock())
    assert [bucket.take() for _ in range(1001)][-1] == 1


def test_a_bucket_does_not_fill_beyond_its_size() -> None:
    clock = Clock()
    bucket = TokenBucket(Rate(2), clock)
    clock.now += 1_000_000
    assert [bucket.take() for _ in range(3)] == [0, 0, 1]


def test_a_rate_below_one_lets_one_in_at_a_time() -> None:
    clock = Clock()
    bucket = TokenBucket(Rate(0.5), clock)
    assert [bucket.take(), bucket.take()] == [0, 2]
    clock.now += 2
    assert bucket.take() == 0


@given(requests=st.floats(0.1, 50), seconds=st.sampled_from([1.0, 60.0]), steps=st.lists(st.floats(0, 10), max_size=60))
def test_never_more_are_let_in_than_the_rate_allows_and_the_wait_suffices(
    requests: float, seconds: float, steps: list[float]
) -> None:
    clock = Clock()
    bucket = TokenBucket(Rate(requests, seconds), clock)
    let_in = 0
    for step in steps:
        clock.now += step
        wait = bucket.take()
        if wait:
            clock.now += wait
            assert bucket.take() == 0
        let_in += 1
    assert let_in <= max(1.0, requests) + (clock.now - 1000) * requests / seconds + 1e-6


def test_too_many_requests_get_a_429_that_says_when_to_come_back(serve: Any) -> None:
    clock = Clock()
    served = serve(rate=Rate(2, 60), clock=clock)
    assert [served.ask("POST", "/v1/compress", {"data": 1}).status for _ in range(2)] == [200, 200]
    got = served.ask("POST", "/v1/compress", {"data": 1})
    assert (got.status, got.headers["retry-after"]) == (429, "30")
    assert got.body == {
        "detail": "Too many requests.",
        "code": "rate_limited",
        "request_id": got.headers["x-request-id"],
    }
    clock.now += 30
    assert served.ask("POST", "/v1/compress", {"data": 1}).status == 200


def test_health_is_let_in_always_and_takes_no_token(serve: Any) -> None:
    served = serve(rate=Rate(1, 60), clock=Clock())
    assert [served.ask("GET", "/").status for _ in range(3)] == [200, 200, 200]
    assert served.ask("POST", "/v1/compress", {"data": 1}).status == 200
    assert served.ask("POST", "/v1/compress", {"data": 1}).status == 429
    assert served.ask("GET", "/").status == 200


def test_requests_that_would_be_refused_anyway_are_counted_too(serve: Any) -> None:
    served = serve(rate=Rate(2, 60), clock=Clock(), api_key="k")
    assert [served.ask("POST", "/v1/nothing", b"{}").status for _ in range(3)] == [401, 401, 429]


def test_a_throttled_request_keeps_its_connection_and_its_id(serve: Any) -> None:
    served = serve(rate=Rate(1, 60), clock=Clock())
    with served.session() as session:
        assert session.ask("POST", "/v1/compress", {"data": 1}).status == 200
        first = session.connection.sock
        got = session.ask("POST", "/v1/compress", {"data": 1}, x_request_id="mine")
        assert (got.status, got.headers["x-request-id"], got.body["request_id"]) == (429, "mine", "mine")
        assert session.ask("GET", "/").status == 200
        assert session.connection.sock is first
