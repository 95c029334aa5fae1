"""What the tests of upgrades share: the published document, and the scripts as they are called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.upstream.documents import Document, contract, published

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


class Done(NamedTuple):
    """What a run of a script came to."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="session")
def document() -> Document:
    return published(contract())


@pytest.fixture
def api_diff(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Return a function that runs scripts/api_diff.py in this process."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    script = import_module("api_diff")

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["api_diff.py", *map(str, arguments)])
        status = script.main()
        return Done(status, *capsys.readouterr())

    return run
