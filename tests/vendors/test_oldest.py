"""All of this folder holds with the oldest SDKs that are supported, too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OLDEST = Path(sys.prefix, "oldest-vendors")
PINS = dict(line.split("==") for line in (HERE / "oldest.txt").read_text(encoding="utf-8").split())


def test_the_oldest_are_the_lower_bounds_of_the_extras() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for extra in ("openai", "anthropic", "gemini"):
        (requirement,) = map(Requirement, extras[extra])
        bounds = [spec.version for spec in requirement.specifier if spec.operator == ">="]
        pin = PINS[requirement.name]
        assert [re.sub(r"(\.0)+$", "", bound) for bound in bounds] == [re.sub(r"(\.0)+$", "", pin)]


def test_the_tests_of_this_folder_pass_with_the_oldest_sdks() -> None:
    if not OLDEST.is_dir():
        pytest.fail(f"{OLDEST} is not there; `make test` installs what tests/vendors/oldest.txt lists into it")
    environment = {**os.environ, "PYTHONPATH": str(OLDEST)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE), f"--ignore={__file__}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    versions = subprocess.run(
        [sys.executable, "-c", "import openai, anthropic, google.genai as g;"
         "print(openai.__version__, anthropic.__version__, g.__version__)"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    assert versions.stdout.split() == [PINS["openai"], PINS["anthropic"], PINS["google-genai"]]
