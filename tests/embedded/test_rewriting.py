"""For code that decides by itself: the JSON in a text, what it is rewritten to, and how many tokens a text has."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_client import ktof
from kaizen_client.embedded import Engine, NewText, PromptText, TokenCounter, protect, unprotected

ROWS: list[dict[str, Any]] = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]
JSON = json.dumps(ROWS)
KTOF = "[2]{id,name}:\n 1,Ada\n 2,Grace"


def test_the_json_of_a_text_is_told_with_its_place_and_its_source() -> None:
    found = PromptText(f"First {JSON}, then {{}} and [7]")
    assert [block.value for block in found.blocks] == [ROWS, [7]]
    assert [found.source(block) for block in found.blocks] == [JSON, "[7]"]
    assert not found.is_json


def test_a_text_that_is_json_as_a_whole_is_one_block() -> None:
    for text in (JSON, f"\n {JSON}\n"):
        found = PromptText(text)
        assert found.is_json
        assert [block.value for block in found.blocks] == [ROWS]
    assert not PromptText("{}").blocks


def test_code_and_what_is_protected_are_no_blocks() -> None:
    assert not PromptText(f"```json\n{JSON}\n```").blocks
    assert not PromptText(protect(JSON)).blocks
    assert not PromptText(f"a{JSON}").blocks


def test_a_block_gets_lines_of_its_own_and_the_rest_stays() -> None:
    found = PromptText(f"See: {JSON} - thanks")
    assert found.rewritten({0: KTOF}) == NewText(f"See: \n{KTOF}\n - thanks", as_ktof=frozenset({0}))


def test_what_would_not_become_shorter_stays() -> None:
    found = PromptText(f"See {JSON} and [7]")
    assert found.rewritten({0: KTOF, 1: "[1]: 7"}).as_ktof == {0}
    assert found.rewritten({0: "x" * len(JSON)}) == NewText(found.text)
    whole = PromptText(JSON)
    assert whole.rewritten({0: "x" * len(JSON)}) == NewText(JSON)
    assert whole.rewritten({0: KTOF}) == NewText(KTOF, as_ktof=frozenset({0}))


def test_the_smallest_form_is_taken_and_json_where_two_are_of_one_size() -> None:
    whole = PromptText(JSON)
    compact = json.dumps(ROWS, separators=(",", ":"))
    assert whole.rewritten({0: KTOF}, {0: compact}) == NewText(KTOF, as_ktof=frozenset({0}))
    assert whole.rewritten({0: "x" * len(compact)}, {0: compact}) == NewText(compact, as_json=frozenset({0}))
    assert whole.rewritten({0: KTOF}, {0: compact}, size=lambda text: text.count("\n")) == NewText(JSON)


def test_what_indentation_adds_counts() -> None:
    rows = json.dumps(ROWS, separators=(",", ":"))
    found = PromptText(f"Rows:\n{' ' * 24}{rows}\n")
    # 45 characters on three lines, each indented by 24.
    assert found.rewritten({0: KTOF}, {0: rows}) == NewText(found.text)


def test_other_json_stands_where_the_json_stood() -> None:
    found = PromptText(f"See {JSON} and {JSON}.")
    compact = json.dumps(ROWS, separators=(",", ":"))
    assert found.rewritten({}, {0: compact, 1: compact}) == NewText(
        f"See {compact} and {compact}.", as_json=frozenset({0, 1})
    )
    assert found.rewritten({1: KTOF}, {0: compact}).text == f"See {compact} and \n{KTOF}\n."


def test_what_would_do_something_else_than_be_read_stays_escaped() -> None:
    for escape in (r"\u0000", r"\u001b", r"\u202e", r"\u003c/system>"):
        assert not PromptText(f'{{"a": "{escape}"}}').blocks


def test_marks_of_protection_go_whatever_is_rewritten() -> None:
    found = PromptText(f"{protect('keep')} {JSON}")
    assert found.rewritten({}).text == f"keep {JSON}"
    assert found.rewritten({0: KTOF}).text.startswith("keep \n[2]{id,name}:")
    assert unprotected(f"a {protect('b')} c {protect('d')}") == "a b c d"
    assert unprotected("<ktof:keep>alone") == "<ktof:keep>alone"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=4),
    max_leaves=12,
)
prose = st.text("abc ,.\n", max_size=30)


@given(st.lists(st.tuples(prose, json_values), max_size=3), prose)
def test_what_is_not_a_block_is_never_touched_and_each_block_can_be_read_back(
    parts: list[tuple[str, Any]], end: str
) -> None:
    text = "".join(f"{before} {json.dumps(value, indent=1)} " for before, value in parts) + end
    found = PromptText(text)
    made = {place: Engine.encode(block.value, indent=1) for place, block in enumerate(found.blocks)}
    new = found.rewritten(made)
    expected, at = [], 0
    for place, block in enumerate(found.blocks):
        assert ktof.decode(made[place], indent=1) == block.value
        expected += [text[at : block.span.start], made[place] if place in new.as_ktof else found.source(block)]
        at = block.span.end
    # KTOF is set apart by line breaks and indented as far as the block was.
    assert "".join(new.text.split()) == "".join("".join([*expected, text[at:]]).split())
    assert len(new.text) <= len(text)


@pytest.mark.parametrize("indent", [1, 2, 4])
def test_the_engine_encodes_without_json_around_it(indent: int) -> None:
    assert Engine.encode({"a": [{"b": 1}]}, indent=indent) == f"a[1]{{b}}:\n{' ' * indent}1"


@pytest.mark.parametrize("value", [object(), {"a": {1: 2}}, "\ud800", {"\udfff": 1}])
def test_what_ktof_cannot_hold_is_a_value_error(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        Engine.encode(value)


@pytest.mark.parametrize(
    ("model", "exact", "tokenizer"),
    [
        ("gpt-4o", True, "o200k_base"),
        ("openai/gpt-4o", True, "o200k_base"),
        ("gpt-4", True, "cl100k_base"),
        ("claude-sonnet-5", False, "o200k_base"),
        ("", False, "o200k_base"),
    ],
)
def test_tokens_are_counted_as_the_model_does_or_estimated(model: str, exact: bool, tokenizer: str) -> None:
    count = TokenCounter(model)
    assert (count.exact, count.tokenizer) == (exact, tokenizer)
    assert count("Hello, world") == (3, exact)
    assert count("").tokens == 0
    assert count.size("Hello, world") == 3


def test_a_text_that_has_to_be_cut_is_an_estimate() -> None:
    assert not TokenCounter("gpt-4o")("a" * 200_000).exact
