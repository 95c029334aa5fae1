"""Fail where the facade lacks a route or a request field of the contract, has one too many, or types one otherwise.

python scripts/check_facade.py
"""

from __future__ import annotations

import sys

import _facade
import write_facade


def main() -> int:
    """Print what is wrong, each with its place; return the exit status."""
    contract = _facade.read_contract()
    found = _facade.problems(_facade.CLIENT.read_text(encoding="utf-8"), contract) + write_facade.unlisted(contract)
    for line in found:
        print(line)
    if found:
        print("`make facade` writes what is missing, typed and documented from openapi.yaml; then look it over")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
