"""Fixtures for pytest, found by its entry point: a fake service, and a client of each flavour.

Loaded in every test run where the SDK is installed, so it imports no client, engine or HTTP library before a test asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from kaizen_client import KaizenClient, SyncKaizenClient
    from kaizen_client.testing import FakeKaizen


@pytest.fixture
def kaizen_service() -> FakeKaizen:
    """A fake Kaizen service: plan failures on it, and look at the calls it has had."""
    from kaizen_client.testing import FakeKaizen

    return FakeKaizen()


@pytest.fixture
def kaizen(kaizen_service: FakeKaizen) -> Iterator[KaizenClient]:
    """An async `KaizenClient` of the fake service `kaizen_service`."""
    client = kaizen_service.client()
    yield client
    # Nothing in it waits, so it needs no event loop, and this fixture no plugin for async tests.
    with suppress(StopIteration):
        client.close().send(None)


@pytest.fixture
def kaizen_sync(kaizen_service: FakeKaizen) -> Iterator[SyncKaizenClient]:
    """A `SyncKaizenClient` of the fake service `kaizen_service`."""
    with kaizen_service.sync_client() as client:
        yield client
