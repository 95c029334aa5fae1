"""Measure this client side by side with others, as ratios taken in one run; or see whether it has become slower.

    python scripts/bench/table.py [--only MEASURE ...] [--check | --page]

A whole run writes docs/benchmarks.md, .json and .svg; --page writes the page and the chart anew from the figures. The
exit code is 1 when a goal is missed that is not listed as explained, or, with --check, when a ratio is worse than the
recorded one beyond the noise of both.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import comparing, pages
from bench.environments import HERE, ROOT, environment
from bench.goals import MISSED, others
from bench.loopback import running
from bench.machine import described
from bench.measures import MEASURES
from bench.measures.place import Place
from bench.rows import Results

PAGE, FILE, CHART = (ROOT / "docs" / f"benchmarks.{ending}" for ending in ("md", "json", "svg"))


def measured(names: Iterable[str], *, shortened: bool = False) -> pages.Run:
    """Take measures, and tell on the standard error how far they are."""
    results = Results()
    with running() as url:
        for name in names:
            began = time.monotonic()
            print(f"  {name}", file=sys.stderr, flush=True)
            MEASURES[name](Place(url, shortened), results)
            print(f"  {name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return pages.Run(described(), results.rows(others()), results.skipped, results.notes)


def save(run: pages.Run) -> None:
    """Write the page, the file of results, and the chart."""
    FILE.write_text(pages.to_json(run), encoding="utf-8")
    PAGE.write_text(pages.markdown(run, comparing.RULE), encoding="utf-8")
    draw = [str(part) for part in (environment("chart"), "-P", HERE / "chart.py", FILE, CHART)]
    subprocess.run(draw, check=True)
    print(f"wrote {', '.join(path.relative_to(ROOT).as_posix() for path in (PAGE, FILE, CHART))}", file=sys.stderr)


def recorded() -> pages.Run:
    """Give the recorded run."""
    if not FILE.exists():
        raise SystemExit(f"{FILE.relative_to(ROOT)} is not there: run `make bench` first")
    return pages.from_json(FILE.read_text(encoding="utf-8"))


def bench(names: list[str]) -> int:
    """Measure, print, and save where everything was measured; return 1 where a goal is missed."""
    run = measured(names)
    print(pages.text(run))
    if names == list(MEASURES):
        save(run)
    return 1 if any(word.word == MISSED for _, word in pages.judged(run.rows)) else 0


def check(names: list[str]) -> int:
    """Measure with fewer rounds and compare; what seems slower is measured once more. Return 1 where it is."""
    then = recorded().rows
    found = comparing.compared(then, measured(names, shortened=True).rows)
    doubtful = list(dict.fromkeys(row.measure for row in found if row.regressed))
    if doubtful:
        print(comparing.text(row for row in found if row.regressed))
        print(f"once more, with all rounds: {', '.join(doubtful)}", file=sys.stderr)
        again = {row.key: row for row in comparing.compared(then, measured(doubtful).rows)}
        found = [again.get(row.key, row) if row.regressed else row for row in found]
    print(comparing.text(found))
    slower = sum(row.regressed for row in found)
    print(f"{len(found)} ratios compared, {slower} worse than {FILE.relative_to(ROOT)} allows")
    return 1 if slower else 0


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description="Measure this client side by side with others.")
    parser.add_argument("--only", nargs="+", choices=MEASURES, metavar="MEASURE", help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--check", action="store_true", help="compare with docs/benchmarks.json; write nothing")
    parser.add_argument("--page", action="store_true", help="measure nothing; write the page and the chart anew")
    given = parser.parse_args()
    if given.page:
        save(recorded())
        return 0
    names = [name for name in MEASURES if given.only is None or name in given.only]
    return check(names) if given.check else bench(names)


if __name__ == "__main__":
    sys.exit(main())
