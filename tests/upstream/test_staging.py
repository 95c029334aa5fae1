"""What was done in the copy is moved in all together, or the project is as it was."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.upstream.conftest import SCRIPTS

FILES = {
    "openapi.yaml": "a", "README.md": "r", "kaizen_client/x.py": "x", "kaizen_client/old/y.py": "y",
    "docs/build/kept.md": "k", "tests/test_z.py": "z",
}  # fmt: skip


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return import_module("upstream.staging")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "project"


def files(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def work(folder: Path) -> None:
    """Change, add and take away."""
    (folder / "openapi.yaml").write_text("b")
    (folder / "kaizen_client" / "new").mkdir()
    (folder / "kaizen_client" / "new" / "n.py").write_text("n")
    (folder / "kaizen_client" / "old" / "y.py").unlink()


AFTER = {
    **{name: text for name, text in FILES.items() if name != "kaizen_client/old/y.py"},
    "openapi.yaml": "b",
    "kaizen_client/new/n.py": "n",
}


def test_files_are_changed_added_and_taken_away(module: Any, root: Path) -> None:
    with module.staging(root) as copy:
        work(copy.folder)
        assert files(root) == FILES
        moved = copy.move_in()
    assert files(root) == AFTER
    assert sorted(path.as_posix() for path in moved) == [
        "kaizen_client/new/n.py", "kaizen_client/old/y.py", "openapi.yaml",
    ]  # fmt: skip
    assert not (root / "kaizen_client" / "old").exists()
    assert not copy.folder.exists()


def test_what_somebody_does_in_the_meantime_stays(module: Any, root: Path) -> None:
    with module.staging(root) as copy:
        work(copy.folder)
        (root / "README.md").write_text("edited")
        (root / "tests" / "test_new.py").write_text("new")
        copy.move_in()
    assert files(root) == {**AFTER, "README.md": "edited", "tests/test_new.py": "new"}


def test_a_file_that_both_change_is_refused(module: Any, root: Path) -> None:
    with module.staging(root) as copy:
        work(copy.folder)
        (root / "openapi.yaml").write_text("edited")
        with pytest.raises(Exception, match=r"openapi\.yaml: was changed while the upgrade ran"):
            copy.move_in()
    assert files(root) == {**FILES, "openapi.yaml": "edited"}


@pytest.mark.parametrize("failing", range(1, 6))
@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
def test_a_failure_while_files_are_moved_leaves_what_was_there(
    module: Any, root: Path, failing: int, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    replace = Path.replace

    def fail_once(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise error
        return replace(self, target)

    with module.staging(root) as copy:
        work(copy.folder)
        monkeypatch.setattr(Path, "replace", fail_once)
        if failing < 5:
            with pytest.raises(type(error)):
                copy.move_in()
            assert files(root) == FILES
        else:
            copy.move_in()
            assert files(root) == AFTER


def test_a_second_interruption_while_it_is_undone_loses_nothing(
    module: Any, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, calls = Path.replace, 0

    def fail(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls in (4, 5):
            raise KeyboardInterrupt
        return replace(self, target)

    with module.staging(root) as copy:
        work(copy.folder)
        monkeypatch.setattr(Path, "replace", fail)
        with pytest.raises(KeyboardInterrupt):
            copy.move_in()
        monkeypatch.undo()
    monkeypatch.syspath_prepend(str(SCRIPTS))
    with module.staging(root):
        # What stood there is whole again; at most a new file is too many, which `make check` names.
        assert FILES.items() <= files(root).items()


def test_an_upgrade_that_was_killed_when_all_was_in_place_is_ended_by_the_next(module: Any, root: Path) -> None:
    (root / ".upgrade-old-openapi.yaml").write_text("before")
    (root / ".upgrade-done").touch()
    with module.staging(root):
        assert files(root) == FILES


def test_no_room_to_write_is_found_before_anything_is_moved(
    module: Any, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with module.staging(root) as copy:
        work(copy.folder)
        monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
        with pytest.raises(OSError, match="no space left"):
            copy.move_in()
    assert files(root) == FILES


def test_an_upgrade_that_was_killed_is_undone_by_the_next(module: Any, root: Path) -> None:
    (root / "openapi.yaml").replace(root / ".upgrade-old-openapi.yaml")
    (root / "openapi.yaml").write_text("b")
    (root / "kaizen_client" / "x.py").replace(root / "kaizen_client" / ".upgrade-old-x.py")
    (root / "kaizen_client" / ".upgrade-new-x.py").write_text("new")
    with module.staging(root) as copy:
        assert files(root) == FILES
        assert (copy.folder / "openapi.yaml").read_text() == "a"


def test_a_linked_file_is_not_written_through(module: Any, root: Path) -> None:
    (root / "openapi.yaml").rename(root.parent / "elsewhere.yaml")
    (root / "openapi.yaml").symlink_to(root.parent / "elsewhere.yaml")
    with module.staging(root) as copy:
        (copy.folder / "openapi.yaml").write_text("b")
    assert (root.parent / "elsewhere.yaml").read_text() == "a"


def test_a_step_that_fails_says_which_and_with_what(module: Any, root: Path) -> None:
    with module.staging(root) as copy, pytest.raises(Exception, match="counting failed, and nothing") as caught:
        copy.run("-c", "raise SystemExit('one too many')", what="counting")
    assert "one too many" in str(caught.value)
