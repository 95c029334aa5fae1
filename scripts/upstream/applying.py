"""Taking differences over into the contract: what can be done by rule is done, the rest is left for a person."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from _facade import placeholder
from _names import class_name
from derive_contract import METHODS as CALLED
from derive_contract import keyword_of
from ruamel.yaml.comments import CommentedMap

from upstream import contract_file as file
from upstream.comparing import Comparison, Route, json_schema, routes, schema_of
from upstream.converting import Converter, Direction, refuse_names, with_default
from upstream.findings import Finding
from upstream.naming import Names
from upstream.reading import Document, unescaped
from upstream.refusals import NotMechanical
from upstream.shapes import Place, shapes

#: What a schema says of its values, and takes from the document; the rest of it is ours.
_TYPE_WORDS: Final = (
    "type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const", "items", "properties", "required",
    "additionalProperties", "nullable", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "pattern", "format", "x-service-format", "minItems", "maxItems", "uniqueItems",
)  # fmt: skip
#: Pointers hold while nothing moves: what goes, or moves, comes last.
_LAST: Final = (
    "request-field-removed", "response-field-removed", "parameter-removed", "route-removed", "route-renamed",
)  # fmt: skip


@dataclass
class Applied:
    """What was done to a contract.

    Attributes:
        done: the differences that were taken over.
        undone: those that were not, each with the reason.
        new_routes: the operationIds of new routes, each with whether a person should choose the name.
        renamed: by operationId, the route that it had and the one that it has.
        undescribed: JSON pointers of what the document does not describe.
        untyped: operationIds whose replies the document does not type.
        statuses: new error statuses.
    """

    done: list[Finding] = field(default_factory=list)
    undone: list[tuple[Finding, str]] = field(default_factory=list)
    new_routes: dict[str, bool] = field(default_factory=dict)
    renamed: dict[str, tuple[str, str]] = field(default_factory=dict)
    undescribed: list[str] = field(default_factory=list)
    untyped: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)


#: The ways to be known that the client has.
_SENT: Final = frozenset({"HTTP bearer", "header x-api-key"})


class Taken(NamedTuple):
    """Names that mean something in the package already."""

    operations: set[str]
    components: set[str]


class Applying:
    """Takes differences over into a contract, in place.

    Args:
        contract: the contract as its file has it.
        theirs: the published document.
        comparison: what was compared.
        taken: names that operations cannot have, the facade's own, and those that components cannot have.
        remove: whether what is gone goes from the contract too, instead of being marked as deprecated.
    """

    def __init__(
        self, contract: CommentedMap, theirs: Document, comparison: Comparison, taken: Taken, *, remove: bool
    ) -> None:
        self.contract = contract
        self.theirs = theirs
        self.comparison = comparison
        self.remove = remove
        self.applied = Applied()
        self.names = Names(contract, taken.operations)
        # As it was: routes that are added use what is there as it will be.
        self._at_first = Document("openapi.yaml", "", file.plain(contract))
        self.convert = Converter(contract, self.applied.undescribed, self._known(), taken.components)
        self._errors = _shared_errors(contract)
        self._forks: dict[tuple[str, tuple[str, ...]], str] = {}

    def run(self, found: list[Finding]) -> Applied:
        """Take the differences over; return what was done and what was not."""
        replaced = {route for one in found if one.kind == "success-removed" for route in one.routes}
        for one in sorted(found, key=lambda one: _LAST.index(one.kind) + 1 if one.kind in _LAST else 0):
            try:
                self._take(one, replaced)
            except NotMechanical as reason:
                self.applied.undone.append((one, str(reason)))
            else:
                self.applied.done.append(one)
        self._drop_unused()
        return self.applied

    def _take(self, one: Finding, replaced: set[str]) -> None:
        part, _, change = one.kind.partition("-")
        if one.kind.startswith("route-"):
            self._route(one, change)
        elif part == "parameter":
            self._parameter(one, change)
        elif one.kind.startswith(("request-field-", "response-field-")):
            self._field(one, "request" if part == "request" else "reply", change.removeprefix("field-"))
        elif one.kind in ("status-added", "status-removed", "success-removed"):
            self._status(one, replaced)
        elif one.kind == "security-changed":
            raise NotMechanical("decide how the client is to be known: `security` here, and `auth` in config.py")
        else:
            raise NotMechanical("the facade sends JSON bodies of known fields; write this one by hand")

    def _known(self) -> set[str]:
        """Return the document's components that routes of the contract send: they are the contract's of that name."""
        own = {route.template for route in routes(self._at_first)}
        sent = [route.operation.get("requestBody", {}) for route in routes(self.theirs) if route.template in own]
        return _closure(self.theirs.tree, set().union(*map(_references, sent)))

    # --- places -----------------------------------------------------------------------------------------------------

    def _at(self, pointer: str) -> Any:
        value: Any = self.contract
        for part in unescaped(pointer):
            value = value[int(part)] if isinstance(value, list) else value[part]
        return value

    def _operation(self, route: str) -> CommentedMap:
        method, path = route.split(" ", 1)
        found: CommentedMap = self.contract["paths"][path][method.lower()]
        return found

    def _there(self, one: Finding) -> Place:
        return Place(self.theirs, one.theirs, self.theirs.at(one.theirs))

    def _object_of(self, one: Finding, pointer: str) -> tuple[CommentedMap, str]:
        """Return the object of the contract at a pointer, and its component; a copy where only some routes change."""
        parts = list(unescaped(pointer))
        if parts[:2] != ["components", "schemas"] or len(parts) < 3:
            raise NotMechanical(f"{pointer} is no component; make it one")
        name = parts[2]
        if one.field[:1].isdigit():
            # What errors say is one component for all of them.
            return self._at(pointer), name
        users = self._users(name)
        if set(users) <= set(one.routes):
            rest = parts[3:]
        else:
            name, rest = self._forked(name, one, users), parts[3:]
        value = self.contract["components"]["schemas"][name]
        for part in rest:
            value = value[int(part)] if isinstance(value, list) else value[part]
        return value, name

    def _users(self, component: str) -> list[str]:
        """Return the routes whose bodies or replies hold a component, without those that are gone from the document."""
        present = {route.template for route in routes(self.theirs)}
        return [
            route.name
            for route in routes(self._at_first)
            if component in _closure(self._at_first.tree, _references(route.operation))
            and (route.template in present or route.name in self.comparison.renamed)
        ]

    def _forked(self, name: str, one: Finding, users: list[str]) -> str:
        """Give some of the routes that share a request a component of their own."""
        key = (name, one.routes)
        if key in self._forks:
            return self._forks[key]
        direct = [route for route in one.routes if _request_of(self._operation(route)) == name]
        if direct != list(one.routes):
            others = ", ".join(route for route in users if route not in one.routes)
            raise NotMechanical(f"{name} is shared with {others}, which does not change; give these routes their own")
        theirs = self._their_request(one.routes[0])
        new = theirs if theirs and theirs not in self.convert.schemas else ""
        if not new:
            new = f"{class_name(self._operation(one.routes[0])['operationId'])}Payload"
        copied = file.load(file.dump(self.contract))["components"]["schemas"][name]
        file.insert_after(self.convert.schemas, name, new, copied)
        for route in one.routes:
            _json_media(self._operation(route))["schema"] = file.reference(new)
        self._forks[key] = new
        return new

    def _their_request(self, route: str) -> str | None:
        for other in routes(self.theirs):
            if other.name == route and (body := other.body()) is not None:
                schema = json_schema(body)
                return None if schema is None else schema.component
        return None

    # --- fields -----------------------------------------------------------------------------------------------------

    def _field(self, one: Finding, direction: Direction, change: str) -> None:
        name = re.split(r"[. ]", one.field)[-1].removesuffix("[]")
        if change in ("added", "added-required"):
            holder, owner = self._object_of(one, one.ours.removesuffix("/properties"))
            if "properties" not in holder:
                after = "required" if "required" in holder else "description"
                file.insert_after(holder, after, "properties", file.block())
            refuse_names([*holder["properties"], name], owner)
            holder["properties"][name] = self.convert.field(self._there(one), owner, name, direction)
            if change == "added-required":
                _require(holder, name)
            return
        if one.field.endswith("*"):
            self._values(one, direction)
            return
        holder, owner = self._holder(one)
        if change == "removed":
            self._remove(holder, name)
        elif change == "required":
            _require(holder, name)
        elif change == "optional":
            _unrequire(holder, name)
        elif change == "deprecated":
            holder["properties"][name]["deprecated"] = True
        elif change == "default":
            _set_default(holder["properties"][name], self._there(one).says("default"))
        elif one.now == "optional":
            raise NotMechanical(f"`{name}` is what every reply has by our results; decide what a result without is")
        else:
            self._retype(one, holder["properties"], name, owner, direction)

    def _values(self, one: Finding, direction: Direction) -> None:
        """Take over what an object's other fields are."""
        holder, name = self._object_of(one, one.ours)
        if one.now == "closed":
            holder["additionalProperties"] = False
            return
        there = self._there(one).followed()
        extra = there.node.get("additionalProperties", True)
        if isinstance(extra, dict) and extra:
            place = there.below("additionalProperties")
            holder["additionalProperties"] = self.convert.schema(place, f"{name}Value", direction, name)
        else:
            holder["additionalProperties"] = True

    def _holder(self, one: Finding) -> tuple[CommentedMap, str]:
        """Return the object that has the field a finding is about."""
        head, _, tail = one.ours.rpartition("/properties/")
        if not head or "/" in tail or one.field.endswith(("[]", "*")):
            raise NotMechanical(f"take the type over by hand at {one.ours}")
        return self._object_of(one, head)

    def _remove(self, holder: CommentedMap, name: str) -> None:
        _unrequire(holder, name)
        if self.remove:
            del holder["properties"][name]
        else:
            holder["properties"][name]["deprecated"] = True

    def _retype(self, one: Finding, fields: CommentedMap, name: str, owner: str, direction: Direction) -> None:
        there = self._there(one)
        made = self.convert.schema(there, f"{owner}{class_name(name)}", direction, owner, name)
        if one.field[:1].isdigit():
            _widen_type(fields[name], made)
            return
        _replace_type(fields[name], made)
        if direction == "request" and there.says("default") is None and "x-service-default" in fields[name]:
            _set_default(fields[name], None)

    # --- parameters -------------------------------------------------------------------------------------------------

    def _parameter(self, one: Finding, change: str) -> None:
        if one.field.startswith("cookie "):
            raise NotMechanical("cookies are not sent by the facade")
        if change in ("added", "added-required"):
            for route in one.routes:
                operation = self._operation(route)
                if "parameters" not in operation:
                    file.insert_after(operation, "description", "parameters", file.sequence([]))
                operation["parameters"].append(self._new_parameter(self._there(one), operation["operationId"]))
            return
        parameter = self._at(one.ours)
        if change == "removed":
            if parameter["in"] == "path":
                raise NotMechanical("a parameter of the path is gone; mend the route by hand")
            parameter["required"] = False
            if self.remove:
                parameters = self._at(one.ours.rpartition("/")[0])
                parameters.remove(parameter)
            else:
                parameter["deprecated"] = True
        elif change in ("required", "optional"):
            parameter["required"] = change == "required"
        elif change == "deprecated":
            parameter["deprecated"] = True
        elif change == "default":
            _set_default(parameter["schema"], schema_of(self._there(one)).says("default"), parameter)
        else:
            there = self._there(one)
            place = there if there.pointer.endswith("/schema") else schema_of(there)
            holder = parameter if "in" in parameter else self._at(one.ours.removesuffix("/schema"))
            made = self.convert.schema(place, class_name(holder["name"]), "request", None)
            _replace_type(holder["schema"], made)

    def _new_parameter(self, place: Place, operation: str) -> CommentedMap:
        node = place.node
        if not keyword_of(node["name"]).isidentifier():
            raise NotMechanical(f"the parameter {node['name']!r} cannot be a keyword; choose one")
        schema = schema_of(place)
        default = schema.says("default")
        text = node.get("description") or schema.says("description") or placeholder(node["name"])
        made = file.block(**{"name": node["name"], "in": node["in"]})
        made["required"] = bool(node.get("required", False))
        made["description"] = file.words(with_default(str(text), default))
        name = class_name(f"{operation}_{node['name']}")
        made["schema"] = self.convert.schema(schema, name, "request", None)
        if default is not None:
            made["schema"]["x-service-default"] = default
        if node.get("deprecated"):
            made["deprecated"] = True
        return made

    # --- statuses ---------------------------------------------------------------------------------------------------

    def _status(self, one: Finding, replaced: set[str]) -> None:
        if one.kind == "status-removed":
            for route in one.routes:
                self._operation(route)["responses"].pop(one.field, None)
            return
        if one.kind == "success-removed":
            # Where another success came in its place, that one took its description.
            if any(one.field in self._operation(route)["responses"] for route in one.routes):
                raise NotMechanical("the document promises no success; ask what calls get now")
            return
        for route in one.routes:
            responses = self._operation(route)["responses"]
            if not one.field.startswith("2"):
                _insert_status(responses, one.field, self._error_response(one.field, self._counterpart(route)))
                continue
            old = next(status for status in responses if status.startswith("2"))
            _insert_status(responses, one.field, responses[old])
            if route in replaced:
                del responses[old]

    def _counterpart(self, name: str) -> Route:
        """Return the document's form of one of the contract's routes."""
        (own,) = [route for route in routes(self._at_first) if route.name == name]
        renamed = self.comparison.renamed.get(name)
        return renamed or next(route for route in routes(self.theirs) if route.template == own.template)

    def _error_response(self, status: str, route: Route) -> CommentedMap:
        try:
            phrase = HTTPStatus(int(status)).phrase
        except ValueError:
            phrase = f"Status {status}"
        name = class_name(phrase)
        components = self.contract["components"]["responses"]
        if name not in components:
            media = file.block(schema=file.reference("ErrorBody"))
            said = str(route.operation["responses"][status].get("description") or phrase).rstrip(".")
            components[name] = file.block(
                description=file.words(f"{said}."), content=file.block(**{"application/json": media})
            )  # fmt: skip
            self.applied.statuses.append(status)
        body = json_schema(route.place("responses", status))
        fields = self.convert.schemas["ErrorBody"]["properties"]
        for shape in [] if body is None else shapes(body):
            for field_name, place in shape.properties.items():
                made = self.convert.field(place, "ErrorBody", field_name, "reply")
                if field_name not in fields:
                    fields[field_name] = made
                else:
                    _widen_type(fields[field_name], made)
        return file.reference(name, "responses")

    # --- routes -----------------------------------------------------------------------------------------------------

    def _route(self, one: Finding, change: str) -> None:
        if change == "added":
            other = next(route for route in routes(self.theirs) if route.name == one.routes[0])
            self._add_route(other)
            return
        operation = self._operation(one.routes[0])
        if change == "deprecated":
            operation["deprecated"] = True
        elif change == "removed":
            if self.remove:
                self._delete_route(one.routes[0])
            else:
                file.insert_after(operation, "description", "deprecated", value=True)
        else:
            self._move_route(one.routes[0], self.comparison.renamed[one.routes[0]])

    def _delete_route(self, route: str) -> None:
        method, path = route.split(" ", 1)
        item = self.contract["paths"][path]
        del item[method.lower()]
        if not item:
            del self.contract["paths"][path]

    def _move_route(self, route: str, other: Route) -> None:
        operation = self._operation(route)
        method, path = route.split(" ", 1)
        self.applied.renamed[str(operation["operationId"])] = (route, other.name)
        paths = self.contract["paths"]
        if other.path in paths:
            paths[other.path][other.method] = operation
        else:
            file.insert_after(paths, path, other.path, file.block(**{other.method: operation}))
        if (path, method.lower()) != (other.path, other.method):
            self._delete_route(route)

    def _add_route(self, route: Route) -> None:
        if route.method not in CALLED:
            raise NotMechanical(f"{route.method.upper()} is not called by the facade")
        if route.security() and not any(way <= _SENT for way in route.security()):
            raise NotMechanical("it is not called with the key that the client has")
        body, schema = route.body(), None
        if body is not None:
            schema = json_schema(body)
            if schema is None:
                raise NotMechanical(f"it takes {' or '.join(body.node.get('content', {}))}; the facade sends JSON")
            kinds = [shape.kind for shape in shapes(schema)]
            if "null" in kinds:
                raise NotMechanical("its body may be null or left out; the facade sends an object")
            if kinds != ["object"]:
                raise NotMechanical("its body is not one object; the facade sends objects")
        if any(place.node["in"] == "cookie" and place.node.get("required") for place in route.parameters().values()):
            raise NotMechanical("it needs a cookie, which the facade does not send")
        status = next((one for one in route.operation["responses"] if one.startswith("2")), "200")
        reply = json_schema(route.place("responses", status)) if status in route.operation["responses"] else None
        found = [] if reply is None else shapes(reply)
        if any(shape.kind not in ("object", "any", "null") for shape in found):
            raise NotMechanical("its reply is not an object; results are objects")
        name, chosen = self.names.operation(route)
        self.applied.new_routes[name] = chosen
        made = file.block(operationId=name, tags=file.in_line([self.names.tag(route)]))
        summary = str(route.operation.get("summary") or name.replace("_", " "))
        if summary.istitle():
            # FastAPI makes them of the names of functions.
            summary = summary.capitalize()
        made["summary"] = summary if summary.endswith(".") else f"{summary}."
        made["description"] = file.words(str(route.operation.get("description") or placeholder(route.name)))
        if not route.operation.get("description"):
            self.applied.undescribed.append(f"/paths/{route.path.replace('~', '~0').replace('/', '~1')}/{route.method}")
        if route.operation.get("deprecated"):
            made["deprecated"] = True
        parameters = [place for place in route.parameters().values() if place.node["in"] != "cookie"]
        names = {keyword_of(place.node["name"]) for place in parameters}
        if len(names) < len(parameters):
            raise NotMechanical("two of its parameters would have one name in Python")
        if parameters:
            made["parameters"] = file.sequence([self._new_parameter(place, name) for place in parameters])
        if schema is not None:
            made["requestBody"] = self._request_body(schema, name)
        made["responses"] = self._responses(route, name, status, reply)
        item = self.contract["paths"].get(route.path)
        if item is None:
            self.contract["paths"][route.path] = file.block(**{route.method: made})
        else:
            item[route.method] = made

    def _request_body(self, schema: Place, operation: str) -> CommentedMap:
        (shape,) = shapes(schema)
        name = schema.component or f"{class_name(operation)}Payload"
        made = self.convert.component(shape, name, "request", self._last_request())
        media = file.block(schema=file.reference(made))
        media["examples"] = file.block(sample=file.reference(f"{class_name(operation)}Sample", "examples"))
        return file.block(required=True, content=file.block(**{"application/json": media}))

    def _last_request(self) -> str | None:
        named = {_request_of(item[method]) for item in self.contract["paths"].values() for method in item}
        return next((name for name in reversed(self.convert.schemas) if name in named), None)

    def _last_reply(self) -> str | None:
        return next((name for name in reversed(self.convert.schemas) if name.endswith("Result")), None)

    def _responses(self, route: Route, name: str, status: str, reply: Place | None) -> CommentedMap:
        responses = file.block()
        text = str(route.operation["responses"].get(status, {}).get("description") or "")
        success = file.block(description=text if text not in ("", "Successful Response") else "The reply.")
        success["headers"] = file.block(**{"X-Request-ID": file.reference("RequestId", "headers")})
        if reply is not None:
            result = f"{class_name(name)}Result"
            objects = [shape for shape in shapes(reply) if shape.kind == "object" and shape.properties]
            if objects:
                result = self.convert.component(objects[0], result, "reply", self._last_reply())
                shape = objects[0]
                if not {"result", "data"} & shape.required:
                    # A reply of a route that is new may do without a value.
                    self.convert.schemas[result]["x-value-optional"] = True
            else:
                self.applied.untyped.append(name)
                made = file.block(type="object", description=f"The reply of `{name}`, any JSON object.")
                made["additionalProperties"] = True
                result = self.convert.free(result)
                file.insert_after(self.convert.schemas, self._last_reply(), result, made)
            media = file.block(schema=file.reference(result))
            media["examples"] = file.block(sample=file.reference(f"{class_name(name)}ReplySample", "examples"))
            success["content"] = file.block(**{"application/json": media})
        responses[file.quoted(status)] = success
        for known, response in self._errors.items():
            responses[file.quoted(known)] = file.reference(response, "responses")
        for other in route.operation["responses"]:
            if re.fullmatch(r"[45]\d\d", other) and other not in responses:
                _insert_status(responses, other, self._error_response(other, route))
        return responses

    def _drop_unused(self) -> None:
        """Take out the components that nothing refers to any more, where things were removed."""
        if not self.remove:
            return
        for kind in ("schemas", "examples", "responses"):
            components = self.contract["components"][kind]
            while unused := [name for name in components if f"#/components/{kind}/{name}" not in _all(self.contract)]:
                for name in unused:
                    del components[name]


