"""What calls return: the reply as a JSON dictionary and as a typed object at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, NamedTuple, Self, TypeVar, cast

from kaizen_client import json_bodies
from kaizen_client.exceptions import Attempt, KaizenError, KaizenResponseError
from kaizen_client.headers import Headers
from kaizen_client.savings import Notation, Saving, Savings, Smaller, choose, compact_json, measured, told

__all__ = ["Attempt", "EncodeResult", "HttpInfo", "KaizenResult", "ReplyBlock", "Saving", "Savings", "Smaller"]

T = TypeVar("T")
BlockT = TypeVar("BlockT", bound="ReplyBlock")


class HttpInfo(NamedTuple):
    """How a reply came."""

    #: The HTTP status.
    status: int
    #: The header fields, names without case.
    headers: Headers
    #: How long the whole call took, in seconds.
    elapsed: float
    #: A record of every try, the last one's included.
    attempts: tuple[Attempt, ...]
    #: The id the request was sent under, or the reply's own.
    request_id: str | None


class Source(NamedTuple):
    """What an encode call was asked to encode, as what would be sent without it."""

    #: Compact JSON; a string prompt as it is, without the marks of protection.
    text: str
    notation: Literal["json", "text"]
    #: The prompt itself where it is a string: a text, or JSON in whatever spelling.
    prompt: str | None = None


def source_of(value: Any, *, is_prompt: bool) -> Source:
    """Return a value or a prompt as what would be sent of it."""
    if not is_prompt or not isinstance(value, str):
        return Source(compact_json(value), "json")
    # Only here: what comes with it is needed for nothing else where the engine is not.
    from kaizen_client.embedded._json import parse_container
    from kaizen_client.embedded._protect import unprotected

    text = unprotected(value)
    container = parse_container(value) if text == value else None
    return Source(text, "text", value) if container is None else Source(compact_json(container), "json", value)


class Sent(NamedTuple):
    """What a call sent: kept as bytes, so that what a caller changes afterwards does not change what was saved."""

    #: The request's body.
    body: bytes
    #: The field of it that was encoded, or that held the text to decode.
    field: str

    def source(self) -> Source | None:
        """Return what was to be encoded; None where the body cannot be read back: nested as deep as JSON can be."""
        try:
            return source_of(json_bodies.parse(self.body)[self.field], is_prompt=self.field == "prompt")
        except (LookupError, ValueError, RecursionError):
            return None

    def text(self) -> str | None:
        """Return the text that was to be decoded; None where there is none."""
        try:
            value = json_bodies.parse(self.body)[self.field]
        except (LookupError, ValueError, RecursionError):
            return None
        return value if isinstance(value, str) else None


def _typed(fields: Mapping[str, Any], name: str, *kinds: type[T]) -> T | None:
    value = fields.get(name)
    if isinstance(value, bool) and bool not in kinds:
        return None
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        return cast("T", value)
    return value if isinstance(value, kinds) else None


def _block(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class ReplyBlock(dict[str, Any]):
    """An object inside a reply: its fields by key as they came, and as read-only properties.

    A property is None where the field is absent or of another type than the contract says.
    """

    __slots__ = ()

    def _typed(self, name: str, *kinds: type[T]) -> T | None:
        return _typed(self, name, *kinds)

    def _block(self, name: str, kind: type[BlockT]) -> BlockT | None:
        value = self.get(name)
        return kind(value) if isinstance(value, dict) else None

    def _entries(self, kind: type[BlockT], own: tuple[str, ...]) -> dict[str, BlockT]:
        return {name: kind(value) for name, value in self.items() if name not in own and isinstance(value, dict)}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({super().__repr__()})"


class KaizenResult(ReplyBlock):
    """The reply of a call: a dict holding it as it was received, and properties on top.

    `r["result"]`, `r.get(...)`, `json.dumps(r)`, `r == {...}` and pickling are a dict's. The properties hide that
    the service documents two forms of replies.
    """

    __slots__ = ("_choice", "_error", "_http", "_metadata", "_sent")

    _model: ClassVar[str | None] = None
    _value_fields: ClassVar[tuple[str, ...]] = ("result", "data")
    _value_type: ClassVar[type | None] = None
    #: Whether a reply without a value is none.
    _value_needed: ClassVar[bool] = True

    _http: HttpInfo | None
    _metadata: dict[str, Any]
    _error: KaizenError | None
    _sent: Sent | None
    #: What `prefer="smaller"` chose in place of the service's text.
    _choice: Smaller | None

    @classmethod
    def from_reply(
        cls,
        fields: Mapping[str, Any],
        *,
        http: HttpInfo | None = None,
        metadata: Mapping[str, Any] | None = None,
        error: KaizenError | None = None,
        sent: Sent | None = None,
    ) -> Any:
        """Return a result holding a reply.

        Args:
            fields: the reply, a JSON object.
            http: how it came.
            metadata: the caller's metadata.
            error: what went wrong, where the original is given back instead.
            sent: what the call sent.
        """
        result = cls(fields)
        result._http = http
        result._metadata = dict(metadata or {})
        result._error = error
        result._sent = sent
        return result

    def _state(self, name: str, default: Any) -> Any:
        # A result that a user makes, KaizenResult({...}), has none of the call's state.
        return getattr(self, name, default)

    @property
    def http(self) -> HttpInfo | None:
        """How the reply came: status, headers, seconds, attempts; None where the original was given back."""
        return cast("HttpInfo | None", self._state("_http", None))

    @property
    def request_id(self) -> str | None:
        """The id of the request, to name it in the service's logs."""
        return self.http.request_id if self.http else getattr(self.error, "request_id", None)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """A record of every try: of the reply, or of the failure after which the original was given back."""
        found = self.http.attempts if self.http else getattr(self.error, "attempts", ())
        return cast("tuple[Attempt, ...]", found)

    @property
    def error(self) -> KaizenError | None:
        """What went wrong, where `on_failure="passthrough"` gave the original back; else None."""
        return cast("KaizenError | None", self._state("_error", None))

    @property
    def compressed(self) -> bool:
        """Whether the value is the service's work; False where the original was given back instead."""
        return self.error is None and self._state("_choice", None) is None

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata the reply echoes, at either place, else the caller's own."""
        for echoed in (self.get("metadata"), _block(self.get("meta")).get("client_metadata")):
            if isinstance(echoed, dict) and echoed:
                return dict(echoed)
        return dict(self._state("_metadata", {}))

    @property
    def value(self) -> Any:
        """What the call was made for: the text or the value, at whichever place the reply has it.

        Raises:
            KaizenResponseError: the reply has it nowhere; null is a value.
        """
        return self._value()

    def _value(self) -> Any:
        found = [name for name in self._value_fields if name in self]
        if not found:
            places = " and ".join(repr(name) for name in self._value_fields)
            raise self._response_error(f"the reply has no {places or 'value: this call has none, read its fields'}")
        # A reply that has both leaves one of them null.
        return next((self[name] for name in found if self[name] is not None), None)

    def check(self) -> None:
        """Refuse a reply without its value, or with one of another type than the contract says.

        Raises:
            KaizenResponseError: what is wrong.
        """
        if self._model is None or not self._value_fields:
            return
        if not self._value_needed and not any(name in self for name in self._value_fields):
            return
        value = self._value()
        if self._value_type is not None and not isinstance(value, self._value_type):
            raise self._response_error(f"'result' is not a text but {type(value).__name__}")

    def _response_error(self, reason: str) -> KaizenResponseError:
        http = self.http
        return KaizenResponseError(
            http.status if http else 0,
            dict(self),
            http.headers if http else None,
            reason=reason,
            request_id=self.request_id,
            metadata=self._state("_metadata", {}),
            attempts=http.attempts if http else (),
        )

    @property
    def savings(self) -> Savings:
        """What the call saved, from sizes, against compact JSON; a growth is negative."""
        reply = self._told()
        texts = self._texts()
        return reply if texts is None else Savings(*measured(*texts), reply.tokens)

    def _told(self) -> Savings:
        return told(_block(self.get("stats")), _block(self.get("token_stats")))

    def _texts(self) -> tuple[str, str] | None:
        """Return the compact JSON (a prompt that is text as it is) and the KTOF; None where they are not at hand."""
        sent: Sent | None = self._state("_sent", None)
        text = None if sent is None or not self._value_fields else sent.text()
        if text is None:
            return None
        value = self._value()
        if isinstance(value, str) and self._model == "PromptsDecodeResult":
            return value, text
        try:
            return compact_json(value), text
        except RecursionError:
            return None

    def _parsed(self) -> Any:
        from kaizen_client.generated import models  # Only here: the models cost time to import.

        try:
            return getattr(models, cast("str", self._model)).from_dict(self)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._response_error(f"the reply does not fit {self._model}: {error!r}") from error

    def to_dict(self) -> dict[str, Any]:
        """Return the reply as a plain dict."""
        return dict(self)


