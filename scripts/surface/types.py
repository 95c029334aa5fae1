"""Compare types by what they say, given as text: unions in any order, `Optional`, `Literal`, the wider of two."""

from __future__ import annotations

import ast

#: A parameter that took the one takes no less where it takes one of the others.
_WIDER = {
    "bool": ("int", "float"),
    "int": ("float",),
    "list": ("Sequence", "MutableSequence", "Collection", "Iterable"),
    "tuple": ("Sequence", "Collection", "Iterable"),
    "Sequence": ("Collection", "Iterable"),
    "dict": ("Mapping", "MutableMapping"),
    "MutableMapping": ("Mapping",),
}
_ANYTHING = frozenset({"Any", "object"})


def members(text: str) -> frozenset[str]:
    """Return the types that a union is made of, each in one spelling; no text is Any."""
    try:
        return frozenset(_members(ast.parse(text or "Any", mode="eval").body))
    except SyntaxError:
        return frozenset({text})


def same(one: str, other: str) -> bool:
    """Tell whether two types are the same."""
    return members(one) == members(other)


def takes(new: str, old: str) -> bool:
    """Tell whether a parameter of the new type takes all that one of the old type took."""
    wide = members(new)
    return bool(wide & _ANYTHING) or all(
        member in wide or any(other in wide for other in _wider(member)) for member in members(old)
    )


def _wider(member: str) -> list[str]:
    head, bracket, arguments = member.partition("[")
    return [f"{other}{bracket}{arguments}" for other in _WIDER.get(head, ())]


def _members(node: ast.expr) -> set[str]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _members(node.left) | _members(node.right)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return set(members(node.value))
    if not isinstance(node, ast.Subscript):
        return {ast.unparse(node)}
    head = ast.unparse(node.value)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if head == "Literal":
        return {f"Literal[{ast.unparse(part)}]" for part in parts}
    if head in ("Union", "Optional"):
        return set[str]().union(*map(_members, parts)) | ({"None"} if head == "Optional" else set())
    return {f"{head}[{', '.join(map(_within, parts))}]"}


def _within(node: ast.expr) -> str:
    """Return what stands inside the brackets of a type in one spelling."""
    if isinstance(node, ast.List):
        return f"[{', '.join(map(_within, node.elts))}]"
    return " | ".join(sorted(_members(node)))
