"""What each call returns, typed. Made by `make generate` from openapi.yaml. Do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from kaizen_client.results import EncodeResult, KaizenResult, ReplyBlock

if TYPE_CHECKING:
    from kaizen_client.generated import models

__all__ = [
    "CompressResult",
    "DecompressResult",
    "HealthResult",
    "Meta",
    "OptimizeRequestResult",
    "OptimizeResponseResult",
    "OptimizeResult",
    "PromptsDecodeResult",
    "PromptsEncodeResult",
    "Stats",
    "TokenCounts",
    "TokenCountsByModel",
    "TokenStats",
]


class Stats(ReplyBlock):
    """Sizes before and after, in either form. `reduction_ratio` means opposite things in the two: compute a
    saving from the sizes.
    """

    __slots__ = ()

    @property
    def original_bytes(self) -> int | None:
        """Bytes before (documented form)."""
        return self._typed("original_bytes", int)

    @property
    def compressed_bytes(self) -> int | None:
        """Bytes after (documented form)."""
        return self._typed("compressed_bytes", int)

    @property
    def original_length(self) -> int | None:
        """Length before (server form)."""
        return self._typed("original_length", int)

    @property
    def optimized_length(self) -> int | None:
        """Length after (server form)."""
        return self._typed("optimized_length", int)

    @property
    def reduction(self) -> float | None:
        """The difference of the two lengths (server form)."""
        return self._typed("reduction", float)

    @property
    def reduction_ratio(self) -> float | None:
        """Compressed over original (documented form), or the share saved (server form)."""
        return self._typed("reduction_ratio", float)


class TokenStats(ReplyBlock):
    """Token counts - by model (documented form), or by model under `raw` and `optimized` (server form)."""

    __slots__ = ()

    @property
    def entries(self) -> dict[str, TokenCounts]:
        """The entries, by name."""
        return self._entries(TokenCounts, ("raw", "optimized"))

    @property
    def raw(self) -> TokenCountsByModel | None:
        """Counts before, by model (server form)."""
        return self._block("raw", TokenCountsByModel)

    @property
    def optimized(self) -> TokenCountsByModel | None:
        """Counts after, by model (server form)."""
        return self._block("optimized", TokenCountsByModel)


class TokenCountsByModel(ReplyBlock):
    """Token counts by the model's name."""

    __slots__ = ()

    @property
    def entries(self) -> dict[str, TokenCounts]:
        """The entries, by name."""
        return self._entries(TokenCounts, ())


class TokenCounts(ReplyBlock):
    """Token counts of one model, in either form."""

    __slots__ = ()

    @property
    def original(self) -> int | None:
        """Tokens before (documented form)."""
        return self._typed("original", int)

    @property
    def compressed(self) -> int | None:
        """Tokens after (documented form)."""
        return self._typed("compressed", int)

    @property
    def tokens(self) -> int | None:
        """Tokens (server form)."""
        return self._typed("tokens", int)

    @property
    def bytes(self) -> int | None:
        """Bytes (server form)."""
        return self._typed("bytes", int)

    @property
    def exact(self) -> bool | None:
        """False where the count is an estimate with another model's tokenizer."""
        return self._typed("exact", bool)

    @property
    def tokenizer(self) -> str | None:
        """What counted the tokens, such as `o200k_base`, where a deployment tells."""
        return self._typed("tokenizer", str)


class Meta(ReplyBlock):
    """What the service noted on the way. Pass it back as `replay_meta` to restore a prompt."""

    __slots__ = ()

    @property
    def auto_detected_json(self) -> bool | None:
        """Whether JSON was found inside text."""
        return self._typed("auto_detected_json", bool)

    @property
    def embedded_json_count(self) -> int | None:
        """How many JSON blocks were found inside text."""
        return self._typed("embedded_json_count", int)

    @property
    def segments_schema(self) -> str | None:
        """How the text is to be read, such as `text_with_ktof`."""
        return self._typed("segments_schema", str)

    @property
    def replacements(self) -> list[Any] | None:
        """The blocks that were replaced."""
        return self._typed("replacements", list)

    @property
    def auto_detection_applied(self) -> bool | None:
        """Whether any block was replaced."""
        return self._typed("auto_detection_applied", bool)

    @property
    def schemas(self) -> dict[str, Any] | None:
        """The schema hints, echoed."""
        return self._typed("schemas", dict)

    @property
    def client_metadata(self) -> dict[str, Any] | None:
        """The caller's metadata, echoed (server form)."""
        return self._typed("client_metadata", dict)


