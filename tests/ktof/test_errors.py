"""What the errors say."""

from __future__ import annotations

import datetime
import pickle
from typing import Any

import pytest

from kaizen_client.ktof import KtofDecodeError, KtofEncodeError, KtofError, decode, encode

DAY = datetime.date(2024, 1, 1)
UNWRITABLE: list[tuple[Any, str, str]] = [
    (DAY, "$", "date"),
    ({"rows": [{"when": 1}, {"when": 2}, {"when": 3}, {"when": DAY}]}, "$.rows[3].when", "date"),
    ([1, {2}], "$[1]", "set"),
    ({"a": b"x"}, "$.a", "bytes"),
    ({"a b": [object()]}, "$['a b'][0]", "object"),
    ({"a": {1: 2}}, "$.a[1]", "key of type int"),
    ({None: 2}, "$[None]", "key of type NoneType"),
    ([{1: 2}, {1: 3}], "$[0][1]", "key of type int"),
    ("\ud800", "$", "surrogate"),
    ({"a": ["x", "\udfff y"]}, "$.a[1]", "surrogate"),
    ({"a": {"\ud800": 1}}, "$.a[...]", "surrogate"),
    ({"n": 10**5000}, "$.n", "4300 digits"),
    ([{"n": 1}] * 20 + [{"n": -(10**5000)}], "$[20].n", "4300 digits"),
]


@pytest.mark.parametrize(("value", "path", "word"), UNWRITABLE, ids=[path for _, path, _ in UNWRITABLE])
def test_an_encode_error_names_the_path_and_the_fault(value: Any, path: str, word: str) -> None:
    with pytest.raises(KtofEncodeError) as caught:
        encode(value)
    assert caught.value.path == path
    assert word in caught.value.reason
    assert str(caught.value) == f"{path}: {caught.value.reason}"


def test_a_decode_error_names_line_column_and_what_to_do() -> None:
    with pytest.raises(KtofDecodeError) as caught:
        decode("a: 1\nb: []")
    assert str(caught.value).startswith("line 2, column 4: ")
    assert "strict=False" in str(caught.value)


@pytest.mark.parametrize("error", [KtofEncodeError("why", "$.a"), KtofDecodeError("why", 3, 7), KtofError("why")])
def test_errors_pickle(error: KtofError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), vars(again)) == (str(error), vars(error))


def test_errors_are_value_errors() -> None:
    assert issubclass(KtofEncodeError, KtofError)
    assert issubclass(KtofDecodeError, KtofError)
    assert issubclass(KtofError, ValueError)


@pytest.mark.parametrize(
    "options",
    [{"indent": 0}, {"indent": True}, {"indent": "2"}, {"indent": 1.0}, {"delimiter": ";"}, {"delimiter": ""},
     {"delimiter": 1}, {"delimiter": ["|"]}, {"length_marker": "x"}, {"length_marker": 1}, {"length_marker": None}],
    ids=repr,
)  # fmt: skip
def test_an_option_of_encode_that_is_not_one_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(KtofEncodeError, match=next(iter(options))):
        encode({}, **options)


@pytest.mark.parametrize("options", [{"indent": 0}, {"indent": False}, {"indent": None}, {"strict": 1}], ids=repr)
def test_an_option_of_decode_that_is_not_one_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(KtofDecodeError, match=next(iter(options))) as caught:
        decode("", **options)
    assert caught.value.line == 0


@pytest.mark.parametrize("text", [b"a: 1", None, 1])
def test_only_a_str_is_decoded(text: Any) -> None:
    with pytest.raises(KtofDecodeError, match="pass a str"):
        decode(text)
