"""What a model replied is JSON, KTOF or text, and text wherever there is a doubt."""

from __future__ import annotations

import doctest
import json
import sys
from typing import Any, Final, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kaizen_client.integrations import replies
from kaizen_client.integrations.replies import Expected, Reply, decode_reply
from kaizen_client.ktof import encode

EXPECTED: Final[tuple[Expected, ...]] = get_args(Expected)
BOB: Final = {"users": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]}
TABLE: Final = "users[2]{id,name}:\n  1,Ada\n  2,Bob"

# Replies in which nothing is to be found unless somebody asked for it.
PROSE: Final = [
    "",
    " \n\t\n",
    "\ufeff",
    "Hello there.",
    "Note: the answer is 5",
    "Note:",
    "Yes",
    "I cannot help with that, sorry: it is against my rules.",
    "Here it is:\n\n- one\n- two",
    "- one\n- two",
    "* one\n* two",
    "1. one\n2. two",
    "- [ ] open\n- [x] done",
    "# Title\n\nA paragraph.",
    "> quoted: text",
    "---\ntitle: Page\n---",
    "| a | b |\n| --- | --- |\n| 1 | 2 |",
    "**Answer:** 5",
    "`code`",
    "a, b and c",
    "id,name\n1,Ada\n2,Bob",
    "id\tname\n1\tAda",
    "name: Ada\nage: 36",
    "users:\n  - id: 1\n    name: Ada\n  - id: 2\n    name: Bob",
    "def f(a):\n    return a[0]",
    "items = [1, 2, 3]",
    "for x in arr[2]: print(x)",
    "if a[1]: pass",
    "<p>text</p>",
    "\U0001f600",
    "\U0001f600: smile",
    "one\u2028two: three",
    "12:30",
    "2026-01-01",
    "https://example.com/a?b=1,2",
    # Links, footnotes and citations.
    "[1]: https://example.com",
    "[#1]: https://example.com/issues/1",
    '[1]: https://example.com "Title"',
    "[1]: <https://example.com>",
    "[2]: https://example.com/a,b",
    "[1]: https://example.com\n[2]: https://example.org",
    "[^1]: See page 5",
    "[1]: Smith 2020",
    "[2]: Smith, J. 2020",
    "[2]: 3,5 million people",
    "[1]: 5",
    "[text](https://example.com)",
    "[1] Smith, 2020",
    "References[1]:\n  - [1]: https://example.com",
    # Indices and labels.
    "arr[0]: first element",
    "arr[1]: second",
    "arr[0]:",
    "items[0]{a,b}:",
    "Step[1]: do this",
    "Step[2]: cut, glue",
    "Step[2]: cut,glue and so on, done",
    "Step[2]: pay 1,500 dollars",
    "Row[2]: 10, 20",
    "Row[3]: 1 , 2 , 3",
    "Row[2]: 1 ,2",
    "[1|]: 5",
    "Step[2]:\n  - cut the wood\n  - glue it",
    "Step[2]:\n  - Cut: the wood\n  - Glue: the parts",
    "Step[1]:\n  - Cut: the wood",
    "Step[2]:\n  - Cut:\n  - Glue:",
    "[1]:\n  - a note",
    "Step 1[2]: a,b",
    "* items[2]: 1,2",
    "> [2]: 1,2",
    # KTOF that is wrong, cut off, or has prose around it.
    "users[2]{id,name}:\n  1,Ada\n  2",
    "users[2]{id,name}:\n  1,Ada",
    "users[2]{id,name}:",
    "users[2]{id,na",
    "users[1]{id,name}:\n  1,Ada\n  2,Bob",
    'users[2]{id,name}:\n  1,Ada\n  2,"Bo',
    "rows[3]{a}:\n  1",
    "[3]: 1,2",
    "items[2]:\n  - id: 1\n    tags[2]: a",
    "users[1]{id}:\n 1\n  2",
    "users[1]{id}:\n  1\n\nNote: that is all",
    "users[1]{id}:\n  1\nThat is all: one user",
    "users[1]{id}:\n  1\nThat is all.",
    f"Here you are:\n{TABLE}",
    f"Here you are:\n\n{TABLE}",
    "[2]: 1,2\nNote: done",
    "items[2]: 1,2\n  \ntotal: 3",
    "users[2]{id}:\n\t1\n\t2",
    "users[1]{id,id}:\n  1,2",
    "users[1]{id}:\n  \ud800",
    "[99999999999999999999]: 1,2",
    f"[2]: 1,{'9' * 5000}",
    # KTOF, but for all that shows it could be prose.
    "name: Ada\nitems[2]{id}:\n  1\n  2",
    "answer:\n  items[2]: 1,2",
    # JSON that is wrong, cut off, or has prose around it.
    '{"a": ',
    '{"a": 1',
    "[1, 2",
    "[1, 2, 3,]",
    "{'a': 1}",
    "{a: 1}",
    '{"a": 1} ok?',
    'Sure: {"a": 1}',
    '{"a": 1}\n{"a": 2}',
    '{"a": 1, "a": 2}',
    '{"a": {"b": 1, "b": 1}}',
    '{"a": NaN}',
    "[Infinity]",
    "[-Infinity]",
    "[1e999]",
    "[01]",
    "[+1]",
    "[\u0661]",
    '["a\nb"]',
    '{"a": 1} // note',
    "[" + "9" * 5000 + "]",
    "[1,\u00a02]",
    # Fences that do not hold the whole reply.
    "```",
    "```json",
    "```\n```",
    "~~~\n\n~~~",
    '```json\n{"a": 1}',
    '```json\n{"a": 1}```',
    '```json {"a": 1} ```',
    '```{"a": 1}```',
    'Here:\n```json\n{"a": 1}\n```',
    '```json\n{"a": 1}\n```\nThat is it.',
    '```json\n{"a": 1}\n```\n\n```json\n{"a": 1}\n```',
    '````json\n{"a": 1}\n```',
    '```json\n{"a": 1}\n~~~',
    '```json\n{"a": 1}\n    ```',
    '    ```json\n{"a": 1}\n```',
    '\t```json\n{"a": 1}\n```',
    '```js`on\n{"a": 1}\n```',
    '````\n```json\n{"a": 1}\n```\n````',
    '``\n{"a": 1}\n``',
    '```json\n{"a": 1}\n``` done',
    '> ```json\n> {"a": 1}\n> ```',
    "```python\nprint(1)\n```",
    "```\nNote: the answer is 5\n```",
]

