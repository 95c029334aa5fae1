"""What is made from the contract and from the async sources: compared both ways, swapped in whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from importlib import import_module

    names = ["_files", "derive_contract", "derive_sync", "generate", "demo"]
    yield {name: import_module(name) for name in names}
    for name in names:
        sys.modules.pop(name)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("present", "found"),
    [
        ({"a.py": "1", "b/c.py": "2"}, []),
        ({"a.py": "1"}, ["missing: b/c.py"]),
        ({"a.py": "1", "b/c.py": "2", "d.py": ""}, ["not generated: d.py"]),
        ({"a.py": "1", "b/c.py": "3"}, ["differs: b/c.py"]),
        ({"a.py": "1", "b/c.py": "2", "__pycache__/a.pyc": "x"}, []),
    ],
)
def test_trees_are_compared_both_ways(
    present: dict[str, str], found: list[str], tmp_path: Path, scripts: dict[str, Any]
) -> None:
    fresh = write(tmp_path / "fresh", {"a.py": "1", "b/c.py": "2"})
    assert scripts["generate"].differences(fresh, write(tmp_path / "present", present)) == found


def test_a_generator_that_fails_changes_nothing(
    tmp_path: Path, scripts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = write(tmp_path, {"openapi.yaml": "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {/a: 7}\n"})
    monkeypatch.setattr(scripts["generate"], "CONTRACT", broken / "openapi.yaml")
    with pytest.raises(SystemExit, match="nothing was changed"):
        scripts["generate"].run_generator(tmp_path / "out")


def test_a_swap_that_fails_leaves_what_was_there(
    tmp_path: Path, scripts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    present = write(tmp_path / "generated", {"a.py": "old"})
    monkeypatch.setattr(scripts["generate"], "GENERATED", present)
    with pytest.raises(OSError, match="nowhere"):
        scripts["generate"].swap_in(tmp_path / "nowhere")
    assert (present / "a.py").read_text() == "old"
    scripts["generate"].swap_in(write(tmp_path / "fresh", {"a.py": "new"}))
    assert (present / "a.py").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["generated"]


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("async def f():\n    return await g(x)\n", "def f():\n    return g(x)\n"),
        ("async with KaizenClient() as c:\n    pass\n", "with SyncKaizenClient() as c:\n    pass\n"),
        ("a = 1  # async-only\n# sync: a = 2\n", "a = 2\n"),
        ('"""Use `await client.health()`."""\n', '"""Use `client.health()`."""\n'),
        ("x: Awaitable[tuple[int, list[str]]]\n", "x: tuple[int, list[str]]\n"),
        ("awaitable = asynchronous\n", "awaitable = asynchronous\n"),
        (
            "def f():\n    # why\n    return (\n        await g()\n    )\n",
            "def f():\n    # why\n    return (\n        g()\n    )\n",
        ),
    ],
)
def test_the_sync_form_of_async_code(source: str, made: str, scripts: dict[str, Any]) -> None:
    assert scripts["derive_sync"].to_sync(source) == made


def test_drift_is_printed_and_fails(
    tmp_path: Path, scripts: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts["_files"], "ROOT", tmp_path)
    path = write(tmp_path, {"made.py": "one\n"}) / "made.py"
    assert scripts["_files"].write_or_check({path: "two\n"}, check=True, remedy="mend it") == 1
    assert path.read_text() == "one\n"
    printed = capsys.readouterr().out
    assert "made.py is not what its source gives; mend it" in printed
    assert "-one\n+two\n" in printed
    assert scripts["_files"].write_or_check({path: "two\n"}, check=False, remedy="mend it") == 0
    assert scripts["_files"].write_or_check({path: "two\n"}, check=True, remedy="mend it") == 0


def run_demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPTS / "demo.py"), *arguments], capture_output=True, text=True, check=False
    )


def test_the_demo_shows_one_file_that_shrinks_and_one_that_grows() -> None:
    done = run_demo()
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("smaller  equal") == 2
    assert done.stdout.count("larger  equal") == 2
    assert "DIFFERENT" not in done.stdout


def test_the_demo_takes_a_file_of_ones_own_and_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    write(tmp_path, {"own.json": '[{"a": 1.0, "b": true}]', "broken.json": "{"})
    assert run_demo(str(tmp_path / "own.json")).stdout.count("equal") == 2
    broken = run_demo(str(tmp_path / "broken.json"))
    assert (broken.returncode, "broken.json" in broken.stderr, "Traceback" in broken.stderr) == (2, True, False)
    missing = run_demo(str(tmp_path / "nowhere.json"))
    assert (missing.returncode, "cannot be read" in missing.stderr) == (2, True)


def test_the_demo_tells_one_from_true(scripts: dict[str, Any]) -> None:
    same = scripts["demo"].same
    assert same({"a": [289.0, None]}, {"a": [289, None]})
    assert not same({"a": True}, {"a": 1})
    assert not same({"a": 1}, {"b": 1})
