"""Compare two public surfaces: each change, with what it asks of the version and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from _bumps import BUMPS

from surface.signatures import Change, changes
from surface.things import CALLED, READ, Surface, Thing
from surface.types import members, same, takes


class Finding(NamedTuple):
    """One change that users may notice."""

    #: `major`, `minor` or `patch`.
    bump: str
    name: str
    #: What changed, old to new.
    change: str
    reason: str
    #: The file and line in the present code.
    place: str


def in_order(findings: list[Finding]) -> list[Finding]:
    """Return findings with the largest first."""
    return sorted(findings, key=lambda one: (-BUMPS.index(one.bump), one.name, one.change))


def table(findings: list[Finding], title: str) -> list[str]:
    """Return findings as lines for people, below a head: two lines for each."""
    width = max((len(one.place) for one in findings), default=0)
    lines = [f"{'asks for':<8}  {'where':<{width}}  {title}"]
    for one in findings:
        lines.append(f"{one.bump:<8}  {one.place:<{width}}  {one.name}")
        lines.append(f"{'':<8}  {'':<{width}}    {one.change}: {one.reason}")
    return lines


def compared(old: Surface, new: Surface) -> list[Finding]:
    """Return what changed between two surfaces, the largest first."""
    findings = []
    for name in sorted({*old.things, *new.things}):
        before, after = old.find(name), new.find(name)
        for change in _changes(name, before, after, old, new):
            findings.append(Finding(change.bump, name, change.what, change.reason, _place(name, new)))
    return in_order(findings)


def _changes(name: str, before: Thing | None, after: Thing | None, old: Surface, new: Surface) -> Iterator[Change]:
    parent = name.rpartition(".")[0]
    if before is None and after is None:
        return
    if after is None and before is not None:
        # What was in something that is gone is not told one by one.
        if not parent or new.find(parent) is not None:
            yield Change("major", f"{before.kind} removed", "code that uses it fails")
        return
    if before is None and after is not None:
        if parent and old.find(parent) is None:
            return
        if after.kind == "required key":
            yield Change("major", "required key added", "dicts that lack it are refused")
        else:
            yield Change("minor", f"{after.kind} added", "new, and in nobody's way")
        return
    assert before is not None  # noqa: S101 - for the type checker
    assert after is not None  # noqa: S101 - for the type checker
    if old.things.get(name, before).kind == "alias" and new.find(before.name) not in (after, None):
        yield Change("major", f"stands for {before.name} -> {after.name}", "code gets another thing by this name")
        return
    yield from _of_two(before, after, old, new)


def _of_two(before: Thing, after: Thing, old: Surface, new: Surface) -> Iterator[Change]:
    if before.kind in CALLED and before.kind == after.kind:
        yield from changes(before.text, after.text)
    elif before.kind in READ and after.kind in READ:
        yield from _of_attributes(before, after)
    elif before.kind != after.kind:
        yield Change("major", f"{before.kind} -> {after.kind}", "it is used another way")
    elif before.kind == "class":
        yield from _of_bases(old.ancestors(before), new.ancestors(after))
    elif before.kind == "type":
        yield from _of_types(before.text, after.text)
    elif before.text != after.text:
        yield Change("major", f"value: {before.text} -> {after.text}", "code and data that know the old value fail")


def _of_bases(before: dict[str, None], after: dict[str, None]) -> Iterator[Change]:
    for base in before:
        if base not in after and base != "object":
            yield Change("major", f"base class {base} removed", "isinstance and except no longer find it by that")
    for base in after:
        if base not in before and base != "object":
            yield Change("minor", f"base class {base} added", "it is more than it was")


def _of_types(before: str, after: str) -> Iterator[Change]:
    gone, more = members(before) - members(after), members(after) - members(before)
    if gone:
        yield Change("major", f"{before} -> {after}", f"{', '.join(sorted(gone))} is not among them any more")
    elif more:
        yield Change("minor", f"{before} -> {after}", "there are more of them")


def _of_attributes(before: Thing, after: Thing) -> Iterator[Change]:
    of_dict = "key" in before.kind
    if before.kind != after.kind:
        if of_dict != ("key" in after.kind):
            yield Change("major", f"{before.kind} -> {after.kind}", "it is read another way")
        elif after.kind == "required key":
            yield Change("major", "key newly required", "dicts that lack it are refused")
        elif after.kind == "property":
            yield Change("major", "can no longer be set", "code that sets it fails")
        else:
            yield Change("minor", f"{before.kind} -> {after.kind}", "all that could be done with it still can")
    if same(before.text, after.text):
        return
    what = f"type: {before.text or 'none given'} -> {after.text or 'none given'}"
    if of_dict and takes(after.text, before.text):
        yield Change("minor", what, "it takes more")
    elif of_dict:
        yield Change("major", what, "it no longer takes all that it took")
    elif not before.text:
        yield Change("minor", what, "it had no type")
    else:
        yield Change("major", what, "readers get another type")


def _place(name: str, surface: Surface) -> str:
    """Return where a name is in the present code; for one that is gone, where it was missed."""
    while name:
        found = surface.things.get(name) or surface.find(name)
        if found is not None:
            return found.place
        name = name.rpartition(".")[0]
    return ""
