"""The README's snippets run as they stand and print what it says; its table of settings is the real one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kaizen_client.config import SETTINGS

README = Path(__file__).resolve().parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", TEXT, re.DOTALL)


def settings_table() -> str:
    lines = ["| Setting | Variable | Default | Meaning |", "| --- | --- | --- | --- |"]
    for setting in SETTINGS:
        default = setting.default
        shown = "" if default is None or not isinstance(default, str | int | float) else f"`{default}`"
        variable = f"`{setting.variable}`" if setting.variable else ""
        lines.append(f"| `{setting.name}` | {variable} | {shown} | {setting.meaning} |")
    return "\n".join(lines)


@pytest.mark.parametrize(("code", "printed"), SNIPPETS, ids=range(len(SNIPPETS)))
def test_a_snippet_runs_and_prints_what_the_readme_says(code: str, printed: str, tmp_path: Path) -> None:
    script = tmp_path / "snippet.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)], capture_output=True, text=True, check=False, cwd=tmp_path, env={}
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == printed


def test_there_are_snippets() -> None:
    assert len(SNIPPETS) >= 5


def test_the_table_of_settings_is_the_real_one() -> None:
    found = re.search(r"<!-- settings:.*?-->\n(.*?)\n<!-- end of settings -->", TEXT, re.DOTALL)
    assert found is not None
    assert found[1] == settings_table()
