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
from kaizen_client._contract import OPERATIONS, SCHEMAS
from kaizen_client.embedded import Engine
from kaizen_client.embedded._operations import OPERATIONS as ENGINE_ROUTES
from kaizen_client.headers import Headers
from kaizen_client.transports.base import WireReply, WireRequest
from tests.made_up import strategy

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


def strategies() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return the table above, and what the contract says of fields and routes that it does not name."""
    found = {}
    for name, operation in OPERATIONS.items():
        if operation.request is None or any(parameter.required for parameter in operation.parameters):
            continue
        schema = SCHEMAS[operation.request]
        named = {**FIELDS.get(name, ({}, {}))[0], **FIELDS.get(name, ({}, {}))[1]}
        both: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        for field, part in schema["properties"].items():
            both[field not in schema.get("required", ())][field] = named.get(field, strategy(part))
        found[name] = both
    return found


ALL = strategies()
ANSWERED = sorted(name for name in ALL if OPERATIONS[name].path in ENGINE_ROUTES)


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


def test_the_strategies_are_of_fields_that_the_contract_has() -> None:
    for name, (required, optional) in FIELDS.items():
        assert set(required) | set(optional) <= set(SCHEMAS[str(OPERATIONS[name].request)]["properties"])
    assert set(FIELDS) == set(ANSWERED)


@pytest.mark.parametrize("form", ["documented", "server-notes"])
@pytest.mark.parametrize("name", ANSWERED)
def test_requests_and_replies_are_valid(
    name: str,
    form: str,
    validate: Callable[[str, Any], None],
    component_of: Callable[..., str],
) -> None:
    required, optional = ALL[name]

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


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_facade_refuses_exactly_what_the_contract_does(
    name: str, validate: Callable[[str, Any], None], component_of: Callable[..., str]
) -> None:
    component = component_of("POST", OPERATIONS[name].path)
    required, optional = ALL[name]
    anything = {field: strategy | WRONG for field, strategy in {**required, **optional}.items()}
    options = st.dictionaries(st.sampled_from(["indent", "delimiter", "length_marker", "strict"]), WRONG, max_size=2)

    if "options" in anything:
        anything["options"] |= options

    @given(fields=st.fixed_dictionaries({}, optional=anything))
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
        # An open schema takes fields of options that it does not list; the facade refuses them.
        known = known_options(name)
        stray = isinstance(fields.get("options"), dict) and not set(fields["options"]) <= known
        assert refused is (not valid or stray)
        assert len(transport.passed) == (0 if refused else 1)

    run()


def known_options(name: str) -> set[str]:
    parts = SCHEMAS[str(OPERATIONS[name].request)]["properties"].get("options", {}).get("anyOf", [])
    return {field for part in parts if "$ref" in part for field in SCHEMAS[part["$ref"]].get("properties", {})}
