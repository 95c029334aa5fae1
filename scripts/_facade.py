"""What the contract asks of the facade: its methods, their keywords, how these are typed and described."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import derive_contract
import yaml
from _files import CONTRACT, PACKAGE, in_docstring
from _names import python_name
from _sample import sample
from derive_contract import Schema

CLIENT: Final = PACKAGE / "client.py"
_PASSTHROUGH: Final = PACKAGE / "passthrough.py"
#: Longer names of fields go in a payload.
_LONGEST: Final = 40
#: The keyword that is a field of bodies and an option of every call at once.
_SHARED: Final = "metadata"


class Keyword(NamedTuple):
    """A keyword of a method."""

    name: str
    #: The field of the body, or the parameter.
    key: str
    annotation: str
    description: str
    #: Whether it is a parameter, not a field of the body.
    is_parameter: bool
    required: bool

    @property
    def source(self) -> str:
        """The keyword as it stands in a signature."""
        must = self.is_parameter and self.required
        return f"{self.name}: {self.annotation}" + ("" if must else " = MISSING")


class Method(NamedTuple):
    """A method that the facade has to have."""

    name: str
    row: dict[str, Any]
    operation: Schema
    keywords: list[Keyword]
    #: The names of fields that no keyword can have: they go in a payload.
    payload_only: list[str]
    result: str
    options: str
    takes_metadata: bool

    @property
    def operation_place(self) -> str:
        """The route, such as `POST /v1/compress`."""
        return f"{self.row['method']} {self.row['path']}"

    @property
    def description(self) -> str:
        """What the contract says of the operation, as it stands in a docstring."""
        text = " ".join(str(self.operation.get("description", "")).split())
        return textwrap.fill(in_docstring(text), 100)


def placeholder(of: str) -> str:
    """Return the words that stand for none: of a field, parameter or route that nobody has described."""
    return f"The service's `{of}`."


def read_contract(path: Path = CONTRACT) -> Schema:
    """Return the contract."""
    found: Schema = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


def methods(contract: Schema) -> dict[str, Method]:
    """Return the methods that the facade has to have, by name, in the contract's order."""
    schemas = contract["components"]["schemas"]
    encoders, taken = _encode_routes(), derive_contract.taken_keywords()
    found = {}
    for row in derive_contract.operations(contract):
        item = contract["paths"][row["path"]]
        operation = item[row["method"].lower()]
        keywords, payload_only = [], []
        schema = schemas[row["request"]] if row["request"] else {}
        for key, field in schema.get("properties", {}).items():
            name = python_name(key)
            if key == _SHARED:
                continue
            if name in taken or not name.isidentifier() or len(key) > _LONGEST:
                payload_only.append(key)
                continue
            text = field.get("description", "")
            must = key in schema.get("required", ())
            keywords.append(Keyword(name, key, annotation(field, schemas), text, is_parameter=False, required=must))
        described = _parameter_texts(contract, [item, operation], schema.get("properties", {}))
        for one in row["parameters"]:
            kind = "required" if one["required"] else "parameter"
            name, typed = one["keyword"], annotation(one["schema"], schemas, kind)
            keywords.append(
                Keyword(name, name, typed, described.get(name, ""), is_parameter=True, required=one["required"])
            )
        found[row["name"]] = Method(
            row["name"], row, operation, keywords, payload_only, row["result"],
            "EncodeCallOptions" if row["name"] in encoders else "CallOptions", _SHARED in schema.get("properties", {}),
        )  # fmt: skip
    return found


def _parameter_texts(contract: Schema, holders: list[Schema], fields: Schema) -> dict[str, str]:
    texts = {}
    for one in (parameter for holder in holders for parameter in holder.get("parameters", ())):
        found = one
        while "$ref" in found:
            found = contract["components"]["parameters"][found["$ref"].rsplit("/", 1)[-1]]
        texts[derive_contract.keyword_of(found["name"], fields)] = found.get("description", "")
    return texts


