"""The snippets of README and docs run as they stand and print what is said; the table of settings is the real one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaizen_client.config import SETTINGS
from tests.vendors.standin import StandIn

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = PAGES[0].read_text(encoding="utf-8")
_SNIPPET = re.compile(r"```python(?: title=(\S+))?\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)
SNIPPETS = [
    pytest.param(*found, id=f"{page.name}:{number}")
    for page in PAGES
    for number, found in enumerate(_SNIPPET.findall(page.read_text(encoding="utf-8")), 1)
]


def settings_table() -> str:
    lines = ["| Setting | Variable | Default | Meaning |", "| --- | --- | --- | --- |"]
    for setting in SETTINGS:
        default = setting.default
        shown = "" if default is None or not isinstance(default, str | int | float) else f"`{default}`"
        variable = f"`{setting.variable}`" if setting.variable else ""
        lines.append(f"| `{setting.name}` | {variable} | {shown} | {setting.meaning} |")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def vendor_variables() -> Iterator[dict[str, str]]:
    """Stand in for the vendors: what their clients are told by the environment."""
    vendor = StandIn()
    yield {
        "KAIZEN_BASE_URL": "embedded:",
        "OPENAI_API_KEY": "test-key-1",
        "OPENAI_BASE_URL": f"{vendor.url}/v1",
        "ANTHROPIC_API_KEY": "test-key-1",
        "ANTHROPIC_BASE_URL": vendor.url,
        "GEMINI_API_KEY": "test-key-1",
        "GOOGLE_GEMINI_BASE_URL": vendor.url,
    }
    vendor.close()


@pytest.mark.parametrize(("title", "code", "printed"), SNIPPETS)
def test_a_snippet_runs_and_prints_what_the_page_says(
    title: str, code: str, printed: str, tmp_path: Path, vendor_variables: dict[str, str]
) -> None:
    environment = vendor_variables if "kaizen_client.integrations" in code else {}
    script = tmp_path / (title or "snippet.py")
    script.write_text(code, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    run = ["-m", "pytest", "-q", "-W", "error", "-p", "no:asyncio"] if title.startswith("test_") else ["-W", "error"]
    command = [sys.executable, *run, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    if not title:
        assert done.stdout == printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        other = page.parent / path if path else page
        assert other.is_file(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)$", other.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}, target


def test_there_are_snippets() -> None:
    assert len(SNIPPETS) >= 5


def test_the_table_of_settings_is_the_real_one() -> None:
    found = re.search(r"<!-- settings:.*?-->\n(.*?)\n<!-- end of settings -->", TEXT, re.DOTALL)
    assert found is not None
    assert found[1] == settings_table()
