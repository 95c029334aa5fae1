"""Make what the facade reads of the contract: the operation table and the typed results.

python scripts/derive_contract.py            write them
python scripts/derive_contract.py --check    write nothing; exit 1 and say how what is on disk differs
"""

from __future__ import annotations

import argparse
import ast
import keyword
import pprint
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from _files import CONTRACT, PACKAGE, formatted_all, in_docstring, write_or_check
from _names import python_name

REMEDY = "run `make generate`"
METHODS = ("get", "put", "post", "delete", "patch")
# A result is a dict: a field of these names is read by key, for the dict's own method keeps the attribute.
DICT_NAMES = frozenset(dir(dict))
#: What calls return where the reply has no body.
NO_BODY = "KaizenResult"
TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "object": "dict", "array": "list"}
Schema = dict[str, Any]


def name_of(schema: Schema) -> str | None:
    """Return the component that a schema refers to, through `anyOf: [$ref, null]` too."""
    for part in [schema, *schema.get("anyOf", ())]:
        if "$ref" in part:
            return str(part["$ref"]).rsplit("/", 1)[-1]
    return None


def bare(schema: Any) -> Any:
    """Return a schema without what only people read."""
    if isinstance(schema, list):
        return [bare(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: bare(field) for name, field in value.items()}
        if key == "properties"
        else value.rsplit("/", 1)[-1]
        if key == "$ref"
        else bare(value)
        for key, value in schema.items()
        if key not in ("description", "example", "examples") and not key.startswith("x-")
    }


def references(schema: Any) -> set[str]:
    """Return the names of the components that a schema refers to."""
    if isinstance(schema, list):
        return set().union(*map(references, schema))
    if not isinstance(schema, dict):
        return set()
    own = {str(schema["$ref"]).rsplit("/", 1)[-1]} if "$ref" in schema else set()
    return own.union(*map(references, schema.values()))


def closure(names: set[str], schemas: dict[str, Schema]) -> list[str]:
    """Return the named components and all that they refer to, in the contract's order."""
    seen: set[str] = set()
    while names - seen:
        new = names - seen
        seen |= new
        names = names.union(*(references(schemas[name]) for name in new))
    return [name for name in schemas if name in seen]


def taken_keywords() -> frozenset[str]:
    """Return the keywords that no field can have: the options of every call, and what methods call their own."""
    tree = ast.parse((PACKAGE / "options.py").read_text(encoding="utf-8"))
    options = {
        ast.unparse(part.target)
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name.endswith("CallOptions")
        for part in node.body
        if isinstance(part, ast.AnnAssign)
    }
    return frozenset(options | {"self", "payload", "call", "fields"})


def keyword_of(parameter: str, fields: Iterable[str] = ()) -> str:
    """Return the keyword of a parameter: its name, with an ending where the name is taken.

    Args:
        parameter: the name of the parameter.
        fields: the fields of the body.
    """
    name = python_name(parameter)
    return f"{name}_parameter" if name in taken_keywords() | set(map(python_name, fields)) else name


