"""What changed in the contract since the last release."""

from __future__ import annotations

from pathlib import Path

from _released import Released
from upstream.comparing import compare
from upstream.findings import Finding, ordered
from upstream.reading import read


def contract_changes(root: Path) -> list[Finding]:
    """Return the differences between the released contract and the present one of the project in a folder."""
    # What was deprecated when it was released breaks code nevertheless when it goes.
    return ordered(compare(read(Released(root).contract), read(root / "openapi.yaml"), kept=False).found)
