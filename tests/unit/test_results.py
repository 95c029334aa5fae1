"""A result is the reply as a dict, and typed on top; a saving is computed from sizes and never flattered."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from kaizen_client import (
    CompressResult,
    DecompressResult,
    HealthResult,
    KaizenResponseError,
    KaizenResult,
    PromptsEncodeResult,
    Saving,
    TokenCounts,
)

pytestmark = pytest.mark.usefixtures("both_ways")

REPLY: dict[str, Any] = {
    "operation": "compress",
    "status": "ok",
    "result": "id: 1",
    "stats": {"original_bytes": 8, "compressed_bytes": 5, "reduction_ratio": 0.625, "new": True},
    "token_stats": {"gpt-4o": {"original": 5, "compressed": 4}},
    "metadata": {"a": 1},
    "newer": [1],
}


def test_it_is_the_dict_that_was_received() -> None:
    result = CompressResult(REPLY)
    assert isinstance(result, dict)
    assert result == REPLY
    assert json.loads(json.dumps(result)) == REPLY
    assert result["stats"]["reduction_ratio"] == 0.625
    assert result.get("nothing") is None
    assert type(result.to_dict()) is dict
    assert result.to_dict() == REPLY


def test_it_survives_pickling_and_copying_with_its_state() -> None:
    result = CompressResult.from_reply(REPLY, metadata={"b": 2})
    for twin in (pickle.loads(pickle.dumps(result)), copy.copy(result), copy.deepcopy(result)):
        assert type(twin) is CompressResult
        assert twin == result
        assert twin._metadata == {"b": 2}


def test_fields_are_typed_and_none_where_absent_or_malformed() -> None:
    result = CompressResult(REPLY)
    assert result.stats is not None
    assert (result.stats.original_bytes, result.stats.reduction_ratio, result.stats["new"]) == (8, 0.625, True)
    assert result.stats.original_length is None
    assert result.token_stats is not None
    assert result.token_stats.entries == {"gpt-4o": TokenCounts({"original": 5, "compressed": 4})}
    assert result.token_stats.entries["gpt-4o"].compressed == 4
    bare = CompressResult({"result": "", "stats": {"original_bytes": True, "reduction_ratio": "x"}, "operation": 7})
    assert bare.stats is not None
    assert (bare.stats.original_bytes, bare.stats.reduction_ratio, bare.operation, bare.meta) == (
        None,
        None,
        None,
        None,
    )
    with pytest.raises(AttributeError):
        bare.status = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("kind", "reply", "value"),
    [
        (CompressResult, {"result": ""}, ""),
        (DecompressResult, {"data": [1]}, [1]),
        (DecompressResult, {"result": [1]}, [1]),
        (DecompressResult, {"data": None}, None),
        (DecompressResult, {"data": None, "result": 7}, 7),
        (KaizenResult, {"data": 1}, 1),
    ],
)
def test_the_value_is_found_in_either_form(kind: Any, reply: dict[str, Any], value: Any) -> None:
    result = kind(reply)
    result.check()
    assert result.value == value


@pytest.mark.parametrize("kind", [CompressResult, DecompressResult, PromptsEncodeResult, HealthResult])
def test_a_reply_without_its_value_says_so(kind: Any) -> None:
    with pytest.raises(KaizenResponseError, match="the reply has no"):
        _ = kind({"status": "ok"}).value


def test_health_needs_no_value() -> None:
    HealthResult({"message": "Welcome"}).check()


@pytest.mark.parametrize(
    ("reply", "metadata"),
    [
        ({"metadata": {"a": 1}}, {"a": 1}),
        ({"meta": {"client_metadata": {"a": 2}}}, {"a": 2}),
        ({"metadata": None, "meta": {"client_metadata": {"a": 3}}}, {"a": 3}),
        ({"metadata": "x", "meta": None}, {"own": 1}),
        ({}, {"own": 1}),
    ],
)
def test_metadata_is_found_in_either_form_else_it_is_the_callers(reply: Any, metadata: Any) -> None:
    assert CompressResult.from_reply(reply, metadata={"own": 1}).metadata == metadata


def test_a_saving_is_computed_from_sizes_whatever_the_ratio_says() -> None:
    documented = CompressResult({"stats": {"original_bytes": 100, "compressed_bytes": 129, "reduction_ratio": 0.29}})
    server = CompressResult({"stats": {"original_length": 100, "optimized_length": 40, "reduction_ratio": 0.6}})
    assert documented.savings.bytes == Saving(100, 129, "bytes")
    assert documented.savings.bytes.saved == -29
    assert documented.savings.bytes.percent == pytest.approx(-29.0)
    assert str(documented.savings) == "29.0 % more bytes (100 -> 129)"
    assert server.savings.characters == Saving(100, 40, "characters")
    assert server.savings.bytes is None
    assert str(CompressResult({}).savings) == "not known"
    assert Saving(0, 0, "bytes").share == 0.0


@pytest.mark.parametrize(
    "counted",
    [
        {"gpt-4o": {"original": 10, "compressed": 7}},
        {"raw": {"gpt-4o": {"tokens": 10, "bytes": 1}}, "optimized": {"gpt-4o": {"tokens": 7, "bytes": 1}}},
    ],
)
def test_tokens_are_counted_in_either_form(counted: Any) -> None:
    assert CompressResult({"token_stats": counted}).savings.tokens == {"gpt-4o": Saving(10, 7, "tokens")}


@pytest.mark.parametrize("wrong", [7, [], {"m": 7}, {"m": {"original": "x"}}, {"raw": 1, "optimized": {}}, None])
def test_malformed_counts_are_left_out(wrong: Any) -> None:
    assert CompressResult({"token_stats": wrong, "stats": wrong}).savings.tokens == {}


def test_parsed_is_the_generated_model() -> None:
    parsed = CompressResult(REPLY).parsed
    assert type(parsed).__module__.startswith("kaizen_client.generated.models")
    assert parsed.result == "id: 1"
    assert parsed.additional_properties == {"newer": [1]}
    with pytest.raises(KaizenResponseError, match="does not fit"):
        _ = CompressResult({}).parsed
