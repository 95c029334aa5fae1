"""`openapi.yaml` as a file: read and written so that comments, order and what is not touched stay to the byte."""

from __future__ import annotations

import io
import re
import textwrap
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString
from yaml import ScalarNode
from yaml.resolver import Resolver

#: A text that needs no quotes inside an object or a list of one line.
_PLAIN: Final = re.compile(r"[A-Za-z_]([\w .()/$-]*[\w.()/$-])?", re.ASCII)
_LINE: Final = 100


class _Representer(RoundTripRepresenter):
    """Writes null as `null`."""


_Representer.add_representer(
    type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
)


def _text(representer: RoundTripRepresenter, text: str) -> Any:
    """Write a text so that readers of YAML 1.1 take it for one: `no`, `12:30` and the like in quotes."""
    read: Any = _READER.resolve(ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    style = '"' if read != _STRING else None
    return representer.represent_scalar(_STRING, text, style=style)


_STRING: Final = "tag:yaml.org,2002:str"
_READER: Final = Resolver()
_Representer.add_representer(str, _text)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def load(text: str) -> CommentedMap:
    """Return the contract with all that a person wrote around it."""
    found: CommentedMap = _yaml().load(text)
    return found


def dump(contract: CommentedMap) -> str:
    """Return the contract as its file has it."""
    buffer = io.StringIO()
    _yaml().dump(contract, buffer)
    return buffer.getvalue()


def block(**fields: Any) -> CommentedMap:
    """Return an object that is written line by line; fields that are None are left out."""
    return CommentedMap({name: value for name, value in fields.items() if value is not None})


def in_line(value: dict[str, Any] | list[Any]) -> CommentedMap | CommentedSeq:
    """Return an object or a list that is written in one line, with texts quoted where YAML needs it."""
    inner = {name: _in_line(part) for name, part in value.items()} if isinstance(value, dict) else map(_in_line, value)
    made: CommentedMap | CommentedSeq = CommentedMap(inner) if isinstance(value, dict) else CommentedSeq(inner)
    made.fa.set_flow_style()
    return made


def example(value: Any) -> Any:
    """Return the value of an example: an object field by field, each in one line."""
    if isinstance(value, dict) and value:
        return CommentedMap({name: _in_line(part) for name, part in value.items()})
    return _in_line(value)


def _in_line(value: Any) -> Any:
    if isinstance(value, dict | list):
        return in_line(value)
    return quoted(value) if isinstance(value, str) and not _PLAIN.fullmatch(value) else value


def words(text: str) -> str:
    """Return a description: in one line, or as a block where it is long."""
    # What cannot be printed - control characters, halves of surrogate pairs - can neither be written.
    text = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return text if len(text) <= _LINE else LiteralScalarString(textwrap.fill(text, _LINE) + "\n")


def quoted(text: Any) -> Any:
    """Return a text that is written in double quotes."""
    return DoubleQuotedScalarString(text) if isinstance(text, str) else text


def reference(name: str, kind: str = "schemas") -> CommentedMap:
    """Return a reference to a component, as the contract writes it."""
    made = in_line({"$ref": quoted(f"#/components/{kind}/{name}")})
    assert isinstance(made, CommentedMap)  # noqa: S101 - of a dict
    return made


def sequence(items: list[Any]) -> CommentedSeq:
    """Return a list that is written line by line."""
    return CommentedSeq(items)


def insert_after(holder: CommentedMap, after: str | None, name: str, value: Any) -> None:
    """Put a key into an object behind another one, or at its end."""
    keys = list(holder)
    place = keys.index(after) + 1 if after in holder else len(keys)
    holder.insert(place, name, value)


def plain(value: Any) -> Any:
    """Return a value as JSON has it, without what ruamel.yaml keeps of its form."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool) or value is None:
        return value
    return int(value) if isinstance(value, int) else float(value) if isinstance(value, float) else bool(value)
