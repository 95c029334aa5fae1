# Made from tests/async/test_async_given_back.py by `make generate`. Do not edit.
"""A prompt that was given back instead of its KTOF is decoded to what it was, by the line that decodes any other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kaizen_client import KaizenRequestError, SyncKaizenClient, protect
from kaizen_client.testing import FakeKaizen

NESTED: Any = {"a": [[[1]], [[2]]], "b": {"c": {"d": [{}]}}}
PROMPTS: list[Any] = [
    NESTED,
    [{"id": 1}, {"id": 2}],
    {},
    None,
    7,
    "",
    "Note: the answer is 5",
    "[1]: x",
    json.dumps(NESTED, indent=2),
    f"Answer like {protect('{}')} please",
    "😀 Grüße\r\n",
]
URL = "https://kaizen.test"
ROUTES = ["prompts_encode", "optimize_request"]


@pytest.mark.parametrize("prompt", PROMPTS, ids=repr)
@pytest.mark.parametrize("route", ROUTES)
def test_a_prompt_that_fail_open_gave_back_is_decoded_without_the_service(route: str, prompt: Any) -> None:
    service = FakeKaizen()
    service.fail_next(503)
    with SyncKaizenClient(transport=service, base_url=URL, max_retries=0, on_failure="passthrough") as client:
        encoded = getattr(client, route)(prompt=prompt, metadata={"trace": 1})
        service.fail_next(503, times=9)
        decoded = client.prompts_decode(ktof=encoded.value, replay_meta=encoded.meta, metadata={"trace": 2})
    assert encoded.compressed is False
    assert decoded.value == prompt
    assert (decoded.status, decoded.metadata, decoded.http) == ("passthrough", {"trace": 2}, None)
    assert len(service.calls) == 1


@pytest.mark.parametrize("prompt", PROMPTS, ids=repr)
@pytest.mark.parametrize("with_meta", [True, False])
def test_a_prompt_that_is_smaller_as_it_was_is_decoded_to_it(prompt: Any, with_meta: bool) -> None:
    service = FakeKaizen()
    if not with_meta:
        # As the hosted service may answer in the documentation's form, which has no meta.
        service.reply_next({"result": "much longer: " * 99})
    with SyncKaizenClient(transport=service, base_url=URL, prefer="smaller") as client:
        encoded = client.prompts_encode(prompt=prompt)
        decoded = client.prompts_decode(ktof=encoded.value, replay_meta=encoded.meta)
    assert decoded.value == prompt


def test_another_text_goes_to_the_service_without_the_record() -> None:
    service = FakeKaizen()
    service.fail_next(503)
    with SyncKaizenClient(transport=service, base_url=URL, max_retries=0, on_failure="passthrough") as client:
        encoded = client.prompts_encode(prompt=NESTED, metadata={"trace": 1})
        decoded = client.prompts_decode(ktof="answer: 5", replay_meta=encoded.meta)
    assert decoded.value == {"answer": 5}
    sent = service.calls[-1].json["replay_meta"]
    assert "given_back" not in sent
    assert "segments_schema" not in sent


@pytest.mark.parametrize(
    "record", [None, 1, "x", [], {}, {"crc32": None}, {"crc32": "x"}, {"crc32": 1, "prompt": 2}, {"prompt": "x"}]
)
def test_a_record_of_an_odd_shape_is_left_to_the_service(record: Any) -> None:
    with SyncKaizenClient.embedded() as client:
        decoded = client.prompts_decode(ktof="a: 1", replay_meta={"given_back": record})
    assert decoded.value == {"a": 1}


def test_json_in_a_string_prompt_is_compared_with_its_compact_form() -> None:
    rows = [{"id": number, "meta": {"tags": ["x"], "n": {"k": number}}} for number in range(50)]
    pretty, compact = json.dumps(rows, indent=2), json.dumps(rows, separators=(",", ":"))
    with SyncKaizenClient.embedded() as client:
        plain = client.prompts_encode(prompt=pretty, token_models=["gpt-4o"])
        chosen = client.prompts_encode(prompt=pretty, prefer="smaller")
        data = client.compress(data=rows, token_models=["gpt-4o"])
    assert plain.savings == data.savings
    assert plain.savings.bytes is not None
    assert plain.savings.bytes.saved < 0
    assert plain.savings.tokens["gpt-4o"].saved < 0
    assert (chosen.value, chosen.notation, chosen.smaller.saving.unit) == (compact, "json", "characters")


def test_json_that_stays_a_text_is_still_compared_with_its_compact_form() -> None:
    prompt = json.dumps([[[[1]]]], indent=1)
    with SyncKaizenClient.embedded() as client:
        kept = client.prompts_encode(prompt=prompt, auto_detect_json=False)
        chosen = client.prompts_encode(prompt=prompt, auto_detect_json=False, prefer="smaller")
    assert (kept.value, kept.notation) == (prompt, "text")
    assert (chosen.value, chosen.notation) == ("[[[[1]]]]", "json")
    assert chosen["stats"]["compressed_bytes"] == 9


def test_marks_of_protection_never_go_out(script: Any, reply: Callable[..., Any]) -> None:
    prompt = f"{json.dumps(NESTED)} like {protect('{}')}"
    body = json.dumps({"result": "longer: " * 99}).encode()
    transport = script(reply(503), reply(200, body))
    with SyncKaizenClient(transport=transport, base_url=URL, max_retries=0) as client:
        failed = client.prompts_encode(prompt=prompt, on_failure="passthrough")
        chosen = client.prompts_encode(prompt=prompt, prefer="smaller")
    assert failed.value == chosen.value == f"{json.dumps(NESTED)} like {{}}"


def test_what_extra_body_put_in_place_is_what_is_given_back() -> None:
    service = FakeKaizen()
    service.fail_next(503)
    with SyncKaizenClient(transport=service, base_url=URL, max_retries=0, on_failure="passthrough") as client:
        result = client.compress(data=[1] * 99, extra_body={"data": [2]})
    assert result.value == "[2]"
    assert result.savings.characters is not None
    assert result.savings.characters.saved == 0


def test_a_closed_client_gives_nothing_back() -> None:
    client = SyncKaizenClient.embedded(on_failure="passthrough")
    client.close()
    with pytest.raises(KaizenRequestError, match="is closed"):
        client.compress(data=1)


def test_an_empty_text_is_decoded_by_its_meta() -> None:
    with SyncKaizenClient.embedded() as client:
        empty: list[Any] = ["", {}, protect("")]
        for prompt in empty:
            encoded = client.prompts_encode(prompt=prompt)
            assert encoded.value == ""
            assert (client.prompts_decode(ktof="", replay_meta=encoded.meta)).value == prompt
