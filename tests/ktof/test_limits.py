"""Depth and size."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from kaizen_client.ktof import KtofDecodeError, KtofEncodeError, decode, encode

CAP = 512


def nest(depth: int, wrap: Callable[[Any], Any], core: Any) -> Any:
    for _ in range(depth):
        core = wrap(core)
    return core


WRAPS: list[Callable[[Any], Any]] = [lambda v: [v], lambda v: {"a": v}, lambda v: {"a": 1, "b": v}, lambda v: [1, v]]


@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("core", [[], {}, [1]], ids=repr)
def test_as_many_levels_as_the_cap_come_back_and_one_more_is_refused(wrap: Callable[[Any], Any], core: Any) -> None:
    value = nest(CAP - 1, wrap, core)
    text = encode(value, indent=1)
    assert decode(text, indent=1) == value
    with pytest.raises(KtofEncodeError, match="512") as caught:
        encode(wrap(value))
    assert len(caught.value.path) < 200


def test_a_text_deeper_than_the_cap_is_refused() -> None:
    with pytest.raises(KtofDecodeError, match="512"):
        decode("\n".join(" " * n + "a:" for n in range(CAP + 1)), indent=1)
    with pytest.raises(KtofDecodeError, match="512"):
        decode("\n".join(" " * n + ("- [1]:" if n else "[1]:") for n in range(CAP + 1)), indent=1)


def test_a_value_that_holds_itself_is_refused() -> None:
    ring: list[Any] = []
    ring += [ring, ring]
    with pytest.raises(KtofEncodeError, match="itself"):
        encode(ring)


def test_a_deep_stack_of_callers_does_not_matter() -> None:
    value = nest(CAP // 2 - 1, lambda v: {"a": [v]}, 1)

    def deep(levels: int) -> Any:
        return deep(levels - 1) if levels else decode(encode(value))

    frame, used = sys._getframe(), 0
    while frame.f_back is not None:
        frame, used = frame.f_back, used + 1
    again = deep(sys.getrecursionlimit() - used - 40)
    assert encode(again) == encode(value)


def test_a_long_integer_is_refused_in_both_directions_and_a_shorter_one_is_not() -> None:
    assert decode(encode(-(10**4299))) == -(10**4299)
    with pytest.raises(KtofEncodeError, match="4300"):
        encode(10**4300)
    for text in ("1" * 4301, "a: -" + "1" * 5000, "[10]{x}:" + f"\n  {'1' * 5000}" * 10):
        with pytest.raises(KtofDecodeError, match="4300"):
            decode(text)


HOSTILE = {
    "open brackets": "[" * 10**6,
    "quotes in a field list": "a[1]{" + '"' * 10**6,
    "quotes in a field list with a colon": "a[1]{" + '"' * 10**6 + ":",
    "field names": "a[1]{" + '"",' * 333_000 + ":",
    "spaces in a field list": "a[1]{a" + " " * 10**6 + "!:",
    "spaces and a quote": "a[1]: " + " " * 10**6 + 'x"',
    "spaces before commas": "a[2]: " + (" " * 999 + ",") * 1000,
    "an open quote": 'a: "' + "\\" * 10**6,
    "escaped quotes in a row": 'a[9]{x,y}:\n  "' + '\\"' * 500_000,
    "quoted values": "a[1]: " + '"x",' * 250_000,
    "digits": "a: " + "1" * 10**6 + "x",
    "colons": ":" * 10**6,
    "hyphens": "- " * 500_000,
    "newlines": "\n" * 10**6,
    "quotes in one row": "a[1]{x}:\n  " + '"' * 10**6 + ":",
    "objects one in another": "\n".join(" " * n + "a:" for n in range(1400)),
}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_gives_a_json_value_or_an_error_with_a_place(name: str, strict: bool) -> None:
    # How long these take is measured by `make bench`; what is quadratic would not end here either.
    place, value = None, None
    try:
        value = decode(HOSTILE[name], indent=1, strict=strict)
    except KtofDecodeError as error:
        place = error.line
    assert (place is None) == isinstance(value, dict | list | str)
    assert place is None or place >= 1
