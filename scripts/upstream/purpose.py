"""Which differences are there on purpose, by the list in `on_purpose.yaml`."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import yaml

from upstream.findings import KINDS, Finding
from upstream.refusals import Refused

LIST: Final = Path(__file__).with_name("on_purpose.yaml")
_KEYS: Final = frozenset({"kind", "at", "field", "now", "why"})


def entries(path: Path = LIST) -> list[dict[str, Any]]:
    """Return the list.

    Raises:
        Refused: an entry that cannot be meant: no reason, an unknown kind, nothing that says where.
    """
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    for number, entry in enumerate(found, 1):
        place = f"{path.name}, entry {number}"
        if not isinstance(entry, dict) or set(entry) - _KEYS:
            raise Refused(f"an entry has the keys {', '.join(sorted(_KEYS))}", place=place)
        if entry.get("kind") not in KINDS:
            raise Refused(f"there is no kind {entry.get('kind')!r}", place=place, remedy="see findings.py")
        if not entry.get("why") or not ("at" in entry or "field" in entry or "now" in entry):
            raise Refused("an entry says where (at, field or now) and why", place=place)
    return found


def parted(found: list[Finding], listed: list[dict[str, Any]]) -> tuple[list[Finding], list[Finding]]:
    """Return the findings that count, and those that are listed, each with its reason."""
    count, meant = [], []
    for one in found:
        why = next((str(entry["why"]) for entry in listed if _means(entry, one)), None)
        if why is None:
            count.append(one)
        else:
            meant.append(replace(one, why=" ".join(why.split())))
    return count, meant


def _means(entry: dict[str, Any], one: Finding) -> bool:
    places = _listed(entry.get("at", one.ours))
    return (
        entry["kind"] == one.kind
        and (one.ours in places or set(one.routes) <= set(places))
        and any(fnmatchcase(one.field, field) for field in _listed(entry.get("field", one.field)))
        and _alternatives(entry.get("now", one.now)) == _alternatives(one.now)
    )


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _alternatives(text: str) -> set[str]:
    # A document may list them in any order.
    return set(text.split(" or "))
