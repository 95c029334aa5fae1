"""What was saved is summed up over calls, priced where there is a price, and said in one line."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from kaizen_client.integrations import Price, Report, Tokens, Totals, Usage, track
from kaizen_client.integrations.reports import followed, price_of

REPORT = Report(
    "openai", "/responses", "gpt-4o", "compress", 400, 300,
    tokens=Tokens(100, 80, "o200k_base", exact=True), found=3, as_ktof=1, as_json=1, grew=2,
    usage=Usage(90, 10, cached=20, cache_write=5), cost=0.5, saved_cost=0.25, seconds=0.125,
)  # fmt: skip


def test_totals_are_the_sums_of_reports() -> None:
    totals = Totals()
    for _ in range(2):
        totals.add(REPORT)
    assert (totals.calls, totals.failed) == (2, 0)
    assert (totals.characters_before, totals.characters_after, totals.saved) == (800, 600, 200)
    assert (totals.tokens_before, totals.tokens_after, totals.tokens_saved) == (200, 160, 40)
    assert (totals.found, totals.as_ktof, totals.as_json, totals.grew) == (6, 2, 2, 4)
    assert totals.usage == Usage(180, 20, cached=40, cache_write=10)
    assert (totals.cost, totals.saved_cost, totals.seconds) == (1.0, 0.5, 0.25)


def test_what_is_not_known_counts_as_nothing() -> None:
    totals = Totals()
    totals.add(Report("gemini", ":generateContent", None, "compress", 10, 10, error=RuntimeError("down")))
    assert (totals.calls, totals.failed) == (1, 1)
    assert (totals.tokens_before, totals.usage, totals.cost, totals.saved_cost) == (0, Usage(0, 0), 0.0, 0.0)


def test_totals_are_exact_only_where_all_counts_are() -> None:
    totals = Totals()
    totals.add(REPORT)
    assert totals.exact
    totals.add(REPORT._replace(tokens=Tokens(10, 9, "o200k_base", exact=False)))
    assert not totals.exact


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (REPORT, "openai gpt-4o: 25.0 % fewer characters (400 -> 300), 20.0 % fewer tokens (100 -> 80)"),
        (
            REPORT._replace(tokens=Tokens(100, 120, "o200k_base", exact=False)),
            "openai gpt-4o: 25.0 % fewer characters (400 -> 300), 20.0 % more tokens (100 -> 120), estimated",
        ),
        (
            REPORT._replace(mode="audit", tokens=None),
            "openai gpt-4o: an audit, 25.0 % fewer characters (400 -> 300)",
        ),
        (REPORT._replace(characters_after=400, tokens=None), "openai gpt-4o: as many characters as before (400)"),
        (
            Report("gemini", ":x", None, "compress", 1000, 1000, error=ValueError("secret")),
            "gemini: sent as it was, Kaizen failed (ValueError)",
        ),
        (
            Report("openai", "/responses", "m", "compress", 1000, 1000),
            "openai m: no JSON to rewrite (1,000 characters)",
        ),
    ],
)
def test_a_report_says_it_in_one_line(report: Report, line: str) -> None:
    assert str(report) == line


def test_totals_say_it_in_one_line() -> None:
    totals = Totals()
    assert str(totals) == "no calls yet"
    nothing = Report("openai", "/responses", "m", "compress", 600, 600)
    totals.add(nothing)
    assert str(totals) == "1 call: no JSON to rewrite (600 characters)"
    totals.add(REPORT)
    assert str(totals) == "2 calls: 10.0 % fewer characters (1,000 -> 900), 20.0 % fewer tokens (100 -> 80)"
    totals.add(nothing._replace(error=RuntimeError()))
    assert str(totals).endswith("; Kaizen failed in 1")
    totals.add(REPORT._replace(mode="audit"))
    assert str(totals).startswith("4 calls, 1 audited: ")
    assert repr(totals) == f"<Totals: {totals}>"


def test_totals_of_audits_say_so() -> None:
    totals = Totals()
    totals.add(REPORT._replace(mode="audit", tokens=None))
    assert str(totals) == "1 call, audited: 25.0 % fewer characters (400 -> 300)"


def test_many_threads_lose_nothing() -> None:
    totals = Totals()

    def work() -> None:
        for _ in range(500):
            totals.add(REPORT)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (totals.calls, totals.characters_before) == (2000, 800_000)


def test_a_cost_is_of_what_was_cached_written_and_neither() -> None:
    price = Price(input=2.0, output=10.0, cached=0.5, cache_write=4.0)
    assert price.of(Usage(1_000_000, 100_000, cached=400_000, cache_write=100_000)) == pytest.approx(
        0.5 * 2 + 0.4 * 0.5 + 0.1 * 4 + 0.1 * 10
    )
    # Without prices of their own, cached tokens cost what others do.
    assert Price(2.0, 10.0).of(Usage(1_000_000, 100_000, cached=400_000)) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-latest", "gpt-4o"),
        ("gpt-4o-mini", None),
        ("gpt-4o-mini-2024-07-18", None),
        ("gpt-4", None),
        ("claude-sonnet-4", "claude-sonnet-4"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4"),
        # Another model, not a version of it.
        ("claude-sonnet-4-5", None),
        ("claude-sonnet-4-5-20250929", None),
        ("gemini-2.5-flash-001", "gemini-2.5-flash"),
        ("gemini-2.5-flash-preview-09-2025", "gemini-2.5-flash"),
        ("gpt-4o-1106-preview", "gpt-4o"),
        ("gpt-4o-0613", "gpt-4o"),
        ("openai/gpt-4o-2024-08-06", "gpt-4o"),
        ("gemini-2.5-flash-lite", None),
        ("", None),
        (None, None),
    ],
)
def test_a_price_is_that_of_the_model_or_of_what_it_is_a_version_of(model: str | None, found: str | None) -> None:
    names = ("gpt-4o", "claude-sonnet-4", "gemini-2.5-flash")
    prices = {name: Price(float(number)) for number, name in enumerate(names)}
    assert price_of(model, prices) == (None if found is None else prices[found])


def test_tracks_may_stand_one_in_another() -> None:
    with track() as outer:
        with track() as inner:
            assert followed() == (outer, inner)
        assert followed() == (outer,)
    assert followed() == ()


async def test_tasks_that_are_begun_inside_are_followed() -> None:
    async def task() -> tuple[Totals, ...]:
        return followed()

    with track() as totals:
        begun = asyncio.create_task(task())
        in_thread = await asyncio.to_thread(followed)
    assert await begun == in_thread == (totals,)
    assert await task() == ()


def test_a_context_may_be_left_elsewhere_than_it_was_entered() -> None:
    manager = track()
    contextvars.copy_context().run(manager.__enter__)
    contextvars.copy_context().run(manager.__exit__, None, None, None)
    assert followed() == ()


def test_a_report_that_comes_while_another_is_summed_up_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    # As when a stream is collected, and ends, in the middle of this.
    totals = Totals()
    plain = totals._sum_up

    def interrupted(report: Report) -> None:
        monkeypatch.undo()
        totals.add(REPORT)
        plain(report)

    monkeypatch.setattr(totals, "_sum_up", interrupted)
    totals.add(REPORT)
    assert totals.calls == 2


def test_a_child_process_can_sum_up_whatever_its_parent_was_at() -> None:
    totals = Totals()
    totals._lock.acquire()
    totals.after_fork()
    totals.add(REPORT)
    assert totals.calls == 1
