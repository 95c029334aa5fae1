"""What the model of a stand-in says, whoever's model it stands in for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

#: What the model says where a test does not tell it what.
DEFAULT = "Hello from the stand-in."

_PIECE = 8


@dataclass(frozen=True)
class Call:
    """A call of a tool."""

    name: str
    arguments: dict[str, Any]

    @property
    def json(self) -> str:
        return json.dumps(self.arguments, ensure_ascii=False)


@dataclass(frozen=True)
class Counts:
    """Tokens: `prompt` is all that was read, the `cached` ones among them."""

    prompt: int = 11
    output: int = 7
    cached: int = 0


@dataclass(frozen=True)
class Speech:
    """One answer of the model: calls of tools where there are any, or the text."""

    text: str = DEFAULT
    calls: tuple[Call, ...] = ()
    counts: Counts = field(default_factory=Counts)


def pieces(text: str) -> list[str]:
    """Cut a text as a stream brings it: several pieces, which joined are the text."""
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
