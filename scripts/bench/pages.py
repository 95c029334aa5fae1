"""The table of a run: for the terminal, as a page, and as the file that later runs are compared with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from textwrap import fill
from typing import Any, Final, NamedTuple

from bench.goals import MISSED, Verdict, unmeasured, verdict
from bench.rows import Row, dumped, loaded, spread

HEADINGS: Final = {
    "import": "Importing",
    "cold": "A new process to its first result",
    "sync": "Sync calls, one at a time",
    "async": "Async calls, one at a time",
    "throughput": "Calls a second, by how many are made at once",
    "connections": "Connections",
    "waiting": "A thousand calls at once on a hundred connections",
    "bodies": "Bodies up and down",
    "clients": "Making a client",
    "embedded": "The embedded engine",
    "codec": "The notation beside other libraries",
    "growth": "Growth",
    "wrapping": "Wrapped clients of model vendors",
}
#: What is to be known of a measure before its figures are read.
LEGENDS: Final = {
    "import": "Processor time above what a bare interpreter takes.",
    "cold": "A program that imports a client, makes it, makes one call and ends.",
    "sync": "A small body and a small reply on a connection that is open. kaizen-client 0.1.4 has no sync client: its "
    "async one is run to the end for each call.",
    "async": "The same in an event loop.",
    "throughput": "A client with its own defaults, from so many tasks that each make one call after another.",
    "connections": "Counted by the service, with a new client.",
    "waiting": "Memory is the highest above a client at rest, divided by the calls.",
    "bodies": "The sync clients, each in a process of its own. `kaizen, speed` has the extra of that name. The memory "
    "of 10 MB is the call's own, above what the process held before.",
    "clients": "Made from the environment and closed again; the second and later ones of a process.",
    "embedded": "No service and no sockets: checking, encoding and the result.",
    "codec": "MB of compact JSON a second; the ratios of both tables are to `json.dumps`. "
    "`python scripts/bench/codec.py rates` has the other documents.",
    "growth": "The async client. Each ratio is to the first row of its group.",
    "wrapping": "A call with a prompt of 10 kB, on a connection that is open, with the embedded engine. `again` is a "
    "prompt that an earlier call had, as a conversation's history is; `new` is one that no call had before. What is "
    "saved stands in [savings.md](savings.md).",
}
COLUMNS: Final = ("what", "subject", "median", "spread", "ratio", "spread of it", "goal", "")


class Run(NamedTuple):
    """A whole run."""

    machine: dict[str, str]
    rows: list[Row]
    skipped: dict[str, str]
    notes: dict[str, list[str]]


def number(value: float) -> str:
    """Give a figure with three digits that say something."""
    if value >= 100:
        return f"{round(value, 3 - len(str(int(value)))):,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 or not value else f"{value:.2g}"


def cells(row: Row) -> tuple[str, ...]:
    """Give a row as the columns show it."""
    found = verdict(row)
    ratio = f"{number(row.ratio)}x {row.base}" if row.ratio is not None else ""
    if row.ratio is not None and row.base == row.subject:
        ratio = "1"
    goal = f"{'>=' if row.quantity.higher else '<='} {found.goal.bound:g}x" if found.goal else ""
    return (
        row.quantity.title,
        row.subject,
        f"{number(row.value)} {row.quantity.unit}".strip(),
        f"±{spread(row.values):.0%}" if len(row.values) > 1 else "",
        ratio,
        f"±{spread(row.ratios):.0%}" if len(row.ratios) > 1 and row.base != row.subject else "",
        goal,
        found.word.upper() if found.word == MISSED else found.word if found.goal else "",
    )


def by_measure(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Give the rows of each measure, in the order of the headings."""
    order = list(HEADINGS)
    ranked = sorted(rows, key=lambda row: order.index(row.quantity.measure))
    return [(measure, list(group)) for measure, group in groupby(ranked, key=lambda row: row.quantity.measure)]


def judged(rows: Iterable[Row]) -> list[tuple[Row, Verdict]]:
    """Give the rows that have a goal, with how they stand to it."""
    found = [(row, verdict(row)) for row in rows]
    return [(row, word) for row, word in found if word.goal is not None]


