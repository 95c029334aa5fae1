"""From what a caller passes - a dict, a request model, keywords - to a checked request body."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, urlencode

from kaizen_client import json_bodies
from kaizen_client._contract import OPERATIONS, SCHEMAS, Operation
from kaizen_client.exceptions import KaizenError, KaizenPayloadError
from kaizen_client.headers import HiddenFields
from kaizen_client.options import MISSING
from kaizen_client.schema_checks import check, deprecated_in, deprecates_within, meant, short, shown, unknown_field

#: What servers commonly take of a URL; httpx refuses eight times as much.
_LONGEST_ROUTE: Final = 8_000
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
        if key not in known and known:
            raise unknown_field(key, known, name)
        if known.get(key, {}).get("deprecated"):
            warnings.warn(f"{key} of {name} is deprecated by the service", DeprecationWarning, stacklevel=4)
    for key in schema.get("required", ()):
        if key not in fields:
            raise KaizenPayloadError(
                f"{operation.name}() needs this field",
                path=key,
                remedy=f'pass {key}=..., or a payload such as {{"{key}": ...}}',
            )
    # A body of which nothing is said takes any fields.
    fields = {key: _plain(value, known.get(key, {})) for key, value in fields.items()}
    for key, value in fields.items():
        check(value, known.get(key, {}), key)
    if deprecates_within(name):
        inside = [path for key, value in fields.items() for path in deprecated_in(value, known[key], key)]
        for path in dict.fromkeys(inside):
            warnings.warn(f"{path} of {name} is deprecated by the service", DeprecationWarning, stacklevel=4)
    if fields.get("ktof") == "" and not fields.get("replay_meta"):
        raise KaizenPayloadError(
            "the text is empty, which is what {} as a whole encodes to",
            path="ktof",
            remedy='leave the call out, or use decompress(data=""), which gives {} back',
        )
    return fields


def _attributes(model: Any, operation: Operation) -> dict[str, Any]:
    """Return the fields of a model as they were given: its own `to_dict` takes no dicts inside lists."""
    from kaizen_client.generated.types import Unset

    names = SCHEMAS[str(operation.request)]["properties"]
    given = {name: getattr(model, operation.renamed.get(name, name)) for name in names}
    return {name: value for name, value in given.items() if not isinstance(value, Unset)} | dict(
        getattr(model, "additional_properties", {})
    )


def main_field(operation: Operation) -> str | None:
    """Return the field that a request is about: the first one that must be there."""
    required = SCHEMAS[str(operation.request)].get("required") if operation.request else None
    return str(required[0]) if required else None


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
        return _attributes(payload, operation) if operation.from_dict else dict(to_dict())
    if not isinstance(payload, Mapping):
        raise KaizenPayloadError(
            f"{operation.name}() takes a dict or {operation.request}, not {type(payload).__name__}",
            remedy=f'wrap the value, as in {{"{main_field(operation) or "name"}": ...}}',
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
                remedy=f"{meant(name, [*fields, *known])}the options of this call are {', '.join(sorted(known))}; "
                "for a field newer than this client use extra_body=",
            )


def _plain(value: Any, schema: Mapping[str, Any]) -> Any:
    """Return what stands for an object of the contract - a model, any mapping - as a dict."""
    if isinstance(value, list | tuple) and "$ref" in schema.get("items", ()):
        return [_plain(item, schema["items"]) for item in value]
    if schema and not isinstance(value, str | int | float | list | tuple | dict) and value is not None:
        if callable(to_dict := getattr(value, "to_dict", None)) and not isinstance(value, type):
            return to_dict()
        if isinstance(value, Mapping):
            return dict(value)
    return value


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


def parameters_of(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a call, in path, query and header, checked.

    Args:
        operation: what is called.
        given: the parameters by keyword, each `MISSING` where it was not given.

    Raises:
        KaizenPayloadError: one is missing, of the wrong type, or cannot stand in a path.
    """
    found = {}
    for parameter in operation.parameters:
        value = given.get(parameter.keyword, MISSING)
        if value is MISSING:
            if parameter.required:
                raise KaizenPayloadError(
                    f"{operation.name}() needs this parameter",
                    path=parameter.keyword,
                    remedy=f"pass {parameter.keyword}=...",
                )
            continue
        check(value, parameter.schema, parameter.keyword)
        if parameter.place == "path" and str(value) in ("", ".", ".."):
            raise KaizenPayloadError(
                f"the value {short(value)} would lead to another route", path=parameter.keyword, remedy="pass another"
            )
        if parameter.deprecated:
            warnings.warn(
                f"{parameter.keyword}= of {operation.name}() is deprecated by the service",
                DeprecationWarning,
                stacklevel=4,
            )
        found[parameter.name] = value
    return found


