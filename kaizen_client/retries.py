"""When a failed attempt is repeated, and after how long: values and arithmetic, no I/O."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

from kaizen_client.headers import Headers

#: Statuses that may pass: request timeout, too early, rate limit, server faults, and a proxy's own.
RETRIED_STATUSES: Final = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 525), 529})

# The three forms of an HTTP date, RFC 9110, section 5.6.7. The shape is checked before the text reaches a general
# date parser, which would read `5` and `Monday` as dates and spend a second on a long number.
_DAY: Final = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_LONG_DAY: Final = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME: Final = r"\d{2}:\d{2}:\d{2}"
_HTTP_DATE: Final = re.compile(
    rf"(?:{_DAY}, \d{{2}} {_MONTH} \d{{4}} {_TIME} GMT"
    rf"|{_LONG_DAY}, \d{{2}}-{_MONTH}-\d{{2}} {_TIME} GMT"
    rf"|{_DAY} {_MONTH} [ \d]\d {_TIME} \d{{4}})\Z",
    re.ASCII,
)
_SECONDS: Final = re.compile(r"\d{1,20}(?:\.\d{1,6})?\Z", re.ASCII)
_LONGEST_DATE: Final = 40


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Return what a `Retry-After` field asks for, in seconds from now; None where it says nothing usable.

    Args:
        value: the field's value: seconds, or one of the three forms of an HTTP date (RFC 9110, section 10.2.3).
        now: the present, in seconds since the epoch.

    >>> parse_retry_after("2", 0.0)
    2.0
    """
    if value is None:
        return None
    value = value.strip(" \t")
    if _SECONDS.match(value):
        return float(value)
    if len(value) > _LONGEST_DATE or not _HTTP_DATE.match(value):
        return None
    from dateutil import parser  # Only here: few calls ever need it.

    try:
        when = parser.parse(value)
    except (ValueError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, when.timestamp() - now)


def http_date(seconds: float) -> str:
    """Return a time, in seconds since the epoch, as an HTTP date in its preferred form.

    >>> http_date(0)
    'Thu, 01 Jan 1970 00:00:00 GMT'
    """
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


class RetryPolicy(NamedTuple):
    """How failed attempts are repeated.

    Any object with `retries_status(status, headers, detail)` and `delay(number, retry_after, random)` can stand in
    its place as the `retry_policy` setting; one without `budget`, `refund` or `adaptive` has those of this class.

    >>> SyncKaizenClient.embedded(retry_policy=RetryPolicy(longest=2.0, budget=50))
    """

    #: The bound of the first sleep, in seconds; it doubles with each attempt.
    base: float = 0.5
    #: No sleep of our own is longer than this, in seconds.
    longest: float = 8.0
    #: A `Retry-After` longer than this, in seconds, is not waited for.
    longest_retry_after: float = 60.0
    #: A `Retry-After` is stretched by up to this share of itself, so that many clients do not return at once.
    stretch: float = 0.5
    #: How many retries the client has in store, all its calls together (one after a timeout counts twice); `math.inf`
    #: for any number.
    budget: float = 10.0
    #: What a successful call puts back into that store.
    refund: float = 0.1
    #: Whether a 429 lowers the rate at which the client sends.
    adaptive: bool = True

    def retries_status(self, status: int, headers: Headers, detail: object) -> bool:
        """Tell whether a reply with this status may be followed by a better one.

        Args:
            status: the HTTP status.
            headers: the reply's header fields; `x-should-retry` has the last word.
            detail: what the reply says under `detail`.
        """
        asked = headers.get("x-should-retry", "").lower()
        if asked in ("true", "false"):
            return asked == "true"
        # Deterministic, as the contract says: the same request fails again.
        if status == 500 and isinstance(detail, str) and "Unable to load tokenizer" in detail:
            return False
        return status in RETRIED_STATUSES

    def delay(self, number: int, retry_after: float | None, random: float) -> float | None:
        """Return how long to wait after attempt `number` (from 1), in seconds; None to give up at once.

        Args:
            number: how many attempts there have been.
            retry_after: what the service asked for, in seconds.
            random: a number in [0, 1).
        """
        if retry_after is not None and retry_after > 0:
            if retry_after > self.longest_retry_after:
                return None
            return retry_after * (1 + self.stretch * random)
        # Full jitter; min() first, so that the power stays small whatever the number.
        return float(min(self.longest, self.base * 2 ** min(number - 1, 10)) * random)
