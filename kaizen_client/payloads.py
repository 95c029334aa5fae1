"""From what a caller passes - a dict, a request model, keywords - to a checked request body."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from itertools import chain
from typing import Any, Final

from kaizen_client._contract import OPERATIONS, SCHEMAS, Operation
from kaizen_client.exceptions import KaizenError, KaizenPayloadError
from kaizen_client.options import MISSING

_NAMES: Final = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object with string keys",
    "array": "a list",
    "null": "null",
}
#: What servers commonly take of a URL; httpx refuses eight times as much.
_LONGEST_ROUTE: Final = 8_000
# The words of a schema that speak of one type, where it allows several.
_ONLY_FOR: Final = {"minimum": "integer", "items": "array", "properties": "object", "additionalProperties": "object"}
# What to write instead of a value that JSON has no form for, by the name of its type.
_REMEDIES: Final = {
    "set": "use sorted(...) or list(...)",
    "frozenset": "use sorted(...) or list(...)",
    "datetime": "use .isoformat()",
    "date": "use .isoformat()",
    "time": "use .isoformat()",
    "Decimal": "use str(...), or float(...) where rounding is fine",
    "bytes": "decode it, or write it as base64 text",
    "bytearray": "decode it, or write it as base64 text",
    "UUID": "use str(...)",
    "PosixPath": "use str(...)",
    "WindowsPath": "use str(...)",
    "ndarray": "use .tolist()",
    "DataFrame": 'use .to_dict(orient="records")',
    "generator": "use list(...)",
}


def fields_of(operation: Operation, payload: object, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request's fields from one of the three forms, checked but for what JSON can hold.

    Args:
        operation: what is called.
        payload: the positional payload, a mapping or a request model, or `MISSING`.
        keywords: the fields as keywords, each `MISSING` where it was not given.

    Raises:
        KaizenPayloadError: both forms, a field too many or too few, a value of the wrong type.
    """
    name = str(operation.request)
    schema = SCHEMAS[name]
    given = {key: value for key, value in keywords.items() if value is not MISSING}
    if payload is MISSING:
        fields = given
    elif given:
        raise KaizenPayloadError(
            f"{operation.name}() was given a payload and {_listed(given)} as keywords too",
            remedy="pass everything in the payload, or everything as keywords",
        )
    else:
        fields = _as_fields(payload, operation)
    known = schema["properties"]
    for key in fields:
        if key not in known:
            raise _unknown_field(key, known, name)
        if known[key].get("deprecated"):
            warnings.warn(f"{key} of {name} is deprecated by the service", DeprecationWarning, stacklevel=4)
    for key in schema.get("required", ()):
        if key not in fields:
            raise KaizenPayloadError(
                f"{operation.name}() needs this field",
                path=key,
                remedy=f'pass {key}=..., or a payload such as {{"{key}": ...}}',
            )
    fields = {key: _plain(value, known[key]) for key, value in fields.items()}
    for key, value in fields.items():
        _check(value, known[key], key)
    if fields.get("ktof") == "" and not fields.get("replay_meta"):
        raise KaizenPayloadError(
            "the text is empty, which is what {} as a whole encodes to",
            path="ktof",
            remedy='leave the call out, or use decompress(data=""), which gives {} back',
        )
    return fields


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}=" for name in names)


def _as_fields(payload: object, operation: Operation) -> dict[Any, Any]:
    to_dict = getattr(payload, "to_dict", None)
    if callable(to_dict) and not isinstance(payload, Mapping | type):
        expected = str(operation.request)
        if expected not in {kind.__name__ for kind in type(payload).__mro__}:
            raise KaizenPayloadError(
                f"{operation.name}() takes {expected}, not {type(payload).__name__}",
                remedy=f"pass a {expected}, a dict, or the fields as keywords",
            )
        return dict(to_dict())
    if not isinstance(payload, Mapping):
        raise KaizenPayloadError(
            f"{operation.name}() takes a dict or {operation.request}, not {type(payload).__name__}",
            remedy=f'wrap the value, as in {{"{SCHEMAS[str(operation.request)]["required"][0]}": ...}}',
        )
    return dict(payload)


