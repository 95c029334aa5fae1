"""Make docs/faults.md from the table that tests/faults proves.

python scripts/faults_page.py [--check]
"""

from __future__ import annotations

import sys

from _files import ROOT, write_or_check

sys.path.insert(0, str(ROOT))

from tests.faults.table import ROWS, Row

PAGE = ROOT / "docs" / "faults.md"

HEAD = """\
<!-- Made from tests/faults/table.py by `make generate`. Do not edit. -->
# When things go wrong

What a call comes to when the network, the service or something between them fails. `KaizenClient` and
`SyncKaizenClient` give the same; `tests/faults` proves every line with both, against a server that misbehaves.

What holds for all of them:

- A call ends in a result or in a `KaizenError`, never in an error of the HTTP or TLS library, and it ends by its
  `deadline`. `timeout` and `deadline` are seconds, `max_response_bytes` is bytes after decompression.
- What may pass is tried again: at the default `max_retries=2` that makes 3 attempts, fewer where the deadline comes
  first. Every attempt has the same `X-Request-ID`.
- The error has the call's `metadata`, its `request_id` and its `attempts`; where there was a reply also `status_code`,
  `headers` and `payload`; where there was none, what lies underneath in `original`.

*Attempts* is how many the client makes at the default settings, also where every one fails.
"""


def _classes(row: Row) -> list[str]:
    """Return what a row ends in, in the order of its cases, a result first."""
    errors = [*(case.error for case in row.cases if case.error is not None), *row.errors]
    names = list(dict.fromkeys(f"`{error.__name__}`" for error in errors))
    succeeds = any(case.error is None for case in row.cases) or (row.scenario is not None and not row.errors)
    return ["a result", *names] if succeeds and row.cases else names


def _outcome(row: Row) -> str:
    names = _classes(row)
    if not names:
        return row.promise
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"{listed[0].upper()}{listed[1:]}. {row.promise}"


def _attempts(row: Row) -> str:
    if row.scenario is not None:
        return row.attempts
    # A case that sets retries or a deadline of its own says nothing about the defaults.
    own = {"max_retries", "deadline"}
    counts = sorted({case.attempts for case in row.cases if not own & {*case.settings, *case.options}})
    counts = counts or sorted({case.attempts for case in row.cases})
    return " or ".join(map(str, counts)) if len(counts) < 3 else f"{counts[0]} to {counts[-1]}"


def page() -> str:
    """Return the page."""
    lines = [HEAD]
    for group in dict.fromkeys(row.group for row in ROWS):
        lines += [f"## {group}", "", "| What goes wrong | What you get | Attempts |", "| --- | --- | --- |"]
        lines += [f"| {row.fault} | {_outcome(row)} | {_attempts(row)} |" for row in ROWS if row.group == group]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Write the page, or check it; return an exit status."""
    return write_or_check({PAGE: page()}, check="--check" in sys.argv[1:], remedy="run `make generate`")


if __name__ == "__main__":
    sys.exit(main())
