"""Ways to write a document differently that say the same: nothing is to be found in any of them."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

from tests.upstream.documents import Document, ref

#: The ways, by name.
SAME: Final[dict[str, Callable[[Document], Document]]] = {}


def same(edit: Callable[[Document], Document]) -> Callable[[Document], Document]:
    """Know a function by its name in `SAME`."""
    SAME[edit.__name__] = edit
    return edit


def everywhere(node: Any, edit: Callable[[Document], Document]) -> Any:
    """Return a tree with every dict in it edited, the innermost first."""
    if isinstance(node, list):
        return [everywhere(part, edit) for part in node]
    if not isinstance(node, dict):
        return node
    return edit({key: everywhere(part, edit) for key, part in node.items()})


def schemas_edited(document: Document, edit: Callable[[Document], Document]) -> Document:
    """Return a document with everything below its components edited."""
    components = {
        name: {**schema, "properties": {key: everywhere(part, edit) for key, part in schema["properties"].items()}}
        for name, schema in document["components"]["schemas"].items()
    }
    return {**document, "components": {"schemas": components}}


@same
def keys_in_another_order(document: Document) -> Document:
    reordered: Document = everywhere(document, lambda node: dict(reversed(node.items())))
    return reordered


@same
def other_titles(document: Document) -> Document:
    return schemas_edited(document, lambda node: {**node, "title": "X"} if isinstance(node.get("title"), str) else node)


@same
def no_titles(document: Document) -> Document:
    def bare(node: Document) -> Document:
        return {key: part for key, part in node.items() if key != "title"}

    return schemas_edited(document, bare)


@same
def other_descriptions(document: Document) -> Document:
    anew = {"summary": "Anew", "description": "Anew.", "tags": ["anew"]}
    described = schemas_edited(document, lambda node: {**node, "description": "Anew."} if "anyOf" in node else node)
    described = _each_operation(described, lambda _, operation: {**operation, **anew})
    described["info"] = {"title": "Kaizen", "version": "7.3.1", "description": "Anew."}
    return {**described, "tags": [{"name": "anew"}], "servers": [{"url": "/"}]}


@same
def examples_given(document: Document) -> Document:
    return schemas_edited(document, lambda node: {**node, "examples": [None]} if "anyOf" in node else node)


@same
def other_operation_ids(document: Document) -> Document:
    return _each_operation(
        document, lambda path, operation: {**operation, "operationId": f"op{path.replace('/', '-')}"}
    )


@same
def no_operation_ids(document: Document) -> Document:
    def nameless(_: str, operation: Document) -> Document:
        return {key: part for key, part in operation.items() if key != "operationId"}

    return _each_operation(document, nameless)


@same
def schemas_written_in_line(document: Document) -> Document:
    def in_line(node: Document) -> Document:
        if "$ref" not in node:
            return node
        component = document["components"]["schemas"][str(node["$ref"]).rsplit("/", 1)[-1]]
        inner: Document = everywhere(deepcopy(component), in_line)
        return inner

    whole: Document = everywhere({**document, "components": {}}, in_line)
    return whole


@same
def bodies_behind_references(document: Document) -> Document:
    bodies: Document = {}

    def behind(path: str, operation: Document) -> Document:
        if "requestBody" not in operation:
            return operation
        name = path.strip("/").replace("/", "-")
        bodies[name] = operation["requestBody"]
        return {**operation, "requestBody": {"$ref": f"#/components/requestBodies/{name}"}}

    found = _each_operation(document, behind)
    return {**found, "components": {**document["components"], "requestBodies": bodies}}


@same
def components_by_other_names(document: Document) -> Document:
    def renamed(node: Document) -> Document:
        return ref(f"app__{str(node['$ref']).rsplit('/', 1)[-1]}") if "$ref" in node else node

    found: Document = everywhere(document, renamed)
    schemas = found["components"]["schemas"]
    return {**found, "components": {"schemas": {f"app__{name}": schema for name, schema in schemas.items()}}}


@same
def all_of_one(document: Document) -> Document:
    found: Document = everywhere(document, lambda node: {"allOf": [node]} if "$ref" in node else node)
    return found


@same
def one_of_for_any_of(document: Document) -> Document:
    def renamed(node: Document) -> Document:
        return {"oneOf" if key == "anyOf" else key: part for key, part in node.items()}

    return schemas_edited(document, renamed)


@same
def null_first(document: Document) -> Document:
    def turned(node: Document) -> Document:
        return {**node, "anyOf": list(reversed(node["anyOf"]))} if "anyOf" in node else node

    return schemas_edited(document, turned)


@same
def types_in_a_list(document: Document) -> Document:
    def listed(node: Document) -> Document:
        parts = node.get("anyOf", ())
        if len(parts) != 2 or not all("type" in part for part in parts):
            return node
        rest = {key: part for key, part in node.items() if key != "anyOf"}
        return {**parts[1], **parts[0], "type": [part["type"] for part in parts], **rest}

    return schemas_edited(document, listed)


@same
def bounds_that_are_excluded(document: Document) -> Document:
    def excluded(node: Document) -> Document:
        if node.get("minimum") != 1:
            return node
        return {**{key: part for key, part in node.items() if key != "minimum"}, "exclusiveMinimum": 0}

    return schemas_edited(document, excluded)


@same
def an_unused_component(document: Document) -> Document:
    components = document["components"]["schemas"]
    unused = {"type": "object", "properties": {"self": ref("Unused")}}
    return {**document, "components": {"schemas": {**components, "Unused": unused}}}


@same
def extensions(document: Document) -> Document:
    found = _each_operation(document, lambda _, operation: {**operation, "x-internal": {"owner": "a team"}})
    return {**found, "x-generated-by": "a tool"}


def _each_operation(document: Document, edit: Callable[[str, Document], Document]) -> Document:
    paths = {
        path: {method: edit(path, operation) for method, operation in item.items()}
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths}
