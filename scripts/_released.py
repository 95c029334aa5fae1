"""What the last release promised, kept in scripts/released so that a clone without tags has it."""

from __future__ import annotations

import shutil
from pathlib import Path

from packaging.version import Version
from surface.things import Surface, read_back, written


class Released:
    """The record of the last release, of the project in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.folder = root / "scripts" / "released"
        self.contract = self.folder / "openapi.yaml"
        self.typing = self.folder / "typing"
        self._surface = self.folder / "surface.txt"
        self._version = self.folder / "version"

    def surface(self) -> Surface:
        """Return the public surface as it was released."""
        return read_back(self._read(self._surface))

    def version(self) -> Version:
        """Return the version that was released."""
        return Version(self._read(self._version).strip())

    def _read(self, path: Path) -> str:
        if not path.is_file():
            raise SystemExit(f"{path.relative_to(self._root)} is missing; run `make api-baseline`")
        return path.read_text(encoding="utf-8")

    def record(self, surface: Surface, version: Version) -> None:
        """Record the present state as what was released."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.typing.mkdir(parents=True)
        self._surface.write_text(written(surface), encoding="utf-8")
        self._version.write_text(f"{version}\n", encoding="utf-8")
        shutil.copyfile(self._root / "openapi.yaml", self.contract)
        for path in sorted((self._root / "tests" / "typing").glob("*.py")):
            shutil.copyfile(path, self.typing / path.name)
