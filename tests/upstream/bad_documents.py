"""What must be refused: documents that cannot be read, or that would lead the contract astray."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from tests.upstream.changes import fields, operation, schemas
from tests.upstream.documents import Document, as_json, as_yaml, ref, route


@dataclass(frozen=True)
class Bad:
    """A document that must be refused."""

    #: Makes the file of a good document.
    file: Callable[[Document], bytes]
    #: What the message has in it: the place, as a JSON pointer or a line.
    place: str
    #: Whether it is valid OpenAPI all the same, or passes for it with the validator.
    valid: bool = False
    suffix: str = ".json"


BAD: Final[dict[str, Bad]] = {}


def bad(place: str, *, valid: bool = False) -> Callable[[Callable[[Document], object]], None]:
    """Know a function, which spoils a copy of a document, by its name in `BAD`."""

    def known(edit: Callable[[Document], object]) -> None:
        def file(document: Document) -> bytes:
            copy = deepcopy(document)
            edit(copy)
            return as_json(copy).encode()

        BAD[edit.__name__] = Bad(file, place, valid)

    return known


# --- what is no document at all -------------------------------------------------------------------------------------

BAD["neither_json_nor_yaml"] = Bad(lambda _: b'{"openapi": "3.1.0", : [}\n', "line 1")
BAD["yaml_that_breaks_off"] = Bad(
    lambda document: as_yaml(document).encode() + b"broken: [1\nnext: 2\n", "line ", suffix=".yaml"
)
BAD["json_that_breaks_off"] = Bad(lambda document: as_json(document).encode()[:-200], "line ")
BAD["a_list"] = Bad(lambda _: b"[1, 2, 3]\n", "list")
BAD["a_text"] = Bad(lambda _: b"just a sentence\n", "text", suffix=".yaml")
BAD["an_html_page"] = Bad(
    lambda _: b"<!DOCTYPE html>\n<html><head><title>FastAPI - Swagger UI</title></head><body></body></html>\n", "HTML"
)
BAD["a_binary_file"] = Bad(lambda _: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\xff\xfe", "byte")
BAD["an_empty_file"] = Bad(lambda _: b"", "empty")


# --- what is not OpenAPI 3 ------------------------------------------------------------------------------------------


@bad("openapi")
def no_version(document: Document) -> None:
    del document["openapi"]


@bad("swagger")
def openapi_2(document: Document) -> None:
    del document["openapi"]
    document["swagger"] = "2.0"


@bad("/openapi")
def openapi_4(document: Document) -> None:
    document["openapi"] = "4.0.0"


@bad("/paths", valid=True)
def no_paths(document: Document) -> None:
    del document["paths"]


@bad("/paths", valid=True)
def empty_paths(document: Document) -> None:
    document["paths"] = {}


@bad("/paths")
def paths_in_a_list(document: Document) -> None:
    document["paths"] = [document["paths"]]


@bad("/paths/~1v1~1compress/post/responses")
def responses_in_a_list(document: Document) -> None:
    operation(document, "/v1/compress")["responses"] = [{"description": "Successful Response"}]


@bad("/paths/~1v1~1optimize/post/operationId")
def one_operation_id_for_two(document: Document) -> None:
    operation(document, "/v1/optimize")["operationId"] = operation(document, "/v1/compress")["operationId"]


# --- references and schemas that lead nowhere -----------------------------------------------------------------------


@bad("/components/schemas/DecodeRequest/properties/options")
def reference_to_nowhere(document: Document) -> None:
    fields(document, "DecodeRequest")["options"] = ref("Nowhere")


@bad("/components/schemas/DecodeRequest/properties/options")
def reference_to_another_file(document: Document) -> None:
    fields(document, "DecodeRequest")["options"] = {"$ref": "other.json#/components/schemas/DecodeOptions"}


@bad("/components/schemas/DecodeRequest/properties/options")
def reference_to_another_host(document: Document) -> None:
    fields(document, "DecodeRequest")["options"] = {"$ref": "https://other.example/openapi.json#/Options"}


@bad("/components/schemas/One")
def references_in_a_circle(document: Document) -> None:
    schemas(document).update(One=ref("Two"), Two=ref("One"))
    fields(document, "DecodeRequest")["options"] = ref("One")


@bad("/components/schemas/EncodeOptions/properties/indent")
def unknown_type(document: Document) -> None:
    fields(document, "EncodeOptions")["indent"] = {"type": "whole number"}


@bad("/components/schemas/DecodeRequest/required")
def required_is_no_list(document: Document) -> None:
    schemas(document)["DecodeRequest"]["required"] = "data"


@bad("/components/schemas/DecodeRequest/properties")
def fields_in_a_list(document: Document) -> None:
    schemas(document)["DecodeRequest"]["properties"] = ["data", "options"]


# --- parameters -----------------------------------------------------------------------------------------------------


@bad("/paths/~1v1~1compress/post/parameters/0")
def parameter_without_a_name(document: Document) -> None:
    operation(document, "/v1/compress")["parameters"] = [{"in": "query", "schema": {"type": "string"}}]


@bad("/paths/~1v1~1compress/post/parameters/0")
def path_parameter_that_the_path_lacks(document: Document) -> None:
    _add_parameter(document, "/v1/compress", {"name": "id", "in": "path", "required": True})


@bad("/paths/~1v1~1payloads~1{id}/get")
def path_parameter_that_is_not_described(document: Document) -> None:
    document["paths"]["/v1/payloads/{id}"] = {"get": route("get_payload", "get", "/v1/payloads/{id}")}


def _add_parameter(document: Document, path: str, parameter: dict[str, Any]) -> None:
    operation(document, path)["parameters"] = [{**parameter, "schema": {"type": "string"}}]


# --- another service's ----------------------------------------------------------------------------------------------


@bad("/paths", valid=True)
def none_of_our_routes(document: Document) -> None:
    document["paths"] = {"/pets": {"get": route("list_pets", "get", "/pets")}}
