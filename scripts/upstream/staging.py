"""A copy of the project to work in, whose changes are moved into the project all together, or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from upstream.refusals import Refused

_LEFT_OUT: Final = (
    ".git", ".venv", "venv", "build", "dist", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info", ".generate-*",
    ".upgrade-*",
)  # fmt: skip
_OLD: Final = ".upgrade-old-"
_NEW: Final = ".upgrade-new-"
#: Stands beside the contract from when all files are in place to when the old ones are gone.
_DONE: Final = ".upgrade-done"
Files = dict[Path, bytes]
#: What an upgrade may change.
_PARTS: Final = ("openapi.yaml", "CHANGELOG.md", "README.md", "kaizen_client", "tests", "docs")


class Staging:
    """A copy of the project in a temporary folder.

    Args:
        root: the project.
        folder: the copy.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder
        self._before = self._present()

    def run(self, *command: str, what: str) -> str:
        """Run a script of the copy in the copy; return what it printed.

        Raises:
            Refused: it failed; says with what.
        """
        paths = [str(self.folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, *command], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = f"{done.stdout}{done.stderr}".strip().replace(str(self.folder), ".")
            raise Refused(f"{what} failed, and nothing was changed:\n{said[-3000:]}")
        return done.stdout

    def _present(self) -> Files:
        paths = (path for part in _PARTS for path in sorted(_files(self.folder, part)))
        return {path: (self.folder / path).read_bytes() for path in paths}

    def changed(self) -> dict[Path, bytes | None]:
        """Return the files that changed in the copy, with their new content; None of a file that is gone."""
        now = self._present()
        paths = [*now, *(path for path in self._before if path not in now)]
        return {path: now.get(path) for path in paths if now.get(path) != self._before.get(path)}

    def move_in(self) -> list[Path]:
        """Put the changed files into the project; on any failure the project is as it was.

        Raises:
            Refused: a file of the project was changed in the meantime.
        """
        changed = self.changed()
        for path in changed:
            present = (self.root / path).read_bytes() if (self.root / path).exists() else None
            if present != self._before.get(path):
                raise Refused("was changed while the upgrade ran, and nothing was changed by it", place=path.as_posix(),
                              remedy="upgrade again")  # fmt: skip
        fresh: dict[Path, Path] = {}
        kept: dict[Path, Path] = {}
        try:
            # All of the writing first, so that putting the files in place needs no time and no room.
            for path, content in changed.items():
                if content is not None:
                    fresh[path] = _beside(self.root / path, content)
            for path in changed:
                target = self.root / path
                if target.exists():
                    kept[path] = target.with_name(_OLD + target.name)
                    target.replace(kept[path])
                if path in fresh:
                    fresh[path].replace(target)
            (self.root / _DONE).touch()
        except BaseException:
            for path in changed:
                if path in kept and kept[path].exists():
                    kept[path].replace(self.root / path)
                elif path not in self._before and path in fresh and not fresh[path].exists():
                    (self.root / path).unlink(missing_ok=True)
            raise
        finally:
            for new in fresh.values():
                new.unlink(missing_ok=True)
                _drop_empty(new.parent)
        for old in kept.values():
            old.unlink()
            _drop_empty(old.parent)
        (self.root / _DONE).unlink()
        return list(changed)


def _beside(target: Path, content: bytes) -> Path:
    """Write a file under another name in the folder where it is to be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(_NEW + target.name)
    fresh.write_bytes(content)
    if target.exists():
        shutil.copymode(target, fresh)
    return fresh


def _drop_empty(folder: Path) -> None:
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()


def _files(root: Path, part: str) -> Iterator[Path]:
    start = root / part
    for path in [start] if start.is_file() else start.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(root)


def recover(root: Path) -> None:
    """Undo what an upgrade that was killed has begun to move in; or end it, where all was in place."""
    done = (root / _DONE).exists()
    for part in _PARTS:
        start = root / part
        for path in [start.parent] if start.suffix else [start, *(one for one in start.rglob("*") if one.is_dir())]:
            for kept in path.glob(f"{_OLD}*"):
                if done:
                    kept.unlink()
                else:
                    kept.replace(kept.with_name(kept.name.removeprefix(_OLD)))
            for fresh in path.glob(f"{_NEW}*"):
                fresh.unlink()
    (root / _DONE).unlink(missing_ok=True)


@contextmanager
def staging(root: Path) -> Iterator[Staging]:
    """Give a copy of a project, and take it away afterwards."""
    recover(root)
    with tempfile.TemporaryDirectory(prefix="kaizen-upgrade-") as folder:
        copy = Path(folder) / "project"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*_LEFT_OUT), ignore_dangling_symlinks=True)
        yield Staging(root, copy)
