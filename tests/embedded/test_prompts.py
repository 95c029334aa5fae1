from __future__ import annotations

import json
from typing import Any

import pytest

ROWS: Any = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]
ROWS_KTOF = "[2]{id,name}:\n  1,Ada\n  2,Grace"
ROUTES = ["/v1/optimize/request", "/v1/prompts/encode"]


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("text", [json.dumps(ROWS), f"\n {json.dumps(ROWS, indent=2)}\t\r\n"])
def test_a_string_that_is_json_becomes_ktof_and_meta_undoes_it(call: Any, path: str, text: str) -> None:
    reply = call(path, {"prompt": text}).body
    assert reply["result"] == ROWS_KTOF
    (replacement,) = reply["meta"].pop("replacements")
    assert (replacement["start"], replacement["end"], replacement["original"]) == (0, len(ROWS_KTOF), text)
    assert (replacement["original_start"], replacement["original_end"], replacement["kind"]) == (0, len(text), "json")
    assert reply["meta"] == {
        "auto_detected_json": True,
        "embedded_json_count": 1,
        "segments_schema": "ktof",
        "auto_detection_applied": True,
        "schemas": None,
    }


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "{}",
        " [ ] ",
        '"a string"',
        "42",
        "null",
        '{"a": [NaN, 1, 2, 3]}',
        '{"a": [Infinity, 1, 2]}',
        '{"a": [1e999, 1, 2]}',
        '{"aaaaaaaa": 1, "aaaaaaaa": 2}',
        '{"a": ["\\ud800", 1, 2]}',
        '{"a": ' + "9" * 5000 + "}",
        "[" * 100_000 + "]" * 100_000,
        "[broken}",
        "[1, 2,]",
        '{"pi": 3.14159265358979323846264338327950288}',
    ],
    ids=lambda text: text[:24],
)
def test_a_string_that_is_not_sound_json_stays_as_it_is(call: Any, path: str, text: str) -> None:
    answered = call(path, {"prompt": text})
    assert (answered.status, answered.body["result"]) == (200, text)
    meta = answered.body["meta"]
    assert (meta["segments_schema"], meta["auto_detected_json"], meta["replacements"]) == ("text", False, [])


@pytest.mark.parametrize("path", ROUTES)
def test_json_that_ktof_makes_no_shorter_is_noticed_and_left_alone(call: Any, path: str) -> None:
    text = "[[[1]]]"
    reply = call(path, {"prompt": text}).body
    assert reply["result"] == text
    assert reply["meta"] == {
        "auto_detected_json": True,
        "embedded_json_count": 1,
        "segments_schema": "text",
        "replacements": [],
        "auto_detection_applied": False,
        "schemas": None,
    }


@pytest.mark.parametrize("path", ROUTES)
def test_detection_can_be_switched_off(call: Any, path: str) -> None:
    reply = call(path, {"prompt": json.dumps(ROWS), "auto_detect_json": False}).body
    assert reply["result"] == json.dumps(ROWS)
    assert reply["meta"]["segments_schema"] == "text"


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("auto_detect_json", [True, False])
def test_a_prompt_that_is_data_is_written_as_ktof_either_way(call: Any, path: str, auto_detect_json: bool) -> None:
    reply = call(path, {"prompt": ROWS, "auto_detect_json": auto_detect_json}).body
    assert (reply["result"], reply["meta"]["segments_schema"]) == (ROWS_KTOF, "ktof")
    assert reply["meta"]["auto_detected_json"] is False


@pytest.mark.parametrize("envelope", ["documented", "server-notes"])
@pytest.mark.parametrize("options", [None, {"indent": 1}, {"delimiter": "|", "length_marker": "#"}])
@pytest.mark.parametrize(
    "prompt",
    [
        "Hello: world",
        "",
        "[[[1]]]",
        json.dumps(ROWS, indent=4),
        '{"a": 1.10, "b": 1E2}',
        ROWS,
        None,
        {},
        {"messages": [{"role": "user", "content": "Hi"}]},
    ],
)
def test_a_replay_gives_back_the_very_prompt(call: Any, prompt: Any, options: Any, envelope: str) -> None:
    encoded = call("/v1/prompts/encode", {"prompt": prompt, "options": options}, envelope=envelope).body
    indent = {"indent": (options or {}).get("indent")}
    replay = {"ktof": encoded["result"], "options": indent, "replay_meta": encoded["meta"]}
    assert call("/v1/prompts/decode", replay, envelope=envelope).body["result"] == prompt


