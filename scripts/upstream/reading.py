"""From a path or a URL to an OpenAPI document: fetched, parsed, with the line of every place."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from upstream.refusals import Refused

LARGEST: Final = 16 * 1024 * 1024
#: More places than this come from YAML aliases that multiply, not from an API.
MOST_PLACES: Final = 2_000_000
#: For each wait on the socket, and for the whole document.
SECONDS: Final = 20.0
LONGEST: Final = 60.0
_SAVE: Final = "save the document and pass its path"
_READABLE: Final = "pass the path or the URL of an OpenAPI document, JSON or YAML"


@dataclass
class Document:
    """An OpenAPI document.

    Attributes:
        source: the path or URL it came from, as it was given.
        text: what was read.
        tree: its value; mapping keys are strings throughout.
    """

    source: str
    text: str
    tree: dict[str, Any]

    @property
    def title(self) -> str:
        """The title and version that the document gives itself."""
        info = self.tree.get("info") or {}
        return f"{info.get('title', 'untitled')} {info.get('version', '')}".strip()

    def at(self, pointer: str) -> Any:
        """Return the value at a JSON pointer (RFC 6901).

        Raises:
            LookupError: there is nothing.
        """
        value: Any = self.tree
        for part in unescaped(pointer):
            value = value[int(part)] if isinstance(value, list) and part.isdigit() else value[part]
        return value

    def line(self, pointer: str) -> int | None:
        """Return the line (from 1) at which the value of a JSON pointer begins, where the text tells."""
        return self._lines.get(pointer)

    @cached_property
    def _lines(self) -> dict[str, int]:
        found: dict[str, int] = {}
        try:
            root = yaml.compose(self.text, Loader=_Loader)
        except yaml.YAMLError:
            # JSON that is no YAML: places are told by their pointers alone.
            return found
        stack: list[tuple[str, yaml.Node, int]] = [("", root, 1)] if root else []
        while stack:
            pointer, node, line = stack.pop()
            found[pointer] = line
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    stack.append((f"{pointer}/{escaped(str(key.value))}", value, key.start_mark.line + 1))
            elif isinstance(node, yaml.SequenceNode):
                for index, item in enumerate(node.value):
                    stack.append((f"{pointer}/{index}", item, item.start_mark.line + 1))
        return found


def escaped(part: str) -> str:
    """Return one part of a JSON pointer as it is written (RFC 6901, section 3)."""
    return part.replace("~", "~0").replace("/", "~1")


def unescaped(pointer: str) -> Iterator[str]:
    """Return the parts of a JSON pointer."""
    return (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


class _Loader(yaml.CSafeLoader):
    """YAML as JSON has it: no dates, no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise Refused(
                        f"the key {key.value!r} stands twice in one object",
                        place=f"line {key.start_mark.line + 1}",
                        remedy="take one of them out",
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read(source: str | Path) -> Document:
    """Return the document at a path or a URL.

    Raises:
        Refused: it cannot be fetched or read, or is not an object.
    """
    name = str(source)
    if "\0" in name:
        raise Refused("this is no path", remedy=_READABLE)
    if name.lower().startswith(("http://", "https://")):
        data, name = _fetched(name), shown_url(name)
    else:
        data = _file(name)
    try:
        return parsed(data, name)
    except Refused as refused:
        refused.place = f"{name}, {refused.place}" if refused.place else name
        raise


def parsed(data: bytes, name: str) -> Document:
    """Return the document in some bytes.

    Raises:
        Refused: they are neither JSON nor YAML, or no object.
    """
    if not data.strip():
        raise Refused("the file is empty", remedy=_READABLE)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"byte {error.start} is not UTF-8 text", remedy=_READABLE) from None
    if text.lstrip().startswith("<"):
        raise Refused("this is HTML or XML, not JSON or YAML", place="line 1", remedy=_READABLE)
    value = _json(text) if text.lstrip().startswith(("{", "[")) else _yaml(text)
    if not isinstance(value, dict):
        raise Refused(f"the document is not an object but {_name(value)}", remedy=_READABLE)
    return Document(name, text, _string_keys(value))


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        # What begins like JSON may be YAML written in line.
        try:
            return _yaml(text)
        except Refused:
            raise Refused(
                f"this is not JSON: {error.msg}", place=f"line {error.lineno}, column {error.colno}", remedy=_READABLE
            ) from None
    except RecursionError:
        raise Refused("the document is nested too deeply", remedy=_READABLE) from None
    except ValueError as error:
        raise Refused(f"this is not JSON: {error}", remedy=_READABLE) from None


