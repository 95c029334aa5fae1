# Made by `make generate` from openapi.yaml. Do not edit.
"""Contains all the data models used in inputs/outputs"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .compress_result import CompressResult as CompressResult
    from .decode_options import DecodeOptions as DecodeOptions
    from .decode_request import DecodeRequest as DecodeRequest
    from .decompress_result import DecompressResult as DecompressResult
    from .delimiter import Delimiter as Delimiter
    from .encode_options import EncodeOptions as EncodeOptions
    from .encode_request import EncodeRequest as EncodeRequest
    from .error_body import ErrorBody as ErrorBody
    from .health_result import HealthResult as HealthResult
    from .length_marker import LengthMarker as LengthMarker
    from .meta import Meta as Meta
    from .metadata import Metadata as Metadata
    from .optimize_request_payload import OptimizeRequestPayload as OptimizeRequestPayload
    from .optimize_request_result import OptimizeRequestResult as OptimizeRequestResult
    from .optimize_response_payload import OptimizeResponsePayload as OptimizeResponsePayload
    from .optimize_response_result import OptimizeResponseResult as OptimizeResponseResult
    from .optimize_result import OptimizeResult as OptimizeResult
    from .prompt_decode_payload import PromptDecodePayload as PromptDecodePayload
    from .prompt_encode_payload import PromptEncodePayload as PromptEncodePayload
    from .prompts_decode_result import PromptsDecodeResult as PromptsDecodeResult
    from .prompts_encode_result import PromptsEncodeResult as PromptsEncodeResult
    from .replacement import Replacement as Replacement
    from .replay_meta import ReplayMeta as ReplayMeta
    from .schema_hints import SchemaHints as SchemaHints
    from .stats import Stats as Stats
    from .token_counts import TokenCounts as TokenCounts
    from .token_counts_by_model import TokenCountsByModel as TokenCountsByModel
    from .token_stats import TokenStats as TokenStats

__all__ = (
    "CompressResult",
    "DecodeOptions",
    "DecodeRequest",
    "DecompressResult",
    "Delimiter",
    "EncodeOptions",
    "EncodeRequest",
    "ErrorBody",
    "HealthResult",
    "LengthMarker",
    "Meta",
    "Metadata",
    "OptimizeRequestPayload",
    "OptimizeRequestResult",
    "OptimizeResponsePayload",
    "OptimizeResponseResult",
    "OptimizeResult",
    "PromptDecodePayload",
    "PromptEncodePayload",
    "PromptsDecodeResult",
    "PromptsEncodeResult",
    "Replacement",
    "ReplayMeta",
    "SchemaHints",
    "Stats",
    "TokenCounts",
    "TokenCountsByModel",
    "TokenStats",
)

_MODULES = {
    "CompressResult": "compress_result",
    "DecodeOptions": "decode_options",
    "DecodeRequest": "decode_request",
    "DecompressResult": "decompress_result",
    "Delimiter": "delimiter",
    "EncodeOptions": "encode_options",
    "EncodeRequest": "encode_request",
    "ErrorBody": "error_body",
    "HealthResult": "health_result",
    "LengthMarker": "length_marker",
    "Meta": "meta",
    "Metadata": "metadata",
    "OptimizeRequestPayload": "optimize_request_payload",
    "OptimizeRequestResult": "optimize_request_result",
    "OptimizeResponsePayload": "optimize_response_payload",
    "OptimizeResponseResult": "optimize_response_result",
    "OptimizeResult": "optimize_result",
    "PromptDecodePayload": "prompt_decode_payload",
    "PromptEncodePayload": "prompt_encode_payload",
    "PromptsDecodeResult": "prompts_decode_result",
    "PromptsEncodeResult": "prompts_encode_result",
    "Replacement": "replacement",
    "ReplayMeta": "replay_meta",
    "SchemaHints": "schema_hints",
    "Stats": "stats",
    "TokenCounts": "token_counts",
    "TokenCountsByModel": "token_counts_by_model",
    "TokenStats": "token_stats",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found
