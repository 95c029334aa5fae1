"""Throwaway environments below `build/bench`: one for each file in `pins/`, with exactly what stands there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "build" / "bench"
PINS = HERE / "pins"
#: The environment that also has the checkout, with those of these extras that it knows.
PEERS = "peers"
EXTRAS = ("aiohttp", "httpx2", "urllib3", "speed")


def environment(name: str) -> Path:
    """Give the interpreter of an environment, made anew when its pins are not what it was made from."""
    home, pins = FOLDER / name, PINS / f"{name}.txt"
    made_from = home / "made-from.txt"
    python = home / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    project = ROOT / "pyproject.toml"
    wanted = [sys.version, pins.read_text(encoding="utf-8")]
    if name == PEERS:
        wanted.append(project.read_text(encoding="utf-8"))
    if made_from.exists() and made_from.read_text(encoding="utf-8") == "\n".join(wanted):
        return python
    print(f"installing what {pins.relative_to(ROOT)} names", file=sys.stderr)
    shutil.rmtree(home, ignore_errors=True)
    venv.create(home / "venv", with_pip=True)
    what = ["--requirement", str(pins)]
    if name == PEERS:
        known = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
        # Editable: a figure is always of the code as it is now.
        what += ["--editable", f"{ROOT}[{','.join(extra for extra in EXTRAS if extra in known)}]".replace("[]", "")]
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *what]
    installed = subprocess.run(pip, capture_output=True, text=True, check=False)
    if installed.returncode:
        raise SystemExit(
            f"pip could not install what {pins.relative_to(ROOT)} names: check the network and the package index that "
            f"pip is set to use, then run this again\n{installed.stderr.strip()}"
        )
    made_from.write_text("\n".join(wanted), encoding="utf-8")
    return python


def versions(name: str) -> dict[str, str]:
    """Give the versions of what a file of pins names first, before what these bring along."""
    first, _, _ = (PINS / f"{name}.txt").read_text(encoding="utf-8").partition("\n# What ")
    return {line.partition("==")[0]: line.partition("==")[2] for line in first.splitlines() if "==" in line}


def quiet() -> dict[str, str]:
    """Give this process's variables without those that would change what a client or an interpreter does."""
    prefixes = ("KAIZEN_", "OPENAI_", "ANTHROPIC_", "PYTHON", "AIOHTTP_")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(prefixes) and not name.lower().endswith("_proxy")
    }
