"""A marked secret, planted wherever a user may put one, shows nowhere."""

from __future__ import annotations

import logging
import pickle
import traceback
from typing import Any

import pytest

from kaizen_client import KaizenError, SyncKaizenClient

MARK = "marked-secret-7f3a"


def shown(thing: Any) -> str:
    return "".join([repr(thing), str(thing), str(getattr(thing, "__dict__", ""))])


@pytest.fixture
def planted(service: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("KAIZEN_API_KEY", MARK)
    return {
        "base_url": service.url,
        "default_headers": {"X-Auth-Token": MARK, "Cookie": MARK},
        "max_retries": 0,
        "deadline": 5,
    }


def failing_calls(client: SyncKaizenClient, service: Any) -> Any:
    def refuse() -> None:
        service.reply_json(401, {"detail": f"no such key: {MARK}", "echo": {"headers": {"x-api-key": MARK}}})
        client.compress(data=1)

    def break_off() -> None:
        service.answers.append((200, {"content-length": "999", "connection": "close"}, b"{"))
        client.compress(data=1)

    def confuse() -> None:
        service.answers.append((200, {}, b"[]"))
        client.compress(data=1)

    def echo_text() -> None:
        service.answers.append((200, {"x-request-id": MARK, "x-note": MARK}, f"<html>{MARK}</html>".encode()))
        client.compress(data=1)

    def echo_json() -> None:
        service.reply_json(200, {"echo": {f"Bearer {MARK}": [MARK]}})
        client.compress(data=1)

    def redirect() -> None:
        service.answers.append((302, {"location": "http://elsewhere.example/"}, b""))
        client.compress(data=1)

    def mistake() -> None:
        client.compress(data={1, 2})

    def inject() -> None:
        client.health(headers={"X-Api-Key": f"{MARK}\r\nx: y"})

    def misname() -> None:
        client.health(request_id=f"{MARK}\n")

    return [refuse, break_off, confuse, echo_text, echo_json, redirect, mistake, inject, misname]


def test_no_error_log_or_pickle_shows_a_secret(
    service: Any, planted: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="kaizen_client")
    with SyncKaizenClient(**planted) as client:
        result = client.compress(data=1)
        assert service.seen[0].headers["x-api-key"] == MARK
        for thing in (client, client.config, result, result.http):
            assert MARK not in shown(thing)
            assert MARK.encode() not in pickle.dumps(thing)
        assert MARK not in str(client.config.explain())
        for call in failing_calls(client, service):
            with pytest.raises(KaizenError) as caught:
                call()
            error = caught.value
            printed = "".join(traceback.format_exception(error))
            # The test's own lines stand in the traceback too, but by name, not by value.
            assert MARK not in shown(error) + printed, call.__name__
            assert MARK.encode() not in pickle.dumps(error), call.__name__
            assert MARK not in str(getattr(error, "attempts", ""))
            original = getattr(error, "original", None)
            assert original is None or MARK not in shown(original) + shown(getattr(original, "_request", None))
    assert MARK not in caplog.text


def test_a_proxys_password_is_not_shown(monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int) -> None:
    monkeypatch.setenv("KAIZEN_PROXY", f"http://user:{MARK}@127.0.0.1:{unused_tcp_port}")
    with SyncKaizenClient(base_url="http://kaizen.example", max_retries=0) as client:
        assert MARK not in shown(client) + shown(client.config)
        with pytest.raises(KaizenError) as caught:
            client.health()
    assert MARK not in shown(caught.value) + "".join(traceback.format_exception(caught.value))
