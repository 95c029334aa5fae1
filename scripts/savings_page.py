"""Make docs/savings.md: what wrapping saves on the prompts of savings_prompts.py, in characters and tokens.

python scripts/savings_page.py [--check]
"""

from __future__ import annotations

import json
import sys
from typing import NamedTuple

from _files import ROOT, write_or_check

sys.path.insert(0, str(ROOT))

from savings_prompts import PROMPTS, Prompt

from kaizen_client import KaizenClientConfig
from kaizen_client.embedded import PromptText, TokenCounter
from kaizen_client.integrations import MessageCompressor, Report

PAGE = ROOT / "docs" / "savings.md"
MODEL = "gpt-4o"

HEAD = """\
<!-- Made by `make generate` from scripts/savings_prompts.py. Do not edit. -->
# What wrapping saves

What [`wrap`](providers.md) makes of the texts of some prompts as applications send them, with the embedded engine and
its usual settings. Tokens are counted with `o200k_base`, the tokenizer of `gpt-4o` and later models of OpenAI; for
others they are an estimate. *Written* is how the application wrote its JSON. *Against compact* is the saving against
the same prompt with its JSON written without white space, which any program can do by itself: what is left of the
saving is KTOF's own.

"""

FOOT = """\

What can be read from it:

- Tables save most: rows with the same fields, each a single value. A field that only some rows have, or that holds an
  object, makes a list of a table, and KTOF larger than compact JSON; then JSON is sent, and all that is saved is white
  space.
- JSON lines stay as they are where each line is below 128 characters; `min_chars=0` takes their white space. One array
  of the same events becomes a table.
- Formats to answer in, schemas, and what stands in a code fence are left alone.
- Prose, and JSON below 128 characters, cost nothing but a look.

The prompts stand in `scripts/savings_prompts.py`; `make generate` makes this page, and `make check` fails where it says
something else than the code does.
"""


class Saved(NamedTuple):
    """What became of a prompt."""

    report: Report
    #: The tokens of the prompt with its JSON written without white space.
    compact: int


def _compact(text: str) -> str:
    """Return a text with its JSON written without white space."""
    found = PromptText(text)
    return found.rewritten(
        {},
        {
            place: json.dumps(block.value, ensure_ascii=False, separators=(",", ":"))
            for place, block in enumerate(found.blocks)
        },
    ).text


def saved(prompt: Prompt) -> Saved:
    """Return what becomes of a prompt."""
    reports: list[Report] = []
    compressor = MessageCompressor(
        kaizen=KaizenClientConfig(base_url="embedded:"), count_tokens=True, on_report=reports.append
    )
    compressor.compress(prompt.messages, model=MODEL)
    count = TokenCounter(MODEL)
    return Saved(reports[0], sum(count.size(_compact(message["content"])) for message in prompt.messages))


def _percent(before: int, after: int) -> str:
    share = (before - after) / before
    return "0 %" if not round(share, 3) else f"{share:.1%}".replace("%", " %")


def _became(report: Report) -> str:
    if report.as_ktof and report.as_json:
        return "KTOF and compact JSON"
    if report.as_ktof:
        return "KTOF"
    if report.as_json:
        return "compact JSON"
    return "as it was"


def page() -> str:
    """Return the page."""
    lines = [
        "| Prompt | Written | Characters | Tokens | Saved | Against compact | Sent as |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for prompt in PROMPTS:
        report, compact = saved(prompt)
        tokens = report.tokens
        if tokens is None:
            raise SystemExit("the tokenizers are not installed: run this with `make generate`")
        lines.append(
            f"| {prompt.title} | {prompt.written} | {report.characters_before:,} -> {report.characters_after:,} "
            f"| {tokens.before:,} -> {tokens.after:,} | {_percent(tokens.before, tokens.after)} "
            f"| {_percent(compact, tokens.after)} | {_became(report)} |"
        )
    return HEAD + "\n".join(lines) + "\n" + FOOT


if __name__ == "__main__":
    sys.exit(write_or_check({PAGE: page()}, check="--check" in sys.argv, remedy="run `make generate`"))
