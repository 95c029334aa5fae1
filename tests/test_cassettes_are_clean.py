"""What is committed of recorded flows holds no secret, no host and no trace of a machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

CASSETTES = sorted((Path(__file__).resolve().parent / "cassettes").glob("*.yaml"))
FORBIDDEN = re.compile(
    r"authorization|bearer|api-?key|cookie|a-key-that-is-filtered|getkaizen|127\.0\.0\.1|localhost|user-agent|/home/|/root/",
    re.IGNORECASE,
)


def test_there_are_cassettes_of_both_clients() -> None:
    names = {path.stem for path in CASSETTES}
    flows = {name.split("_", 1)[1] for name in names}
    assert len(flows) >= 4
    assert names == {f"{kind}_{flow}" for kind in ("async", "sync") for flow in flows}


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_a_cassette_holds_no_secret_and_no_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert FORBIDDEN.search(text) is None
    for interaction in yaml.safe_load(text)["interactions"]:
        assert interaction["request"]["uri"].startswith("http://kaizen.invalid/")
        assert set(interaction["request"]["headers"]) <= {"accept", "content-type"}
