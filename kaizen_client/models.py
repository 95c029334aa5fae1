"""The request models, under the names users import; each takes its fields as keywords.

`options`, `metadata`, `schemas` and `replay_meta` take plain dicts as well as their models.

>>> EncodeRequest(data={"id": 1}, options={"indent": 1}).to_dict()
{'data': {'id': 1}, 'options': {'indent': 1}}
"""

from kaizen_client.generated.models import (
    DecodeOptions,
    DecodeRequest,
    EncodeOptions,
    EncodeRequest,
    OptimizeRequestPayload,
    OptimizeResponsePayload,
    PromptDecodePayload,
    PromptEncodePayload,
)

__all__ = [
    "DecodeOptions",
    "DecodeRequest",
    "EncodeOptions",
    "EncodeRequest",
    "OptimizeRequestPayload",
    "OptimizeResponsePayload",
    "PromptDecodePayload",
    "PromptEncodePayload",
]
