"""Compress JSON files through both clients on the embedded engine, decode them back, and show what it saves.

python scripts/demo.py                two files of examples/: one that shrinks, one that grows
python scripts/demo.py path.json      a file of your own
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from kaizen_client import KaizenClient, KaizenError, Saving, SyncKaizenClient

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FILES = [EXAMPLES / "orders.json", EXAMPLES / "tickets.json"]
# One space per level: nearly always fewer tokens than the service's default of two.
OPTIONS = {"indent": 1}
PREVIEW = 4


class Row(NamedTuple):
    """One line of the table."""

    name: str
    client: str
    saving: Saving
    equal: bool
    text: str


def compact(value: Any) -> str:
    """Return a value as compact JSON, which every saving is measured against."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def row(name: str, client: str, value: Any, text: str, back: Any) -> Row:
    """Measure one round trip."""
    saving = Saving(len(compact(value).encode()), len(text.encode()), "bytes")
    return Row(name, client, saving, same(back, value), text)


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same JSON; 289 and 289.0 are one number, 1 and true are not one value."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def in_sync(name: str, value: Any) -> Row:
    """Make a round trip with the sync client."""
    with SyncKaizenClient.embedded() as client:
        text = client.compress(data=value, options=OPTIONS).value
        return row(name, "sync", value, text, client.decompress(data=text, options=OPTIONS).value)


async def in_async(name: str, value: Any) -> Row:
    """Make a round trip with the async client."""
    async with KaizenClient.embedded() as client:
        text = (await client.compress(data=value, options=OPTIONS)).value
        back = await client.decompress(data=text, options=OPTIONS)
        return row(name, "async", value, text, back.value)


def table(rows: list[Row]) -> str:
    """Return the rows as a table for a terminal."""
    head = ("file", "client", "compact JSON", "KTOF", "result", "decoded back")
    cells = [head] + [
        (
            one.name,
            one.client,
            f"{one.saving.original:,} B",
            f"{one.saving.compressed:,} B",
            f"{abs(one.saving.percent):.1f} % {'larger' if one.saving.saved < 0 else 'smaller'}",
            "equal" if one.equal else "DIFFERENT",
        )
        for one in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    right = {2, 3, 4}
    lines = [
        "  ".join(cell.rjust(width) if column in right else cell.ljust(width)
                  for column, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in cells
    ]  # fmt: skip
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(f"  {line}" for line in lines)


def preview(one: Row) -> str:
    """Return the first lines of a text, cut to the width of a terminal."""
    lines = one.text.split("\n")
    shown = [line if len(line) <= 96 else f"{line[:95]}…" for line in lines[:PREVIEW]]
    if len(lines) > PREVIEW:
        shown.append(f"… {len(lines) - PREVIEW:,} more lines")
    return "\n".join(f"    {line}" for line in shown)


def verdict(one: Row) -> str:
    """Say in words what the saving means."""
    if one.saving.saved > 0:
        return f"{one.name} is shorter as KTOF: {one.saving}. Tables of flat records are."
    if one.saving.saved == 0:
        return f"{one.name} is as long either way: {one.saving}."
    return f"{one.name} is LARGER as KTOF: {one.saving}. Nested or uneven data is; send it as JSON."


def main() -> int:
    """Run the demo; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="a JSON file of your own")
    own = parser.parse_args().file
    rows = []
    for path in [own] if own else FILES:
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            rows += [in_sync(path.name, value), asyncio.run(in_async(path.name, value))]
        except OSError as error:
            print(f"{path} cannot be read: {error.strerror}", file=sys.stderr)
            return 2
        except (ValueError, RecursionError, KaizenError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 2
    print("\nKaizen, on the embedded engine: no key, no network.\n")
    print(table(rows))
    for one in rows[::2]:
        print(f"\n  {verdict(one)}\n\n{preview(one)}")
    print()
    return 0 if all(one.equal for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
