"""The two forms in which the service's documents describe a success.

`reduction_ratio`, `operation` and the place of echoed metadata differ between the two; what was done does not. A
route says that in an `Answer`, and an envelope puts it into words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from kaizen_client.embedded._json import RawJson
from kaizen_client.embedded._stats import Size, documented_stats, server_notes_stats
from kaizen_client.embedded._tokens import NOT_INSTALLED, Counts, TokenCounts
from kaizen_client.embedded._validation import JsonObject

EnvelopeName = Literal["documented", "server-notes"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route found, before it is put into an envelope."""

    #: The facade's name of the route, such as `prompts_encode`.
    operation: str
    #: KTOF or text as a string, a decoded value as the JSON it has already been made into.
    value: str | RawJson
    original: Size
    compressed: Size
    #: None where no model was named.
    tokens: TokenCounts | None = None
    meta: JsonObject | None = None
    #: The caller's own metadata; None where none was sent.
    metadata: JsonObject | None = None


def _token_members(
    counted: TokenCounts, form: Callable[[Mapping[str, Counts]], dict[str, object]]
) -> dict[str, object]:
    if counted.by_model is None:
        return {"token_stats": None, "token_stats_note": NOT_INSTALLED}
    return {"token_stats": form(counted.by_model)}


def _documented_counts(counts: Mapping[str, Counts]) -> dict[str, object]:
    return {
        model: {"original": one.original, "compressed": one.compressed, **_tokenizer(one)}
        for model, one in counts.items()
    }


def _server_notes_counts(counts: Mapping[str, Counts], original: Size, compressed: Size) -> dict[str, object]:
    return {
        "raw": {
            model: {"tokens": one.original, "bytes": original.bytes, **_tokenizer(one)} for model, one in counts.items()
        },
        "optimized": {
            model: {"tokens": one.compressed, "bytes": compressed.bytes, **_tokenizer(one)}
            for model, one in counts.items()
        },
    }


def _tokenizer(counts: Counts) -> dict[str, object]:
    return {"exact": counts.exact, "tokenizer": counts.tokenizer}


class Envelope(Protocol):
    """One of the two forms: what a reply's object has, in order."""

    def success(self, answer: Answer) -> dict[str, object]:
        """Return the members of a write route's reply."""

    def health(self, uptime: float, region: str) -> dict[str, object]:
        """Return the members of the health reply; `uptime` is in seconds."""


class Documented:
    """The form of the service's documentation."""

    def success(self, answer: Answer) -> dict[str, object]:
        """Return the members of a write route's reply."""
        members: dict[str, object] = {
            "operation": answer.operation.replace("_", "."),
            "status": "ok",
            "data" if answer.operation == "decompress" else "result": answer.value,
            "stats": documented_stats(answer.original, answer.compressed),
        }
        if answer.tokens is not None:
            members |= _token_members(answer.tokens, _documented_counts)
        if answer.meta is not None:
            # This form has no `meta`, but a prompt could not be put back without it. The metadata stands beside it.
            members["meta"] = {name: value for name, value in answer.meta.items() if name != "client_metadata"}
        if answer.metadata is not None:
            members["metadata"] = answer.metadata
        return members

    def health(self, uptime: float, region: str) -> dict[str, object]:
        """Return the members of the health reply; `uptime` is in seconds."""
        return {
            "operation": "health",
            "status": "ok",
            "uptime": round(uptime, 3),
            "region": region,
            "engine": "embedded",
        }


class ServerNotes:
    """The form of the earlier server notes."""

    def success(self, answer: Answer) -> dict[str, object]:
        """Return the members of a write route's reply."""
        members: dict[str, object] = {
            "operation": answer.operation,
            "status": "success",
            "result": answer.value,
            "stats": server_notes_stats(answer.original, answer.compressed),
        }
        if answer.tokens is not None:
            members |= _token_members(
                answer.tokens, lambda counts: _server_notes_counts(counts, answer.original, answer.compressed)
            )
        meta = answer.meta
        if answer.metadata is not None:
            meta = {**(meta or {}), "client_metadata": answer.metadata}
        if meta is not None:
            members["meta"] = meta
        return members

    def health(self, uptime: float, region: str) -> dict[str, object]:
        """Return the members of the health reply; this form tells neither uptime nor region."""
        return {"message": "Welcome to the Token Service"}


ENVELOPES: Final[dict[EnvelopeName, Envelope]] = {"documented": Documented(), "server-notes": ServerNotes()}