# --- pieces of a contract -------------------------------------------------------------------------------------------


def _shared_errors(contract: CommentedMap) -> dict[str, str]:
    """Return the error responses that all routes with a body have, by status."""
    tables = [item["post"]["responses"] for item in contract["paths"].values() if "post" in item]
    return {
        str(status): str(response["$ref"]).rsplit("/", 1)[-1]
        for status, response in tables[0].items()
        if not status.startswith("2") and all(status in table for table in tables)
    }


def _json_media(operation: CommentedMap) -> CommentedMap:
    found: CommentedMap = operation["requestBody"]["content"]["application/json"]
    return found


def _request_of(operation: Any) -> str | None:
    if not isinstance(operation, dict) or "requestBody" not in operation:
        return None
    return str(_json_media(operation)["schema"].get("$ref", "")).rsplit("/", 1)[-1] or None  # type: ignore[arg-type]


def _all(value: Any) -> set[str]:
    """Return all targets of references below a value."""
    if isinstance(value, list):
        return set().union(*map(_all, value))
    if not isinstance(value, dict):
        return set()
    own = {str(value["$ref"])} if isinstance(value.get("$ref"), str) else set()
    return own.union(*map(_all, value.values()))


def _references(value: Any) -> set[str]:
    return {one.rsplit("/", 1)[-1] for one in _all(value) if one.startswith("#/components/schemas/")}


