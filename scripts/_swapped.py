"""A copy of the package with another generated client in it, and what can be said of it."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from _files import GENERATED, PACKAGE, ROOT, tool
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ERROR = re.compile(r"(?P<file>[^:\n]+):(?P<line>\d+): (?P<text>error: .*)")
# One call through the facade, whose result is read with a generated model, and one through a generated module.
_CALLS = """\
import sys
import kaizen_client
from kaizen_client.generated.api.compression import compress
assert kaizen_client.__file__.startswith(sys.argv[1]), kaizen_client.__file__
request = kaizen_client.EncodeRequest(data={"id": 1})
with kaizen_client.SyncKaizenClient.embedded() as client:
    found = client.compress(request)
    assert (found.value, found.parsed.result) == ("id: 1", "id: 1"), found
    assert compress.sync(client=client.generated(), body=request).result == "id: 1"
"""


def swapped(fresh: Path, folder: Path) -> Path:
    """Copy the package, the settings of its type checker and what that knows; swap the generated client in."""
    copy = folder / "copy"
    ignored = shutil.ignore_patterns("__pycache__", "generated")
    shutil.copytree(PACKAGE, copy / PACKAGE.name, ignore=ignored)
    shutil.copytree(fresh, copy / GENERATED.relative_to(ROOT), ignore=ignored)
    shutil.copyfile(ROOT / "pyproject.toml", copy / "pyproject.toml")
    if (ROOT / ".mypy_cache").is_dir():
        shutil.copytree(ROOT / ".mypy_cache", copy / ".mypy_cache")
    return copy


def new_imports(fresh: Path) -> list[str]:
    """Return what the generated client imports that it did not before, a sentence each."""
    lines = []
    for name in sorted(imported(fresh) - imported(GENERATED) - sys.stdlib_module_names):
        required = {canonicalize_name(given) for given in packages_distributions().get(name, [name])} & requirements()
        lines.append(f"{name}, which pyproject.toml {'requires' if required else 'does not require'}")
    return lines


def imported(folder: Path) -> set[str]:
    """Return the top-level packages that the modules below a folder import, by name."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.partition(".")[0])
    return found


def requirements() -> set[str]:
    """Return the names of what the package needs at run time."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}


def new_type_errors(copy: Path) -> list[str]:
    """Return the type errors of the copy that the project has not, as file:line and what mypy says."""
    known = {(file, text) for file, _, text in _type_errors(ROOT)}
    found = sorted(_type_errors(copy))
    return [f"{file}:{line}: {text}" for file, line, text in found if (file, text) not in known]


def _type_errors(folder: Path) -> Iterator[tuple[str, int, str]]:
    command = [tool("mypy"), "--config-file", "pyproject.toml", "--no-error-summary", "--no-pretty", PACKAGE.name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"mypy failed\n{done.stdout}{done.stderr}")
    for match in map(_ERROR.fullmatch, done.stdout.splitlines()):
        if match is not None:
            yield match["file"], int(match["line"]), match["text"]


def failed_call(copy: Path) -> str | None:
    """Import the copy and make two calls with the embedded engine; return the error they end in, None for none."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, sys.argv[1])\n{_CALLS}", str(copy)],
        cwd=copy, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stderr.strip().splitlines()[-1] if done.returncode else None
