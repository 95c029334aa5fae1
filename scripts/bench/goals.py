"""What is aimed at, as ratios; and the goals that are known to be missed, with the reason."""

from __future__ import annotations

from typing import Final, NamedTuple

from bench.rows import Row


class Goal(NamedTuple):
    """A bound for one row's ratio: the most it may be, or the least where more is better."""

    title: str
    subject: str
    bound: float
    #: What the ratio is to, where it is not the quantity's own base.
    base: str | None = None


_VENDORS: Final = ("openai", "anthropic", "google-genai")
#: Why goals of wrapped clients are missed, by the prompt.
_WRAPPED: Final = dict.fromkeys(
    ("table, again", "prose"),
    "60 to 90 us a call: walking the body, finding the text among those remembered or without JSON, and the report; "
    "the SDK's own call takes about 1 ms against a service that costs nothing",
) | {
    "table, new": "of about 800 us, 270 are finding and reading the JSON (json.loads alone takes 130), 230 writing "
    "the KTOF, the rest what a text without JSON costs; no reader and writer in Python is within 5 %"
}

GOALS: Final = (
    Goal("import, CPU", "import kaizen_client", 1.25),
    Goal("new process to first result, CPU", "kaizen", 1.10),
    Goal("sync call, CPU", "kaizen", 1.10),
    Goal("calls a second, 200 at once", "kaizen", 2.5),
    Goal("calls a second, 200 at once", "kaizen, aiohttp", 8.0, "openai"),
    Goal("calls a second, 200 at once", "kaizen, aiohttp", 0.55, "aiohttp"),
    Goal("10 MB up, CPU", "kaizen", 1.05),
    Goal("10 MB up, memory", "kaizen", 1.10),
    Goal("10 MB up, CPU", "kaizen, speed", 0.20),
    # 28 MB/s of writing and 16 MB/s of reading where json.dumps does 104.
    Goal("codec, uniform table, encode", "kaizen_client.ktof", 0.27),
    Goal("codec, uniform table, decode", "kaizen_client.ktof", 0.154),
    *(Goal(f"{vendor}, {prompt}, CPU", "wrapped", 1.05) for vendor in _VENDORS for prompt in _WRAPPED),
)

#: Goals that are missed for a reason: (title, subject) or (title, subject, base) of the goal, and the reason.
EXPLAINED: Final[dict[tuple[str, ...], str]] = {
    ("new process to first result, CPU", "kaizen"): (
        "within the spread; attrs, which the generated models are made with, takes 11 of the 21 ms above httpx "
        "(python -X importtime)"
    ),
    ("calls a second, 200 at once", "kaizen, aiohttp", "openai"): (
        "within the spread; of 388 us a call, 67 are the facade over any library, and bare aiohttp takes 187"
    ),
    ("calls a second, 200 at once", "kaizen, aiohttp", "aiohttp"): (
        "within the spread; of 388 us a call, 67 are the facade over any library, and bare aiohttp takes 187"
    ),
    ("10 MB up, CPU", "kaizen, speed"): (
        "the look for what JSON has no form for, which orjson would write all the same, takes 31 ms for 12 MB, orjson "
        "itself 12; json.dumps takes 208"
    ),
    **{(f"{vendor}, {prompt}, CPU", "wrapped"): reason for vendor in _VENDORS for prompt, reason in _WRAPPED.items()},
}

MET, MISSED, EXPLAINED_MISS, NONE = "met", "missed", "missed, explained", "no goal"


class Verdict(NamedTuple):
    """How a row stands to its goal."""

    goal: Goal | None
    word: str
    #: Why the goal is missed, where that is known.
    reason: str = ""


def others(goals: tuple[Goal, ...] = GOALS) -> list[tuple[str, str, str]]:
    """Give the comparisons that goals ask for beside each quantity's own."""
    return [(goal.title, goal.subject, goal.base) for goal in goals if goal.base is not None]


def unmeasured(rows: list[Row], goals: tuple[Goal, ...] = GOALS) -> list[Goal]:
    """Give the goals of what was measured whose subject could not be."""
    titles = {row.quantity.title for row in rows}
    had = {verdict(row, goals).goal for row in rows}
    return [goal for goal in goals if goal.title in titles and goal not in had]


def verdict(row: Row, goals: tuple[Goal, ...] = GOALS, explained: dict[tuple[str, ...], str] = EXPLAINED) -> Verdict:
    """Tell how a row stands to its goal."""
    for goal in goals:
        if (goal.title, goal.subject, goal.base or row.quantity.base) != (row.quantity.title, row.subject, row.base):
            continue
        if row.ratio is None:
            break
        met = row.ratio >= goal.bound if row.quantity.higher else row.ratio <= goal.bound
        reason = explained.get(tuple(part for part in (goal.title, goal.subject, goal.base) if part is not None), "")
        return Verdict(goal, MET if met else EXPLAINED_MISS if reason else MISSED, "" if met else reason)
    return Verdict(None, NONE)