SCALARS: Final[dict[str, Any]] = {
    "42": 42,
    " -1.5\n": -1.5,
    "true": True,
    "null": None,
    '"hello"': "hello",
    '"a: b"': "a: b",
    "```\n7\n```": 7,
    "1e3": 1000.0,
}

JSON: Final[dict[str, Any]] = {
    '{"a": 1}': {"a": 1},
    "[1, 2, 3]": [1, 2, 3],
    "{}": {},
    "[]": [],
    "[2]": [2],
    '\n {"a": 1} \n': {"a": 1},
    '{\r\n  "a": [\r\n 1\r\n]\r\n}\r\n': {"a": [1]},
    '\ufeff{"a": 1}': {"a": 1},
    '{"a": "\u2028 \U0001f600"}': {"a": "\u2028 \U0001f600"},
    '{"a": "```"}': {"a": "```"},
    '["\\ud800"]': ["\ud800"],
    '["\ud800"]': ["\ud800"],
    '{"": null}': {"": None},
    '```json\n{"a": 1}\n```': {"a": 1},
    '```\n{"a": 1}\n```': {"a": 1},
    '``` JSON title="x" \n{"a": 1}\n```': {"a": 1},
    '~~~\n{"a": 1}\n~~~': {"a": 1},
    '~~~ a`b ~~~\n{"a": 1}\n~~~': {"a": 1},
    '```json\n{"a": 1}\n`````': {"a": 1},
    '````\n{"a": 1}\n````': {"a": 1},
    '   ```json\n   {"a": 1}\n  ```  ': {"a": 1},
    '\n  \n```json\n{"a": 1}\n```\n\n': {"a": 1},
    '```json\r\n{"a": 1}\r\n```\r\n': {"a": 1},
    '\ufeff```json\n{"a": 1}\n```': {"a": 1},
    '```json\n\n{"a": "```"}\n\n```': {"a": "```"},
}

