"""Everything the SDK sends, and everything it is answered, is valid by the contract."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaizen_client import KaizenAPIError, KaizenBadRequestError, KaizenPayloadError, SyncKaizenClient
from kaizen_client._contract import OPERATIONS
from kaizen_client.embedded import Engine
from kaizen_client.headers import Headers
from kaizen_client.transports.base import WireReply, WireRequest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc -.", max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
OBJECT = st.dictionaries(st.text("abc", max_size=3), JSON, max_size=3)
MAYBE = st.none()
ENCODE_OPTIONS = MAYBE | st.fixed_dictionaries(
    {},
    optional={
        "indent": MAYBE | st.integers(1, 8),
        "delimiter": MAYBE | st.sampled_from([",", "\t", "|"]),
        "length_marker": MAYBE | st.booleans() | st.just("#"),
    },
)
DECODE_OPTIONS = MAYBE | st.fixed_dictionaries(
    {}, optional={"indent": MAYBE | st.integers(1, 8), "strict": MAYBE | st.booleans()}
)
MODELS = MAYBE | st.lists(st.sampled_from(["gpt-4o", "other"]), max_size=2)
TEXT = st.sampled_from(["id: 1", "[2]: 1,2", "a[1]: 1,2", "x", "a:\n  b: 1", '"'])
FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "compress": ({"data": JSON}, {"options": ENCODE_OPTIONS, "metadata": MAYBE | OBJECT, "token_models": MODELS}),
    "optimize": ({"data": JSON}, {"options": ENCODE_OPTIONS, "metadata": MAYBE | OBJECT, "token_models": MODELS}),
    "decompress": ({"data": TEXT | st.just("")}, {"options": DECODE_OPTIONS}),
    "optimize_request": (
        {"prompt": JSON},
        {
            "options": ENCODE_OPTIONS,
            "auto_detect_json": st.booleans(),
            "metadata": MAYBE | OBJECT,
            "token_models": MODELS,
        },
    ),
    "optimize_response": ({"ktof": TEXT}, {"options": DECODE_OPTIONS}),
    "prompts_encode": (
        {"prompt": JSON},
        {
            "options": ENCODE_OPTIONS,
            "auto_detect_json": st.booleans(),
            "schemas": MAYBE | OBJECT,
            "metadata": MAYBE | OBJECT,
            "token_models": MODELS,
        },
    ),
    "prompts_decode": (
        {"ktof": TEXT},
        {"options": DECODE_OPTIONS, "replay_meta": MAYBE | OBJECT, "metadata": MAYBE | OBJECT},
    ),
}


class Recorder:
    """Answers with an engine, and keeps what went by."""

    def __init__(self, form: Any) -> None:
        self.engine = Engine(envelope=form)
        self.passed: list[tuple[WireRequest, WireReply]] = []

    def send(self, request: WireRequest) -> WireReply:
        path = request.url.removeprefix("http://k.example")
        answer = self.engine.handle(request.method, path, request.headers, request.body or b"")
        reply = WireReply(answer.status, Headers(answer.headers), answer.body)
        self.passed.append((request, reply))
        return reply

    def close(self) -> None:
        """Hold nothing."""


def test_the_strategies_cover_every_request_field(contract: dict[str, Any]) -> None:
    for name, (required, optional) in FIELDS.items():
        schema = contract["components"]["schemas"][OPERATIONS[name].request]
        assert set(required) | set(optional) == set(schema["properties"])
    assert set(FIELDS) == set(OPERATIONS) - {"health"}


@pytest.mark.parametrize("form", ["documented", "server-notes"])
@pytest.mark.parametrize("name", sorted(FIELDS))
def test_requests_and_replies_are_valid(
    name: str,
    form: str,
    validate: Callable[[str, Any], None],
    component_of: Callable[..., str],
) -> None:
    required, optional = FIELDS[name]

    @given(fields=st.fixed_dictionaries(required, optional=optional))
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    def run(fields: dict[str, Any]) -> None:
        transport = Recorder(form)
        with SyncKaizenClient(transport=transport, base_url="http://k.example", max_retries=0) as client:
            try:
                assert getattr(client, name)(fields).parsed is not None
            except KaizenBadRequestError:
                refused = True  # Malformed text is a 400, whose body is validated below.
            else:
                refused = False
        ((request, reply),) = transport.passed
        path = OPERATIONS[name].path
        validate(component_of("POST", path), json.loads(request.body or b""))
        assert reply.status == (400 if refused else 200)
        validate(component_of("POST", path, reply.status), json.loads(reply.body))

    run()


@pytest.mark.parametrize("form", ["documented", "server-notes"])
def test_health_is_valid(form: str, validate: Callable[[str, Any], None]) -> None:
    transport = Recorder(form)
    with SyncKaizenClient(transport=transport, base_url="http://k.example") as client:
        client.health()
    validate("HealthResult", json.loads(transport.passed[0][1].body))


WRONG = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.just(1.5), st.just("x"), st.just([1]), st.just({"a": 1})
)


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_the_facade_refuses_exactly_what_the_contract_does(
    name: str, validate: Callable[[str, Any], None], component_of: Callable[..., str]
) -> None:
    component = component_of("POST", OPERATIONS[name].path)
    required, optional = FIELDS[name]
    anything = {field: strategy | WRONG for field, strategy in {**required, **optional}.items()}
    options = st.dictionaries(st.sampled_from(["indent", "delimiter", "length_marker", "strict"]), WRONG, max_size=2)

    @given(fields=st.fixed_dictionaries({}, optional={**anything, "options": anything["options"] | options}))
    @settings(max_examples=100)
    def run(fields: dict[str, Any]) -> None:
        transport = Recorder("documented")
        with SyncKaizenClient(transport=transport, base_url="http://k.example", max_retries=0) as client:
            try:
                getattr(client, name)(fields)
                refused = False
            except KaizenPayloadError:
                refused = True
            except KaizenAPIError:
                refused = False
        try:
            validate(component, fields)
            valid = True
        except jsonschema.ValidationError:
            valid = False
        # The facade knows one field of options more or less than an open schema says; unknown ones it refuses.
        known = set(FIELD_NAMES[name])
        stray = isinstance(fields.get("options"), dict) and not set(fields["options"]) <= known
        assert refused is (not valid or stray)
        assert len(transport.passed) == (0 if refused else 1)

    run()


FIELD_NAMES = {
    name: ["indent", "strict"] if fields[1]["options"] is DECODE_OPTIONS else ["indent", "delimiter", "length_marker"]
    for name, fields in FIELDS.items()
}
