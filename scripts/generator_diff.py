"""Tell what another version of openapi-python-client would change; nothing in the project changes.

python scripts/generator_diff.py VERSION

Exit 0 where nothing would change, 1 where something would, 2 where there is no such version.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from _files import GENERATED, PACKAGE
from _swapped import failed_call, new_imports, new_type_errors, swapped
from _throwaway import GENERATOR, GeneratorFailedError, NoSuchVersionError, generate_with, pinned
from generate import differences
from packaging.version import InvalidVersion, Version
from surface.diff import compared, table
from surface.reader import surface_of

_WORDS = {"missing": "added", "not generated": "removed", "differs": "changed"}
_MOST_FILES = 20

Generate = Callable[[Version, Path, Path], None]


def report(fresh: Path, folder: Path) -> list[str]:
    """Return what would change with a fresh generated client, as lines for people; none where nothing would."""
    files = [line.split(": ", 1) for line in differences(fresh, GENERATED)]
    if not files:
        return []
    copy = swapped(fresh, folder)
    lines = [_counted([_WORDS[kind] for kind, _ in files])]
    lines += [f"  {_WORDS[kind]:<8} kaizen_client/generated/{path}" for kind, path in files[:_MOST_FILES]]
    if len(files) > _MOST_FILES:
        lines.append(f"  and {len(files) - _MOST_FILES} more")
    findings = compared(surface_of(PACKAGE), surface_of(copy / PACKAGE.name))
    lines += ["", "surface: " + ("the same to users" if not findings else _counted([one.bump for one in findings]))]
    lines += [f"  {line}" for line in table(findings, "what would change") if findings]
    for title, found in (
        ("imports", new_imports(fresh)),
        ("types", new_type_errors(copy)),
        ("calls", list(filter(None, [failed_call(copy)]))),
    ):
        lines += ["", f"{title}: {_SUMMARIES[title][bool(found)]}", *(f"  {line}" for line in found)]
    return lines


# What is said where nothing was found, and where something was.
_SUMMARIES = {
    "imports": ("nothing that was not imported before", "more than before"),
    "types": ("no new errors", "new errors"),
    "calls": ("the package is imported, and calls on the embedded engine work", "the package no longer works"),
}


def _counted(kinds: list[str]) -> str:
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))


def main(arguments: list[str] | None = None, generate: Generate = generate_with) -> int:
    """Print what would change; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", nargs="?", default="", help=f"a version of {GENERATOR}, such as {pinned(GENERATOR)}")
    given = parser.parse_args(arguments).version
    try:
        version = Version(given)
    except InvalidVersion:
        said = f"{given!r} is not a version" if given else "no version was given"
        print(f"{said}; write VERSION={pinned(GENERATOR)}, for example", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="generator-diff-") as name:
        folder = Path(name)
        try:
            generate(version, folder / "generated", folder)
            lines = report(folder / "generated", folder)
        except NoSuchVersionError as error:
            print(error, file=sys.stderr)
            return 2
        except GeneratorFailedError as error:
            print(f"{GENERATOR} {version} makes no client of openapi.yaml\n{error}")
            return 1
    if not lines:
        print(f"{GENERATOR} {version} makes what kaizen_client/generated has: nothing would change")
        return 0
    print(f"what {GENERATOR} {version} would change, in place of {pinned(GENERATOR)}\n")
    print("\n".join(["files: " + lines[0], *lines[1:]]))
    return 1


if __name__ == "__main__":
    sys.exit(main())
