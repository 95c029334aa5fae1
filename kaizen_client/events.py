"""What the `on_attempt` hook is told."""

from __future__ import annotations

from typing import NamedTuple


class AttemptEvent(NamedTuple):
    """One try of a call, as the `on_attempt` hook and the log tell of it: never a body, a header or a key."""

    #: The client's method, such as `compress`; `request` for a route of your own.
    operation: str
    #: The HTTP method.
    method: str
    #: The route, such as `/v1/compress`, without a query.
    route: str
    #: The same for all tries of a call.
    request_id: str
    #: The number of the try, from 1.
    number: int
    #: The status of the reply, None where there was none.
    status: int | None
    #: The class of the error it ended with, such as `KaizenServerError`; None for a success.
    error: str | None
    #: When it began, in seconds since the call began.
    start: float
    #: How long it took, in seconds.
    seconds: float
    #: How long the client waits before the next try, in seconds; 0 after the last one.
    slept: float
    #: The size of the body that was sent, in bytes.
    sent_bytes: int
    #: The size of the reply's body, decompressed, in bytes; None where there was none.
    received_bytes: int | None
    #: Whether the call ends with this try.
    last: bool
