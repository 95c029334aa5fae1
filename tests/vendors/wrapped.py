"""What the tests of wrapped clients share: texts that become smaller, and a comparison byte by byte."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from kaizen_client import KaizenClientConfig
from kaizen_client.integrations import wrap
from tests.vendors.standin import StandIn
from tests.vendors.wire import Received

C = TypeVar("C")

EMBEDDED = KaizenClientConfig(base_url="embedded:")

ROWS = [{"id": number, "name": f"Ämne {number}", "ok": number % 2 == 0} for number in range(12)]
#: JSON as an application writes it, and the KTOF that is to leave in its place.
JSON = json.dumps(ROWS, ensure_ascii=False)
KTOF = "[12]{id,name,ok}:\n" + "\n".join(
    f" {row['id']},{row['name']},{'true' if row['ok'] else 'false'}" for row in ROWS
)
PROMPT = f"Which of these is not ok?\n{JSON}"
PROMPT_SENT = f"Which of these is not ok?\n{KTOF}"

#: Each text a test sends, and what is to leave in its place.
SENT = {JSON: KTOF, PROMPT: PROMPT_SENT}


def wrapped(client: C, **options: Any) -> C:
    """Return a client wrapped with the engine in this process."""
    return wrap(client, kaizen=EMBEDDED, **options)


def assert_only_texts_differ(plain: Received, other: Received, *, ascii_only: bool = False) -> None:
    """Compare two requests byte by byte: what the vendor's client sent by itself, and what it sent when wrapped."""
    expected = plain.body
    for text, sent in SENT.items():
        old, new = (json.dumps(one, ensure_ascii=ascii_only).encode() for one in (text, sent))
        expected = expected.replace(old, new)
    assert expected != plain.body
    assert other.body == expected
    assert (other.method, other.path) == (plain.method, plain.path)
    assert other.headers["content-length"] == str(len(expected))
    # Anthropic's client sends the last one with every call once it has any middleware.
    varying = {"content-length", "x-stainless-retry-count", "x-stainless-read-timeout", "x-stainless-raw-response"}
    names = (plain.headers.keys() | other.headers.keys()) - varying
    assert {name: other.headers.get(name) for name in names} == {name: plain.headers.get(name) for name in names}


def assert_same(plain: Received, other: Received) -> None:
    """Compare two requests that are to be the same."""
    assert (other.method, other.path, other.body) == (plain.method, plain.path, plain.body)


def two(vendor: StandIn) -> tuple[Received, Received]:
    """Return the two requests that came, and forget them."""
    plain, other = vendor.requests
    vendor.clear()
    return plain, other
