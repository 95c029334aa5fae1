"""The contract, and what validates against it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

CONTRACT = Path(__file__).resolve().parents[2] / "openapi.yaml"


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def validate(contract: dict[str, Any]) -> Callable[[str, Any], None]:
    """Validate a value against a component, by its name."""
    resource = Resource.from_contents(contract, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:contract", resource)

    def check(component: str, value: Any) -> None:
        schema = {"$ref": f"urn:contract#/components/schemas/{component}"}
        jsonschema.Draft202012Validator(schema, registry=registry).validate(value)

    return check


@pytest.fixture(scope="session")
def component_of(contract: dict[str, Any]) -> Callable[[str, str, int | None], str]:
    """Return the component of a route's request, or of its reply with a status."""

    def find(method: str, path: str, status: int | None = None) -> str:
        operation = contract["paths"][path][method.lower()]
        if status is None:
            part = operation["requestBody"]
        else:
            part = operation["responses"].get(str(status)) or operation["responses"][f"{status // 100}XX"]
            if "$ref" in part:
                part = contract["components"]["responses"][part["$ref"].rsplit("/", 1)[-1]]
        return str(part["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1])

    return find
