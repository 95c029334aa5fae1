"""Documents that are right and awkward: nothing in them is run, lost or taken for something else."""

from __future__ import annotations

import ast
from collections.abc import Callable
from copy import deepcopy
from importlib import import_module
from typing import Any

import pytest

from tests.upstream.conftest import SCRIPTS
from tests.upstream.documents import Document, ref

Compare = Callable[[Any, Any], list[tuple[str, str]]]
HOSTILE = ['"""; import os; os.system("x"); """', 'ends in "', "\\N \\x \\d \\", "'''", "{0} {name} %s", "a\r\nb\x00"]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return import_module


@pytest.fixture
def found(module: Callable[[str], Any]) -> Compare:
    """Compare two schemas of a field `x` of a request; give the kinds and fields of what is found."""

    def compare(ours: Any, theirs: Any) -> list[tuple[str, str]]:
        documents = [
            module("upstream.reading").Document("x", "", small({"type": "object", "properties": {"x": schema}}))
            for schema in (ours, theirs)
        ]
        for document in documents:
            module("upstream.checking").check(document)
        comparison = module("upstream.comparing").compare(*documents)
        return [(one.kind.removeprefix("request-field-"), one.field) for one in comparison.found]

    return compare


def small(body: Any, reply: Any = True) -> Document:
    """Return a document of one route, with a component that others may refer to."""
    operation = {
        "operationId": "go",
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": {"description": "x", "content": {"application/json": {"schema": reply}}}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": {"/go": {"post": operation}},
        "components": {
            "schemas": {
                "Text": {"type": "string"},
                "Tree": {"type": "object", "properties": {"inner": {"type": "array", "items": ref("Tree")}}},
                "A": {"type": "object", "properties": {"a": {"type": "string"}}},
                "B": {"type": "object", "properties": {"b": {"type": "string"}}},
                "B2": {"type": "object", "properties": {"b": {"type": "integer"}}},
            }
        },
    }


STRING = {"type": "string"}
NULL = {"type": "null"}
OPEN = {"type": "object", "additionalProperties": True}


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        # Words beside a reference or alternatives hold too.
        (ref("Text"), {**ref("Text"), "maxLength": 5}, [("narrowed", "x")]),
        ({"anyOf": [STRING, NULL]}, {"anyOf": [STRING, NULL], "maxLength": 5}, [("narrowed", "x")]),
        (STRING, {"allOf": [STRING, {"maxLength": 5}]}, [("narrowed", "x")]),
        ({"anyOf": [STRING, NULL]}, {"type": ["string", "null"]}, []),
        ({"anyOf": [STRING, NULL], "maxLength": 5}, {"anyOf": [{**STRING, "maxLength": 5}, NULL]}, []),
        # 0 is a bound.
        ({"type": "integer"}, {"type": "integer", "minimum": 0}, [("narrowed", "x")]),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "exclusiveMinimum": 0}, []),
        ({"type": "number"}, {"type": "number", "exclusiveMinimum": 0}, [("narrowed", "x")]),
        # Maps.
        (OPEN, {"type": "object", "additionalProperties": STRING}, [("narrowed", "x.*")]),
        ({"type": "object", "additionalProperties": STRING}, OPEN, [("widened", "x.*")]),
        (OPEN, {"type": "object", "minProperties": 1}, [("narrowed", "x")]),
        (OPEN, {"type": "object", "required": ["more"]}, [("required", "x.more")]),
        # Lists.
        ({"type": "array"}, {"type": "array", "maxItems": 2}, [("narrowed", "x")]),
        ({"type": "array", "items": STRING}, {"type": "array", "items": {"enum": ["a"]}}, [("narrowed", "x[]")]),
        # Alternatives, by name.
        ({"anyOf": [ref("A"), ref("B")]}, {"oneOf": [ref("B"), ref("A")]}, []),
        ({"anyOf": [ref("A"), ref("B")]}, ref("A"), [("narrowed", "x")]),
        (ref("A"), {"anyOf": [ref("A"), ref("B2")]}, [("widened", "x")]),
        # Values.
        ({"enum": ["a", "b"]}, {"anyOf": [{"const": "a"}, {"const": "b"}]}, []),
        ({"enum": ["a", None]}, {"anyOf": [{"enum": ["a"]}, NULL]}, []),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}, [("narrowed", "x")]),
        ({"type": "boolean"}, {"enum": [True, False]}, []),
        ({"type": "integer"}, {"type": "number"}, [("widened", "x")]),
        (True, {"anyOf": [{"type": kind} for kind in ("string", "number", "boolean", "object", "array", "null")]}, []),
        # Formats, as the contract notes them.
        (STRING, {**STRING, "format": "uuid"}, [("narrowed", "x")]),
        ({**STRING, "x-service-format": "uuid"}, {**STRING, "format": "uuid"}, []),
        # Itself.
        (ref("Tree"), ref("Tree"), []),
    ],
)
def test_what_a_schema_means_is_compared_whatever_way_it_is_written(
    ours: Any, theirs: Any, expected: list[tuple[str, str]], found: Compare
) -> None:
    assert found(ours, theirs) == expected


