"""What a user does with an upgraded client, each by its name: python tests/upstream/uses.py NAME...

A program, for it runs in the upgraded copy. A use fails by an exception.
"""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, NamedTuple

import pytest

from kaizen_client import KaizenAPIError, KaizenClient, KaizenPayloadError, SyncKaizenClient, models
from kaizen_client._contract import OPERATIONS
from kaizen_client.headers import Headers
from kaizen_client.transports.base import WireReply, WireRequest

URL: Final = "http://127.0.0.1:9"
REPLY: Final = WireReply(200, Headers(), b'{"result":"x"}')
ENCODERS: Final = {"compress": "data", "optimize": "data", "optimize_request": "prompt", "prompts_encode": "prompt"}
DECODERS: Final = {"decompress": "data", "optimize_response": "ktof", "prompts_decode": "ktof"}

USES: Final[dict[str, Callable[[], None]]] = {}


def use(function: Callable[[], None]) -> Callable[[], None]:
    """Know a function by its name in `USES`."""
    USES[function.__name__] = function
    return function


class Recorder:
    """A transport that answers with one reply, and keeps what it is asked to send."""

    def __init__(self, reply: WireReply) -> None:
        self.reply = reply
        self.seen: list[WireRequest] = []

    def send(self, request: WireRequest) -> WireReply:
        """Keep the request."""
        self.seen.append(request)
        return self.reply

    def close(self) -> None:
        """Hold nothing."""


class AsyncRecorder:
    """The same for the async client."""

    def __init__(self, reply: WireReply) -> None:
        self.recorder = Recorder(reply)

    async def send(self, request: WireRequest) -> WireReply:
        """Keep the request."""
        return self.recorder.send(request)

    async def close(self) -> None:
        """Hold nothing."""


class Called(NamedTuple):
    """What one call sent and gave, the same with both clients."""

    method: str
    url: str
    body: Any
    result: Any


def called(name: str, *arguments: Any, reply: WireReply = REPLY, **keywords: Any) -> Called:
    """Call a method of both clients."""
    recorder, other = Recorder(reply), AsyncRecorder(reply)
    with SyncKaizenClient(base_url=URL, api_key="k", transport=recorder) as client:
        result = getattr(client, name)(*arguments, **keywords)

    async def call() -> Any:
        async with KaizenClient(base_url=URL, api_key="k", transport=other) as client:
            return await getattr(client, name)(*arguments, **keywords)

    assert dict(asyncio.run(call())) == dict(result)
    ((method, url, body),) = {(one.method, one.url, one.body) for one in [*recorder.seen, *other.recorder.seen]}
    return Called(method, url.removeprefix(URL), None if body is None else json.loads(body), result)


def every_form_sends(name: str, fields: dict[str, Any]) -> None:
    """Call a route with a dict, a model, keywords and its generated module: all must send the fields."""
    operation = OPERATIONS[name]
    model = getattr(models, str(operation.request))
    for arguments, keywords in (((fields,), {}), ((model(**fields),), {}), ((), fields)):
        found = called(name, *arguments, **keywords)
        assert (found.method, found.url, found.body) == (operation.method, operation.path, fields)
    recorder = Recorder(REPLY)
    endpoint = import_module(f"kaizen_client.generated.api.{operation.module}")
    with SyncKaizenClient(base_url=URL, api_key="k", transport=recorder) as client:
        endpoint.sync_detailed(client=client.generated(), body=model(**fields))
    assert [json.loads(request.body or b"") for request in recorder.seen] == [fields]


def refused(name: str, field: str, **keywords: Any) -> None:
    """Call a method of both clients: nothing may be sent, and the error must name the field."""
    recorder, other = Recorder(REPLY), AsyncRecorder(REPLY)
    with SyncKaizenClient(base_url=URL, api_key="k", transport=recorder) as client:
        one = _refusal(lambda: getattr(client, name)(**keywords))

    async def call() -> None:
        async with KaizenClient(base_url=URL, api_key="k", transport=other) as client:
            await getattr(client, name)(**keywords)

    two = _refusal(lambda: asyncio.run(call()))
    assert field in one, one
    assert one == two
    assert not recorder.seen + other.recorder.seen


def _refusal(call: Callable[[], object]) -> str:
    with pytest.raises(KaizenPayloadError) as caught:
        call()
    return str(caught.value)


