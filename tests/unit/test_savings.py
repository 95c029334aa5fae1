"""A saving is told from sizes, a growth as a growth, an estimate as an estimate."""

from __future__ import annotations

import pytest

from kaizen_client import CompressResult, KaizenError, Saving, Savings, prefer
from kaizen_client.results import Sent


@pytest.mark.parametrize(
    ("saving", "text"),
    [
        (Saving(2048, 612, "bytes"), "70.1 % fewer bytes (2,048 -> 612)"),
        (Saving(100, 129, "tokens"), "29.0 % more tokens (100 -> 129)"),
        (Saving(10, 10, "characters"), "0.0 % fewer characters (10 -> 10)"),
        (Saving(0, 3, "characters"), "0.0 % more characters (0 -> 3)"),
        (Saving(100, 90, "tokens", exact=False), "about 10.0 % fewer tokens (100 -> 90, an estimate)"),
    ],
)
def test_it_reads_as_a_sentence_that_hides_no_growth(saving: Saving, text: str) -> None:
    assert str(saving) == text


def test_characters_are_named_beside_bytes_only_where_they_differ() -> None:
    same = Savings(Saving(10, 5, "bytes"), Saving(10, 5, "characters"), {})
    other = Savings(Saving(12, 7, "bytes"), Saving(10, 5, "characters"), {"m": Saving(3, 4, "tokens")})
    assert str(same) == "50.0 % fewer bytes (10 -> 5)"
    assert str(other) == (
        "41.7 % fewer bytes (12 -> 7); 50.0 % fewer characters (10 -> 5); m: 33.3 % more tokens (3 -> 4)"
    )


def test_a_result_made_by_hand_has_nothing_to_compare_with() -> None:
    with pytest.raises(KaizenError, match="does not know what it was made from"):
        _ = CompressResult({"result": "id: 1"}).smaller


@pytest.mark.parametrize(
    "counted",
    [
        {"m": {"original": 10, "compressed": 7, "exact": False, "tokenizer": "o200k_base"}},
        {"raw": {"m": {"tokens": 10, "exact": False}}, "optimized": {"m": {"tokens": 7, "exact": False}}},
    ],
)
def test_an_estimate_in_either_form_is_marked(counted: dict[str, object]) -> None:
    assert CompressResult({"token_stats": counted}).savings.tokens == {"m": Saving(10, 7, "tokens", exact=False)}


def test_a_lone_surrogate_in_a_reply_is_measured_all_the_same() -> None:
    result = CompressResult.from_reply({"result": "\ud800"}, sent=Sent(b'{"data":"abc"}', "data"))
    assert result.savings.characters == Saving(5, 1, "characters")
    assert result.savings.bytes == Saving(5, 3, "bytes")


@pytest.mark.parametrize("body", [b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}", b'{"data":', b"{}"])
def test_what_cannot_be_read_back_fails_no_call(body: bytes) -> None:
    reply = {"result": "x", "stats": {"original_bytes": 3, "compressed_bytes": 1}}
    result = CompressResult.from_reply(reply, sent=Sent(body, "data"))
    assert result.savings == (Saving(3, 1, "bytes"), None, {})
    assert prefer.smaller(result) is result
    with pytest.raises(KaizenError):
        _ = result.smaller


def test_models_that_are_named_like_the_sides_of_the_other_form_are_counted() -> None:
    counted = {"raw": {"original": 10, "compressed": 7}, "optimized": {"original": 5, "compressed": 9}}
    result = CompressResult.from_reply({"result": "x" * 99, "token_stats": counted}, sent=Sent(b'{"data":1}', "data"))
    assert result.savings.tokens == {"raw": Saving(10, 7, "tokens"), "optimized": Saving(5, 9, "tokens")}
    chosen = prefer.smaller(result)
    assert chosen.value == "1"
    assert chosen.savings.tokens == {"raw": Saving(10, 10, "tokens"), "optimized": Saving(5, 5, "tokens")}
