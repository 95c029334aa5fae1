"""A value held against a schema of the contract: what is wrong is named by its path, with what to use instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from kaizen_client._contract import SCHEMAS
from kaizen_client.exceptions import KaizenPayloadError

_NAMES: Final = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object with string keys",
    "array": "a list",
    "null": "null",
}
# The words of a schema that speak of one type, where it allows several.
_ONLY_FOR: Final = {
    "minLength": "string", "maxLength": "string", "pattern": "string", "items": "array", "minItems": "array",
    "maxItems": "array", "properties": "object", "additionalProperties": "object", "required": "object",
}  # fmt: skip
_NUMERIC: Final = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
# The bounds that a schema may set: whether a value is within one, and what to do when it is not.
_BOUNDS: Final[dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "minimum": (lambda value, limit: value >= limit, "use {} or more"),
    "maximum": (lambda value, limit: value <= limit, "use {} or less"),
    "exclusiveMinimum": (lambda value, limit: value > limit, "use more than {}"),
    "exclusiveMaximum": (lambda value, limit: value < limit, "use less than {}"),
    "multipleOf": (lambda value, step: value % step == 0, "use a multiple of {}"),
    "minLength": (lambda value, limit: len(value) >= limit, "use {} characters or more"),
    "maxLength": (lambda value, limit: len(value) <= limit, "use {} characters or fewer"),
    "pattern": (lambda value, pattern: re.search(pattern, value) is not None, "use a text that matches {}"),
    "minItems": (lambda value, limit: len(value) >= limit, "use {} entries or more"),
    "maxItems": (lambda value, limit: len(value) <= limit, "use {} entries or fewer"),
}


def _kinds(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the alternatives that a schema allows, each of one type."""
    if "$ref" in schema:
        return _kinds(SCHEMAS[schema["$ref"]])
    if "anyOf" in schema:
        return [kind for part in schema["anyOf"] for kind in _kinds(part)]
    if isinstance(schema.get("type"), list):
        return [
            {key: value for key, value in schema.items() if _speaks_of(key, kind)} | {"type": kind}
            for kind in schema["type"]
        ]
    return [schema]


def _speaks_of(word: str, kind: str) -> bool:
    return kind in ("integer", "number") if word in _NUMERIC else _ONLY_FOR.get(word, kind) == kind


def _is(value: object, kind: str) -> bool:
    match kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list | tuple)
        case _:
            return isinstance(value, dict)


def check(value: Any, schema: Mapping[str, Any], path: str) -> None:
    """Refuse a value that a schema does not allow.

    Args:
        value: a JSON value; what JSON cannot hold is found when it is encoded.
        schema: a schema of the contract's tables; one that says nothing allows anything.
        path: the value's place, for the error.

    Raises:
        KaizenPayloadError: what is wrong, where, and what to use.
    """
    kinds = _kinds(schema)
    if not any("type" in kind for kind in kinds):
        return None
    matching = [kind for kind in kinds if _is(value, kind["type"])]
    if not matching:
        wanted = " or ".join(dict.fromkeys(_described(kind) for kind in kinds))
        raise KaizenPayloadError(f"{wanted} is needed, not {shown(value)}", path=path, remedy=_remedy(value, kinds))
    problems = []
    for kind in matching:
        try:
            return _check_kind(value, kind, path)
        except KaizenPayloadError as error:
            problems.append(error)
    raise problems[0]


def _check_kind(value: Any, kind: Mapping[str, Any], path: str) -> None:
    if value not in kind.get("enum", (value,)):
        allowed = ", ".join(repr(one) for one in kind["enum"])
        raise KaizenPayloadError(f"the value {short(value)} is not allowed", path=path, remedy=f"use one of {allowed}")
    for word, (is_within, remedy) in _BOUNDS.items():
        if word in kind and not is_within(value, kind[word]):
            raise KaizenPayloadError(
                f"the value {short(value)} is not allowed", path=path, remedy=remedy.format(kind[word])
            )
    for index, item in enumerate(value if "items" in kind else ()):
        check(item, kind["items"], f"{path}[{index}]")
    if kind.get("type") == "object":
        _check_object(value, kind, path)


