"""The containers of JSON in a text are found whole, outermost first, and nothing is looked at twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kaizen_client.embedded import _scan
from kaizen_client.embedded._scan import find_containers


def found(text: str) -> list[str]:
    return [text[slice(*container.span)] for container in find_containers(text)]


@pytest.mark.parametrize(
    ("text", "containers"),
    [
        ("", []),
        ("no brackets", []),
        ("[]{}[ ]{\n}", []),
        ("[1]", ["[1]"]),
        ('a {"b": [1, {"c": null}]} d', ['{"b": [1, {"c": null}]}']),
        ('{"a": 1} and [2] and {"b": {}}', ['{"a": 1}', "[2]", '{"b": {}}']),
        ('{"a":1}{"b":2}', ['{"a":1}', '{"b":2}']),
        ('"[1]"', ["[1]"]),
        ('{"brackets in a string: ]}": "[{"}', ['{"brackets in a string: ]}": "[{"}']),
        (r'["\"]", "\u0041", "\\"]', [r'["\"]", "\u0041", "\\"]']),
        ("[1e5, -0.5, 1E-3, -0, 0]", ["[1e5, -0.5, 1E-3, -0, 0]"]),
        # One block, which is left alone as a whole later.
        ("[NaN, [1], -Infinity, Infinity]", ["[NaN, [1], -Infinity, Infinity]"]),
        # Whole ones inside a broken one are kept, and the search goes on at the error.
        ('[{"a": 1}, {"b": 2}, {"c": ', ['{"a": 1}', '{"b": 2}']),
        ('[[1, [2]], x] [3]', ["[1, [2]]", "[3]"]),
        ("[see [1] and [2]]", ["[1]", "[2]"]),
        ('{a: {"b": 1}}', ['{"b": 1}']),
        # But not inside a broken object, which would be torn apart.
        ('{"a": {"b": 1}, "c": [1], x', []),
        ('[[1], {"a": {"b": 1}, "c": [1], x', ["[1]"]),
        ('{"a": {"b": 1},} [2]', ["[2]"]),
        ('{"a" {"b": 1}}', ['{"b": 1}']),
        ('{"a": 1,} [2]', ["[2]"]),
        ("[1,] [2]", ["[2]"]),
        ("[1 2] [3]", ["[3]"]),
        ("[1} [2]", ["[2]"]),
        ('{"a"] [2]', ["[2]"]),
        ("[01] [.5] [+1] [1.] [2]", ["[2]"]),
        ("['a'] [\"b\"]", ['["b"]']),
        ('["line\nbreak"] [1]', ["[1]"]),
        ('["\\x"] [1]', ["[1]"]),
        ('["open', []),
        ("[true, nul] [2]", ["[2]"]),
        ("[tru [2]", ["[2]"]),
        ("{[1]}", ["[1]"]),
        ("[\u00a01] [2]", ["[2]"]),
        ("[١] [2]", ["[2]"]),
        ("\ufeff[1]", ["[1]"]),
    ],
)  # fmt: skip
def test_containers_are_found_where_they_are_whole(text: str, containers: list[str]) -> None:
    assert found(text) == containers


PIECES = [
    "[", "]", "{", "}", ",", ":", '"', '"a"', '"a":', "1", "-", "0", "null", "NaN", "true", " ", "\n", "x", "\\", "[1]",
    '{"b":2}', '"\\u12', "[]", "{}", "é",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(texts)
@example("[[[[")
@example('{"a":{"a":')
def test_whatever_is_found_is_json_in_order_and_apart(text: str) -> None:
    before = 0
    for (start, end), *_ in find_containers(text):
        assert before <= start < end
        before = end
        value = json.loads(text[start:end])
        assert isinstance(value, dict | list)
        assert value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(json_values.filter(lambda value: isinstance(value, dict | list) and bool(value)), st.sampled_from([None, 2]))
def test_json_among_prose_is_found_whole(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert found(f"See {text}, and (b): {text}") == [text, text]


def test_items_of_an_array_that_is_cut_off_are_told_from_others() -> None:
    text = '[{"a": 1}, {"b": 2}, {"c": 3} x [[1], [2'
    assert [(text[slice(*span)], inside) for span, inside, _ in find_containers(text)] == [
        ('{"a": 1}', True),
        ('{"b": 2}', True),
        ('{"c": 3}', True),
        ("[1]", True),
    ]
    assert [inside for _, inside, _ in find_containers("[1] {} [[2]]")] == [False, False]


@given(texts | json_values.map(json.dumps))
@example('[{"a": 1, "a": 2}] [1]')
@example("[0.1234567890123456789] [NaN] [1]")
@example("[" + "9" * 5000 + "] [1]")
def test_the_quick_look_finds_what_the_walk_finds(text: str) -> None:
    quick = [(span, inside) for span, inside, _ in find_containers(text)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_scan, "_TRIES", 0)
        assert [(span, inside) for span, inside, _ in find_containers(text)] == quick


def test_the_quick_look_tells_what_a_container_says() -> None:
    assert [container.value for container in find_containers('[1] {"a": 1, "a": 2}')] == [[1], None]


@given(texts)
def test_the_search_never_goes_back(text: str) -> None:
    starts: list[int] = []
    walk = _scan._walk

    def noted(text: str, start: int) -> Any:
        spans, position = walk(text, start)
        assert position > start
        starts.append(start)
        return spans, position

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_scan, "_walk", noted)
        list(find_containers(text))
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, '["' * 100_000, "[" * 100_000 + "]" * 99_999])
def test_depth_exhausts_no_stack(text: str) -> None:
    assert all(len(one) > 2 for one in found(text))
