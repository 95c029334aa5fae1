"""Two documents compared by meaning: `compare(contract, published)` gives what the published one changes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from upstream.checking import METHODS
from upstream.findings import Finding
from upstream.reading import Document, escaped
from upstream.refusals import Refused
from upstream.shapes import ANY, Place, Shape, covers, shapes, shown

#: Header fields that OpenAPI ignores as parameters, and those that the client sends by itself.
_SENT: Final = frozenset({"accept", "content-type", "authorization", "x-api-key", "x-request-id", "user-agent"})
#: Words of schemas whose meaning is not compared; a person has to look.
_NOT_COMPARED: Final = frozenset(
    {"not", "if", "prefixItems", "contains", "propertyNames", "patternProperties", "dependentRequired",
     "dependentSchemas", "unevaluatedProperties", "unevaluatedItems", "readOnly", "writeOnly"}
)  # fmt: skip
_SUCCESS: Final = re.compile(r"2\d\d|2XX")


@dataclass(frozen=True)
class Route:
    """One operation of a document."""

    document: Document
    #: With the base path of the document's server.
    path: str
    method: str
    #: The path item, behind a reference.
    item: Place
    operation: dict[str, Any]
    #: The base path of the document's server.
    base: str = ""

    @property
    def pointer(self) -> str:
        """The JSON pointer of the operation."""
        return f"{self.item.pointer}/{self.method}"

    @property
    def name(self) -> str:
        """The method and path, such as `POST /v1/compress`."""
        return f"{self.method.upper()} {self.path}"

    @property
    def template(self) -> tuple[str, str]:
        """What tells routes apart: the method, and the path without the names of its parameters."""
        return self.method, re.sub(r"\{[^{}]*\}", "{}", self.path)

    def place(self, *parts: str) -> Place:
        """Return a place below the operation, with references on the way followed."""
        place = Place(self.document, self.pointer, self.operation)
        for part in parts:
            place = place.followed().below(part)
        return place.followed()

    def parameters(self) -> dict[tuple[str, str], Place]:
        """Return the parameters, those of the path too, by place and name; path parameters by position."""
        order = re.findall(r"\{([^{}]*)\}", self.path)
        found: dict[tuple[str, str], Place] = {}
        for holder in (self.item, Place(self.document, self.pointer, self.operation)):
            for index in range(len(holder.node.get("parameters", ()))):
                place = holder.below("parameters", str(index)).followed()
                where, name = place.node["in"], place.node["name"]
                if where == "path":
                    name = str(order.index(name))
                if where == "cookie" and not place.node.get("required"):
                    continue
                if where == "header" and name.lower() in _SENT:
                    continue
                found[where, name.lower() if where == "header" else name] = place
        return found

    def body(self) -> Place | None:
        """Return the request body."""
        return self.place("requestBody") if "requestBody" in self.operation else None

    def security(self) -> list[frozenset[str]]:
        """Return the ways to be known, each as the schemes it takes together; nothing where no key is needed."""
        schemes = self.document.tree.get("components", {}).get("securitySchemes", {})
        wanted = self.operation.get("security", self.document.tree.get("security", []))
        ways = [frozenset(_scheme(name, schemes.get(name, {})) for name in way) for way in wanted]
        return [] if frozenset() in ways else ways


def _scheme(name: str, scheme: dict[str, Any]) -> str:
    match scheme.get("type"):
        case "http":
            return f"HTTP {scheme.get('scheme', '').lower()}"
        case "apiKey":
            return f"{scheme.get('in')} {str(scheme.get('name', '')).lower()}"
        case kind:
            return f"{kind} {name}"


def routes(document: Document) -> list[Route]:
    """Return the operations of a document, in its order."""
    servers = document.tree.get("servers") or [{}]
    base = urlsplit(str(servers[0].get("url", ""))).path.rstrip("/")
    items = [
        (base + path, Place(document, f"/paths/{escaped(path)}", item).followed())
        for path, item in document.tree["paths"].items()
    ]
    return [
        Route(document, path, method, item, item.node[method], base)
        for path, item in items
        for method in METHODS
        if method in item.node
    ]


def own_name(route: Route) -> str:
    """Return the operationId in the contract's form: as FastAPI makes them, without the path and method at its end.

    `prompts_encode_v1_prompts_encode_post` is `prompts_encode`.
    """
    name = str(route.operation.get("operationId", ""))
    tail = re.sub(r"\W", "_", f"{route.path.removeprefix(route.base)}_{route.method}")
    name = name.removesuffix(tail) or name
    return re.sub(r"_+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])|\W", "_", name)).strip("_").lower()


@dataclass(frozen=True)
class Comparison:
    """What a published document changes, and what else is worth knowing."""

    found: list[Finding]
    notes: list[str]
    #: Routes that have another path or method, by the contract's route.
    renamed: dict[str, Route]


def compare(ours: Document, theirs: Document, *, kept: bool = True) -> Comparison:
    """Compare the contract with a published document, or with a later contract.

    Args:
        ours: the contract.
        theirs: the document.
        kept: whether what the contract marks as deprecated may be missing in the document: it is kept on purpose.

    Raises:
        Refused: the document has none of the contract's routes.
    """
    try:
        return _Comparing(kept).run(ours, theirs)
    except RecursionError:
        raise Refused("a schema holds itself without end", place=theirs.source, remedy="mend its $ref") from None


class _Comparing:
    def __init__(self, kept: bool) -> None:
        self.kept = kept
        self.found: dict[tuple[str, str, str, str], Finding] = {}
        self.notes: list[str] = []
        self.renamed: dict[str, Route] = {}
        self.route = ""
        self.within: list[tuple[str, str]] = []

    def run(self, ours: Document, theirs: Document) -> Comparison:
        mine = {route.template: route for route in routes(ours)}
        others = {route.template: route for route in routes(theirs)}
        gone = [route for key, route in mine.items() if key not in others]
        new = [route for key, route in others.items() if key not in mine]
        moved = {route.name: other for route in gone if (other := _moved(route, gone, new)) is not None}
        if not moved and len(gone) == len(mine):
            raise Refused(
                "the document has none of the contract's routes, and would empty it", place=f"{theirs.source}, /paths",
                remedy="check that this is the service's document",
            )  # fmt: skip
        for key, route in mine.items():
            if (other := others.get(key, moved.get(route.name))) is not None:
                if key not in others:
                    self.renamed[route.name] = other
                    self._add_route("route-renamed", route, other, f"the route is now `{other.name}`")
                self._operation(route, other)
            elif self.kept and route.operation.get("deprecated"):
                self.notes.append(f"{route.name} is gone from the document, and kept here as deprecated")
            else:
                self._add_route("route-removed", route, None, "the route is gone")
        taken = {route.name for route in moved.values()}
        for route in new:
            if route.name not in taken:
                self.route = route.name
                title = f": {route.operation['summary']}" if route.operation.get("summary") else ""
                self._add("route-added", "", "", route.pointer, f"the route is new{title}")
        self._perhaps_moved(
            [route for route in gone if route.name not in moved], [one for one in new if one.name not in taken]
        )
        self.notes += _not_compared(theirs)
        return Comparison(list(self.found.values()), list(dict.fromkeys(self.notes)), self.renamed)

    def _perhaps_moved(self, gone: list[Route], new: list[Route]) -> None:
        for route in gone:
            for other in new:
                body = _component(route)
                if body is not None and body == _component(other) and not route.operation.get("deprecated"):
                    self.notes.append(
                        f"{other.name} takes {body} as {route.name} did, and may be its new name: "
                        "ask, since it is taken for another route"
                    )

    def _add(self, kind: str, field: str, ours: str, theirs: str, what: str, now: str = "") -> None:
        # A status is one difference, however many routes document it.
        key = (kind, field, "", "") if field.isalnum() and field[0].isdigit() else (kind, field, ours, theirs)
        known = self.found.get(key)
        names = () if known is None else known.routes
        if self.route not in names:
            if known is not None:
                ours, theirs = known.ours, known.theirs
            self.found[key] = Finding(kind, (*names, self.route), field, ours, theirs, what, now)

    def _add_route(self, kind: str, route: Route, other: Route | None, what: str) -> None:
        self.route = route.name
        self._add(kind, "", route.pointer, other.pointer if other else "/paths", what)

    # --- one operation ----------------------------------------------------------------------------------------------

    def _operation(self, mine: Route, other: Route) -> None:
        self.route = mine.name
        if other.operation.get("deprecated") and not mine.operation.get("deprecated"):
            self._add("route-deprecated", "", mine.pointer, f"{other.pointer}/deprecated", "the route is deprecated")
        self._parameters(mine, other)
        self._bodies(mine, other)
        self._responses(mine, other)
        self._security(mine, other)

    def _parameters(self, mine: Route, other: Route) -> None:
        own, found = mine.parameters(), other.parameters()
        for key, place in found.items():
            if key in own:
                continue
            label = f"{place.node['in']} {place.node['name']}"
            required = bool(place.node.get("required"))
            self._add(
                "parameter-added-required" if required else "parameter-added", label,
                f"{mine.pointer}/parameters", place.pointer,
                f"the parameter `{label}` ({_type(schema_of(place))}) is new" + (", and required" if required else ""),
                "required" if required else "",
            )  # fmt: skip
        for key, place in own.items():
            label = f"{place.node['in']} {place.node['name']}"
            if key not in found:
                if self.kept and place.node.get("deprecated"):
                    self.notes.append(f"the parameter {label} of {mine.name} is gone, and kept here as deprecated")
                else:
                    self._add("parameter-removed", label, place.pointer, other.pointer, f"`{label}` is gone")
                continue
            there = found[key]
            if bool(place.node.get("required")) != bool(there.node.get("required")):
                now = bool(there.node.get("required"))
                self._add(
                    "parameter-required" if now else "parameter-optional", label, place.pointer, there.pointer,
                    f"`{label}` {'must now be given' if now else 'may now be left out'}",
                )  # fmt: skip
            self._words("parameter", label, place, there, schema_of(place), schema_of(there))
            self._schema("parameter", label, schema_of(place), schema_of(there))

    def _bodies(self, mine: Route, other: Route) -> None:
        own, found = mine.body(), other.body()
        if own is None and found is None:
            return
        if own is None or found is None:
            if own is not None:
                self._add("request-body-removed", "", own.pointer, other.pointer, "the route takes no body any more")
            elif found is not None:
                required = bool(found.node.get("required"))
                kind = "request-body-added-required" if required else "request-body-added"
                self._add(kind, "", mine.pointer, found.pointer, f"the route takes a body ({_media(found)})")
            return
        one, two = json_schema(own), json_schema(found)
        if two is None:
            self._add("request-body-changed", "", own.pointer, found.pointer, f"the body is now {_media(found)}")
        elif one is not None:
            self._schema("request", "", one, two)

    def _responses(self, mine: Route, other: Route) -> None:
        own, found = mine.operation["responses"], other.operation["responses"]
        ok = [status for status in own if _SUCCESS.fullmatch(status)]
        new_ok = [status for status in found if _SUCCESS.fullmatch(status)]
        for status in found:
            if status in own or status in ("default", "4XX", "5XX") or status[0] in "13x":
                continue
            if status == "2XX" and ok:
                continue
            self._add(
                "status-added", status, f"{mine.pointer}/responses", f"{other.pointer}/responses/{status}",
                f"the {'success' if status in new_ok else 'error'} status {status} is new",
            )  # fmt: skip
        for status in own:
            if status not in found and not (status in ok and "2XX" in found):
                kind = "success-removed" if status in ok else "status-removed"
                self._add(
                    kind, status, f"{mine.pointer}/responses/{status}", f"{other.pointer}/responses",
                    f"the status {status} is not documented",
                )  # fmt: skip
        for status in found:
            twin = status if status in own else ok[0] if status in new_ok and ok and status not in own else None
            if twin is None:
                continue
            one, two = _reply(mine, twin), _reply(other, status)
            if one is not None and two is not None:
                self._schema("response", "" if status in new_ok else status, one, two)
            elif one is not None and status in new_ok:
                self._add(
                    "response-field-removed", "", one.pointer, f"{other.pointer}/responses/{status}",
                    "the reply has no body any more",
                )  # fmt: skip

    def _security(self, mine: Route, other: Route) -> None:
        own, found = mine.security(), other.security()
        sent = frozenset().union(*own)
        where = (f"{mine.pointer}/security" if "security" in mine.operation else "/security",
                 f"{other.pointer}/security" if "security" in other.operation else "/security")  # fmt: skip
        if found and not any(way <= sent for way in found):
            ways = " or ".join(" with ".join(sorted(way)) for way in found)
            self._add("security-changed", "", *where, f"the route asks for {ways}", ways)
        elif own and not found:
            self._add("security-changed", "", *where, "the document asks for no key", "no key")

    # --- schemas ----------------------------------------------------------------------------------------------------

    def _schema(self, part: str, field: str, mine: Place, other: Place) -> None:
        # A schema may hold itself.
        here = (mine.followed().pointer, other.followed().pointer)
        if here in self.within:
            return
        self.within.append(here)
        try:
            self._types(part, field, mine, other)
        finally:
            self.within.pop()

    def _types(self, part: str, field: str, mine: Place, other: Place) -> None:
        own, found = shapes(mine), shapes(other)
        if part == "response" and (_says_nothing(found) or _says_nothing(own)):
            return
        rest, others = list(own), list(found)
        for kind in ("object", "array"):
            for number, (one, two) in enumerate(_pairs(kind, own, found)):
                rest.remove(one)
                others.remove(two)
                if kind == "object":
                    self._objects(part, field, one, two)
                elif one.items is not None and two.items is not None:
                    self._schema(part, f"{field}[]", one.items, two.items)
                # What is in them is compared by itself, and their bounds with the types: as a kind of their own, which
                # stands for no other object.
                rest.append(Shape(f"{kind} {number}", one.place, bounds=one.bounds))
                others.append(Shape(f"{kind} {number}", two.place, bounds=two.bounds))
        if covers(rest, others):
            if not covers(others, rest) and part != "response":
                self._type(part, "narrowed", field, mine, other, own, found)
        elif covers(others, rest):
            self._type(part, "widened", field, mine, other, own, found)
        else:
            self._type(part, "changed", field, mine, other, own, found)

    def _type(
        self, part: str, change: str, field: str, mine: Place, other: Place, own: list[Shape], found: list[Shape]
    ) -> None:
        kind = f"{part}-{change}" if part == "parameter" else f"{part}-field-{change}"
        what = f"{_quoted(field)} was {_code(shown(own))}, and is {_code(shown(found))}"
        self._add(kind, field, mine.pointer, other.pointer, what, shown(found))

    def _objects(self, part: str, field: str, mine: Shape, other: Shape) -> None:
        if part == "response" and (mine.is_open or other.is_open):
            return
        at = f"{field}." if field and not (part == "response" and field.isdigit()) else f"{field} " if field else ""
        for name, there in other.properties.items():
            if name not in mine.properties:
                if isinstance(mine.extra, Place):
                    self._schema(part, at + name, mine.extra, there)
                else:
                    self._new_field(part, at + name, mine, there, name in other.required)
        for name, here in mine.properties.items():
            label = at + name
            if (there_now := other.properties.get(name)) is not None:
                self._both(part, label, mine, other, name, here, there_now)
            elif isinstance(other.extra, Place):
                self._schema(part, label, here, other.extra)
            elif self.kept and here.says("deprecated"):
                self.notes.append(f"{label} of {self.route} is gone from the document, and kept here as deprecated")
            elif part != "response" or not label.split(" ")[0].isdigit():
                # What an error says is the sum of what any of them may say.
                self._add(
                    f"{part}-field-removed", label, here.pointer, f"{other.place.pointer}/properties",
                    f"`{label}` is gone",
                )  # fmt: skip
        for name in sorted(other.required - mine.required - other.properties.keys() - mine.properties.keys()):
            if part == "request":
                self._add(
                    "request-field-required", at + name, mine.place.pointer, f"{other.place.pointer}/required",
                    f"`{at + name}` must now be given",
                )  # fmt: skip
        if isinstance(mine.extra, Place) and isinstance(other.extra, Place):
            self._schema(part, f"{at}*", mine.extra, other.extra)
        elif part != "response" and isinstance(mine.extra, Place) != isinstance(other.extra, Place):
            self._maps(part, f"{at}*", mine, other)
        elif part == "request" and mine.extra is not False and other.extra is False:
            self._add(
                "request-field-narrowed", f"{at}*", mine.place.pointer, f"{other.place.pointer}/additionalProperties",
                "fields that are not listed are refused", "closed",
            )  # fmt: skip

    def _maps(self, part: str, label: str, mine: Shape, other: Shape) -> None:
        """Compare objects of which one says what its values are."""
        own, found = (
            shapes(one.extra if isinstance(one.extra, Place) else Place(one.place.document, one.place.pointer, {}))
            for one in (mine, other)
        )
        if mine.extra is False or other.extra is False or (covers(own, found) and covers(found, own)):
            return
        change = "narrowed" if isinstance(other.extra, Place) else "widened"
        what = f"{_quoted(label)} was {_code(shown(own))}, and is {_code(shown(found))}"
        kind = f"{part}-{change}" if part == "parameter" else f"{part}-field-{change}"
        self._add(kind, label, mine.place.pointer, other.place.pointer, what, shown(found))

    def _new_field(self, part: str, label: str, mine: Shape, there: Place, required: bool) -> None:
        must = required and part == "request"
        self._add(
            f"{part}-field-added-required" if must else f"{part}-field-added",
            label,
            f"{mine.place.pointer}/properties",
            there.pointer,
            f"`{label}` ({_type(there)}) is new" + (", and must be given" if must else ""),
        )

    def _both(self, part: str, label: str, mine: Shape, other: Shape, name: str, here: Place, there: Place) -> None:
        was, now = name in mine.required, name in other.required
        if part == "request" and was != now:
            self._add(
                "request-field-required" if now else "request-field-optional", label, here.pointer, there.pointer,
                f"`{label}` {'must now be given' if now else 'may now be left out'}",
            )  # fmt: skip
        elif part == "response" and was and not now:
            self._add("response-field-widened", label, here.pointer, there.pointer, f"`{label}` may now be missing",
                      "optional")  # fmt: skip
        if part == "request":
            self._words("request-field", label, here, there, here, there)
        self._schema(part, label, here, there)

    def _words(self, part: str, label: str, here: Place, there: Place, schema: Place, other: Place) -> None:
        """Compare what schemas say beside their types."""
        if there.says("deprecated") and not here.says("deprecated"):
            self._add(f"{part}-deprecated", label, here.pointer, there.pointer, f"`{label}` is deprecated")
        was, now = _default(schema), _default(other)
        if was != now:
            self._add(
                f"{part}-default", label, here.pointer, there.pointer,
                f"`{label}` was {_quoted_value(was)} where it is left out, and is {_quoted_value(now)}",
                str(now),
            )  # fmt: skip


def _not_compared(document: Document) -> list[str]:
    """Say where schemas of a document use words that are not compared."""
    found: dict[str, list[str]] = {}
    stack: list[tuple[str, Any]] = [("/paths", document.tree["paths"])]
    stack.append(("/components/schemas", document.tree.get("components", {}).get("schemas", {})))
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, list):
            stack += [(f"{pointer}/{index}", item) for index, item in enumerate(value)]
        elif isinstance(value, dict):
            is_table = pointer.endswith(("/properties", "/schemas"))
            for key, part in value.items():
                if key in _NOT_COMPARED and not is_table:
                    found.setdefault(key, []).append(f"{pointer}/{key}")
                elif is_table or key not in ("example", "examples", "default", "enum", "const"):
                    stack.append((f"{pointer}/{escaped(key)}", part))
    return [
        f"`{word}` is not compared, look at it: {', '.join(sorted(places)[:3])}"
        + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        for word, places in sorted(found.items())
    ]


def _pairs(kind: str, own: list[Shape], found: list[Shape]) -> list[tuple[Shape, Shape]]:
    """Return the objects, or lists, of two schemas that are to be compared: the only ones, or those of one name."""
    one = [shape for shape in own if shape.kind == kind and shape.enum is None]
    two = [shape for shape in found if shape.kind == kind and shape.enum is None]
    if len(one) == len(two) == 1:
        return [(one[0], two[0])]
    names = {shape.place.component: shape for shape in two if shape.place.component}
    return [(shape, names[shape.place.component]) for shape in one if shape.place.component in names]


def _moved(route: Route, gone: list[Route], new: list[Route]) -> Route | None:
    """Return the route that a missing one has become: one of the same name, or of the same path in another version."""
    if route.operation.get("deprecated"):
        return None
    name = own_name(route)
    alike = [other for other in new if own_name(other) == name]
    alike += [other for other in new if other not in alike and _unversioned(other) == _unversioned(route)]
    return alike[0] if len(alike) == 1 else None


def _unversioned(route: Route) -> str:
    return re.sub(r"^(POST|GET|PUT|DELETE|PATCH) /v\d+/", r"\1 /", re.sub(r"\{[^{}]*\}", "{}", route.name))


def _component(route: Route) -> str | None:
    body = route.body()
    schema = None if body is None else json_schema(body)
    return None if schema is None else schema.component


def json_schema(holder: Place) -> Place | None:
    """Return the schema of the JSON form of a body or a response."""
    for kind, media in holder.node.get("content", {}).items():
        plain = kind.split(";")[0].strip().lower()
        if plain in ("application/json", "*/*", "application/*") or plain.endswith("+json"):
            if "schema" not in media:
                return Place(holder.document, f"{holder.pointer}/content/{escaped(kind)}", {})
            return holder.below("content", kind, "schema")
    return None


def _reply(route: Route, status: str) -> Place | None:
    return json_schema(route.place("responses", status))


def schema_of(parameter: Place) -> Place:
    """Return the schema of a parameter, which may stand in a media type."""
    if "schema" in parameter.node:
        return parameter.below("schema")
    return json_schema(parameter) or Place(parameter.document, parameter.pointer, {})


def _media(holder: Place) -> str:
    return " or ".join(holder.node.get("content", {})) or "nothing"


def _says_nothing(found: list[Shape]) -> bool:
    return any(shape.kind == ANY for shape in found) or any(shape.is_open for shape in found)


def _type(place: Place) -> str:
    return shown(shapes(place))


def _default(place: Place) -> Any:
    """Return what the service takes where a field is left out; the contract notes it without sending it."""
    found = place.says("default")
    return place.says("x-service-default") if found is None else found


def _quoted_value(value: Any) -> str:
    return "not documented" if value is None else f"`{json.dumps(value)}`"


def _quoted(field: str) -> str:
    return f"`{field}`" if field else "the body"


def _code(text: str) -> str:
    return f"`{text}`"
