"""`kaizen_metadata`: blocks nest, and neither threads nor tasks see each other's."""

from __future__ import annotations

import asyncio
import threading

import pytest

from kaizen_client import KaizenPayloadError, kaizen_metadata
from kaizen_client.metadata import merged


def test_blocks_nest_and_end() -> None:
    with kaizen_metadata({"a": 1, "b": 1}):
        with kaizen_metadata(b=2) as inner:
            assert inner == merged({}) == {"a": 1, "b": 2}
        assert merged({}) == {"a": 1, "b": 1}
    assert merged({}) == {}


def test_it_ends_with_an_error_too() -> None:
    with pytest.raises(LookupError), kaizen_metadata(a=1):
        raise LookupError
    assert merged({}) == {}


def test_another_thread_does_not_see_it() -> None:
    seen: list[dict[str, object]] = []
    with kaizen_metadata(a=1):
        thread = threading.Thread(target=lambda: seen.append(merged({})))
        thread.start()
        thread.join()
    assert seen == [{}]


async def test_tasks_do_not_see_each_others() -> None:
    async def one(number: int) -> dict[str, object]:
        with kaizen_metadata(number=number):
            await asyncio.sleep(0)
            return merged({})

    assert await asyncio.gather(*map(one, range(5))) == [{"number": number} for number in range(5)]


@pytest.mark.parametrize("wrong", ["trace-1", [1], 7])
def test_what_is_no_object_is_refused(wrong: object) -> None:
    with pytest.raises(KaizenPayloadError, match="metadata"), kaizen_metadata(wrong):  # type: ignore[arg-type]
        pass
