"""What a call can be told besides its payload, typed (PEP 692)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, Literal, NamedTuple, TypedDict

from kaizen_client.headers import HiddenFields, Secret

OnFailure = Literal["raise", "passthrough"]
Prefer = Literal["ktof", "smaller"]
Envelope = Literal["documented", "server-notes"]
Auth = Literal["both", "bearer", "x-api-key"]
LogLevel = Literal["debug", "info", "warning", "error"]


class Missing(Enum):
    """The type of `MISSING`, which stands for a field that was not given; None is a value."""

    MISSING = "MISSING"

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing.MISSING


class KaizenTimeout(NamedTuple):
    """How long to wait for one thing, in seconds each; None waits without end, within the call's deadline.

    >>> KaizenTimeout(connect=2.0).connect
    2.0
    """

    connect: float | None = 5.0
    read: float | None = 30.0
    write: float | None = 30.0
    #: For a free connection; without it, waiting is bounded by the deadline alone.
    pool: float | None = None


def hide_headers(call: Any) -> None:
    """Hide, in place, the values of a call's header fields where an error tracker prints what a call was given."""
    headers = call.get("headers")
    if headers is not None:
        call["headers"] = HiddenFields(headers) if isinstance(headers, Mapping) else Secret(headers)


class CallOptions(TypedDict, total=False):
    """Options that every call takes as keywords; None means the client's own setting."""

    #: Seconds for each wait on the socket, or a `KaizenTimeout`.
    timeout: float | KaizenTimeout | None
    #: Seconds for the whole call: queueing, attempts, sleeps, body.
    deadline: float | None
    #: How often a failed attempt is repeated; 0 never.
    max_retries: int | None
    #: Header fields for this call; a None value takes a default field away.
    headers: Mapping[str, str | None] | None
    #: Sent as `X-Request-ID` on every attempt; made up where it is not given.
    request_id: str | None
    #: Your own fields: merged over the client's and the context's, sent where the contract has the field.
    metadata: Mapping[str, Any] | None
    #: Fields of the body that this client does not know yet, merged in as they are.
    extra_body: Mapping[str, Any] | None


class EncodeCallOptions(CallOptions, total=False):
    """Options of the encode routes."""

    #: `passthrough` gives the original back as compact JSON instead of raising.
    on_failure: OnFailure | None
    #: `smaller` gives whichever of KTOF and compact JSON costs less; see `result.smaller`.
    prefer: Prefer | None
