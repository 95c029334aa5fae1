"""Three vendors' HTTP APIs on one loopback server, which says and counts what a test tells it to."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from tests.vendors import anthropic_api, gemini_api, openai_api
from tests.vendors.speech import DEFAULT, Call, Counts, Speech
from tests.vendors.wire import Received, Reply, Server, json_reply

#: What makes the SDKs of OpenAI and of Anthropic retry at once.
AT_ONCE = {"retry-after-ms": "1"}


class _API(Protocol):
    """What each of the vendors' modules has."""

    def error(self, status: int, message: str) -> Any: ...
    def refusal(self, received: Received) -> Reply | None: ...
    def ends_with_tool_result(self, asked: Any) -> bool: ...
    def reply(self, received: Received, speech: Speech, request_id: str, model: str | None) -> Reply: ...


_APIS: dict[str, _API] = {"openai": openai_api, "azure": openai_api, "anthropic": anthropic_api, "gemini": gemini_api}
_ROUTES = [
    (name, method, re.compile(pattern))
    for api in (openai_api, anthropic_api, gemini_api)
    for name, method, pattern in api.ROUTES
]


class _Failure(NamedTuple):
    """A fault that is an error; one that is a dropped connection is None."""

    status: int
    headers: dict[str, str]
    body: Any


class StandIn:
    """Stands in for OpenAI (at `/v1`), Azure, Anthropic and Gemini (at `url`), and keeps what it was sent.

    `Received.route` names a route the same for every version of an SDK: `openai.chat`, `openai.responses`,
    `openai.input_tokens`, `openai.models`, the same four of `azure`, `anthropic.messages`, `anthropic.count_tokens`,
    `gemini.generate`, `gemini.stream`, `gemini.count_tokens`; `unknown` is any other, and is answered with a 404.
    """

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self._lock = threading.Lock()
        self._server = Server(self._answer)
        self.url = self._server.url
        self.clear()

    # --- what came

    @property
    def last(self) -> Received:
        """The latest request."""
        return self.requests[-1]

    @property
    def connections(self) -> int:
        """How many connections were opened since the last `clear`."""
        return self._server.connections - self._connections_before

    @property
    def errors(self) -> list[BaseException]:
        """What went wrong in the stand-in itself."""
        return self._server.errors

    # --- what is to be answered

    def clear(self) -> None:
        """Forget what came and what was planned."""
        with self._lock:
            self.requests.clear()
            self._server.errors.clear()
            self._connections_before = self._server.connections
            self._replies = 0
            self._speech = Speech()
            self._faults: list[_Failure | None] = []
            self._cut_after: int | None = None

    def answer(self, text: str | None) -> None:
        """Say this from now on; None for what is said where a test asks for nothing else."""
        self._speech = replace(self._speech, text=DEFAULT if text is None else text)

    def calls(self, name: str, /, **arguments: Any) -> None:
        """Call this tool from now on, beside those named before.

        A request that ends with what a tool returned is answered with the text, so that loops end.
        """
        self._speech = replace(self._speech, calls=(*self._speech.calls, Call(name, arguments)))

    def counts(self, prompt: int, output: int, cached: int = 0) -> None:
        """Say from now on that so many tokens were used, where `prompt` is all that was read, the cached included."""
        self._speech = replace(self._speech, counts=Counts(prompt, output, cached))

    def fail_next(self, status: int, headers: dict[str, str] | None = None, body: Any = None, times: int = 1) -> None:
        """Answer the next requests with an error, shaped as the vendor's where there is no `body`.

        Without `headers` it asks for a retry at once. A body of bytes is sent as it is, any other value as JSON.
        """
        with self._lock:
            self._faults += [_Failure(status, AT_ONCE if headers is None else headers, body)] * times

    def drop_next(self) -> None:
        """Close the connection of the next request without a reply."""
        with self._lock:
            self._faults.append(None)

    def cut_next_stream(self, after: int) -> None:
        """Close the connection of the next stream after so many events, counted as they are sent."""
        self._cut_after = after

    def close(self) -> None:
        """Stop."""
        self._server.close()

    # --- answering

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply | None:
        route, model = _routed(method, path)
        received = Received(method, path, route, headers, body)
        with self._lock:
            self.requests.append(received)
            self._replies += 1
            request_id = f"req_{self._replies}"
            faults = [self._faults.pop(0)] if self._faults else []
        api: _API = _APIS.get(route.partition(".")[0], openai_api)
        for fault in faults:
            return None if fault is None else _failed(api, fault)
        if route == "unknown":
            return json_reply(openai_api.error(404, f"The stand-in has no {method} {urlsplit(path).path}"), 404)
        if method == "POST" and not _is_object(body):
            return json_reply(api.error(400, "The body is no JSON object."), 400)
        if (refused := api.refusal(received)) is not None:
            return refused
        return self._cut(api.reply(received, self._said(api, received), request_id, model))

    def _said(self, api: _API, received: Received) -> Speech:
        if self._speech.calls and received.body and api.ends_with_tool_result(received.json):
            return replace(self._speech, calls=())
        return self._speech

    def _cut(self, reply: Reply) -> Reply:
        with self._lock:
            if reply.events is None or self._cut_after is None:
                return reply
            after, self._cut_after = self._cut_after, None
        return replace(reply, cut_after=after)


def _routed(method: str, path: str) -> tuple[str, str | None]:
    for name, its_method, pattern in _ROUTES:
        if method == its_method and (found := pattern.fullmatch(urlsplit(path).path)):
            model = found.groupdict().get("model")
            return name, None if model is None else unquote(model)
    return "unknown", None


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _failed(api: _API, failure: _Failure) -> Reply:
    status, headers, body = failure
    if isinstance(body, bytes):
        return Reply(status, headers, body)
    if body is None:
        body = api.error(status, f"The stand-in was told to answer with {status}.")
    return replace(json_reply(body, status), headers={"content-type": "application/json", **headers})
