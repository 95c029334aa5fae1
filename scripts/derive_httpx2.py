"""Make the httpx2 backend from the httpx one: the same code over the library that continues httpx under another name.

    python scripts/derive_httpx2.py            write it
    python scripts/derive_httpx2.py --check    write nothing; exit 1 and say how what is on disk differs

A line that begins with `# httpx2: ` is put in for the line before it.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from _files import PACKAGE, ROOT, formatted_all, write_or_check

SOURCE = PACKAGE / "transports" / "httpx"
TARGET = PACKAGE / "transports" / "httpx2"
REMEDY = "change its source in transports/httpx and run `make generate`"

_LIBRARY = re.compile(r"\b(httpx|httpcore)\b")
_CLASS = re.compile(r"Httpx(?=[A-Z]\w*Transport|Transport)")
_INSTEAD = re.compile(r"^.*\n( *)# httpx2: (.*\n)", re.MULTILINE)


def to_httpx2(source: str) -> str:
    """Return the text of a module over httpx2."""
    source = _INSTEAD.sub(r"\1\2", source)
    return _CLASS.sub("Httpx2", _LIBRARY.sub(r"\g<1>2", source))


def made() -> dict[Path, str]:
    """Return the modules by path."""
    modules = {
        TARGET / source.name: f"# Made from {source.relative_to(ROOT).as_posix()} by `make generate`. Do not edit.\n"
        + to_httpx2(source.read_text(encoding="utf-8"))
        for source in sorted(SOURCE.glob("*.py"))
    }
    return dict(zip(modules, formatted_all(list(modules.values())), strict=True))


def run(*, check: bool) -> int:
    """Write or check the modules; return the exit status."""
    modules = made()
    if not check:
        TARGET.mkdir(exist_ok=True)
    status = write_or_check(modules, check=check, remedy=REMEDY)
    for extra in sorted(set(TARGET.glob("*.py")) - set(modules)):
        print(f"{extra.relative_to(ROOT).as_posix()} has no source" + ("" if check else "; removed"))
        if check:
            status = 1
        else:
            extra.unlink()
    return status


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 on any difference")
    sys.exit(run(check=parser.parse_args().check))