def request_of(
    operation: Operation, fields: Mapping[str, Any], parameters: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """Return the generated request: `method`, `url` and, where the operation has them, `json`, `params`, `headers`."""
    get_kwargs, model = _endpoint(operation.name)
    if model is None:
        return get_kwargs(**parameters)
    if operation.from_dict:
        return get_kwargs(**parameters, body=model.from_dict(fields))
    return get_kwargs(**parameters, body=model(**fields))


def path_of(request: Mapping[str, Any]) -> str:
    """Return the path of a generated request with its query."""
    pairs = [
        (name, _in_query(one))
        for name, value in request.get("params", {}).items()
        for one in (value if isinstance(value, list | tuple) else [value])
    ]
    return f"{request['url']}?{urlencode(pairs, quote_via=quote)}" if pairs else str(request["url"])


def _in_query(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) or value is None else str(value)


def with_parameter_headers(call: Mapping[str, Any], request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the options of a call with the header parameters of its request among the headers."""
    own = {name: value for name, value in request.get("headers", {}).items() if name.lower() != "content-type"}
    return {**call, "headers": HiddenFields({**own, **(call.get("headers") or {})})} if own else call


def with_extra(body: dict[str, Any], extra: object) -> dict[str, Any]:
    """Return a body with fields merged in that this client does not know; objects are merged, others replaced.

    Raises:
        KaizenPayloadError: `extra` is not a mapping with string keys.
    """
    if not isinstance(extra, Mapping) or not all(isinstance(key, str) for key in extra):
        raise KaizenPayloadError(
            f"a mapping with string keys is needed, not {shown(extra)}",
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
        data = json_bodies.encode(body)
    except (TypeError, ValueError, RecursionError) as error:
        raise _located(body, error) from None
    if limit is not None and len(data) > limit:
        raise KaizenPayloadError(
            f"the request would be {len(data):,} bytes, over max_request_bytes ({limit:,})",
            remedy="send less at once, or raise max_request_bytes",
        )
    return data


def _located(body: Any, error: Exception) -> KaizenPayloadError:
    """Find where JSON cannot hold a body, for the message of the error that said so."""
    on_path: set[int] = set()
    #: What was looked through: a value may stand at many places, and those below it at many times as many.
    done: set[int] = set()
    stack: list[tuple[str, Any, bool]] = [("", body, False)]
    while stack:
        path, value, leaving = stack.pop()
        if leaving:
            on_path.discard(id(value))
            done.add(id(value))
            continue
        if isinstance(value, dict | list | tuple):
            if id(value) in on_path:
                return KaizenPayloadError("the value holds itself", path=path, remedy="take the circle out")
            if id(value) in done:
                continue
            on_path.add(id(value))
            stack.append((path, value, True))
            for key in value if isinstance(value, dict) else ():
                if not isinstance(key, str):
                    return KaizenPayloadError(
                        f"the key {short(key)} is {type(key).__name__}, and JSON has only string keys",
                        path=path, remedy="use str(...) for the keys",
                    )  # fmt: skip
                if (problem := _text_problem(key)) is not None:
                    return KaizenPayloadError(f"a key {problem}", path=path, remedy="take the surrogate out")
            items = value.items() if isinstance(value, dict) else enumerate(value)
            stack.extend((_joined(path, key), item, False) for key, item in reversed(list(items)))
        elif (found := _value_problem(path, value)) is not None:
            return found
    if isinstance(error, RecursionError):
        return KaizenPayloadError("the payload is nested too deeply for JSON", remedy="flatten it")
    return KaizenPayloadError(f"JSON cannot hold the payload: {error}")


def _joined(path: str, key: Any) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not key.isidentifier():
        return f"{path}[{short(key)}]"
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