def _encode_routes() -> frozenset[str]:
    """Return the routes that may give the original back, from the module that says so."""
    for node in ast.parse(_PASSTHROUGH.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "ENCODE_ROUTES" and node.value:
            return frozenset(one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant))  # type: ignore[misc]
    raise SystemExit(f"{_PASSTHROUGH.name} has no ENCODE_ROUTES")


# --- types ----------------------------------------------------------------------------------------------------------


def annotation(schema: Schema, schemas: dict[str, Schema], kind: str = "field") -> str:
    """Return the type of a keyword.

    Args:
        schema: the field's, or the parameter's.
        schemas: the contract's components.
        kind: `field`, `parameter`, or `required` for a parameter that must be given.
    """
    parts = list(dict.fromkeys(_types(schema, schemas)))
    if not parts:
        return "Any"
    nullable = "None" in parts
    parts = [part for part in parts if part != "None"]
    if kind != "required":
        parts.append("Missing")
    return " | ".join([*parts, "None"] if nullable else parts)


def _types(schema: Schema, schemas: dict[str, Schema]) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        if schemas[name].get("properties"):
            yield name
        yield from _types(schemas[name], schemas)
        return
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _types(part, schemas)
    kinds = schema.get("type", [])
    values = schema.get("enum")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind == "null":
            yield "None"
        elif values is not None:
            yield f"Literal[{', '.join(repr(value) for value in values if value is not None)}]"
        elif kind == "array":
            inner = " | ".join(dict.fromkeys(_types(schema.get("items", {}), schemas))) or "Any"
            # A list of models is no list of models or mappings; a sequence is.
            yield f"Sequence[{inner}]" if "Mapping" in inner else f"list[{inner}]"
        else:
            yield {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}.get(
                kind, "Mapping[str, Any]"
            )


# --- what the facade has --------------------------------------------------------------------------------------------


