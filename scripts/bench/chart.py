"""Draw the file of results: calls a second of all clients, and how Kaizen's cost grows.

    python -P scripts/bench/chart.py RESULTS CHART

Run with what `pins/chart.txt` names. The colours and the missing background are fit for dark pages and light ones; the
same results give the same bytes.
"""

from __future__ import annotations

import json
import statistics
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

#: Greys and colours of a middle lightness, which stand out from white and from black.
_INK, _FAINT, _OTHERS = "#8a8f98", "#8a8f9840", "#8a8f98"
_OURS: Final = {"kaizen": "#2f81f7", "kaizen, aiohttp": "#d9822b"}
_OTHER_OURS: Final = "#2da87a"
_LEVEL: Final = "calls a second, 200 at once"
_BYTES: Final = {"kB": 1e3, "MB": 1e6}
#: By how many times an axis may grow and still have room for marks at 2 and 5.
_FEW: Final = 100

_STYLE: Final = {
    "svg.fonttype": "none",
    "svg.hashsalt": "kaizen",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "axes.titlesize": 10,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": _FAINT,
    "legend.frameon": False,
}


def place_of(subject: str) -> float:
    """Give the place of a row on its axis: a number of calls at once, or of bytes."""
    figure, unit = subject.split(" ", 1)
    return float(figure.replace(",", "")) * _BYTES.get(unit, 1)


def short(value: float) -> str:
    """Give a figure on an axis: 2k for two thousand, 1M for a million."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def groups(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Give the medians by heading and subject."""
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        found.setdefault(row["title"], {}).setdefault(row["subject"], statistics.median(row["values"]))
    return found


def bars(axes: Any, medians: dict[str, float]) -> None:
    """Draw the calls a second of all clients, the most on top."""
    ordered = sorted(medians.items(), key=lambda item: item[1])
    names = [name for name, _ in ordered]
    colours = [_OURS.get(name, _OTHER_OURS) if name.split(",")[0] == "kaizen" else _OTHERS for name in names]
    drawn = axes.barh(names, [value for _, value in ordered], color=colours)
    axes.bar_label(drawn, [f"{value:,.0f}" for _, value in ordered], padding=3, color=_INK)
    axes.set_title(f"{_LEVEL} (more is better)")
    axes.margins(x=0.15)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])


def curves(axes: Any, found: dict[str, dict[str, float]], endings: dict[str, str], title: str, unit: str) -> None:
    """Draw a kind of growth for each of our clients; both axes are logarithmic."""
    for heading, medians in found.items():
        client, _, what = heading.partition(": ")
        if client not in _OURS or what not in endings:
            continue
        # Memory that was not seen to grow has no place on a logarithmic axis.
        points = [(place_of(subject), value) for subject, value in medians.items() if value > 0]
        label = f"{client}{endings[what]}"
        line = "--" if "down" in what else "-"
        axes.plot(*zip(*points, strict=True), line, marker="o", markersize=3, color=_OURS[client], label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    tickers = import_module("matplotlib.ticker")
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(tickers.LogLocator(subs=(1, 2, 5) if high < _FEW * low else (1,)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(tickers.FuncFormatter(lambda value, _: short(value)))
    axes.minorticks_off()
    axes.set_title(title)
    axes.set_xlabel(unit)
    axes.grid(visible=True, which="major")
    axes.legend(fontsize=8)


def main() -> int:
    """Draw."""
    source, target = map(Path, sys.argv[1:])
    found = groups(json.loads(source.read_text(encoding="utf-8"))["rows"])
    # Untyped: the project is checked where it is not installed.
    with import_module("matplotlib").rc_context(_STYLE):
        figure = import_module("matplotlib.figure").Figure(figsize=(9, 10.5), layout="constrained")
        panels = figure.subplot_mosaic([["bars", "bars"], ["calls", "held"], ["bodies", "memory"]])
        bars(panels["bars"], found.get(_LEVEL, {}))
        at_once = "calls at once"
        curves(panels["calls"], found, {"CPU a call by calls at once": ""}, "CPU a call, µs", at_once)
        curves(panels["held"], found, {"memory by calls at once": ""}, "memory above a client at rest, MB", at_once)
        ways = {"CPU of a body up by size": ", up", "CPU of a body down by size": ", down"}
        curves(panels["bodies"], found, ways, "CPU of a call, ms", "bytes of the body")
        ways = {what.replace("CPU", "memory"): way for what, way in ways.items()}
        curves(panels["memory"], found, ways, "memory of a call, MB", "bytes of the body")
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(target, format="svg", transparent=True, metadata=nothing)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
