"""What a schema means: which values it allows, whatever way it is written (3.0 or 3.1, referred to or in line)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from upstream.reading import Document, escaped

ANY: Final = "any"
_BOUNDS: Final[dict[str, tuple[str, ...]]] = {
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "array": ("minItems", "maxItems", "uniqueItems"),
    "object": ("minProperties", "maxProperties"),
}
# What a schema speaks of that does not say its type.
_HINTS: Final = {
    "object": frozenset({"properties", "required", "additionalProperties", *_BOUNDS["object"]}),
    "array": frozenset({"items", *_BOUNDS["array"]}),
    "string": frozenset(_BOUNDS["string"]),
    "number": frozenset(_BOUNDS["number"]),
}
_LOW: Final = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_HIGH: Final = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_KINDS: Final[tuple[tuple[type, str], ...]] = (
    (bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A schema where it stands in a document."""

    document: Document
    pointer: str
    node: Any

    def below(self, *parts: str) -> Place:
        """Return the place of a part."""
        node = self.node
        for part in parts:
            node = node[int(part)] if isinstance(node, list) else node[part]
        return Place(self.document, self.pointer + "".join(f"/{escaped(part)}" for part in parts), node)

    def followed(self) -> Place:
        """Return the place that a chain of `$ref`s leads to; itself where there is none."""
        place = self
        while isinstance(place.node, dict) and isinstance(reference := place.node.get("$ref"), str):
            place = Place(place.document, reference[1:], place.document.at(reference[1:]))
        return place

    @property
    def component(self) -> str | None:
        """The name of the schema component that this refers to, or is."""
        pointer = self.followed().pointer
        parts = pointer.split("/")
        return parts[3] if len(parts) == 4 and parts[1:3] == ["components", "schemas"] else None

    def says(self, word: str) -> Any:
        """Return what the schema says by a word such as `deprecated`, beside a reference or behind it."""
        place: Place | None = self
        seen: set[str] = set()
        while place is not None and isinstance(place.node, dict) and place.pointer not in seen:
            if place.node.get(word) is not None:
                return place.node[word]
            seen.add(place.pointer)
            place = place._one_behind()
        return None

    def _one_behind(self) -> Place | None:
        if "$ref" in self.node:
            return Place(self.document, self.node["$ref"][1:], self.document.at(self.node["$ref"][1:]))
        if len(self.node.get("allOf", ())) == 1:
            return self.below("allOf", "0")
        return None


@dataclass(frozen=True)
class Shape:
    """One kind of value that a schema allows."""

    kind: str
    place: Place
    #: The values it may have, as JSON, where they are listed.
    enum: frozenset[str] | None = None
    bounds: dict[str, Any] = field(default_factory=dict)
    items: Place | None = None
    properties: dict[str, Place] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    #: Whether an object takes other fields: yes, no, or ones of a schema.
    extra: bool | Place = True

    @property
    def is_open(self) -> bool:
        """Whether it is an object of which nothing is said."""
        return self.kind == "object" and not self.properties and self.extra is True


def shapes(place: Place) -> list[Shape]:
    """Return the kinds of values that a schema allows."""
    found = list(_unique(_shapes(place)))
    free = {shape.kind for shape in found if _is_free(shape)}
    if {"string", "number", "boolean", "object", "array", "null"} <= free:
        # All kinds of values are any value.
        return [_shape(ANY, place, {})]
    return found


def _is_free(shape: Shape) -> bool:
    return not (shape.enum or shape.bounds or shape.items or shape.properties) and shape.extra is True


def _unique(found: Iterator[Shape]) -> Iterator[Shape]:
    seen: set[tuple[str, str]] = set()
    for shape in found:
        key = (shape.kind, "" if shape.kind in ("null", "boolean", ANY) and not shape.enum else shape.place.pointer)
        if key not in seen:
            seen.add(key)
            yield shape


def _shapes(place: Place) -> Iterator[Shape]:
    node = {} if place.node is True else place.node
    if node is False:
        return
    # A schema allows what all its parts allow at once.
    parts: list[list[Shape]] = []
    if "$ref" in node:
        parts.append(list(_shapes(place.followed())))
    for word in ("anyOf", "oneOf"):
        if word in node:
            below = [place.below(word, str(index)) for index in range(len(node[word]))]
            parts.append([shape for one in below for shape in _shapes(one)])
    parts += [list(_shapes(place.below("allOf", str(index)))) for index in range(len(node.get("allOf", ())))]
    if {"type", "enum", "const"} & set(node) or not parts:
        parts.append(list(_plain(place, node)))
        found = parts[0]
    else:
        # Bounds beside a reference or alternatives hold of values of their kind alone.
        found = [_bounded(shape, place, node) for shape in parts[0]]
    for other in parts[1:]:
        found = [both for one in found for two in other if (both := _both(one, two, place)) is not None]
    yield from found
    if node.get("nullable") is True:
        yield _shape("null", place, {})


