# Made by `make generate` from openapi.yaml. Do not edit.
"""Contains all the data models used in inputs/outputs"""

from .compress_result import CompressResult
from .decode_options import DecodeOptions
from .decode_request import DecodeRequest
from .decompress_result import DecompressResult
from .delimiter import Delimiter
from .encode_options import EncodeOptions
from .encode_request import EncodeRequest
from .error_body import ErrorBody
from .health_result import HealthResult
from .length_marker import LengthMarker
from .meta import Meta
from .metadata import Metadata
from .optimize_request_payload import OptimizeRequestPayload
from .optimize_request_result import OptimizeRequestResult
from .optimize_response_payload import OptimizeResponsePayload
from .optimize_response_result import OptimizeResponseResult
from .optimize_result import OptimizeResult
from .prompt_decode_payload import PromptDecodePayload
from .prompt_encode_payload import PromptEncodePayload
from .prompts_decode_result import PromptsDecodeResult
from .prompts_encode_result import PromptsEncodeResult
from .replacement import Replacement
from .replay_meta import ReplayMeta
from .schema_hints import SchemaHints
from .stats import Stats
from .token_counts import TokenCounts
from .token_counts_by_model import TokenCountsByModel
from .token_stats import TokenStats

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
