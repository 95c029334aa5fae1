"""Read the public surface of a package from its source, with griffe; nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe

from surface.things import Surface, Thing

# What public modules do not list in `__all__`, and users need all the same: for a transport or a clock of their own,
# to hold what a result has, to write a signature like the client's, to ask for a fixture.
ALSO_PUBLIC = {
    "_pytest_plugin": ("kaizen", "kaizen_service", "kaizen_sync"),
    "clock": ("Clock",),
    "headers": ("Headers",),
    "options": ("Auth", "Envelope", "LogLevel", "MISSING", "Missing", "OnFailure", "Prefer"),
    "transports.base": ("AsyncTransport", "SyncTransport", "WireReply", "WireRequest"),
}
# It has `__all__`, and opens what a client needs; no user has a use for it.
NOT_PUBLIC = ("transports",)
# Generated modules say nothing in `__all__`; what they define is public.
WITHOUT_ALL = "generated"
# Names that everybody knows without their modules.
_KNOWN = ("typing.", "typing_extensions.", "collections.abc.", "builtins.")
_ATTRS = ("attrs.define", "attrs.frozen", "attrs.mutable", "attr.s", "attr.define")
_FIELDS = ("attrs.field", "attr.ib", "attr.field", "dataclasses.field")
_MARKS = {
    griffe.ParameterKind.var_positional: "*",
    griffe.ParameterKind.var_keyword: "**",
}
_NAMES = (griffe.ExprName, griffe.ExprAttribute)


def surface_of(folder: Path) -> Surface:
    """Return the public surface of the package in a folder."""
    loader = griffe.GriffeLoader(search_paths=[str(folder.parent)], allow_inspection=False)
    package = loader.load(folder.name, try_relative_path=False)
    loader.resolve_aliases(implicit=False, external=False)
    return Surface(folder.name, _Reader(package, folder.parent).things())


class _Reader:
    """Turns what griffe found into things, each under the shortest name that users have for it."""

    def __init__(self, package: Any, root: Path) -> None:
        self._package = package
        self._prefix = f"{package.path}."
        self._root = root
        # By public name: what griffe found; by the path of that: the public name it goes by.
        self._public: dict[str, Any] = {}
        self._homes: dict[str, str] = {}
        self._modules = list(self._walk(package))
        for module in self._modules:
            for name in self._names(module):
                if (found := self._resolved(module.members.get(name))) is not None:
                    self._public[f"{module.path}.{name}"] = found
        for name, found in self._public.items():
            known = self._homes.get(found.path)
            if known is None or _rank(name, found) < _rank(known, found):
                self._homes[found.path] = name

    def things(self) -> Iterator[Thing]:
        """Give every public thing."""
        for module in self._modules:
            yield Thing(module.path, "module", "", self._place(module))
        for name, found in self._public.items():
            if (home := self._homes[found.path]) != name:
                yield Thing(name, "alias", home, self._place(found))
            else:
                yield from self._described(name, found)

    def _walk(self, module: Any) -> Iterator[Any]:
        """Give the public modules of a module, itself first."""
        if self._names(module) or module is self._package:
            yield module
        for name, member in sorted(module.members.items()):
            if member.is_alias or not member.is_module:
                continue
            if not name.startswith("_") or member.path.removeprefix(self._prefix) in ALSO_PUBLIC:
                yield from self._walk(member)

    def _names(self, module: Any) -> list[str]:
        below = module.path.removeprefix(self._prefix)
        if below in NOT_PUBLIC:
            return []
        if module.exports is not None:
            return [str(getattr(name, "name", name)) for name in module.exports]
        if below.split(".")[0] == WITHOUT_ALL:
            return [
                name
                for name, member in module.members.items()
                if not (name.startswith("_") or member.is_alias or member.is_module or _is_type_variable(member))
            ]
        return [name for name in ALSO_PUBLIC.get(below, ()) if name in module.members]

    def _resolved(self, member: Any) -> Any:
        """Return what a member stands for in the end: through imports, and through `name = other`."""
        if member is None:
            return None
        if member.is_alias:
            try:
                member = member.final_target
            except griffe.AliasResolutionError:
                return None
        if member.is_attribute and isinstance(member.value, _NAMES) and member.annotation is None:
            found = self._within(member.value.canonical_path)
            if found is not None and not found.is_attribute:
                return found
        return member

    def _within(self, path: str) -> Any:
        """Return what the package has at a path; None for what is another's."""
        if not path.startswith(self._prefix):
            return None
        try:
            found = self._package[path.removeprefix(self._prefix)]
            return found.final_target if found.is_alias else found
        except (KeyError, griffe.AliasResolutionError):
            return None

    def _place(self, found: Any) -> str:
        return f"{Path(found.filepath).relative_to(self._root).as_posix()}:{found.lineno or 1}"

    # --- one thing ----------------------------------------------------------------------------------------------

    def _described(self, name: str, found: Any) -> Iterator[Thing]:
        place = self._place(found)
        if found.is_class:
            yield from self._class(name, found)
        elif found.is_function:
            yield Thing(name, self._kind(found), self._signature(found), place)
            for number, one in enumerate(found.overloads or (), 1):
                yield Thing(f"{name}#{number}", self._kind(found), self._signature(one), self._place(one))
        elif found.is_attribute:
            yield self._attribute(name, found, place)

    def _attribute(self, name: str, found: Any, place: str) -> Thing:
        if self._is_type(found):
            return Thing(name, "type", self._text(found.value), place)
        labels = found.labels
        kind = "property" if "property" in labels and "writable" not in labels else "attribute"
        return Thing(name, kind, self._type_of(found), place)

    @staticmethod
    def _is_type(found: Any) -> bool:
        """Tell whether an attribute of a module is a name for a type."""
        return (
            found.annotation is None
            and found.parent.is_module
            and isinstance(found.value, griffe.ExprSubscript | griffe.ExprBinOp)
        )

    def _type_of(self, found: Any) -> str:
        text = self._text(found.annotation)
        if text not in ("", "Final", "ClassVar"):
            return text
        if isinstance(found.value, griffe.ExprName) and found.parent.is_class:
            # `self.field = field`: of the type of the parameter.
            maker = found.parent.members.get("__init__")
            if maker is not None and not maker.is_alias and found.value.name in maker.parameters:
                return self._text(maker.parameters[found.value.name].annotation)
        try:
            return type(ast.literal_eval(str(found.value))).__name__.replace("NoneType", "None")
        except (ValueError, SyntaxError):
            return "str" if isinstance(found.value, griffe.ExprJoinedStr) else ""

    @staticmethod
    def _kind(found: Any) -> str:
        kind = "async " if "async" in found.labels else ""
        if not found.parent.is_class:
            return f"{kind}function"
        for label in ("classmethod", "staticmethod"):
            if label in found.labels:
                return f"{label.removesuffix('method')} method"
        return f"{kind}method"

    # --- classes ------------------------------------------------------------------------------------------------

    def _class(self, name: str, found: Any) -> Iterator[Thing]:
        bases = list(self._bases(found))
        yield Thing(name, "class", f"({', '.join(bases)})", self._place(found))
        ancestors = [path for base in [found, *self._own_ancestors(found)] for path in _paths(base)]
        members = self._members(found)
        is_enum = any(path.startswith("enum.") for path in ancestors)
        is_dict = any(path.endswith(".TypedDict") for path in ancestors)
        is_tuple = any(path.endswith(".NamedTuple") for path in ancestors)
        if (maker := self._made_by(found, is_tuple=is_tuple)) is not None and "__init__" not in members:
            yield Thing(f"{name}.__init__", "method", maker, self._place(found))
        for own, member in members.items():
            path = f"{name}.{own}"
            if is_dict and member.is_attribute:
                yield self._key(path, member)
            elif is_enum and member.is_attribute and "class-attribute" in member.labels:
                yield Thing(path, "value", str(member.value), self._place(member))
            elif (other := _other_name(own, member)) in members:
                yield Thing(path, "alias", f"{name}.{other}", self._place(member))
            elif is_tuple and member.is_attribute and "property" not in member.labels:
                yield Thing(path, "property", self._type_of(member), self._place(member))
            else:
                yield from self._described(path, member)

    def _bases(self, found: Any) -> Iterator[str]:
        """Give the bases that users can name; what a private base of the package is made of stands for it."""
        for base in found.bases:
            own = self._within(getattr(base, "canonical_path", str(base)))
            if own is not None and own.is_class and own.path not in self._homes:
                yield from self._bases(own)
            else:
                yield self._text(base)

    def _own_ancestors(self, found: Any) -> Iterator[Any]:
        """Give the bases of a class that are of the package."""
        for base in found.bases:
            own = self._within(getattr(base, "canonical_path", str(base)))
            if own is not None and own.is_class:
                yield own
                yield from self._own_ancestors(own)

    def _members(self, found: Any) -> dict[str, Any]:
        """Return the public members of a class, with those of its private bases."""
        lists = [found.members]
        for base in self._own_ancestors(found):
            if base.path not in self._homes:
                lists.append(base.members)
        members: dict[str, Any] = {}
        for one in lists:
            for name, member in one.items():
                if not member.is_alias and _is_public(name, member):
                    members.setdefault(name, member)
        return members

    def _key(self, name: str, member: Any) -> Thing:
        text = self._text(member.annotation)
        required = str(member.parent.keywords.get("total", "True")) == "True"
        for mark in ("NotRequired", "Required"):
            if text.startswith(f"{mark}["):
                text, required = text[len(mark) + 1 : -1], mark == "Required"
        return Thing(name, "required key" if required else "key", text, self._place(member))

    def _made_by(self, found: Any, *, is_tuple: bool) -> str | None:
        """Return the signature that a class gets from its fields, None where it gets none."""
        if not is_tuple and not any(decorator.callable_path in _ATTRS for decorator in found.decorators):
            return None
        by_place: list[str] = []
        by_name: list[str] = []
        for base in [*reversed(list(self._own_ancestors(found))), found]:
            for name, member in base.members.items():
                if member.is_attribute and member.annotation is not None and "property" not in member.labels:
                    in_class = "class-attribute" in member.labels or member.value is None
                    if in_class and not str(member.annotation).startswith("ClassVar"):
                        self._add_field(name, member, by_place, by_name)
        return f"({', '.join([*by_place, *(['*', *by_name] if by_name else [])])}) -> None"

    def _add_field(self, name: str, member: Any, by_place: list[str], by_name: list[str]) -> None:
        options: dict[str, str] = {}
        default: Any = member.value
        if isinstance(default, griffe.ExprCall) and default.function.canonical_path in _FIELDS:
            arguments: list[Any] = [one for one in default.arguments if isinstance(one, griffe.ExprKeyword)]
            options = {argument.name: str(argument.value) for argument in arguments}
            factory = options.get("factory")
            default = options.get("default", f"{factory}()" if factory else None)
        if options.get("init") == "False":
            return
        shown = ast.literal_eval(options["alias"]) if "alias" in options else name.lstrip("_")
        text = f"{shown}: {self._text(member.annotation)}" + ("" if default is None else f" = {default}")
        (by_name if options.get("kw_only") == "True" else by_place).append(text)

    # --- signatures and types -----------------------------------------------------------------------------------

    def _signature(self, found: Any) -> str:
        parameters = list(found.parameters)
        if found.parent.is_class and "staticmethod" not in found.labels:
            parameters = parameters[1:]
        parts: list[str] = []
        before = None
        for parameter in parameters:
            kind = parameter.kind
            if before is griffe.ParameterKind.positional_only and kind is not before:
                parts.append("/")
            if kind is griffe.ParameterKind.keyword_only and before not in (
                kind, griffe.ParameterKind.var_positional
            ):  # fmt: skip
                parts.append("*")
            text = f"{_MARKS.get(kind, '')}{parameter.name}"
            if parameter.annotation is not None:
                text += f": {self._text(parameter.annotation)}"
            if parameter.default is not None and kind not in _MARKS:
                text += f" = {parameter.default}"
            parts.append(text)
            before = kind
        if before is griffe.ParameterKind.positional_only:
            parts.append("/")
        returns = self._text(found.returns)
        return f"({', '.join(parts)})" + (f" -> {returns}" if returns else "")

    def _text(self, expression: Any) -> str:
        """Return a type as users would write it, with the package's own names for types written out."""
        if expression is None:
            return ""
        if isinstance(expression, str):
            return expression
        if isinstance(expression, _NAMES):
            return self._name(expression.canonical_path)
        return "".join(self._text(part) for part in expression.iterate(flat=False))

    def _name(self, path: str) -> str:
        found = self._within(path)
        if found is None:
            known = next((prefix for prefix in _KNOWN if path.startswith(prefix)), self._prefix)
            return path.removeprefix(known)
        if found.is_attribute and self._is_type(found):
            return self._text(found.value)
        return self._homes.get(found.path, f"{self._prefix}{found.name}").removeprefix(self._prefix)


def _rank(name: str, found: Any) -> tuple[int, bool, str]:
    """Return by what the names of one thing are ordered: short ones first, and its own before another."""
    return name.count("."), not name.endswith(f".{found.name}"), name


def _paths(found: Any) -> list[str]:
    return [str(getattr(base, "canonical_path", base)) for base in found.bases]


def _is_public(name: str, member: Any) -> bool:
    if not name.startswith("_"):
        return True
    # What every object has, such as `__repr__`, cannot go away.
    return bool(member.is_function) and name.endswith("__") and (name == "__init__" or name not in dir(object))


def _other_name(name: str, member: Any) -> str | None:
    """Return the name of what a member of a class is another name for, as in `aclose = close`."""
    if not member.is_attribute or member.annotation is not None or not isinstance(member.value, griffe.ExprName):
        return None
    return str(member.value.name) if "class-attribute" in member.labels and member.value.name != name else None


def _is_type_variable(member: Any) -> bool:
    value = getattr(member, "value", None)
    return isinstance(value, griffe.ExprCall) and str(value.function).endswith("TypeVar")
