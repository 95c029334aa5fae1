"""The send rate: unbounded until the service says that it is too much, then cut, then grown again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_client.send_rate import SendRate


def sent_at(rate: SendRate, per_second: float, seconds: float, start: float = 0.0) -> float:
    """Send at a steady pace, and return when the last one left."""
    now = start
    while now < start + seconds:
        rate.reserve(now)
        now += 1 / per_second
    return now


def throttled_at(per_second: float) -> tuple[SendRate, float]:
    rate = SendRate()
    now = sent_at(rate, per_second, 5)
    rate.throttled(now, now)
    return rate, now


def test_nothing_waits_before_the_service_asks_for_less() -> None:
    rate = SendRate()
    assert [rate.reserve(0.0) for _ in range(1000)] == [0.0] * 1000
    assert rate.limit(0.0) is None


@pytest.mark.parametrize("per_second", [20, 100, 1000])
def test_a_429_cuts_to_seven_tenths_of_the_measured_rate(per_second: float) -> None:
    rate, now = throttled_at(per_second)
    assert rate.limit(now) == pytest.approx(0.7 * per_second, rel=0.05)


def test_calls_are_spread_over_time_at_the_lowered_rate() -> None:
    rate, now = throttled_at(100)
    waits = [rate.reserve(now) for _ in range(36)]
    assert waits[:2] == [0.0, 0.0]
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(34 / 70, rel=0.1)


def test_what_was_sent_before_the_cut_cuts_no_deeper() -> None:
    rate, now = throttled_at(100)
    for _ in range(50):
        rate.throttled(now - 0.1, now + 0.2)
    assert rate.limit(now) == pytest.approx(70, rel=0.05)
    before = rate.limit(now + 0.4)
    assert before is not None
    rate.throttled(now + 0.3, now + 0.4)
    assert rate.limit(now + 0.4) == pytest.approx(0.7 * before)


def test_the_rate_grows_back_first_fast_then_slowly_and_then_holds_nothing_back() -> None:
    rate, now = throttled_at(100)
    grown = [rate.limit(now + seconds) for seconds in (1, 2, 3, 4)]
    known = [limit for limit in grown if limit is not None]
    assert known == sorted(known)
    steps = [after - before for before, after in pairwise(known)]
    assert steps == sorted(steps, reverse=True)
    assert known[-1] == pytest.approx(100, rel=0.02)
    assert rate.limit(now + 60) is None
    assert rate.reserve(now + 60) == 0.0


def test_a_place_that_is_given_back_can_be_taken() -> None:
    rate, now = throttled_at(100)
    first = [rate.reserve(now) for _ in range(5)]
    for _ in range(3):
        rate.give_back(now)
    assert rate.reserve(now) == pytest.approx(first[2])


def test_a_single_call_that_is_throttled_is_not_held_back_by_its_own_retries() -> None:
    rate = SendRate()
    rate.reserve(0.0)
    rate.throttled(0.0, 0.1)
    assert rate.reserve(0.6) == 0.0
    rate.throttled(0.6, 0.7)
    assert rate.reserve(1.7) == 0.0


@given(st.lists(st.tuples(st.floats(0, 2), st.sampled_from(["send", "throttle", "back"])), max_size=200))
def test_whatever_happens_a_wait_is_finite_and_the_rate_is_positive(steps: list[tuple[float, str]]) -> None:
    rate, now = SendRate(), 0.0
    for pause, what in steps:
        now += pause
        if what == "send":
            assert 0 <= rate.reserve(now) <= 2 * (len(steps) + 1)
        elif what == "throttle":
            rate.throttled(now, now)
        else:
            rate.give_back(now)
        limit = rate.limit(now)
        assert limit is None or limit >= 0.5
