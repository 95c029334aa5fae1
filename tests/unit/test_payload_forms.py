"""A dict, a request model and keywords are three ways to say one request, and send the same bytes."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest

import kaizen_client
from kaizen_client import KaizenClient, SyncKaizenClient, json_bodies
from kaizen_client._contract import OPERATIONS, SCHEMAS
from kaizen_client.headers import Headers
from kaizen_client.transports.base import WireReply, WireRequest
from tests.made_up import sample

REPLY = WireReply(200, Headers(), b'{"result":"x"}')


class Recorder:
    """A transport that keeps what it is asked to send."""

    def __init__(self) -> None:
        self.seen: list[WireRequest] = []
        self.replies: list[WireReply] = []

    def send(self, request: WireRequest) -> WireReply:
        self.seen.append(request)
        return self.replies.pop(0) if self.replies else REPLY

    def close(self) -> None:
        """Do nothing."""


class AsyncRecorder:
    """The same for the async client."""

    def __init__(self) -> None:
        self.seen: list[WireRequest] = []

    async def send(self, request: WireRequest) -> WireReply:
        self.seen.append(request)
        return REPLY

    async def close(self) -> None:
        """Do nothing."""


ENCODING: dict[str, Any] = {"indent": 1, "delimiter": "|", "length_marker": "#"}
DECODING: dict[str, Any] = {"indent": 4, "strict": False}
VALUE = {"b": [1, None, "na\u00efve"], "a": {"deep": [True, 1.5]}}


def nullable(name: str, field: str) -> bool:
    schema = SCHEMAS[str(OPERATIONS[name].request)]["properties"][field]
    return "null" in schema.get("type", ()) or {"type": "null"} in schema.get("anyOf", ())


# Fields of the write routes, in the order of the contract.
NAMED: dict[str, dict[str, Any]] = {
    "compress": {"data": VALUE, "options": ENCODING, "metadata": {"t": 1}, "token_models": ["gpt-4o"]},
    "decompress": {"data": "id: 1", "options": DECODING},
    "optimize": {"data": VALUE, "options": ENCODING, "metadata": {"t": 1}, "token_models": ["gpt-4o", "x"]},
    "optimize_request": {
        "prompt": VALUE, "options": ENCODING, "auto_detect_json": False, "metadata": {"t": 1}, "token_models": [],
    },
    "optimize_response": {"ktof": "id: 1", "options": DECODING},
    "prompts_encode": {
        "prompt": "hi", "options": ENCODING, "auto_detect_json": True, "schemas": {"s": [1]}, "metadata": {"t": 1},
        "token_models": ["gpt-4o"],
    },
    "prompts_decode": {"ktof": "id: 1", "options": DECODING, "replay_meta": {"r": {"x": 1}}, "metadata": {"t": 1}},
}  # fmt: skip
# Every field of every write route: one that is not named above has a value made up from the contract.
WHOLE: dict[str, dict[str, Any]] = {
    name: {
        field: NAMED.get(name, {}).get(field, sample(part))
        for field, part in SCHEMAS[operation.request]["properties"].items()
    }
    for name, operation in OPERATIONS.items()
    if operation.request is not None and not any(parameter.required for parameter in operation.parameters)
}
LEAST: dict[str, dict[str, Any]] = {
    name: {key: fields[key] for key in SCHEMAS[str(OPERATIONS[name].request)].get("required", ())}
    for name, fields in WHOLE.items()
}
NULLS: dict[str, dict[str, Any]] = {
    name: {key: None if nullable(name, key) and key not in LEAST[name] else value for key, value in fields.items()}
    for name, fields in WHOLE.items()
}
CASES = [
    pytest.param(name, fields, id=f"{name}-{kind}")
    for kind, table in (("whole", WHOLE), ("least", LEAST), ("nulls", NULLS))
    for name, fields in table.items()
]


def model_of(name: str, fields: dict[str, Any]) -> Any:
    return getattr(kaizen_client, str(OPERATIONS[name].request))(**fields)


def nested_models(name: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with the options as their own model."""
    options = fields.get("options")
    if options is None:
        return fields
    schema = SCHEMAS[str(OPERATIONS[name].request)]["properties"]["options"]
    return {**fields, "options": getattr(kaizen_client, schema["anyOf"][0]["$ref"])(**options)}


def test_the_table_names_fields_that_the_contract_has() -> None:
    for name, fields in NAMED.items():
        assert set(fields) <= set(SCHEMAS[str(OPERATIONS[name].request)]["properties"])


