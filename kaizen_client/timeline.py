"""What has happened to one call so far: its attempts, and the error it ends with. Values, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kaizen_client.exceptions import (
    Attempt,
    KaizenAPIError,
    KaizenDeadlineError,
    KaizenError,
    KaizenRequestError,
    KaizenResponseError,
    payload_of,
)
from kaizen_client.headers import Headers

#: How many attempts an error's notes tell of; the rest are in its `attempts`.
_NOTED = 10


class Timeline:
    """The attempts of one call.

    Args:
        request_id: the id all attempts are sent under.
        metadata: the call's metadata.
        began: when the call began, on the monotonic clock in seconds.
        expires: when it must be over, on the same clock.
    """

    def __init__(self, request_id: str, metadata: Mapping[str, Any], began: float, expires: float) -> None:
        self.request_id = request_id
        self.began = began
        self.expires = expires
        self._metadata = metadata
        self._attempts: list[Attempt] = []
        #: The last reply, as an error; None where there was none.
        self.answer: KaizenAPIError | None = None
        #: What else is to be said about how the call ended.
        self.remarks: list[str] = []

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """A record of every try so far."""
        return tuple(self._attempts)

    def room_for(self, wait: float, now: float) -> bool:
        """Tell whether something can still happen after a wait, in seconds."""
        return now + wait < self.expires

    def add(
        self, started: float, ended: float, status: int | None, failure: KaizenError | None, slept: float
    ) -> Attempt:
        """Record a try.

        Args:
            started: when it began, on the monotonic clock in seconds.
            ended: when it ended, on the same clock.
            status: the status of a reply that came whole, None without one.
            failure: the error it ended with, None for a success.
            slept: the seconds that the client waits after it.
        """
        error = None
        if failure is not None and status is None:
            status, error = getattr(failure, "status_code", None), f"{type(failure).__name__}: {failure}"
        if isinstance(failure, KaizenAPIError):
            self.answer = failure
        attempt = Attempt(len(self._attempts) + 1, status, error, started - self.began, ended - started, slept)
        self._attempts.append(attempt)
        return attempt

    def final(self, failure: KaizenError) -> KaizenError:
        """Return the error that ends the call: the deadline before an answer, an answer before a failure to get one."""
        chosen = failure
        answer = self.answer
        if answer is not None and answer is not failure:
            if isinstance(failure, KaizenDeadlineError):
                chosen.__cause__ = answer
            else:
                chosen = answer
                chosen.__cause__ = failure
        chosen.metadata = dict(self._metadata)
        if isinstance(chosen, KaizenAPIError | KaizenRequestError):
            chosen.attempts = self.attempts
            chosen.request_id = chosen.request_id or self.request_id
        note(chosen, self._attempts, self.remarks)
        return chosen


def unusable_reply(
    status: int,
    headers: Headers,
    body: bytes,
    *,
    reason: str,
    hide: Callable[[Any, Headers, bytes], tuple[Any, Headers, bytes]],
    attempts: Sequence[Attempt],
    request_id: str | None,
    **context: Any,
) -> KaizenResponseError:
    """Return the error for a success that is not what the contract says.

    Args:
        status: its status.
        headers: its header fields.
        body: its bytes, decompressed.
        reason: what is wrong with it.
        hide: hides what the call sent as its key.
        attempts: a record of every try.
        request_id: the id of the request.
        context: more of what `KaizenResponseError` takes.
    """
    payload, headers, beginning = hide(payload_of(body), headers, body)
    request_id = hide(request_id, headers, b"")[0]
    error = KaizenResponseError(
        status, payload, headers, reason=reason, preview=beginning, attempts=attempts, request_id=request_id, **context
    )
    note(error, attempts)
    return error


def note(error: KaizenError, attempts: Sequence[Attempt], remarks: Sequence[str] = ()) -> None:
    """Add the attempts of a call to its error as notes, which tracebacks show.

    Args:
        error: what the call ends with.
        attempts: a record of every try; the notes tell of the last ones.
        remarks: what else is to be said.
    """
    for attempt in attempts[-_NOTED:]:
        outcome = attempt.error or str(attempt.status)
        line = f"attempt {attempt.number}, at {attempt.start:.3f} s: {outcome}, after {attempt.seconds:.3f} s"
        error.add_note(f"{line}; waited {attempt.slept:.3f} s" if attempt.slept else line)
    for remark in remarks:
        error.add_note(remark)