def refuse_unknown_options(call: Mapping[str, Any], known: Iterable[str], fields: Iterable[str]) -> None:
    """Refuse a keyword that is neither a field nor an option of the call.

    Raises:
        KaizenPayloadError: names it, and what may have been meant.
    """
    for name in call:
        if name not in known:
            raise KaizenPayloadError(
                "no such field or option",
                path=name,
                remedy=f"{_meant(name, [*fields, *known])}the options of this call are {', '.join(sorted(known))}; "
                "for a field newer than this client use extra_body=",
            )


def _meant(key: object, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # Only here: a fault need not be fast.

    close = get_close_matches(str(key), list(known), 1)
    return f"did you mean {close[0]}? " if close else ""


def _unknown_field(key: object, known: Mapping[str, Any], name: str) -> KaizenPayloadError:
    return KaizenPayloadError(
        f"{name} has no such field",
        path=key if isinstance(key, str) else repr(key),
        remedy=f"{_meant(key, known)}the fields are {', '.join(known)}; for one newer than this client use extra_body=",
    )


def _plain(value: Any, schema: Mapping[str, Any]) -> Any:
    """Return what stands for an object of the contract - a model, any mapping - as a dict."""
    if schema and not isinstance(value, str | int | float | list | tuple | dict) and value is not None:
        if callable(to_dict := getattr(value, "to_dict", None)) and not isinstance(value, type):
            return to_dict()
        if isinstance(value, Mapping):
            return dict(value)
    return value


def _kinds(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the alternatives that a schema allows, each of one type."""
    if "$ref" in schema:
        return _kinds(SCHEMAS[schema["$ref"]])
    if "anyOf" in schema:
        return [kind for part in schema["anyOf"] for kind in _kinds(part)]
    if isinstance(schema.get("type"), list):
        return [
            {key: value for key, value in schema.items() if _ONLY_FOR.get(key, kind) == kind} | {"type": kind}
            for kind in schema["type"]
        ]
    return [schema]


def _is(value: object, kind: str) -> bool:
    match kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list | tuple)
        case _:
            return isinstance(value, dict)


def _check(value: Any, schema: Mapping[str, Any], path: str) -> None:
    kinds = _kinds(schema)
    if not any("type" in kind for kind in kinds):
        return
    matching = [kind for kind in kinds if _is(value, kind["type"])]
    if not matching:
        wanted = " or ".join(dict.fromkeys(_described(kind) for kind in kinds))
        raise KaizenPayloadError(f"{wanted} is needed, not {_shown(value)}", path=path, remedy=_remedy(value, kinds))
    kind = next((kind for kind in matching if value in kind.get("enum", (value,))), None)
    if kind is None:
        allowed = ", ".join(repr(one) for one in matching[0]["enum"])
        raise KaizenPayloadError(f"the value {_short(value)} is not allowed", path=path, remedy=f"use one of {allowed}")
    if "minimum" in kind and value < kind["minimum"]:
        raise KaizenPayloadError(
            f"the value {_short(value)} is too small", path=path, remedy=f"use {kind['minimum']} or more"
        )
    for index, item in enumerate(value if "items" in kind else ()):
        _check(item, kind["items"], f"{path}[{index}]")
    known: Mapping[str, Any] = kind.get("properties", {})
    for key, item in value.items() if known else ():
        if key not in known:
            raise _unknown_field(f"{path}.{key}", {f"{path}.{name}": 1 for name in known}, path)
        _check(item, known[key], f"{path}.{key}")


def _described(kind: Mapping[str, Any]) -> str:
    if "enum" in kind:
        return " or ".join(repr(one) for one in kind["enum"])
    if "items" in kind and "type" in kind["items"]:
        return f"a list of {kind['items']['type']}s"
    return _NAMES[kind["type"]]


def _shown(value: Any) -> str:
    return "null" if value is None else f"{type(value).__name__}"


def _remedy(value: Any, kinds: list[Mapping[str, Any]]) -> str:
    wanted = {kind["type"] for kind in kinds}
    if isinstance(value, str) and "array" in wanted:
        return "put it in a list, as in [...]"
    if "object" in wanted:
        return 'give it names, as in {"name": ...}'
    return f"pass {' or '.join(_NAMES[kind] for kind in sorted(wanted - {'null'}))}"


# --- the body ---------------------------------------------------------------------------------------------------


@cache
def _endpoint(operation: str) -> tuple[Callable[..., dict[str, Any]], Any]:
    """Return the generated `_get_kwargs` of an operation and its request model, imported when first used."""
    row = OPERATIONS[operation]
    # The models first, as a whole: were two threads to begin at two of them, each would wait for the other's import.
    models = import_module("kaizen_client.generated.models")
    module = import_module(f"kaizen_client.generated.api.{row.module}")
    model = getattr(models, row.request) if row.request else None
    return module._get_kwargs, model


def request_of(operation: Operation, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the generated request: `method`, `url` and, where the operation takes a body, `json`."""
    get_kwargs, model = _endpoint(operation.name)
    return get_kwargs() if model is None else get_kwargs(body=model(**fields))


def with_extra(body: dict[str, Any], extra: object) -> dict[str, Any]:
    """Return a body with fields merged in that this client does not know; objects are merged, others replaced.

    Raises:
        KaizenPayloadError: `extra` is not a mapping with string keys.
    """
    if not isinstance(extra, Mapping) or not all(isinstance(key, str) for key in extra):
        raise KaizenPayloadError(
            f"a mapping with string keys is needed, not {_shown(extra)}",
            path="extra_body",
            remedy='write it as extra_body={"field": value}',
        )
    merged = dict(body)
    for key, value in extra.items():
        inner = merged.get(key)
        merged[key] = with_extra(inner, value) if isinstance(inner, dict) and isinstance(value, Mapping) else value
    return merged


def encoded(body: Any, *, limit: int | None = None) -> bytes:
    """Return a body as compact JSON in UTF-8, made once for all attempts.

    Raises:
        KaizenPayloadError: JSON cannot hold it, or it is larger than `limit` bytes; names the place and the remedy.
    """
    try:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        _refuse_other_keys(body)
        data = text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise _located(body, error) from None
    if limit is not None and len(data) > limit:
        raise KaizenPayloadError(
            f"the request would be {len(data):,} bytes, over max_request_bytes ({limit:,})",
            remedy="send less at once, or raise max_request_bytes",
        )
    return data


def _refuse_other_keys(body: Any) -> None:
    """Raise `TypeError` for a key that is not a string, which `json.dumps` would quietly turn into one.

    Level by level with set operations, since a walk over each value costs as much as the encoding.
    """
    level: Any = [body]
    while True:
        # The types first: few distinct ones, found without a step of Python for each value.
        kinds = set(map(type, level))
        dict_kinds = {kind for kind in kinds if issubclass(kind, dict)}
        list_kinds = {kind for kind in kinds if issubclass(kind, list | tuple)}
        dicts = _of(level, dict_kinds, kinds)
        lists = _of(level, list_kinds, kinds)
        if not dicts and not lists:
            return
        keys = set().union(*dicts)
        if set(map(type, keys)) - {str} and not all(isinstance(key, str) for key in keys):
            raise TypeError
        below = chain(chain.from_iterable(map(dict.values, dicts)), chain.from_iterable(lists))
        level = list(below)


def _of(values: list[Any], wanted: set[type], present: set[type]) -> list[Any]:
    if not wanted:
        return []
    return values if wanted == present else [value for value in values if type(value) in wanted]


def _located(body: Any, error: Exception) -> KaizenPayloadError:
    """Find where JSON cannot hold a body, for the message of the error that said so."""
    if isinstance(error, RecursionError):
        return KaizenPayloadError("the payload is nested too deeply for JSON", remedy="flatten it")
    on_path: set[int] = set()
    stack: list[tuple[str, Any, bool]] = [("", body, False)]
    while stack:
        path, value, leaving = stack.pop()
        if leaving:
            on_path.discard(id(value))
            continue
        if isinstance(value, dict | list | tuple):
            if id(value) in on_path:
                return KaizenPayloadError("the value holds itself", path=path, remedy="take the circle out")
            on_path.add(id(value))
            stack.append((path, value, True))
            for key in value if isinstance(value, dict) else ():
                if not isinstance(key, str):
                    return KaizenPayloadError(
                        f"the key {_short(key)} is {type(key).__name__}, and JSON has only string keys",
                        path=path, remedy="use str(...) for the keys",
                    )  # fmt: skip
                if (problem := _text_problem(key)) is not None:
                    return KaizenPayloadError(f"a key {problem}", path=path, remedy="take the surrogate out")
            items = value.items() if isinstance(value, dict) else enumerate(value)
            stack.extend((_joined(path, key), item, False) for key, item in reversed(list(items)))
        elif (found := _value_problem(path, value)) is not None:
            return found
    return KaizenPayloadError(f"JSON cannot hold the payload: {error}")


def _short(key: object) -> str:
    try:
        text = repr(key)
    except ValueError:
        return "with very many digits"
    return text if len(text) <= 40 else f"{text[:40]}..."


def _joined(path: str, key: Any) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not key.isidentifier():
        return f"{path}[{_short(key)}]"
    return f"{path}.{key}" if path else str(key)


def _text_problem(text: str) -> str | None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "has a lone surrogate in it, which UTF-8 cannot hold"
    return None


def _value_problem(path: str, value: Any) -> KaizenPayloadError | None:
    if isinstance(value, str):
        if (problem := _text_problem(value)) is not None:
            return KaizenPayloadError(f"the text {problem}", path=path, remedy="take it out or replace it")
    elif isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return KaizenPayloadError(f"{value} is not a JSON number", path=path, remedy="use None or a finite number")
    elif isinstance(value, int):
        try:
            str(value)
        except ValueError:
            return KaizenPayloadError("the integer has too many digits", path=path, remedy="send it as a text")
    elif value is not None:
        kind = type(value).__name__
        remedy = _REMEDIES.get(kind, "turn it into dicts, lists, texts and numbers first")
        if callable(getattr(value, "model_dump", None)):
            remedy = 'use .model_dump(mode="json")'
        elif hasattr(value, "__dataclass_fields__"):
            remedy = "use dataclasses.asdict(...)"
        return KaizenPayloadError(f"JSON has no form for {kind}", path=path, remedy=remedy)
    return None


def json_name(value: Any) -> str:
    """Return what JSON calls a value's type, for messages."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def refuse_odd_route(method: object, path: object) -> None:
    """Refuse a method and a route that cannot be sent below the base URL.

    Raises:
        KaizenPayloadError: one of them will not do.
    """
    if not isinstance(method, str) or not method.isascii() or not method.isalpha():
        raise KaizenPayloadError("an HTTP method is needed", path="method", remedy='use "GET", "POST" ...')
    if not isinstance(path, str) or not path.startswith("/") or not path.isascii() or not path.isprintable():
        raise KaizenPayloadError(
            "a route is needed, not a URL", path="path", remedy='begin it with a slash, as in "/v1/compress"'
        )
    if "#" in path:
        raise KaizenPayloadError("the route has a fragment, which is never sent", path="path", remedy="leave out #...")
    if len(path) > _LONGEST_ROUTE:
        raise KaizenPayloadError(
            f"the route is {len(path):,} characters long", path="path", remedy=f"use {_LONGEST_ROUTE:,} at most"
        )


class _OwnCode:
    """Turns what the code of a passed object raises, while it is read, into an error of ours."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        # A warning that was made an error is the application's wish.
        if kind is None or not issubclass(kind, Exception) or issubclass(kind, KaizenError | Warning):
            return
        raise KaizenPayloadError(
            f"an object that was passed failed with {kind.__name__} while it was read",
            remedy="pass plain dicts, lists, strings and numbers",
        ) from error


_OWN_CODE: Final = _OwnCode()


def own_code() -> _OwnCode:
    """Return a context in which an object that fails is a `KaizenPayloadError`."""
    return _OWN_CODE