class HealthResult(KaizenResult):
    """The reply of `health`; which fields it has varies by deployment."""

    __slots__ = ()
    _model: ClassVar[str] = "HealthResult"
    _value_fields: ClassVar[tuple[str, ...]] = ()

    @property
    def parsed(self) -> models.HealthResult:
        """The reply as the generated model."""
        return cast("models.HealthResult", self._parsed())

    @property
    def operation(self) -> str | None:
        """What was done, such as `health`."""
        return self._typed("operation", str)

    @property
    def status(self) -> str | None:
        """`ok` when the deployment is well (documented form)."""
        return self._typed("status", str)

    @property
    def uptime(self) -> float | str | None:
        """How long the deployment has been up, in seconds where it is a number."""
        return cast("float | str | None", self._typed("uptime", float, str))

    @property
    def region(self) -> str | None:
        """Where the deployment runs."""
        return self._typed("region", str)

    @property
    def message(self) -> str | None:
        """A greeting (server form)."""
        return self._typed("message", str)


class CompressResult(EncodeResult):
    """The reply of `compress`."""

    __slots__ = ()
    _model: ClassVar[str] = "CompressResult"
    _value_fields: ClassVar[tuple[str, ...]] = ("result",)
    _value_type: ClassVar[type | None] = str

    @property
    def value(self) -> str:
        """The text, at whichever place the reply has it."""
        return cast("str", self._value())

    @property
    def parsed(self) -> models.CompressResult:
        """The reply as the generated model."""
        return cast("models.CompressResult", self._parsed())

    @property
    def result(self) -> str:
        """The KTOF text."""
        return cast("str", self["result"])

    @property
    def operation(self) -> str | None:
        """What was done, such as `compress`."""
        return self._typed("operation", str)

    @property
    def status(self) -> str | None:
        """`ok` or `success`, by the form."""
        return self._typed("status", str)

    @property
    def stats(self) -> Stats | None:
        """The sizes before and after."""
        return self._block("stats", Stats)

    @property
    def token_stats(self) -> TokenStats | None:
        """Token counts by model."""
        return self._block("token_stats", TokenStats)

    @property
    def meta(self) -> Meta | None:
        """What the service noted on the way (server form)."""
        return self._block("meta", Meta)


class DecompressResult(KaizenResult):
    """The reply of `decompress`."""

    __slots__ = ()
    _model: ClassVar[str] = "DecompressResult"
    _value_fields: ClassVar[tuple[str, ...]] = ("data", "result")

    @property
    def parsed(self) -> models.DecompressResult:
        """The reply as the generated model."""
        return cast("models.DecompressResult", self._parsed())

    @property
    def data(self) -> Any:
        """The value, any JSON (documented form)."""
        return self.get("data")

    @property
    def result(self) -> Any:
        """The value, any JSON (server form)."""
        return self.get("result")

    @property
    def operation(self) -> str | None:
        """What was done, such as `decompress`."""
        return self._typed("operation", str)

    @property
    def status(self) -> str | None:
        """`ok` or `success`, by the form."""
        return self._typed("status", str)

    @property
    def stats(self) -> Stats | None:
        """The sizes of the value and its text."""
        return self._block("stats", Stats)

    @property
    def meta(self) -> Meta | None:
        """What the service noted on the way (server form)."""
        return self._block("meta", Meta)


class OptimizeResult(EncodeResult):
    """The reply of `optimize`."""

    __slots__ = ()
    _model: ClassVar[str] = "OptimizeResult"
    _value_fields: ClassVar[tuple[str, ...]] = ("result",)
    _value_type: ClassVar[type | None] = str

    @property
    def value(self) -> str:
        """The text, at whichever place the reply has it."""
        return cast("str", self._value())

    @property
    def parsed(self) -> models.OptimizeResult:
        """The reply as the generated model."""
        return cast("models.OptimizeResult", self._parsed())

    @property
    def result(self) -> str:
        """The KTOF text."""
        return cast("str", self["result"])

    @property
    def operation(self) -> str | None:
        """What was done, such as `optimize`."""
        return self._typed("operation", str)

    @property
    def status(self) -> str | None:
        """`ok` or `success`, by the form."""
        return self._typed("status", str)

    @property
    def stats(self) -> Stats | None:
        """The sizes before and after."""
        return self._block("stats", Stats)

    @property
    def token_stats(self) -> TokenStats | None:
        """Token counts by model."""
        return self._block("token_stats", TokenStats)

    @property
    def meta(self) -> Meta | None:
        """What the service noted on the way (server form)."""
        return self._block("meta", Meta)