def present(source: str, class_name: str = "KaizenClient") -> dict[str, ast.AsyncFunctionDef | ast.FunctionDef]:
    """Return the public methods of a client's class, by name."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name == class_name:
            return {
                part.name: part
                for part in node.body
                if isinstance(part, ast.AsyncFunctionDef | ast.FunctionDef) and not part.name.startswith("_")
            }
    raise SystemExit(f"there is no class {class_name}")


def problems(source: str, contract: Schema, path: str = "kaizen_client/client.py") -> list[str]:
    """Return where a facade and the contract differ in methods, keywords and types: a line each, with its place."""
    has, found = present(source), []
    wanted = methods(contract)
    for name, method in wanted.items():
        if not isinstance(node := has.get(name), ast.AsyncFunctionDef):
            found.append(f"{path}:1: {name}() is missing: {method.row['method']} {method.row['path']}")
            continue
        args = {arg.arg: arg for arg in node.args.kwonlyargs}
        where = method.row["request"] or method.row["path"]
        for one in method.keywords:
            if (arg := args.get(one.name)) is None:
                what = "a parameter" if one.is_parameter else "a field"
                found.append(f"{path}:{node.lineno}: {name}() has no keyword {one.name!r}, {what} of {where}")
            elif arg.annotation is None or not _same(ast.unparse(arg.annotation), one.annotation):
                found.append(f"{path}:{arg.lineno}: {name}({one.name}=) is not typed {one.annotation}")
        known = {one.name for one in method.keywords}
        found += [
            f"{path}:{arg.lineno}: {name}() has the keyword {arg.arg!r}, which {where} has not"
            for arg in node.args.kwonlyargs
            if arg.arg not in known
        ]
        if node.returns is None or ast.unparse(node.returns) != method.result:
            found.append(f"{path}:{node.lineno}: {name}() does not say that it returns {method.result}")
    own = {name for name, node in has.items() if isinstance(node, ast.AsyncFunctionDef)} - {"close", "request"}
    found += [f"{path}:{has[name].lineno}: {name}() is no route of the contract" for name in own - set(wanted)]
    return found


def _same(one: str, other: str) -> bool:
    return ast.unparse(ast.parse(one)) == ast.unparse(ast.parse(other))


# --- a method's source ----------------------------------------------------------------------------------------------


def method_source(method: Method, contract: Schema) -> str:
    """Return the source of a method, typed and documented from the contract, indented as in the class."""
    request, fields = method.row["request"], [one for one in method.keywords if not one.is_parameter]
    lines = [f"async def {method.name}(", "    self,"]
    if request:
        lines += [f"    payload: {request} | Mapping[str, Any] | Missing = MISSING,", "    /,"]
    # What must be given comes first.
    ordered = sorted(method.keywords, key=lambda one: not (one.is_parameter and one.required))
    if ordered:
        lines += ["    *,", *(f"    {one.source}," for one in ordered)]
    lines += [f"    **call: Unpack[{method.options}],", f") -> {method.result}:"]
    lines += textwrap.indent(_docstring(method, ordered, contract), "    ").splitlines()
    arguments = [repr(method.name), method.result, "payload" if request else "MISSING", _table(fields), "call"]
    if len(fields) < len(ordered):
        arguments.append(_table([one for one in ordered if one.is_parameter]))
    lines.append(f"    return await self._call({', '.join(arguments)})")
    return textwrap.indent("\n".join(lines), "    ") + "\n"


def _table(keywords: list[Keyword]) -> str:
    return "{" + ", ".join(f"{one.key!r}: {one.name}" for one in keywords) + "}"


def _docstring(method: Method, keywords: list[Keyword], contract: Schema) -> str:
    summary = in_docstring(" ".join(str(method.operation["summary"]).split()))
    parts = [summary if summary.endswith(".") else f"{summary}."]
    if method.description and method.description.rstrip(".") != summary.rstrip("."):
        parts.append(method.description)
    lines = ["Args:"]
    if method.row["request"]:
        name = method.row["request"]
        article = "an" if name[0] in "AEIOU" else "a"
        lines.append(f"    payload: the whole request, a dict or {article} `{name}`, in place of the fields.")
    lines += [described(one) for one in keywords]
    lines.append(f"    call: options of this call{', `metadata` among them' if method.takes_metadata else ''}.")
    parts.append("\n".join(lines))
    parts.append(
        "Raises:\n"
        f"    KaizenPayloadError: the {'payload' if method.row['request'] else 'call'} cannot be sent; nothing was.\n"
        "    KaizenAPIError: the service answered with an error.\n"
        "    KaizenRequestError: there was no answer."
    )
    parts.append(in_docstring(f">>> result = await client.{method.name}({_example(method, contract)})"))
    return '"""' + "\n\n".join(parts) + '\n"""'


def described(one: Keyword) -> str:
    """Return the line of a docstring that says what a keyword is."""
    text = in_docstring(" ".join(one.description.split())) or placeholder(one.key)
    text = text if text.endswith(".") else f"{text}."
    start = text if text[:2].isupper() or text.startswith("`") else text[0].lower() + text[1:]
    return textwrap.fill(f"{one.name}: {start}", 100, initial_indent="    ", subsequent_indent=" " * 8)


def _example(method: Method, contract: Schema) -> str:
    given: dict[str, Any] = {}
    content = method.operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    for example in content.get("examples", {}).values():
        if "$ref" in example:
            example = contract["components"]["examples"][example["$ref"].rsplit("/", 1)[-1]]
        given = {python_name(key): value for key, value in example.get("value", {}).items()}
        break
    for one in method.row["parameters"]:
        if one["required"]:
            given[one["keyword"]] = sample(one["schema"], contract["components"]["schemas"])
    return ", ".join(f"{name}={value!r}" for name, value in given.items())
