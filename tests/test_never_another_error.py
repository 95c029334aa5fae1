"""Whatever a service replies and whatever a caller passes: a result or a `KaizenError`, never another exception."""

from __future__ import annotations

import asyncio
import datetime
import decimal
import enum
import gzip
import json
import pickle
import traceback
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaizen_client import KaizenClient, KaizenError, KaizenTimeout, RetryPolicy, SyncKaizenClient
from kaizen_client.headers import Headers
from kaizen_client.results import ReplyBlock
from kaizen_client.testing import FakeClock, FakeKaizen
from kaizen_client.transports.base import WireReply, WireRequest
from tests.conftest import OneByOne

_NIGHTLY = settings.get_current_profile_name() == "nightly"


def examples(number: int, nightly: int) -> settings:
    """Return how many examples to try; one fixture serves them all, as one client serves many calls."""
    return settings(
        max_examples=nightly if _NIGHTLY else number, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


# --- looking at what came out -----------------------------------------------------------------------------------


def look_into(block: Any, depth: int = 3) -> None:
    """Read every property there is, as a caller might; one that raises must raise an error of ours."""
    for name in dir(type(block)):
        if not name.startswith("_") and isinstance(getattr(type(block), name), property):
            with suppress(KaizenError):
                value = getattr(block, name)
                str(value)
                if isinstance(value, ReplyBlock) and depth:
                    look_into(value, depth - 1)


def require_same(twin: KaizenError, error: KaizenError) -> None:
    assert (type(twin), str(twin)) == (type(error), str(error))


def outcome(call: Callable[[], Any]) -> type:
    """Return the type of what a call gave or raised, having looked at all of it; other exceptions pass."""
    try:
        result = call()
    except KaizenError as error:
        "".join(traceback.format_exception_only(error))
        repr(error)
        with suppress(KaizenError):
            list(getattr(error, "errors", []))
        if error.metadata in ({}, {"trace": 1}):  # A caller's may be what cannot be pickled.
            require_same(pickle.loads(pickle.dumps(error)), error)
        return type(error)
    look_into(result)
    repr(result)
    return type(result)


class Pair:
    """Both clients, which must give the same."""

    def __init__(self, runner: asyncio.Runner, **given: Any) -> None:
        self.runner = runner
        self.sync = SyncKaizenClient(**given)
        self.other = KaizenClient(**given)

    def outcome_of_sync(self, method: str, *args: Any, **call: Any) -> type:
        return outcome(lambda: getattr(self.sync, method)(*args, **call))

    def outcome_of_async(self, method: str, *args: Any, **call: Any) -> type:
        return outcome(lambda: self.runner.run(getattr(self.other, method)(*args, **call)))

    def outcomes(self, method: str, *args: Any, **call: Any) -> tuple[type, type]:
        """Return what either client gives for a call."""
        return self.outcome_of_sync(method, *args, **call), self.outcome_of_async(method, *args, **call)

    def close(self) -> None:
        self.sync.close()
        self.runner.run(self.other.close())


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as found:
        yield found


# --- what a service may reply -----------------------------------------------------------------------------------

#: The names that replies have fields by, in either form.
_NAMES = (
    "result", "data", "metadata", "meta", "client_metadata", "stats", "token_stats", "raw", "optimized", "ok",
    "success", "status", "detail", "code", "request_id", "loc", "msg", "type", "original_bytes", "compressed_bytes",
    "gpt-4o", "original_length", "optimized_length", "reduction_ratio", "schemas", "prompt", "error", "",
)  # fmt: skip
names = st.sampled_from(_NAMES) | st.text(max_size=5)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["ok", "0", "{}", "users[1]{id}: 1", "\ud800", "\x00", "Unable to load tokenizer", 10**400, -(2**63)]
    )
)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5), max_leaves=12
)
replies_as_json = st.dictionaries(st.sampled_from(_NAMES), json_values, max_size=6)
codecs = st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32-be", "latin-1"])
odd_bodies = st.sampled_from(
    [b"", b" ", b"null", b"NaN", b'{"result": NaN}', b"[" * 100_000, b'{"a":' * 3000,
     b'{"result": ' + b"1" * 5000 + b"}", b'{"result": "x"', b"\xff\xfe", b'{"result": "\xff"}', b"<html>502</html>",
     b'{"result": 1e999}',
     b'{"result": "\\ud800"}', b'{"detail": ' + b'[{"loc": ' * 150 + b"1" + b"}]" * 150 + b"}"]
)  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    kind = draw(st.sampled_from(["reply", "reply", "json", "bytes", "odd", "cut"]))
    if kind == "bytes":
        return draw(st.binary(max_size=200))
    if kind == "odd":
        return draw(odd_bodies)
    value = draw(json_values if kind == "json" else replies_as_json)
    text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    body = text.encode(draw(codecs), "replace")
    return body[: draw(st.integers(0, len(body)))] if kind == "cut" else body


