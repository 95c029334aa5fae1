from __future__ import annotations

import json
from typing import Any

import pytest

VALUES: list[Any] = [
    {"users": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]},
    {"städte": ["Zürich", "東京", "🚆"]},
    [[1, [2, [3, [{"a": None}]]]]],
    {},
    None,
    "one, two",
]
ENCODERS = [("/v1/compress", "data"), ("/v1/optimize", "data")]
PROMPT_ENCODERS = [("/v1/optimize/request", "prompt"), ("/v1/prompts/encode", "prompt")]
DECODERS = [("/v1/decompress", "data"), ("/v1/optimize/response", "ktof")]


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(("path", "field"), ENCODERS)
def test_documented_stats_are_bytes_of_compact_json_and_of_the_text(
    call: Any, path: str, field: str, value: Any
) -> None:
    reply = call(path, {field: value}).body
    before, after = len(compact(value).encode()), len(reply["result"].encode())
    assert reply["stats"] == {
        "original_bytes": before,
        "compressed_bytes": after,
        "reduction_ratio": round(after / before, 3),
    }


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(("path", "field"), ENCODERS)
def test_server_stats_are_characters_and_the_share_saved(call: Any, path: str, field: str, value: Any) -> None:
    reply = call(path, {field: value}, envelope="server-notes").body
    before, after = len(compact(value)), len(reply["result"])
    assert reply["stats"] == {
        "original_length": before,
        "optimized_length": after,
        "reduction": before - after,
        "reduction_ratio": round((before - after) / before, 3),
    }


@pytest.mark.parametrize("value", [value for value in VALUES if not isinstance(value, str)])
@pytest.mark.parametrize(("path", "field"), PROMPT_ENCODERS)
def test_prompts_that_are_data_are_measured_like_data(call: Any, path: str, field: str, value: Any) -> None:
    assert call(path, {field: value}).body["stats"] == call("/v1/compress", {"data": value}).body["stats"]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(("path", "field"), DECODERS)
def test_decoding_gives_the_stats_of_the_encoding(call: Any, path: str, field: str, value: Any) -> None:
    encoded = call("/v1/compress", {"data": value}).body
    assert call(path, {field: encoded["result"]}).body["stats"] == encoded["stats"]


@pytest.mark.parametrize(
    ("envelope", "before", "after", "ratio"),
    [
        ("documented", "original_bytes", "compressed_bytes", 1.0),
        ("server-notes", "original_length", "optimized_length", 0.0),
    ],
)
@pytest.mark.parametrize("prompt", ["", "Grüße, Ada"])
def test_text_that_stays_as_it_is_saves_nothing(
    call: Any, prompt: Any, envelope: str, before: str, after: str, ratio: float
) -> None:
    encoded = call("/v1/prompts/encode", {"prompt": prompt}, envelope=envelope).body
    assert encoded["stats"][before] == encoded["stats"][after]
    assert encoded["stats"]["reduction_ratio"] == ratio
    replay = {"ktof": encoded["result"], "replay_meta": encoded["meta"]}
    assert call("/v1/prompts/decode", replay, envelope=envelope).body["stats"] == encoded["stats"]


def test_text_that_grew_is_said_to_have_grown(call: Any) -> None:
    value = [[[[{"a": [[1]]}]]]]
    assert call("/v1/compress", {"data": value}).body["stats"]["reduction_ratio"] > 1
    stats = call("/v1/compress", {"data": value}, envelope="server-notes").body["stats"]
    assert stats["reduction"] < 0
    assert stats["reduction_ratio"] < 0
