"""An upgrade's lines go into the changelog's section of the version that is not released yet."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from tests.upstream.conftest import SCRIPTS

OLD = (
    "# Changelog\n\nWords.\n\n## 0.2.0 - unreleased\n\n### Added\n\n- One.\n\n### Changed, coming\n\n- Two.\n\n"
    "## 0.1.0\n\n- Old.\n"
)


@pytest.fixture
def changelog(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return import_module("upstream.changelog")


def test_the_section_of_a_new_version_stands_on_top(changelog: Any) -> None:
    made = changelog.with_entries(OLD, "0.3.0", {"Added": ["- New."], "Removed": ["- Gone."]})
    new = "## 0.3.0 - unreleased\n\n### Added\n\n- New.\n\n### Removed\n\n- Gone.\n\n"
    assert made == OLD.replace("## 0.2.0", f"{new}## 0.2.0")


def test_lines_are_added_to_the_sections_that_are_there(changelog: Any) -> None:
    made = changelog.with_entries(OLD, "0.2.0", {"Added": ["- New."], "Changed": ["- Other."], "Removed": ["- Gone."]})
    assert made == (
        OLD.replace("- One.\n", "- One.\n- New.\n").replace("- Two.\n", "- Two.\n- Other.\n\n### Removed\n\n- Gone.\n")
    )


def test_a_line_that_is_there_is_not_added_again(changelog: Any) -> None:
    once = changelog.with_entries(OLD, "0.3.0", {"Added": ["- New."]})
    assert changelog.with_entries(once, "0.3.0", {"Added": ["- New."]}) == once


def test_an_empty_changelog_gets_its_first_section(changelog: Any) -> None:
    assert changelog.with_entries("# Changelog\n\n", "1.0.0", {"Added": ["- New."]}) == (
        "# Changelog\n\n## 1.0.0 - unreleased\n\n### Added\n\n- New.\n"
    )
