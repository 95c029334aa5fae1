"""The public surface of a package as plain values: one thing for each name, one line of text for each thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

#: The kinds of things that are called, and so have a signature.
CALLED = ("function", "async function", "method", "async method", "class method", "static method")
#: The kinds of things that are read by name, and so have a type.
READ = ("attribute", "property", "key", "required key")


class Thing(NamedTuple):
    """One public thing: the name it goes by, what it is, and how."""

    name: str
    #: `module`, `class`, `alias` (another name), `type` (a name for a type), `value` (of an enum), or one of the above.
    kind: str
    #: The signature, the type, the bases, the value, or what an alias stands for.
    text: str
    #: The file and line, where the thing was read from code.
    place: str = ""

    @property
    def parent(self) -> str:
        """The name of what the thing is in."""
        return self.name.rpartition(".")[0]


class Surface:
    """All that is public in a package, by name."""

    def __init__(self, package: str, things: Iterable[Thing]) -> None:
        self.package = package
        self.things = {thing.name: thing for thing in things}

    def __iter__(self) -> Iterator[Thing]:
        return iter(sorted(self.things.values()))

    def find(self, name: str) -> Thing | None:
        """Return what a user gets by a name: through other names for the same thing, and from base classes."""
        if (found := self.things.get(name)) is not None:
            return self.find(found.text) if found.kind == "alias" else found
        parent, _, last = name.rpartition(".")
        owner = self.find(parent) if parent else None
        if owner is None:
            return None
        if owner.name != parent:
            return self.find(f"{owner.name}.{last}")
        for base in self.bases(owner):
            if (found := self.find(f"{self.package}.{base}.{last}")) is not None:
                return found
        return None

    def bases(self, thing: Thing) -> list[str]:
        """Return the names of a class's own bases; one of the package's is named below the package."""
        return [base.strip() for base in _split(thing.text[1:-1])] if thing.kind == "class" else []

    def ancestors(self, thing: Thing) -> dict[str, None]:
        """Return the names of all bases of a class, its own first."""
        found: dict[str, None] = dict.fromkeys(self.bases(thing))
        for base in list(found):
            owner = self.find(f"{self.package}.{base}")
            if owner is not None:
                found |= self.ancestors(owner)
        return found


def _split(text: str) -> list[str]:
    """Return what stands between the commas of a text, save those inside brackets."""
    parts, depth = [""], 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return [part for part in parts if part.strip()]


def written(surface: Surface) -> str:
    """Return a surface as text: sorted, a line for each thing."""
    return "".join(f"{thing.name}  {thing.kind}  {thing.text}".rstrip() + "\n" for thing in surface)


def read_back(text: str) -> Surface:
    """Return the surface that `written` gave as text."""
    things = []
    for line in text.splitlines():
        name, kind, *rest = line.split("  ", 2)
        things.append(Thing(name, kind, "".join(rest)))
    return Surface(things[0].name.partition(".")[0] if things else "", things)
