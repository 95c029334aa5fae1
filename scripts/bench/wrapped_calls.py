"""Measure calls of a model vendor's client, wrapped or not, on what the standard input asks for, a line of JSON each.

    python -P scripts/bench/wrapped_calls.py VENDOR

Started by the measures. Processor time is this process's, in seconds.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parents[1]))
sys.path.append(str(Path(__file__).resolve().parents[2]))

from bench.workers import answer

from kaizen_client import KaizenClientConfig
from kaizen_client.integrations import wrap

_WARM: Final = 20
_SIZE: Final = 10_000
_LEAD: Final = "Which of these orders is the largest, and who placed it? Answer in one sentence.\n\n"
_PROSE: Final = "The orders of the last week were shipped late, since the carrier had a strike (see the note). "


def _table(seed: int) -> str:
    row = {"id": 1000, "customer": "Ada Okafor", "city": "Lagos", "items": 3, "total": 112.5, "paid": True}
    rows = [{**row, "id": 1000 + seed + number, "items": number % 9} for number in range(_SIZE // 96)]
    return _LEAD + json.dumps(rows)


def _prompts(kind: str) -> Iterator[str]:
    """Give the prompts of one call after another."""
    # No two processes have the same numbers, nor do the calls of one.
    seeds = count(next(_SEEDS) * 10_000)
    same = _table(0) if kind == "table, again" else (_LEAD + _PROSE * (_SIZE // len(_PROSE)))
    for seed in seeds:
        yield _table(seed) if kind == "table, new" else same


_SEEDS: Final = count(1)


def _openai(url: str) -> tuple[Any, Callable[[Any, str], Any]]:
    from openai import OpenAI

    def call(client: Any, prompt: str) -> Any:
        return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": prompt}])

    return OpenAI(api_key="a-key", base_url=f"{url}/v1"), call


def _anthropic(url: str) -> tuple[Any, Callable[[Any, str], Any]]:
    from anthropic import Anthropic

    def call(client: Any, prompt: str) -> Any:
        messages = [{"role": "user", "content": prompt}]
        return client.messages.create(model="claude", max_tokens=100, messages=messages)

    return Anthropic(api_key="a-key", base_url=url), call


def _gemini(url: str) -> tuple[Any, Callable[[Any, str], Any]]:
    from google.genai import Client
    from google.genai.types import HttpOptions

    def call(client: Any, prompt: str) -> Any:
        return client.models.generate_content(model="gemini", contents=prompt)

    return Client(api_key="a-key", http_options=HttpOptions(base_url=url)), call


_VENDORS: Final = {"openai": _openai, "anthropic": _anthropic, "google-genai": _gemini}


class WrappedCalls:
    """The calls of one vendor's client."""

    def __init__(self, vendor: str) -> None:
        self._made: dict[str, tuple[Any, Callable[[Any, str], Any]]] = {}
        self._vendor = vendor

    def _client(self, url: str, how: str) -> tuple[Any, Callable[[Any, str], Any]]:
        if how not in self._made:
            client, call = _VENDORS[self._vendor](url)
            if how == "wrapped":
                client = wrap(client, kaizen=KaizenClientConfig(base_url="embedded:"))
            elif how == "idle middleware":
                client = client.with_options(middleware=[lambda request, call_next: call_next(request)])
            self._made[how] = client, call
        return self._made[how]

    def calls(self, url: str, ways: list[str], kind: str, calls: int) -> dict[str, dict[str, float]]:
        """Make calls in several ways, in turns; give the processor time and the median wall time of a call of each.

        Args:
            url: where the service is.
            ways: any of `plain`, `wrapped` and `idle middleware`.
            kind: what makes a difference to the wrapped client, of the prompt.
            calls: how many of each way.
        """
        clients = {how: self._client(url, how) for how in ways}
        prompts = _prompts(kind)
        cpu = dict.fromkeys(ways, 0.0)
        taken: dict[str, list[float]] = {how: [] for how in ways}
        ready = [next(prompts) for _ in range(_WARM + calls)]
        for number, prompt in enumerate(ready):
            if number == _WARM:
                gc.collect()
                cpu = dict.fromkeys(ways, 0.0)
                taken = {how: [] for how in ways}
            # A slow moment falls on all ways, and none is always first.
            for how in ways if number % 2 else reversed(ways):
                client, call = clients[how]
                started, began = time.perf_counter(), time.process_time()
                call(client, prompt)
                cpu[how] += time.process_time() - began
                taken[how].append(time.perf_counter() - started)
        return {how: {"cpu": cpu[how] / calls, "p50": median(taken[how])} for how in ways}


if __name__ == "__main__":
    answer(WrappedCalls(sys.argv[1]))
