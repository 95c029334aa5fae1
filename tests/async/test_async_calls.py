"""Each route, called as users call it, over a real socket."""

from __future__ import annotations

from typing import Any

import pytest

from kaizen_client import (
    DecodeRequest,
    EncodeOptions,
    EncodeRequest,
    KaizenBadRequestError,
    KaizenClient,
    KaizenPayloadError,
    OptimizeRequestPayload,
    OptimizeResponsePayload,
    PromptDecodePayload,
    PromptEncodePayload,
)

DATA = {"users": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]}
TEXT = "users[2]{id,name}:\n 1,Ada\n 2,Grace"
ONE = {"indent": 1}


async def test_compress_gives_text_that_decompress_reads_back(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        encoded = await client.compress({"data": DATA, "options": ONE})
        decoded = await client.decompress({"data": encoded["result"], "options": ONE})
    assert encoded.value == encoded["result"] == TEXT
    assert decoded.value == decoded["data"] == DATA


@pytest.mark.parametrize("form", ["documented", "server-notes"])
async def test_both_envelopes_give_the_same_value_metadata_and_a_saving(service: Any, form: str) -> None:
    from kaizen_client.embedded import Engine

    service.engine = Engine(envelope=form)  # type: ignore[arg-type]
    async with KaizenClient(base_url=service.url) as client:
        encoded = await client.compress(data=DATA, options=ONE, metadata={"trace": 1})
        decoded = await client.decompress(data=encoded.value, options=ONE)
        health = await client.health()
    assert encoded.value == TEXT
    assert decoded.value == DATA
    assert encoded.metadata == {"trace": 1}
    saving = encoded.savings.bytes or encoded.savings.characters
    assert saving is not None
    assert saving.saved == 57 - len(TEXT)
    assert health.status == "ok" or health.message is not None


async def test_the_prompt_routes_restore_a_prompt(service: Any) -> None:
    prompt = {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]}
    async with KaizenClient(base_url=service.url) as client:
        encoded = await client.prompts_encode(prompt=prompt, schemas={"message": {}}, auto_detect_json=False)
        decoded = await client.prompts_decode(ktof=encoded.value, replay_meta=encoded.meta)
    assert decoded.value == prompt


async def test_the_optimize_routes_encode_and_decode(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        one = await client.optimize(data=DATA, token_models=["gpt-4o"], options=ONE)
        two = await client.optimize_request(prompt=DATA, options=ONE, auto_detect_json=True)
        three = await client.optimize_response(ktof=two.value, options=ONE)
    assert one.value == two.value == TEXT
    assert three.value == DATA


async def test_null_is_sent_and_comes_back(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        encoded = await client.compress({"data": None})
        decoded = await client.decompress(data=encoded.value)
    assert service.seen[0].json() == {"data": None}
    assert decoded.value is None
    assert "data" in decoded


@pytest.mark.parametrize(
    ("method", "model", "fields"),
    [
        ("compress", EncodeRequest, {"data": DATA, "options": ONE, "metadata": {"a": 1}, "token_models": ["gpt-4o"]}),
        ("optimize", EncodeRequest, {"data": DATA, "options": {"delimiter": "|", "length_marker": "#"}}),
        ("decompress", DecodeRequest, {"data": "id: 1", "options": {"strict": False}}),
        ("optimize_request", OptimizeRequestPayload, {"prompt": DATA, "auto_detect_json": False}),
        ("optimize_response", OptimizeResponsePayload, {"ktof": "id: 1", "options": {"indent": 2}}),
        ("prompts_encode", PromptEncodePayload, {"prompt": "text", "schemas": {"a": {}}, "metadata": {"a": 1}}),
        ("prompts_decode", PromptDecodePayload, {"ktof": "id: 1", "replay_meta": {"x": 1}, "metadata": {"a": 1}}),
    ],
)
async def test_a_dict_a_model_and_keywords_send_the_same_bytes(
    service: Any, method: str, model: Any, fields: dict[str, Any]
) -> None:
    async with KaizenClient(base_url=service.url) as client:
        call = getattr(client, method)
        await call(fields)
        await call(dict(reversed(fields.items())))
        await call(model(**fields))
        await call(**fields)
    bodies = {seen.body for seen in service.seen}
    assert len(service.seen) == 4
    assert len(bodies) == 1
    assert service.seen[0].json() == fields


async def test_options_may_be_a_model_too(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        await client.compress(data=1, options=EncodeOptions(indent=1))
        await client.compress({"data": 1, "options": EncodeOptions(indent=1)})
    assert [seen.json() for seen in service.seen] == [{"data": 1, "options": {"indent": 1}}] * 2


async def test_extra_body_carries_fields_that_this_client_does_not_know(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        await client.compress(data=1, options=ONE, extra_body={"new": True, "options": {"newer": 2}})
    assert service.seen[0].json() == {"data": 1, "options": {"indent": 1, "newer": 2}, "new": True}


async def test_nothing_is_sent_where_the_payload_is_wrong(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        with pytest.raises(KaizenPayloadError, match=r"^token_models: "):
            await client.compress(data=1, token_models="gpt-4o")  # type: ignore[arg-type]
        with pytest.raises(KaizenPayloadError, match=r"optons.*did you mean options"):
            await client.compress(data=1, optons={})  # type: ignore[call-arg]
        with pytest.raises(KaizenPayloadError, match="on_failure"):
            await client.decompress(data="", on_failure="raise")  # type: ignore[call-arg]
    assert service.seen == []


async def test_malformed_text_is_a_bad_request_with_everything_on_it(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        with pytest.raises(KaizenBadRequestError) as caught:
            await client.decompress(data="a[2]: 1", request_id="mine-1", metadata={"trace": 1})
    error = caught.value
    assert error.status_code == 400
    assert error.request_id == "mine-1"
    assert error.metadata == {"trace": 1}
    assert "line 1" in str(error.detail)
    assert error.headers["content-type"] == "application/json"
    assert [attempt.status for attempt in error.attempts] == [400]


async def test_request_calls_any_route_with_everything_the_methods_do(service: Any) -> None:
    async with KaizenClient(base_url=service.url, default_metadata={"app": "a"}) as client:
        result = await client.request("post", "/v1/compress", json={"data": DATA, "options": ONE})
        service.answers.append((204, {}, b""))
        nothing = await client.request("DELETE", "/v1/payloads/7")
    assert result.value == TEXT
    assert result.metadata == {"app": "a"}
    assert nothing == {}
    assert [(seen.method, seen.path) for seen in service.seen] == [
        ("POST", "/v1/compress"),
        ("DELETE", "/v1/payloads/7"),
    ]


@pytest.mark.parametrize("path", ["https://elsewhere.example/v1/compress", "v1/compress", "/v1/a b\n", ""])
async def test_request_takes_a_route_and_no_url(service: Any, path: str) -> None:
    async with KaizenClient(base_url=service.url) as client:
        with pytest.raises(KaizenPayloadError, match="path"):
            await client.request("GET", path)
    assert service.seen == []
