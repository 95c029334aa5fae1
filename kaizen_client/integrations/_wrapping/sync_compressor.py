# Made from kaizen_client/integrations/_wrapping/async_compressor.py by `make generate`. Do not edit.
"""Rewrites the requests of a sync client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from typing import Any, Final, NamedTuple, TypeVar

from kaizen_client import (
    KaizenBadRequestError,
    KaizenDeadlineError,
    KaizenError,
    KaizenPayloadError,
    KaizenPayloadTooLargeError,
    KaizenResponseError,
    KaizenValidationError,
    SyncKaizenClient,
)
from kaizen_client.embedded import Engine, TokenCounter, unprotected
from kaizen_client.integrations._wrapping.calls import Asked, Call, Shared, unmarked, warn_of
from kaizen_client.integrations._wrapping.texts import INDENT, Outcome, Plan, may_hold_json, untouched
from kaizen_client.ktof import KtofDecodeError, decode

T = TypeVar("T")

#: A text of a request, with its role.
Found = tuple[str, str]

# What one value is refused with; it says nothing of the next.
_REFUSALS: Final = (KaizenBadRequestError, KaizenPayloadError, KaizenPayloadTooLargeError, KaizenValidationError)


class _Planned(NamedTuple):
    """A text that is not known yet."""

    plan: Plan
    #: The KTOF that the engine in this process makes of the JSON in it, by its place.
    own: dict[int, str]
    #: Whether any of it makes the text smaller.
    is_worth_asking: bool


class _Paused(Exception):
    """Kaizen has failed just now, and is not asked again yet."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class SyncCompressor:
    """Gives each request its texts in their smallest form.

    Args:
        shared: what all calls share.
        kaizen: the client that makes KTOF; None for the engine in this process, called without a client around it.
    """

    def __init__(self, shared: Shared, kaizen: SyncKaizenClient | None) -> None:
        self._shared = shared
        self._settings = shared.settings
        self._kaizen = kaizen

    def prepared(self, asked: Asked) -> tuple[Any, Call]:
        """Return the body to send, and the call to tell of the answer.

        Raises:
            KaizenError: Kaizen failed, and `on_failure` is `raise`.
        """
        call = Call(self._shared, asked)
        try:
            return self._rewritten(asked, call), call
        except _Paused as paused:
            return call.sent_as_it_was(asked, paused.error), call
        except Exception as error:
            if self._settings.on_failure == "raise":
                if isinstance(error, KaizenError):
                    raise
                raise KaizenError(f"the request to {asked.provider} could not be rewritten") from error
            warn_of(error, asked.provider)
            return call.sent_as_it_was(asked, error.with_traceback(None)), call

    def _rewritten(self, asked: Asked, call: Call) -> Any:
        until = self._shared.clock() + self._settings.deadline
        counter = self._shared.counter(asked.model)
        texts = asked.texts()
        outcomes: dict[Found, Outcome] = {}
        unknown: dict[Found, None] = {}
        changed = False
        for found in texts:
            if found in outcomes or found in unknown:
                continue
            outcome = self._known(found, counter)
            if outcome is None:
                unknown[found] = None
            else:
                outcomes[found] = outcome
                changed = changed or outcome.text is not found[1]
        if unknown:
            size = sum(len(text) for _, text in unknown)
            planned = self._worked(size, until, self._planned, unknown, counter, until)
            made = self._made(planned, until)
            outcomes |= self._worked(size, until, self._finished, planned, made, counter)
        # Marks of protection are ours: taking them out saves nothing.
        results = [(unprotected(text), outcomes[role, text]) for role, text in texts]
        tokens = None
        if counter is not None:
            # It takes as long as rewriting.
            size = sum(len(text) for text, _ in results)
            tokens = self._worked(size, until, self._shared.counted, counter, results)
        call.prepared(results, tokens)
        if self._settings.mode == "audit":
            return unmarked(asked)
        if not unknown and not changed:
            return asked.body
        return asked.walk(asked.body, lambda role, text: outcomes[role, text].text)

    def _known(self, found: Found, counter: TokenCounter | None) -> Outcome | None:
        role, text = found
        if role not in self._settings.roles or not may_hold_json(text, self._settings.min_chars):
            return untouched(text)
        return self._shared.outcomes.get(_key(found, counter))

    def _planned(self, unknown: Iterable[Found], counter: TokenCounter | None, until: float) -> dict[Found, _Planned]:
        planned = {}
        for role, text in unknown:
            self._left(until)
            # What a tool says is data, in which nobody tells the model how to answer.
            plan = Plan(text, is_data=role == "tool", min_chars=self._settings.min_chars)
            own = {}
            for place, value in plan.values.items():
                self._left(until)
                if (ktof := _encoded(value)) is not None:
                    own[place] = ktof
            is_worth_asking = self._kaizen is not None and plan.finished(own, _size(counter)).as_ktof > 0
            planned[role, text] = _Planned(plan, own, is_worth_asking)
        return planned

    def _finished(
        self, planned: dict[Found, _Planned], made: dict[str, str | None], counter: TokenCounter | None
    ) -> dict[Found, Outcome]:
        outcomes = {}
        for found, (plan, own, _) in planned.items():
            ktof = {place: text for place, mine in own.items() if (text := made.get(mine, mine)) is not None}
            outcomes[found] = plan.finished(ktof, _size(counter))
            self._shared.outcomes.put(_key(found, counter), outcomes[found], len(found[1]) + len(outcomes[found].text))
        return outcomes

    def _made(self, planned: dict[Found, _Planned], until: float) -> dict[str, str | None]:
        """Return what the service makes of each value, by our own KTOF of it; None where it does not take the value.

        Ours is what its text is checked with, and what tells which values are worth asking for.
        """
        made: dict[str, str | None] = {}
        wanted: dict[str, Any] = {}
        for plan, own, is_worth_asking in planned.values():
            for place, ktof in own.items() if is_worth_asking else ():
                known = self._shared.made.get(ktof)
                if known is None:
                    wanted[ktof] = plan.values[place]
                else:
                    made[ktof] = known

        def ask(own: str, value: Any) -> None:
            made[own] = self._asked(own, value, until, others=made.keys() & wanted.keys())

        for one in wanted.items():
            ask(*one)
        return made

    def _asked(self, own: str, value: Any, until: float, *, others: Set[str]) -> str | None:
        """Return the KTOF that the service makes of a value, None where it does not take that value.

        Args:
            own: our own KTOF of it.
            value: the value.
            until: when there is no time left.
            others: what the service has made of the same request.
        """
        if (paused := self._shared.pause.error()) is not None:
            raise _Paused(paused)
        left = self._left(until)
        try:
            text: str = self._compressed(value, left)
            if text != own and not _says(text, own):
                reason = "the KTOF says something else than the JSON that it was made from"
                raise KaizenResponseError(200, reason=reason)
        except _REFUSALS:
            return None
        except KaizenError as error:
            # One that has made others in time, or was left little of it, is not down: there was too much to do.
            in_haste = bool(others) or left < self._settings.deadline / 2
            if self._settings.on_failure != "raise" and not (in_haste and isinstance(error, KaizenDeadlineError)):
                self._shared.pause.failed(error)
            raise
        self._shared.pause.succeeded()
        self._shared.made.put(own, text, len(own) + len(text))
        return text

    def _compressed(self, value: Any, deadline: float) -> Any:
        kaizen: Any = self._kaizen
        result = kaizen.compress(
            data=value, options={"indent": INDENT}, deadline=deadline, on_failure="raise", prefer="ktof"
        )
        return result.value

    def _left(self, until: float) -> float:
        left = until - self._shared.clock()
        if left <= 0:
            raise KaizenDeadlineError(f"the request was not rewritten within {self._settings.deadline:g} s")
        return left

    def _worked(self, size: int, until: float, work: Callable[..., T], *given: Any) -> T:
        """Return what some work on texts of a size gives."""
        return work(*given)


def _size(counter: TokenCounter | None) -> Callable[[str], int]:
    return len if counter is None else counter.size


def _key(found: Found, counter: TokenCounter | None) -> tuple[bool, str | None, str]:
    return found[0] == "tool", None if counter is None else counter.tokenizer, found[1]


def _encoded(value: Any) -> str | None:
    """Return a value as KTOF, None where that cannot hold it."""
    try:
        return Engine.encode(value, indent=INDENT)
    except ValueError:
        return None


def _says(text: Any, own: str) -> bool:
    """Tell whether a text says what our own KTOF says."""
    try:
        return isinstance(text, str) and _encoded(decode(text, indent=INDENT)) == own
    except KtofDecodeError:
        return False
