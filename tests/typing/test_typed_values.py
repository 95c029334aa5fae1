"""What a user writes without a client: request models, settings and options as values, the notation, the engine."""

from __future__ import annotations

from typing import Any, assert_type

from kaizen_client import (
    CallOptions,
    DecodeOptions,
    DecodeRequest,
    EncodeCallOptions,
    EncodeOptions,
    EncodeRequest,
    KaizenTimeout,
    OptimizeResponsePayload,
    PromptDecodePayload,
    PromptEncodePayload,
    Settings,
    SyncKaizenClient,
    protect,
)
from kaizen_client.embedded import Engine, EngineReply
from kaizen_client.generated.models import Metadata, ReplayMeta
from kaizen_client.generated.types import UNSET, Unset
from kaizen_client.ktof import KtofDecodeError, decode, encode


def test_request_models_take_their_fields_as_keywords() -> None:
    request = EncodeRequest(
        data={"id": 1}, options=EncodeOptions(indent=1, delimiter="|", length_marker="#"), token_models=["gpt-4o"]
    )
    assert_type(request.data, Any)
    assert_type(request.options, EncodeOptions | None | Unset)
    assert_type(request.to_dict(), dict[str, Any])
    assert_type(EncodeRequest.from_dict({"data": 1}), EncodeRequest)
    metadata = Metadata.from_dict({"trace_id": "t-1"})
    assert EncodeRequest(data=1, metadata=metadata).to_dict() == {"data": 1, "metadata": {"trace_id": "t-1"}}
    assert DecodeRequest(data="id: 1", options=DecodeOptions(strict=True)).to_dict()["options"] == {"strict": True}
    assert OptimizeResponsePayload(ktof="id: 1").options is UNSET
    assert PromptEncodePayload(prompt="Hello", auto_detect_json=False).to_dict()["auto_detect_json"] is False
    assert PromptDecodePayload(ktof="id: 1", replay_meta=ReplayMeta()).to_dict() == {"ktof": "id: 1", "replay_meta": {}}


def compressed(value: object, **call: Any) -> str:
    """Return a value as KTOF, with options of a call passed on."""
    settings: Settings = {"base_url": "embedded:", "timeout": KaizenTimeout(read=5.0), "prefer": "ktof"}
    with SyncKaizenClient(**settings) as client:
        return client.compress(data=value, **call).value


def test_settings_and_options_can_be_kept_in_dicts() -> None:
    common: CallOptions = {"timeout": 5, "headers": {"x-team": None}, "metadata": {"a": 1}}
    options: EncodeCallOptions = {**common, "on_failure": "passthrough", "prefer": "smaller"}
    assert compressed([{"id": 1}, {"id": 2}], **options) == "[2]{id}:\n  1\n  2"
    with SyncKaizenClient.embedded() as client:
        assert client.decompress(data="id: 1", **common).value == {"id": 1}
        assert client.compress(data={"id": 1}, **options).value


def test_the_notation_and_the_engine_stand_alone() -> None:
    assert_type(encode({"id": 1}, indent=1), str)
    assert_type(decode("id: 1"), Any)
    assert issubclass(KtofDecodeError, ValueError)
    reply = Engine(envelope="server-notes").handle("GET", "/", {}, b"")
    assert_type(reply, EngineReply)
    assert_type(reply.status, int)
    assert_type(protect("as it is"), str)
