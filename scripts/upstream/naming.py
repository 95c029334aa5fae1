"""What new routes are called and where they belong, by the contract's rules."""

from __future__ import annotations

import builtins
import re
from typing import Final

from _names import python_name
from ruamel.yaml.comments import CommentedMap

from upstream import contract_file as file
from upstream.comparing import Route, own_name

_LONGEST: Final = 40


class Names:
    """Gives operations their names and tags.

    Args:
        contract: the contract; a new tag is added to it.
        taken: names that no operation can have.
    """

    def __init__(self, contract: CommentedMap, taken: set[str]) -> None:
        self.contract = contract
        self.taken = taken | {
            str(operation["operationId"]) for item in contract["paths"].values() for operation in item.values()
        }

    def operation(self, route: Route) -> tuple[str, bool]:
        """Return the operationId of a new route, and whether a person should choose a better one.

        FastAPI's own (`summarize_v1_prompts_summarize_post`) is the name of the service's function with the route
        behind it: the function's name is taken. Where there is none, or it is another's, the path gives one.
        """
        for name in (own_name(route), _of_path(route), f"{_of_path(route)}_{route.method}"):
            if name.isidentifier() and name.isascii() and _fits(name) and name not in self.taken:
                self.taken.add(name)
                return name, name != own_name(route)
        start = re.sub(r"[^a-z0-9_]", "", _of_path(route))[: _LONGEST - 10].strip("_") or "call"
        number = 2
        while f"{start}_{number}" in self.taken:
            number += 1
        name = f"{start}_{number}"
        self.taken.add(name)
        return name, True

    def tag(self, route: Route) -> str:
        """Return the tag of a new route: one of the contract's, by the beginning of the path, else a new one."""
        given = [_snake(str(tag)) for tag in route.operation.get("tags", [])]
        known = {str(tag["name"]) for tag in self.contract["tags"]}
        for tag in given:
            if tag in known:
                return tag
        first = _first(route.path)
        for path, item in self.contract["paths"].items():
            for operation in item.values():
                if not given and first and _first(path) == first and operation.get("tags"):
                    return str(operation["tags"][0])
        name = given[0] if given else first or "system"
        if not name.isascii() or not name.isidentifier() or python_name(name) != name:
            name = f"{re.sub(r'[^a-z0-9_]', '', name) or 'other'}_routes"
        if name not in known:
            self.contract["tags"].append(file.block(name=name, description=f"The service's {name.replace('_', ' ')}."))
        return name


def _fits(name: str) -> bool:
    return python_name(name) == name and len(name) <= _LONGEST and not hasattr(builtins, name)


def _first(path: str) -> str:
    parts = [part for part in path.split("/") if part and not re.fullmatch(r"v\d+", part) and "{" not in part]
    return _snake(parts[0]) if parts else ""


def _of_path(route: Route) -> str:
    parts = [part for part in route.path.split("/") if part and not re.fullmatch(r"v\d+", part)]
    name = "_".join(_snake(part.strip("{}")) for part in parts)
    return name if name and not name[0].isdigit() else f"{route.method}_{name or 'root'}"


def _snake(text: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)).strip("_").lower()
