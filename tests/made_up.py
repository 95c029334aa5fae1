"""Values made up from the contract, for fields and routes that a table of tests does not name."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from kaizen_client._contract import SCHEMAS

ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=3,
)


def sample(schema: dict[str, Any]) -> Any:
    """Return one value that a schema of the contract allows, with every field of an object."""
    if "$ref" in schema:
        return sample(SCHEMAS[schema["$ref"]])
    if "anyOf" in schema:
        return sample(schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type", "string")
    match kinds[0] if isinstance(kinds, list) else kinds:
        case "integer" | "number":
            return _least(schema)
        case "boolean":
            return True
        case "array":
            return [sample(schema.get("items", {})) for _ in range(schema.get("minItems", 1))]
        case "object":
            return {name: sample(part) for name, part in schema.get("properties", {}).items()}
        case _:
            return "x" * max(1, schema.get("minLength", 1))


def _least(schema: dict[str, Any]) -> int:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    return int(min(low, schema.get("maximum", low)))


def strategy(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values that a schema of the contract allows."""
    if "$ref" in schema:
        return strategy(SCHEMAS[schema["$ref"]])
    if "anyOf" in schema:
        return st.one_of([strategy(part) for part in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema.get("type")
    if kinds is None:
        return ANY_JSON
    return st.one_of([_of_kind(kind, schema) for kind in (kinds if isinstance(kinds, list) else [kinds])])


def _of_kind(kind: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer" | "number":
            low = _least(schema)
            return st.integers(low, max(low, schema.get("maximum", low + 5)))
        case "string":
            least = schema.get("minLength", 0)
            return st.text("ab", min_size=least, max_size=schema.get("maxLength", least + 3))
        case "array":
            least = schema.get("minItems", 0)
            return st.lists(strategy(schema.get("items", {})), min_size=least, max_size=least + 2)
        case _:
            fields = {name: strategy(part) for name, part in schema.get("properties", {}).items()}
            must = {name: fields.pop(name) for name in schema.get("required", ())}
            if must or fields:
                return st.fixed_dictionaries(must, optional=fields)
            return st.dictionaries(st.text("ab", max_size=2), ANY_JSON, max_size=2)
