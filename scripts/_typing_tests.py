"""Type-check the typing tests of the last release against the present code."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from _files import tool
from _released import Released
from surface.diff import Finding

_ERROR = re.compile(r"(?P<file>[^:\n]+):(?P<line>\d+): error: (?P<text>.*)")


def typing_findings(root: Path) -> list[Finding]:
    """Return what no longer type-checks as it did when it was released, a finding for each error."""
    files = sorted(path.relative_to(root).as_posix() for path in Released(root).typing.glob("*.py"))
    if not files:
        return []
    done = subprocess.run(
        [tool("mypy"), "--config-file", "pyproject.toml", "--no-error-summary", "--no-pretty", *files],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = [
        Finding(
            "major",
            f"the released typing test {Path(match['file']).name}",
            f"mypy: {match['text']}",
            "code that was written for the release no longer type-checks",
            f"{match['file']}:{match['line']}",
        )
        for match in map(_ERROR.fullmatch, done.stdout.splitlines())
        # An error in the package itself is found where the package is checked.
        if match is not None and match["file"] in files
    ]
    if done.returncode not in (0, 1):
        raise SystemExit(f"mypy failed on the released typing tests\n{done.stdout}{done.stderr}")
    return found
