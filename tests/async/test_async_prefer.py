"""`result.smaller` tells which text costs less, and `prefer="smaller"` asks for that one at the call."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from kaizen_client import KaizenClient, KaizenClientConfig, KaizenConfigError, KaizenServerError, Saving

TABLE = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]
NESTED = {"a": [[[1]], [[2]]], "b": {"c": {"d": [{}]}}}
ENCODERS = [("compress", "data"), ("optimize", "data"), ("optimize_request", "prompt"), ("prompts_encode", "prompt")]


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(("name", "field"), ENCODERS)
@pytest.mark.parametrize("envelope", ["documented", "server-notes"])
async def test_a_table_is_smaller_as_ktof_and_nested_data_as_json(name: str, field: str, envelope: Any) -> None:
    async with KaizenClient.embedded(envelope=envelope) as client:
        table = await getattr(client, name)(**{field: TABLE})
        nested = await getattr(client, name)(**{field: NESTED})
    assert (table.smaller.text, table.smaller.notation) == (table.value, "ktof")
    assert table.smaller.saving == Saving(len(compact(TABLE)), len(table.value), "characters")
    assert (nested.smaller.text, nested.smaller.notation) == (compact(NESTED), "json")
    assert nested.smaller.saving.saved < 0
    assert nested.savings.characters == nested.smaller.saving
    assert (table.notation, nested.notation) == ("ktof", "ktof")


@pytest.mark.parametrize(("name", "field"), ENCODERS)
@pytest.mark.parametrize("envelope", ["documented", "server-notes"])
async def test_the_call_gives_the_smaller_text_when_asked(name: str, field: str, envelope: Any) -> None:
    async with KaizenClient.embedded(envelope=envelope) as client:
        plain = await getattr(client, name)(**{field: NESTED, "token_models": ["gpt-4o"]})
        table = await getattr(client, name)(**{field: TABLE}, prefer="smaller")
        nested = await getattr(client, name)(**{field: NESTED, "token_models": ["gpt-4o"]}, prefer="smaller")
    assert (table.notation, table.compressed, table.value) == ("ktof", True, table.smaller.text)
    assert (nested.notation, nested.compressed, nested.error) == ("json", False, None)
    assert nested.value == nested["result"] == compact(NESTED)
    # What KTOF would have cost is not forgotten.
    assert nested.smaller == plain.smaller
    assert nested.smaller.saving == plain.savings.tokens["gpt-4o"]
    assert nested.smaller.saving.saved < 0
    # Nothing was saved, and everything says so.
    assert nested.savings.bytes.saved == nested.savings.characters.saved == nested.savings.tokens["gpt-4o"].saved == 0
    unchanged = type(nested)(nested.to_dict()).savings
    assert (unchanged.bytes or unchanged.characters).saved == 0
    assert nested.stats.reduction_ratio == (1.0 if envelope == "documented" else 0.0)
    assert nested.http is not None


async def test_tokens_decide_where_they_are_counted() -> None:
    # Deep down, a table has more characters as KTOF, for its indentation, and fewer tokens.
    value: Any = [{"x": number, "y": 2 * number} for number in range(5)]
    for key in "edcba":
        value = {key: value}
    async with KaizenClient.embedded() as client:
        by_characters = await client.compress(data=value, prefer="smaller")
        by_tokens = await client.compress(data=value, token_models=["gpt-4o"], prefer="smaller")
    assert by_characters.smaller.saving.unit == "characters"
    assert by_tokens.smaller.saving.unit == "tokens"
    assert by_tokens.smaller.saving == by_tokens.savings.tokens["gpt-4o"]
    assert (by_characters.notation, by_tokens.notation) == ("json", "ktof")


async def test_exact_counts_decide_over_estimates(script: Any, reply: Callable[..., Any]) -> None:
    counted = {
        "claude": {"original": 100, "compressed": 10, "exact": False},
        "gpt-4o": {"original": 10, "compressed": 12},
        "gpt-4": {"original": 10, "compressed": 11, "exact": True},
    }
    body = json.dumps({"result": "id: 1", "token_stats": counted}).encode()
    async with KaizenClient(transport=script(reply(200, body)), base_url="http://kaizen.example") as client:
        result = await client.compress(data={"id": 1}, prefer="smaller")
    assert result.smaller == ('{"id":1}', "json", Saving(20, 23, "tokens"))
    assert result.savings.tokens["claude"] == Saving(100, 100, "tokens", exact=False)
    assert str(result.smaller.saving) == "15.0 % more tokens (20 -> 23)"


async def test_a_prompt_that_stays_text_is_text() -> None:
    async with KaizenClient.embedded() as client:
        result = await client.prompts_encode(prompt="Hello", prefer="smaller")
    assert (result.value, result.notation, result.smaller.notation) == ("Hello", "text", "text")


async def test_a_string_of_data_is_compared_with_its_json() -> None:
    async with KaizenClient.embedded() as client:
        result = await client.compress(data="Hello")
    assert result.smaller == ("Hello", "ktof", Saving(7, 5, "characters"))


@pytest.mark.parametrize("prompt", [NESTED, json.dumps(TABLE), "Hello", TABLE])
async def test_what_was_preferred_is_decoded_by_its_meta(prompt: Any) -> None:
    async with KaizenClient.embedded() as client:
        encoded = await client.prompts_encode(prompt=prompt, prefer="smaller")
        decoded = await client.prompts_decode(ktof=encoded.value, replay_meta=encoded.meta)
    assert decoded.value == prompt


async def test_the_client_may_prefer_it_for_all_calls_and_a_call_may_not() -> None:
    async with KaizenClient.embedded(prefer="smaller") as client:
        assert (await client.compress(data=NESTED)).notation == "json"
        assert (await client.compress(data=NESTED, prefer="ktof")).notation == "ktof"
        async with client.with_options(prefer="ktof") as other:
            assert (await other.compress(data=NESTED)).notation == "ktof"


async def test_another_wish_is_refused_before_anything_is_sent() -> None:
    async with KaizenClient.embedded() as client:
        with pytest.raises(KaizenConfigError, match="prefer must be one of ktof, smaller"):
            await client.compress(data=1, prefer="json")  # type: ignore[arg-type]
    with pytest.raises(KaizenConfigError, match="prefer"):
        KaizenClientConfig(prefer="best")  # type: ignore[arg-type]


async def test_a_failure_gives_the_original_whatever_is_preferred(script: Any, reply: Callable[..., Any]) -> None:
    transport = script(*[reply(503, b"")] * 3)
    async with KaizenClient(transport=transport, base_url="http://kaizen.example", max_retries=0) as client:
        with pytest.raises(KaizenServerError):
            await client.compress(data=NESTED, prefer="smaller")
        result = await client.compress(data=NESTED, prefer="smaller", on_failure="passthrough")
        text = await client.prompts_encode(prompt="Hello", on_failure="passthrough")
    assert (result.value, result.notation, result.compressed) == (compact(NESTED), "json", False)
    assert (text.value, text.notation) == ("Hello", "text")
    assert isinstance(result.error, KaizenServerError)


async def test_what_a_caller_changes_afterwards_does_not_change_the_result() -> None:
    value = [{"id": 1}]
    async with KaizenClient.embedded() as client:
        result = await client.compress(data=value)
    value.append({"id": 2})
    assert result.smaller.saving.original == len('[{"id":1}]')


async def test_a_result_keeps_its_comparison_through_a_pickle() -> None:
    async with KaizenClient.embedded() as client:
        result = await client.compress(data=NESTED, prefer="smaller")
    twin = pickle.loads(pickle.dumps(result))
    assert (twin.smaller, twin.savings, twin.notation) == (result.smaller, result.savings, "json")


async def test_decoding_has_the_saving_of_the_encoding() -> None:
    async with KaizenClient.embedded() as client:
        encoded = await client.compress(data=TABLE)
        for decoded in (
            await client.decompress(data=encoded.value),
            await client.optimize_response(ktof=encoded.value),
            await client.prompts_decode(ktof=encoded.value),
        ):
            assert decoded.savings == encoded.savings