def _check_object(value: dict[str, Any], kind: Mapping[str, Any], path: str) -> None:
    known: Mapping[str, Any] = kind.get("properties", {})
    others = kind.get("additionalProperties", {})
    for key, item in value.items():
        if key in known:
            check(item, known[key], f"{path}.{key}")
        elif isinstance(others, dict) and others:
            check(item, others, f"{path}.{key}")
        elif known and others is not True:
            raise unknown_field(f"{path}.{key}", {f"{path}.{name}": 1 for name in known}, path)
    for key in kind.get("required", ()):
        if key not in value:
            raise KaizenPayloadError("this field is needed", path=f"{path}.{key}", remedy="add it")


@cache
def deprecates_within(component: str) -> bool:
    """Tell whether an object inside a component has a deprecated field, so that calls need not look each time."""
    seen: set[str] = set()

    def found(schema: object, *, top: bool = False) -> bool:
        if isinstance(schema, list):
            return any(map(found, schema))
        if not isinstance(schema, dict):
            return False
        if "$ref" in schema:
            if schema["$ref"] in seen:
                return False
            seen.add(schema["$ref"])
            return found(SCHEMAS[schema["$ref"]])
        fields = schema.get("properties", {})
        own = not top and any(field.get("deprecated") for field in fields.values())
        rest = [part for key, part in schema.items() if key != "properties"]
        return own or any(map(found, [*fields.values(), *rest]))

    return found(SCHEMAS[component], top=True)


def deprecated_in(value: object, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    """Return the paths of the deprecated fields that a checked value has inside."""
    for kind in _kinds(schema):
        if kind.get("type") == "array" and isinstance(value, list | tuple):
            for index, item in enumerate(value):
                yield from deprecated_in(item, kind.get("items", {}), f"{path}[{index}]")
        elif kind.get("type") == "object" and isinstance(value, dict):
            for key, part in kind.get("properties", {}).items():
                if key in value:
                    if part.get("deprecated"):
                        yield f"{path}.{key}"
                    yield from deprecated_in(value[key], part, f"{path}.{key}")


def _described(kind: Mapping[str, Any]) -> str:
    if "enum" in kind:
        return " or ".join(repr(one) for one in kind["enum"])
    if "items" in kind and "type" in kind["items"]:
        return f"a list of {kind['items']['type']}s"
    return _NAMES[kind["type"]]


def shown(value: Any) -> str:
    """Return what a value is, for messages: its type, never itself."""
    return "null" if value is None else f"{type(value).__name__}"


def _remedy(value: Any, kinds: list[Mapping[str, Any]]) -> str:
    wanted = {kind["type"] for kind in kinds}
    if isinstance(value, str) and "array" in wanted:
        return "put it in a list, as in [...]"
    if "object" in wanted:
        return 'give it names, as in {"name": ...}'
    return f"pass {' or '.join(_NAMES[kind] for kind in sorted(wanted - {'null'}))}"


def meant(key: object, known: Iterable[str]) -> str:
    """Return the question whether the nearest known name was meant; nothing where none is near."""
    from difflib import get_close_matches  # Only here: a fault need not be fast.

    close = get_close_matches(str(key), list(known), 1)
    return f"did you mean {close[0]}? " if close else ""


def unknown_field(key: object, known: Mapping[str, Any], name: str) -> KaizenPayloadError:
    """Return the error of a field that an object has not, with what may have been meant."""
    return KaizenPayloadError(
        f"{name} has no such field",
        path=key if isinstance(key, str) else repr(key),
        remedy=f"{meant(key, known)}the fields are {', '.join(known)}; for one newer than this client use extra_body=",
    )


def short(key: object) -> str:
    """Return a value for messages, cut off where it is long."""
    try:
        text = repr(key)
    except ValueError:
        return "with very many digits"
    return text if len(text) <= 40 else f"{text[:40]}..."