def _no_number(name: str) -> float:
    raise Refused(f"JSON has no {name}", remedy="write a number, or null")


def _yaml(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is a safe one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Refused(f"this is neither JSON nor YAML: {reason}", place=place, remedy=_READABLE) from None
    except (RecursionError, ValueError) as error:
        raise Refused(f"this is not a document: {error}", remedy=_READABLE) from None


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(f"the key {twice!r} stands twice in one object", remedy="take one of them out")
    return found


def _string_keys(value: Any) -> Any:
    """Return a value with string keys throughout: YAML reads `200:` as a number, and `on:` as true."""
    count = 0

    def walk(part: Any, above: frozenset[int]) -> Any:
        nonlocal count
        count += 1
        if count > MOST_PLACES:
            raise Refused("the document has too many places", remedy="YAML aliases may multiply; write it without")
        if isinstance(part, str) and not part.isprintable():
            return _readable(part)
        if isinstance(part, float) and not math.isfinite(part):
            raise Refused(f"JSON has no {part}", remedy="write a number, or null")
        if not isinstance(part, dict | list):
            return part
        if id(part) in above:
            raise Refused("a YAML alias holds itself", remedy="write the schema as a component, and refer to it")
        inner = above | {id(part)}
        if isinstance(part, list):
            return [walk(item, inner) for item in part]
        return {_key(key): walk(item, inner) for key, item in part.items()}

    try:
        return walk(value, frozenset())
    except RecursionError:
        raise Refused("the document is nested too deeply", remedy=_READABLE) from None


def _readable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused("a text has one half of a surrogate pair", remedy="write the character whole") from None
    return text


def _key(key: object) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(key)


def _name(value: object) -> str:
    return {list: "a list", str: "a text", type(None): "nothing"}.get(type(value), "a single value")


def _file(name: str) -> bytes:
    path = Path(name)
    try:
        if path.is_dir():
            raise Refused("this is a folder", place=name, remedy=_READABLE)
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}", place=name, remedy=_READABLE) from None
    _refuse_large(len(data), name)
    return data


def shown_url(url: str) -> str:
    """Return a URL as it may be printed: without a name and password, and without a query, where tokens stand."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refused("this is no URL", remedy=_READABLE) from None
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _fetched(url: str) -> bytes:
    import httpx  # Only here: a file needs none of it.

    shown = shown_url(url)
    try:
        with (
            httpx.Client(timeout=SECONDS, follow_redirects=True) as client,
            client.stream("GET", url, headers={"accept": "application/json, application/yaml;q=0.9"}) as reply,
        ):
            if not reply.is_success:
                raise Refused(
                    f"the server answered {reply.status_code} {reply.reason_phrase}", place=shown,
                    remedy=f"check the URL, or {_SAVE}",
                )  # fmt: skip
            data, until = bytearray(), time.monotonic() + LONGEST
            for piece in reply.iter_bytes():
                data += piece
                _refuse_large(len(data), shown)
                if time.monotonic() > until:
                    raise Refused(f"takes longer than {LONGEST:.0f} s", place=shown, remedy=_SAVE)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refused(
            f"cannot be fetched: {str(error) or type(error).__name__}", place=shown,
            remedy=f"check the URL and the network, or {_SAVE}",
        ) from None  # fmt: skip
    return bytes(data)


def _refuse_large(size: int, name: str) -> None:
    if size > LARGEST:
        raise Refused(f"is larger than {LARGEST:,} bytes", place=name, remedy=_READABLE)
