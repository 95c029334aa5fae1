"""A copy of the project to be upgraded: its files, and the scripts run in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_NOT_OURS: Final = {".git", ".venv", "build", "dist", "__pycache__", ".hypothesis"}
_CACHES: Final = {"__pycache__", ".mypy_cache", ".ruff_cache"}

Files = dict[str, bytes]


def own_files() -> Files:
    """Return the files of the project, without what is built and cached."""
    found = {}
    folders = [ROOT]
    while folders:
        for path in folders.pop().iterdir():
            if path.is_dir():
                if path.name not in _NOT_OURS and not path.name.endswith(("_cache", ".egg-info")):
                    folders.append(path)
            else:
                found[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    return dict(sorted(found.items()))


class Copy:
    """A copy of the project in a folder of its own."""

    def __init__(self, folder: Path, files: Files) -> None:
        self.folder = folder
        self.original = files
        self.restore()

    def files(self) -> Files:
        """Return every file as it is now, but for caches."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and not _CACHES & set(path.parts)
        }

    def restore(self) -> None:
        """Make every file what it was at first."""
        present = self.files() if self.folder.exists() else {}
        for name in present.keys() - self.original.keys():
            (self.folder / name).unlink()
        for name, data in self.original.items():
            if present.get(name) != data:
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / name).write_bytes(data)

    def changed(self) -> dict[str, str]:
        """Return how files differ from what they were at first, by name."""
        now = self.files()
        return {
            name: "gone" if name not in now else "new" if name not in self.original else "changed"
            for name in sorted(now.keys() | self.original.keys())
            if now.get(name) != self.original.get(name)
        }

    def text(self, name: str) -> str:
        """Return a file as it is now."""
        return (self.folder / name).read_text(encoding="utf-8")

    def start(self, *command: str, hooks: Path | None = None, **environment: str) -> subprocess.Popen[str]:
        """Start a Python program in the copy, which imports the copy's package and caches nothing.

        Args:
            command: the script and its arguments, or options of the interpreter.
            hooks: a folder with a `sitecustomize` module, to break things.
            environment: more variables.
        """
        path = os.pathsep.join(map(str, [*([hooks] if hooks else []), self.folder]))
        # What is compiled is told by its size and its second, and files change faster than that here.
        settings = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **environment}
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=self.folder,
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
