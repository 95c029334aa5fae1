"""The contract's examples after a change: ones that no longer hold are mended, missing ones are made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
from _sample import sample
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from ruamel.yaml.comments import CommentedMap

from upstream import contract_file as file


def mend(contract: CommentedMap) -> list[str]:
    """Make every example of the contract valid by it; return the names of the ones that were made up or mended."""
    valid = _Validity(contract)
    examples = contract["components"]["examples"]
    changed = []
    for media in _media(contract):
        schema = file.plain(media["schema"])
        for one in media.get("examples", {}).values():
            name = str(one["$ref"]).rsplit("/", 1)[-1]
            if name not in examples:
                examples[name] = file.block(value=file.example(valid.sample(schema)))
                changed.append(name)
            elif not valid.allows(schema, value := file.plain(examples[name]["value"])):
                examples[name]["value"] = file.example(valid.mended(schema, value))
                changed.append(name)
    for name, schema in contract["components"]["schemas"].items():
        _mend_schema(schema, {"$ref": f"#/components/schemas/{name}"}, valid)
        for part in schema.get("properties", {}).values():
            _mend_schema(part, file.plain(part), valid)
    return changed


def _mend_schema(node: CommentedMap, schema: dict[str, Any], valid: _Validity) -> None:
    if "example" in node and not valid.allows(schema, file.plain(node["example"])):
        del node["example"]
    if "examples" in node and not all(valid.allows(schema, value) for value in file.plain(node["examples"])):
        del node["examples"]


def _media(contract: CommentedMap) -> Iterator[CommentedMap]:
    for item in contract["paths"].values():
        for operation in item.values():
            holders = [operation.get("requestBody", {}), *operation["responses"].values()]
            for holder in [*holders, *contract["components"]["responses"].values()]:
                yield from (media for media in holder.get("content", {}).values() if "schema" in media)


class _Validity:
    """Validates values against the schemas of a contract, and makes ones that are valid."""

    def __init__(self, contract: CommentedMap) -> None:
        self.plain = file.plain(contract)
        resource = Resource.from_contents(self.plain, default_specification=DRAFT202012)
        self.registry: Registry[Any] = Registry().with_resource("urn:contract", resource)

    def allows(self, schema: dict[str, Any], value: Any) -> bool:
        """Tell whether a schema of the contract allows a value."""
        return not list(self._errors(schema, value))

    def _errors(self, schema: dict[str, Any], value: Any) -> Iterator[jsonschema.ValidationError]:
        return jsonschema.Draft202012Validator(_absolute(schema), registry=self.registry).iter_errors(value)

    def mended(self, schema: dict[str, Any], value: Any) -> Any:
        """Return a value with what is missing or wrong in it made up."""
        for _ in range(20):
            error = next(iter(self._errors(schema, value)), None)
            if error is None:
                return value
            value = self._with_one_less(_deepest(error), value)
            if value is None:
                break
        return self.sample(schema)

    def _with_one_less(self, error: jsonschema.ValidationError, value: Any) -> Any:
        """Return a value with one error mended, None where that cannot be done."""
        at = list(error.absolute_path)
        holder = value
        for part in at[:-1]:
            holder = holder[part]
        if error.validator == "required":
            inner = holder[at[-1]] if at else value
            schema: Any = error.schema
            for name in schema["required"]:
                if name not in inner:
                    inner[name] = self.sample(schema.get("properties", {}).get(name, {}))
            return value
        if not at:
            return None
        holder[at[-1]] = self.sample(error.schema if isinstance(error.schema, dict) else {})
        return value

    def sample(self, schema: dict[str, Any]) -> Any:
        """Return a small value that a schema allows."""
        return sample(schema, self.plain["components"]["schemas"])


def _deepest(error: jsonschema.ValidationError) -> jsonschema.ValidationError:
    """Return the part of a failed alternative that came furthest: the least that has to be mended."""
    while error.context:
        error = max(error.context, key=lambda one: (len(one.absolute_path), one.validator != "type"))
    return error


def _absolute(schema: Any) -> Any:
    """Return a schema whose references lead into the registered contract."""
    if isinstance(schema, list):
        return [_absolute(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: f"urn:contract{value}" if key == "$ref" and str(value).startswith("#") else _absolute(value)
        for key, value in schema.items()
    }
