"""A route that has moved: its path, wherever the project spells it out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

#: Where the path of a route stands as text: the embedded engine, tests and their cassettes, pages.
_PLACES: Final = ("kaizen_client", "tests", "docs", "README.md")
_KINDS: Final = (".py", ".md", ".yaml", ".json")
#: What is made anew, and what speaks of documents of its own.
_NOT: Final = (Path("kaizen_client/generated"), Path("kaizen_client/_contract.py"), Path("tests/upstream"))


def respell(root: Path, old: str, new: str) -> list[Path]:
    """Write the new path of a route in place of the old one; return the files that had it, relative to the project.

    Args:
        root: the project.
        old: the path that it had, such as `/v1/prompts/encode`.
        new: the path that it has.
    """
    wanted = re.compile(rf"{re.escape(old)}(?![\w/{{-])")
    changed = []
    for place in _PLACES:
        start = root / place
        for path in [start] if start.is_file() else sorted(start.rglob("*")):
            own = path.relative_to(root)
            if path.suffix not in _KINDS or not path.is_file() or any(own.is_relative_to(one) for one in _NOT):
                continue
            text = path.read_text(encoding="utf-8")
            if (made := wanted.sub(lambda _: new, text)) != text:
                path.write_text(made, encoding="utf-8")
                changed.append(own)
    return changed
