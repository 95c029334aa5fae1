"""Compare the public surface and the contract with the last release, and hold the version to what changed.

python scripts/api_check.py                  exit 1 where the version in pyproject.toml is too low for the changes
python scripts/api_check.py --format json    the same, to be read by a program
python scripts/api_check.py --record         record the present state as released, for the version in pyproject.toml
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from _bumps import largest, least_version
from _contract_changes import contract_changes
from _files import PACKAGE, ROOT
from _released import Released
from _typing_tests import typing_findings
from packaging.version import InvalidVersion, Version
from surface.diff import Finding, compared, in_order, table
from surface.reader import surface_of
from upstream.reading import read

_PROJECT_VERSION = re.compile(r"^version\s*=", re.MULTILINE)
_PACKAGE_VERSION = re.compile(r"^__version__[^=\n]*=\s*[\"']([^\"'\n]*)", re.MULTILINE)


class Stated(NamedTuple):
    """The version as the project says it, in both places."""

    version: Version
    #: Where pyproject.toml says it, as file:line.
    place: str
    package_version: str
    package_place: str


def stated(root: Path) -> Stated:
    """Return the version that the project says it has; exits where it is none."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    given = tomllib.loads(text)["project"]["version"]
    place = f"pyproject.toml:{_line(text, _PROJECT_VERSION)}"
    try:
        version = Version(given)
    except InvalidVersion:
        raise SystemExit(f"{place}: {given!r} is not a version") from None
    own = (root / PACKAGE.name / "_version.py").read_text(encoding="utf-8")
    found = _PACKAGE_VERSION.search(own)
    own_place = f"{PACKAGE.name}/_version.py:{_line(own, _PACKAGE_VERSION)}"
    return Stated(version, place, found[1] if found else "", own_place)


def _line(text: str, pattern: re.Pattern[str]) -> int:
    found = pattern.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


class Verdict(NamedTuple):
    """What changed since the release, and whether the version says so."""

    released: Version
    asked: Version
    bump: str
    stated: Stated
    findings: list[Finding]
    #: What to write where; empty where nothing is wrong.
    remedies: list[str]


def judged(root: Path) -> Verdict:
    """Compare the project in a folder with its last release."""
    released = Released(root)
    findings = compared(released.surface(), surface_of(root / PACKAGE.name))
    findings += typing_findings(root)
    contract = read(root / "openapi.yaml")
    findings += [
        Finding(
            one.bump, one.routes[0], one.what.replace("`", ""), one.reason,
            f"openapi.yaml:{contract.line(one.theirs) or 1}",
        )
        for one in contract_changes(root)
    ]  # fmt: skip
    return verdict(released.version(), stated(root), largest(one.bump for one in findings), findings)


def verdict(released: Version, now: Stated, bump: str, findings: list[Finding]) -> Verdict:
    """Hold the version that is stated against the one that the changes since a release ask for."""
    asked = least_version(released, bump)
    remedies = []
    # A pre-release of what is asked for will do: the release that follows it is the one.
    enough = now.version >= released and Version(now.version.base_version) >= asked
    wanted = now.version if enough else asked
    if not enough:
        remedies.append(f'write version = "{wanted}" at {now.place}')
    if now.package_version != str(wanted):
        remedies.append(f'write __version__ = "{wanted}" at {now.package_place}')
    return Verdict(released, asked, bump, now, in_order(findings), remedies)


def shown(found: Verdict) -> str:
    """Return a verdict as people read it: the changes, the largest first, and a line about the version."""
    lines = []
    if found.findings:
        lines += [*table(found.findings, f"what changed since {found.released}"), ""]
    change = "nothing changed" if found.bump == "none" else f"the largest change is {found.bump}"
    end = "ok" if not found.remedies else f"not ok: {' and '.join(found.remedies)}"
    lines.append(
        f"since {found.released} {change}, which asks for {found.asked} or later; "
        f"{found.stated.version} stands at {found.stated.place}: {end}"
    )
    return "\n".join(lines)


def as_json(found: Verdict) -> str:
    """Return a verdict as JSON."""
    fields: dict[str, Any] = {
        "released": str(found.released),
        "bump": found.bump,
        "asked": str(found.asked),
        "version": str(found.stated.version),
        "place": found.stated.place,
        "ok": not found.remedies,
        "remedies": found.remedies,
        "findings": [one._asdict() for one in found.findings],
    }
    return json.dumps(fields, indent=2)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Check, or record; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="record the present state as released")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how findings are shown")
    options = parser.parse_args(arguments)
    if options.record:
        version = stated(root).version
        Released(root).record(surface_of(root / PACKAGE.name), version)
        print(f"recorded the surface, the contract and the typing tests of {version} in scripts/released")
        return 0
    found = judged(root)
    print(as_json(found) if options.format == "json" else shown(found))
    return 1 if found.remedies else 0


if __name__ == "__main__":
    sys.exit(main())
