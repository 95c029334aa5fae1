"""What a service may change: each a function from a published document to a changed copy, by its name in `CHANGES`."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

from tests.upstream.documents import Document, component, operation_id, optional, ref, route, titled

Change = Callable[[Document], Document]

CHANGES: Final[dict[str, Change]] = {}

INTEGER: Final[Document] = {"type": "integer"}
STRING: Final[Document] = {"type": "string"}
BOOLEAN: Final[Document] = {"type": "boolean"}
STRINGS: Final[Document] = {"items": STRING, "type": "array"}
POST: Final = "post"


def change(edit: Callable[[Document], None]) -> Change:
    """Turn a function that edits a document into one that returns an edited copy, known by its name."""

    def changed(document: Document) -> Document:
        copy = deepcopy(document)
        edit(copy)
        return copy

    changed.__name__ = edit.__name__
    CHANGES[edit.__name__] = changed
    return changed


def together(*changes: Change) -> Change:
    """Return several changes as one."""

    def changed(document: Document) -> Document:
        for one in changes:
            document = one(document)
        return document

    return changed


def schemas(document: Document) -> Document:
    """Return the components, to be edited."""
    found: Document = document["components"]["schemas"]
    return found


def fields(document: Document, name: str) -> Document:
    """Return the fields of a component, to be edited."""
    found: Document = schemas(document)[name]["properties"]
    return found


def operation(document: Document, path: str, method: str = POST) -> Document:
    """Return an operation, to be edited."""
    found: Document = document["paths"][path][method]
    return found


def add_route(document: Document, function: str, method: str, path: str, **more: Any) -> None:
    """Put a route into a document."""
    document["paths"].setdefault(path, {})[method] = route(function, method, path, **more)


def add_reply(document: Document, path: str, name: str, reply_fields: Document, required: list[str]) -> None:
    """Type the success reply of a route."""
    schemas(document)[name] = component(name, reply_fields, required)
    success = operation(document, path)["responses"]["200"]
    success["content"]["application/json"]["schema"] = ref(name)


def query(name: str, schema: Document, *, required: bool = False) -> Document:
    """Return a query parameter."""
    return {"name": name, "in": "query", "required": required, "schema": {**schema, "title": titled(name)}}


# --- request fields -----------------------------------------------------------------------------------------------


@change
def new_optional_number(document: Document) -> None:
    fields(document, "PromptEncodePayload")["max_depth"] = optional("max_depth", {**INTEGER, "minimum": 1})


@change
def new_optional_list(document: Document) -> None:
    fields(document, "OptimizeRequestPayload")["skip_paths"] = optional("skip_paths", STRINGS)


@change
def new_optional_object(document: Document) -> None:
    schemas(document)["DecodeLimits"] = component(
        "DecodeLimits", {name: optional(name, INTEGER) for name in ("max_depth", "max_items")}
    )
    fields(document, "DecodeRequest")["limits"] = optional("limits", ref("DecodeLimits"))


@change
def new_optional_tree(document: Document) -> None:
    rule = {"name": {**STRING, "title": "Name"}, "rules": {"items": ref("Rule"), "type": "array", "title": "Rules"}}
    schemas(document)["Rule"] = component("Rule", rule, ["name"])
    fields(document, "PromptEncodePayload")["rule"] = optional("rule", ref("Rule"))


@change
def new_optional_enum(document: Document) -> None:
    schemas(document)["EncodeMode"] = {**STRING, "enum": ["fast", "small"], "title": "EncodeMode"}
    fields(document, "EncodeRequest")["mode"] = {**ref("EncodeMode"), "default": "fast"}


@change
def new_nested_option(document: Document) -> None:
    fields(document, "EncodeOptions")["sort_keys"] = optional("sort_keys", BOOLEAN)


@change
def new_required_field(document: Document) -> None:
    fields(document, "DecodeRequest")["dialect"] = {**STRING, "title": "Dialect"}
    schemas(document)["DecodeRequest"]["required"].append("dialect")


@change
def optional_becomes_required(document: Document) -> None:
    schemas(document)["PromptDecodePayload"]["required"].append("replay_meta")


@change
def required_becomes_optional(document: Document) -> None:
    del schemas(document)["OptimizeResponsePayload"]["required"]


@change
def field_removed(document: Document) -> None:
    del fields(document, "PromptEncodePayload")["schemas"]


@change
def field_deprecated(document: Document) -> None:
    fields(document, "OptimizeRequestPayload")["token_models"]["deprecated"] = True


@change
def option_changes_type(document: Document) -> None:
    fields(document, "EncodeOptions")["indent"] = optional("indent", STRING)


@change
def field_takes_another_type_too(document: Document) -> None:
    kinds = {"anyOf": [BOOLEAN, STRING], "title": titled("auto_detect_json"), "default": True}
    fields(document, "PromptEncodePayload")["auto_detect_json"] = kinds


@change
def bound_narrowed(document: Document) -> None:
    fields(document, "EncodeOptions")["indent"]["anyOf"][0]["minimum"] = 2


@change
def bound_widened(document: Document) -> None:
    fields(document, "EncodeOptions")["indent"]["anyOf"][0]["minimum"] = 0


@change
def bound_dropped(document: Document) -> None:
    del fields(document, "DecodeOptions")["indent"]["anyOf"][0]["minimum"]


@change
def enum_narrowed(document: Document) -> None:
    fields(document, "EncodeOptions")["delimiter"] = optional("delimiter", {**STRING, "enum": [",", "|"]})


@change
def enum_widened(document: Document) -> None:
    four = {**STRING, "enum": [",", "\t", "|", ";"]}
    fields(document, "EncodeOptions")["delimiter"] = optional("delimiter", four)


@change
def default_changed(document: Document) -> None:
    strict = fields(document, "DecodeOptions")["strict"]
    strict["default"] = not strict.get("default")


@change
def values_of_a_map_typed(document: Document) -> None:
    schemas(document)["Hint"] = component("Hint", {"name": {**STRING, "title": "Name"}}, ["name"])
    fields(document, "PromptEncodePayload")["schemas"]["anyOf"][0]["additionalProperties"] = ref("Hint")


@change
def body_split_in_two(document: Document) -> None:
    copy = deepcopy(schemas(document)["EncodeRequest"])
    copy["properties"]["level"] = optional("level", INTEGER)
    schemas(document)["CompressRequest"] = {**copy, "title": "CompressRequest"}
    body = operation(document, "/v1/compress")["requestBody"]
    body["content"]["application/json"]["schema"] = ref("CompressRequest")


@change
def body_removed(document: Document) -> None:
    del operation(document, "/v1/optimize/response")["requestBody"]
    del schemas(document)["OptimizeResponsePayload"]


@change
def body_of_another_media_type(document: Document) -> None:
    body = operation(document, "/v1/decompress")["requestBody"]
    body["content"] = {"multipart/form-data": body["content"]["application/json"]}


# --- routes -------------------------------------------------------------------------------------------------------


@change
def new_route(document: Document) -> None:
    estimate = {"text": {**STRING, "title": "Text"}, "models": optional("models", STRINGS)}
    schemas(document)["EstimateRequest"] = component("EstimateRequest", estimate, ["text"])
    add_route(document, "estimate", "post", "/v1/estimate", body=ref("EstimateRequest"))


@change
def new_route_with_a_typed_reply(document: Document) -> None:
    compare = {"left": {"title": "Left"}, "right": {"title": "Right"}}
    reply = {"same": {**BOOLEAN, "title": "Same"}, "differences": {**STRINGS, "title": "Differences"}}
    schemas(document)["CompareRequest"] = component("CompareRequest", compare, compare)
    schemas(document)["CompareReply"] = component("CompareReply", reply, reply)
    add_route(document, "compare", "post", "/v1/compare", body=ref("CompareRequest"), reply=ref("CompareReply"))


def _payload_id() -> Document:
    return {"name": "payload_id", "in": "path", "required": True, "schema": {**STRING, "title": "Payload Id"}}


@change
def new_route_to_get(document: Document) -> None:
    limit = query("limit", {**INTEGER, "minimum": 1, "default": 20})
    parameters = [_payload_id(), limit]
    add_route(document, "get_payload", "get", "/v1/payloads/{payload_id}", parameters=parameters)


@change
def new_route_to_delete(document: Document) -> None:
    more: dict[str, Any] = {"reply": None, "status": "204", "parameters": [_payload_id()]}
    add_route(document, "delete_payload", "delete", "/v1/payloads/{payload_id}", **more)


@change
def new_route_with_a_known_body(document: Document) -> None:
    add_route(document, "check_prompt", "post", "/v1/prompts/check", body=ref("PromptEncodePayload"))


@change
def route_removed(document: Document) -> None:
    del document["paths"]["/v1/optimize/response"]
    del schemas(document)["OptimizeResponsePayload"]


@change
def route_renamed(document: Document) -> None:
    _move(document, "prompts_encode", "/v1/prompts/encode", "/v1/prompts/compress")


@change
def route_renamed_with_its_function(document: Document) -> None:
    del document["paths"]["/v1/prompts/encode"]
    add_route(document, "write_prompt", "post", "/v1/texts", body=ref("PromptEncodePayload"))


@change
def method_changed(document: Document) -> None:
    item = document["paths"]["/v1/prompts/decode"]
    item["put"] = item.pop("post")
    item["put"]["operationId"] = operation_id("prompts_decode", "put", "/v1/prompts/decode")


@change
def route_deprecated(document: Document) -> None:
    operation(document, "/v1/optimize")["deprecated"] = True


def _move(document: Document, function: str, path: str, target: str) -> None:
    document["paths"][target] = document["paths"].pop(path)
    operation(document, target)["operationId"] = operation_id(function, POST, target)


# --- parameters, statuses, replies, security ------------------------------------------------------------------------


@change
def new_optional_parameter(document: Document) -> None:
    operation(document, "/v1/compress")["parameters"] = [query("dry_run", {**BOOLEAN, "default": False})]


@change
def new_required_parameter(document: Document) -> None:
    operation(document, "/v1/decompress")["parameters"] = [query("tenant", STRING, required=True)]


@change
def new_error_status(document: Document) -> None:
    conflict = {"detail": {**STRING, "title": "Detail"}, "conflict_id": {**STRING, "title": "Conflict Id"}}
    schemas(document)["ConflictError"] = component("ConflictError", conflict, conflict)
    content = {"application/json": {"schema": ref("ConflictError")}}
    operation(document, "/v1/compress")["responses"]["451"] = {"description": "Withheld", "content": content}


@change
def success_status_changed(document: Document) -> None:
    responses = operation(document, "/v1/optimize")["responses"]
    responses["201"] = responses.pop("200")


def _compress_reply() -> Document:
    """Return every field that our contract has in the reply of `compress`."""
    blocks = {"additionalProperties": True, "type": "object"}
    return {
        "result": {**STRING, "title": "Result"},
        **{name: optional(name, STRING) for name in ("operation", "status")},
        **{name: optional(name, blocks) for name in ("stats", "token_stats", "metadata", "meta")},
    }


@change
def reply_typed_as_ours(document: Document) -> None:
    add_reply(document, "/v1/compress", "CompressReply", _compress_reply(), ["result"])


@change
def reply_with_another_field(document: Document) -> None:
    reply = {**_compress_reply(), "cost": optional("cost", {"type": "number"})}
    add_reply(document, "/v1/compress", "CompressReply", reply, ["result"])


@change
def reply_with_fewer_fields(document: Document) -> None:
    reply = {name: field for name, field in _compress_reply().items() if name not in ("stats", "status")}
    add_reply(document, "/v1/compress", "CompressReply", reply, ["result"])


@change
def reply_in_one_of_the_two_forms(document: Document) -> None:
    reply = {name: field for name, field in _compress_reply().items() if name not in ("token_stats", "metadata")}
    add_reply(document, "/v1/compress", "CompressReply", reply, ["result"])


@change
def reply_field_may_be_null(document: Document) -> None:
    reply = {**_compress_reply(), "result": optional("result", STRING)}
    add_reply(document, "/v1/compress", "CompressReply", reply, ["result"])


@change
def reply_field_changes_type(document: Document) -> None:
    reply = {**_compress_reply(), "result": {**STRINGS, "title": "Result"}}
    add_reply(document, "/v1/compress", "CompressReply", reply, ["result"])


@change
def bearer_key_published(document: Document) -> None:
    document["components"]["securitySchemes"] = {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
    for path, item in document["paths"].items():
        for one in item.values():
            if path != "/":
                one["security"] = [{"HTTPBearer": []}]


@change
def oauth_asked_for(document: Document) -> None:
    flow = {"password": {"scopes": {}, "tokenUrl": "token"}}
    document["components"]["securitySchemes"] = {"OAuth2PasswordBearer": {"type": "oauth2", "flows": flow}}
    operation(document, "/v1/compress")["security"] = [{"OAuth2PasswordBearer": []}]


# --- several at once ------------------------------------------------------------------------------------------------

CHANGES["new_field_removed_route_and_narrowed_bound"] = together(new_optional_list, route_removed, bound_narrowed)
CHANGES["fields_added"] = together(new_optional_tree, new_optional_enum, new_optional_parameter)
CHANGES["fields_widened"] = together(field_takes_another_type_too, enum_widened, bound_widened)
CHANGES["fields_tightened"] = together(new_required_field, optional_becomes_required, option_changes_type)
CHANGES["routes_added"] = together(new_route, new_route_to_delete, new_route_with_a_known_body)
CHANGES["routes_changed"] = together(field_removed, method_changed, success_status_changed)
CHANGES["everything_compatible"] = together(
    new_optional_number, new_optional_list, new_optional_object, new_nested_option, required_becomes_optional,
    bound_dropped, field_deprecated, new_route_with_a_typed_reply, new_route_to_get, route_deprecated, new_error_status,
    reply_with_another_field,
)  # fmt: skip
