"""What fields, parameters and components are called in Python: as openapi-python-client names them."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import Final

#: Words that the generator ends with an underscore.
_RESERVED: Final = frozenset(dir(builtins)) | {"self", "true", "false", "datetime"} - {"id"}
#: Longer class names make lines that are too long.
_LONGEST: Final = 50


def _sanitized(name: str) -> str:
    return "".join(one for one in name if one.isidentifier() or one.isdecimal() or one in r"\. _-")


def _words(name: str) -> list[str]:
    if any(one.isupper() for one in name):
        name = re.sub(r"[A-Z]?[a-z]+", r" \g<0> ", name)
    return re.findall(r"[^\\. _-]+", name)


def _ended(name: str) -> str:
    return f"{name}_" if (name in _RESERVED and name != "id") or keyword.iskeyword(name) else name


def python_name(name: str) -> str:
    """Return what a field or parameter is called in Python.

    >>> python_name("maxTokens"), python_name("from"), python_name("APIKey")
    ('max_tokens', 'from_', 'api_key')
    """
    name = _sanitized(name)
    made = _ended("_".join(_words(name)).lower())
    return made if made.isidentifier() and not name.startswith("_") else f"field_{made}"


def class_name(name: str) -> str:
    """Return what a component is called in Python.

    >>> class_name("Page_Item_"), class_name("my_request")
    ('PageItem', 'MyRequest')
    """
    made = "".join(one for one in name if one.isascii() and (one.isalnum() or one in "_-. "))
    before = None
    while made != before:
        # Once more, until the generator finds nothing to change.
        before, made = made, "".join(word if word.isupper() else word.capitalize() for word in _words(made))
        made = made if made.isidentifier() else f"Model{made}"
    made = made[:_LONGEST]
    return f"{made}Model" if _ended(made) != made else made
