"""The documents that the scenarios are made of: as FastAPI writes them, valid where they should be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate
from openapi_spec_validator.readers import read_from_filename

from tests.upstream.bad_documents import BAD
from tests.upstream.changes import CHANGES, Change
from tests.upstream.documents import Document, as_30, as_json, as_yaml, contract
from tests.upstream.same_meaning import SAME

ALL = [*CHANGES.items(), *SAME.items()]
EVERY_CHANGE = pytest.mark.parametrize("change", [one for _, one in ALL], ids=[name for name, _ in ALL])


def test_it_is_valid_in_both_versions(document: Document) -> None:
    validate(document)
    validate(as_30(document))
    assert (document["openapi"], as_30(document)["openapi"]) == ("3.1.0", "3.0.3")


def test_it_says_what_fastapi_says_of_a_route(document: Document) -> None:
    operation = document["paths"]["/v1/prompts/encode"]["post"]
    assert operation == {
        "summary": "Prompts Encode",
        "operationId": "prompts_encode_v1_prompts_encode_post",
        "requestBody": {
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PromptEncodePayload"}}},
            "required": True,
        },
        "responses": {
            "200": {
                "description": "Successful Response",
                "content": {
                    "application/json": {
                        "schema": {
                            "additionalProperties": True,
                            "type": "object",
                            "title": "Response Prompts Encode V1 Prompts Encode Post",
                        }
                    }
                },
            },
            "422": {
                "description": "Validation Error",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}},
            },
        },
    }
    health = document["paths"]["/"]["get"]
    assert (health["operationId"], set(health["responses"])) == ("read_root__get", {"200"})


def test_what_ours_adds_or_narrows_is_left_out(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["EncodeRequest"]["properties"]) == {"data", "options"}
    one_character = {"type": "string", "minLength": 1, "maxLength": 1}
    assert schemas["EncodeOptions"]["properties"]["delimiter"]["anyOf"] == [one_character, {"type": "null"}]
    kinds = [{"type": kind} for kind in ("boolean", "string", "null")]
    assert schemas["EncodeOptions"]["properties"]["length_marker"]["anyOf"] == kinds
    free = {"additionalProperties": True, "type": "object"}
    assert schemas["PromptDecodePayload"]["properties"]["replay_meta"]["anyOf"] == [free, {"type": "null"}]


def test_the_only_defaults_are_those_that_are_true(document: Document) -> None:
    found = {
        f"{name}.{field}": part["default"]
        for name, schema in document["components"]["schemas"].items()
        for field, part in schema["properties"].items()
        if "default" in part
    }
    told = {
        f"{name}.{field}": part["x-service-default"]
        for name, schema in contract()["components"]["schemas"].items()
        for field, part in schema.get("properties", {}).items()
        if "x-service-default" in part
    }
    assert found == told
    assert {"DecodeOptions.strict", "PromptEncodePayload.auto_detect_json"} <= set(found)


def test_no_word_of_ours_is_in_it(document: Document) -> None:
    assert set(document) == {"openapi", "info", "paths", "components"}
    assert set(document["components"]) == {"schemas"}
    for word in ('"tags"', '"security"', '"example"', '"examples"', "Result"):
        assert word not in as_json(document)


def test_3_0_has_no_words_of_3_1(document: Document) -> None:
    text = as_json(as_30(CHANGES["everything_compatible"](document)))
    assert '"null"' not in text
    fields = as_30(document)["components"]["schemas"]["DecodeRequest"]["properties"]
    assert fields["options"] == {"nullable": True, "allOf": [{"$ref": "#/components/schemas/DecodeOptions"}]}
    options = as_30(document)["components"]["schemas"]["EncodeOptions"]["properties"]
    assert options["indent"] == {"type": "integer", "minimum": 1, "title": "Indent", "nullable": True}


def test_both_texts_hold_the_same_document(document: Document) -> None:
    assert json.loads(as_json(document)) == yaml.safe_load(as_yaml(document)) == document
    assert "&id" not in as_yaml(document)


@EVERY_CHANGE
def test_every_change_changes_a_copy(change: Change, document: Document) -> None:
    before = as_json(document)
    assert as_json(change(document)) != before
    assert as_json(document) == before


@EVERY_CHANGE
def test_every_changed_document_is_valid_in_both_versions(change: Change, document: Document) -> None:
    validate(change(document))
    validate(as_30(change(document)))


@pytest.mark.parametrize("name", sorted(BAD))
def test_of_the_bad_ones_only_those_are_valid_that_say_so(name: str, document: Document, tmp_path: Path) -> None:
    path = tmp_path / f"document{BAD[name].suffix}"
    path.write_bytes(BAD[name].file(document))

    assert is_valid(path) is BAD[name].valid


def is_valid(path: Path) -> bool:
    try:
        document, _ = read_from_filename(str(path))
        validate(document)
    # What the reader and the validator raise is of many kinds, a RecursionError among them.
    except Exception:
        return False
    return True