def _bounded(shape: Shape, place: Place, node: dict[str, Any]) -> Shape:
    kind = "number" if shape.kind == "integer" else shape.kind
    if not _HINTS.get(kind, frozenset()) & set(node):
        return shape
    return _both(shape, _shape(shape.kind, place, node), place) or shape


def _both(one: Shape, two: Shape, place: Place) -> Shape | None:
    """Return what two shapes allow at once; None where that is nothing."""
    if one.kind == ANY and one.enum is None:
        return two
    if two.kind == ANY and two.enum is None:
        return one
    kinds = {one.kind, two.kind}
    if len(kinds) > 1 and kinds != {"integer", "number"}:
        return None
    enum = one.enum if two.enum is None else two.enum if one.enum is None else one.enum & two.enum
    if enum is not None and not enum:
        return None
    extras = [shape.extra for shape in (one, two) if shape.extra is not True]
    return Shape(
        "integer" if "integer" in kinds else one.kind,
        place,
        enum,
        {**one.bounds, **two.bounds},
        two.items or one.items,
        {**one.properties, **two.properties},
        one.required | two.required,
        extras[0] if extras else True,
    )


def _plain(place: Place, node: dict[str, Any]) -> Iterator[Shape]:
    values = [node["const"]] if "const" in node else node.get("enum")
    kinds = node.get("type")
    if kinds is None:
        if values is not None:
            kinds = list(dict.fromkeys(map(_kind_of, values)))
        else:
            kinds = next((kind for kind, words in _HINTS.items() if words & set(node)), ANY)
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        own = None if values is None else [value for value in values if _fits(value, kind)]
        if own is None or own:
            yield _shape(kind, place, node, own)
    if values is not None and None in values and "null" not in (kinds if isinstance(kinds, list) else [kinds]):
        yield _shape("null", place, {})


def _shape(kind: str, place: Place, node: dict[str, Any], values: list[Any] | None = None) -> Shape:
    enum = None if values is None or kind == "null" else frozenset(json.dumps(value) for value in values)
    if kind == "boolean" and enum == frozenset({"true", "false"}):
        enum = None
    bounds = {word: node[word] for word in _BOUNDS.get(kind, ()) if _is_set(node.get(word))}
    if kind == "string" and "x-service-format" in node:
        # The contract's way to say it, since the generator would make other types of it.
        bounds["format"] = node["x-service-format"]
    for side in ("Minimum", "Maximum"):
        # OpenAPI 3.0 says with a boolean that the bound itself is excluded.
        if bounds.get(f"exclusive{side}") is True:
            bounds[f"exclusive{side}"] = bounds.pop(side.lower(), None)
    if kind == "integer":
        bounds = _whole(bounds)
    extra = node.get("additionalProperties", True)
    inner = place.node if isinstance(place.node, dict) else {}
    if isinstance(extra, dict):
        extra = place.below("additionalProperties") if extra and "additionalProperties" in inner else True
    return Shape(
        kind,
        place,
        enum,
        bounds,
        place.below("items") if kind == "array" and "items" in inner else None,
        {name: place.below("properties", name) for name in inner.get("properties", {})} if kind == "object" else {},
        frozenset(node.get("required", ())) if kind == "object" else frozenset(),
        extra if kind == "object" else True,
    )


def _is_set(limit: Any) -> bool:
    # 0 is a bound, and equal to False.
    return limit is not None and limit is not False


def _whole(bounds: dict[str, Any]) -> dict[str, Any]:
    bounds = dict(bounds)
    for word, plain, step in (("exclusiveMinimum", "minimum", 1), ("exclusiveMaximum", "maximum", -1)):
        if (limit := bounds.pop(word, None)) is not None:
            bounds[plain] = int(limit) + step
    return bounds


def _kind_of(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "null")


def _fits(value: object, kind: str) -> bool:
    found = _kind_of(value)
    return found == kind or (kind == "number" and found == "integer") or kind == ANY


# --- which of two allows more ---------------------------------------------------------------------------------------


