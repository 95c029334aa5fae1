from __future__ import annotations

from typing import Any

import pytest

WRITES = [
    ("/v1/compress", "compress", {"data": {"a": [1, 2]}}),
    ("/v1/decompress", "decompress", {"data": "a[2]: 1,2"}),
    ("/v1/optimize", "optimize", {"data": {"a": [1, 2]}}),
    ("/v1/optimize/request", "optimize_request", {"prompt": {"a": [1, 2]}}),
    ("/v1/optimize/response", "optimize_response", {"ktof": "a[2]: 1,2"}),
    ("/v1/prompts/encode", "prompts_encode", {"prompt": {"a": [1, 2]}}),
    ("/v1/prompts/decode", "prompts_decode", {"ktof": "a[2]: 1,2"}),
]
ECHOING = [
    ("/v1/compress", {"data": 1}),
    ("/v1/optimize", {"data": 1}),
    ("/v1/optimize/request", {"prompt": 1}),
    ("/v1/prompts/encode", {"prompt": 1}),
    ("/v1/prompts/decode", {"ktof": "1"}),
]
META = {
    "auto_detected_json": False,
    "embedded_json_count": 0,
    "segments_schema": "ktof",
    "replacements": [],
    "auto_detection_applied": False,
    "schemas": None,
}


@pytest.mark.parametrize(("path", "name", "body"), WRITES)
def test_the_documented_form_says_ok_and_dots_the_operation(call: Any, path: str, name: str, body: Any) -> None:
    reply = call(path, body).body
    assert (reply["status"], reply["operation"]) == ("ok", name.replace("_", "."))


@pytest.mark.parametrize(("path", "name", "body"), WRITES)
def test_the_server_form_says_success_and_underscores_the_operation(call: Any, path: str, name: str, body: Any) -> None:
    reply = call(path, body, envelope="server-notes").body
    assert (reply["status"], reply["operation"]) == ("success", name)


@pytest.mark.parametrize("envelope", ["documented", "server-notes"])
@pytest.mark.parametrize(("path", "name", "body"), WRITES)
def test_the_value_stands_under_one_name(call: Any, envelope: str, path: str, name: str, body: Any) -> None:
    member = "data" if (name, envelope) == ("decompress", "documented") else "result"
    reply = call(path, body, envelope=envelope).body
    assert {"data", "result"} & reply.keys() == {member}
    assert reply[member] in ("a[2]: 1,2", {"a": [1, 2]})


def test_the_documented_form_as_a_whole(call: Any) -> None:
    assert call("/v1/compress", {"data": {"a": [1, 2]}, "metadata": {"id": 7}}).body == {
        "operation": "compress",
        "status": "ok",
        "result": "a[2]: 1,2",
        "stats": {"original_bytes": 11, "compressed_bytes": 9, "reduction_ratio": 0.818},
        "metadata": {"id": 7},
    }


def test_the_server_form_as_a_whole(call: Any) -> None:
    body = {"prompt": {"a": [1, 2]}, "metadata": {"id": 7}, "schemas": {"a": {"of": "int"}}}
    assert call("/v1/prompts/encode", body, envelope="server-notes").body == {
        "operation": "prompts_encode",
        "status": "success",
        "result": "a[2]: 1,2",
        "stats": {"original_length": 11, "optimized_length": 9, "reduction": 2, "reduction_ratio": 0.182},
        "meta": {**META, "schemas": {"a": {"of": "int"}}, "client_metadata": {"id": 7}},
    }


@pytest.mark.parametrize("metadata", [{}, {"trace": "t-1", "deep": {"a": [None, 1.5, "é\u2028"]}}, {"s": "\ud800"}])
@pytest.mark.parametrize(("path", "body"), ECHOING)
def test_metadata_comes_back_where_the_form_puts_it(call: Any, path: str, body: Any, metadata: dict[str, Any]) -> None:
    sent = {**body, "metadata": metadata}
    documented = call(path, sent).body
    server = call(path, sent, envelope="server-notes").body
    assert documented["metadata"] == metadata
    assert "client_metadata" not in documented.get("meta", {})
    assert server["meta"]["client_metadata"] == metadata
    assert "metadata" not in server


@pytest.mark.parametrize("sent", [{}, {"metadata": None}])
@pytest.mark.parametrize(("path", "body"), ECHOING)
def test_metadata_that_was_not_sent_is_not_made_up(call: Any, path: str, body: Any, sent: Any) -> None:
    assert "metadata" not in call(path, body | sent).body
    assert "client_metadata" not in call(path, body | sent, envelope="server-notes").body.get("meta", {})


@pytest.mark.parametrize("envelope", ["documented", "server-notes"])
@pytest.mark.parametrize("path", ["/v1/optimize/request", "/v1/prompts/encode"])
def test_prompt_routes_tell_how_the_text_is_to_be_read(call: Any, path: str, envelope: str) -> None:
    assert call(path, {"prompt": [1]}, envelope=envelope).body["meta"] == META


def test_only_prompts_encode_knows_schemas(call: Any) -> None:
    body = {"prompt": [1], "schemas": {"a": 1}}
    assert call("/v1/prompts/encode", body).body["meta"]["schemas"] == {"a": 1}
    assert call("/v1/optimize/request", body).body["meta"]["schemas"] is None


@pytest.mark.parametrize("path", ["/v1/compress", "/v1/optimize"])
def test_routes_without_prompts_have_no_meta_of_their_own(call: Any, path: str) -> None:
    assert "meta" not in call(path, {"data": 1}).body
    assert "meta" not in call(path, {"data": 1}, envelope="server-notes").body


def test_health_in_the_documented_form_tells_uptime_and_what_it_is(call: Any) -> None:
    times = iter([100.0, 103.25])
    reply = call("/", clock=lambda: next(times), region="plane").body
    assert reply == {
        "operation": "health",
        "status": "ok",
        "uptime": 3.25,
        "region": "plane",
        "engine": "embedded",
    }


def test_health_in_the_server_form_is_a_greeting(call: Any) -> None:
    assert call("/", envelope="server-notes").body == {"message": "Welcome to the Token Service"}


def test_text_beyond_ascii_is_sent_as_utf8(call: Any) -> None:
    assert call("/v1/compress", {"data": "Zürich 東京 🚆"}).body["result"] == "Zürich 東京 🚆"


def test_an_unknown_envelope_is_refused_at_once(call: Any) -> None:
    with pytest.raises(ValueError, match="envelope"):
        call("/", envelope="other")