def aligned(lines: Sequence[Sequence[str]], columns: Sequence[str]) -> str:
    """Give a table for the terminal; all columns but the first two are figures."""
    everything = [columns, *lines]
    widths = [max(len(line[at]) for line in everything) for at in range(len(columns))]
    shown = []
    for line in everything:
        put = [cell.ljust(widths[at]) if at < 2 else cell.rjust(widths[at]) for at, cell in enumerate(line)]
        shown.append("  ".join(put).rstrip())
    return "\n".join(shown)


def text(run: Run) -> str:
    """Give a run for the terminal."""
    parts = []
    for measure, rows in by_measure(run.rows):
        lines = [HEADINGS[measure].upper(), aligned([cells(row) for row in rows], COLUMNS)]
        parts.append("\n".join([*lines, *(f"  {note}" for note in run.notes.get(measure, []))]))
    left = [f"not measured: {subject}: {reason}" for subject, reason in run.skipped.items()]
    goals = [
        f"goal: {row.quantity.title}, {row.subject}: {word.word}{f' ({word.reason})' if word.reason else ''}"
        for row, word in judged(run.rows)
    ]
    goals += [f"goal: {goal.title}, {goal.subject}: not measured" for goal in unmeasured(run.rows)]
    return "\n\n".join([*parts, *("\n".join(lines) for lines in (left, goals) if lines)]) + "\n"


def markdown(run: Run, rule: str) -> str:
    """Give a run as a page.

    Args:
        run: the run.
        rule: when a later run counts as slower.
    """
    machine = run.machine
    parts = [
        "# Benchmarks\n",
        "<!-- Made by `make bench`. Do not edit. -->\n",
        f"Taken {machine['date']} at `{machine['commit']}`, on {machine['processor']}, {machine['system']}.",
        fill("Beside it: " + machine["beside"] + ".", 120) + "\n",
        "All figures are medians over rounds. In a round every subject has its turn, so that what else happens on the\n"
        "machine falls on all, and each ratio is to the base in the same round. The spread is half of what the middle\n"
        "half of the rounds lies apart. Processor time is that of the client's process alone. The service is on\n"
        "loopback, in a process of its own, and gives the same reply each time: a real one is slower, and differences\n"
        "between clients count for less.\n",
        "![Calls a second, and how cost grows with calls at once and with the size of bodies](benchmarks.svg)\n",
        "## Goals\n",
        _table(
            ["what", "subject", "ratio", "goal", "", "why"],
            [
                *([*(cells(row)[at] for at in (0, 1, 4, 6, 7)), word.reason] for row, word in judged(run.rows)),
                *(
                    [goal.title, goal.subject, "", f"{goal.bound:g}x", "not measured", ""]
                    for goal in unmeasured(run.rows)
                ),
            ],
        ),
    ]
    for measure, rows in by_measure(run.rows):
        parts += [f"## {HEADINGS[measure]}\n", fill(LEGENDS[measure], 120) + "\n"]
        parts += [_table(COLUMNS, [cells(row) for row in rows])]
        parts += ["\n".join(f"- {note}" for note in run.notes[measure]) + "\n"] if run.notes.get(measure) else []
    if run.skipped:
        left = [[subject, reason] for subject, reason in run.skipped.items()]
        parts += ["## Not measured\n", _table(["subject", "why"], left)]
    parts += ["## When a later run counts as slower\n", f"{rule}\n"]
    return "\n".join(parts)


def _table(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = ["---" if at < 2 else "---:" for at in range(len(columns))]
    cleaned = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in [list(columns), rule, *cleaned]) + "\n"


def to_json(run: Run) -> str:
    """Give a run as the file of results: a row to a line."""
    head = {"machine": run.machine, "skipped": run.skipped, "notes": run.notes}
    rows = ",\n".join(f"  {json.dumps(dumped(row), ensure_ascii=False)}" for row in run.rows)
    return f'{json.dumps(head, ensure_ascii=False, indent=1)[:-2]},\n "rows": [\n{rows}\n ]\n}}\n'


def from_json(text: str) -> Run:
    """Give a run back from the file of results."""
    data: dict[str, Any] = json.loads(text)
    return Run(data["machine"], [loaded(row) for row in data["rows"]], data["skipped"], data["notes"])
