"""What wrapping a vendor's client saved: call by call, and in all."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Final, NamedTuple

from kaizen_client.forks import renew_after_fork

__all__ = ["Price", "Report", "Tokens", "Totals", "Usage", "track"]


class Usage(NamedTuple):
    """The tokens that a vendor says it counted.

    >>> Usage(input=120, output=30).output
    30
    """

    #: Tokens of the prompt, those read from a cache and those written to one included.
    input: int
    #: Tokens of the reply, those of its reasoning included.
    output: int
    #: Tokens of the prompt that came from the vendor's cache.
    cached: int = 0
    #: Tokens of the prompt that were written to the vendor's cache, where the vendor says so.
    cache_write: int = 0


class Tokens(NamedTuple):
    """The tokens of a call's texts before and after, counted here."""

    before: int
    after: int
    #: The tokenizer that counted.
    tokenizer: str
    #: Whether it is the model's own; False for an estimate with another model's.
    exact: bool

    @property
    def saved(self) -> int:
        """How many tokens fewer; negative for more."""
        return self.before - self.after


class Price(NamedTuple):
    """What a model costs, in your currency for a million tokens; you supply it, since prices change.

    >>> round(Price(input=2.0, output=8.0).of(Usage(input=1_000_000, output=500_000)), 6)
    6.0
    """

    #: For the prompt.
    input: float
    #: For the reply.
    output: float = 0.0
    #: For what came from the vendor's cache; that of the prompt where it is not given.
    cached: float | None = None
    #: For what was written to the vendor's cache; that of the prompt where it is not given.
    cache_write: float | None = None

    def of(self, usage: Usage) -> float:
        """Return what a call cost."""
        cached = self.input if self.cached is None else self.cached
        written = self.input if self.cache_write is None else self.cache_write
        plain = usage.input - usage.cached - usage.cache_write
        million = plain * self.input + usage.cached * cached + usage.cache_write * written + usage.output * self.output
        return million / 1_000_000


class Report(NamedTuple):
    """What was done for one call that the vendor answered.

    A call that the vendor did not answer has no report: nothing was paid, and its exception went to the caller. A
    stream has one when it ends, is closed, or is collected.
    """

    #: `openai`, `anthropic` or `gemini`; `messages` for messages by themselves.
    provider: str
    #: The route, such as `/chat/completions`.
    route: str
    #: The model that was asked, None where the call does not say.
    model: str | None
    #: `compress`, or `audit` where nothing was changed and `after` says what it would have been.
    mode: str
    #: Characters of all the texts of the call, as the caller gave them (marks of protection aside), and as sent.
    characters_before: int
    characters_after: int
    #: Tokens of those texts; None unless `count_tokens` is on, and where the call went out as it was.
    tokens: Tokens | None = None
    #: JSON that was found in the texts and was not to be left alone.
    found: int = 0
    #: How much of it left as KTOF.
    as_ktof: int = 0
    #: How much of it left as JSON without white space, which was smaller.
    as_json: int = 0
    #: How much of it is larger as KTOF than as JSON without white space, and left as JSON.
    grew: int = 0
    #: What the vendor counted; None where it did not say.
    usage: Usage | None = None
    #: What the call cost by your prices, from `usage`; None without either.
    cost: float | None = None
    #: What the saved tokens would have cost by your prices: an estimate. None without `tokens` or a price.
    saved_cost: float | None = None
    #: Seconds that all this took.
    seconds: float = 0.0
    #: Why the call went out as it was; None where Kaizen did its work.
    error: Exception | None = None

    @property
    def saved(self) -> int:
        """How many characters fewer; negative for more."""
        return self.characters_before - self.characters_after

    def __str__(self) -> str:
        """Say it in one line."""
        model = f" {self.model}" if self.model else ""
        if self.error is not None:
            return f"{self.provider}{model}: sent as it was, Kaizen failed ({type(self.error).__name__})"
        if not self.found:
            return f"{self.provider}{model}: no JSON to rewrite ({self.characters_before:,} characters)"
        audit = "an audit, " if self.mode == "audit" else ""
        return f"{self.provider}{model}: {audit}{_change(self.characters_before, self.characters_after, self.tokens)}"


