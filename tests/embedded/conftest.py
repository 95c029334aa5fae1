"""What the engine's tests share: one call, as a pair of status and object."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from kaizen_client.embedded import Engine


class Answered(NamedTuple):
    status: int
    body: dict[str, Any]
    headers: dict[str, str]


Call = Callable[..., Answered]

_NOTHING: Any = object()


@pytest.fixture
def call() -> Call:
    """Send one request to an engine with the given settings; the body as an object, or as `raw` bytes."""

    def send(
        path: str,
        body: Any = _NOTHING,
        *,
        method: str | None = None,
        raw: bytes = b"",
        headers: Mapping[str, str] | None = None,
        engine: Engine | None = None,
        **settings: Any,
    ) -> Answered:
        if body is not _NOTHING:
            raw = json.dumps(body).encode()
        method = method or ("GET" if path == "/" else "POST")
        reply = (engine or Engine(**settings)).handle(method, path, headers or {}, raw)
        value = json.loads(reply.body)
        assert isinstance(value, dict)
        return Answered(reply.status, value, reply.headers)

    return send