def deflated(body: bytes) -> bytes:
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return bare.compress(body) + bare.flush()


#: How a body may be compressed, and what the reply says of it; not always the truth.
_PACKINGS: tuple[tuple[str | None, Callable[[bytes], bytes]], ...] = (
    (None, lambda body: body),
    (None, lambda body: body),
    (None, lambda body: body),
    ("gzip", gzip.compress),
    ("x-gzip", lambda body: gzip.compress(body) + gzip.compress(body)),
    ("GZIP", lambda body: gzip.compress(body) + b"\0\0\0"),
    ("gzip", lambda body: gzip.compress(body)[:-5]),
    ("gzip", lambda body: body),
    (None, gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", deflated),
    ("deflate", lambda body: zlib.compress(body)[:-3] + b"?"),
    ("br", lambda body: body),
    ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    ("identity", lambda body: body),
)
_VALUES = {
    "content-type": ["application/json", "application/json; charset=utf-16", "text/html", "",
                     "\xff", "json; charset=nonsense"],
    "retry-after": ["0", "-1", "1", "nan", "inf", "1e999", "9" * 400, "Wed, 21 Oct 2015 07:28:00 GMT", "1, 2", "soon",
                    "Sun Nov  6 08:49:37 1994", "Sunday, 06-Nov-94 08:49:37 GMT",
                    "Thu, 99 Foo 9999 99:99:99 GMT", "\xb2"],
    "location": ["http://elsewhere.example/", "//", "http://[::1", "\xff", "javascript:x", "", "/" * 5000],
    "x-should-retry": ["true", "false", "TRUE", "maybe", "\xe9"],
    "x-request-id": ["mine", "", "\xe9\xff", "a" * 3000],
    "set-cookie": ["a=1", "=", ";;;", "a=1; Domain=.example; Max-Age=x"],
    "content-encoding": ["gzip", "zstd", "", "\xff", "identity"],
    "x-other": ["", " ", "\t", "\x80\xff", "=?utf-8?q?=41?="],
}  # fmt: skip
fields = st.lists(
    st.sampled_from(sorted(_VALUES)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(_VALUES[name])))
    | st.tuples(
        st.from_regex(r"[A-Za-z0-9-]{1,8}", fullmatch=True), st.text(st.characters(max_codepoint=255), max_size=8)
    ),
    max_size=4,
)
statuses = st.sampled_from([200, 200, 200, 200, 201, 204, 299, 302, 400, 401, 422, 429, 500, 503, 599]) | st.integers(
    100, 999
)


