"""The page of recipes shows the files that `make recipes` runs, and the releases that it runs them with."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
EXAMPLES = sorted((ROOT / "examples/recipes").glob("*.py"))
PINS = re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "scripts/recipes/pins.txt").read_text(encoding="utf-8"), re.MULTILINE)
#: What the frameworks need, or what runs the tests.
NOT_SHOWN = {"jsonref", "pytest", "pytest-asyncio", "pytest-socket"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_page_shows_an_example_as_it_is(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    docstring = ast.parse(text).body[0]
    code = "\n".join(text.split("\n")[docstring.end_lineno :]).strip("\n")
    assert f"```py\n{code}\n```\n" in PAGE


def test_the_page_names_the_releases_that_are_tested() -> None:
    found = re.search(r"<!-- versions:.*?-->\n(.*?)\n<!-- end of versions -->", PAGE, re.DOTALL)
    assert found is not None
    shown = {f"{name} {version}" for name, version in PINS if name not in NOT_SHOWN}
    assert set(found[1].replace("\n", " ").split(", ")) == shown


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 5
