"""`with_kaizen_client`: a client for the time of a call, unless the caller has one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kaizen_client import KaizenClient, KaizenClientConfig, KaizenConfigError, SyncKaizenClient, with_kaizen_client

CONFIG = KaizenClientConfig("embedded:")


def test_a_plain_function_gets_a_sync_client_that_is_closed() -> None:
    seen: list[Any] = []

    @with_kaizen_client(CONFIG)
    def shrink(value: Any, *, kaizen: SyncKaizenClient) -> str:
        """Shrink."""
        seen.append(kaizen)
        return kaizen.compress(data=value).value

    assert shrink({"id": 1}) == "id: 1"  # type: ignore[call-arg]
    assert type(seen[0]) is SyncKaizenClient
    assert seen[0]._closed
    assert (shrink.__name__, shrink.__doc__) == ("shrink", "Shrink.")


async def test_an_async_function_gets_an_async_client_that_is_closed() -> None:
    seen: list[Any] = []

    @with_kaizen_client(config=CONFIG)
    async def shrink(value: Any, kaizen: KaizenClient) -> str:
        seen.append(kaizen)
        return (await kaizen.compress(data=value)).value

    assert await shrink({"id": 1}) == "id: 1"  # type: ignore[call-arg]
    assert type(seen[0]) is KaizenClient
    assert seen[0]._closed


def test_it_works_without_parentheses_and_with_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIZEN_BASE_URL", "embedded:")

    @with_kaizen_client
    def bare(kaizen: Any = None) -> Any:
        return kaizen.config.max_retries

    @with_kaizen_client(max_retries=9)
    def told(kaizen: Any = None) -> Any:
        return kaizen.config.max_retries

    assert (bare(), told()) == (2, 9)


def test_a_callers_client_is_used_and_left_open() -> None:
    @with_kaizen_client(CONFIG)
    def which(first: int, kaizen: Any = None) -> Any:
        return kaizen

    with SyncKaizenClient.embedded() as own:
        assert which(1, own) is own
        assert which(1, kaizen=own) is own
        assert which(kaizen=own, first=1) is own
        assert which(1, None) is not own
        assert which(1, kaizen=None) is not own
        assert not own._closed


def test_a_function_that_takes_only_keywords_by_name_gets_it() -> None:
    @with_kaizen_client(CONFIG)
    def options(**given: Any) -> Any:
        return given

    assert set(options(a=1)) == {"a", "kaizen"}


def test_the_client_is_closed_when_the_function_fails() -> None:
    seen: list[Any] = []

    @with_kaizen_client(CONFIG)
    def fail(kaizen: Any = None) -> None:
        seen.append(kaizen)
        raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert seen[0]._closed


def test_a_generator_is_refused() -> None:
    def generator(kaizen: Any) -> Iterator[int]:
        yield 1

    with pytest.raises(KaizenConfigError, match="generator"):
        with_kaizen_client(CONFIG)(generator)


def test_a_client_never_takes_the_place_of_another_argument() -> None:
    @with_kaizen_client(CONFIG)
    def many(*items: int, kaizen: Any = None) -> Any:
        return items, kaizen

    @with_kaizen_client(CONFIG)
    def by_place(value: int, kaizen: Any = None, /) -> Any:
        return value, kaizen

    items, client = many(1, 2, 3)
    assert items == (1, 2, 3)
    assert type(client) is SyncKaizenClient
    value, client = by_place(1)
    assert value == 1
    assert type(client) is SyncKaizenClient


def test_something_that_is_no_configuration_is_refused() -> None:
    with pytest.raises(KaizenConfigError, match="takes a KaizenClientConfig, not str"):
        with_kaizen_client("embedded:")  # type: ignore[call-overload]