@st.composite
def raw_replies(draw: st.DrawFn) -> bytes:
    """Return a reply as it stands on the wire: mostly HTTP, and sometimes nearly."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=100))
    coding, pack = draw(st.sampled_from(_PACKINGS))
    body = pack(draw(bodies()))
    lines = [f"{name}: {value}" for name, value in draw(fields)]
    if coding is not None:
        lines.append(f"Content-Encoding: {coding}")
    framing = draw(st.sampled_from(["length", "length", "length", "none", "chunked", "wrong", "odd"]))
    if framing == "length":
        lines.append(f"Content-Length: {len(body)}")
    elif framing == "wrong":
        lines.append(f"Content-Length: {len(body) + draw(st.integers(-5, 5))}")
    elif framing == "odd":
        lines.append(draw(st.sampled_from(["Content-Length: x", "Content-Length: 1, 2", "Transfer-Encoding: gzip",
                                           "Content-Length: " + "9" * 30, "Transfer-Encoding: chunked"])))  # fmt: skip
    elif framing == "chunked":
        lines.append("Transfer-Encoding: chunked")
        cut = draw(st.integers(0, len(body)))
        parts = [part for part in (body[:cut], body[cut:]) if part]
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    version = draw(st.sampled_from(["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2"]))
    start = f"{version} {draw(statuses)} {draw(st.sampled_from(['OK', '', 'Bad Thing', chr(233)]))}"
    return "\r\n".join([start, *lines, "", ""]).encode("latin-1") + body


class RawService(OneByOne):
    """Answers each connection with the same bytes, and closes it."""

    def __init__(self) -> None:
        self.always = b""
        super().__init__()

    def reply(self, line: str, fields: dict[str, str]) -> bytes:
        return self.always


@pytest.fixture
def raw() -> Iterator[RawService]:
    service = RawService()
    yield service
    service.close()


@pytest.fixture
def over_sockets(raw: RawService, runner: asyncio.Runner) -> Iterator[Pair]:
    # Without the send rate, which would hold back the calls after a 429.
    policy = RetryPolicy(adaptive=False)
    pair = Pair(runner, base_url=raw.url, api_key="k", max_retries=0, retry_policy=policy, max_response_bytes=2**20)
    yield pair
    pair.close()


calls = st.sampled_from(
    [
        ("health", (), {}),
        ("compress", (), {"data": [{"id": 1}]}),
        ("compress", (), {"data": 1, "prefer": "smaller", "metadata": {"trace": 1}}),
        ("compress", (), {"data": 1, "on_failure": "passthrough"}),
        ("decompress", (), {"data": "id: 1"}),
        ("optimize", (), {"data": None, "token_models": ["gpt-4o"]}),
        ("optimize_request", (), {"prompt": {"messages": []}}),
        ("optimize_response", (), {"ktof": "id: 1"}),
        ("prompts_encode", (), {"prompt": 'See {"a": 1}', "prefer": "smaller"}),
        ("prompts_decode", (), {"ktof": "id: 1", "replay_meta": {}}),
        ("request", ("GET", "/v2/things?x=1"), {}),
    ]
)


@pytest.mark.usefixtures("every_backend")
@examples(2_000, nightly=50_000)
@given(reply=raw_replies(), call=calls, which=st.sampled_from(["sync", "sync", "async", "both"]))
def test_whatever_bytes_a_service_sends_a_call_gives_a_result_or_an_error_of_ours(
    reply: bytes, call: Any, which: str, raw: RawService, over_sockets: Pair
) -> None:
    raw.always = reply
    method, args, given_ = call
    found = set()
    if which != "async":
        found.add(over_sockets.outcome_of_sync(method, *args, **given_))
    if which != "sync":
        found.add(over_sockets.outcome_of_async(method, *args, **given_))
    assert len(found) == 1


class Scripted:
    """Gives both clients the same reply, and waits without time passing."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.reply = WireReply(200, Headers(), b"")

    def send(self, request: WireRequest) -> WireReply:
        return self.reply

    def close(self) -> None:
        """Hold nothing."""

    def async_transport(self) -> Any:
        scripted = self

        class Async:
            clock = scripted.clock

            async def send(self, request: WireRequest) -> WireReply:
                return scripted.reply

            async def close(self) -> None:
                """Hold nothing."""

        return Async()


@pytest.mark.usefixtures("both_ways")
@examples(200, nightly=20_000)
@given(status=statuses | st.integers(-1, 99999), head=fields, body=bodies(), call=calls)
def test_whatever_a_transport_returns_a_call_gives_a_result_or_an_error_of_ours(
    status: int, head: list[tuple[str, str]], body: bytes, call: Any, runner: asyncio.Runner
) -> None:
    transport = Scripted()
    transport.reply = WireReply(status, Headers(head), body)
    pair = Pair(runner, transport=transport, base_url="http://kaizen.example", api_key=lambda: "k")
    method, args, given_ = call
    first, second = pair.outcomes(method, *args, **given_)
    pair.close()
    assert first is second