def test_a_field_of_one_of_several_objects_is_found(module: Callable[[str], Any]) -> None:
    read = module("upstream.reading").Document
    union = {"type": "object", "properties": {"x": {"anyOf": [ref("A"), ref("B")]}}}
    changed = small(union)
    changed["components"]["schemas"]["A"]["properties"]["new"] = STRING
    comparison = module("upstream.comparing").compare(read("x", "", small(union)), read("y", "", changed))
    assert [(one.kind, one.field) for one in comparison.found] == [("request-field-added", "x.new")]


def test_new_parameters_are_found_in_the_document_s_order(module: Callable[[str], Any]) -> None:
    read, changed = module("upstream.reading").Document, small({})
    names = [f"p{number}" for number in range(9, 0, -1)]
    changed["paths"]["/go"]["post"]["parameters"] = [{"name": one, "in": "query", "schema": STRING} for one in names]
    comparison = module("upstream.comparing").compare(read("x", "", small({})), read("y", "", changed))
    assert [one.field for one in comparison.found] == [f"query {one}" for one in names]


def test_the_base_path_of_a_server_belongs_to_its_routes(module: Callable[[str], Any]) -> None:
    read, changed = module("upstream.reading").Document, small({})
    ours = small({})
    ours["paths"] = {"/v1/go": ours["paths"]["/go"]}
    changed["servers"] = [{"url": "https://example.org/v1"}]
    changed["paths"]["/go"]["post"]["operationId"] = "go_go_post"
    comparing = module("upstream.comparing")
    assert comparing.compare(read("x", "", ours), read("y", "", changed)).found == []
    assert [comparing.own_name(one) for one in comparing.routes(read("y", "", changed))] == ["go"]


def test_words_that_are_not_compared_are_named(module: Callable[[str], Any]) -> None:
    read = module("upstream.reading").Document
    document = small({"type": "object", "properties": {"x": {"type": "array", "prefixItems": [STRING]}}})
    notes = module("upstream.comparing").compare(read("x", "", document), read("x", "", document)).notes
    assert len(notes) == 1
    assert notes[0].startswith("`prefixItems` is not compared, look at it: /paths/~1go/post/requestBody/")


def test_what_is_on_purpose_today_does_not_hide_what_is_new(module: Callable[[str], Any]) -> None:
    finding, purpose = module("upstream.findings").Finding, module("upstream.purpose")
    listed = purpose.entries()
    same = [
        finding("request-field-removed", ("POST /v1/compress",), "metadata", "/x", "/y", ""),
        finding("request-field-widened", ("POST /v1/compress",), "options.delimiter", "/x", "/y", "",
                "null or string (minLength 1) (maxLength 1)"),
        finding("response-field-removed", ("POST /v1/decompress",), "data", "/x", "/y", ""),
    ]  # fmt: skip
    new = [
        finding("request-field-removed", ("POST /v1/prompts/encode",), "metadata", "/x", "/y", ""),
        finding("request-field-widened", ("POST /v1/compress",), "options.delimiter", "/x", "/y", "", "any value"),
        finding("response-field-removed", ("POST /v1/new",), "data", "/x", "/y", ""),
        finding("security-changed", ("POST /v1/compress",), "", "/x", "/y", "", "oauth2 other"),
    ]
    count, meant = purpose.parted(same + new, listed)
    assert count == new
    assert [one.field for one in meant] == [one.field for one in same]
    assert all(one.why for one in meant)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_document_says_is_text_in_the_code_and_nothing_else(text: str, module: Callable[[str], Any]) -> None:
    facade = module("_facade")
    contract = deepcopy(facade.read_contract())
    plain = module("upstream.contract_file").words(text)
    schemas = contract["components"]["schemas"]
    schemas["HealthResult"]["description"] = plain
    schemas["HealthResult"]["properties"]["region"]["description"] = plain
    schemas["EncodeRequest"]["properties"]["extra"] = {"type": "string", "description": plain}
    contract["paths"]["/new"] = deepcopy(contract["paths"]["/"])
    operation = contract["paths"]["/new"]["get"]
    operation.update(operationId="new", summary=plain, description=plain)
    operation["parameters"] = [{"name": "q", "in": "query", "schema": STRING, "description": plain}]
    source = facade.CLIENT.read_text(encoding="utf-8")
    made = module("write_facade").with_missing(source, contract)
    results = module("derive_contract").typed_results(contract)
    for code in (made, results):
        calls = [ast.unparse(node) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
        assert not [call for call in calls if "os.system" in call]
    node = facade.present(made)["new"]
    assert [type(one).__name__ for one in node.body] == ["Expr", "Return"]
    words = (ast.get_docstring(node) or "").replace("'''", '"""').split()
    assert set(plain.rstrip(".").split()[:-1]) <= set(words)
