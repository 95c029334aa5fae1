"""The stand-in is told what to say, what to count and how to fail, and keeps what it was sent, byte by byte."""

from __future__ import annotations

import json
import os
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.vendors.speech import DEFAULT, pieces
from tests.vendors.standin import StandIn

CHAT = {"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}]}
OPENAI = {"authorization": "Bearer k"}
ANTHROPIC = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
GEMINI = {"x-goog-api-key": "k"}
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}


class Sender:
    """Sends bytes as they are given, over one connection."""

    def __init__(self, vendor: StandIn) -> None:
        self.connection = HTTPConnection(urlsplit(vendor.url).netloc)

    def post(self, path: str, body: Any, headers: dict[str, str] = OPENAI) -> tuple[int, dict[str, str], bytes]:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request("POST", path, content, {"content-type": "application/json", **headers})
        reply = self.connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()

    def chat(self, **more: Any) -> Any:
        return json.loads(self.post("/v1/chat/completions", {**CHAT, **more})[2])


@pytest.fixture
def sender(vendor: StandIn) -> Any:
    found = Sender(vendor)
    yield found
    found.connection.close()


def said(reply: Any) -> str:
    return str(reply["choices"][0]["message"]["content"])


def test_what_came_is_kept_byte_by_byte(vendor: StandIn, sender: Sender) -> None:
    body = b'{ "model":"gpt-5",\n "messages" : [], "x": 1e2 }'
    sender.post("/v1/chat/completions?a=b", body, {**OPENAI, "X-Own": "Value"})
    got = vendor.last
    assert (got.method, got.path, got.route, got.body) == ("POST", "/v1/chat/completions?a=b", "openai.chat", body)
    assert got.headers["x-own"] == "Value"
    assert got.json == {"model": "gpt-5", "messages": [], "x": 100.0}


def test_a_body_sent_in_chunks_is_kept_as_one(vendor: StandIn, sender: Sender) -> None:
    parts = [b'{"model": "gpt-5",', b' "messages": []}']
    sender.connection.request("POST", "/v1/chat/completions", iter(parts), OPENAI, encode_chunked=True)
    assert sender.connection.getresponse().read()
    assert vendor.last.body == b"".join(parts)


@pytest.mark.parametrize(
    ("path", "route", "headers", "body"),
    [
        ("/v1/chat/completions", "openai.chat", OPENAI, CHAT),
        ("/v1/responses", "openai.responses", OPENAI, {"model": "m", "input": "hi"}),
        ("/v1/responses/input_tokens", "openai.input_tokens", OPENAI, {"model": "m", "input": "hi"}),
        ("/openai/deployments/m/chat/completions?api-version=1", "azure.chat", {"api-key": "k"}, CHAT),
        ("/openai/responses?api-version=1", "azure.responses", {"api-key": "k"}, {"model": "m", "input": "hi"}),
        ("/v1/messages", "anthropic.messages", ANTHROPIC, {**CHAT, "max_tokens": 5}),
        ("/v1/messages?beta=true", "anthropic.messages", ANTHROPIC, {**CHAT, "max_tokens": 5}),
        ("/v1/messages/count_tokens", "anthropic.count_tokens", ANTHROPIC, CHAT),
        ("/v1beta/models/m:generateContent", "gemini.generate", GEMINI, CONTENTS),
        ("/v1/models/m:generateContent", "gemini.generate", GEMINI, CONTENTS),
        ("/v1beta/models/m:streamGenerateContent?alt=sse", "gemini.stream", GEMINI, CONTENTS),
        ("/v1/models/m:streamGenerateContent?alt=sse", "gemini.stream", GEMINI, CONTENTS),
        ("/v1/models/m:countTokens", "gemini.count_tokens", GEMINI, CONTENTS),
    ],
)
def test_each_route_is_served_and_refuses_who_has_no_key_and_what_lacks_a_field(
    vendor: StandIn, sender: Sender, path: str, route: str, headers: dict[str, str], body: Any
) -> None:
    assert sender.post(path, body, headers)[0] == 200
    assert vendor.last.route == route
    status, _, refused = sender.post(path, body, {})
    assert status in (401, 403)
    assert json.loads(refused)["error"]["message"]
    assert sender.post(path, {}, headers)[0] == 400
    assert len(vendor.requests) == 3


def test_any_other_route_is_not_found(vendor: StandIn, sender: Sender) -> None:
    assert sender.post("/v1/embeddings", CHAT)[0] == 404
    assert vendor.last.route == "unknown"


def test_it_says_what_it_is_told_until_told_otherwise(vendor: StandIn, sender: Sender) -> None:
    vendor.answer("Grüße\u2028!")
    assert [said(sender.chat()), said(sender.chat())] == ["Grüße\u2028!"] * 2
    vendor.answer(None)
    assert said(sender.chat()) == DEFAULT


