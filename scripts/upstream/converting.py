"""A schema of a published document, written by the rules of the contract.

Objects that say what is in them, and lists of values, become components; titles go; a default becomes
`x-service-default` and a sentence; what a reply holds is open and may be null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final, Literal

from _facade import placeholder
from _names import class_name, python_name
from ruamel.yaml.comments import CommentedMap

from upstream import contract_file as file
from upstream.reading import Document
from upstream.refusals import NotMechanical
from upstream.shapes import ANY, Place, Shape, covers, shapes

Direction = Literal["request", "reply"]
#: A free-form object of this name is the shared component of the same name.
_SHARED: Final = {"metadata": "Metadata"}
_BOUNDS: Final = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
    "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
)  # fmt: skip
#: What generated models call their own, in which a field of that name does not work.
_OF_MODELS: Final = frozenset(
    {"to_dict", "from_dict", "additional_properties", "additional_keys", "field_dict", "src_dict", "d", "cls"}
)
_DEFAULT: Final = re.compile(r" ?The service's default is [^.;]*[.;]?")


class Converter:
    """Writes schemas into a contract.

    Args:
        contract: the contract, which gets the components.
        undescribed: gets the pointers of what the document does not describe.
        known: the document's components that are the contract's of the same name, whatever they say.
        taken: names that no new component can have.
    """

    def __init__(self, contract: CommentedMap, undescribed: list[str], known: set[str], taken: set[str]) -> None:
        self.contract = contract
        self.taken = taken
        self.known = known
        self.undescribed = undescribed
        self._made: dict[tuple[str, str], str] = {}

    @property
    def schemas(self) -> CommentedMap:
        """The contract's schema components."""
        found: CommentedMap = self.contract["components"]["schemas"]
        return found

    def field(self, place: Place, owner: str, name: str, direction: Direction) -> CommentedMap:
        """Return the schema of a field of the component `owner`, with its description.

        Args:
            place: the field in the document.
            owner: the contract's component that it goes into.
            name: its name.
            direction: whether it is sent or received.
        """
        # A reference stands in one line by itself, and in lines of its own beside a description.
        made = file.block(**self.schema(place, f"{owner}{class_name(name)}", direction, owner, name))
        text = place.says("description")
        if not text:
            self.undescribed.append(f"/components/schemas/{owner}/properties/{name}")
            text = placeholder(name)
        default = place.says("default") if direction == "request" else None
        made["description"] = file.words(with_default(str(text), default))
        if default is not None:
            made["x-service-default"] = file.in_line(default) if isinstance(default, dict | list) else default
        if place.says("deprecated"):
            made["deprecated"] = True
        return made

    def schema(self, place: Place, name: str, direction: Direction, after: str | None, field: str = "") -> CommentedMap:
        """Return a schema by the contract's rules.

        Args:
            place: the schema in the document.
            name: what a component is called that has no name of its own there.
            direction: whether its values are sent or received.
            after: the component behind which new ones stand.
            field: the field that has the schema, where it is one.
        """
        found = shapes(place)
        if any(shape.kind == ANY and shape.enum is None for shape in found):
            return file.block()
        nullable = any(shape.kind == "null" for shape in found) or (direction == "reply" and bool(field))
        parts: list[CommentedMap] = []
        for shape in found:
            if shape.kind != "null":
                part = self._part(shape, name, direction, after, field)
                if part not in parts:
                    parts.append(part)
        if len(parts) == 1 and not (nullable and "$ref" in parts[0]):
            if nullable and "type" in parts[0]:
                parts[0]["type"] = file.in_line([parts[0]["type"], "null"])
            return parts[0]
        return file.block(anyOf=file.sequence([*parts, *([file.block(type=file.quoted("null"))] if nullable else [])]))

    def _part(self, shape: Shape, name: str, direction: Direction, after: str | None, field: str) -> CommentedMap:
        if shape.kind == ANY:
            return file.block()
        if shape.kind == "object":
            return file.reference(self._object(shape, name, direction, after, field))
        if shape.enum is not None and direction == "request":
            return file.reference(self._values(shape, name, after))
        made = file.block(type=shape.kind)
        if shape.kind == "array":
            items = shape.items
            inner = None if items is None else self.schema(items, f"{name}Item", direction, after)
            made["items"] = file.block() if inner is None else inner
        if direction == "request":
            made.update({word: shape.bounds[word] for word in _BOUNDS if shape.bounds.get(word) is not None})
            if shape.kind == "string" and "format" in shape.bounds:
                # The generator would make other types of some formats than JSON has.
                made["x-service-format"] = shape.bounds["format"]
        return made

    def _values(self, shape: Shape, name: str, after: str | None) -> str:
        values = [json.loads(value) for value in sorted(shape.enum or ())]
        node = shape.place.node if isinstance(shape.place.node, dict) else {}
        order = [value for value in node.get("enum", []) if value in values] or values
        described = node.get("description") or f"One of {', '.join(f'`{value}`' for value in order)}."
        made = file.block(type=shape.kind, enum=file.in_line(order), description=file.words(described))
        return self._component(shape.place.component or name, made, after)

    def _object(self, shape: Shape, name: str, direction: Direction, after: str | None, field: str) -> str:
        if not shape.properties and not isinstance(shape.extra, Place):
            if (shared := _SHARED.get(field)) in self.schemas and shared is not None:
                return shared
            made = file.block(type="object", description=f"The service's `{field or name}`, any JSON object.")
            made["additionalProperties"] = True
            return self._component(shape.place.component or class_name(field) or name, made, after)
        return self.component(shape, shape.place.component or name, direction, after)

    def component(self, shape: Shape, name: str, direction: Direction, after: str | None) -> str:
        """Write an object as a component; return its name, another one where the name means something else here."""
        key = (shape.place.pointer, direction)
        if key in self._made:
            return self._made[key]
        theirs, name = name, class_name(name)
        same = direction == "request" and theirs in self.known
        if name in self.schemas and (same or self._means(name, shape)):
            self._made[key] = name
            return name
        name = self.free(name)
        self._made[key] = name
        text = shape.place.node.get("description") if isinstance(shape.place.node, dict) else None
        if not text:
            self.undescribed.append(f"/components/schemas/{name}")
        made = file.block(type="object", description=file.words(str(text or f"The service's {name}.")))
        file.insert_after(self.schemas, after, name, made)
        must = [one for one in shape.properties if one in shape.required]
        if must and direction == "request":
            made["required"] = file.in_line(must)
        if shape.properties:
            made["properties"] = file.block()
        refuse_names(shape.properties, name)
        for field, place in shape.properties.items():
            made["properties"][field] = self.field(place, name, field, direction)
        if isinstance(shape.extra, Place):
            made["additionalProperties"] = self.schema(shape.extra, f"{name}Value", direction, name)
        elif shape.extra is False and direction == "request":
            made["additionalProperties"] = False
        return name

    def _component(self, name: str, made: CommentedMap, after: str | None) -> str:
        name = class_name(name)
        if name in self.schemas:
            here = Document("", "", file.plain(self.contract))
            there = Document("", "", {"schema": file.plain(made)})
            one = shapes(Place(here, f"/components/schemas/{name}", here.at(f"/components/schemas/{name}")))
            two = shapes(Place(there, "/schema", there.at("/schema")))
            if covers(one, two) and covers(two, one):
                return name
        name = self.free(name)
        file.insert_after(self.schemas, after, name, made)
        return name

    def _means(self, name: str, shape: Shape) -> bool:
        here = Document("", "", file.plain(self.contract))
        own = shapes(Place(here, f"/components/schemas/{name}", here.at(f"/components/schemas/{name}")))
        return covers(own, [shape]) and covers([shape], own)

    def free(self, name: str) -> str:
        """Return a name that no component has, and nothing else that users import."""
        made, number = name, 1
        while made in self.schemas or made in self.taken:
            made = f"{name}Model" if number == 1 else f"{name}{number}"
            number += 1
        return made


def refuse_names(fields: Iterable[str], owner: str) -> None:
    """Refuse fields that a generated model cannot have.

    Raises:
        NotMechanical: two would have one name in Python, or one has a name that the model needs itself.
    """
    seen: set[str] = set()
    for field in fields:
        name = python_name(field)
        if name in _OF_MODELS or field == "$ref":
            raise NotMechanical(f"the generated model {owner} cannot have a field {field!r}; send it with extra_body")
        if name in seen:
            raise NotMechanical(f"two fields of {owner} would be called {name} in Python; write one of them by hand")
        seen.add(name)


def with_default(text: str, default: Any) -> str:
    """Return a description with the sentence that tells the service's default; without it where there is none."""
    text = _DEFAULT.sub("", text).strip()
    text = text if not text or text.endswith(".") else f"{text}."
    return text if default is None else f"{text} The service's default is {json.dumps(default)}.".strip()
