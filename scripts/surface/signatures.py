"""Compare two signatures, given as text: what callers of the one may not do with the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from surface.types import same, takes

_BY_PLACE, _EITHER, _BY_NAME, _REST, _OPTIONS = (
    "by place only", "by place or by name", "by name only", "*", "**",
)  # fmt: skip


class Change(NamedTuple):
    """One change: how much it asks of the version, what changed, and why that matters."""

    bump: str
    what: str
    reason: str


class Parameter(NamedTuple):
    """One parameter; its number counts those given by place, None where it is not one of them."""

    name: str
    kind: str
    number: int | None
    type: str
    default: str | None

    @property
    def required(self) -> bool:
        """Whether every call has to give it."""
        return self.default is None and self.kind not in (_REST, _OPTIONS)


def parameters(signature: str) -> tuple[list[Parameter], str]:
    """Return the parameters and the return type of a signature such as `(a: int, *, b: str = 'x') -> None`."""
    definition = ast.parse(f"def f{signature}: ...").body[0]
    assert isinstance(definition, ast.FunctionDef)  # noqa: S101 - for the type checker
    given = definition.args
    places = [(one, _BY_PLACE) for one in given.posonlyargs] + [(one, _EITHER) for one in given.args]
    defaults: list[ast.expr | None] = [None] * (len(places) - len(given.defaults)) + [*given.defaults]
    found = [
        _parameter(one, kind, number, default)
        for number, ((one, kind), default) in enumerate(zip(places, defaults, strict=True))
    ]
    if given.vararg is not None:
        found.append(_parameter(given.vararg, _REST, None, None))
    found += [
        _parameter(one, _BY_NAME, None, default)
        for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ]
    if given.kwarg is not None:
        found.append(_parameter(given.kwarg, _OPTIONS, None, None))
    return found, ast.unparse(definition.returns) if definition.returns else ""


def _parameter(one: ast.arg, kind: str, number: int | None, default: ast.expr | None) -> Parameter:
    return Parameter(
        one.arg,
        kind,
        number,
        ast.unparse(one.annotation) if one.annotation else "",
        None if default is None else ast.unparse(default),
    )


def changes(old: str, new: str) -> Iterator[Change]:
    """Give what changed between two signatures."""
    before, returned = parameters(old)
    after, returns = parameters(new)
    pairs = [(one, _match(one, before, after)) for one in before]
    matched = {other.name for _, other in pairs if other is not None}
    for one, other in pairs:
        if other is None:
            yield Change("major", f"parameter {one.name} removed", "calls that pass it fail")
        else:
            yield from _changed(one, other)
    for other in after:
        if other.name in matched:
            continue
        if other.required:
            yield Change("major", f"required parameter {other.name} added", "calls that do not pass it fail")
        else:
            yield Change("minor", f"parameter {other.name} added", "nobody has to pass it")
    if not same(returned, returns):
        bump, reason = ("minor", "it had no type") if not returned else ("major", "callers get another type")
        yield Change(bump, f"return type: {returned or 'none given'} -> {returns or 'none given'}", reason)


def _match(one: Parameter, before: list[Parameter], after: list[Parameter]) -> Parameter | None:
    """Return what became of a parameter."""
    if one.kind in (_REST, _OPTIONS):
        return next((other for other in after if other.kind == one.kind), None)
    by_name = next((other for other in after if other.name == one.name and other.kind not in (_REST, _OPTIONS)), None)
    if by_name is not None or one.number is None:
        return by_name
    known = {other.name for other in before}
    return next((other for other in after if other.number == one.number and other.name not in known), None)


def _changed(one: Parameter, other: Parameter) -> Iterator[Change]:
    name = other.name
    if one.name != name and one.kind == _EITHER:
        yield Change("major", f"parameter {one.name} renamed to {name}", "calls that pass it by name fail")
    if one.kind != other.kind:
        wider = other.kind == _EITHER and one.kind == _BY_PLACE
        wider = wider or (other.kind == _EITHER and one.kind == _BY_NAME)
        reason = "all calls go on working" if wider else "calls that pass it the other way fail"
        yield Change("minor" if wider else "major", f"parameter {name}: {one.kind} -> {other.kind}", reason)
    elif one.number != other.number:
        was, now = (one.number or 0) + 1, (other.number or 0) + 1
        yield Change("major", f"parameter {name} moved from place {was} to {now}", "calls that pass it by place fail")
    if other.required and not one.required:
        yield Change("major", f"parameter {name} has no default any more", "calls that do not pass it fail")
    elif one.required and not other.required:
        yield Change("minor", f"parameter {name} has a default: {other.default}", "nobody has to pass it any more")
    elif one.default != other.default:
        yield Change(
            "major", f"default of {name}: {one.default} -> {other.default}", "calls that do not pass it do otherwise"
        )
    if not same(one.type, other.type):
        wider = takes(other.type, one.type)
        yield Change(
            "minor" if wider else "major",
            f"type of {name}: {one.type or 'none given'} -> {other.type or 'none given'}",
            "it takes more" if wider else "it no longer takes all that it took",
        )