KTOF: Final[dict[str, Any]] = {
    TABLE: BOB,
    TABLE + "\n": BOB,
    f"\n\n{TABLE}\n\n": BOB,
    f"  {TABLE}": BOB,
    f"\ufeff{TABLE}": BOB,
    TABLE.replace("\n", "\r\n"): BOB,
    TABLE.replace("  ", " "): BOB,
    TABLE.replace("  ", "    "): BOB,
    TABLE.replace(",", ", "): BOB,
    "users[#2]{id,name}:\n  1,Ada\n  2,Bob": BOB,
    "users[2|]{id|name}:\n  1|Ada\n  2|Bob": BOB,
    "users[2\t]{id\tname}:\n  1\tAda\n  2\tBob": BOB,
    "[2]{id}:\n  1\n  2": [{"id": 1}, {"id": 2}],
    '[1]{invoice_number,Port_code,"SB No"}:\n 7,INMAA,null': [
        {"invoice_number": 7, "Port_code": "INMAA", "SB No": None}
    ],
    'rows[1]{a}:\n  "x: y, z"': {"rows": [{"a": "x: y, z"}]},
    "rows[1]{a}:\n  one\u2028two": {"rows": [{"a": "one\u2028two"}]},
    "имена[2]: Ада,Боб": {"имена": ["Ада", "Боб"]},
    '"my list"[2]: 1,2': {"my list": [1, 2]},
    "items[2]: 1,2": {"items": [1, 2]},
    "[2]: 1,2": [1, 2],
    "[#3|]: a|b|c": ["a", "b", "c"],
    "[2\t]: 1\t": [1, ""],
    "[2|]: a | b c": ["a", "b c"],
    "cities[2]: New York,Rome": {"cities": ["New York", "Rome"]},
    'tags[2]: "a, b","c: d"': {"tags": ["a, b", "c: d"]},
    "items[2]: 1,2\ntotal: 3\nby:\n  name: Ada": {"items": [1, 2], "total": 3, "by": {"name": "Ada"}},
    "items[2]:\n  - id: 1\n    name: Ada\n  - id: 2": {"items": [{"id": 1, "name": "Ada"}, {"id": 2}]},
    "items[1]:\n  - id: 1\n    of:\n      x: 2": {"items": [{"id": 1, "of": {"x": 2}}]},
    "items[1]:\n  - of:\n      x: 2": {"items": [{"of": {"x": 2}}]},
    "items[2]: 1,2 \ntotal: 3": {"items": [1, 2], "total": 3},
    "  ```\n  items[2]: 1,2\n  total: 3\n  ```": {"items": [1, 2], "total": 3},
    "[2]:\n  - [2]: 1,2\n  - [0]:": [[1, 2], []],
    f"```\n{TABLE}\n```": BOB,
    f"~~~~ktof\n{TABLE}\n~~~~": BOB,
    "  ```ktof\n  users[2]{id,name}:\n    1,Ada\n    2,Bob\n  ```": BOB,
    f"```toon\n{TABLE}\n```".replace("\n", "\r\n"): BOB,
}

# What an encoder writes, and prose could be: only where KTOF was asked for.
ASKED: Final[dict[str, Any]] = {
    "Note: the answer is 5": {"Note": "the answer is 5"},
    "[1]: https://example.com": ["https://example.com"],
    "Step[1]: do this": {"Step": ["do this"]},
    "arr[0]:": {"arr": []},
    "Row[2]: 10, 20": {"Row": [10, 20]},
    "Step[2]:\n  - cut\n  - glue": {"Step": ["cut", "glue"]},
    "name: Ada\nitems[2]{id}:\n  1\n  2": {"name": "Ada", "items": [{"id": 1}, {"id": 2}]},
    "a:\n   b: 1": {"a": {"b": 1}},
    "a:\n\n  b: 1": {"a": {"b": 1}},
    "a:\n   \n  b: 1": {"a": {"b": 1}},
    "```\n```x: 1\n```": {"```x": 1},
    "users[1]{id}:\n  1\n\nNote: that is all": {"users": [{"id": 1}], "Note": "that is all"},
    "```\nname: Ada\n```": {"name": "Ada"},
    "42": 42,
    '"hello"': "hello",
    "null": None,
}


