"""Generate the client with another version of the generator, in an environment that is thrown away."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from _files import ROOT
from packaging.version import Version

GENERATOR = "openapi-python-client"
_MOST_LINES = 12
# What `make generate` does, by the tools of the environment that it is run in.
_GENERATE = """\
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import generate
generate.run_generator(Path(sys.argv[2]))
"""


class NoSuchVersionError(Exception):
    """The generator has no such version, or it cannot be installed; says so in one sentence."""


class GeneratorFailedError(Exception):
    """The generator made no client of the contract; holds what it said."""


def pinned(name: str) -> str:
    """Return the exact version of a tool that `constraints.txt` names."""
    found = re.search(rf"^{re.escape(name)}==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.M)
    if found is None:
        raise SystemExit(f"constraints.txt has no line for {name}")
    return found[1]


def generate_with(version: Version, target: Path, folder: Path) -> None:
    """Generate the client package into `target` with a version of the generator, installed below `folder`.

    Raises:
        NoSuchVersionError: the version cannot be had.
        GeneratorFailedError: the generator made no client of the contract.
    """
    home = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = str(home / "bin" / "python")
    _install(python, version, f"{GENERATOR}=={version}")
    # On their own: the generator's bounds may leave out the versions that the project is made with.
    _install(python, version, "--no-deps", *(f"{name}=={pinned(name)}" for name in ("PyYAML", "ruff")))
    command = [python, "-c", _GENERATE, str(ROOT / "scripts"), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GeneratorFailedError(_said(done.stderr))


def _said(text: str) -> str:
    """Return the first different lines of what a program said, without blank ones."""
    lines = list(dict.fromkeys(line for line in text.splitlines() if line.strip()))
    return "\n".join([*lines[:_MOST_LINES], *(["..."] if len(lines) > _MOST_LINES else [])])


def _install(python: str, version: Version, *what: str) -> None:
    command = [python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--no-input", *what]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    if f"No matching distribution found for {GENERATOR}" in done.stderr:
        known = re.search(r"from versions: ([^)]*)\)", done.stderr)
        newest = max(map(Version, known[1].split(", ")), default=None) if known and known[1] != "none" else None
        hint = f"; the newest that pip finds is {newest}" if newest else ""
        raise NoSuchVersionError(f"{GENERATOR} has no version {version}{hint}")
    said = re.findall(r"^\s*error: (.*)$", done.stderr, re.MULTILINE | re.IGNORECASE)
    raise NoSuchVersionError(f"{GENERATOR} {version} cannot be installed: {said[0] if said else 'pip failed'}")
