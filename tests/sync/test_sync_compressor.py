# Made from tests/async/test_async_compressor.py by `make generate`. Do not edit.
"""A request's texts are sent in their smallest form, and as they were whenever Kaizen fails."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from kaizen_client import (
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenError,
    KaizenResponseError,
    KaizenServerError,
    SyncKaizenClient,
)
from kaizen_client.integrations import Report, protect, track
from kaizen_client.integrations._wrapping.calls import Asked, Shared
from kaizen_client.integrations._wrapping.openai_bodies import in_chat
from kaizen_client.integrations._wrapping.settings import WrapSettings, checked
from kaizen_client.integrations._wrapping.sync_compressor import SyncCompressor
from kaizen_client.testing import FakeClock, FakeKaizen

ROWS = [{"id": number, "name": f"name {number}"} for number in range(10)]
JSON = json.dumps(ROWS)
KTOF = "[10]{id,name}:\n" + "\n".join(f" {number},name {number}" for number in range(10))
#: As KTOF it is longer than as JSON.
NESTED = [[[number, [number]]] for number in range(20)]


def table(first: int, separator: str = ", ") -> str:
    """Return a table as JSON whose ids begin at a number."""
    rows = [{"id": number, "name": f"name {number}"} for number in range(first, first + 10)]
    return json.dumps(rows, separators=(separator, f":{separator[1:]}"))


def settings(**changes: Any) -> WrapSettings:
    return checked(
        **{
            "roles": ("user", "tool"),
            "min_chars": 20,
            "mode": "compress",
            "on_failure": "passthrough",
            "count_tokens": False,
            "prices": None,
            "on_report": None,
            "deadline": 2.0,
            "cache_chars": 10_000,
            **changes,
        }
    )


def asked(*texts: str, role: str = "user", **more: Any) -> Asked:
    body = {"model": "m", "messages": [{"role": role, "content": text} for text in texts], **more}
    return Asked("openai", "/chat/completions", "m", body, in_chat)


def texts_of(body: Mapping[str, Any]) -> list[str]:
    return [message["content"] for message in body["messages"]]


def client_of(service: FakeKaizen, **settings: Any) -> SyncKaizenClient:
    return SyncKaizenClient(base_url="https://kaizen.test", api_key="test-key", transport=service, **settings)


def sent(compressor: SyncCompressor, request: Asked) -> tuple[list[str], Report]:
    """Return the texts as they are sent, and the report once the vendor has answered."""
    with track():
        body, call = compressor.prepared(request)
    shared = compressor._shared
    reports: list[Report] = []
    shared.settings = shared.settings._replace(on_report=reports.append)
    call.answered(lambda: None)
    return texts_of(body), reports[0]


def test_json_as_a_whole_and_json_in_a_text_become_ktof() -> None:
    compressor = SyncCompressor(Shared(settings()), None)
    texts, report = sent(compressor, asked(JSON, f"Sum up: {JSON}", "no JSON at all, and long enough"))
    assert texts == [KTOF, f"Sum up: \n{KTOF}", "no JSON at all, and long enough"]
    assert (report.found, report.as_ktof, report.as_json, report.grew) == (2, 2, 0, 0)
    assert report.characters_before == 2 * len(JSON) + len("Sum up: ") + 31
    assert report.characters_after == sum(map(len, texts))


def test_what_would_grow_is_sent_as_json_without_its_white_space_and_counted() -> None:
    compressor = SyncCompressor(Shared(settings()), None)
    spaced, compact = json.dumps(NESTED), json.dumps(NESTED, separators=(",", ":"))
    texts, report = sent(compressor, asked(spaced, compact))
    assert texts == [compact, compact]
    assert (report.found, report.as_ktof, report.as_json, report.grew) == (2, 0, 1, 2)


def test_the_request_itself_is_never_changed() -> None:
    compressor = SyncCompressor(Shared(settings()), None)
    request = asked(JSON, "text", tools=[{"type": "function"}])
    before = json.dumps(request.body)
    body, _ = compressor.prepared(request)
    assert json.dumps(request.body) == before
    # What does not change is not copied.
    assert body["messages"][1] is request.body["messages"][1]
    assert body["tools"] is request.body["tools"]


@pytest.mark.parametrize(
    ("role", "changed"), [("user", True), ("tool", True), ("assistant", False), ("system", False), ("developer", False)]
)
def test_only_the_roles_that_were_named_are_rewritten(role: str, changed: bool) -> None:
    compressor = SyncCompressor(Shared(settings()), None)
    texts, _ = sent(compressor, asked(JSON, role=role))
    assert texts == [KTOF if changed else JSON]
    everyone = SyncCompressor(Shared(settings(roles=("system", "assistant"))), None)
    texts, _ = sent(everyone, asked(JSON, role=role))
    assert texts == [JSON if changed else KTOF]


def test_json_with_fewer_characters_stays() -> None:
    compressor = SyncCompressor(Shared(settings(min_chars=len(JSON) + 1)), None)
    texts, report = sent(compressor, asked(JSON, f"Long enough as a whole: {JSON}"))
    assert texts == [JSON, f"Long enough as a whole: {JSON}"]
    assert report.found == 0


@pytest.mark.parametrize("role", ["user", "assistant", "system", "tool"])
@pytest.mark.parametrize("mode", ["compress", "audit"])
def test_marks_of_protection_never_reach_the_vendor(role: str, mode: str) -> None:
    compressor = SyncCompressor(Shared(settings(mode=mode)), None)
    texts, _ = sent(compressor, asked(f"Keep {protect(JSON)}", protect("short"), role=role))
    assert texts == [f"Keep {JSON}", "short"]


def test_taking_marks_of_protection_out_is_no_saving() -> None:
    for mode in ("compress", "audit"):
        compressor = SyncCompressor(Shared(settings(mode=mode, count_tokens=True)), None)
        _, report = sent(compressor, asked(protect(JSON)))
        assert report.characters_before == report.characters_after == len(JSON)
        assert report.tokens is not None
        assert report.tokens.saved == 0


def test_marks_of_protection_do_not_reach_the_vendor_when_kaizen_fails_either() -> None:
    service = FakeKaizen()
    service.fail_next(503, times=9)
    with client_of(service) as kaizen:
        compressor = SyncCompressor(Shared(settings()), kaizen)
        texts, report = sent(compressor, asked(f"Keep {protect(JSON)} and {JSON}"))
    assert texts == [f"Keep {JSON} and {JSON}"]
    assert isinstance(report.error, KaizenServerError)


def test_format_instructions_and_code_stay_and_a_tools_result_is_data() -> None:
    compressor = SyncCompressor(Shared(settings()), None)
    told = f"Answer in JSON like this: {JSON[:60]}}}]"
    fenced = f"```json\n{JSON}\n```"
    texts, report = sent(compressor, asked(told, fenced))
    assert texts == [told, fenced]
    assert report.found == 0


def test_an_audit_changes_nothing_and_says_what_would_be_saved() -> None:
    compressor = SyncCompressor(Shared(settings(mode="audit")), None)
    request = asked(f"Sum up: {JSON}")
    body, _ = compressor.prepared(request)
    assert body is request.body
    _, report = sent(compressor, request)
    assert report.mode == "audit"
    assert report.characters_after == len(f"Sum up: \n{KTOF}")
    assert report.as_ktof == 1


def test_the_same_text_becomes_the_same_whatever_came_before() -> None:
    text = f"Sum up: {JSON} and {json.dumps(NESTED)}"
    fresh, _ = sent(SyncCompressor(Shared(settings(cache_chars=0)), None), asked(text))
    compressor = SyncCompressor(Shared(settings()), None)
    for _ in range(3):
        texts, report = sent(compressor, asked("other", text, JSON))
        assert texts[1:] == [*fresh, KTOF]
        # What is remembered is counted like what is found out.
        assert (report.found, report.as_ktof, report.as_json, report.grew) == (3, 2, 1, 1)


def test_tokens_decide_what_is_smaller_where_they_are_counted() -> None:
    compressor = SyncCompressor(Shared(settings(count_tokens=True)), None)
    texts, report = sent(compressor, asked(JSON, "plain text that is long enough"))
    assert texts[0] == KTOF
    assert report.tokens is not None
    assert 0 < report.tokens.after < report.tokens.before
    assert not report.tokens.exact
    assert report.tokens.saved == report.tokens.before - report.tokens.after


def test_a_long_text_is_rewritten_like_a_short_one() -> None:
    rows = [{"id": number, "name": f"name {number}"} for number in range(3000)]
    compressor = SyncCompressor(Shared(settings(count_tokens=True)), None)
    texts, report = sent(compressor, asked(json.dumps(rows)))
    assert texts[0].startswith("[3000]{id,name}:\n 0,name 0\n")
    assert report.as_ktof == 1


# The service.


def test_the_service_is_asked_once_for_each_text_that_becomes_smaller() -> None:
    service = FakeKaizen()
    with client_of(service) as kaizen:
        compressor = SyncCompressor(Shared(settings()), kaizen)
        for _ in range(2):
            texts, report = sent(compressor, asked(JSON, JSON, json.dumps(NESTED), "text"))
    assert texts == [KTOF, KTOF, json.dumps(NESTED, separators=(",", ":")), "text"]
    assert report.error is None
    assert [call.json for call in service.calls] == [{"data": ROWS, "options": {"indent": 1}}]


def test_what_the_client_was_set_to_do_otherwise_does_not_matter() -> None:
    service = FakeKaizen()
    service.fail_next(503, times=9)
    with client_of(service, on_failure="passthrough", prefer="smaller") as kaizen:
        texts, report = sent(SyncCompressor(Shared(settings()), kaizen), asked(JSON))
    assert texts == [JSON]
    assert isinstance(report.error, KaizenServerError)


@pytest.mark.parametrize("failure", [503, 401, 403, 429, 404, KaizenConnectionError])
def test_when_kaizen_fails_the_request_goes_out_as_it_was(failure: Any, caplog: pytest.LogCaptureFixture) -> None:
    service = FakeKaizen()
    service.fail_next(failure, times=9)
    with client_of(service) as kaizen:
        compressor = SyncCompressor(Shared(settings()), kaizen)
        request = asked(JSON, f"and {JSON}")
        with caplog.at_level(logging.WARNING, "kaizen_client.integrations"):
            body, _ = compressor.prepared(request)
    assert body is request.body
    (record,) = [record for record in caplog.records if record.name == "kaizen_client.integrations"]
    assert "goes out as it was" in record.getMessage()
    assert "name 1" not in caplog.text


def test_a_refusal_of_one_value_leaves_that_one_as_json() -> None:
    service = FakeKaizen()
    service.fail_next(400)
    with client_of(service) as kaizen:
        texts, report = sent(SyncCompressor(Shared(settings()), kaizen), asked(table(1), f"and {JSON}"))
    # Whichever of the two was asked for first.
    assert texts in ([table(1, ","), f"and \n{KTOF}"], [texts[0], f"and {JSON.replace(', ', ',').replace(': ', ':')}"])
    assert sum(text.count("[10]{id,name}:") for text in texts) == 1
    assert report.error is None


@pytest.mark.parametrize("wrong", ["[1]: 5", "something else: 1", "", "[9]{id,name}:\n 0,name 0"])
def test_ktof_that_says_something_else_is_not_sent(wrong: str) -> None:
    service = FakeKaizen()
    service.reply_next(body={"operation": "compress", "status": "ok", "result": wrong})
    with client_of(service) as kaizen:
        texts, report = sent(SyncCompressor(Shared(settings()), kaizen), asked(JSON))
    assert texts == [JSON]
    assert isinstance(report.error, KaizenResponseError)


def test_ktof_that_is_spelled_otherwise_and_says_the_same_is_sent() -> None:
    service = FakeKaizen()
    spelled = KTOF.replace("name 3", '"name 3"')
    service.reply_next(body={"operation": "compress", "status": "ok", "result": spelled})
    with client_of(service) as kaizen:
        texts, _ = sent(SyncCompressor(Shared(settings()), kaizen), asked(JSON))
    assert texts == [spelled]


def slow(kaizen: Any, clock: FakeClock, seconds: float) -> None:
    """Let each call of compress take a while."""
    real = kaizen.compress

    def compress(**options: Any) -> Any:
        assert 0 < options["deadline"] <= 2.0
        clock.pass_time(seconds)
        return real(**options)

    kaizen.compress = compress


def test_a_request_is_rewritten_within_its_deadline_or_not_at_all() -> None:
    service = FakeKaizen()
    clock = FakeClock()
    with client_of(service) as kaizen:
        compressor = SyncCompressor(Shared(settings(), clock.monotonic), kaizen)
        slow(kaizen, clock, 1.5)
        tables = [table(number) for number in range(3)]
        texts, report = sent(compressor, asked(*tables))
    assert texts == tables
    assert isinstance(report.error, KaizenDeadlineError)
    assert len(service.calls) <= 2


def test_too_much_to_ask_for_is_no_outage_and_what_was_made_is_kept() -> None:
    service = FakeKaizen()
    clock = FakeClock()
    with client_of(service) as kaizen:
        compressor = SyncCompressor(Shared(settings(), clock.monotonic), kaizen)
        slow(kaizen, clock, 0.3)
        tables = [table(number) for number in range(20)]
        texts, first = sent(compressor, asked(*tables))
        assert texts == tables
        assert isinstance(first.error, KaizenDeadlineError)
        # Others go on at once, and the same request comes to its end in time.
        _, other = sent(compressor, asked(table(99)))
        assert other.error is None
        for _ in range(4):
            texts, report = sent(compressor, asked(*tables))
        assert report.error is None
        assert all(text.startswith("[10]{id,name}:") for text in texts)
    assert len(service.calls) == 21


def test_after_a_failure_kaizen_is_left_alone_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    service = FakeKaizen()
    clock = FakeClock()
    with client_of(service, max_retries=0) as kaizen:
        compressor = SyncCompressor(Shared(settings(), clock.monotonic), kaizen)
        assert (sent(compressor, asked(JSON)))[0] == [KTOF]
        service.fail_next(503)
        other = table(1)
        texts, first = sent(compressor, asked(other))
        _, second = sent(compressor, asked(other))
        # What is remembered needs no service.
        remembered, third = sent(compressor, asked(JSON))
        clock.pass_time(1.1)
        again, fourth = sent(compressor, asked(other))
    assert texts == [other]
    assert remembered == [KTOF]
    assert again[0].startswith("[10]{id,name}:\n 1,name 1\n")
    assert isinstance(first.error, KaizenServerError)
    assert second.error is first.error
    assert third.error is fourth.error is None
    assert len(service.calls) == 3
    assert caplog.text.count("goes out as it was") == 1


def test_failures_are_raised_where_that_was_asked_for() -> None:
    service = FakeKaizen()
    service.fail_next(503, times=9)
    with client_of(service, max_retries=0) as kaizen:
        compressor = SyncCompressor(Shared(settings(on_failure="raise")), kaizen)
        for _ in range(2):
            with pytest.raises(KaizenServerError):
                compressor.prepared(asked(JSON))
    # Each call asks: nothing is hidden behind a pause.
    assert len(service.calls) == 2


def test_a_fault_of_our_own_stops_no_call_either(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    module = SyncCompressor.__module__

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("secret payload")

    monkeypatch.setattr(f"{module}.Plan", broken)
    texts, report = sent(SyncCompressor(Shared(settings()), None), asked(JSON))
    assert texts == [JSON]
    assert isinstance(report.error, ZeroDivisionError)
    assert "ZeroDivisionError" in caplog.text
    assert "secret payload" not in caplog.text
    with pytest.raises(KaizenError, match="could not be rewritten") as caught:
        SyncCompressor(Shared(settings(on_failure="raise")), None).prepared(asked(JSON))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("messages", [None, 5, "text", {"role": "user"}, [None, 5, {"content": 1}, {"role": []}]])
def test_a_body_that_is_not_what_the_vendor_documents_goes_to_the_vendor(messages: Any) -> None:
    request = Asked("openai", "/chat/completions", None, {"messages": messages}, in_chat)
    body, _ = SyncCompressor(Shared(settings()), None).prepared(request)
    assert body is request.body


def test_a_service_that_was_left_little_time_is_not_taken_to_be_down() -> None:
    service = FakeKaizen()
    clock = FakeClock()
    service.fail_next(KaizenDeadlineError, times=2)
    with client_of(service, max_retries=0) as kaizen:
        shared = Shared(settings(), clock.monotonic)
        compressor = SyncCompressor(shared, kaizen)
        planned = compressor._planned

        def slowly(*given: Any) -> Any:
            clock.pass_time(1.5)
            return planned(*given)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compressor, "_planned", slowly)
            compressor.prepared(asked(JSON))
        assert shared.pause.error() is None
        compressor.prepared(asked(JSON))
        assert isinstance(shared.pause.error(), KaizenDeadlineError)