class Totals:
    """Sums of reports; safe in threads. Read its attributes at any time.

    Attributes:
        calls: how many were answered.
        failed: how many of them went out as they were, because Kaizen failed.
        audited: how many of them went out as they were in `mode="audit"`; sums say what would have been sent.
        characters_before: of all texts, as the callers gave them.
        characters_after: of all texts, as they were sent.
        tokens_before: of the texts of those calls whose tokens were counted here.
        tokens_after: the same, as they were sent.
        exact: whether all of these were counted with the models' own tokenizers; else they are estimates.
        found: JSON that was found in the texts and was not to be left alone.
        as_ktof: how much of it left as KTOF.
        as_json: how much of it left as JSON without white space, which was smaller.
        grew: how much of it would have been larger as KTOF than as JSON without white space.
        usage: the sum of what the vendors counted.
        cost: of the calls that have a price and a usage, in your currency.
        saved_cost: an estimate, of the calls that have a price and counted tokens.
        seconds: that Kaizen's part took.

    >>> totals = Totals()
    >>> totals.add(Report("openai", "/responses", "gpt-4o", "compress", 400, 300, found=1))
    >>> print(totals)
    1 call: 25.0 % fewer characters (400 -> 300)
    """

    def __init__(self) -> None:
        # A report may come while this very thread sums up another one: a stream ends where it is collected.
        self._waiting: deque[Report] = deque()
        self.after_fork()
        renew_after_fork(self)
        self.calls = self.failed = self.audited = 0
        self.characters_before = self.characters_after = 0
        self.tokens_before = self.tokens_after = 0
        self.exact = True
        self.found = self.as_ktof = self.as_json = self.grew = 0
        self.usage = Usage(0, 0)
        self.cost = self.saved_cost = self.seconds = 0.0

    def after_fork(self) -> None:
        """Make the lock anew: it may have been held when the process was copied."""
        self._lock = threading.Lock()

    @property
    def saved(self) -> int:
        """How many characters fewer; negative for more."""
        return self.characters_before - self.characters_after

    @property
    def tokens_saved(self) -> int:
        """How many tokens fewer, of those that were counted; negative for more."""
        return self.tokens_before - self.tokens_after

    def add(self, report: Report) -> None:
        """Add a report. Never waits: where others are summed up just now, this one is by whoever does that."""
        self._waiting.append(report)
        while self._waiting and self._lock.acquire(blocking=False):
            try:
                while self._waiting:
                    self._sum_up(self._waiting.popleft())
            finally:
                self._lock.release()

    def _sum_up(self, report: Report) -> None:
        self.calls += 1
        self.failed += report.error is not None
        self.audited += report.mode == "audit"
        self.characters_before += report.characters_before
        self.characters_after += report.characters_after
        if report.tokens is not None:
            self.tokens_before += report.tokens.before
            self.tokens_after += report.tokens.after
            self.exact = self.exact and report.tokens.exact
        self.found += report.found
        self.as_ktof += report.as_ktof
        self.as_json += report.as_json
        self.grew += report.grew
        if report.usage is not None:
            so_far, more = self.usage, report.usage
            self.usage = Usage(
                so_far.input + more.input,
                so_far.output + more.output,
                so_far.cached + more.cached,
                so_far.cache_write + more.cache_write,
            )
        self.cost += report.cost or 0.0
        self.saved_cost += report.saved_cost or 0.0
        self.seconds += report.seconds

    def __str__(self) -> str:
        """Say it in one line."""
        if not self.calls:
            return "no calls yet"
        tokens = Tokens(self.tokens_before, self.tokens_after, "", self.exact) if self.tokens_before else None
        calls = f"{self.calls:,} call" + ("" if self.calls == 1 else "s")
        audited = (
            "" if not self.audited else ", audited" if self.audited == self.calls else f", {self.audited:,} audited"
        )
        failed = f"; Kaizen failed in {self.failed:,}" if self.failed else ""
        if not self.found:
            return f"{calls}{audited}: no JSON to rewrite ({self.characters_before:,} characters){failed}"
        return f"{calls}{audited}: {_change(self.characters_before, self.characters_after, tokens)}{failed}"

    def __repr__(self) -> str:
        return f"<Totals: {self}>"


def _change(before: int, after: int, tokens: Tokens | None) -> str:
    text = _part(before, after, "characters")
    if tokens is None:
        return text
    estimated = "" if tokens.exact else ", estimated"
    return f"{text}, {_part(tokens.before, tokens.after, 'tokens')}{estimated}"


def _part(before: int, after: int, unit: str) -> str:
    if before == after:
        return f"as many {unit} as before ({before:,})"
    word = "fewer" if after < before else "more"
    return f"{abs(before - after) / before:.1%}".replace("%", " %") + f" {word} {unit} ({before:,} -> {after:,})"


# What vendors put behind a model's name for one state of it. Not any number: `-5` behind `sonnet-4` is another model.
_VERSION: Final = re.compile(
    r"(?:-latest|[-@][0-9]{8}|-[0-9]{4}-[0-9]{2}-[0-9]{2}|-[0-9]{3,4})?(?:-preview(?:-[0-9]{2}-[0-9]{4})?)?"
)

_followed: Final[ContextVar[tuple[Totals, ...]]] = ContextVar("kaizen_followed", default=())


@contextmanager
def track() -> Iterator[Totals]:
    """Sum up the wrapped calls that are made inside, whatever client they are made with.

    Follows the context: tasks that are begun inside count, threads only where they are given a copy of it
    (`asyncio.to_thread` does so). A stream that is read to its end later counts when it ends.

    >>> with track() as totals:
    ...     pass  # calls of wrapped clients
    >>> totals.calls
    0
    """
    totals = Totals()
    token = _followed.set((*_followed.get(), totals))
    try:
        yield totals
    finally:
        # What is left in another context than it was entered in, as frameworks do, has nothing to put back there.
        with suppress(ValueError):
            _followed.reset(token)


def followed() -> tuple[Totals, ...]:
    """Return what is to be told of the calls that are made here."""
    return _followed.get()


def price_of(model: str | None, prices: Mapping[str, Price]) -> Price | None:
    """Return the price of a model: its own, or that of the longest name that it is a version of.

    >>> price_of("gpt-4o-2024-08-06", {"gpt-4o": Price(2.5), "gpt": Price(1.0)})
    Price(input=2.5, output=0.0, cached=None, cache_write=None)
    """
    if model is None or not prices:
        return None
    if model not in prices:
        # A router's prefix, such as `openai/`.
        model = model.rpartition("/")[2]
    found = max((name for name in prices if _is_version(model, name)), key=len, default=None)
    return None if found is None else prices[found]


def _is_version(model: str, name: str) -> bool:
    return model.startswith(name) and _VERSION.fullmatch(model, len(name)) is not None
