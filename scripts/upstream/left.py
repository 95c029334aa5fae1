"""What an upgrade leaves for a person: each with its file, its line and what to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from _names import class_name, python_name
from derive_contract import keyword_of, taken_keywords

from upstream.applying import Applied
from upstream.findings import Finding
from upstream.reading import read


class Left(NamedTuple):
    """One thing to do."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


_USERS = ("kaizen_client/integrations", "kaizen_client/cli", "scripts", "examples")


class Finder:
    """Finds the places in a project."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.contract = read(root / "openapi.yaml")

    def contract_place(self, pointer: str) -> tuple[str, int]:
        """Return the place of a JSON pointer in the contract, or of what is nearest above it."""
        while pointer and self.contract.line(pointer) is None:
            pointer = pointer.rpartition("/")[0]
        return "openapi.yaml", self.contract.line(pointer) or 1

    def method(self, name: str, keyword: str = "") -> tuple[str, int]:
        """Return the place of a method of the facade, or of a keyword of it."""
        path = "kaizen_client/client.py"
        for node in ast.walk(ast.parse((self.root / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and node.name == name:
                for arg in node.args.kwonlyargs:
                    if arg.arg == keyword:
                        return path, arg.lineno
                return path, node.lineno
        return path, 1

    def uses(self, method: str) -> Iterator[tuple[str, int]]:
        """Return where the project itself calls a method of the facade."""
        for place in _USERS:
            for path in sorted((self.root / place).rglob("*.py")):
                for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                    if re.search(rf"\.{method}\(", line):
                        yield path.relative_to(self.root).as_posix(), number

    def text(self, path: str, pattern: str) -> tuple[str, int]:
        """Return the place of the first line of a file that has a pattern."""
        file = self.root / path
        if file.exists():
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                if re.search(pattern, line):
                    return path, number
        return path, 1


def left(applied: Applied, finder: Finder, names: dict[str, str], version: tuple[str, str]) -> list[Left]:
    """Return what is left for a person, the most urgent first.

    Args:
        applied: what was done.
        finder: finds places in the upgraded project.
        names: the operations by route, as they were and as they are.
        version: the version that stands in `pyproject.toml`, and the one that is asked for.
    """
    things = [
        *_undone(applied, finder),
        *_versions(finder, version),
        *_routes(applied, finder, names),
        *_fields(applied, finder, names),
        *_words(applied, finder),
    ]
    return [Left(*place, what) for place, what in dict.fromkeys(things)]


Thing = tuple[tuple[str, int], str]


def _undone(applied: Applied, finder: Finder) -> Iterator[Thing]:
    for one, reason in applied.undone:
        where = one.routes[0] + (f" and {len(one.routes) - 1} more" if len(one.routes) > 1 else "")
        yield finder.contract_place(one.ours), f"not taken over at {where}: {_plain(one.what)} - {reason}"


def _versions(finder: Finder, version: tuple[str, str]) -> Iterator[Thing]:
    stands, wanted = version
    if stands != wanted:
        yield finder.text("pyproject.toml", "^version = "), f"write {wanted} in place of {stands}, if you agree"
        yield finder.text("kaizen_client/_version.py", "^__version__"), f"write {wanted} here too"


def _routes(applied: Applied, finder: Finder, names: dict[str, str]) -> Iterator[Thing]:
    for name, doubtful in applied.new_routes.items():
        chosen = "; its name was made up, since the document has none that will do: choose one (operationId)"
        yield finder.method(name), f"look over {name}(): its words come from the contract{chosen if doubtful else ''}"
        yield (
            finder.text("tests/async/test_async_calls.py", "^async def test_"),
            f"write a test of what {name}() is for",
        )
    for name in applied.untyped:
        pointer = f"/components/schemas/{class_name(name)}Result"
        yield finder.contract_place(pointer), f"type the reply of {name}(): the document says only that it is an object"
    if called := ", ".join(f"{name}()" for name in applied.new_routes):
        yield (
            finder.text("kaizen_client/embedded/_operations.py", "^OPERATIONS"),
            f"answer {called} in process, where it can be; until then the embedded engine says 404",
        )
        yield (
            finder.text("kaizen_client/passthrough.py", "^ENCODE_ROUTES"),
            f"does {called} take an original and give a text for it? Then add it, so that it can fail open",
        )
        yield finder.text("README.md", r"^\| .*prompts_decode"), f"name {called} where the calls are listed"
    for one in applied.done:
        if one.kind == "route-removed":
            name = names[one.routes[0]]
            for path, line in finder.uses(name):
                yield (path, line), f"{name}() is gone, or warns from now on: it is called here"
    for name, (old, new) in applied.renamed.items():
        yield (
            finder.text("kaizen_client/embedded/_operations.py", re.escape(f'"{new.split(" ", 1)[1]}"')),
            f"{name}() calls {new} now; its old route, {old}, was respelled here, in tests and on pages: look over",
        )
    for status in applied.statuses:
        yield (
            finder.text("kaizen_client/exceptions.py", "^_BY_STATUS"),
            f"does {status} deserve an error class of its own? Until then it is a KaizenAPIError",
        )


def _fields(applied: Applied, finder: Finder, names: dict[str, str]) -> Iterator[Thing]:
    taken = taken_keywords()
    for one in applied.done:
        what = _plain(one.what)
        if not one.kind.startswith(("request-field-", "parameter-")):
            continue
        if "-added" in one.kind and "." not in one.field:
            name_there = one.field.rsplit(" ", 1)[-1]
            keyword = keyword_of(name_there) if one.kind.startswith("parameter-") else python_name(name_there)
            for route in one.routes:
                name = names[route]
                if keyword in taken:
                    what = f"{keyword}= is taken by every call: {name}() has the field in a payload only; say so"
                    yield finder.method(name), what
                else:
                    yield finder.method(name, keyword), f"look over {name}({keyword}=) and its words"
        elif one.kind.endswith(("-narrowed", "-widened", "-changed", "-required", "-optional", "-default")):
            yield finder.contract_place(_here(one, finder)), f"do the words here still hold? {what}"
            yield (
                finder.text("kaizen_client/embedded/_validation.py", r"^def read_"),
                f"let the embedded engine do as the service does now: {what}",
            )
        if one.kind == "request-field-default":
            for place in (place for route in one.routes for place in finder.uses(names[route])):
                yield place, f"does this call count on the old default? Then send it: {what}"


def _here(one: Finding, finder: Finder) -> str:
    """Return the pointer of what a difference is about, in the contract as it is now."""
    return one.ours if finder.contract.line(one.ours) is not None else one.ours.rpartition("/")[0]


def _words(applied: Applied, finder: Finder) -> Iterator[Thing]:
    """Say what the document does not describe: one line for an object and all its fields."""
    by_owner: dict[str, list[str]] = {}
    for pointer in applied.undescribed:
        owner, _, field = pointer.partition("/properties/")
        by_owner.setdefault(owner, []).append(field)
    for owner, fields in by_owner.items():
        *_, path, name = (part.replace("~1", "/") for part in owner.split("/"))
        label = f"{name.upper()} {path}" if owner.startswith("/paths/") else name
        named = ", ".join(field for field in fields if field)
        text = f"{label}: {named}" if named and "" not in fields else f"{label} ({named})" if named else label
        place = f"{owner}/properties/{fields[0]}" if named and len(fields) == 1 else owner
        yield finder.contract_place(place), f"describe {text}; the document does not"


def _plain(text: str) -> str:
    return text.replace("`", "")
