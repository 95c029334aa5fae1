"""What wrapping a model vendor's client adds to a call."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench.measures.place import Place, turned
from bench.rows import Quantity, Results
from bench.workers import Worker

VENDORS: Final = ("openai", "anthropic", "google-genai")
#: What of a prompt makes a difference to the wrapped client.
PROMPTS: Final = ("table, again", "table, new", "prose")
#: Middleware that does nothing: what the hook itself costs.
IDLE: Final = "idle middleware"
_CALLS: Final = 120
_ROUNDS: Final = 7


def wrapping(place: Place, results: Results) -> None:
    """Measure calls of each vendor's client, wrapped and not."""
    with ExitStack() as stack:
        # The vendors' SDKs that the tests run with, in the environment of this process.
        team = [stack.enter_context(Worker(Path(sys.executable), "wrapped_calls.py", vendor)) for vendor in VENDORS]
        for number in place.rounds(_ROUNDS):
            for worker in turned(team, number):
                for prompt in PROMPTS:
                    cpu = Quantity("wrapping", f"{worker.title}, {prompt}, CPU", "µs", worker.title)
                    median = Quantity("wrapping", f"{worker.title}, {prompt}, p50", "µs", worker.title)
                    ways = ["plain", "wrapped", *([IDLE] if worker.title == "anthropic" else [])]
                    found = worker.ask("calls", place.url, ways, prompt, _CALLS)
                    for how in ways:
                        subject = worker.title if how == "plain" else how
                        results.add(cpu, subject, 1e6 * found[how]["cpu"])
                        results.add(median, subject, 1e6 * found[how]["p50"])