def warned(name: str, word: str, **keywords: Any) -> Called:
    """Call a method of both clients, which must say that something is deprecated."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = called(name, **keywords)
    assert {one.category for one in said} == {DeprecationWarning}, said
    assert len(said) == 2, said
    assert all(word in str(one.message) for one in said), said
    assert {one.filename for one in said} == {__file__}
    return found


# --- fields of requests -------------------------------------------------------------------------------------------


@use
def every_form_sends_max_depth() -> None:
    every_form_sends("prompts_encode", {"prompt": "hi", "max_depth": 3})
    every_form_sends("prompts_encode", {"prompt": "hi", "max_depth": None})


@use
def max_depth_is_checked_before_sending() -> None:
    refused("prompts_encode", "max_depth", prompt="hi", max_depth=0)
    refused("prompts_encode", "max_depth", prompt="hi", max_depth="3")


@use
def every_form_sends_skip_paths() -> None:
    every_form_sends("optimize_request", {"prompt": "hi", "skip_paths": ["a.b", "c"]})
    refused("optimize_request", "skip_paths[1]", prompt="hi", skip_paths=["a", 1])


@use
def every_form_sends_limits() -> None:
    limits = {"max_depth": 3, "max_items": None}
    every_form_sends("decompress", {"data": "a: 1", "limits": limits})
    assert called("decompress", data="a: 1", limits=_model("DecodeLimits")(**limits)).body["limits"] == limits
    refused("decompress", "limits.max_items", data="a: 1", limits={"max_items": "many"})


@use
def every_form_sends_a_tree() -> None:
    rule = {"name": "a", "rules": [{"name": "b", "rules": [{"name": "c"}]}]}
    every_form_sends("prompts_encode", {"prompt": "hi", "rule": rule})
    refused("prompts_encode", "name", prompt="hi", rule={"name": "a", "rules": [{}]})


@use
def every_form_sends_mode_and_no_default() -> None:
    every_form_sends("compress", {"data": [1], "mode": "small"})
    every_form_sends("optimize", {"data": [1], "mode": "fast"})
    every_form_sends("compress", {"data": [1]})


@use
def another_mode_is_refused() -> None:
    refused("optimize", "mode", data=[1], mode="large")


@use
def every_encoder_sends_sort_keys() -> None:
    for name in ENCODERS.keys() - {"optimize"}:  # which the same document deprecates
        every_form_sends(name, {ENCODERS[name]: "hi", "options": {"sort_keys": True}})
    for name, field in DECODERS.items():
        refused(name, "sort_keys", **{field: "a: 1"}, options={"sort_keys": True})


@use
def dialect_must_be_given() -> None:
    refused("decompress", "dialect", data="a: 1")
    every_form_sends("decompress", {"data": "a: 1", "dialect": "strict"})


@use
def replay_meta_must_be_given() -> None:
    refused("prompts_decode", "replay_meta", ktof="a: 1")
    every_form_sends("prompts_decode", {"ktof": "a: 1", "replay_meta": {"a": 1}})


@use
def schemas_still_goes_and_warns() -> None:
    found = warned("prompts_encode", "schemas", prompt="hi", schemas={"a": 1})
    assert found.body == {"prompt": "hi", "schemas": {"a": 1}}
    assert called("prompts_encode", prompt="hi").body == {"prompt": "hi"}


@use
def token_models_warns() -> None:
    found = warned("optimize_request", "token_models", prompt="hi", token_models=["gpt-4o"])
    assert found.body["token_models"] == ["gpt-4o"]
    every_form_sends("prompts_encode", {"prompt": "hi", "token_models": ["gpt-4o"]})


@use
def indent_is_a_text_for_encoders_alone() -> None:
    every_form_sends("compress", {"data": 1, "options": {"indent": "2"}})
    refused("prompts_encode", "options.indent", prompt="hi", options={"indent": 2})
    every_form_sends("optimize_response", {"ktof": "a: 1", "options": {"indent": 2}})


@use
def auto_detect_json_takes_a_text_too() -> None:
    every_form_sends("prompts_encode", {"prompt": "hi", "auto_detect_json": "strings"})
    every_form_sends("prompts_encode", {"prompt": "hi", "auto_detect_json": False})
    refused("prompts_encode", "auto_detect_json", prompt="hi", auto_detect_json=None)
    refused("optimize_request", "auto_detect_json", prompt="hi", auto_detect_json="strings")


@use
def a_narrow_indent_is_refused() -> None:
    for name, field in ENCODERS.items():
        refused(name, "options.indent", **{field: "hi"}, options={"indent": 1})
        every_form_sends(name, {field: "hi", "options": {"indent": 2}})
    every_form_sends("decompress", {"data": "a: 1", "options": {"indent": 1}})


@use
def decoders_take_an_indent_of_none() -> None:
    every_form_sends("decompress", {"data": "a: 1", "options": {"indent": 0}})
    refused("compress", "options.indent", data=1, options={"indent": 0})


@use
def encoders_take_an_indent_of_none() -> None:
    every_form_sends("compress", {"data": 1, "options": {"indent": 0}})
    refused("compress", "options.indent", data=1, options={"indent": -1})


@use
def a_fourth_delimiter_is_sent() -> None:
    every_form_sends("compress", {"data": 1, "options": {"delimiter": ";"}})
    refused("compress", "options.delimiter", data=1, options={"delimiter": "!"})


@use
def ktof_may_be_left_out() -> None:
    every_form_sends("optimize_response", {})
    every_form_sends("optimize_response", {"ktof": "a: 1"})


@use
def level_goes_to_compress_alone() -> None:
    every_form_sends("compress", {"data": 1, "level": 3, "metadata": {"a": 1}})
    every_form_sends("optimize", {"data": 1, "token_models": ["gpt-4o"]})
    refused("optimize", "level", data=1, level=3)


# --- routes -------------------------------------------------------------------------------------------------------


@use
def estimate_is_a_method() -> None:
    reply = WireReply(200, Headers(), b'{"tokens":{"gpt-4o":3}}')
    found = called("estimate", text="hi", models=["gpt-4o"], reply=reply)
    assert found[:3] == ("POST", "/v1/estimate", {"text": "hi", "models": ["gpt-4o"]})
    assert found.result["tokens"] == {"gpt-4o": 3}
    assert called("estimate", _model("EstimateRequest")(text="hi")).body == {"text": "hi"}
    assert called("estimate", {"text": "hi"}).body == {"text": "hi"}
    refused("estimate", "text", models=["gpt-4o"])


@use
def a_new_route_takes_the_model_that_is_there() -> None:
    assert OPERATIONS["check_prompt"].request == "PromptEncodePayload"
    every_form_sends("check_prompt", {"prompt": "hi", "options": {"indent": 1}})
    assert not hasattr(models, "PromptEncodePayload2")


@use
def compare_is_a_method_with_a_typed_reply() -> None:
    reply = WireReply(200, Headers(), b'{"same":false,"differences":["a"]}')
    found = called("compare", left={"a": 1}, right=None, reply=reply)
    assert found[:3] == ("POST", "/v1/compare", {"left": {"a": 1}, "right": None})
    assert (found.result.same, found.result.differences) == (False, ["a"])
    refused("compare", "right", left=1)


@use
def get_payload_takes_a_path_and_a_query() -> None:
    found = called("get_payload", payload_id="a b/c", limit=5)
    assert found[:3] == ("GET", "/v1/payloads/a%20b%2Fc?limit=5", None)
    assert called("get_payload", payload_id="p1").url == "/v1/payloads/p1"


@use
def delete_payload_takes_a_reply_without_a_body() -> None:
    found = called("delete_payload", payload_id="p1", reply=WireReply(204, Headers(), b""))
    assert found[:3] == ("DELETE", "/v1/payloads/p1", None)
    assert found.result.http.status == 204


@use
def optimize_response_still_goes_and_warns() -> None:
    found = warned("optimize_response", "optimize_response()", ktof="a: 1")
    assert found[:3] == ("POST", "/v1/optimize/response", {"ktof": "a: 1"})


@use
def optimize_warns() -> None:
    assert warned("optimize", "optimize()", data=1).body == {"data": 1}


@use
def prompts_encode_goes_to_the_new_path() -> None:
    assert OPERATIONS["prompts_encode"].path == "/v1/prompts/compress"
    every_form_sends("prompts_encode", {"prompt": "hi"})


@use
def prompts_decode_is_put() -> None:
    assert OPERATIONS["prompts_decode"][1:3] == ("PUT", "/v1/prompts/decode")
    every_form_sends("prompts_decode", {"ktof": "a: 1"})


# --- parameters, statuses, replies, security ------------------------------------------------------------------------


@use
def dry_run_goes_into_the_query() -> None:
    found = called("compress", data=1, dry_run=True)
    assert found[:3] == ("POST", "/v1/compress?dry_run=true", {"data": 1})
    assert called("compress", data=1).url == "/v1/compress"
    assert called("compress", {"data": 1}).url == "/v1/compress"


@use
def a_conflict_is_an_error_with_its_body() -> None:
    reply = WireReply(451, Headers(), b'{"detail":"being written","conflict_id":"c1"}')
    with pytest.raises(KaizenAPIError) as caught:
        called("compress", data=1, reply=reply)
    assert (caught.value.status_code, caught.value.detail) == (451, "being written")
    assert caught.value.payload == {"detail": "being written", "conflict_id": "c1"}


@use
def optimize_takes_a_201() -> None:
    assert called("optimize", data=1, reply=REPLY._replace(status=201)).result.value == "x"


@use
def the_cost_is_read() -> None:
    reply = WireReply(200, Headers(), b'{"result":"x","cost":0.25}')
    assert called("compress", data=1, reply=reply).result.cost == 0.25
    assert called("compress", data=1).result.cost is None


@use
def compress_still_sends_its_key() -> None:
    recorder = Recorder(REPLY)
    with SyncKaizenClient(base_url=URL, api_key="k", transport=recorder) as client:
        client.compress(data=1)
    assert recorder.seen[0].headers["authorization"] == "Bearer k"


def _model(name: str) -> Any:
    return getattr(models, name)


def main(names: list[str]) -> None:
    """Run the uses of these names."""
    for name in names:
        try:
            USES[name]()
        except Exception as error:
            error.add_note(f"in {name}")
            raise


if __name__ == "__main__":
    main(sys.argv[1:])
