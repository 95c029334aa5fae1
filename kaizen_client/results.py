"""What calls return: the reply as a JSON dictionary and as a typed object at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, NamedTuple, TypeVar, cast

from kaizen_client.exceptions import Attempt, KaizenError, KaizenResponseError
from kaizen_client.headers import Headers

__all__ = ["Attempt", "HttpInfo", "KaizenResult", "ReplyBlock", "Saving", "Savings"]

T = TypeVar("T")
#: No size is larger; what says so is no size.
_LARGEST: Final = 2**63
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


class Saving(NamedTuple):
    """A size before and after; a negative saving is a growth, and shown as one.

    >>> str(Saving(2048, 612, "bytes"))
    '70.1 % fewer bytes (2,048 -> 612)'
    >>> str(Saving(100, 129, "tokens"))
    '29.0 % more tokens (100 -> 129)'
    """

    original: int
    compressed: int
    #: What was counted: `bytes`, `characters` or `tokens`.
    unit: str

    @property
    def saved(self) -> int:
        """The difference; negative where the text grew."""
        return self.original - self.compressed

    @property
    def share(self) -> float:
        """The share saved: 0.25 is a quarter less, -0.25 a quarter more."""
        return self.saved / self.original if self.original else 0.0

    @property
    def percent(self) -> float:
        """The share saved, in percent."""
        return 100 * self.share

    def __str__(self) -> str:
        word = "more" if self.saved < 0 else "fewer"
        return f"{abs(self.percent):.1f} % {word} {self.unit} ({self.original:,} -> {self.compressed:,})"


class Savings(NamedTuple):
    """What a call saved, computed from sizes, since a reply's ratio means opposite things in the two forms.

    The original is compact JSON.
    """

    #: None where the reply does not give bytes.
    bytes: Saving | None
    #: None where the reply does not give lengths in characters.
    characters: Saving | None
    #: By model; empty where no tokens were counted.
    tokens: dict[str, Saving]

    def __str__(self) -> str:
        found = [str(one) for one in (self.bytes, self.characters) if one is not None]
        found += [f"{model}: {one}" for model, one in self.tokens.items()]
        return "; ".join(found) or "not known"


def _typed(fields: Mapping[str, Any], name: str, *kinds: type[T]) -> T | None:
    value = fields.get(name)
    if isinstance(value, bool) and bool not in kinds:
        return None
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        return cast("T", value)
    return value if isinstance(value, kinds) else None


def _size(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST:
        return None
    return int(value)


def _saving(original: Any, compressed: Any, unit: str) -> Saving | None:
    before, after = _size(original), _size(compressed)
    return None if before is None or after is None else Saving(before, after, unit)


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

    __slots__ = ("_error", "_http", "_metadata")

    _model: ClassVar[str | None] = None
    _value_fields: ClassVar[tuple[str, ...]] = ("result", "data")
    _value_type: ClassVar[type | None] = None

    _http: HttpInfo | None
    _metadata: dict[str, Any]
    _error: KaizenError | None

    @classmethod
    def from_reply(
        cls,
        fields: Mapping[str, Any],
        *,
        http: HttpInfo | None = None,
        metadata: Mapping[str, Any] | None = None,
        error: KaizenError | None = None,
    ) -> Any:
        """Return a result holding a reply.

        Args:
            fields: the reply, a JSON object.
            http: how it came.
            metadata: the caller's metadata.
            error: what went wrong, where the original is given back instead.
        """
        result = cls(fields)
        result._http = http
        result._metadata = dict(metadata or {})
        result._error = error
        return result

    def _state(self, name: str, default: Any) -> Any:
        # A result that a user makes, KaizenResult({...}), has none of the call's state.
        return getattr(self, name, default)

    @property
    def http(self) -> HttpInfo | None:
        """How the reply came: status, headers, seconds, attempts; None where nothing was received."""
        return cast("HttpInfo | None", self._state("_http", None))

    @property
    def request_id(self) -> str | None:
        """The id of the request, to name it in the service's logs."""
        return self.http.request_id if self.http else None

    @property
    def error(self) -> KaizenError | None:
        """What went wrong, where `on_failure="passthrough"` gave the original back; else None."""
        return cast("KaizenError | None", self._state("_error", None))

    @property
    def compressed(self) -> bool:
        """Whether the service did its work; False where the original was given back."""
        return self.error is None

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
            raise self._response_error(f"the reply has no {places or 'value'}")
        # A reply that has both leaves one of them null.
        return next((self[name] for name in found if self[name] is not None), None)

    def check(self) -> None:
        """Refuse a reply without its value, or with one of another type than the contract says.

        Raises:
            KaizenResponseError: what is wrong.
        """
        if self._model is None or not self._value_fields:
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
        """What the call saved, from the sizes the reply gives; a growth is negative."""
        stats, counted = _block(self.get("stats")), _block(self.get("token_stats"))
        raw, optimized = counted.get("raw"), counted.get("optimized")
        tokens: dict[str, Saving] = {}
        if isinstance(raw, dict) and isinstance(optimized, dict):
            pairs = [
                (model, _block(raw[model]).get("tokens"), _block(optimized[model]).get("tokens"))
                for model in raw
                if model in optimized
            ]
        else:
            pairs = [
                (model, _block(counts).get("original"), _block(counts).get("compressed"))
                for model, counts in counted.items()
            ]
        for model, before, after in pairs:
            if (saving := _saving(before, after, "tokens")) is not None:
                tokens[model] = saving
        return Savings(
            _saving(stats.get("original_bytes"), stats.get("compressed_bytes"), "bytes"),
            _saving(stats.get("original_length"), stats.get("optimized_length"), "characters"),
            tokens,
        )

    def _parsed(self) -> Any:
        from kaizen_client.generated import models  # Only here: the models cost time to import.

        try:
            return getattr(models, cast("str", self._model)).from_dict(self)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._response_error(f"the reply does not fit {self._model}: {error!r}") from error

    def to_dict(self) -> dict[str, Any]:
        """Return the reply as a plain dict."""
        return dict(self)


#: What `client.request()` returns for a reply without a body.
EMPTY: Final[Mapping[str, Any]] = {}