def test_it_counts_what_it_is_told(vendor: StandIn, sender: Sender) -> None:
    vendor.counts(100, 20, cached=40)
    usage = sender.chat()["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (100, 20, 120)
    assert usage["prompt_tokens_details"]["cached_tokens"] == 40


def test_it_calls_tools_until_it_is_given_what_they_returned(vendor: StandIn, sender: Sender) -> None:
    vendor.calls("add", a=1, name="x")
    vendor.calls("now")
    calls = sender.chat()["choices"][0]["message"]["tool_calls"]
    assert [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls] == [
        ("add", {"a": 1, "name": "x"}),
        ("now", {}),
    ]
    result = {"role": "tool", "tool_call_id": "call_0", "content": "1"}
    assert said(sender.chat(messages=[*CHAT["messages"], result])) == DEFAULT


def test_it_fails_as_often_as_it_is_told_in_the_vendors_form(vendor: StandIn, sender: Sender) -> None:
    vendor.fail_next(429, times=2)
    first = sender.post("/v1/chat/completions", CHAT)
    second = sender.post("/v1/messages", CHAT, ANTHROPIC)
    assert [status for status, _, _ in (first, second)] == [429, 429]
    assert first[1]["retry-after-ms"] == "1"
    assert json.loads(first[2])["error"]["code"] == "rate_limit_exceeded"
    assert json.loads(second[2])["error"]["type"] == "rate_limit_error"
    assert sender.post("/v1/chat/completions", CHAT)[0] == 200


def test_a_failure_has_the_headers_and_the_body_it_is_given(vendor: StandIn, sender: Sender) -> None:
    vendor.fail_next(503, {"retry-after": "7"}, b"<html>")
    vendor.fail_next(400, {}, {"error": "odd"})
    status, headers, body = sender.post("/v1/chat/completions", CHAT)
    assert (status, headers["retry-after"], body, "retry-after-ms" in headers) == (503, "7", b"<html>", False)
    assert sender.post("/v1/chat/completions", CHAT)[::2] == (400, b'{"error": "odd"}')


def test_a_dropped_request_is_kept_and_the_next_is_answered(vendor: StandIn, sender: Sender) -> None:
    vendor.drop_next()
    with pytest.raises(RemoteDisconnected):
        sender.chat()
    sender.connection.close()
    assert said(sender.chat()) == DEFAULT
    assert len(vendor.requests) == 2


def test_a_stream_ends_where_it_is_cut_and_the_next_does_not(vendor: StandIn, sender: Sender) -> None:
    vendor.cut_next_stream(2)
    assert said(sender.chat()) == DEFAULT
    with pytest.raises(IncompleteRead) as caught:
        sender.post("/v1/chat/completions", {**CHAT, "stream": True})
    assert caught.value.partial.count(b"data: ") == 2
    sender.connection.close()
    whole = sender.post("/v1/chat/completions", {**CHAT, "stream": True})[2]
    assert whole.endswith(b"data: [DONE]\n\n")


def test_connections_are_kept_alive_and_counted(vendor: StandIn, sender: Sender) -> None:
    for _ in range(3):
        sender.chat()
    assert vendor.connections == 1
    sender.connection.close()
    sender.chat()
    assert vendor.connections == 2


def test_cleared_it_knows_nothing_of_before(vendor: StandIn, sender: Sender) -> None:
    sender.chat()
    vendor.answer("x")
    vendor.calls("add")
    vendor.counts(1, 1)
    vendor.fail_next(500)
    vendor.cut_next_stream(0)
    vendor.clear()
    assert (vendor.requests, vendor.connections) == ([], 0)
    assert said(sender.chat()) == DEFAULT
    assert sender.chat(stream=False)["usage"]["prompt_tokens"] == 11
    assert sender.post("/v1/chat/completions", {**CHAT, "stream": True})[2].endswith(b"[DONE]\n\n")


def test_closed_it_listens_no_more() -> None:
    stand_in = StandIn()
    sender = Sender(stand_in)
    assert said(sender.chat()) == DEFAULT
    stand_in.close()
    with pytest.raises((ConnectionError, RemoteDisconnected)):
        sender.chat()
    sender.connection.close()


@pytest.mark.parametrize("body", [b"no JSON", b"\xff", b"[]", b""])
def test_a_body_that_is_no_object_is_refused_as_the_vendor_does(vendor: StandIn, sender: Sender, body: bytes) -> None:
    status, _, refused = sender.post("/v1/messages", body, ANTHROPIC)
    assert (status, json.loads(refused)["error"]["type"]) == (400, "invalid_request_error")
    assert vendor.last.body == body


def test_a_fault_of_its_own_is_told_and_not_taken_for_the_clients(vendor: StandIn, sender: Sender) -> None:
    vendor.fail_next(500, body=object())
    with pytest.raises(RemoteDisconnected):
        sender.chat()
    assert [type(error) for error in vendor.errors] == [TypeError]
    vendor.clear()


def test_a_client_that_goes_away_is_no_fault(vendor: StandIn, sender: Sender) -> None:
    vendor.answer("long " * 20_000)
    sender.connection.request("POST", "/v1/chat/completions", json.dumps({**CHAT, "stream": True}), OPENAI)
    sender.connection.getresponse().close()
    sender.connection.close()
    sender.connection.putrequest("POST", "/v1/chat/completions")
    sender.connection.putheader("content-length", "10")
    sender.connection.endheaders(b"{}")
    sender.connection.close()
    vendor.answer(None)
    assert said(sender.chat()) == DEFAULT
    assert vendor.errors == []


@pytest.mark.parametrize("text", ["", "x", "several pieces of text", "Grüße 👋🏽 an alle"])
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_nothing_of_the_vendors_is_read_from_the_environment() -> None:
    read = ("OPENAI_", "AZURE_OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_")
    assert [name for name in os.environ if name.startswith(read)] == ["ANTHROPIC_CONFIG_DIR"]
    assert not [name for name in os.environ if name.lower().endswith("_proxy")]