# --- what a caller may pass -------------------------------------------------------------------------------------


class Colour(enum.Enum):
    RED = 1


class Text(str):
    __slots__ = ()


class Number(int):
    def __repr__(self) -> str:
        return "not a number"


class Unprintable:
    def __repr__(self) -> str:
        raise LookupError("no text")

    __str__ = __repr__


class BadModel:
    def to_dict(self) -> Any:
        raise LookupError("no fields")


class NoModel:
    def to_dict(self) -> Any:
        return 7


class OwnModel:
    to_dict = "not a function"


class BadMapping(Mapping[Any, Any]):
    def __getitem__(self, key: Any) -> Any:
        raise LookupError("no value")

    def __iter__(self) -> Iterator[Any]:
        return iter(["a"])

    def __len__(self) -> int:
        return 1


class OddDict(dict[Any, Any]):
    def items(self) -> Any:
        return [("a", object())]


def circle() -> list[Any]:
    found: list[Any] = [1]
    found.append({"again": found})
    return found


def deep(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = [found]
    return found


_ODD: tuple[Callable[[], Any], ...] = (
    object, Unprintable, BadModel, NoModel, OwnModel, BadMapping, circle, set, frozenset, lambda: OddDict(a=1),
    lambda: Colour.RED, lambda: Text("x"), lambda: Number(3), lambda: deep(50_000), lambda: deep(900), lambda: ...,
    lambda: b"bytes", lambda: bytearray(b"x"), lambda: memoryview(b"x"), lambda: 1j, lambda: range(3), lambda: len,
    lambda: (item for item in "ab"), lambda: datetime.datetime(2026, 1, 1), lambda: decimal.Decimal("NaN"),
    lambda: ValueError("x"), lambda: 10**5000, lambda: -(10**400), lambda: float("nan"), lambda: float("inf"),
    lambda: "\ud800", lambda: {"\udfff": 1}, lambda: {1: 2}, lambda: {None: 1, (1, 2): 3}, lambda: dict, lambda: type,
    lambda: {"a": {1, 2}}, lambda: [float("nan")], lambda: {"k" * 2000: object()}, lambda: NotImplemented, lambda: json,
    lambda: {Unprintable(): 1}, lambda: {"x": Unprintable()}, lambda: "x" * 100_000, lambda: {Colour.RED: 1},
)  # fmt: skip
oddities = st.sampled_from(_ODD).map(lambda make: make())
anything = oddities | st.recursive(
    scalars | oddities | st.binary(max_size=3) | st.dates() | st.decimals() | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers() | st.none() | st.binary(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)
#: The routes with a payload that will do, of which a test puts some fields wrong.
routes = st.sampled_from(
    [
        ("compress", {"data": 1}),
        ("decompress", {"data": "id: 1"}),
        ("optimize", {"data": 1}),
        ("optimize_request", {"prompt": "x"}),
        ("optimize_response", {"ktof": "id: 1"}),
        ("prompts_encode", {"prompt": "x"}),
        ("prompts_decode", {"ktof": "id: 1"}),
    ]
)
payload_fields = st.sampled_from(["options", "token_models", "auto_detect_json", "schemas", "replay_meta", "metadata"])


@pytest.fixture
def at_the_engine(runner: asyncio.Runner) -> Iterator[Pair]:
    pair = Pair(runner, transport=FakeKaizen(), base_url="http://kaizen.example")
    yield pair
    pair.close()


@pytest.mark.usefixtures("both_ways")
@examples(300, nightly=50_000)
@given(
    route=routes,
    odd=st.dictionaries(payload_fields, anything, max_size=2),
    instead=anything,
    form=st.sampled_from(["keywords", "keywords", "payload", "wrong field", "instead"]),
)
def test_whatever_is_passed_as_payload_a_call_gives_a_result_or_an_error_of_ours(
    route: tuple[str, dict[str, Any]], odd: dict[str, Any], instead: Any, form: str, at_the_engine: Pair
) -> None:
    method, good = route
    if form == "keywords":
        at_the_engine.outcomes(method, **{**good, **odd})
    elif form == "payload":
        at_the_engine.outcomes(method, {**good, **odd})
    elif form == "wrong field":
        at_the_engine.outcomes(method, **{**odd, next(iter(good)): instead})
    else:
        at_the_engine.outcomes(method, instead)


@pytest.mark.usefixtures("both_ways")
@examples(150, nightly=20_000)
@given(value=anything, name=st.sampled_from(["compress", "optimize", "prompts_encode"]))
def test_whatever_is_encoded_is_refused_by_an_error_of_ours_or_encoded(
    value: Any, name: str, at_the_engine: Pair
) -> None:
    field = "prompt" if name == "prompts_encode" else "data"
    first, second = at_the_engine.outcomes(name, {field: value})
    # A generator is used up by the first client.
    assert first is second or "generator" in str(value)


numbers = st.sampled_from(
    [
        0,
        -1,
        1,
        5,
        0.5,
        1e-9,
        1e9,
        1e10,
        1e18,
        1e308,
        10**20,
        10**400,
        float("inf"),
        float("nan"),
        True,
        "3",
        "soon",
        None,
    ]
)
options = st.fixed_dictionaries(
    {},
    optional={
        "timeout": numbers | anything | st.builds(KaizenTimeout, numbers, numbers, numbers, numbers),
        "deadline": numbers | anything,
        "max_retries": st.sampled_from([0, -1, True, "0", 0.0]) | anything,
        "headers": anything
        | st.dictionaries(st.text(max_size=4) | st.integers() | st.binary(max_size=3), anything, max_size=2)
        | st.dictionaries(st.sampled_from(["Host", "Content-Length", "Transfer-Encoding", "Accept", "X-A"]),
                          st.sampled_from(["", "0", "chunked", "x", "999", None]), max_size=2),
        "request_id": st.text(max_size=5) | anything,
        "metadata": anything | st.dictionaries(st.text(max_size=3), anything, max_size=2),
        "extra_body": anything | st.dictionaries(st.sampled_from(["data", "options", "new"]), anything, max_size=2),
        "on_failure": st.sampled_from(["raise", "passthrough", "x"]) | anything,
        "prefer": st.sampled_from(["ktof", "smaller", "x"]) | anything,
    },
)  # fmt: skip


@pytest.fixture
def by_host(raw: RawService, runner: asyncio.Runner) -> Iterator[dict[str, Pair]]:
    raw.always = b'HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"result": "x"}'
    given_: dict[str, Any] = {"max_retries": 0, "deadline": 5, "retry_policy": RetryPolicy(adaptive=False)}
    hosts = ("127.0.0.1", "localhost")
    pairs = {host: Pair(runner, base_url=raw.url.replace("127.0.0.1", host), **given_) for host in hosts}
    yield pairs
    for pair in pairs.values():
        pair.close()


@pytest.mark.usefixtures("every_backend")
@examples(200, nightly=50_000)
@given(call=options, host=st.sampled_from(["127.0.0.1", "localhost"]))
def test_whatever_is_passed_as_an_option_a_call_gives_a_result_or_an_error_of_ours(
    call: dict[str, Any], host: str, by_host: dict[str, Pair]
) -> None:
    by_host[host].outcomes("compress", data=1, **call)


@pytest.mark.usefixtures("every_backend")
@examples(100, nightly=20_000)
@given(
    method=st.sampled_from(["GET", "post", "PUT", "", "A B", "GÉT", "\n"]) | anything,
    path=st.sampled_from(["/v2/x", "", "x", "//h/x", "/a b", "/\r\n", "/é", "/%", "/?a=1#b", "http://h/"]) | anything,
    body=anything,
)
def test_whatever_route_is_asked_for_a_call_gives_a_result_or_an_error_of_ours(
    method: Any, path: Any, body: Any, raw: RawService, over_sockets: Pair
) -> None:
    raw.always = b'HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"result": "x"}'
    over_sockets.outcomes("request", method, path, json=body)
