"""Rules that `openapi.yaml` keeps, so that the generated client stays good."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from inspect import iscoroutinefunction
from typing import Any

import pytest
from openapi_spec_validator import validate as validate_document

from kaizen_client import KaizenClient
from kaizen_client.embedded import Engine
from kaizen_client.testing import FakeKaizen

ROUTES = {
    "health": ("get", "/"),
    "compress": ("post", "/v1/compress"),
    "decompress": ("post", "/v1/decompress"),
    "optimize": ("post", "/v1/optimize"),
    "optimize_request": ("post", "/v1/optimize/request"),
    "optimize_response": ("post", "/v1/optimize/response"),
    "prompts_encode": ("post", "/v1/prompts/encode"),
    "prompts_decode": ("post", "/v1/prompts/decode"),
}
DOCUMENTED = {"400", "401", "403", "404", "410", "413", "422", "429", "500", "502", "503", "4XX", "5XX"}


def operations(contract: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def nodes(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in pairs:
        yield from nodes(part, f"{path}/{key}")


def test_it_is_a_valid_openapi_document(contract: dict[str, Any]) -> None:
    validate_document(contract)


def test_it_has_the_eight_routes_by_the_names_of_the_facade(contract: dict[str, Any]) -> None:
    found = {one["operationId"]: (method, path) for method, path, one in operations(contract)}
    assert found.items() >= ROUTES.items()
    for name in found:
        assert iscoroutinefunction(getattr(KaizenClient, name)), name


def test_every_operation_is_tagged_described_and_gives_examples(contract: dict[str, Any]) -> None:
    for _, path, operation in operations(contract):
        assert len(operation["tags"]) == 1
        assert operation["summary"], path
        assert operation["description"], path
        success = next(response for status, response in operation["responses"].items() if status.startswith("2"))
        for media in success.get("content", {}).values():
            assert media["examples"], path
        if "requestBody" in operation:
            assert operation["requestBody"]["content"]["application/json"]["examples"], path


def test_every_documented_error_stands_on_every_write_route_and_nothing_by_default(contract: dict[str, Any]) -> None:
    for method, path, operation in operations(contract):
        statuses = set(operation["responses"])
        assert "default" not in statuses
        if method == "post":
            assert statuses >= DOCUMENTED, path
        assert {"4XX", "5XX", "429", "500", "502", "503"} <= statuses


def test_both_security_schemes_are_there_together_and_alone(contract: dict[str, Any]) -> None:
    assert contract["security"] == [{"bearerAuth": [], "apiKeyAuth": []}, {"bearerAuth": []}, {"apiKeyAuth": []}]


def test_they_are_what_the_client_sends(contract: dict[str, Any]) -> None:
    transport = FakeKaizen()
    with transport.sync_client(api_key="k") as client:
        client.compress(data=1)
    headers = transport.calls[-1].headers
    bearer, bare = (contract["components"]["securitySchemes"][name] for name in ("bearerAuth", "apiKeyAuth"))
    assert (bearer["type"], bearer["scheme"], bare["type"], bare["in"]) == ("http", "bearer", "apiKey", "header")
    assert headers["authorization"] == "Bearer k"
    assert headers[bare["name"]] == "k"


def test_a_default_that_the_service_publishes_is_told(contract: dict[str, Any]) -> None:
    found = [(path, node) for path, node in nodes(contract) if isinstance(node, dict) and "x-service-default" in node]
    assert found
    for path, node in found:
        assert f"The service's default is {json.dumps(node['x-service-default'])}" in node["description"], path


def test_the_engine_takes_the_defaults_of_the_service(contract: dict[str, Any]) -> None:
    schemas = contract["components"]["schemas"]
    strict = schemas["DecodeOptions"]["properties"]["strict"]["x-service-default"]
    detect = schemas["PromptEncodePayload"]["properties"]["auto_detect_json"]["x-service-default"]
    engine = Engine(envelope="server-notes")
    wrong_count = json.dumps({"data": "a[2]: 1"}).encode()
    assert engine.handle("POST", "/v1/decompress", {}, wrong_count).status == (400 if strict else 200)
    prompt = json.dumps({"prompt": 'See:\n\n[{"id": 1}, {"id": 2}, {"id": 3}]\n\nIt is data.'}).encode()
    meta = json.loads(engine.handle("POST", "/v1/prompts/encode", {}, prompt).body)["meta"]
    assert meta["auto_detection_applied"] is detect


def test_no_schema_has_a_title_or_a_default(contract: dict[str, Any]) -> None:
    for path, node in nodes(contract["components"]["schemas"]):
        if isinstance(node, dict) and not path.endswith("/properties"):
            assert "title" not in node, path
            assert "default" not in node, path


def test_every_schema_and_every_field_is_described(contract: dict[str, Any]) -> None:
    for name, schema in contract["components"]["schemas"].items():
        assert schema["description"], name
        for field, part in schema.get("properties", {}).items():
            assert part["description"], f"{name}.{field}"


def test_no_object_is_written_in_line(contract: dict[str, Any]) -> None:
    for name, schema in contract["components"]["schemas"].items():
        for path, node in nodes(schema):
            if path and isinstance(node, dict):
                assert not node.get("properties"), f"{name}{path}"


def test_replies_are_open(contract: dict[str, Any]) -> None:
    for name, schema in contract["components"]["schemas"].items():
        if name.endswith("Result") or name in ("Stats", "Meta", "TokenStats", "TokenCounts", "ErrorBody"):
            for path, node in nodes(schema):
                if isinstance(node, dict):
                    assert not {"enum", "const"} & set(node), f"{name}{path}"
                    assert node.get("additionalProperties") is not False, f"{name}{path}"
            assert set(schema.get("required", ())) <= {"result"}, name


def test_only_encoders_must_have_a_result(contract: dict[str, Any]) -> None:
    schemas = contract["components"]["schemas"]
    assert {name for name in schemas if name.endswith("Result") and "required" in schemas[name]} == {
        "CompressResult",
        "OptimizeResult",
        "OptimizeRequestResult",
        "PromptsEncodeResult",
    }


@pytest.mark.parametrize(
    ("component", "value"),
    [
        ("EncodeRequest", {"data": None, "options": None, "metadata": None, "token_models": None}),
        ("EncodeRequest", {"data": [1], "something": "new", "options": {"another": 1}}),
        ("EncodeRequest", {"data": 1, "options": {"indent": 7, "delimiter": None, "length_marker": None}}),
        ("EncodeRequest", {"data": 1, "options": {"length_marker": "#"}}),
        ("DecodeRequest", {"data": "", "options": {"indent": None, "strict": None}}),
        ("OptimizeRequestPayload", {"prompt": None, "auto_detect_json": False, "metadata": {}, "token_models": []}),
        ("OptimizeResponsePayload", {"ktof": "", "options": None}),
        ("PromptEncodePayload", {"prompt": "", "schemas": {"a": 1}, "metadata": None, "schemas2": 1}),
        ("PromptDecodePayload", {"ktof": "", "replay_meta": {}, "metadata": {"a": [1]}}),
    ],
)
def test_what_the_published_document_accepts_is_accepted(
    component: str, value: Any, validate: Callable[[str, Any], None]
) -> None:
    validate(component, value)


def test_every_example_is_valid(contract: dict[str, Any], validate: Callable[[str, Any], None]) -> None:
    checked = 0
    responses = contract["components"]["responses"]
    for _, _, operation in operations(contract):
        parts = [operation.get("requestBody", {})]
        parts += [responses[part["$ref"].rsplit("/", 1)[-1]] if "$ref" in part else part
                  for part in operation["responses"].values()]  # fmt: skip
        for part in parts:
            content = part.get("content", {}).get("application/json", {})
            for reference in content.get("examples", {}).values():
                example = contract["components"]["examples"][reference["$ref"].rsplit("/", 1)[-1]]
                validate(content["schema"]["$ref"].rsplit("/", 1)[-1], example["value"])
                checked += 1
    assert checked > 90


def test_every_example_is_used(contract: dict[str, Any]) -> None:
    used = {node["$ref"].rsplit("/", 1)[-1] for _, node in nodes(contract)
            if isinstance(node, dict) and str(node.get("$ref", "")).startswith("#/components/examples/")}  # fmt: skip
    assert used == set(contract["components"]["examples"])


@pytest.mark.parametrize(
    ("operation", "request_example", "reply_example", "form"),
    [
        ("compress", "EncodeTable", "CompressDocumented", "documented"),
        ("compress", "EncodeTable", "CompressServer", "server-notes"),
        ("decompress", "DecodeTable", "DecompressDocumented", "documented"),
        ("decompress", "DecodeTable", "DecompressServer", "server-notes"),
        ("optimize", "EncodeCounted", "OptimizeDocumented", "documented"),
        ("optimize", "EncodeCounted", "OptimizeServer", "server-notes"),
        ("optimize_request", "OptimizeRequestChat", "OptimizeRequestDocumented", "documented"),
        ("optimize_response", "OptimizeResponseReply", "OptimizeResponseDocumented", "documented"),
        ("prompts_encode", "PromptEncodeChat", "PromptsEncodeDocumented", "documented"),
        ("prompts_encode", "PromptEncodeChat", "PromptsEncodeServer", "server-notes"),
        ("prompts_decode", "PromptDecodeReplay", "PromptsDecodeDocumented", "documented"),
    ],
)
def test_the_examples_say_what_the_engine_answers(
    contract: dict[str, Any], operation: str, request_example: str, reply_example: str, form: Any
) -> None:
    examples = contract["components"]["examples"]
    method, path = ROUTES[operation]
    body = json.dumps(examples[request_example]["value"]).encode()
    reply = Engine(envelope=form).handle(method.upper(), path, {"content-type": "application/json"}, body)
    given = json.loads(reply.body)
    # Token counts come from the hosted service; the engine may have none.
    wanted = {key: value for key, value in examples[reply_example]["value"].items() if key != "token_stats"}
    assert {key: given[key] for key in wanted} == wanted