@pytest.mark.parametrize(("name", "fields"), CASES)
def test_all_forms_send_the_same_bytes(name: str, fields: dict[str, Any]) -> None:
    recorder = Recorder()
    with SyncKaizenClient(base_url="http://h/pre", transport=recorder) as client:
        call = getattr(client, name)
        call(fields)
        call(dict(reversed(fields.items())))
        call(MappingProxyType(fields))
        call(model_of(name, fields))
        call(**fields)
        call(nested_models(name, fields))
        call(model_of(name, nested_models(name, fields)))
        call(**nested_models(name, fields))
    bodies = {request.body for request in recorder.seen}
    assert len(recorder.seen) == 8
    assert len(bodies) == 1
    # Metadata that says nothing is not sent; all else is, null included.
    sent = {key: value for key, value in fields.items() if key != "metadata" or value}
    assert bodies == {json.dumps(sent, ensure_ascii=False, separators=(",", ":")).encode()}
    assert {(request.method, request.url) for request in recorder.seen} == {
        ("POST", f"http://h/pre{OPERATIONS[name].path}")
    }


@pytest.mark.parametrize(("name", "fields"), CASES)
async def test_the_async_client_sends_the_same_bytes(name: str, fields: dict[str, Any]) -> None:
    recorder, sync_recorder = AsyncRecorder(), Recorder()
    async with KaizenClient(base_url="http://h", transport=recorder) as client:
        for arguments, keywords in (((fields,), {}), ((model_of(name, fields),), {}), ((), fields)):
            await getattr(client, name)(*arguments, **keywords)
    with SyncKaizenClient(base_url="http://h", transport=sync_recorder) as sync_client:
        getattr(sync_client, name)(fields)
    assert {request.body for request in recorder.seen} == {sync_recorder.seen[0].body}


@pytest.mark.parametrize("name", ["compress", "optimize", "optimize_request", "prompts_encode"])
@pytest.mark.parametrize("value", [None, False, 0, "", [], {}])
def test_null_and_empty_data_is_data(name: str, value: Any) -> None:
    field = next(iter(LEAST[name]))
    recorder = Recorder()
    with SyncKaizenClient(base_url="http://h", transport=recorder) as client:
        getattr(client, name)({field: value})
        getattr(client, name)(**{field: value})
        getattr(client, name)(model_of(name, {field: value}))
    assert [request.body for request in recorder.seen] == [
        json.dumps({field: value}, separators=(",", ":")).encode()
    ] * 3


def test_metadata_of_the_call_wins_over_the_payload_s_in_every_form() -> None:
    recorder = Recorder()
    with SyncKaizenClient(base_url="http://h", transport=recorder, default_metadata={"a": 0, "d": 0}) as client:
        fields = {"data": 1, "metadata": {"a": 1, "b": 1}}
        client.compress(fields, metadata={"b": 2})
        client.compress(model_of("compress", fields), metadata={"b": 2})
    for request in recorder.seen:
        assert json.loads(request.body or b"")["metadata"] == {"a": 1, "d": 0, "b": 2}


def test_metadata_is_not_sent_where_the_contract_has_no_field_for_it() -> None:
    recorder = Recorder()
    with SyncKaizenClient(base_url="http://h", transport=recorder) as client:
        assert client.decompress(data="a: 1", metadata={"t": 1}).metadata == {"t": 1}
        assert client.optimize_response(ktof="a: 1", metadata={"t": 1}).metadata == {"t": 1}
    assert [json.loads(request.body or b"") for request in recorder.seen] == [{"data": "a: 1"}, {"ktof": "a: 1"}]


def test_what_the_caller_passed_in_is_left_as_it_was() -> None:
    fields = {"data": [1], "metadata": {"a": 1}, "options": {"indent": 1}}
    before = json.dumps(fields)
    with SyncKaizenClient(base_url="http://h", transport=Recorder(), default_metadata={"z": 1}) as client:
        client.compress(fields, metadata={"b": 1}, extra_body={"options": {"new": 1}, "more": 1})
    assert json.dumps(fields) == before


def test_a_large_body_is_encoded_once_for_all_attempts(monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:
    recorder, made = Recorder(), []
    recorder.replies = [WireReply(503, Headers(), b""), WireReply(503, Headers(), b"")]

    encode = json_bodies.encode

    def counted(value: Any) -> bytes:
        made.append(1)
        return encode(value)

    monkeypatch.setattr(json_bodies, "encode", counted)
    with SyncKaizenClient(base_url="http://h", transport=recorder) as client:
        client._sender.clock = clock
        client.compress(data=[{"id": number, "name": "x" * 20} for number in range(20_000)])
    assert len(recorder.seen) == 3
    assert len(made) == 1
    assert recorder.seen[0].body is recorder.seen[1].body is recorder.seen[2].body
