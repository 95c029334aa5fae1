"""The changelog's part of an upgrade: lines in the section of the version that is not released yet."""

from __future__ import annotations

import re

_HEADS = re.compile(r"^## (?P<version>\S+)(?P<rest>.*)$", re.MULTILINE)


def with_entries(text: str, version: str, entries: dict[str, list[str]]) -> str:
    """Return a changelog with some lines more.

    Args:
        text: the changelog.
        version: the version they belong to; its section is made where it is missing.
        entries: the lines, by section (`Added`, `Changed`, ...).
    """
    head = _HEADS.search(text)
    if head is None or head["version"] != version:
        start = head.start() if head else len(text)
        text = f"{text[:start]}## {version} - unreleased\n\n{text[start:]}"
        head = _HEADS.search(text)
        assert head is not None  # noqa: S101 - it was just written
    following = _HEADS.search(text, head.end())
    end = following.start() if following else len(text)
    section = text[head.end() : end]
    for name, lines in entries.items():
        section = _with_lines(section, name, [line for line in lines if line not in section])
    return text[: head.end()] + section.rstrip("\n") + "\n" + ("\n" if following else "") + text[end:]


def _with_lines(section: str, name: str, lines: list[str]) -> str:
    if not lines:
        return section
    added = "\n".join(lines) + "\n"
    found = re.search(rf"^### {re.escape(name)}\b.*\n", section, re.MULTILINE)
    if found is None:
        return f"{section.rstrip()}\n\n### {name}\n\n{added}"
    following = re.search(r"^### ", section[found.end() :], re.MULTILINE)
    end = found.end() + following.start() if following else len(section)
    return f"{section[:end].rstrip()}\n{added}" + ("\n" + section[end:] if following else "")
