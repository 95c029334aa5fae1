"""Making the package of generated models import each model when it is first asked for.

The generator's own package imports all of them, and each costs about as long as a small call to define.
"""

from __future__ import annotations

import re

_IMPORT = re.compile(r"^from \.(\w+) import (\w+)\n", re.MULTILINE)
_REST = """

def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found
"""


def lazily(source: str) -> str:
    """Return the source of a package that imports its modules' classes, as one that imports them when needed."""
    modules = _IMPORT.findall(source)
    if not modules:
        return source
    head, rest = _IMPORT.sub("", source).split("__all__", 1)
    lines = "".join(f"    from .{module} import {name} as {name}\n" for module, name in modules)
    table = "".join(f'    "{name}": "{module}",\n' for module, name in modules)
    return (
        f"{head.rstrip()}\n\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n{lines}\n"
        f"__all__{rest.rstrip()}\n\n_MODULES = {{\n{table}}}\n{_REST}"
    )
