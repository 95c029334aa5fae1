"""Whatever is sent, there is a reply: a JSON object, with a status that the contract knows."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaizen_client.embedded import Engine

PATHS = [
    "/",
    "/v1/compress",
    "/v1/decompress",
    "/v1/optimize",
    "/v1/optimize/request",
    "/v1/optimize/response",
    "/v1/prompts/encode",
    "/v1/prompts/decode",
]
# 500 is not among them: no input may bring the engine to its own fault.
DOCUMENTED = {200, 400, 401, 404, 405, 413, 422}
ENGINES = [Engine(), Engine(envelope="server-notes", api_key="key", max_body_bytes=300)]

surrogate_too = st.text(st.characters(exclude_categories=()), max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | surrogate_too,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(surrogate_too, inner, max_size=4),
    max_leaves=12,
)
ktof_like = st.text(st.sampled_from('ab01.-:,|\t\n []{}#"\\e+ \u2028'), max_size=40)
json_like = st.text(st.sampled_from('ab01.-:, []{}"\\eENaI\n'), max_size=40)
some_options = st.fixed_dictionaries(
    {},
    optional={
        "indent": st.integers(-1, 70) | json_values,
        "delimiter": st.sampled_from(",\t|;") | json_values,
        "length_marker": st.booleans() | st.just("#") | json_values,
        "strict": st.booleans() | json_values,
    },
)
replacements = st.lists(
    st.fixed_dictionaries(
        {},
        optional={"start": st.integers(0, 1), "end": st.integers(0, 9), "original": json_values, "crc32": json_values},
    ),
    max_size=2,
)
some_replay = st.fixed_dictionaries(
    {},
    optional={
        "segments_schema": st.sampled_from(["text", "ktof", "text_with_ktof"]) | json_values,
        "replacements": replacements | json_values,
        "embedded_json_count": json_values,
        "client_metadata": json_values,
    },
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "data": json_values | ktof_like,
        "prompt": json_values | json_like,
        "ktof": json_values | ktof_like,
        "options": some_options | json_values,
        "auto_detect_json": st.booleans() | json_values,
        "schemas": json_values,
        "metadata": json_values,
        "token_models": st.lists(surrogate_too, max_size=2) | json_values,
        "replay_meta": some_replay | json_values,
    },
)


def check(method: str, path: str, headers: dict[str, str], body: bytes) -> None:
    for engine in ENGINES:
        reply = engine.handle(method, path, headers, body)
        assert reply.status in DOCUMENTED, reply.body
        value = json.loads(reply.body.decode(), parse_constant=lambda name: pytest.fail(name))
        assert isinstance(value, dict)
        assert reply.headers["content-type"] == "application/json"
        if reply.status >= 400:
            assert value["detail"]
            assert value["request_id"] == reply.headers["x-request-id"]
            assert isinstance(value["detail"], list) == (reply.status == 422)


@pytest.mark.parametrize("path", PATHS)
@settings(deadline=None)
@given(body=st.binary(max_size=400))
def test_any_bytes_get_a_reply(path: str, body: Any) -> None:
    check("POST", path, {"x-api-key": "key"}, body)


@pytest.mark.parametrize("path", PATHS)
@settings(deadline=None)
@given(value=json_values | requests)
def test_any_json_gets_a_reply(path: str, value: Any) -> None:
    check("POST", path, {"x-api-key": "key"}, json.dumps(value).encode())


@settings(deadline=None)
@given(method=st.text(max_size=8), path=st.text(max_size=20) | st.sampled_from(PATHS), headers=st.data())
def test_any_method_path_and_header_get_a_reply(method: str, path: str, headers: st.DataObject) -> None:
    names = st.sampled_from(["Authorization", "x-api-key", "X-Request-ID", "Content-Type"]) | surrogate_too
    check(method, path, headers.draw(st.dictionaries(names, surrogate_too, max_size=4)), b'{"data": 1}')


@settings(deadline=None)
@given(value=json_values)
def test_what_is_encoded_is_what_was_sent(value: Any) -> None:
    engine = Engine()
    encoded = engine.handle("POST", "/v1/compress", {}, json.dumps({"data": value}).encode())
    if encoded.status == 200:
        text = json.loads(encoded.body)["result"]
        decoded = engine.handle("POST", "/v1/decompress", {}, json.dumps({"data": text}).encode())
        assert json.loads(decoded.body)["data"] == value
    else:
        # Nothing but lone surrogates is beyond the notation at this size.
        assert encoded.status == 400
        assert "\\ud" in json.dumps(value)


@settings(deadline=None)
@given(prompt=json_values | json_like)
def test_what_a_replay_gives_is_what_was_sent(prompt: Any) -> None:
    engine = Engine()
    encoded = engine.handle("POST", "/v1/prompts/encode", {}, json.dumps({"prompt": prompt}).encode())
    if encoded.status != 200:
        assert "\\ud" in json.dumps(prompt)
        return
    reply = json.loads(encoded.body)
    replay = json.dumps({"ktof": reply["result"], "replay_meta": reply["meta"]}).encode()
    decoded = engine.handle("POST", "/v1/prompts/decode", {}, replay)
    assert json.loads(decoded.body)["result"] == prompt


@pytest.mark.parametrize("depth", [10, 50, 100, 150, 200, 300, 500, 900, 2_000, 20_000])
@pytest.mark.parametrize(("opener", "closer"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
@pytest.mark.parametrize("path", PATHS[1:])
def test_any_depth_gets_a_reply(path: str, opener: bytes, closer: bytes, depth: int) -> None:
    nested = opener * depth + b"1" + closer * depth
    body = b'{"data":%b,"prompt":%b,"ktof":"1","metadata":{"m":%b}}' % (nested, nested, nested)
    check("POST", path, {"x-api-key": "key"}, body)
    as_text = json.dumps({name: nested.decode() for name in ("data", "prompt", "ktof")}).encode()
    check("POST", path, {"x-api-key": "key"}, as_text)


def test_a_caller_deep_in_its_own_stack_gets_a_reply() -> None:
    def descend(left: int) -> int:
        if left:
            return descend(left - 1)
        body = b'{"data": ' + b"[" * 60 + b"]" * 60 + b"}"
        return Engine().handle("POST", "/v1/compress", {}, body).status

    frame: Any = sys._getframe()
    used = 0
    while frame is not None:
        used, frame = used + 1, frame.f_back
    assert descend(sys.getrecursionlimit() - used - 120) in DOCUMENTED


def test_threads_share_an_engine_without_mixing_their_answers() -> None:
    engine = Engine()
    wrong: list[Any] = []

    def work(number: int) -> None:
        for turn in range(50):
            value = {"rows": [{"worker": number, "turn": turn}] * 3}
            headers = {"x-request-id": f"{number}-{turn}"}
            encoded = engine.handle("POST", "/v1/compress", headers, json.dumps({"data": value}).encode())
            text = json.loads(encoded.body)["result"]
            decoded = engine.handle("POST", "/v1/decompress", headers, json.dumps({"data": text}).encode())
            if json.loads(decoded.body)["data"] != value or decoded.headers["x-request-id"] != f"{number}-{turn}":
                wrong.append((number, turn))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
