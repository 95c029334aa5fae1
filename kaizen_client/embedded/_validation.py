"""Request bodies: what the published document asks of each, and what is said where one is not so.

The service is a FastAPI application, so a 422 names places and types as pydantic v2 does. Types are taken as the
published document states them, without pydantic's readiness to read `"2"` as a number or 1 as true. Fields nobody
knows are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, NoReturn

from kaizen_client.embedded._errors import Problem, invalid_request
from kaizen_client.embedded._notation import DecodeOptions, EncodeOptions, encode_options

JsonObject = dict[str, Any]

_NOT_AN_OBJECT: Final = "model_attributes_type"


class EncodeRequest(NamedTuple):
    """The body of compress and optimize."""

    data: Any
    options: EncodeOptions
    metadata: JsonObject | None
    token_models: list[str] | None


class DecodeRequest(NamedTuple):
    """The body of decompress and optimize_response."""

    text: str
    options: DecodeOptions


class PromptEncodeRequest(NamedTuple):
    """The body of optimize_request and prompts_encode."""

    prompt: Any
    options: EncodeOptions
    auto_detect_json: bool
    schemas: JsonObject | None
    metadata: JsonObject | None
    token_models: list[str] | None


class PromptDecodeRequest(NamedTuple):
    """The body of prompts_decode."""

    text: str
    options: DecodeOptions
    replay_meta: JsonObject | None
    metadata: JsonObject | None


def refuse_media_type() -> NoReturn:
    """Raise the 422 for a body that does not say it is JSON: FastAPI then sees bytes where an object is asked."""
    raise invalid_request([Problem(loc=["body"], msg="Send the body as application/json.", type=_NOT_AN_OBJECT)])


def read_encode(body: object) -> EncodeRequest:
    """Check the body of compress or optimize.

    `metadata` and `token_models` are not in the published document, but the documentation shows them.

    Raises:
        RequestRefused: 422 with every problem found; 400 for options the notation has no meaning for.
    """
    fields = _Fields(body)
    data = fields.required("data")
    options = _RawEncodeOptions.of(fields)
    metadata = fields.mapping("metadata")
    token_models = fields.texts("token_models")
    fields.done()
    return EncodeRequest(data, options.checked(), metadata, token_models)


def read_decode(body: object, field: str) -> DecodeRequest:
    """Check the body of decompress or optimize_response, whose text stands under `field`.

    Raises:
        RequestRefused: as `read_encode`.
    """
    fields = _Fields(body)
    text = fields.required_text(field)
    options = _decode_options(fields)
    fields.done()
    return DecodeRequest(text, options)


def read_prompt_encode(body: object, *, with_schemas: bool) -> PromptEncodeRequest:
    """Check the body of prompts_encode, or of optimize_request, which has no `schemas`.

    Raises:
        RequestRefused: as `read_encode`.
    """
    fields = _Fields(body)
    prompt = fields.required("prompt")
    options = _RawEncodeOptions.of(fields)
    auto_detect_json = fields.flag("auto_detect_json", default=True, nullable=False)
    schemas = fields.mapping("schemas") if with_schemas else None
    metadata = fields.mapping("metadata")
    token_models = fields.texts("token_models")
    fields.done()
    return PromptEncodeRequest(prompt, options.checked(), auto_detect_json, schemas, metadata, token_models)


def read_prompt_decode(body: object) -> PromptDecodeRequest:
    """Check the body of prompts_decode.

    Raises:
        RequestRefused: as `read_encode`.
    """
    fields = _Fields(body)
    text = fields.required_text("ktof")
    options = _decode_options(fields)
    replay_meta = fields.mapping("replay_meta")
    metadata = fields.mapping("metadata")
    fields.done()
    return PromptDecodeRequest(text, options, replay_meta, metadata)


class _RawEncodeOptions(NamedTuple):
    """Encode options of the right types, whose values are looked at only when the whole body has passed."""

    indent: int | None
    delimiter: str | None
    length_marker: bool | str | None

    @classmethod
    def of(cls, fields: _Fields) -> _RawEncodeOptions:
        options = fields.nested("options")
        return cls(options.count("indent"), options.character("delimiter"), options.flag_or_text("length_marker"))

    def checked(self) -> EncodeOptions:
        return encode_options(self.indent, self.delimiter, self.length_marker)


def _decode_options(fields: _Fields) -> DecodeOptions:
    options = fields.nested("options")
    defaults = DecodeOptions()
    indent = options.count("indent")
    strict = options.flag("strict", default=defaults.strict, nullable=True)
    return DecodeOptions(defaults.indent if indent is None else indent, strict)


class _Fields:
    """The fields of one object of the body. Problems are gathered, so that a 422 lists all of them."""

    def __init__(self, body: object, loc: tuple[str, ...] = ("body",), problems: list[Problem] | None = None) -> None:
        self._loc = loc
        self._problems: list[Problem] = [] if problems is None else problems
        self._members: Mapping[str, Any] = {}
        if isinstance(body, dict):
            self._members = body
        elif body is None:
            self._report("missing", "Field required")
            self.done()
        else:
            self._report(_NOT_AN_OBJECT, "An object is expected")
            # Without an object there is no sense in naming the fields that it lacks.
            if problems is None:
                self.done()

    def done(self) -> None:
        """Raise the 422 if there is anything to report."""
        if self._problems:
            raise invalid_request(self._problems)

    def required(self, name: str) -> Any:
        if name not in self._members:
            self._report("missing", "Field required", name)
        return self._members.get(name)

    def required_text(self, name: str) -> str:
        value = self.required(name)
        if isinstance(value, str):
            return value
        if name in self._members:
            self._report("string_type", "A string is expected", name)
        return ""

    def nested(self, name: str) -> _Fields:
        value = self._members.get(name)
        return _Fields({} if value is None else value, (*self._loc, name), self._problems)

    def mapping(self, name: str) -> JsonObject | None:
        value = self._members.get(name)
        if value is None or isinstance(value, dict):
            return value
        self._report("dict_type", "An object or null is expected", name)
        return None

    def texts(self, name: str) -> list[str] | None:
        value = self._members.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            self._report("list_type", "A list of strings or null is expected", name)
            return None
        for index, item in enumerate(value):
            if not isinstance(item, str):
                self._report("string_type", "A string is expected", name, index)
        return value

    def flag(self, name: str, *, default: bool, nullable: bool) -> bool:
        value = self._members.get(name, default)
        if isinstance(value, bool):
            return value
        if value is not None or not nullable:
            self._report("bool_type", "true or false is expected", name)
        return default

    def count(self, name: str) -> int | None:
        value = self._members.get(name)
        if value is None:
            return None
        # JSON has one kind of number, so 2.0 is an integer; Python's bool is an int, JSON's is not.
        if isinstance(value, float):
            if not value.is_integer():
                self._report("int_from_float", "An integer is expected", name)
                return None
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self._report("int_type", "An integer or null is expected", name)
            return None
        if value < 1:
            self._report("greater_than_equal", "A number of at least 1 is expected", name)
            return None
        return value

    def character(self, name: str) -> str | None:
        value = self._members.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self._report("string_type", "A string or null is expected", name)
            return None
        if len(value) != 1:
            self._report("string_too_long" if value else "string_too_short", "One character is expected", name)
            return None
        return value

    def flag_or_text(self, name: str) -> bool | str | None:
        value = self._members.get(name)
        if value is None or isinstance(value, bool | str):
            return value
        # pydantic reports each member of a union.
        self._report("bool_type", "true, false, a string or null is expected", name, "bool")
        self._report("string_type", "true, false, a string or null is expected", name, "str")
        return None

    def _report(self, kind: str, message: str, *place: str | int) -> None:
        self._problems.append(Problem(loc=[*self._loc, *place], msg=message, type=kind))
