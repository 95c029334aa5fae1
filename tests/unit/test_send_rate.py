"""The send rate: unbounded until the service says that it is too much, then cut, then grown again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_client.send_rate import SendRate


def sent_at(rate: SendRate, per_second: float, seconds: float) -> float:
    """Send at a steady pace from the beginning, and return when the last one left."""
    now = 0.0
    while now < seconds:
        assert rate.wait(rate.ticket(now), now) == 0.0
        now += 1 / per_second
    return now


def throttled_at(per_second: float) -> tuple[SendRate, float]:
    rate = SendRate()
    now = sent_at(rate, per_second, 5)
    rate.throttled(now, now)
    return rate, now


def waits(rate: SendRate, count: int, now: float) -> list[float]:
    return [rate.wait(rate.ticket(now), now) for _ in range(count)]


def test_nothing_waits_before_the_service_asks_for_less() -> None:
    rate = SendRate()
    assert waits(rate, 1000, 0.0) == [0.0] * 1000
    assert rate.limit(0.0) is None


@pytest.mark.parametrize("per_second", [20, 100, 1000])
def test_a_429_cuts_to_seven_tenths_of_the_measured_rate(per_second: float) -> None:
    rate, now = throttled_at(per_second)
    assert rate.limit(now) == pytest.approx(0.7 * per_second, rel=0.05)


def test_calls_are_spread_over_time_at_the_lowered_rate() -> None:
    rate, now = throttled_at(100)
    found = waits(rate, 36, now)
    assert found[:2] == [0.0, 0.0]
    assert found == sorted(found)
    assert found[-1] == pytest.approx(34 / 70, rel=0.05)


def test_waiting_calls_leave_at_the_rate_of_the_moment_they_leave() -> None:
    rate, now = throttled_at(100)
    tickets = [rate.ticket(now) for _ in range(1000)]
    rate.throttled(now + 0.1, now + 0.2)
    left = [ticket for ticket in tickets if rate.wait(ticket, now + 1.2) == 0.0]
    # 0.2 s at 70 and growing, then a second at 0.7 of that and growing.
    assert tickets[: len(left)] == left
    assert 60 <= len(left) <= 90


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
    grown = [rate.limit(now + seconds) for seconds in (1, 2, 3, 4, 5)]
    known = [limit for limit in grown if limit is not None]
    steps = [after - before for before, after in pairwise(known)]
    assert len(steps) == 4
    assert min(steps) > 0
    assert steps == sorted(steps, reverse=True)
    assert known[-1] == pytest.approx(100, rel=0.02)
    assert rate.limit(now + 60) is None
    assert waits(rate, 100, now + 60) == [0.0] * 100


def test_the_limit_does_not_end_while_calls_wait_for_it() -> None:
    rate, now = throttled_at(10)
    for _ in range(100_000):
        rate.ticket(now)
    assert rate.limit(now + 13) is not None


def test_a_ticket_that_is_given_back_moves_up_those_after_it_and_none_before_it() -> None:
    rate, now = throttled_at(100)
    tickets = [rate.ticket(now) for _ in range(20)]
    before = [rate.wait(ticket, now) for ticket in tickets]
    for ticket in tickets[5:10]:
        rate.give_back(ticket, now)
    after = [rate.wait(ticket, now) for ticket in tickets]
    assert after[:5] == before[:5]
    assert after[10:] == pytest.approx(before[5:15])
    assert rate.wait(rate.ticket(now), now) == pytest.approx(before[15])


def test_a_single_call_that_is_throttled_is_not_held_back_by_its_own_retries() -> None:
    rate = SendRate()
    waits(rate, 1, 0.0)
    rate.throttled(0.0, 0.1)
    assert waits(rate, 1, 0.6) == [0.0]
    rate.throttled(0.6, 0.7)
    assert waits(rate, 1, 1.7) == [0.0]


def test_a_thread_that_looked_at_the_clock_earlier_does_not_set_it_back() -> None:
    rate, now = throttled_at(100)
    tickets = [rate.ticket(now) for _ in range(50)]
    for _ in range(100):
        for moment in (now + 0.05, now):
            free = [ticket for ticket in tickets if rate.wait(ticket, moment) == 0.0]
    assert len(free) <= 2 + 0.05 * 80


def test_a_rate_of_long_ago_is_forgotten() -> None:
    rate = SendRate()
    sent_at(rate, 2000, 1)
    waits(rate, 1, 3600.0)
    rate.throttled(3600.0, 3600.1)
    limit = rate.limit(3600.1)
    assert limit is not None
    assert limit < 5


@given(st.lists(st.tuples(st.floats(0, 2), st.sampled_from(["take", "throttle", "back", "wait"])), max_size=200))
def test_whatever_happens_a_wait_is_finite_and_the_rate_is_positive(steps: list[tuple[float, str]]) -> None:
    rate, now = SendRate(), 0.0
    held: list[int] = []
    for pause, what in steps:
        now += pause
        if what == "take":
            held.append(rate.ticket(now))
        elif what == "throttle":
            rate.throttled(now, now)
        elif held and what == "back":
            rate.give_back(held.pop(len(held) // 2), now)
        found = [rate.wait(ticket, now) for ticket in held]
        assert found == sorted(found)
        assert all(0 <= wait <= 2 * (len(steps) + 1) for wait in found)
        limit = rate.limit(now)
        assert limit is None or limit >= 0.5