@pytest.mark.parametrize("expect", ["auto", "json", "text"])
@pytest.mark.parametrize("text", PROSE, ids=lambda text: repr(text)[:60])
def test_what_could_be_prose_is_text(text: str, expect: Expected) -> None:
    assert decode_reply(text, expect) == Reply("text", text, text)


@pytest.mark.parametrize("text", SCALARS)
def test_a_scalar_alone_is_text_unless_it_was_asked_for(text: str) -> None:
    assert decode_reply(text) == ("text", text, text)
    for kind in ("json", "ktof"):
        assert decode_reply(text, kind) == (kind, SCALARS[text], text)


@pytest.mark.parametrize("expect", ["auto", "json", "ktof"])
@pytest.mark.parametrize("text", JSON, ids=lambda text: ascii(text)[:60])
def test_json_is_found_whatever_was_expected(text: str, expect: Expected) -> None:
    assert decode_reply(text, expect) == ("json", JSON[text], text)


@pytest.mark.parametrize("expect", ["auto", "json", "ktof"])
@pytest.mark.parametrize("text", KTOF, ids=lambda text: repr(text)[:60])
def test_ktof_that_can_be_nothing_else_is_found_whatever_was_expected(text: str, expect: Expected) -> None:
    assert decode_reply(text, expect) == ("ktof", KTOF[text], text)


@pytest.mark.parametrize("text", ASKED, ids=lambda text: repr(text)[:60])
def test_ktof_that_could_be_prose_is_read_where_it_was_asked_for(text: str) -> None:
    assert decode_reply(text, "ktof") == ("ktof", ASKED[text], text)
    assert decode_reply(text).kind == "text"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "Hello there.",
        "I cannot help with that, sorry.",
        "- one\n- two",
        "Here it is:\n\n- one\n- two",
        "[1]: https://example.com\n[2]: https://example.org",
        "arr[0]: first element",
        "users[2]{id,name}:\n  1,Ada\n  2",
        "rows[3]{a}:\n  1",
        '{"a": ',
        '{"a": 1, "a": 2}',
        "[NaN]",
        "```\na: 1",
        "```a: 1```",
        "\t```\na: 1\n```",
        "```\na: 1\n```\nb: 2",
        "a: 1\n   b: 2",
        "a: 1\r",
        "\ufeff\ufeffa: 1",
        "a: \ud800",
        "1" * 5000,
    ],
    ids=lambda text: repr(text)[:60],
)
def test_what_is_no_ktof_is_text_though_it_was_asked_for(text: str) -> None:
    assert decode_reply(text, "ktof") == ("text", text, text)


@pytest.mark.parametrize("text", [*JSON, *KTOF, *SCALARS, *ASKED], ids=lambda text: ascii(text)[:60])
def test_nothing_is_read_where_text_was_asked_for(text: str) -> None:
    assert decode_reply(text, "text") == ("text", text, text)


@pytest.mark.parametrize("expect", EXPECTED)
@pytest.mark.parametrize("reply", [None, b'{"a": 1}', 42, ["{}"], {"a": 1}], ids=repr)
def test_what_is_no_string_comes_back_as_the_value(reply: object, expect: Expected) -> None:
    read = decode_reply(reply, expect)
    assert (read.kind, read.text) == ("text", "")
    assert read.value is reply


@pytest.mark.parametrize("expect", ["yaml", "", "JSON", None, ["ktof"]], ids=repr)
def test_an_expectation_that_is_none_is_refused_with_those_that_are(expect: Any) -> None:
    for text in ("x", None):
        with pytest.raises(ValueError, match="'auto', 'ktof', 'json', 'text'"):
            decode_reply(text, expect)


def test_equal_numbers_keep_their_types() -> None:
    assert [type(value) for value in decode_reply("[1, 1.0, true]").value] == [int, float, bool]
    assert [type(value) for value in decode_reply("[3]: 1,1.5,true").value] == [int, float, bool]


