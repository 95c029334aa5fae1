"""What reached the stand-in: texts, wherever they stand in a body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kaizen_client.integrations import Totals
from tests.vendors.standin import StandIn
from tests.vendors.wire import Received
from tests.vendors.wrapped import PROMPT, PROMPT_SENT

#: One message as OpenAI has it, which most frameworks take.
MESSAGES = [{"role": "user", "content": PROMPT}]


def texts_in(value: Any) -> Iterator[str]:
    """Give every text of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from texts_in(member)


def texts(received: Received) -> list[str]:
    return list(texts_in(received.json))


def assert_smaller(vendor: StandIn, route: str, totals: Totals) -> None:
    """Hold that one request came, with KTOF where the JSON was, and that the saving is reported."""
    assert [received.route for received in vendor.requests] == [route]
    assert PROMPT_SENT in texts(vendor.last)
    assert PROMPT not in texts(vendor.last)
    assert totals.calls == 1
    assert totals.as_ktof == 1
    assert totals.saved == len(PROMPT) - len(PROMPT_SENT)


def assert_as_it_was(vendor: StandIn) -> None:
    """Hold that one request came, with the JSON as it was."""
    assert [PROMPT in texts(received) for received in vendor.requests] == [True]
