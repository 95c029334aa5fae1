"""`Retry-After`: seconds and the three date forms; anything else says nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_client.retries import RETRIED_STATUSES, RetryPolicy, http_date, parse_retry_after

NOW = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2", 2.0), ("0", 0.0), ("1.5", 1.5), (" 3 ", 3.0), ("999999999", 999999999.0),
        ("Sun, 06 Nov 1994 08:49:47 GMT", 10.0),
        ("Sunday, 06-Nov-94 08:49:47 GMT", 10.0),
        ("Sun Nov  6 08:49:47 1994", 10.0),
        ("Sun, 06 Nov 1994 08:49:27 GMT", 0.0),
    ],
)  # fmt: skip
def test_what_the_rfc_allows_is_read(value: str, seconds: float) -> None:
    assert parse_retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "value",
    [
        None, "", "-1", "nan", "inf", "1e3", "+5", "soon", "Monday", "5 seconds", "2, 3", "١٢", "1_000", "9" * 100_000,
        "Sun, 99 Nov 1994 08:49:47 GMT", "Sun, 06 Xyz 1994 08:49:47 GMT", "1994-11-06T08:49:47Z", "Sun, 06 Nov 1994",
    ],
)  # fmt: skip
def test_anything_else_says_nothing(value: str | None) -> None:
    assert parse_retry_after(value, NOW) is None


@given(st.integers(0, 4_000_000_000))
def test_a_date_is_read_back(seconds: int) -> None:
    assert parse_retry_after(http_date(seconds), 0.0) == seconds


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    assert parse_retry_after(text, NOW) is None or text.strip(" \t")[0].isdigit()


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_delay_of_our_own_is_bounded(number: int, lot: float) -> None:
    delay = RetryPolicy().delay(number, None, lot)
    assert delay is not None
    assert 0 <= delay <= min(8.0, 0.5 * 2 ** min(number - 1, 10))


@given(st.floats(0.001, 60), st.floats(0, 1, exclude_max=True))
def test_a_delay_the_service_asks_for_is_never_shortened(asked: float, lot: float) -> None:
    delay = RetryPolicy().delay(1, asked, lot)
    assert delay is not None
    assert asked <= delay <= asked * 1.5
    assert RetryPolicy().delay(1, 60.5, lot) is None


def test_the_statuses_that_may_pass() -> None:
    assert sorted(RETRIED_STATUSES) == [408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529]