def test_the_docstrings_example_holds() -> None:
    assert doctest.testmod(replies) == (0, 4)


# Values and texts that are made up.

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
cells = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
tables = st.lists(st.text(max_size=5), min_size=1, max_size=4, unique=True).flatmap(
    lambda names: st.lists(st.fixed_dictionaries(dict.fromkeys(names, cells)), min_size=1, max_size=12)
)
pieces = st.sampled_from([
    "a", "1", "- ", ": ", ":", ",", "|", "\t", '"', "\\", "[1]", "[2]:", "[1]{a}:", "[0]:", "{", "}", "[", "]", "\n",
    "\n  ", "\n\n", "```", "\n```\n", "~~~", "`", "   ", "\r\n", "\r", "null", "NaN", "\ud800", "\ufeff", "\u2028",
    '{"a": 1}', '"a": ', "a[2]: 1,2", "\n  - ", "1e999", "é",
])  # fmt: skip
strange = st.lists(pieces, max_size=14).map("".join) | st.text()
options = st.fixed_dictionaries(
    {
        "indent": st.integers(1, 5),
        "delimiter": st.sampled_from([",", "\t", "|"]),
        "length_marker": st.booleans(),
    }
)
expectations = st.sampled_from(EXPECTED)


@given(strange, expectations)
@example("```\n```\n```", "ktof")
@example("[" * 3000 + "]" * 3000, "json")
def test_any_text_gives_a_reply_with_that_text(text: str, expect: Expected) -> None:
    read = decode_reply(text, expect)
    assert read.text == text
    assert read.kind in {"ktof", "json", "text"}
    if read.kind == "text":
        assert read.value == text


@given(strange)
def test_to_expect_something_never_finds_less_nor_another_value(text: str) -> None:
    found = decode_reply(text)
    for expect in ("json", "ktof"):
        more = decode_reply(text, expect)
        assert found.kind == "text" or more == found
        assert more.kind in {found.kind, expect}


@given(values, options)
def test_what_was_encoded_comes_back_where_ktof_is_expected(value: Any, written: dict[str, Any]) -> None:
    if value == {}:
        return  # It is written as the empty text, which is no reply.
    text = encode(value, **written)
    read = decode_reply(text, "ktof")
    assert read.value == value
    assert read.kind == ("text" if value == text else "ktof")


@given(tables, options, st.sampled_from(["", "rows", "of 2: these", "\u00e9t\u00e9"]))
def test_a_table_that_was_encoded_is_found_though_nothing_is_expected(
    rows: list[Any], written: dict[str, Any], key: str
) -> None:
    for value in (rows, {key: rows}, {key: rows, "total": len(rows), "note x": {"y": "z"}}):
        assert decode_reply(encode(value, **written))[:2] == ("ktof", value)


@given(st.lists(st.integers(), min_size=2), options)
def test_a_list_of_numbers_that_was_encoded_is_found_though_nothing_is_expected(
    numbers: list[int], written: dict[str, Any]
) -> None:
    assert decode_reply(encode(numbers, **written))[:2] == ("ktof", numbers)


@given(values, st.sampled_from([None, 1, 4]))
def test_json_comes_back(value: Any, indent: int | None) -> None:
    read = decode_reply(json.dumps(value, indent=indent), "json")
    assert read[:2] == ("json", value)


@given(
    st.sampled_from([*JSON, *KTOF, *PROSE, *ASKED]) | strange,
    st.sampled_from(["`", "~"]),
    st.integers(3, 6),
    st.sampled_from(["", "json", "ktof", " a b=c"]),
    st.sampled_from(["\n", "\r\n"]),
    expectations,
)
def test_a_fence_around_the_whole_changes_nothing(
    text: str, mark: str, length: int, info: str, end: str, expect: Expected
) -> None:
    # A fence in a fence stays, and what is ignored at the start of a reply is not at the start any more.
    if "```" in text or "~~~" in text or text.startswith("\ufeff"):
        return
    fence = mark * length
    read, bare = decode_reply(f"{fence}{info}{end}{text}{end}{fence}", expect), decode_reply(text, expect)
    assert read.kind == bare.kind
    assert read.kind == "text" or read.value == bare.value


