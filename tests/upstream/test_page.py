"""The maintainers' page shows what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.upstream.__main__ import main
from tests.upstream.project import ROOT, Copy, own_files

PAGE = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL))
CHANGES = re.findall(r"-m tests\.upstream (.+) > build/openapi\.json", PAGE)[0].split()


def without_lines(text: str) -> str:
    """Return a text without numbers and versions, which move with edits elsewhere."""
    of_versions = re.compile(r"Version: |  pyproject|  kaizen_client/_version")
    lines = [line for line in text.splitlines() if not of_versions.match(line)]
    return re.sub(r"\d+", "N", "\n".join(lines)).strip()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("page") / "copy", own_files())


def test_the_transcript_is_what_the_commands_print(copy: Copy, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(CHANGES) == 0
    document = copy.folder / "build" / "openapi.json"
    document.parent.mkdir()
    document.write_text(capsys.readouterr().out, encoding="utf-8")
    for name in ("api_diff", "upgrade"):
        out, _ = copy.start(f"scripts/{name}.py", "build/openapi.json").communicate()
        command = f"make {name.replace('_', '-')} UPSTREAM=build/openapi.json"
        assert without_lines(SHOWN[command]) == without_lines(out)


def test_every_change_that_it_lists_can_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    names = capsys.readouterr().out.split()
    assert set(CHANGES) <= set(names)
    assert main(["nothing"]) == 2


def test_every_target_that_the_page_names_is_in_the_makefile() -> None:
    makefile = Path(ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make ([a-z-]+)", PAGE)) | {"setup"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
