"""Measure what it costs to make and close a client, and a call of the embedded engine; as `calls.py` is used.

python -P scripts/bench/clients.py SUBJECT
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parents[1]))

from bench.loopback import SMALL
from bench.subjects import FIRST, RAW
from bench.workers import answer

_HTTPS, _HTTP = "https://127.0.0.1:9", "http://127.0.0.1:9"


def _httpx() -> None:
    import_module("httpx").Client().close()


def _kaizen() -> None:
    from kaizen_client import SyncKaizenClient

    SyncKaizenClient.from_env().close()


def _openai() -> None:
    import_module("openai").OpenAI(api_key="a-key", base_url=_HTTPS).close()


def _anthropic() -> None:
    import_module("anthropic").Anthropic(api_key="a-key", base_url=_HTTPS).close()


async def _async_kaizen() -> None:
    from kaizen_client import KaizenClient

    await KaizenClient.from_env().close()


async def _first() -> None:
    import kaizen_client as first

    settings: Any = first.KaizenClientConfig
    client: Any = first.KaizenClient(settings(base_url=_HTTPS, api_key="a-key"))
    await client.close()


#: What makes a client and closes it, and the service's URL as the environment says it.
SYNC: Final[dict[str, tuple[Callable[[], None], str]]] = {
    RAW: (_httpx, ""),
    "kaizen": (_kaizen, _HTTPS),
    "kaizen, plain HTTP": (_kaizen, _HTTP),
    "kaizen, embedded": (_kaizen, "embedded:"),
    "openai": (_openai, ""),
    "anthropic": (_anthropic, ""),
}
ASYNC: Final[dict[str, tuple[Callable[[], Awaitable[None]], str]]] = {
    "kaizen, async": (_async_kaizen, _HTTPS),
    FIRST: (_first, ""),
}
SUBJECTS: Final = (*SYNC, *ASYNC)


class Clients:
    """One kind of client."""

    def __init__(self, subject: str) -> None:
        self._subject = subject

    def made(self, times: int) -> float:
        """Make and close a client as often, after a first one that is not counted; give the seconds for one."""
        _, url = {**SYNC, **ASYNC}[self._subject]
        os.environ.update(KAIZEN_BASE_URL=url, KAIZEN_API_KEY="a-key")
        if self._subject in SYNC:
            make, _ = SYNC[self._subject]
            make()
            gc.collect()
            began = time.process_time()
            for _ in range(times):
                make()
            return (time.process_time() - began) / times
        return asyncio.run(self._made(times))

    async def _made(self, times: int) -> float:
        make, _ = ASYNC[self._subject]
        await make()
        gc.collect()
        began = time.process_time()
        for _ in range(times):
            await make()
        return (time.process_time() - began) / times

    def embedded(self, calls: int) -> float:
        """Give the seconds of a call of the embedded engine."""
        from kaizen_client import SyncKaizenClient

        with SyncKaizenClient.embedded() as client:
            client.compress(data=SMALL)
            gc.collect()
            began = time.process_time()
            for _ in range(calls):
                client.compress(data=SMALL)
            return (time.process_time() - began) / calls


if __name__ == "__main__":
    answer(Clients(sys.argv[1]))