def covers(wide: list[Shape], narrow: list[Shape], seen: frozenset[tuple[str, str]] = frozenset()) -> bool:
    """Tell whether every value that `narrow` allows is one that `wide` allows."""
    return all(_covered(shape, wide, seen) for shape in narrow)


def _covered(shape: Shape, wide: list[Shape], seen: frozenset[tuple[str, str]]) -> bool:
    if any(_covers_one(other, shape, seen) for other in wide):
        return True
    if shape.enum and shape.kind != ANY:
        # The values of one may be spread over several of the others.
        parts = [Shape(shape.kind, shape.place, frozenset({one})) for one in shape.enum]
        return len(parts) > 1 and all(any(_covers_one(other, part, seen) for other in wide) for part in parts)
    return False


def _covers_one(wide: Shape, narrow: Shape, seen: frozenset[tuple[str, str]]) -> bool:
    if wide.kind == ANY:
        return wide.enum is None or (narrow.enum is not None and narrow.enum <= wide.enum)
    if wide.kind != narrow.kind and not (wide.kind == "number" and narrow.kind == "integer"):
        return False
    if wide.enum is not None and not (narrow.enum is not None and narrow.enum <= wide.enum):
        return False
    if narrow.enum is None and not all(_within(word, limit, narrow) for word, limit in wide.bounds.items()):
        return False
    here = (wide.place.pointer, narrow.place.pointer)
    if here in seen:
        return True
    seen |= {here}
    if wide.kind == "array" and wide.items is not None:
        inner = shapes(narrow.items) if narrow.items else [_shape(ANY, narrow.place, {})]
        return covers(shapes(wide.items), inner, seen)
    return wide.kind != "object" or _covers_object(wide, narrow, seen)


def _covers_object(wide: Shape, narrow: Shape, seen: frozenset[tuple[str, str]]) -> bool:
    if not wide.required <= narrow.required:
        return False
    for name, part in wide.properties.items():
        other = narrow.properties.get(name)
        if other is None and isinstance(narrow.extra, Place):
            other = narrow.extra
        if other is not None and not covers(shapes(part), shapes(other), seen):
            return False
    if wide.extra is True:
        return True
    others = [part for name, part in narrow.properties.items() if name not in wide.properties]
    if wide.extra is False:
        return not others and narrow.extra is False
    inner = [*others, *([narrow.extra] if isinstance(narrow.extra, Place) else [])]
    return narrow.extra is not True and all(covers(shapes(wide.extra), shapes(one), seen) for one in inner)


def _within(word: str, limit: Any, narrow: Shape) -> bool:
    other = narrow.bounds.get(word)
    if other is None:
        return False
    if word in _LOW:
        return bool(other >= limit)
    if word in _HIGH:
        return bool(other <= limit)
    return bool(other == limit)


# --- as a person reads it -------------------------------------------------------------------------------------------


def shown(found: list[Shape], depth: int = 2) -> str:
    """Return the kinds of values of a schema in a few words, such as `integer >= 1, or null`."""
    if not found:
        return "nothing"
    words = list(dict.fromkeys(_shown(shape, depth) for shape in sorted(found, key=lambda one: one.kind == "null")))
    return " or ".join(words)


def _shown(shape: Shape, depth: int) -> str:
    if shape.enum is not None:
        return " or ".join(sorted(shape.enum))
    if shape.kind == ANY:
        return "any value"
    if shape.kind == "array":
        items = "" if shape.items is None or not depth else f" of {shown(shapes(shape.items), depth - 1)}"
        return " ".join(["array" + items, *_shown_bounds(shape.bounds)])
    if shape.kind == "object" and isinstance(shape.extra, Place) and not shape.properties and depth:
        return f"object of {shown(shapes(shape.extra), depth - 1)}"
    if shape.kind == "object" and shape.place.component:
        return f"object {shape.place.component}"
    return " ".join([shape.kind, *_shown_bounds(shape.bounds)])


def _shown_bounds(bounds: dict[str, Any]) -> list[str]:
    signs = {"minimum": ">= ", "maximum": "<= ", "exclusiveMinimum": "> ", "exclusiveMaximum": "< "}
    words = []
    for word, limit in bounds.items():
        if word in signs:
            words.append(f"{signs[word]}{limit}")
        elif word in ("pattern", "format"):
            words.append(f"({word} {limit})")
        else:
            words.append("(unique)" if limit is True else f"({word} {limit})")
    return words
