"""What JSON cannot hold is refused by its place; what it can is encoded as JSON, once."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import json
import uuid
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_client import KaizenPayloadError
from kaizen_client.payloads import encoded, with_extra

pytestmark = pytest.mark.usefixtures("both_ways")


@dataclasses.dataclass
class Point:
    x: int


class Modelled:
    def model_dump(self, mode: str) -> dict[str, Any]:
        return {}


def circle() -> dict[str, Any]:
    one: dict[str, Any] = {"a": []}
    one["a"].append(one)
    return one


def deep() -> Any:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    return value


HELD_BY_NO_JSON: list[tuple[Any, str, str]] = [
    ({"a": float("nan")}, "data.a", "finite"),
    ([1, float("inf")], "data[1]", "finite"),
    ({"rows": [{}, {"when": datetime.datetime(2026, 1, 1)}]}, "data.rows[1].when", "isoformat"),
    ({"when": datetime.date(2026, 1, 1)}, "data.when", "isoformat"),
    ({1, 2}, "data", "sorted"),
    ({"a": decimal.Decimal(1)}, "data.a", "str"),
    ({"a": b"x"}, "data.a", "base64"),
    ({"a": uuid.UUID(int=1)}, "data.a", "str"),
    ({"a b": PurePosixPath("x")}, "data['a b']", "texts"),
    ({"a": Point(1)}, "data.a", "asdict"),
    ({"a": Modelled()}, "data.a", "model_dump"),
    ({"a": object()}, "data.a", "dicts"),
    ({1: 2}, "data", "str(...)"),
    ({"a": [{"b": {None: 1}}]}, "data.a[0].b", "str(...)"),
    ([({True: 1},)], "data[0][0]", "str(...)"),
    ({"a": {1.5: 1}}, "data.a", "str(...)"),
    ({"a": {(1, 2): 1}}, "data.a", "str(...)"),
    ([{"a": 1}] * 50 + [{"a": 1, 7: 2}], "data[50]", "str(...)"),
    ({"a": "\ud800"}, "data.a", "take it out"),
    ({"\ud800": 1}, "data", "surrogate"),
    ({"a": 10**5000}, "data.a", "text"),
    (circle(), "data.a[0]", "circle"),
]


@pytest.mark.parametrize(("value", "path", "remedy"), HELD_BY_NO_JSON, ids=range(len(HELD_BY_NO_JSON)))
def test_what_json_cannot_hold_is_named_by_its_path_with_a_remedy(value: Any, path: str, remedy: str) -> None:
    with pytest.raises(KaizenPayloadError) as caught:
        encoded({"data": value})
    assert caught.value.path == path
    assert remedy in caught.value.remedy
    assert str(caught.value).startswith(f"{path}: ")
    assert isinstance(caught.value, ValueError)


def test_a_value_nested_too_deeply_is_refused() -> None:
    with pytest.raises(KaizenPayloadError, match="nested too deeply"):
        encoded({"data": deep()})


def test_the_same_list_twice_is_no_circle() -> None:
    shared = [1]
    assert encoded({"data": [shared, shared]}) == b'{"data":[[1],[1]]}'


def test_tuples_are_lists_and_text_stays_text() -> None:
    assert encoded({"data": (1, "naïve\u2028")}) == '{"data":[1,"naïve\u2028"]}'.encode()


# Of smaller ones orjson spells the exponent otherwise; test_json_bodies.py has them.
LARGER_FLOATS = (
    st.just(-0.0) | st.floats(min_value=1e-4, allow_infinity=False) | st.floats(max_value=-1e-4, allow_infinity=False)
)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | LARGER_FLOATS
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    )
)  # fmt: skip
def test_any_json_value_is_encoded_as_compact_json(value: Any) -> None:
    assert encoded(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


KEYS = st.text("ab", max_size=2) | st.integers(0, 1) | st.none() | st.booleans()


@given(st.recursive(st.just(1), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)))
def test_a_key_that_is_no_string_is_found_wherever_it_is(value: Any) -> None:
    def clean(part: Any) -> bool:
        if isinstance(part, dict):
            return all(isinstance(key, str) and clean(item) for key, item in part.items())
        return not isinstance(part, list) or all(map(clean, part))

    if clean(value):
        encoded(value)
    else:
        with pytest.raises(KaizenPayloadError, match="string keys"):
            encoded(value)


def test_extra_fields_are_merged_and_nothing_of_the_callers_is_changed() -> None:
    body = {"data": 1, "options": {"indent": 1}}
    assert with_extra(body, {"options": {"new": 2}, "more": [3]}) == {
        "data": 1,
        "options": {"indent": 1, "new": 2},
        "more": [3],
    }
    assert body == {"data": 1, "options": {"indent": 1}}
    for wrong in ("x", [1], {1: 2}):
        with pytest.raises(KaizenPayloadError, match="extra_body"):
            with_extra(body, wrong)
