"""A comparison as a person reads it, as JSON, and as Markdown for the changelog."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from typing import Final, NamedTuple

from _bumps import BUMPS, largest

from upstream.findings import Finding, ordered
from upstream.reading import Document

_WIDTH: Final = 110
#: The changelog's sections, and how the kinds that go there end.
_SECTIONS: Final = ("Added", "Changed", "Deprecated", "Removed")


class Report(NamedTuple):
    """What is to be told of a comparison."""

    ours: Document
    theirs: Document
    found: list[Finding]
    on_purpose: list[Finding]
    notes: list[str]

    @property
    def bump(self) -> str:
        """The largest bump that a difference asks for."""
        return largest(one.bump for one in self.found)


def as_json(report: Report) -> str:
    """Return the report as JSON."""
    tree = report.theirs.tree
    return json.dumps(
        {
            "document": {
                "title": tree["info"].get("title"),
                "version": tree["info"].get("version"),
                "openapi": tree["openapi"],
            },
            "bump": report.bump,
            "findings": [one.as_json() for one in ordered(report.found)],
            "on_purpose": [one.as_json() for one in report.on_purpose],
            "notes": report.notes,
        },
        indent=2,
    )


def as_text(report: Report) -> str:
    """Return the report as a person reads it."""
    theirs = report.theirs
    parts = [f"openapi.yaml compared with {theirs.source} ({theirs.title}, OpenAPI {theirs.tree['openapi']})"]
    parts += [_block(one, report) for one in ordered(report.found)]
    if report.on_purpose:
        lines = ["Different on purpose, and not counted (scripts/upstream/on_purpose.yaml):"]
        by_reason: dict[str, list[Finding]] = {}
        for one in report.on_purpose:
            by_reason.setdefault(one.why, []).append(one)
        for why, group in by_reason.items():
            lines.append(_wrapped(f"{_of(group)}: {why}", "  - "))
        parts.append("\n".join(lines))
    if report.notes:
        parts.append("\n".join(["Worth knowing:", *(_wrapped(note, "  - ") for note in report.notes)]))
    parts.append(_verdict(report))
    return "\n\n".join(parts)


def _of(group: list[Finding]) -> str:
    fields = ", ".join(dict.fromkeys(one.field or one.kind.split("-")[0] for one in group))
    routes = list(dict.fromkeys(route for one in group for route in one.routes))
    where = routes[0] if len(routes) == 1 else f"{len(routes)} routes"
    return f"{group[0].kind} {fields} ({where})"


def _block(one: Finding, report: Report) -> str:
    line = report.ours.line(one.ours)
    ours = f"openapi.yaml:{line} {one.ours}" if line and one.ours else one.ours or "(not in openapi.yaml)"
    there = report.theirs.line(one.theirs)
    theirs = f"line {there} {one.theirs}" if there else one.theirs
    return "\n".join(
        [
            f"{one.bump.upper()}  {one.kind}  {one.routes[0]}"
            + (f" and {len(one.routes) - 1} more" if len(one.routes) > 1 else "")
            + (f"  {one.field}" if one.field else ""),
            _wrapped(one.what.replace("`", ""), "  "),
            _wrapped(f"{one.bump}, because {one.reason}", "  "),
            f"  ours    {ours}",
            f"  theirs  {theirs}",
            *([_wrapped(", ".join(one.routes), "  routes  ")] if len(one.routes) > 1 else []),
        ]
    )


def _wrapped(text: str, start: str) -> str:
    return _filled(text, start, _WIDTH)


def _filled(text: str, start: str, width: int) -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _verdict(report: Report) -> str:
    if not report.found:
        return "Nothing to do."
    counts = ", ".join(
        f"{number} {bump}" for bump in reversed(BUMPS) if (number := sum(one.bump == bump for one in report.found))
    )
    return f"{report.bump.upper()}: {counts}. `make upgrade UPSTREAM=...` takes them over."


def as_markdown(report: Report, names: Callable[[str], str] = lambda route: f"`{route}`") -> str:
    """Return the differences as sections of the changelog; nothing where there are none."""
    return "\n\n".join(
        f"### {section}\n\n" + "\n".join(lines) for section, lines in entries(report.found, names).items()
    )


def entries(found: list[Finding], names: Callable[[str], str] = lambda route: f"`{route}`") -> dict[str, list[str]]:
    """Return the changelog's lines by section.

    Args:
        found: the differences.
        names: gives what a route is called.
    """
    lines: dict[str, list[str]] = {section: [] for section in _SECTIONS}
    for one in ordered(found):
        breaking = "**Breaking:** " if one.bump == "major" else ""
        where = ", ".join(map(names, one.routes))
        lines[_section(one.kind)].append(_filled(f"{breaking}{where}: {one.what}.", "- ", 120))
    return {section: found for section, found in lines.items() if found}


def _section(kind: str) -> str:
    if kind.endswith("-added"):
        return "Added"
    if kind.endswith("-deprecated"):
        return "Deprecated"
    return "Removed" if kind.endswith("-removed") else "Changed"
