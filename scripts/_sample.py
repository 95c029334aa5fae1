"""A small value that a schema of the contract allows, for examples."""

from __future__ import annotations

from typing import Any, Final

#: Where a schema that must hold itself is given up.
_DEEPEST: Final = -8


def sample(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 3) -> Any:
    """Return a small value that a schema allows; an object has the fields it must have, or all where none must be."""
    if depth < _DEEPEST:
        return None
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, depth)
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return sample(schema[word][0], schemas, depth)
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type")
    match kinds[0] if isinstance(kinds, list) else kinds:
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
        case "array":
            return [sample(schema.get("items", {}), schemas, depth - 1)] * schema.get("minItems", 0)
        case "object":
            fields = schema.get("properties", {})
            names = schema.get("required", fields if depth else ())
            return {name: sample(fields[name], schemas, depth - 1) for name in names if name in fields}
        case _:
            least = schema.get("minLength", 0)
            return "text".ljust(least, "x")[: max(least, schema.get("maxLength", 4))]


def _number(schema: dict[str, Any]) -> Any:
    step = schema.get("multipleOf", 1)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    if low is None:
        return min(step, schema.get("maximum", step))
    return low if "minimum" in schema and low % step == 0 else (low // step + 1) * step
