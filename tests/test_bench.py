"""The benchmark's own arithmetic and pages, from made-up results: nothing is measured here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"

if TYPE_CHECKING:
    from bench import comparing, goals, machine, pages, rows
else:
    sys.path.insert(0, str(SCRIPTS))
    from bench import comparing, goals, machine, pages, rows

COST = rows.Quantity("sync", "sync call, CPU", "µs", "httpx")
RATE = rows.Quantity("throughput", "calls a second, 200 at once", "/s", "httpx", higher=True)
ROUNDS = (100.0, 102.0, 98.0, 101.0, 99.0)


def results(ours: float = 1.0, rate: float = 3.0) -> rows.Results:
    """Five rounds in which ours is as many times httpx."""
    found = rows.Results()
    for number, base in enumerate(ROUNDS):
        found.add(COST, "httpx", base)
        found.add(COST, "kaizen", ours * base + number / 10)
        found.add(RATE, "httpx", base)
        found.add(RATE, "openai", base / 2)
        found.add(RATE, "kaizen", rate * base)
    return found


def row_of(found: rows.Results, quantity: rows.Quantity, subject: str, base: str | None = "httpx") -> rows.Row:
    others = [(RATE.title, "kaizen", "openai")]
    (row,) = [row for row in found.rows(others) if (row.quantity, row.subject, row.base) == (quantity, subject, base)]
    return row


# --- rows ---------------------------------------------------------------------------------------------------------


def test_ratios_are_of_the_same_round() -> None:
    found = rows.Results()
    for base in (1.0, 10.0, 100.0):  # A machine that gets slower all the time.
        found.add(COST, "httpx", base)
        found.add(COST, "kaizen", 2 * base)
    row = row_of(found, COST, "kaizen")
    assert row.ratios == (2.0, 2.0, 2.0)
    assert rows.spread(row.ratios) == 0
    assert rows.spread(row.values) > 1


def test_a_goal_may_ask_for_another_base_than_the_groups() -> None:
    found = [row for row in results().rows([(RATE.title, "kaizen", "openai")]) if row.subject == "kaizen"]
    assert [(row.quantity.title, row.base, row.ratio) for row in found[1:]] == [
        (RATE.title, "httpx", 3.0),
        (RATE.title, "openai", 6.0),
    ]


def test_a_round_without_its_base_has_no_ratio() -> None:
    found = rows.Results()
    found.add(COST, "kaizen", 1.0)
    assert row_of(found, COST, "kaizen", None).ratio is None


def test_an_exponent_is_one_where_cost_grows_with_the_size() -> None:
    assert rows.exponent((8.0, 64.0), (3.0, 24.0)) == pytest.approx(1.0)
    assert rows.exponent((8.0, 64.0), (3.0, 192.0)) == pytest.approx(2.0)


# --- goals --------------------------------------------------------------------------------------------------------

GOALS = (goals.Goal(COST.title, "kaizen", 1.1), goals.Goal(RATE.title, "kaizen", 8.0, "openai"))


@pytest.mark.parametrize(("ours", "word"), [(1.05, goals.MET), (1.3, goals.MISSED)])
def test_a_cost_must_not_be_over_its_bound(ours: float, word: str) -> None:
    assert goals.verdict(row_of(results(ours), COST, "kaizen"), GOALS).word == word


@pytest.mark.parametrize(("rate", "word"), [(5.0, goals.MET), (3.0, goals.MISSED)])
def test_a_rate_must_not_be_under_its_bound(rate: float, word: str) -> None:
    found = results(rate=rate)
    assert goals.verdict(row_of(found, RATE, "kaizen", "openai"), GOALS).word == word
    assert goals.verdict(row_of(found, RATE, "kaizen"), GOALS).word == goals.NONE


def test_a_miss_that_is_explained_says_so() -> None:
    explained: dict[tuple[str, ...], str] = {(COST.title, "kaizen"): "it does more"}
    found = goals.verdict(row_of(results(1.3), COST, "kaizen"), GOALS, explained)
    assert (found.word, found.reason) == (goals.EXPLAINED_MISS, "it does more")
    assert goals.verdict(row_of(results(1.0), COST, "kaizen"), GOALS, explained).reason == ""


def test_a_goal_whose_subject_could_not_be_measured_is_told() -> None:
    found = rows.Results()
    found.add(COST, "httpx", 1.0)
    assert goals.unmeasured(found.rows(), GOALS) == [GOALS[0]]
    assert goals.unmeasured(results().rows([(RATE.title, "kaizen", "openai")]), GOALS) == []


def test_every_explanation_is_of_a_goal() -> None:
    known = {(goal.title, goal.subject, *([goal.base] if goal.base else [])) for goal in goals.GOALS}
    assert set(goals.EXPLAINED) <= known


# --- pages --------------------------------------------------------------------------------------------------------


def run_of(found: rows.Results) -> pages.Run:
    return pages.Run({"processor": "p", "system": "s", "date": "d", "commit": "c", "beside": "b"}, found.rows(), {}, {})


@pytest.mark.parametrize(
    ("value", "shown"),
    [(123456.0, "123,000"), (1234.0, "1,230"), (123.4, "123"), (12.34, "12.3"), (1.234, "1.23"), (0.0037, "0.0037")],
)
def test_a_figure_has_three_digits(value: float, shown: str) -> None:
    assert pages.number(value) == shown


def test_the_page_has_a_row_for_each_subject_and_the_verdicts() -> None:
    found = results(1.3)
    found.note("sync", "said below")
    run = pages.Run(run_of(found).machine, found.rows(), {"kaizen, other": "it is refused"}, found.notes)
    page = pages.markdown(run, "the rule")
    assert "| sync call, CPU | kaizen | 130 µs | ±1% | 1.30x httpx | ±0% | <= 1.1x | MISSED |" in page
    assert "- said below\n" in page
    assert "| kaizen, other | it is refused |" in page
    assert page.endswith("the rule\n")
    assert max(map(len, pages.text(run).splitlines())) < 200


def test_results_come_back_from_the_file_as_they_were() -> None:
    run = run_of(results())
    found = pages.from_json(pages.to_json(run))
    assert [row.key for row in found.rows] == [row.key for row in run.rows]
    assert [row.ratio for row in found.rows] == pytest.approx([row.ratio for row in run.rows], rel=1e-4)
    assert [row.quantity for row in found.rows] == [row.quantity for row in run.rows]


def test_every_measure_has_a_heading() -> None:
    from bench.measures import MEASURES

    assert list(pages.HEADINGS) == list(pages.LEGENDS) == list(MEASURES)


def test_the_machine_can_be_described() -> None:
    found = machine.described()
    assert "openai 3.57.0" in found["beside"]
    assert all(found.values())


# --- comparing ----------------------------------------------------------------------------------------------------


def regressions(then: rows.Results, now: rows.Results) -> list[str]:
    return [row.key for row in comparing.compared(then.rows(), now.rows()) if row.regressed]


def test_the_same_again_is_no_regression() -> None:
    assert regressions(results(1.0), results(1.03)) == []


def test_a_cost_that_grew_beyond_the_noise_is_one() -> None:
    assert regressions(results(1.0), results(1.15)) == ["sync call, CPU | kaizen | httpx"]


def test_a_rate_that_fell_beyond_the_noise_is_one() -> None:
    assert regressions(results(rate=3.0), results(rate=2.6)) == ["calls a second, 200 at once | kaizen | httpx"]
    assert regressions(results(rate=3.0), results(rate=6.0)) == []


def test_noise_that_was_measured_is_allowed_for() -> None:
    noisy = rows.Results()
    for base, ratio in zip(ROUNDS, (0.8, 1.3, 1.15, 0.9, 1.4), strict=True):
        noisy.add(COST, "httpx", base)
        noisy.add(COST, "kaizen", ratio * base)
    assert regressions(results(1.0), noisy) == []


def test_others_may_get_slower() -> None:
    then, now = results(), results()
    now.taken[RATE]["openai"] = [one / 10 for one in ROUNDS]
    assert regressions(then, now) == []
