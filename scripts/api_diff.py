"""Compare a published OpenAPI document with openapi.yaml by meaning: what changed, what it breaks, which version.

    python scripts/api_diff.py PATH_OR_URL [--format text|json|markdown]

Exits with 0 where there is nothing to do, 1 where all changes are compatible, 2 where one is breaking, and 3 where the
document cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from _files import CONTRACT
from upstream import purpose, reports
from upstream.checking import check
from upstream.comparing import compare
from upstream.reading import read
from upstream.refusals import Refused

FORMS: Final = {"text": reports.as_text, "json": reports.as_json, "markdown": reports.as_markdown}
EXITS: Final = {"none": 0, "patch": 1, "minor": 1, "major": 2}
REFUSED: Final = 3


def report_of(source: str, contract: Path = CONTRACT) -> reports.Report:
    """Return what a published document changes.

    Raises:
        Refused: the document cannot be used.
    """
    ours, theirs = read(contract), read(source)
    check(ours)
    check(theirs)
    comparison = compare(ours, theirs)
    found, meant = purpose.parted(comparison.found, purpose.entries())
    return reports.Report(ours, theirs, found, meant, comparison.notes)


def main() -> int:
    """Print the report; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("document", metavar="PATH_OR_URL", help="an OpenAPI 3.0 or 3.1 document, JSON or YAML")
    parser.add_argument("--format", choices=FORMS, default="text", help="how the report is written")
    given = parser.parse_args()
    try:
        report = report_of(given.document)
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return REFUSED
    except Exception as error:
        print(f"refused: the document breaks the comparison: {error!r}", file=sys.stderr)
        return REFUSED
    print(FORMS[given.format](report))
    return EXITS[report.bump]


if __name__ == "__main__":
    sys.exit(main())
