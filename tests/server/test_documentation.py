"""docs/server.md: its table is the real parser's, and what it says to type does what it says."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kaizen_client.cli import build_parser

PAGE = Path(__file__).resolve().parents[2] / "docs" / "server.md"
TEXT = PAGE.read_text(encoding="utf-8")
CURLS = re.findall(r"```console\n\$ (curl .*)\n(.*)\n```", TEXT)
SCRIPTS = {kind: re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL) for kind in ("sh", "js", "python")}


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "PYTHONWARNINGS": "error"}


def options_table() -> str:
    (commands,) = (action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    rows = ["| Option | Default | Meaning |", "| --- | --- | --- |"]
    for action in commands.choices["serve"]._actions:
        if action.dest == "help":
            continue
        names = ", ".join(f"`{name}`" for name in action.option_strings)
        meaning = re.sub(r" \(default: .*\)$", "", str(action.help))
        if action.choices:
            meaning += ": " + ", ".join(f"`{choice}`" for choice in action.choices)
        default = "" if action.default is None or action.nargs == 0 else f"`{action.default}`"
        rows.append(f"| {names} | {default} | {meaning} |")
    return "\n".join(rows)


def test_the_table_of_options_is_the_real_one() -> None:
    found = re.search(r"<!-- options:.*?-->\n(.*?)\n?<!-- end of options -->", TEXT, re.DOTALL)
    assert found is not None
    assert found[1] == options_table()


def test_there_is_something_to_try() -> None:
    assert len(CURLS) == 2
    assert {kind: len(scripts) for kind, scripts in SCRIPTS.items()} == {"sh": 1, "js": 1, "python": 1}


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(("line", "printed"), CURLS, ids=range(len(CURLS)))
def test_a_curl_line_prints_what_the_page_says(command: Any, line: str, printed: str) -> None:
    line = line.replace("http://127.0.0.1:8420", command().url)
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, timeout=60)  # noqa: S607
    assert done.stdout == printed


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_shell_script_starts_asks_and_stops_the_server() -> None:
    (script,) = SCRIPTS["sh"]
    done = subprocess.run(
        ["bash", "-e", "-c", script],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"result":"id: 1"' in done.stdout


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_node_script_starts_asks_and_stops_the_server(tmp_path: Path) -> None:
    (script,) = SCRIPTS["js"]
    (tmp_path / "try.mjs").write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["node", "try.mjs"],  # noqa: S607
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "id: 1\n", "")


def test_the_application_of_the_page_answers(served_by: Any) -> None:
    (script,) = SCRIPTS["python"]
    names: dict[str, Any] = {}
    exec(script, names)  # noqa: S102 - the page's own snippet
    assert served_by(names["app"]).ask("POST", "/v1/compress", b"x" * 1_000_001).status == 413
