"""Whether a document is OpenAPI that can be compared: each fault with its JSON pointer and a remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from upstream.reading import Document, escaped
from upstream.refusals import Refused

METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_TYPES: Final = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})
_NUMBERS: Final = (
    "minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties",
    "maxProperties",
)  # fmt: skip
_SCHEMAS: Final = ("items", "additionalProperties", "not")
_SCHEMA_LISTS: Final = ("anyOf", "oneOf", "allOf")
_PLACES: Final = frozenset({"query", "path", "header", "cookie"})
_OWNER: Final = "ask the service's maintainers to mend the document, or mend a copy and pass that"


def check(document: Document) -> None:
    """Refuse a document that is not OpenAPI 3.0 or 3.1, or contradicts itself.

    Raises:
        Refused: the first fault, with its place.
    """
    try:
        _check(document.tree)
    except Refused as refused:
        refused.place = f"{document.source}, {refused.place}" if refused.place else document.source
        refused.remedy = refused.remedy or _OWNER
        raise


def check_in_full(document: Document) -> None:
    """Refuse a document that the OpenAPI specification's own schema refuses (half a second).

    Raises:
        Refused: the first fault, with its place.
    """
    check(document)
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator  # Only here: slow to import.

    kind = OpenAPIV30SpecValidator if document.tree["openapi"].startswith("3.0") else OpenAPIV31SpecValidator
    for error in kind(document.tree).iter_errors():
        found = _deepest(error)
        pointer = "".join(f"/{escaped(str(part))}" for part in found.absolute_path) or "/"
        raise Refused(f"not valid OpenAPI: {found.message[:300]}", place=f"{document.source}, {pointer}", remedy=_OWNER)


def _deepest(error: Any) -> Any:
    """Return the part of a failed alternative that came furthest: what a person has to mend."""
    while getattr(error, "context", None):
        error = max(error.context, key=lambda one: len(one.absolute_path))
    return error


def _check(tree: dict[str, Any]) -> None:
    version = tree.get("openapi")
    if "swagger" in tree:
        raise Refused("this is Swagger 2", place="/swagger", remedy="convert it to OpenAPI 3.0 or 3.1 first")
    if version is None:
        raise Refused("this is not an OpenAPI document: it has no `openapi`", remedy="pass the service's openapi.json")
    if not isinstance(version, str) or not re.fullmatch(r"3\.[01](\.\d+)?", version):
        raise Refused(f"OpenAPI {version} is not read", place="/openapi", remedy="publish it as 3.0 or 3.1")
    info = _object(tree.get("info"), "/info")
    if not isinstance(info.get("title"), str):
        raise Refused("`info` has no title", place="/info")
    paths = tree.get("paths")
    if not paths:
        raise Refused("the document has no routes, and would empty the contract", place="/paths",
                      remedy="check that this is the whole document")  # fmt: skip
    _references(tree)
    components = _object(tree.get("components", {}), "/components")
    schemes = _object(components.get("securitySchemes", {}), "/components/securitySchemes")
    _security(tree, "", schemes)
    for name, schema in _object(components.get("schemas", {}), "/components/schemas").items():
        _schema(schema, f"/components/schemas/{escaped(name)}")
    _circles(tree, components.get("schemas", {}))
    seen: dict[str, str] = {}
    for path, item in _object(paths, "/paths").items():
        pointer = f"/paths/{escaped(path)}"
        if not path.startswith("/"):
            raise Refused("a route begins with a slash", place=pointer)
        item = _object(resolved(tree, _object(item, pointer)), pointer)
        for method, operation in item.items():
            if method in METHODS:
                _security(_object(operation, f"{pointer}/{method}"), f"{pointer}/{method}", schemes)
                _operation(tree, path, item, operation, f"{pointer}/{method}", seen)


def _security(holder: dict[str, Any], pointer: str, schemes: dict[str, Any]) -> None:
    for index, way in enumerate(_list(holder.get("security", []), f"{pointer}/security")):
        where = f"{pointer}/security/{index}"
        for name in _object(way, where):
            if name not in schemes:
                raise Refused(f"there is no security scheme {name!r}", place=where)


def _operation(
    tree: dict[str, Any], path: str, item: dict[str, Any], operation: Any, pointer: str, seen: dict[str, str]
) -> None:
    _object(operation, pointer)
    name = operation.get("operationId")
    if name is not None:
        if not isinstance(name, str):
            raise Refused("an operationId is a text", place=f"{pointer}/operationId")
        if name in seen:
            raise Refused(f"the operationId {name!r} stands at {seen[name]} too", place=f"{pointer}/operationId",
                          remedy="give one of the two another operationId")  # fmt: skip
        seen[name] = f"{pointer}/operationId"
    in_path, described = set(re.findall(r"\{([^{}]+)\}", path)), set()
    for holder, where in ((item, pointer.rsplit("/", 1)[0]), (operation, pointer)):
        for index, parameter in enumerate(_list(holder.get("parameters", []), f"{where}/parameters")):
            found = resolved(tree, parameter)
            _parameter(found, f"{where}/parameters/{index}", path, in_path)
            if found["in"] == "path":
                described.add(found["name"])
    if missing := sorted(in_path - described):
        raise Refused(f"the path has {{{missing[0]}}}, which no parameter describes", place=pointer)
    if "requestBody" in operation:
        body = _object(resolved(tree, operation["requestBody"]), f"{pointer}/requestBody")
        _content(body, f"{pointer}/requestBody")
    responses = operation.get("responses")
    if not responses:
        raise Refused("the operation has no responses", place=pointer)
    for status, response in _object(responses, f"{pointer}/responses").items():
        where = f"{pointer}/responses/{status}"
        if not re.fullmatch(r"[1-5](\d\d|XX)|default|x-.*", status):
            raise Refused(f"{status!r} is not a status", place=where)
        if not status.startswith("x-"):
            _content(_object(resolved(tree, response), where), where)


def _parameter(parameter: Any, pointer: str, path: str, in_path: set[str]) -> None:
    _object(parameter, pointer)
    name = parameter.get("name")
    if not isinstance(name, str) or not name:
        raise Refused("the parameter has no name", place=pointer)
    if parameter.get("in") not in _PLACES:
        raise Refused(f"the parameter {name!r} is in {parameter.get('in')!r}", place=f"{pointer}/in",
                      remedy=f"`in` is one of {', '.join(sorted(_PLACES))}")  # fmt: skip
    if parameter["in"] == "path" and name not in in_path:
        raise Refused(f"the path parameter {name!r} does not stand in {path}", place=pointer)
    if "schema" in parameter:
        _schema(parameter["schema"], f"{pointer}/schema")
    _content(parameter, pointer)


def _content(holder: dict[str, Any], pointer: str) -> None:
    for kind, media in _object(holder.get("content", {}), f"{pointer}/content").items():
        where = f"{pointer}/content/{escaped(kind)}"
        if "schema" in _object(media, where):
            _schema(media["schema"], f"{where}/schema")


def _schema(schema: Any, pointer: str) -> None:
    if isinstance(schema, bool):
        return
    _object(schema, pointer)
    kinds = schema.get("type", [])
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if not isinstance(kind, str) or kind not in _TYPES:
            raise Refused(f"there is no type {kind!r}", place=f"{pointer}/type",
                          remedy=f"the types are {', '.join(sorted(_TYPES))}")  # fmt: skip
    for word in _NUMBERS:
        limit = schema.get(word)
        if limit is not None and not isinstance(limit, int | float):
            raise Refused(f"`{word}` is a number", place=f"{pointer}/{word}")
    if "enum" in schema and not _list(schema["enum"], f"{pointer}/enum"):
        raise Refused("the list of values is empty", place=f"{pointer}/enum")
    required = schema.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        raise Refused("`required` is a list of field names", place=f"{pointer}/required")
    for name, part in _object(schema.get("properties", {}), f"{pointer}/properties").items():
        _schema(part, f"{pointer}/properties/{escaped(name)}")
    for word in _SCHEMAS:
        if word in schema:
            _schema(schema[word], f"{pointer}/{word}")
    for word in _SCHEMA_LISTS:
        for index, part in enumerate(_list(schema.get(word, []), f"{pointer}/{word}")):
            _schema(part, f"{pointer}/{word}/{index}")


def _references(tree: dict[str, Any]) -> None:
    """Refuse a `$ref` that leads out of the document, to nowhere, or in a circle of nothing but `$ref`s."""
    for pointer, target in _all_references(tree):
        if not isinstance(target, str) or not target.startswith("#/"):
            raise Refused(f"the $ref {target!r} leads out of the document", place=f"{pointer}/$ref",
                          remedy="bundle the document into one file first")  # fmt: skip
        seen = {pointer}
        value: Any = {"$ref": target}
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            target = value["$ref"]
            if target in seen:
                raise Refused(f"the $ref {target!r} leads to itself", place=f"{pointer}/$ref")
            seen.add(target)
            try:
                value = _at(tree, target)
            except (LookupError, TypeError, ValueError):
                raise Refused(f"the $ref {target!r} leads to nowhere", place=f"{pointer}/$ref") from None
            if not isinstance(value, dict | bool):
                raise Refused(f"the $ref {target!r} does not lead to an object", place=f"{pointer}/$ref")


def _circles(tree: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Refuse a schema that is a part of itself, with no field or list between: nothing can be such a value."""
    done: set[str] = set()

    def visit(reference: str, above: tuple[str, ...]) -> None:
        if reference in above:
            raise Refused("the schema is a part of itself", place=reference.removeprefix("#"))
        if reference not in done:
            for other in _parts(_at(tree, reference)):
                visit(other, (*above, reference))
            done.add(reference)

    for name in schemas:
        visit(f"#/components/schemas/{escaped(name)}", ())


