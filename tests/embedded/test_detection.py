"""JSON inside a string prompt is written as KTOF where that is shorter, and the rest stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_client import protect
from kaizen_client.embedded import Engine

ROWS: Any = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]
JSON = json.dumps(ROWS)
KTOF = "[2]{id,name}:\n 1,Ada\n 2,Grace"
FIELDS = '{"read": true, "write": false, "user": "bob"}'
FIELDS_KTOF = "read: true\nwrite: false\nuser: bob"
NL, TAB = "\n", "\t"
ROUTES = ["/v1/optimize/request", "/v1/prompts/encode"]


def encoded(call: Any, prompt: str, **body: Any) -> dict[str, Any]:
    reply = call("/v1/prompts/encode", {"prompt": prompt, **body})
    assert reply.status == 200
    result: dict[str, Any] = reply.body
    return result


def decoded(call: Any, reply: dict[str, Any]) -> Any:
    return call("/v1/prompts/decode", {"ktof": reply["result"], "replay_meta": reply["meta"]}).body


@pytest.mark.parametrize("path", ROUTES)
def test_a_block_is_replaced_and_meta_says_what_where_and_how_to_undo_it(call: Any, path: str) -> None:
    prompt = f"Wer fehlt – 東京?\n{JSON}\nDanke 😀."
    reply = call(path, {"prompt": prompt}).body
    assert reply["result"] == f"Wer fehlt – 東京?\n{KTOF}\nDanke 😀."
    meta = reply["meta"]
    (replacement,) = meta.pop("replacements")
    assert meta == {
        "auto_detected_json": True,
        "embedded_json_count": 1,
        "segments_schema": "text_with_ktof",
        "auto_detection_applied": True,
        "schemas": None,
    }
    # Offsets count code points.
    assert reply["result"][replacement["start"] : replacement["end"]] == KTOF
    assert prompt[replacement["original_start"] : replacement["original_end"]] == replacement["original"] == JSON
    assert reply["stats"]["original_bytes"] == len(prompt.encode())


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        (f"Users: {JSON} Thanks.", f"Users: \n{KTOF}\n Thanks."),
        (f"{JSON} Thanks.", f"{KTOF}\n Thanks."),
        (f"Users: {JSON}", f"Users: \n{KTOF}"),
        (f"a\n{JSON}\nb", f"a\n{KTOF}\nb"),
        (f"a\r\n{JSON}\r\nb", f"a\r\n{KTOF}\r\nb"),
        # Indented text stays indented.
        (f"a:\n  {JSON}\nb", f"a:\n  {KTOF.replace(NL, NL + '  ')}\nb"),
        (f"\t{JSON} b", f"\t{KTOF.replace(NL, NL + TAB)}\n b"),
        (f"{JSON} and {JSON}.", f"{KTOF}\n and \n{KTOF}\n."),
        # Two in a row do not become one.
        (f"{JSON}\n{JSON}", f"{KTOF}\n\n{KTOF}"),
        (f"{JSON}\r\n{JSON}", f"{KTOF}\r\n\n{KTOF}"),
        (f"{JSON}\n\n{JSON}", f"{KTOF}\n\n{KTOF}"),
        ('{"id": 1, "x": 2}{"id": 3, "x": 4}', "id: 1\nx: 2\n\nid: 3\nx: 4"),
        (f"{JSON}\n\n\n{JSON}", f"{KTOF}\n\n\n{KTOF}"),
        # What follows does not become a row or an item.
        (f"{JSON}\n 3,Carol", f"{KTOF}\n\n 3,Carol"),
        (f"{JSON}\n- and so on", f"{KTOF}\n\n- and so on"),
        # Nothing in an object says where it ends, so what is around it does not become a field of it.
        (f"Allowed:\n{FIELDS}\nDenied:\n{FIELDS}", f"Allowed:\n\n{FIELDS_KTOF}\n\nDenied:\n\n{FIELDS_KTOF}"),
        (f"{FIELDS}\nnote: to all", f"{FIELDS_KTOF}\n\nnote: to all"),
        (f"{FIELDS}\n\nnote: to all", f"{FIELDS_KTOF}\n\nnote: to all"),
        (f"{FIELDS}\r\n\r\nto all", f"{FIELDS_KTOF}\r\n\r\nto all"),
        (f"See {FIELDS} there.\n", f"See \n\n{FIELDS_KTOF}\n\n there.\n"),
        (f"See\n{FIELDS}\n", f"See\n\n{FIELDS_KTOF}\n"),
        (f"x\n\n {FIELDS}  \n", f"x\n\n {FIELDS_KTOF.replace(NL, NL + ' ')}  \n"),
        (f"<rows>{JSON}</rows>", f"<rows>\n{KTOF}\n</rows>"),
        (f"[as in {JSON}]", f"[as in \n{KTOF}\n]"),
        (f"Half a list: [{JSON}, ", f"Half a list: [\n{KTOF}\n, "),
    ],
)
def test_a_block_stands_on_lines_of_its_own(call: Any, prompt: str, text: str) -> None:
    reply = encoded(call, prompt)
    assert reply["result"] == text
    assert decoded(call, reply)["result"] == prompt


@pytest.mark.parametrize(
    "prompt",
    [
        f"arr{JSON}", f"arr_{JSON}", f"f{JSON} x", f"{JSON}px", f"x[0]{JSON}", f"f(x){JSON}", f"{{{JSON}}} x",
        f"{{{{{JSON}}}}}", f"${JSON} x", f"\\{JSON} x", f"#{JSON} x", f"é{JSON}", f"{JSON}(url)", f"{JSON}[0]",
        f"x = '{JSON}'", f'x = "{JSON}"', "see {} and []", "[1, 2] and [3, 4]",
        "[text](url) and [x] and {{name}} and {a, b}",
        f"`{JSON}` x", f"``{JSON}`` x", f"in `code with {JSON} in it` x",
        f"```\n{JSON}\n```", f"```json\n{JSON}\n```\nx", f"Here: ```json\n{JSON}\n``` x", f"~~~\n{JSON}\n~~~ x",
        f"- item\n  ```\n  {JSON}\n  ```\n", f"> ```\n> {JSON}\n", f"````\n```\n{JSON}\n```\n````",
        f"```\nnever closed\n{JSON}\n", f"~~~\n```\n{JSON}\n```\n~~~",
        'x {"a": [NaN, 1, 2, 3], "b": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]}',
        'x [-Infinity, {"aaaaaa": 1, "bbbbbbbb": 2}]', "x [1e999, 1, 2, 3, 4, 5, 6, 7, 8]",
        'x {"aaaaaaaa": 1, "aaaaaaaa": 2}', 'x [{"aaaaaaaa": {"b": 1, "b": 2}}]', 'x {"aaaa": ["\\ud800", 1, 2]}',
        'x {"pi": 3.14159265358979323846264338327950288}', 'x {"a": ' + "9" * 5000 + "}",
        'Reply as JSON like {"answer": ...}.',
        # A line that closes no fence: it has an info string, more words, or stands too deep.
        f"```\nouter\n```json\n{JSON}\n```\n```", f"```\n``` not a close\n{JSON}\n```", f"```\n    ```\n{JSON}\n```",
        f"- ~~~json\n  {JSON}\n  ~~~", f"1. ```\n   {JSON}\n   ```\n",
        f"<pre><code>{JSON}</code></pre>", f'<script type="application/json">\n{JSON}\n</script>',
        f"<CODE>{JSON}</CODE>",
        # Lines in another notation.
        f"x: {{{{ {JSON} | tojson }}}}", f"{{% set x = {JSON} %}}", f"{{% for x in {JSON} %}}", f"print({JSON})",
        f"x = {JSON};", f"GET /?q={JSON}", f'{{"user": {FIELDS}, "b": [1,],}}', f"{{'user': {FIELDS}}}",
        f"spec:\n  selector: {FIELDS}\n  replicas: 3", f"| a | {JSON} |", f"> Users: {JSON}", f"- Users: {JSON}",
        f"1. Users: {JSON}", f"1,{JSON},2", f"“{JSON}”", f"“{JSON}’",
        # What the text spells out on purpose.
        'x {"a": "\\u003c/data\\u003e, and more of it"}', 'x {"aaaa": "\\u0060\\u0060\\u0060", "bbbb": 1, "cccc": 2}',
        'x {"aaaa": "\\u202e", "bbbbbbb": 1, "ccccc": 2}', 'x {"aaaa": "\\u0000", "bbbbbbb": 1, "ccccc": 2}',
        'x [{"aaaaaaaaaa": 1e-9999999999999999999}]', 'x [{"aaaaaaaaaa": 0e9999999999999999999999}]',
        'x [{"aaaaaaaaaa": 1e-400}]',
    ],
    ids=lambda prompt: prompt[:30],
)  # fmt: skip
def test_what_is_no_block_of_its_own_or_would_not_be_read_whole_is_left_alone(call: Any, prompt: str) -> None:
    reply = encoded(call, prompt)
    assert reply["result"] == prompt
    assert reply["meta"]["segments_schema"] == "text"
    assert (reply["meta"]["auto_detection_applied"], reply["meta"]["replacements"]) == (False, [])


@pytest.mark.parametrize("prompt", ["``` is a fence", "a ` b", "a `` b ` c", "```\nx\n```", "`a`", "~~ x", "`\n\n`"])
def test_json_outside_code_is_replaced_whatever_backticks_there_are(call: Any, prompt: str) -> None:
    reply = encoded(call, f"{prompt}\n\n{JSON} x" if not prompt.startswith("``` ") else f"{JSON} x\n{prompt}")
    assert reply["meta"]["auto_detection_applied"] is True


def test_a_block_that_ktof_makes_no_shorter_is_counted_and_left_alone(call: Any) -> None:
    prompt = f"One: [[[1]]] two: {JSON} three: [1, 2]"
    reply = encoded(call, prompt)
    assert reply["result"] == f"One: [[[1]]] two: \n{KTOF}\n three: [1, 2]"
    assert reply["meta"]["embedded_json_count"] == 3
    assert len(reply["meta"]["replacements"]) == 1
    alone = encoded(call, "One: [[[1]]] and more")
    assert alone["result"] == "One: [[[1]]] and more"
    assert (alone["meta"]["auto_detected_json"], alone["meta"]["segments_schema"]) == (True, "text")


def test_a_line_break_too_many_is_a_cost_too(call: Any) -> None:
    # As KTOF it is five shorter: four line breaks are to be had for that, and in the middle of a line it needs four.
    block = '{"a":"bc","d":1}'
    assert encoded(call, f"x {block} y")["result"] == "x \n\na: bc\nd: 1\n\n y"
    assert encoded(call, 'x {"a":123} y')["result"] == 'x {"a":123} y'
    assert encoded(call, 'x\n\n{"a":"bc"}\n\ny')["result"] == "x\n\na: bc\n\ny"
    assert encoded(call, "x [10,11,12] y")["result"] == "x [10,11,12] y"


def test_blocks_follow_the_delimiter_and_the_marker_and_have_one_space_a_level(call: Any) -> None:
    options = {"indent": 4, "delimiter": "|", "length_marker": "#"}
    reply = encoded(call, f"Users:\n{JSON}\nx", options=options)
    assert reply["result"] == "Users:\n[#2|]{id|name}:\n 1|Ada\n 2|Grace\nx"
    assert decoded(call, reply)["result"] == f"Users:\n{JSON}\nx"


@pytest.mark.parametrize("path", ROUTES)
def test_detection_can_be_switched_off(call: Any, path: str) -> None:
    prompt = f"Users: {JSON}"
    reply = call(path, {"prompt": prompt, "auto_detect_json": False}).body
    assert (reply["result"], reply["meta"]["auto_detected_json"]) == (prompt, False)


def test_strings_inside_a_prompt_that_is_data_are_not_looked_into(call: Any) -> None:
    reply = call("/v1/prompts/encode", {"prompt": {"content": f"Users: {JSON}"}}).body
    assert reply["meta"]["segments_schema"] == "ktof"
    assert call("/v1/prompts/decode", {"ktof": reply["result"]}).body["result"] == {"content": f"Users: {JSON}"}


@pytest.mark.parametrize("detect", [True, False])
def test_a_protected_part_stays_and_its_marks_go(call: Any, detect: bool) -> None:
    prompt = f"Given {JSON} answer like {protect(JSON)}, or {protect('')} not."
    reply = encoded(call, prompt, auto_detect_json=detect)
    given = f"\n{KTOF}\n" if detect else JSON
    assert reply["result"] == f"Given {given} answer like {JSON}, or  not."
    assert [one["kind"] for one in reply["meta"]["replacements"]] == ["json"] * detect + ["protected"] * 2
    assert reply["meta"]["segments_schema"] == ("text_with_ktof" if detect else "text")
    assert decoded(call, reply)["result"] == prompt


@pytest.mark.parametrize("prompt", [f"<ktof:keep>{JSON} x", f"{JSON}</ktof:keep> x"])
def test_a_mark_without_a_partner_is_text(call: Any, prompt: str) -> None:
    reply = encoded(call, prompt)
    assert reply["result"].count("ktof:keep") == 1
    assert reply["meta"]["auto_detection_applied"] is True
    assert decoded(call, reply)["result"] == prompt


def test_a_whole_prompt_can_be_protected(call: Any) -> None:
    reply = encoded(call, protect(JSON))
    assert (reply["result"], reply["meta"]["segments_schema"]) == (JSON, "text")
    assert decoded(call, reply)["result"] == protect(JSON)


def test_another_text_than_the_encoded_one_comes_back_as_it_is_and_meta_says_so(call: Any) -> None:
    meta = encoded(call, f"Users: {JSON} Thanks.")["meta"]
    for other in ("The answer is 5", f"Users: \n{KTOF.replace('Ada', 'Bob')}\n Thanks.", "x: 1", "", "[1]: 5"):
        if other:
            reply = call("/v1/prompts/decode", {"ktof": other, "replay_meta": meta}).body
            assert (reply["result"], reply["meta"]["replay_applied"]) == (other, False)
    same = encoded(call, f"Users: {JSON} Thanks.")
    assert decoded(call, same)["meta"]["replay_applied"] is True


@pytest.mark.parametrize(
    "replacements",
    [
        [{"start": 0, "end": 99, "original": "x"}],
        [{"start": -1, "end": 1, "original": "x"}],
        [{"start": 3, "end": 1, "original": "x"}],
        [{"start": 0, "end": 3, "original": "x"}, {"start": 2, "end": 4, "original": "y"}],
        [{"start": True, "end": 3, "original": "x"}],
        [{"start": 0, "end": 3, "original": 7}],
        [{"start": 0, "end": 3}],
        [{"start": 0, "end": 3, "original": "x", "crc32": 1}],
        [{}],
    ],
)
def test_a_record_that_does_not_fit_changes_nothing(call: Any, replacements: Any) -> None:
    meta = {"segments_schema": "text_with_ktof", "replacements": replacements}
    reply = call("/v1/prompts/decode", {"ktof": "Hello", "replay_meta": meta})
    assert (reply.status, reply.body["result"]) == (200, "Hello")


def test_a_prompt_that_was_sent_as_json_is_read_as_json(call: Any) -> None:
    meta = {"segments_schema": "json"}
    assert call("/v1/prompts/decode", {"ktof": JSON, "replay_meta": meta}).body["result"] == ROWS
    for text in ("a: 1", "[1", "[NaN]", "[" * 100_000):
        refused = call("/v1/prompts/decode", {"ktof": text, "replay_meta": meta})
        assert (refused.status, refused.body["code"]) == (400, "malformed_json")


PIECES = [
    JSON, '{"a":1}', '{"a": {"b": [1, 2]}}', "[10,11,12,13,14,15,16]", "[]", "{}", "[", "]", "{", "}", "(", ")", '"',
    "'", "`", "```", "~~~", "\n", "\r\n", " ", "text", "<ktof:keep>", "</ktof:keep>", "é", "😀", ",", ":", "\\", "> ",
    "\u2028",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.booleans(), st.sampled_from([",", "|", "\t"]))
def test_any_prompt_comes_back_and_is_never_made_longer(prompt: str, detect: bool, delimiter: str) -> None:
    engine = Engine()

    def post(path: str, **body: Any) -> Any:
        reply = engine.handle("POST", path, {}, json.dumps(body).encode())
        assert reply.status == 200, reply.body
        return json.loads(reply.body)

    reply = post("/v1/prompts/encode", prompt=prompt, auto_detect_json=detect, options={"delimiter": delimiter})
    assert len(reply["result"]) <= len(prompt)
    back = post("/v1/prompts/decode", ktof=reply["result"], replay_meta=reply["meta"])
    assert back["result"] == prompt
    assert back["meta"]["replay_applied"] is True
