"""Make docs/faults.md from the table that tests/faults proves.

python scripts/faults_page.py [--check]
"""

from __future__ import annotations

import sys

from _files import ROOT, write_or_check

sys.path.insert(0, str(ROOT))

from tests.faults.table import ROWS, Case, Row

PAGE = ROOT / "docs" / "faults.md"

HEAD = """\
<!-- Made from tests/faults/table.py by `make generate`. Do not edit. -->
# When things go wrong

What a call comes to when the network, the service or something between them fails. `KaizenClient` and
`SyncKaizenClient` give the same over every HTTP library; `tests/faults` proves every line with both over each, against
a server that misbehaves.

What holds for all of them:

- A call ends in a result or in a `KaizenError`, never in an error of the HTTP or TLS library, and it ends by its
  `deadline`. `timeout` and `deadline` are seconds, `max_response_bytes` is bytes after decompression.
- What may pass is tried again, and as soon as an attempt succeeds its result is what you get. At the default
  `max_retries=2` that makes 3 attempts at most, fewer where the deadline comes first or where too many of the client's
  calls fail. All attempts of a call have the same `X-Request-ID`.
- The error has the call's `metadata`, its `request_id` and its `attempts`; where there was a reply also `status_code`,
  `headers` and `payload`; where there was none, what lies underneath in `original`.

*Attempts* is how many there are, at the default `max_retries`, when every one fails and the deadline leaves time for
them.
"""


def _lasting(row: Row) -> list[Case]:
    """Return the cases that tell what the row ends in: a fault that passes ends in a result, whatever it is."""
    return [case for case in row.cases if not case.server.startswith("once-")]


def _outcome(row: Row) -> str:
    ends = ["a result" if case.error is None else f"`{case.error.__name__}`" for case in _lasting(row)]
    names = list(dict.fromkeys([*ends, *(f"`{error.__name__}`" for error in row.errors)]))
    if not names:
        return row.promise
    listed = f"{', '.join(names[:-1])} or {names[-1]}" if names[1:] else names[0]
    return f"{listed[0].upper()}{listed[1:]}. {row.promise}"


def _attempts(row: Row) -> str:
    if row.scenario is not None:
        return row.attempts or "–"
    # A case with retries or a deadline of its own says nothing about the defaults, where there are others.
    own = {"max_retries", "deadline"}
    counts = {case.attempts for case in _lasting(row) if not own & {*case.settings, *case.options}}
    counts = counts or {case.attempts for case in _lasting(row)}
    return " or ".join(map(str, sorted(counts)))


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
