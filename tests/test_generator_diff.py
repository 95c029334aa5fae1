"""What another version of the generator would change: told in full, with nothing of the project touched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "scripts"
GENERATED = ROOT / "kaizen_client" / "generated"
NAMES = [
    "_files", "_bumps", "surface.things", "surface.types", "surface.reader", "surface.signatures", "surface.diff",
    "_swapped", "_throwaway", "derive_contract", "derive_sync", "generate", "generator_diff",
]  # fmt: skip

Edit = Callable[[Path], None]


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    yield {name: import_module(name) for name in NAMES}
    for name in NAMES:
        sys.modules.pop(name)


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Nothing of the project changes, whatever a version would do."""
    before = state()
    yield
    assert state() == before


def state() -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (ROOT / "kaizen_client").rglob("*.py")}


def generator(edit: Edit) -> Callable[[Any, Path, Path], None]:
    """A generator that makes what the project has, edited."""

    def generate(version: Any, target: Path, folder: Path) -> None:
        shutil.copytree(GENERATED, target, ignore=shutil.ignore_patterns("__pycache__"))
        edit(target)

    return generate


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_version_that_makes_the_same_changes_nothing(
    scripts: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert scripts["generator_diff"].main(["0.29.1"], generator(lambda target: None)) == 0
    said = capsys.readouterr().out
    assert said == "openapi-python-client 0.29.1 makes what kaizen_client/generated has: nothing would change\n"


def test_what_a_version_would_change_is_told_in_full(
    scripts: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    def edit(target: Path) -> None:
        (target / "py.typed").write_text("", encoding="utf-8")
        (target / "errors.py").rename(target / "faults.py")
        for path in target.rglob("*.py"):
            text = path.read_text(encoding="utf-8").replace("errors.Unexpected", "faults.Unexpected")
            path.write_text(text.replace("import errors", "import faults"), encoding="utf-8")
        replace(target / "models" / "stats.py", "original_bytes: int | None", "original_bytes: float | None")
        replace(target / "models" / "metadata.py", "    @property\n", "    count: int = ''\n\n    @property\n")
        replace(target / "types.py", "from attrs import define\n", "from attr import define\n")
        replace(target / "client.py", "def with_cookies(self, cookies: dict", "def with_cookies(self, jar: dict")

    assert scripts["generator_diff"].main(["0.30.0"], generator(edit)) == 1
    said = capsys.readouterr().out
    assert said.startswith("what openapi-python-client 0.30.0 would change, in place of 0.29.1\n\nfiles: ")
    for line in (
        "  added    kaizen_client/generated/faults.py\n",
        "  removed  kaizen_client/generated/errors.py\n",
        "  changed  kaizen_client/generated/client.py\n",
        "kaizen_client.generated.Client.with_cookies\n",
        "parameter cookies renamed to jar: calls that pass it by name fail\n",
        "type: int | None | generated.types.Unset -> float | None | generated.types.Unset: readers get another type\n",
        "kaizen_client.generated.errors\n",
        "imports: more than before\n  attr, which pyproject.toml requires\n",
        "types: new errors\n",
        'kaizen_client/generated/client.py:60: error: Name "cookies" is not defined  [name-defined]\n',
        "error: Incompatible types in assignment",
        "calls: the package is imported, and calls on the embedded engine work\n",
    ):
        assert line in said, said


def test_a_package_that_no_longer_works_is_told_with_what_it_lacks(
    scripts: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts["generator_diff"], "new_type_errors", lambda copy: [])

    def edit(target: Path) -> None:
        for path in target.rglob("*.py"):
            path.write_text(path.read_text(encoding="utf-8").replace("import httpx\n", "import httpx9 as httpx\n"))

    assert scripts["generator_diff"].main(["0.30.0"], generator(edit)) == 1
    said = capsys.readouterr().out
    assert "imports: more than before\n  httpx9, which pyproject.toml does not require\n" in said
    assert "types: no new errors\n" in said
    assert "calls: the package no longer works\n  ModuleNotFoundError: No module named 'httpx9'\n" in said


def test_the_same_surface_in_other_words_is_told_to_be_the_same(
    scripts: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts["generator_diff"], "new_type_errors", lambda copy: [])

    def edit(target: Path) -> None:
        replace(
            target / "models" / "stats.py", "original_bytes: int | None | Unset", "original_bytes: Unset | None | int"
        )

    assert scripts["generator_diff"].main(["0.30.0"], generator(edit)) == 1
    said = capsys.readouterr().out
    assert (
        "files: 1 changed\n  changed  kaizen_client/generated/models/stats.py\n\nsurface: the same to users\n" in said
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["latest"], "'latest' is not a version; write VERSION=0.29.1, for example\n"),
        (["0.29.1 --pre"], "'0.29.1 --pre' is not a version; write VERSION=0.29.1, for example\n"),
        ([], "no version was given; write VERSION=0.29.1, for example\n"),
    ],
)
def test_what_is_no_version_is_refused(
    given: list[str], said: str, scripts: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert scripts["generator_diff"].main(given, generator(lambda target: pytest.fail("it ran"))) == 2
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize(
    ("pip", "said"),
    [
        (
            "ERROR: Could not find a version that satisfies the requirement openapi-python-client==9.9.9 "
            "(from versions: 0.9.0, 0.10.0, 0.29.1)\n"
            "ERROR: No matching distribution found for openapi-python-client==9.9.9\n",
            "openapi-python-client has no version 9.9.9; the newest that pip finds is 0.29.1\n",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement openapi-python-client==9.9.9 "
            "(from versions: none)\n"
            "ERROR: No matching distribution found for openapi-python-client==9.9.9\n",
            "openapi-python-client has no version 9.9.9\n",
        ),
        (
            "WARNING: slow\nERROR: Cannot install it because of its requirements.\nERROR: ResolutionImpossible\n",
            "openapi-python-client 9.9.9 cannot be installed: Cannot install it because of its requirements.\n",
        ),
    ],
)
def test_a_version_that_cannot_be_had_is_refused_in_one_sentence(
    pip: str,
    said: str,
    scripts: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1 if "pip" in command else 0, "", pip)

    monkeypatch.setattr(scripts["_throwaway"].subprocess, "run", run)
    assert scripts["generator_diff"].main(["9.9.9"]) == 2
    assert capsys.readouterr() == ("", said)


def test_a_version_that_makes_no_client_is_told_with_its_own_words(
    scripts: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        words = "\n".join(["openapi-python-client failed", "", "a warning", "a warning", *map(str, range(20))])
        return subprocess.CompletedProcess(command, 1 if "-c" in command else 0, "", words)

    monkeypatch.setattr(scripts["_throwaway"].subprocess, "run", run)
    assert scripts["generator_diff"].main(["0.24"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[:3] == [
        "openapi-python-client 0.24 makes no client of openapi.yaml", "openapi-python-client failed", "a warning",
    ]  # fmt: skip
    assert (len(said), said[-1]) == (14, "...")
    assert [command[-2:] for command in ran if "pip" in command] == [
        ["--no-input", "openapi-python-client==0.24"],
        [f"{name}=={scripts['_throwaway'].pinned(name)}" for name in ("PyYAML", "ruff")],
    ]