def _parts(schema: Any) -> Iterator[str]:
    """Return the references of which a schema consists."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for word in _SCHEMA_LISTS:
            for part in schema.get(word, ()):
                yield from _parts(part)


def _all_references(tree: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    stack: list[tuple[str, Any]] = [("", tree)]
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, list):
            stack += [(f"{pointer}/{index}", item) for index, item in enumerate(value)]
        elif isinstance(value, dict):
            # A field may be called $ref; a reference is not a schema of its own.
            if "$ref" in value and not pointer.endswith("/properties"):
                yield pointer, value["$ref"]
            # What examples hold is data.
            stack += [
                (f"{pointer}/{escaped(key)}", item)
                for key, item in value.items()
                if key not in ("example", "examples", "default", "enum", "const", "value")
                or pointer.endswith("/properties")
            ]


def _at(tree: dict[str, Any], reference: str) -> Any:
    value: Any = tree
    for part in reference.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def resolved(tree: dict[str, Any], value: Any) -> Any:
    """Return what a value is, or refers to."""
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        value = _at(tree, value["$ref"])
    return value


def _object(value: Any, pointer: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused("an object is needed here", place=pointer or "/")
    return value


def _list(value: Any, pointer: str) -> list[Any]:
    if not isinstance(value, list):
        raise Refused("a list is needed here", place=pointer)
    return value