class EncodeResult(KaizenResult):
    """The reply of an encode route: a text, which may cost less than what it was made from, or more."""

    __slots__ = ()

    @property
    def notation(self) -> Notation:
        """How the value is to be read.

        `ktof`, `text_with_ktof` (JSON inside text was replaced), `json` or `text` (the original was given back).
        """
        choice: Smaller | None = self._state("_choice", None)
        if choice is not None:
            return choice.notation
        source = self._source() if self.error is not None or not self.get("meta") else None
        if self.error is not None:
            return source.notation if source else "json"
        return self._written(source)

    def _written(self, source: Source | None) -> Notation:
        """Return how the service's text is to be read."""
        found = _block(self.get("meta")).get("segments_schema")
        if found in ("ktof", "text_with_ktof", "text"):
            return cast("Notation", found)
        unchanged = source is not None and source.prompt is not None and self._value() in (source.text, source.prompt)
        return "text" if unchanged else "ktof"

    @property
    def smaller(self) -> Smaller:
        """Whichever costs less, the text or what it was made from, and which of the two that is.

        Raises:
            KaizenError: this result was made by hand, so that there is nothing to compare with.

        >>> with SyncKaizenClient.embedded() as client:
        ...     best = client.compress(data=[[[1]]]).smaller
        >>> best.text, best.notation, str(best.saving)
        ('[[[1]]]', 'json', '357.1 % more characters (7 -> 32)')
        """
        choice: Smaller | None = self._state("_choice", None)
        if choice is not None:
            return choice
        source = self._source()
        if source is None:
            raise KaizenError("the result does not know what it was made from; use one that a call returned")
        text: str = self._value()
        # A JSON prompt may have been counted in its own spelling, which is not what KTOF is compared with.
        respelled = source.notation == "json" and source.prompt is not None
        saving = choose(source.text, text, {} if respelled else self._told().tokens)
        if saving.saved > 0:
            return Smaller(text, self._written(source), saving)
        return Smaller(source.text, source.notation, saving)

    def with_choice(self, fields: Mapping[str, Any], choice: Smaller) -> Self:
        """Return a copy with other fields, whose value is what was chosen in place of the service's text."""
        copy: Self = self.from_reply(
            fields, http=self.http, metadata=self._state("_metadata", {}), sent=self._state("_sent", None)
        )
        copy._choice = choice
        return copy

    def prompt_source(self) -> Source | None:
        """Return the source of a prompt; None where something else was encoded, or there is nothing to compare."""
        sent: Sent | None = self._state("_sent", None)
        return sent.source() if sent is not None and sent.field == "prompt" else None

    def _source(self) -> Source | None:
        sent: Sent | None = self._state("_sent", None)
        return None if sent is None else sent.source()

    def _texts(self) -> tuple[str, str] | None:
        source = self._source()
        return None if source is None else (source.text, self._value())


#: What `client.request()` returns for a reply without a body.
EMPTY: Final[Mapping[str, Any]] = {}