def test_without_a_replay_the_text_is_read_as_ktof(call: Any) -> None:
    assert call("/v1/prompts/decode", {"ktof": ROWS_KTOF}).body["result"] == ROWS
    assert call("/v1/prompts/decode", {"ktof": ROWS_KTOF, "replay_meta": {}}).body["result"] == ROWS


def test_another_text_of_the_same_length_is_not_taken_for_the_prompt(call: Any) -> None:
    meta = call("/v1/prompts/encode", {"prompt": json.dumps(ROWS)}).body["meta"]
    other = ROWS_KTOF.replace("Ada", "Bob")
    reply = call("/v1/prompts/decode", {"ktof": other, "replay_meta": meta}).body
    assert reply["result"][0]["name"] == "Bob"
    assert reply["meta"]["replay_applied"] is False


def test_a_replacement_needs_no_checksum(call: Any) -> None:
    replay_meta = {"replacements": [{"start": 0, "end": 4, "original": "spelled so"}]}
    assert call("/v1/prompts/decode", {"ktof": "a: 1", "replay_meta": replay_meta}).body["result"] == "spelled so"


def test_what_the_replay_brought_is_passed_on(call: Any) -> None:
    replay_meta = {"segments_schema": "ktof", "schemas": {"a": 1}, "later": [{"x": None}]}
    meta = call("/v1/prompts/decode", {"ktof": "a: 1", "replay_meta": replay_meta}).body["meta"]
    assert meta == {
        "auto_detected_json": False,
        "embedded_json_count": 0,
        "segments_schema": "ktof",
        "replacements": [],
        "auto_detection_applied": False,
        "schemas": {"a": 1},
        "later": [{"x": None}],
        "replay_applied": True,
    }


def test_the_calls_own_metadata_wins_over_the_replays(call: Any) -> None:
    body = {"ktof": "1", "replay_meta": {"client_metadata": {"call": 1}}}
    server = call("/v1/prompts/decode", body, envelope="server-notes").body
    assert server["meta"]["client_metadata"] == {"call": 1}
    body["metadata"] = {"call": 2}
    server = call("/v1/prompts/decode", body, envelope="server-notes").body
    assert server["meta"]["client_metadata"] == {"call": 2}
    documented = call("/v1/prompts/decode", body).body
    assert documented["metadata"] == {"call": 2}
    assert "client_metadata" not in documented["meta"]


@pytest.mark.parametrize(
    "replay_meta",
    [
        {"segments_schema": 5},
        {"segments_schema": ["text"]},
        {"segments_schema": None},
        {"segments_schema": "unheard of"},
        {"replacements": None},
        {"replacements": 1},
        {"replacements": "text"},
        {"replacements": {"start": 0}},
        {"replacements": [None]},
        {"replacements": [[]]},
        {"replacements": [{}]},
        {"replacements": [{"start": "0", "end": [], "original": {}}]},
        {"replacements": [{"start": 0, "end": 4, "original": None}]},
        {"replacements": [{"start": 0, "end": 4, "original": "x", "crc32": "?"}]},
        {"replacements": [{"start": 0, "end": 3, "original": "x"}]},
        {"replacements": [{"start": 1, "end": 4, "original": "x"}]},
        {"auto_detected_json": 1, "embedded_json_count": True, "auto_detection_applied": "", "schemas": []},
        {"client_metadata": "trace-1"},
    ],
)
@pytest.mark.parametrize("envelope", ["documented", "server-notes"])
def test_a_replay_of_an_odd_shape_is_ignored(call: Any, replay_meta: dict[str, Any], envelope: str) -> None:
    answered = call("/v1/prompts/decode", {"ktof": "a: 1", "replay_meta": replay_meta}, envelope=envelope)
    assert (answered.status, answered.body["result"]) == (200, {"a": 1})
    meta = answered.body["meta"]
    assert isinstance(meta["segments_schema"], str | None)
    assert isinstance(meta["replacements"], list | None)
    assert isinstance(meta["auto_detected_json"], bool)
    assert type(meta["embedded_json_count"]) is int
    assert isinstance(meta.get("client_metadata"), dict | None)
