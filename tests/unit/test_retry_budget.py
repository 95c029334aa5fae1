"""The retry budget: a store of tokens that failures empty and successes fill."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

from kaizen_client import RetryPolicy
from kaizen_client.retry_budget import RetryBudget, budget_of


def test_each_retry_takes_a_token_until_there_is_none() -> None:
    budget = RetryBudget(3, 0.1)
    assert [budget.take() for _ in range(5)] == [True, True, True, False, False]


def test_ten_successes_pay_for_one_retry() -> None:
    budget = RetryBudget(1, 0.1)
    assert budget.take()
    for _ in range(9):
        budget.succeeded()
    assert not budget.take()
    budget.succeeded()
    assert budget.take()
    assert not budget.take()


def test_successes_never_store_more_than_the_most() -> None:
    budget = RetryBudget(2, 0.5)
    for _ in range(100):
        budget.succeeded()
    assert budget.tokens == 2


def test_a_budget_without_end_has_none() -> None:
    budget = RetryBudget(math.inf, 0.1)
    assert all(budget.take() for _ in range(1000))
    budget.succeeded()
    assert budget.tokens == math.inf


def test_threads_do_not_take_the_same_token() -> None:
    budget = RetryBudget(100, 0.1)
    with ThreadPoolExecutor(16) as threads:
        taken = list(threads.map(lambda _: budget.take(), range(1000)))
    assert sum(taken) == 100


def test_a_policy_says_how_large_it_is_and_one_that_does_not_has_the_default() -> None:
    assert budget_of(RetryPolicy(budget=2)).tokens == 2
    assert budget_of(object()).tokens == RetryPolicy().budget == 10


def test_a_retry_after_a_timeout_costs_twice_as_much() -> None:
    budget = RetryBudget(3, 0.1)
    assert [budget.take(2.0), budget.take(2.0), budget.take()] == [True, False, True]
