"""What a comparison finds: each difference with its place in both documents, what it asks of a version, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from _bumps import BUMPS

_ADDED: Final = "calls that do not know it stay as they are"
_MORE: Final = "what was accepted still is"
_LESS: Final = "what was accepted may now be refused"
_OTHER: Final = "calls as they are made today no longer do what they did"
_LEFT_OUT: Final = "every call is accepted as before, and one that leaves it out gets something else"
_READ: Final = "code that reads it finds something else"
#: By kind: the bump, and its reason.
KINDS: Final[dict[str, tuple[str, str]]] = {
    "route-added": ("minor", "nothing that exists changes"),
    "route-removed": ("major", "calls of it fail"),
    "route-renamed": ("major", "clients that are in use call the old route, and fail"),
    "route-deprecated": ("minor", "it works, and will go; the client warns"),
    "request-body-added": ("minor", _ADDED),
    "request-body-added-required": ("major", "calls without one are refused"),
    "request-body-removed": ("major", _OTHER),
    "request-body-changed": ("major", "the client sends JSON, which is no longer taken"),
    "request-field-added": ("minor", _ADDED),
    "request-field-added-required": ("major", "calls that do not send it are refused"),
    "request-field-removed": ("major", "calls that send it no longer get what it gave"),
    "request-field-required": ("major", "calls that leave it out are refused"),
    "request-field-optional": ("minor", _MORE),
    "request-field-narrowed": ("major", _LESS),
    "request-field-widened": ("minor", _MORE),
    "request-field-changed": ("major", _LESS),
    "request-field-default": ("minor", _LEFT_OUT),
    "request-field-deprecated": ("minor", "it works, and will go; the client warns"),
    "parameter-added": ("minor", _ADDED),
    "parameter-added-required": ("major", "calls that do not send it are refused"),
    "parameter-removed": ("major", "calls that send it no longer get what it gave"),
    "parameter-required": ("major", "calls that leave it out are refused"),
    "parameter-optional": ("minor", _MORE),
    "parameter-narrowed": ("major", _LESS),
    "parameter-widened": ("minor", _MORE),
    "parameter-changed": ("major", _LESS),
    "parameter-default": ("minor", _LEFT_OUT),
    "parameter-deprecated": ("minor", "it works, and will go; the client warns"),
    "response-field-added": ("minor", "code that does not know it stays as it is"),
    "response-field-removed": ("major", "code that reads it finds nothing"),
    "response-field-widened": ("major", _READ),
    "response-field-changed": ("major", _READ),
    "status-added": ("minor", "an answer of its own, which callers may want to tell apart"),
    "status-removed": ("patch", "an answer that no longer comes; code that handles it stays right"),
    "success-removed": ("major", "the answer that calls wait for no longer comes"),
    "security-changed": ("major", "what the client sends to be known is no longer enough"),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One difference.

    Attributes:
        kind: a key of `KINDS`.
        routes: the routes it is found at, such as `POST /v1/compress`.
        field: the place in the body (`options.indent`), the parameter (`query limit`), the status; empty for a route.
        ours: the JSON pointer in the contract.
        theirs: the JSON pointer in the document.
        what: the difference in words; names and types stand in backticks.
        now: the type in the document where it is what differs, else empty.
        why: why it does not count, where it is listed as on purpose.
    """

    kind: str
    routes: tuple[str, ...]
    field: str
    ours: str
    theirs: str
    what: str
    now: str = ""
    why: str = ""

    @property
    def bump(self) -> str:
        """What the difference asks of a version."""
        return KINDS[self.kind][0]

    @property
    def reason(self) -> str:
        """Why it asks for that."""
        return KINDS[self.kind][1]

    def as_json(self) -> dict[str, Any]:
        """Return the finding as JSON has it."""
        value = {
            "kind": self.kind, "bump": self.bump, "routes": list(self.routes), "field": self.field,
            "ours": self.ours, "theirs": self.theirs, "what": self.what, "reason": self.reason,
        }  # fmt: skip
        return {**value, "why": self.why} if self.why else value


def ordered(found: Iterable[Finding]) -> list[Finding]:
    """Return findings with the largest first; those of one size stay in the contract's order."""
    return sorted(found, key=lambda one: -BUMPS.index(one.bump))