def parameters(contract: Schema, holders: list[Schema], request: str | None) -> list[dict[str, Any]]:
    """Return the parameters of an operation, those of its path first; cookies are not sent."""
    fields = contract["components"]["schemas"][request].get("properties", {}) if request else {}
    found = {}
    for parameter in (one for holder in holders for one in holder.get("parameters", ())):
        while "$ref" in parameter:
            parameter = contract["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[-1]]
        if parameter["in"] != "cookie":
            found[parameter["in"], parameter["name"]] = parameter
    return [
        {
            "keyword": keyword_of(name, fields),
            "name": python_name(name),
            "place": place,
            "required": bool(parameter.get("required", False)),
            "schema": bare(parameter["schema"]),
            **({"deprecated": True} if parameter.get("deprecated") else {}),
        }
        for (place, name), parameter in found.items()
    ]


def success(operation: Schema) -> Schema | None:
    """Return the schema of the reply that a call waits for; None where it has no body."""
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            found: Schema | None = response.get("content", {}).get("application/json", {}).get("schema")
            return found
    return None


def needs_from_dict(request: str | None, schemas: dict[str, Schema]) -> bool:
    """Whether a request model does not take plain fields: one holds models, or has another name in Python."""
    fields = schemas[request].get("properties", {}) if request else {}
    if request and not fields:
        # A body of which nothing is said holds its fields as they come.
        return True
    return any(_holds_models(field, schemas) for field in fields.values()) or bool(renamed(request, schemas))


def _holds_models(schema: Schema, schemas: dict[str, Schema]) -> bool:
    """Whether a field has models in a place where the generated code takes no dicts: anywhere but beside null."""
    parts = [part for part in schema.get("anyOf", ()) if part != {"type": "null"}]
    if len(parts) == 1 and len(schema["anyOf"]) == 2:
        return "items" in parts[0] and _holds_models(parts[0], schemas)
    if "$ref" in schema:
        return "enum" not in schemas[schema["$ref"].rsplit("/", 1)[-1]]
    inner = [*parts, *([schema["items"]] if "items" in schema else [])]
    return any(_holds_models(part, schemas) for part in inner)


def renamed(request: str | None, schemas: dict[str, Schema]) -> dict[str, str]:
    """Return the fields of a request that have another name in Python, with that name."""
    fields = schemas[request].get("properties", {}) if request else {}
    return {name: python_name(name) for name in fields if python_name(name) != name}


def operations(contract: Schema) -> list[dict[str, Any]]:
    """Return what the operation table says of each operation of the contract."""
    rows = []
    for path, item in contract["paths"].items():
        for method in METHODS:
            if (found := item.get(method)) is None:
                continue
            content = found.get("requestBody", {}).get("content", {})
            request = name_of(content["application/json"]["schema"]) if content else None
            reply = success(found)
            rows.append(
                {
                    "name": found["operationId"],
                    "method": method.upper(),
                    "path": path,
                    "module": f"{python_name(found['tags'][0])}.{python_name(found['operationId'])}",
                    "request": request,
                    "result": NO_BODY if reply is None else name_of(reply),
                    "deprecated": bool(found.get("deprecated", False)),
                    "parameters": parameters(contract, [item, found], request),
                    "from_dict": needs_from_dict(request, contract["components"]["schemas"]),
                    "renamed": renamed(request, contract["components"]["schemas"]),
                }
            )
    return rows


TABLE_HEAD = '''\
"""The contract's operations and request schemas as tables. Made by `make generate` from openapi.yaml. Do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple


class Parameter(NamedTuple):
    """One parameter of an operation."""

    #: The keyword that gives it, and what the generated function calls it.
    keyword: str
    name: str
    #: `path`, `query` or `header`.
    place: str
    required: bool
    schema: dict[str, Any]
    deprecated: bool = False


class Operation(NamedTuple):
    """One operation of the contract."""

    name: str
    method: str
    path: str
    #: The endpoint module, below `kaizen_client.generated.api`.
    module: str
    #: The request's component, None where the operation takes no body.
    request: str | None
    #: The success reply's component, the class of that name in `kaizen_client.typed_results`; `KaizenResult` of none.
    result: str
    deprecated: bool
    parameters: tuple[Parameter, ...] = ()
    #: Whether the request model is made with `from_dict`: a field holds models, or has another name in Python.
    from_dict: bool = False
    #: The fields that have another name in Python, with that name.
    renamed: Mapping[str, str] = MappingProxyType({})


'''


def contract_table(contract: Schema) -> str:
    """Return the source of `_contract.py`."""
    rows = operations(contract)
    lines = [f"    {row['name']!r}: Operation({', '.join(_arguments(row))}),\n" for row in rows]
    schemas = contract["components"]["schemas"]
    named = {row["request"] for row in rows if row["request"]}
    wanted = closure(named.union(*(_names_in(row["parameters"]) for row in rows)), schemas)
    tables = {name: bare(schemas[name]) for name in wanted}
    for name in named:
        tables[name].setdefault("properties", {})
    table = pprint.pformat(tables, sort_dicts=False, width=110)
    return (
        TABLE_HEAD
        + f"CONTRACT_VERSION: Final = {contract['info']['version']!r}\n\n"
        + f"HOSTED_URL: Final = {contract['servers'][0]['url']!r}\n\n"
        + "OPERATIONS: Final[dict[str, Operation]] = {\n"
        + "".join(lines)
        + "}\n\n#: The request components and what they refer to, without descriptions; a `$ref` is a key here.\n"
        + f"SCHEMAS: Final[dict[str, dict[str, Any]]] = {table}\n"
    )


def _arguments(row: dict[str, Any]) -> Iterator[str]:
    for field, value in row.items():
        if field == "parameters" and value:
            yield f"parameters=({', '.join(map(_parameter, value))},)"
        elif field not in ("parameters", "from_dict", "renamed") or value:
            yield f"{field}={value!r}"


def _parameter(found: dict[str, Any]) -> str:
    return f"Parameter({', '.join(f'{field}={value!r}' for field, value in found.items())})"


def _names_in(found: list[dict[str, Any]]) -> set[str]:
    return references([parameter["schema"] for parameter in found])


def is_block(name: str, schemas: dict[str, Schema]) -> bool:
    """Whether a component says what is in it, so that it gets a class; a free-form object stays a dict."""
    return bool(schemas[name].get("properties")) or entry_of(schemas[name]) is not None


def entry_of(schema: Schema) -> str | None:
    """Return the component of an object's entries, where it is a map to one."""
    entries = schema.get("additionalProperties")
    return name_of(entries) if isinstance(entries, dict) else None


def python_types(schema: Schema) -> list[str]:
    """Return the Python types that a schema allows, without None; nothing for any value."""
    found = schema.get("type")
    if found is None:
        return [kind for part in schema.get("anyOf", ()) for kind in python_types(part)]
    kinds = found if isinstance(found, list) else [found]
    return [TYPES[kind] for kind in kinds if kind != "null"]


def accessor(name: str, schema: Schema, *, required: bool, schemas: dict[str, Schema]) -> str:
    """Return the source of the read-only property for one field."""
    reference = name_of(schema)
    if reference is not None and is_block(reference, schemas):
        kind, body = f"{reference} | None", f"self._block({name!r}, {reference})"
    elif reference is not None:
        kind, body = "dict[str, Any] | None", f"self._typed({name!r}, dict)"
    elif kinds := python_types(schema):
        shown = " | ".join({"dict": "dict[str, Any]", "list": "list[Any]"}.get(one, one) for one in kinds)
        kind, body = f"{shown} | None", f"self._typed({name!r}, {', '.join(kinds)})"
        if len(kinds) > 1:
            body = f"cast({kind!r}, {body})"
        if required:
            kind, body = shown, f"cast({shown!r}, self[{name!r}])"
    else:
        kind, body = "Any", f"self.get({name!r})"
    text = in_docstring(schema.get("description", "").strip())
    return f'@property\ndef {name}(self) -> {kind}:\n    """{text}"""\n    return {body}\n'


def result_class(name: str, base: str, schemas: dict[str, Schema], extra: str = "") -> str:
    """Return the source of the class for one reply component."""
    schema = schemas[name]
    # A block has none of what a reply says of itself.
    taken = DICT_NAMES | (own_names() if base != "ReplyBlock" else {"entries"})
    required = schema.get("required", ())
    if (entry := entry_of(schema)) is not None:
        extra += f'@property\ndef entries(self) -> dict[str, {entry}]:\n    """The entries, by name."""\n'
        extra += f"    return self._entries({entry}, {tuple(schema.get('properties', ()))!r})\n"
    body = "".join(
        "\n" + accessor(field, part, required=field in required, schemas=schemas)
        for field, part in schema.get("properties", {}).items()
        if field not in taken and field.isidentifier() and not keyword.iskeyword(field)
    )
    doc = in_docstring(textwrap.indent(schema["description"].strip(), "    ").strip())
    if "\n" in doc:
        doc += "\n    "
    return f'class {name}({base}):\n    """{doc}"""\n\n    __slots__ = ()\n' + textwrap.indent(extra + body, "    ")


def base_of(name: str, schemas: dict[str, Schema]) -> str:
    """Return the base class of a result: only an encoder's reply must have its `result`."""
    return "EncodeResult" if "result" in schemas[name].get("required", ()) else "KaizenResult"


def value_source(name: str, schemas: dict[str, Schema]) -> str:
    """Return what a result class says of its value: where it stands, whether it must be there, its type."""
    fields = [field for field in schemas[name].get("properties", {}) if field in ("result", "data")]
    required = "result" in schemas[name].get("required", ())
    source = f"_model: ClassVar[str] = {name!r}\n_value_fields: ClassVar[tuple[str, ...]] = {tuple(fields)!r}\n"
    if schemas[name].get("x-value-optional"):
        source += "_value_needed: ClassVar[bool] = False\n"
    if required:
        source += "_value_type: ClassVar[type | None] = str\n"
        source += '\n@property\ndef value(self) -> str:\n    """The text, at whichever place the reply has it."""\n'
        source += '    return cast("str", self._value())\n'
    source += f'\n@property\ndef parsed(self) -> models.{name}:\n    """The reply as the generated model."""\n'
    source += f'    return cast("models.{name}", self._parsed())\n'
    return source


def own_names() -> frozenset[str]:
    """Return the attributes that results have of their own; they say more than a field of the same name does."""
    tree = ast.parse((PACKAGE / "results.py").read_text(encoding="utf-8"))
    return frozenset(
        part.name
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name in ("ReplyBlock", "KaizenResult", "EncodeResult")
        for part in node.body
        if isinstance(part, ast.FunctionDef)
    ) | {"parsed", "entries"}


def typed_results(contract: Schema) -> str:
    """Return the source of `typed_results.py`."""
    schemas = contract["components"]["schemas"]
    results = list(dict.fromkeys(row["result"] for row in operations(contract) if row["result"] != NO_BODY))
    blocks = [
        name
        for name in closure(set(results), schemas)
        if name not in results and is_block(name, schemas)
    ]  # fmt: skip
    head = (
        '"""What each call returns, typed. Made by `make generate` from openapi.yaml. Do not edit."""\n\n'
        "from __future__ import annotations\n\n"
        "from typing import TYPE_CHECKING, Any, ClassVar, cast\n\n"
        "from kaizen_client.results import EncodeResult, KaizenResult, ReplyBlock\n\n"
        "if TYPE_CHECKING:\n    from kaizen_client.generated import models\n\n"
    )
    classes = [result_class(name, "ReplyBlock", schemas) for name in blocks]
    classes += [result_class(name, base_of(name, schemas), schemas, value_source(name, schemas)) for name in results]
    public = pprint.pformat(sorted([*blocks, *results]), width=110)
    return head + f"__all__ = {public}\n\n\n" + "\n\n".join(classes)


def made() -> dict[Path, str]:
    """Return the files that the contract gives, by path."""
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    table, results = formatted_all([contract_table(contract), typed_results(contract)])
    return {PACKAGE / "_contract.py": table, PACKAGE / "typed_results.py": results}


def run(*, check: bool) -> int:
    """Write or check the made files; return the exit status."""
    return write_or_check(made(), check=check, remedy=REMEDY)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 on any difference")
    sys.exit(run(check=parser.parse_args().check))
