# Made from tests/async/conftest.py by `make generate`. Do not edit.
"""A transport that answers from a script, so that no test needs a socket or a second to pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kaizen_client.headers import Headers
from kaizen_client.transports.base import WireReply, WireRequest

Answer = WireReply | Exception


class Script:
    """Answers each request with the next line of the script; the last line is repeated."""

    def __init__(self, *answers: Answer, tick: Callable[[], None] = lambda: None) -> None:
        self.answers = list(answers)
        self.sent: list[WireRequest] = []
        self.closed = 0
        self.tick = tick

    def send(self, request: WireRequest) -> WireReply:
        self.sent.append(request)
        self.tick()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed += 1


def _reply(status: int, body: bytes = b'{"result": "x"}', **headers: str) -> WireReply:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return WireReply(status, Headers({"content-type": "application/json", **fields}), body)


@pytest.fixture
def reply() -> Callable[..., WireReply]:
    return _reply


@pytest.fixture
def script() -> type[Any]:
    return Script
