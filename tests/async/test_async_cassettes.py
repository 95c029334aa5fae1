"""Whole flows as they went over the wire, replayed without a network; `make record` records them anew."""

from __future__ import annotations

from typing import Any

import pytest

from kaizen_client import (
    KaizenBadRequestError,
    KaizenClient,
    KaizenNotFoundError,
    KaizenValidationError,
    PromptEncodePayload,
)

KIND = "async"
# sync: KIND = "sync"
ROWS = [{"id": 1, "name": "Ada", "city": "Lagos"}, {"id": 2, "name": "Grace", "city": "New York"}]


async def test_a_table_goes_there_and_back(cassette: Any) -> None:
    with cassette(f"{KIND}_table") as settings:
        async with KaizenClient(**settings) as client:
            health = await client.health()
            encoded = await client.compress(data={"people": ROWS}, options={"indent": 1}, metadata={"trace": "t-1"})
            decoded = await client.decompress(data=encoded.value, options={"indent": 1})
    assert health.http is not None
    assert health.http.status == 200
    assert encoded.value.startswith("people[2]{id,name,city}:\n 1,Ada,Lagos")
    assert encoded.metadata == {"trace": "t-1"}
    assert decoded.value == {"people": ROWS}
    saving = encoded.savings.bytes or encoded.savings.characters
    assert saving is not None
    assert saving.saved > 0


async def test_a_prompt_goes_there_and_back(cassette: Any) -> None:
    prompt = {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello, you"}]}
    with cassette(f"{KIND}_prompt") as settings:
        async with KaizenClient(**settings) as client:
            encoded = await client.prompts_encode(PromptEncodePayload(prompt=prompt, auto_detect_json=False))
            decoded = await client.prompts_decode({"ktof": encoded["result"], "replay_meta": encoded.meta})
    assert decoded.value == prompt


async def test_the_optimize_routes(cassette: Any) -> None:
    with cassette(f"{KIND}_optimize") as settings:
        async with KaizenClient(**settings) as client:
            one = await client.optimize(data=ROWS)
            two = await client.optimize_request(prompt=ROWS, metadata={"trace": "t-2"})
            three = await client.optimize_response(ktof=two.value)
    assert one.value == two.value
    assert two.metadata == {"trace": "t-2"}
    assert three.value == ROWS


async def test_errors_are_typed(cassette: Any) -> None:
    with cassette(f"{KIND}_errors") as settings:
        async with KaizenClient(**settings) as client:
            with pytest.raises(KaizenBadRequestError):
                await client.decompress(data="rows[3]: 1,2")
            with pytest.raises(KaizenValidationError) as caught:
                await client.request("POST", "/v1/compress", json={})
            with pytest.raises(KaizenNotFoundError):
                await client.request("GET", "/v1/nowhere")
    assert caught.value.errors[0]["loc"] == ["body", "data"]
