"""Replies: what they always carry, and the one form of an error's body."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Final, NamedTuple

from kaizen_client.embedded._errors import RequestRefused
from kaizen_client.embedded._json import render

# What may stand in a header field, so that an id taken from a request cannot break the reply's head.
_REQUEST_ID: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?")


class EngineReply(NamedTuple):
    """What the service would have answered."""

    #: The HTTP status.
    status: int
    #: Field names in lower case; `content-type` and `x-request-id` always among them.
    headers: dict[str, str]
    #: A JSON object, as UTF-8.
    body: bytes


def request_id_of(sent: str | None) -> str:
    """Return the id that a request goes by: the one it brought, or a new one where that cannot be repeated."""
    return sent if sent is not None and _REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex


def success(request_id: str, body: bytes) -> EngineReply:
    """Return a 200 with a body that is rendered already."""
    return _reply(200, request_id, body, {})


def failure(request_id: str, refused: RequestRefused) -> EngineReply:
    """Return an error reply, whose body has `detail`, `code` and `request_id`."""
    body = render({"detail": refused.detail, "code": refused.code, "request_id": request_id})
    return _reply(refused.status, request_id, body, refused.headers)


def _reply(status: int, request_id: str, body: bytes, headers: Mapping[str, str]) -> EngineReply:
    return EngineReply(status, {"content-type": "application/json", "x-request-id": request_id, **headers}, body)