def _closure(contract: dict[str, Any], names: set[str]) -> set[str]:
    seen: set[str] = set()
    while new := names - seen:
        seen |= new
        names = names.union(*(_references(contract["components"]["schemas"][name]) for name in new))
    return seen


def _require(holder: CommentedMap, name: str) -> None:
    if "required" not in holder:
        file.insert_after(holder, "description" if "description" in holder else "type", "required", file.in_line([]))
    if name not in holder["required"]:
        holder["required"].append(name)


def _unrequire(holder: CommentedMap, name: str) -> None:
    if name in holder.get("required", ()):
        holder["required"].remove(name)
        if not holder["required"]:
            del holder["required"]


def _set_default(schema: CommentedMap, default: Any, described: CommentedMap | None = None) -> None:
    described = schema if described is None else described
    described["description"] = file.words(with_default(str(described.get("description", "")), default))
    if default is None:
        schema.pop("x-service-default", None)
    else:
        schema["x-service-default"] = file.in_line(default) if isinstance(default, dict | list) else default


def _replace_type(schema: CommentedMap, made: CommentedMap) -> None:
    """Give a schema another type, and leave what else it says."""
    for word in _TYPE_WORDS:
        schema.pop(word, None)
    for place, (word, value) in enumerate(made.items()):
        schema.insert(place, word, value)


def _widen_type(schema: CommentedMap, made: CommentedMap) -> None:
    """Let a field of errors be what it is in any of them: of either type, or of any where one is no plain type."""
    kinds = [schema.get("type"), made.get("type")]
    if None in kinds:
        for word in _TYPE_WORDS:
            schema.pop(word, None)
        return
    both = dict.fromkeys(one for kind in kinds for one in (kind if isinstance(kind, list) else [kind]))
    schema["type"] = file.in_line(sorted(both, key=lambda kind: kind == "null"))


def _insert_status(responses: CommentedMap, status: str, response: Any) -> None:
    """Put a status among the others, in their order: digits first, then 4XX and 5XX."""
    after = [known for known in responses if known < status and known.isdigit()]
    responses.insert(list(responses).index(after[-1]) + 1 if after else 0, file.quoted(status), response)
