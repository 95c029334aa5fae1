"""One call of a vendor's client: what was done to its request, and the report once the vendor has answered."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from kaizen_client import KaizenError
from kaizen_client.embedded import TokenCount, TokenCounter
from kaizen_client.integrations._wrapping.cache import Cache
from kaizen_client.integrations._wrapping.pause import Pause
from kaizen_client.integrations._wrapping.settings import WrapSettings
from kaizen_client.integrations._wrapping.texts import Outcome, untouched
from kaizen_client.integrations.reports import Report, Tokens, Totals, Usage, followed, price_of

logger: Final = logging.getLogger("kaizen_client.integrations")

#: Gives a text of a request, with its role, and takes what is to be sent in its place.
Visit = Callable[[str, str], str]
#: Walks the texts of a request's body, and returns the body with what `Visit` gave; the body itself is not changed.
Walk = Callable[[Any, Visit], Any]


class Asked(NamedTuple):
    """A request as the vendor's client is about to send it."""

    provider: str
    route: str
    model: str | None
    body: Any
    walk: Walk
    #: Whether the call is one to report: counting tokens costs nothing.
    is_reported: bool = True

    def texts(self) -> list[tuple[str, str]]:
        """Return the texts of the request with their roles."""
        found: list[tuple[str, str]] = []

        def visit(role: str, text: str) -> str:
            found.append((role, text))
            return text

        self.walk(self.body, visit)
        return found


def model_of(body: Mapping[str, Any]) -> str | None:
    """Return the model that a body asks, None where it does not say."""
    model = body.get("model")
    return model if isinstance(model, str) else None


class Shared:
    """What all calls of a wrapped client share, and those of the clients derived from it.

    Args:
        settings: the settings of `wrap`.
        clock: gives the time in seconds.
    """

    def __init__(self, settings: WrapSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.clock = clock
        self.totals = Totals()
        #: What becomes of texts; what the service made of values, by our own KTOF of them; how many tokens texts have.
        self.outcomes: Cache[Outcome] = Cache(settings.cache_chars)
        self.made: Cache[str] = Cache(settings.cache_chars)
        self.token_counts: Cache[TokenCount] = Cache(settings.cache_chars)
        self.pause = Pause(clock)

    def counter(self, model: str | None) -> TokenCounter | None:
        """Return what counts a model's tokens, None where they are not to be counted."""
        return _counter(model or "") if self.settings.count_tokens else None

    def counted(self, counter: TokenCounter, results: Iterable[tuple[str, Outcome]]) -> Tokens:
        """Return how many tokens texts have, before and after."""
        before, after, exact = 0, 0, True
        for text, outcome in results:
            one, other = self._count(counter, text), self._count(counter, outcome.text)
            before += one.tokens
            after += other.tokens
            exact = exact and one.exact and other.exact
        return Tokens(before, after, counter.tokenizer, exact and counter.exact)

    def _count(self, counter: TokenCounter, text: str) -> TokenCount:
        key = (counter.tokenizer, counter.exact, text)
        known = self.token_counts.get(key)
        if known is None:
            known = counter(text)
            self.token_counts.put(key, known, len(text))
        return known


@lru_cache(maxsize=64)
def _counter(model: str) -> TokenCounter:
    return TokenCounter(model)


class Call:
    """A call from when its request was prepared until the vendor has answered.

    Nothing that goes wrong here reaches the caller, whose call is answered and paid for.

    Args:
        shared: what it shares with others.
        asked: the request.
    """

    def __init__(self, shared: Shared, asked: Asked) -> None:
        self._shared = shared
        self._provider, self._route, self._model = asked.provider, asked.route, asked.model
        self._followers = (shared.totals, *followed())
        # Taken by whoever reports first. No lock: a stream may be collected, and end, while this very thread holds it.
        self._unreported = [True] if asked.is_reported else []
        self._started = shared.clock()
        self._seconds = 0.0
        self._results: Sequence[tuple[str, Outcome]] = ()
        self._tokens: Tokens | None = None
        self._error: Exception | None = None

    def prepared(self, results: Sequence[tuple[str, Outcome]], tokens: Tokens | None) -> None:
        """Note what became of the texts, and how many tokens they have, where those were counted."""
        self._results, self._tokens = results, tokens
        self._seconds = self._shared.clock() - self._started

    def sent_as_it_was(self, asked: Asked, error: Exception) -> Any:
        """Return the body of a request that is not rewritten, and note why."""
        self._error = error
        try:
            outcomes = [untouched(text) for _, text in asked.texts()]
            self.prepared([(outcome.text, outcome) for outcome in outcomes], None)
            return unmarked(asked)
        except Exception:
            # A body that is not what the vendor documents: the vendor will say what is wrong with it.
            return asked.body

    def answered(self, usage: Callable[[], Usage | None]) -> None:
        """Report the call; once, however often the vendor's client says that it has ended.

        Args:
            usage: reads what the vendor counted; may fail where the reply is not what the vendor documents.
        """
        try:
            self._unreported.pop()
        except IndexError:
            return
        try:
            report = self._report(_read(usage))
            for totals in self._followers:
                totals.add(report)
        except Exception:
            logger.exception("a call could not be reported; the call itself is not touched by that")
            return
        hook = self._shared.settings.on_report
        try:
            if hook is not None:
                hook(report)
        except Exception:
            logger.exception("on_report failed; the call itself is not touched by that")

    def _report(self, usage: Usage | None) -> Report:
        price = price_of(self._model, self._shared.settings.prices)
        saved = None
        if price is not None and self._tokens is not None:
            saved = self._tokens.saved * price.input / 1_000_000
        before = after = found = as_ktof = as_json = grew = 0
        for text, outcome in self._results:
            before += len(text)
            after += len(outcome.text)
            found += outcome.found
            as_ktof += outcome.as_ktof
            as_json += outcome.as_json
            grew += outcome.grew
        return Report(
            provider=self._provider,
            route=self._route,
            model=self._model,
            mode=self._shared.settings.mode,
            characters_before=before,
            characters_after=after,
            tokens=self._tokens,
            found=found,
            as_ktof=as_ktof,
            as_json=as_json,
            grew=grew,
            usage=usage,
            cost=None if price is None or usage is None else price.of(usage),
            saved_cost=saved,
            seconds=self._seconds,
            error=self._error,
        )


def unmarked(asked: Asked) -> Any:
    """Return a request's body with nothing rewritten, and without marks of protection."""
    return asked.walk(asked.body, lambda _, text: untouched(text).text)


def _read(usage: Callable[[], Usage | None]) -> Usage | None:
    try:
        return usage()
    except Exception:
        return None


def warn_of(error: Exception, provider: str) -> None:
    """Log that a request goes out as it was. Only an error of the SDK's is known to print no payload."""
    said = f": {error}" if isinstance(error, KaizenError) else ""
    logger.warning(
        "Kaizen failed with %s%s; the request to %s goes out as it was", type(error).__name__, said, provider
    )
