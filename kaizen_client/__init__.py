"""Sync and async client for the Kaizen service: JSON and prompts to KTOF, and back.

>>> from kaizen_client import SyncKaizenClient
>>> with SyncKaizenClient.embedded() as client:
...     client.compress(data={"id": 1}).value
'id: 1'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kaizen_client._version import __version__
from kaizen_client.config import KaizenClientConfig, Settings
from kaizen_client.counts import Counts
from kaizen_client.events import AttemptEvent
from kaizen_client.exceptions import (
    KaizenAPIError,
    KaizenAuthenticationError,
    KaizenBadRequestError,
    KaizenConfigError,
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenError,
    KaizenExpiredError,
    KaizenNotFoundError,
    KaizenPayloadError,
    KaizenPayloadTooLargeError,
    KaizenPermissionError,
    KaizenPoolTimeoutError,
    KaizenProviderError,
    KaizenRateLimitError,
    KaizenRequestError,
    KaizenResponseError,
    KaizenSecurityWarning,
    KaizenServerError,
    KaizenTimeoutError,
    KaizenValidationError,
)
from kaizen_client.metadata import kaizen_metadata
from kaizen_client.options import CallOptions, EncodeCallOptions, KaizenTimeout
from kaizen_client.results import Attempt, EncodeResult, HttpInfo, KaizenResult
from kaizen_client.retries import RetryPolicy
from kaizen_client.savings import Saving, Savings, Smaller
from kaizen_client.typed_results import (
    CompressResult,
    DecompressResult,
    HealthResult,
    Meta,
    OptimizeRequestResult,
    OptimizeResponseResult,
    OptimizeResult,
    PromptsDecodeResult,
    PromptsEncodeResult,
    Stats,
    TokenCounts,
    TokenStats,
)

if TYPE_CHECKING:
    from kaizen_client.client import AsyncKaizenClient, KaizenClient
    from kaizen_client.decorators import with_kaizen_client
    from kaizen_client.embedded import protect
    from kaizen_client.models import (
        DecodeOptions,
        DecodeRequest,
        EncodeOptions,
        EncodeRequest,
        OptimizeRequestPayload,
        OptimizeResponsePayload,
        PromptDecodePayload,
        PromptEncodePayload,
    )
    from kaizen_client.sync_client import SyncKaizenClient

__all__ = [
    "AsyncKaizenClient",
    "Attempt",
    "AttemptEvent",
    "CallOptions",
    "CompressResult",
    "Counts",
    "DecodeOptions",
    "DecodeRequest",
    "DecompressResult",
    "EncodeCallOptions",
    "EncodeOptions",
    "EncodeRequest",
    "EncodeResult",
    "HealthResult",
    "HttpInfo",
    "KaizenAPIError",
    "KaizenAuthenticationError",
    "KaizenBadRequestError",
    "KaizenClient",
    "KaizenClientConfig",
    "KaizenConfigError",
    "KaizenConnectionError",
    "KaizenDeadlineError",
    "KaizenError",
    "KaizenExpiredError",
    "KaizenNotFoundError",
    "KaizenPayloadError",
    "KaizenPayloadTooLargeError",
    "KaizenPermissionError",
    "KaizenPoolTimeoutError",
    "KaizenProviderError",
    "KaizenRateLimitError",
    "KaizenRequestError",
    "KaizenResponseError",
    "KaizenResult",
    "KaizenSecurityWarning",
    "KaizenServerError",
    "KaizenTimeout",
    "KaizenTimeoutError",
    "KaizenValidationError",
    "Meta",
    "OptimizeRequestPayload",
    "OptimizeRequestResult",
    "OptimizeResponsePayload",
    "OptimizeResponseResult",
    "OptimizeResult",
    "PromptDecodePayload",
    "PromptEncodePayload",
    "PromptsDecodeResult",
    "PromptsEncodeResult",
    "RetryPolicy",
    "Saving",
    "Savings",
    "Settings",
    "Smaller",
    "Stats",
    "SyncKaizenClient",
    "TokenCounts",
    "TokenStats",
    "__version__",
    "kaizen_metadata",
    "protect",
    "with_kaizen_client",
]

# Loaded when first asked for: the clients bring in the sending machinery, the models attrs and the generated code.
_LATER = {
    "AsyncKaizenClient": "client",
    "KaizenClient": "client",
    "SyncKaizenClient": "sync_client",
    "with_kaizen_client": "decorators",
    "protect": "embedded",
    "DecodeOptions": "models",
    "DecodeRequest": "models",
    "EncodeOptions": "models",
    "EncodeRequest": "models",
    "OptimizeRequestPayload": "models",
    "OptimizeResponsePayload": "models",
    "PromptDecodePayload": "models",
    "PromptEncodePayload": "models",
}


def __getattr__(name: str) -> Any:
    if (module := _LATER.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"kaizen_client.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