class OptimizeRequestResult(EncodeResult):
    """The reply of `optimize_request`."""

    __slots__ = ()
    _model: ClassVar[str] = "OptimizeRequestResult"
    _value_fields: ClassVar[tuple[str, ...]] = ("result",)
    _value_type: ClassVar[type | None] = str

    @property
    def value(self) -> str:
        """The text, at whichever place the reply has it."""
        return cast("str", self._value())

    @property
    def parsed(self) -> models.OptimizeRequestResult:
        """The reply as the generated model."""
        return cast("models.OptimizeRequestResult", self._parsed())

    @property
    def result(self) -> str:
        """The KTOF text."""
        return cast("str", self["result"])

    @property
    def operation(self) -> str | None:
        """What was done, such as `optimize.request`."""
        return self._typed("operation", str)

    @property
    def status(self) -> str | None:
        """`ok` or `success`, by the form."""
        return self._typed("status", str)

    @property
    def stats(self) -> Stats | None:
        """The sizes before and after."""
        return self._block("stats", Stats)

    @property
    def token_stats(self) -> TokenStats | None:
        """Token counts by model."""
        return self._block("token_stats", TokenStats)

    @property
    def meta(self) -> Meta | None:
        """What the service noted on the way (server form)."""
        return self._block("meta", Meta)


class OptimizeResponseResult(KaizenResult):
    """The reply of `optimize_response`."""

    __slots__ = ()
    _model: ClassVar[str] = "OptimizeResponseResult"
    _value_fields: ClassVar[tuple[str, ...]] = ("result", "data")

    @property
    def parsed(self) -> models.OptimizeResponseResult:
        """The reply as the generated model."""
        return cast("models.OptimizeResponseResult", self._parsed())

    @property
    def result(self) -> Any:
        """The value, any JSON."""
        return self.get("result")

    @property
    def data(self) -> Any:
        """The value, any JSON, where a deployment puts it here."""
        return self.get("data")

    @property
    def operation(self) -> str | None:
        """What was done, such as `optimize.response`."""
        return self._typed("operation", str)

    @property
    def status(self) -> str | None:
        """`ok` or `success`, by the form."""
        return self._typed("status", str)

    @property
    def stats(self) -> Stats | None:
        """The sizes of the value and its text."""
        return self._block("stats", Stats)

    @property
    def meta(self) -> Meta | None:
        """What the service noted on the way (server form)."""
        return self._block("meta", Meta)


class PromptsEncodeResult(EncodeResult):
    """The reply of `prompts_encode`."""

    __slots__ = ()
    _model: ClassVar[str] = "PromptsEncodeResult"
    _value_fields: ClassVar[tuple[str, ...]] = ("result",)
    _value_type: ClassVar[type | None] = str

    @property
    def value(self) -> str:
        """The text, at whichever place the reply has it."""
        return cast("str", self._value())

    @property
    def parsed(self) -> models.PromptsEncodeResult:
        """The reply as the generated model."""
        return cast("models.PromptsEncodeResult", self._parsed())

    @property
    def result(self) -> str:
        """The KTOF text, or text with KTOF in it."""
        return cast("str", self["result"])

    @property
    def operation(self) -> str | None:
        """What was done, such as `prompts.encode`."""
        return self._typed("operation", str)

    @property
    def status(self) -> str | None:
        """`ok` or `success`, by the form."""
        return self._typed("status", str)

    @property
    def stats(self) -> Stats | None:
        """The sizes before and after."""
        return self._block("stats", Stats)

    @property
    def token_stats(self) -> TokenStats | None:
        """Token counts by model."""
        return self._block("token_stats", TokenStats)

    @property
    def meta(self) -> Meta | None:
        """What the service noted on the way; pass it as `replay_meta` to `prompts_decode`."""
        return self._block("meta", Meta)


class PromptsDecodeResult(KaizenResult):
    """The reply of `prompts_decode`."""

    __slots__ = ()
    _model: ClassVar[str] = "PromptsDecodeResult"
    _value_fields: ClassVar[tuple[str, ...]] = ("result", "data")

    @property
    def parsed(self) -> models.PromptsDecodeResult:
        """The reply as the generated model."""
        return cast("models.PromptsDecodeResult", self._parsed())

    @property
    def result(self) -> Any:
        """The prompt, any JSON."""
        return self.get("result")

    @property
    def data(self) -> Any:
        """The prompt, any JSON, where a deployment puts it here."""
        return self.get("data")

    @property
    def operation(self) -> str | None:
        """What was done, such as `prompts.decode`."""
        return self._typed("operation", str)

    @property
    def status(self) -> str | None:
        """`ok` or `success`, by the form."""
        return self._typed("status", str)

    @property
    def stats(self) -> Stats | None:
        """The sizes of the prompt and its text."""
        return self._block("stats", Stats)

    @property
    def meta(self) -> Meta | None:
        """What the service noted on the way, with what `replay_meta` brought."""
        return self._block("meta", Meta)
