"""What the service publishes, in the words of FastAPI, made from our contract: nothing published is kept here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import yaml

Document = dict[str, Any]

CONTRACT: Final = Path(__file__).resolve().parents[2] / "openapi.yaml"
NULL: Final[Document] = {"type": "null"}
FREE_FORM: Final[Document] = {"additionalProperties": True, "type": "object"}

# The one function of the service that is not named as its operation is here.
_FUNCTIONS: Final = {"health": "read_root"}
_HEALTH: Final[Document] = {"additionalProperties": {"type": "string"}, "type": "object"}
# Fields that the service takes and does not publish.
_UNLISTED: Final = {"EncodeRequest": {"metadata", "token_models"}}
# What is published where our contract is narrower on purpose.
_WIDER: Final[dict[str, Document]] = {
    "Delimiter": {"type": "string", "maxLength": 1, "minLength": 1},
    "LengthMarker": {"type": "string"},
}
# The errors that every route has here, and that are not published but for one.
_KNOWN: Final = frozenset(
    {"400", "401", "403", "404", "410", "413", "422", "429", "500", "502", "503", "4XX", "5XX"}
)  # fmt: skip
# Words that only people read, or that stand elsewhere here.
_OURS: Final = {"description", "example", "examples"}
_ERRORS: Final[dict[str, Document]] = {
    "HTTPValidationError": {
        "properties": {
            "detail": {"items": {"$ref": "#/components/schemas/ValidationError"}, "type": "array", "title": "Detail"}
        },
        "type": "object",
        "title": "HTTPValidationError",
    },
    "ValidationError": {
        "properties": {
            "loc": {
                "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                "type": "array",
                "title": "Location",
            },
            "msg": {"type": "string", "title": "Message"},
            "type": {"type": "string", "title": "Error Type"},
        },
        "type": "object",
        "required": ["loc", "msg", "type"],
        "title": "ValidationError",
    },
}


def contract() -> Document:
    """Return the project's own contract."""
    found: Document = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return found


def ref(component: str) -> Document:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{component}"}


def titled(name: str) -> str:
    """Return a name as pydantic makes a title of it."""
    return name.replace("_", " ").title()


def optional(name: str, schema: Document, **more: Any) -> Document:
    """Return a field that may be null; one of a component of its own has no title."""
    found: Document = {"anyOf": [schema, NULL]}
    return {**found, **more} if "$ref" in schema else {**found, "title": titled(name), **more}


def component(name: str, fields: Document, required: Iterable[str] = ()) -> Document:
    """Return the component of a pydantic model."""
    found: Document = {"properties": fields, "type": "object", "title": name}
    return {**found, "required": list(required)} if required else found


def route(
    function: str,
    method: str,
    path: str,
    *,
    body: Document | None = None,
    reply: Document | None = FREE_FORM,
    status: str = "200",
    parameters: Iterable[Document] = (),
) -> Document:
    """Return an operation as FastAPI describes a function; a reply of None has no content."""
    operation: Document = {"summary": titled(function), "operationId": operation_id(function, method, path)}
    success: Document = {"description": "Successful Response"}
    if reply is not None:
        title = {} if "$ref" in reply else {"title": titled(f"response_{operation['operationId']}")}
        success["content"] = {"application/json": {"schema": {**reply, **title}}}
    operation["responses"] = {status: success}
    if given := list(parameters):
        operation["parameters"] = given
    if body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": body}}, "required": True}
    if given or body is not None:
        invalid = {"application/json": {"schema": ref("HTTPValidationError")}}
        operation["responses"]["422"] = {"description": "Validation Error", "content": invalid}
    return operation


def operation_id(function: str, method: str, path: str) -> str:
    """Return what FastAPI makes of a function's name and its route."""
    return re.sub(r"\W", "_", function + path) + f"_{method}"


def published(contract: Document) -> Document:
    """Return what the service would publish, if it were what our contract describes."""
    schemas = contract["components"]["schemas"]
    paths: Document = {}
    wanted: set[str] = set()
    for path, item in contract["paths"].items():
        for method, ours in item.items():
            function = _FUNCTIONS.get(ours["operationId"], ours["operationId"])
            body = _body_of(ours)
            wanted |= _models(body, schemas)
            status = next(one for one in ours["responses"] if one.startswith("2"))
            reply = _HEALTH if function == "read_root" else FREE_FORM
            parameters = [_parameter(one, schemas) for one in ours.get("parameters", ())]
            made = route(
                function, method, path, body=body, status=status, parameters=parameters,
                reply=reply if "content" in ours["responses"][status] else None,
            )  # fmt: skip
            for other in ours["responses"].keys() - _KNOWN - {status}:
                made["responses"][other] = {"description": f"Status {other}"}
            paths.setdefault(path, {})[method] = made
    components = {name: _component(name, schemas) for name in wanted} | _ERRORS
    return {
        "openapi": "3.1.0",
        "info": {"title": "FastAPI", "version": "0.1.0"},
        "paths": paths,
        "components": {"schemas": {name: deepcopy(components[name]) for name in sorted(components)}},
    }


