"""What the scripts share: where things are, and how made files are written or checked."""

from __future__ import annotations

import difflib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "kaizen_client"
CONTRACT = ROOT / "openapi.yaml"
GENERATOR_CONFIG = ROOT / "generator-config.yaml"
GENERATED = PACKAGE / "generated"


def tool(name: str) -> str:
    """Return the path of a tool of the running interpreter's environment."""
    path = Path(sys.executable).parent / name
    if path.exists():
        return str(path)
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed here; run `make setup`")
    return found


def formatted(source: str) -> str:
    """Return Python source in the project's format: imports and `__all__` sorted, unused imports gone."""
    return formatted_all([source])[0]


def formatted_all(sources: list[str]) -> list[str]:
    """Return several sources in the project's format: one run of the formatter for all of them."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "kaizen_client"
        package.mkdir()
        paths = [package / f"made{number}.py" for number in range(len(sources))]
        for path, source in zip(paths, sources, strict=True):
            path.write_text(source, encoding="utf-8")
        settings = ["--config", str(ROOT / "pyproject.toml"), "--no-cache", "--quiet"]
        ruff, names = tool("ruff"), list(map(str, paths))
        subprocess.run([ruff, "check", *settings, "--select", "I,F401,RUF022", "--fix-only", *names], check=True)
        subprocess.run([ruff, "format", *settings, *names], check=True)
        return [path.read_text(encoding="utf-8") for path in paths]


def in_docstring(text: str) -> str:
    """Return a text from the contract as it may stand between the quotes of a docstring, whatever is in it."""
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    return f'{text[:-1]}\\"' if text.endswith('"') else text


def write_or_check(made: dict[Path, str], *, check: bool, remedy: str) -> int:
    """Write made files, or with `check` print how the ones on disk differ; return an exit status."""
    drifted = 0
    for path, wanted in made.items():
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        if present == wanted:
            continue
        name = path.relative_to(ROOT).as_posix()
        if check:
            drifted += 1
            print(f"{name} is not what its source gives; {remedy}")
            sys.stdout.writelines(
                difflib.unified_diff(
                    present.splitlines(keepends=True), wanted.splitlines(keepends=True), f"{name} (on disk)", name, n=1
                )
            )
        else:
            path.write_text(wanted, encoding="utf-8")
            print(f"wrote {name}")
    return 1 if drifted else 0
