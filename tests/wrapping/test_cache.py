"""What is kept of texts stays within its bounds, and goes least lately used first."""

from __future__ import annotations

import threading

from kaizen_client.integrations._wrapping.cache import Cache


def test_what_was_put_is_given_back() -> None:
    cache: Cache[str] = Cache(10)
    cache.put("a", "A", 3)
    assert cache.get("a") == "A"
    assert cache.get("b") is None


def test_the_least_lately_used_goes_first() -> None:
    cache: Cache[str] = Cache(10)
    for key in "abc":
        cache.put(key, key.upper(), 3)
    cache.get("a")
    cache.put("d", "D", 3)
    assert [cache.get(key) for key in "abcd"] == ["A", None, "C", "D"]
    assert cache._size == 9


def test_what_is_larger_than_all_is_not_kept_and_drives_nothing_out() -> None:
    cache: Cache[str] = Cache(10)
    cache.put("a", "A", 10)
    cache.put("b", "B", 11)
    assert (cache.get("a"), cache.get("b")) == ("A", None)


def test_putting_a_key_again_counts_it_once() -> None:
    cache: Cache[str] = Cache(10)
    cache.put("a", "A", 4)
    cache.put("a", "B", 6)
    assert (cache.get("a"), cache._size) == ("B", 6)


def test_a_capacity_of_none_keeps_nothing() -> None:
    cache: Cache[str] = Cache(0)
    cache.put("a", "A", 1)
    assert cache.get("a") is None


def test_many_threads_leave_the_sum_of_the_sizes_right() -> None:
    cache: Cache[int] = Cache(50)

    def work(seed: int) -> None:
        for step in range(500):
            cache.put((seed * step) % 37, step, step % 9 + 1)
            cache.get(step % 37)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache._size == sum(size for size, _ in cache._kept.values()) <= 50


def test_a_child_process_begins_with_an_empty_one() -> None:
    cache: Cache[str] = Cache(10)
    cache.put("a", "A", 4)
    cache._lock.acquire()
    cache.after_fork()
    assert (cache.get("a"), cache._size) == (None, 0)
