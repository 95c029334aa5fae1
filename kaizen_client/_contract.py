"""The contract's operations and request schemas as tables. Made by `make generate` from openapi.yaml. Do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple


class Parameter(NamedTuple):
    """One parameter of an operation."""

    #: The keyword that gives it, and what the generated function calls it.
    keyword: str
    name: str
    #: `path`, `query` or `header`.
    place: str
    required: bool
    schema: dict[str, Any]
    deprecated: bool = False


class Operation(NamedTuple):
    """One operation of the contract."""

    name: str
    method: str
    path: str
    #: The endpoint module, below `kaizen_client.generated.api`.
    module: str
    #: The request's component, None where the operation takes no body.
    request: str | None
    #: The success reply's component, the class of that name in `kaizen_client.typed_results`; `KaizenResult` of none.
    result: str
    deprecated: bool
    parameters: tuple[Parameter, ...] = ()
    #: Whether the request model is made with `from_dict`: a field holds models, or has another name in Python.
    from_dict: bool = False
    #: The fields that have another name in Python, with that name.
    renamed: Mapping[str, str] = MappingProxyType({})


CONTRACT_VERSION: Final = "1.0"

HOSTED_URL: Final = "https://api.getkaizen.io"

OPERATIONS: Final[dict[str, Operation]] = {
    "health": Operation(
        name="health",
        method="GET",
        path="/",
        module="system.health",
        request=None,
        result="HealthResult",
        deprecated=False,
    ),
    "compress": Operation(
        name="compress",
        method="POST",
        path="/v1/compress",
        module="compression.compress",
        request="EncodeRequest",
        result="CompressResult",
        deprecated=False,
    ),
    "decompress": Operation(
        name="decompress",
        method="POST",
        path="/v1/decompress",
        module="compression.decompress",
        request="DecodeRequest",
        result="DecompressResult",
        deprecated=False,
    ),
    "optimize": Operation(
        name="optimize",
        method="POST",
        path="/v1/optimize",
        module="optimization.optimize",
        request="EncodeRequest",
        result="OptimizeResult",
        deprecated=False,
    ),
    "optimize_request": Operation(
        name="optimize_request",
        method="POST",
        path="/v1/optimize/request",
        module="optimization.optimize_request",
        request="OptimizeRequestPayload",
        result="OptimizeRequestResult",
        deprecated=False,
    ),
    "optimize_response": Operation(
        name="optimize_response",
        method="POST",
        path="/v1/optimize/response",
        module="optimization.optimize_response",
        request="OptimizeResponsePayload",
        result="OptimizeResponseResult",
        deprecated=False,
    ),
    "prompts_encode": Operation(
        name="prompts_encode",
        method="POST",
        path="/v1/prompts/encode",
        module="prompts.prompts_encode",
        request="PromptEncodePayload",
        result="PromptsEncodeResult",
        deprecated=False,
    ),
    "prompts_decode": Operation(
        name="prompts_decode",
        method="POST",
        path="/v1/prompts/decode",
        module="prompts.prompts_decode",
        request="PromptDecodePayload",
        result="PromptsDecodeResult",
        deprecated=False,
    ),
}

#: The request components and what they refer to, without descriptions; a `$ref` is a key here.
SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "EncodeOptions": {
        "type": "object",
        "properties": {
            "indent": {"type": ["integer", "null"], "minimum": 1},
            "delimiter": {"anyOf": [{"$ref": "Delimiter"}, {"type": "null"}]},
            "length_marker": {"anyOf": [{"type": "boolean"}, {"$ref": "LengthMarker"}, {"type": "null"}]},
        },
    },
    "Delimiter": {"type": "string", "enum": [",", "\t", "|"]},
    "LengthMarker": {"type": "string", "enum": ["#"]},
    "DecodeOptions": {
        "type": "object",
        "properties": {"indent": {"type": ["integer", "null"], "minimum": 1}, "strict": {"type": ["boolean", "null"]}},
    },
    "EncodeRequest": {
        "type": "object",
        "required": ["data"],
        "properties": {
            "data": {},
            "options": {"anyOf": [{"$ref": "EncodeOptions"}, {"type": "null"}]},
            "metadata": {"anyOf": [{"$ref": "Metadata"}, {"type": "null"}]},
            "token_models": {"type": ["array", "null"], "items": {"type": "string"}},
        },
    },
    "DecodeRequest": {
        "type": "object",
        "required": ["data"],
        "properties": {"data": {"type": "string"}, "options": {"anyOf": [{"$ref": "DecodeOptions"}, {"type": "null"}]}},
    },
    "OptimizeRequestPayload": {
        "type": "object",
        "required": ["prompt"],
        "properties": {
            "prompt": {},
            "options": {"anyOf": [{"$ref": "EncodeOptions"}, {"type": "null"}]},
            "auto_detect_json": {"type": "boolean"},
            "metadata": {"anyOf": [{"$ref": "Metadata"}, {"type": "null"}]},
            "token_models": {"type": ["array", "null"], "items": {"type": "string"}},
        },
    },
    "OptimizeResponsePayload": {
        "type": "object",
        "required": ["ktof"],
        "properties": {"ktof": {"type": "string"}, "options": {"anyOf": [{"$ref": "DecodeOptions"}, {"type": "null"}]}},
    },
    "PromptEncodePayload": {
        "type": "object",
        "required": ["prompt"],
        "properties": {
            "prompt": {},
            "options": {"anyOf": [{"$ref": "EncodeOptions"}, {"type": "null"}]},
            "auto_detect_json": {"type": "boolean"},
            "schemas": {"anyOf": [{"$ref": "SchemaHints"}, {"type": "null"}]},
            "metadata": {"anyOf": [{"$ref": "Metadata"}, {"type": "null"}]},
            "token_models": {"type": ["array", "null"], "items": {"type": "string"}},
        },
    },
    "PromptDecodePayload": {
        "type": "object",
        "required": ["ktof"],
        "properties": {
            "ktof": {"type": "string"},
            "options": {"anyOf": [{"$ref": "DecodeOptions"}, {"type": "null"}]},
            "replay_meta": {"anyOf": [{"$ref": "ReplayMeta"}, {"type": "null"}]},
            "metadata": {"anyOf": [{"$ref": "Metadata"}, {"type": "null"}]},
        },
    },
    "Metadata": {"type": "object", "additionalProperties": True},
    "SchemaHints": {"type": "object", "additionalProperties": True},
    "ReplayMeta": {"type": "object", "additionalProperties": True},
}