@given(st.sampled_from([*JSON, *KTOF]), st.sampled_from(["Sure!", "Here it is:", "Note: see below", "- so", "#"]))
def test_prose_before_or_behind_makes_it_text(text: str, prose: str) -> None:
    for reply in (f"{prose}\n{text}", f"{prose}\n\n{text}", f"{text.rstrip()}\n\n{prose}"):
        assert decode_reply(reply) == ("text", reply, reply)


@given(tables, st.data())
def test_a_table_cut_off_in_mid_row_is_text(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    text = encode(rows)
    last_row = text.rindex("\n")
    # Anywhere before the last value: where that is cut off, nothing shows it.
    cut = text[: data.draw(st.integers(0, last_row))]
    # What is left of the header may be JSON: `[2]`.
    assert decode_reply(cut).kind != "ktof"


# Hostile replies.

MILLION: Final = 10**6
HOSTILE: Final = {
    "open brackets": "[" * MILLION,
    "open braces": '{"a":' * 200_000,
    "nested arrays": "[" * 500_000 + "]" * 500_000,
    "quotes in a field list": "a[1]{" + '"' * MILLION,
    "quotes before a bracket": '"' * MILLION + "[2]: 1,2",
    "escapes in a key": '"' + "\\" * MILLION,
    "a long key": "a" * MILLION + "[",
    "a long length": "a[" + "1" * MILLION + "]: 1,2",
    "backticks": "`" * MILLION,
    "tildes": "~" * MILLION,
    "long fence, short closings": "`" * 500_000 + "\n" + "```\n" * 125_000,
    "closings with something behind": "```\n" + ("```" + " " * 97 + "x\n") * 10_000,
    "fences": "```\n" * 250_000,
    "spaces after a closing": "```\n" + "```" + " " * MILLION + "x",
    "growing fences": "~~~~~~~~~\n" + "".join("~" * (n % 9) + "\n" for n in range(200_000)),
    "newlines": "\n" * MILLION + "x",
    "blank lines": " \t\n" * 333_000 + "```",
    "spaces": " " * MILLION + "x",
    "lines of spaces": "a[2]: 1,2\n" + (" " * 999 + "\n") * 1000 + "x",
    "spaces after a header": "a[2]:" + " " * MILLION + "x",
    "values": "a[500000]: " + "1," * 499_999 + "1",
    "quoted values": "a[250000]: " + '"",' * 249_999 + '"',
    "values with quotes that are open": "a[2]: 1,2" + '"' * MILLION,
    "digits": "1" * MILLION,
    "digits in JSON": "[" + "1" * MILLION + "]",
    "an exponent": "[1e" + "1" * MILLION + "]",
    "surrogates": "\ud800" * MILLION,
    "carriage returns": "\r" * MILLION,
    "hyphens": "a[2]:\n" + "  - " * 250_000,
    "objects one in another": "a[1]:\n" + "\n".join(" " * n + "- a:" for n in range(1, 1400)),
    "lists one in another": "\n".join(" " * n + ("- [1]:" if n else "[1]:") for n in range(1400)),
    "colons": ":" * MILLION,
    "keys": "a[2]: 1,2\n" + "".join(f"k{n}: 1\n" for n in range(80_000)),
}
# What these hold is whole, if large; all others are text.
WHOLE: Final = {"values", "keys"}


@pytest.mark.parametrize("expect", EXPECTED)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_reply_is_read_to_its_end(name: str, expect: Expected) -> None:
    # A reader that goes back would take hours; most take milliseconds.
    text = HOSTILE[name]
    read = decode_reply(text, expect)
    assert read.kind == ("ktof" if name in WHOLE and expect != "text" else "text")
    assert read.text is text


def test_deep_json_is_text_and_raises_nothing_on_a_deep_stack() -> None:
    text = "[" * 600 + "]" * 600

    def deep(levels: int) -> Reply:
        return deep(levels - 1) if levels else decode_reply(text)

    frame, used = sys._getframe(), 0
    while frame.f_back is not None:
        frame, used = frame.f_back, used + 1
    read = deep(sys.getrecursionlimit() - used - 60)
    assert read.text == text
    assert read.kind in {"json", "text"}
