"""After a failure Kaizen is left alone: a second, then twice as long each time, a minute at the most."""

from __future__ import annotations

from kaizen_client.integrations._wrapping.pause import Pause
from kaizen_client.testing import FakeClock

ERROR = RuntimeError("down")


def test_before_any_failure_there_is_no_pause() -> None:
    assert Pause(FakeClock().monotonic).error() is None


def test_a_pause_ends_by_itself() -> None:
    clock = FakeClock()
    pause = Pause(clock.monotonic)
    pause.failed(ERROR)
    clock.pass_time(0.9)
    assert pause.error() is ERROR
    clock.pass_time(0.2)
    assert pause.error() is None


def test_each_failure_after_a_pause_doubles_the_next_to_a_minute() -> None:
    clock = FakeClock()
    pause = Pause(clock.monotonic)
    for seconds in (1, 2, 4, 8, 16, 32, 60, 60):
        pause.failed(ERROR)
        clock.pass_time(seconds - 0.1)
        assert pause.error() is ERROR
        clock.pass_time(0.2)
        assert pause.error() is None


def test_many_calls_that_fail_at_once_are_one_failure() -> None:
    clock = FakeClock()
    pause = Pause(clock.monotonic)
    for _ in range(100):
        pause.failed(ERROR)
    clock.pass_time(1.1)
    assert pause.error() is None
    pause.failed(ERROR)
    clock.pass_time(1.9)
    assert pause.error() is ERROR


def test_a_success_forgets_the_failures() -> None:
    clock = FakeClock()
    pause = Pause(clock.monotonic)
    for _ in range(5):
        pause.failed(ERROR)
        clock.pass_time(61)
    pause.succeeded()
    pause.failed(ERROR)
    clock.pass_time(1.1)
    assert pause.error() is None