def _parameter(ours: Document, schemas: Document) -> Document:
    words = {key: value for key, value in ours.items() if key in ("name", "in", "required", "deprecated")}
    return {**words, "schema": _field(ours["name"], ours["schema"], schemas)}


def _body_of(operation: Document) -> Document | None:
    content = operation.get("requestBody", {}).get("content", {})
    return dict(content["application/json"]["schema"]) if content else None


def _models(schema: Any, schemas: Document) -> set[str]:
    """Return the names of the models that a schema refers to, however deep."""
    if isinstance(schema, list):
        return set().union(*(_models(part, schemas) for part in schema))
    if not isinstance(schema, dict):
        return set()
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        return {name} | _models(schemas[name], schemas) if "properties" in schemas[name] else set()
    return set().union(*(_models(part, schemas) for part in schema.values()))


def _component(name: str, schemas: Document) -> Document:
    ours = schemas[name]
    fields = {
        field: _field(field, schema, schemas)
        for field, schema in ours.get("properties", {}).items()
        if field not in _UNLISTED.get(name, ())
    }
    return component(name, fields, ours.get("required", ()))


def _field(name: str, ours: Document, schemas: Document) -> Document:
    schema = _inlined(ours, schemas)
    kinds = schema.get("type")
    if isinstance(kinds, list):
        words = {key: value for key, value in schema.items() if key != "type"}
        schema = {"anyOf": [{"type": kind} if kind == "null" else {"type": kind, **words} for kind in kinds]}
    if not any("$ref" in part for part in schema.get("anyOf", ())):
        schema["title"] = titled(name)
    if ours.get("deprecated"):
        schema["deprecated"] = True
    if "x-service-default" in ours:
        schema["default"] = ours["x-service-default"]
    return schema


def _inlined(ours: Document, schemas: Document) -> Document:
    """Return a schema without our words, and with what is no model written in line."""
    if "$ref" in ours:
        name = str(ours["$ref"]).rsplit("/", 1)[-1]
        if "properties" in schemas[name]:
            return dict(ours)
        return dict(_WIDER.get(name) or _inlined(schemas[name], schemas))
    found = {key: value for key, value in ours.items() if key not in _OURS and not key.startswith("x-")}
    if "x-service-format" in ours:
        found["format"] = ours["x-service-format"]
    if "items" in found:
        found["items"] = _inlined(found["items"], schemas)
    if "anyOf" in found:
        found["anyOf"] = [_inlined(part, schemas) for part in found["anyOf"]]
    return found


def as_30(document: Document) -> Document:
    """Return a document of OpenAPI 3.1 in the words of 3.0.3."""
    return {**_in_30(document), "openapi": "3.0.3"}


def _in_30(node: Any) -> Any:
    if isinstance(node, list):
        return [_in_30(part) for part in node]
    if not isinstance(node, dict):
        return node
    found = {key: _in_30(value) for key, value in node.items()}
    kinds = found.get("type")
    if isinstance(kinds, list):
        found["anyOf"] = [{"type": kind} for kind in found.pop("type")]
    for word in ("anyOf", "oneOf"):
        if isinstance(parts := found.get(word), list) and NULL in parts:
            rest = [part for part in found.pop(word) if part != NULL]
            found["nullable"] = True
            if len(rest) > 1:
                found[word] = rest
            elif "$ref" in rest[0]:
                found["allOf"] = rest
            else:
                found = {**rest[0], **found}
    # In 3.0 nothing stands beside a reference.
    if "$ref" in found and len(found) > 1:
        found["allOf"] = [{"$ref": found.pop("$ref")}]
    if isinstance(limit := found.get("exclusiveMinimum"), int) and not isinstance(limit, bool):
        found |= {"minimum": limit, "exclusiveMinimum": True}
    if "const" in found:
        found["enum"] = [found.pop("const")]
    if isinstance(found.get("examples"), list):
        found["example"] = found.pop("examples")[0]
    return found


def as_json(document: Document) -> str:
    """Return a document as JSON text."""
    return json.dumps(document, indent=2) + "\n"


def as_yaml(document: Document) -> str:
    """Return a document as YAML text, every node written out."""
    # Through JSON, so that what is shared in memory is not written as an alias.
    return yaml.safe_dump(json.loads(json.dumps(document)), sort_keys=False, allow_unicode=True)
