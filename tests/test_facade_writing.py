"""The facade follows the contract: what it lacks is named with its place, and written as it would be by hand."""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = (ROOT / "kaizen_client" / "client.py").read_text(encoding="utf-8")


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    before = set(sys.modules)
    yield {name: import_module(name) for name in ("_facade", "write_facade", "check_facade")}
    for name in set(sys.modules) - before:
        if name.split(".")[0] in ("_facade", "_files", "write_facade", "check_facade", "derive_contract", "upstream"):
            del sys.modules[name]


@pytest.fixture
def contract(scripts: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(scripts["_facade"].read_contract())
    return found


def fields(contract: dict[str, Any], component: str) -> dict[str, Any]:
    found: dict[str, Any] = contract["components"]["schemas"][component]["properties"]
    return found


def new_route(contract: dict[str, Any]) -> None:
    """Add `GET /v1/payloads/{payload_id}` with a query parameter, whose reply is not typed."""
    contract["components"]["schemas"]["GetPayloadResult"] = {"type": "object", "description": "The payload."}
    reply = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/GetPayloadResult"}}}}
    contract["paths"]["/v1/payloads/{payload_id}"] = {
        "get": {
            "operationId": "get_payload",
            "tags": ["system"],
            "summary": "Fetch a stored payload",
            "description": "Until it expires.",
            "parameters": [
                {"name": "payload_id", "in": "path", "required": True, "schema": {"type": "string"},
                 "description": "Its id."},
                {"name": "pageSize", "in": "query", "schema": {"type": ["integer", "null"]}},
            ],
            "responses": {"200": reply},
        }
    }  # fmt: skip


def test_the_present_facade_is_what_the_contract_asks_for(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    assert scripts["_facade"].problems(SOURCE, contract) == []
    assert scripts["write_facade"].with_missing(SOURCE, contract) == SOURCE
    assert scripts["write_facade"].with_missing(SOURCE, contract, remove=True) == SOURCE


def test_a_missing_keyword_is_named_with_file_and_line(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    fields(contract, "PromptEncodePayload")["budget"] = {"type": "integer", "description": "Tokens at most."}
    line = next(n for n, text in enumerate(SOURCE.splitlines(), 1) if "async def prompts_encode(" in text)
    assert scripts["_facade"].problems(SOURCE, contract) == [
        f"kaizen_client/client.py:{line}: prompts_encode() has no keyword 'budget', a field of PromptEncodePayload"
    ]


def test_a_missing_route_is_named(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    new_route(contract)
    assert scripts["_facade"].problems(SOURCE, contract) == [
        "kaizen_client/client.py:1: get_payload() is missing: GET /v1/payloads/{payload_id}"
    ]


def test_a_keyword_or_method_too_many_is_named(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    del fields(contract, "DecodeRequest")["options"]
    del contract["paths"]["/v1/optimize"]
    found = scripts["_facade"].problems(SOURCE, contract)
    assert len(found) == 2
    assert "decompress() has the keyword 'options', which DecodeRequest has not" in found[0]
    assert "optimize() is no route of the contract" in found[1]


def test_a_type_that_differs_is_named(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    fields(contract, "OptimizeResponsePayload")["ktof"]["type"] = ["string", "null"]
    (found,) = scripts["_facade"].problems(SOURCE, contract)
    assert found.endswith("optimize_response(ktof=) is not typed str | Missing | None")


def test_a_result_that_differs_is_named(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["StateResult"] = contract["components"]["schemas"].pop("HealthResult")
    reply = contract["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"]
    reply["schema"] = {"$ref": "#/components/schemas/StateResult"}
    (found,) = scripts["_facade"].problems(SOURCE, contract)
    assert found.endswith("health() does not say that it returns StateResult")
    made = scripts["write_facade"].with_missing(SOURCE, contract)
    assert 'return await self._call("health", StateResult, MISSING, {}, call)' in made
    assert scripts["_facade"].problems(made, contract) == []


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        ({}, "Any"),
        ({"type": "string"}, "str | Missing"),
        ({"type": ["number", "null"]}, "float | Missing | None"),
        ({"type": "string", "enum": ["a", "b"]}, "Literal['a', 'b'] | Missing"),
        ({"type": "array", "items": {"type": "string"}}, "list[str] | Missing"),
        ({"type": "array"}, "list[Any] | Missing"),
        ({"type": "object"}, "Mapping[str, Any] | Missing"),
        ({"$ref": "#/components/schemas/Metadata"}, "Mapping[str, Any] | Missing"),
        ({"$ref": "#/components/schemas/Delimiter"}, "Literal[',', '\\t', '|'] | Missing"),
        (
            {"anyOf": [{"$ref": "#/components/schemas/EncodeOptions"}, {"type": "null"}]},
            "EncodeOptions | Mapping[str, Any] | Missing | None",
        ),
        (
            {"type": "array", "items": {"$ref": "#/components/schemas/EncodeOptions"}},
            "Sequence[EncodeOptions | Mapping[str, Any]] | Missing",
        ),
        ({"anyOf": [{"type": "boolean"}, {"type": "string"}]}, "bool | str | Missing"),
    ],
)
def test_keywords_are_typed_from_the_contract(
    schema: dict[str, Any], annotation: str, scripts: dict[str, Any], contract: dict[str, Any]
) -> None:
    fields(contract, "DecodeRequest")["extra"] = {**schema, "description": "More."}
    made = scripts["write_facade"].with_missing(SOURCE, contract)
    assert scripts["_facade"].problems(made, contract) == []
    (node,) = [one for name, one in scripts["_facade"].present(made).items() if name == "decompress"]
    found = next(arg.annotation for arg in node.args.kwonlyargs if arg.arg == "extra")
    assert ast.unparse(found) == annotation
    compile(made, "client.py", "exec")


def test_a_keyword_is_written_into_signature_docstring_and_call(
    scripts: dict[str, Any], contract: dict[str, Any]
) -> None:
    fields(contract, "PromptEncodePayload")["zetaLimit"] = {"type": "integer", "description": "Tokens at most."}
    made = scripts["write_facade"].with_missing(SOURCE, contract)
    added = [line.strip() for line in made.splitlines() if line not in SOURCE.splitlines()]
    assert added == [
        "zeta_limit: int | Missing = MISSING,",
        "zeta_limit: tokens at most.",
        '"zetaLimit": zeta_limit,',
    ]


def test_words_that_stand_for_none_give_way_to_the_contract_s(
    scripts: dict[str, Any], contract: dict[str, Any]
) -> None:
    new_route(contract)
    operation = contract["paths"]["/v1/payloads/{payload_id}"]["get"]
    operation["description"] = "The service's `GET /v1/payloads/{payload_id}`."
    fields(contract, "DecodeRequest")["level"] = {"type": "integer", "description": "The service's `level`."}
    made = scripts["write_facade"].with_missing(SOURCE, contract)
    assert scripts["write_facade"].with_missing(made, contract) == made
    operation["description"] = "What was kept, until it expires."
    fields(contract, "DecodeRequest")["level"]["description"] = "How deep to go. The service's default is 3."
    again = scripts["write_facade"].with_missing(made, contract)
    assert [line.strip() for line in again.splitlines() if line not in made.splitlines()] == [
        "level: how deep to go. The service's default is 3.",
        "What was kept, until it expires.",
    ]
    fields(contract, "DecodeRequest")["level"]["description"] = "Other words."
    assert scripts["write_facade"].with_missing(again, contract) == again


def test_a_query_parameter_of_an_existing_route_is_written(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    operation = contract["paths"]["/v1/compress"]["post"]
    operation["parameters"] = [{"name": "trace", "in": "query", "schema": {"type": "boolean"}}]
    made = scripts["write_facade"].with_missing(SOURCE, contract)
    assert "trace: bool | Missing = MISSING," in made
    assert 'self._call("compress", CompressResult, payload, fields, call, {"trace": trace})' in made
    operation["parameters"].append({"name": "level", "in": "query", "schema": {"type": "integer"}})
    again = scripts["write_facade"].with_missing(made, contract)
    assert '{"trace": trace, "level": level}' in " ".join(again.split())
    assert scripts["_facade"].problems(again, contract) == []


def test_a_new_route_gets_a_method_typed_and_documented(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    new_route(contract)
    made = scripts["write_facade"].with_missing(SOURCE, contract)
    assert scripts["_facade"].problems(made, contract) == []
    node = scripts["_facade"].present(made)["get_payload"]
    assert ast.unparse(node.args) == (
        "self, *, payload_id: str, page_size: int | Missing | None=MISSING, **call: Unpack[CallOptions]"
    )
    doc = ast.get_docstring(node) or ""
    assert doc.startswith("Fetch a stored payload.\n\nUntil it expires.\n\nArgs:\n    payload_id: its id.\n")
    assert ">>> result = await client.get_payload(payload_id='text')" in doc
    assert "GetPayloadResult," in made.partition("from kaizen_client.typed_results import")[2].partition(")")[0]


def test_what_the_contract_no_longer_has_goes_when_asked(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    del fields(contract, "EncodeRequest")["token_models"]
    del contract["paths"]["/v1/optimize/response"]
    kept = scripts["write_facade"].with_missing(SOURCE, contract)
    assert kept == SOURCE
    made = scripts["write_facade"].with_missing(SOURCE, contract, remove=True)
    assert scripts["_facade"].problems(made, contract) == []
    node = scripts["_facade"].present(made)["compress"]
    assert "token_models" not in ast.unparse(node)
    assert "OptimizeResponseResult" not in made
    assert "optimize_response" not in made
    compile(made, "client.py", "exec")


def test_a_field_named_like_an_option_of_every_call_goes_in_a_payload(
    scripts: dict[str, Any], contract: dict[str, Any]
) -> None:
    fields(contract, "EncodeRequest")["timeout"] = {"type": "integer", "description": "Seconds."}
    assert scripts["_facade"].problems(SOURCE, contract) == []
    method = scripts["_facade"].methods(contract)["compress"]
    assert method.payload_only == ["timeout"]


def test_new_models_and_results_are_public(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    new_route(contract)
    schemas = contract["components"]["schemas"]
    schemas["EncodeRequest"]["properties"]["filters"] = {"$ref": "#/components/schemas/Filters", "description": "More."}
    schemas["Filters"] = {"type": "object", "description": "x", "properties": {"a": {"type": "string"}}}
    write = scripts["write_facade"]
    models = (ROOT / "kaizen_client" / "models.py").read_text(encoding="utf-8")
    package = (ROOT / "kaizen_client" / "__init__.py").read_text(encoding="utf-8")
    before = (write._listed(models), {name for name in write._listed(package) if name.endswith("Result")})
    before = (before[0], before[1] - {"KaizenResult", "EncodeResult"})
    made = write.with_public_names(package, contract, before)
    assert '    "Filters": "models",\n' in made
    assert '    "GetPayloadResult",\n' in made
    listed = write._listed(made)
    assert {"Filters", "GetPayloadResult"} <= listed
    assert write._listed(write.with_models(models, contract)) == before[0] | {"Filters"}
    new = (before[0] | {"Filters"}, before[1] | {"GetPayloadResult"})
    original = scripts["_facade"].read_contract()
    assert write.with_public_names(made, original, new) == package
    assert write.with_models(write.with_models(models, contract), original) == models


def test_public_names_stand_as_the_lint_rule_sorts_them(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    package = (ROOT / "kaizen_client" / "__init__.py").read_text(encoding="utf-8")
    write = scripts["write_facade"]
    before = (write.public_models(contract), write.results(contract))
    for name in ("r50", "r5"):
        new_route(contract)
        route = contract["paths"].pop("/v1/payloads/{payload_id}")
        route["get"]["operationId"] = name
        media = route["get"]["responses"]["200"]["content"]["application/json"]
        media["schema"] = {"$ref": f"#/components/schemas/{name.upper()}Result"}
        contract["components"]["schemas"][f"{name.upper()}Result"] = {"type": "object", "description": "x"}
        contract["paths"][f"/v1/{name}"] = route
    made = write.with_public_names(package, contract, before)
    names = ast.literal_eval(made.partition("__all__ = ")[2].partition("]")[0] + "]")
    assert [name for name in names if name.startswith("R5")] == ["R5Result", "R50Result"]


def test_a_model_or_result_that_users_cannot_import_is_named(scripts: dict[str, Any], contract: dict[str, Any]) -> None:
    assert scripts["write_facade"].unlisted(contract) == []
    new_route(contract)
    fields(contract, "EncodeOptions")["more"] = {"$ref": "#/components/schemas/More"}
    contract["components"]["schemas"]["More"] = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert scripts["write_facade"].unlisted(contract) == [
        "kaizen_client/models.py:1: More is not in __all__",
        "kaizen_client/__init__.py:1: GetPayloadResult is not in __all__",
        "kaizen_client/__init__.py:1: More is not in __all__",
    ]


def test_the_check_says_how_to_write_what_is_missing(
    scripts: dict[str, Any],
    contract: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert scripts["check_facade"].main() == 0
    new_route(contract)
    monkeypatch.setattr(scripts["_facade"], "read_contract", lambda: contract)
    assert scripts["check_facade"].main() == 1
    assert "`make facade` writes what is missing" in capsys.readouterr().out
