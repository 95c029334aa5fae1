# Made from tests/async/test_async_wire.py by `make generate`. Do not edit.
"""What goes over the wire, and what must not."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from typing import Any

import pytest

from kaizen_client import (
    KaizenConfigError,
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenPayloadError,
    KaizenResponseError,
    KaizenTimeout,
    KaizenTimeoutError,
    SyncKaizenClient,
)

KEY = "test-key-1"


@pytest.mark.parametrize(
    ("auth", "bearer", "bare"),
    [("both", f"Bearer {KEY}", KEY), ("bearer", f"Bearer {KEY}", None), ("x-api-key", None, KEY)],
)
def test_the_key_is_sent_as_the_auth_setting_says(service: Any, auth: Any, bearer: Any, bare: Any) -> None:
    with SyncKaizenClient(base_url=service.url, api_key=KEY, auth=auth) as client:
        client.health()
    sent = service.seen[0].headers
    assert (sent.get("authorization"), sent.get("x-api-key")) == (bearer, bare)


def test_no_key_sends_no_credential(service: Any) -> None:
    with SyncKaizenClient(base_url=service.url) as client:
        client.health()
    assert not {"authorization", "x-api-key"} & set(service.seen[0].headers)


def test_a_function_gives_the_key_and_is_asked_again_once_after_a_401(service: Any) -> None:
    keys = iter(["old", "new", "newer"])
    service.reply_json(401, {"detail": "expired"})
    with SyncKaizenClient(base_url=service.url, api_key=lambda: next(keys), max_retries=0) as client:
        result = client.health()
    assert [seen.headers["x-api-key"] for seen in service.seen] == ["old", "new"]
    assert result.http is not None
    assert [attempt.status for attempt in result.http.attempts] == [401, 200]


def test_a_key_function_that_gives_no_key_is_a_config_error_without_its_value(service: Any) -> None:
    with SyncKaizenClient(base_url=service.url, api_key=lambda: "marked\nsecret") as client:
        with pytest.raises(KaizenConfigError) as caught:
            client.health()
    assert "marked" not in str(caught.value)
    assert service.seen == []


def test_the_user_agent_names_sdk_contract_and_python(service: Any) -> None:
    with SyncKaizenClient(base_url=service.url) as client:
        client.health()
    agent = service.seen[0].headers["user-agent"]
    assert agent.startswith("kaizen-client-python/")
    assert "contract/1.0" in agent
    assert "Python/3" in agent


def test_a_calls_headers_win_over_the_clients_and_none_takes_one_away(service: Any) -> None:
    with SyncKaizenClient(base_url=service.url, default_headers={"X-Team": "a", "X-App": "b"}) as client:
        client.health(headers={"x-team": "c", "X-APP": None})
        with pytest.raises(KaizenPayloadError, match="headers"):
            client.health(headers={"x-team": "a\r\nx-evil: 1"})
    assert len(service.seen) == 1
    assert service.seen[0].headers["x-team"] == "c"
    assert "x-app" not in service.seen[0].headers


def test_a_request_id_is_the_callers_or_made_up(service: Any) -> None:
    with SyncKaizenClient(base_url=service.url) as client:
        own = client.health(request_id="mine")
        other = client.health(headers={"X-Request-ID": "from-headers"})
        made = client.health()
    sent = [seen.headers["x-request-id"] for seen in service.seen]
    assert sent[:2] == [own.request_id, other.request_id] == ["mine", "from-headers"]
    assert len(sent[2]) == 32
    assert made.request_id == sent[2]


def test_the_base_urls_path_is_kept(service: Any) -> None:
    service.reply_json(200, {"result": "x"})
    with SyncKaizenClient(base_url=f"{service.url}/kaizen/") as client:
        client.compress(data=1)
    assert service.seen[0].path == "/kaizen/v1/compress"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_that_names_its_target_and_nothing_follows_it(service: Any, status: int) -> None:
    service.answers.append((status, {"location": f"{service.url}/elsewhere"}, b""))
    with SyncKaizenClient(base_url=service.url, api_key=KEY) as client:
        with pytest.raises(KaizenResponseError, match="/elsewhere") as caught:
            client.compress(data=1)
    assert caught.value.status_code == status
    assert len(service.seen) == 1


def test_cookies_are_never_sent_back(service: Any) -> None:
    service.reply_json(200, {"status": "ok"}, set_cookie="session=1; Path=/")
    with SyncKaizenClient(base_url=service.url) as client:
        client.health()
        client.health()
    assert "cookie" not in service.seen[1].headers


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compressed_reply_is_read(service: Any, coding: str) -> None:
    plain = json.dumps({"result": "x" * 5000}).encode()
    packed = gzip.compress(plain) if coding == "gzip" else zlib.compress(plain)
    service.answers.append((200, {"content-encoding": coding}, packed))
    with SyncKaizenClient(base_url=service.url) as client:
        assert (client.compress(data=1)).value == "x" * 5000


def test_a_broken_compressed_reply_is_a_connection_error(service: Any) -> None:
    packed = gzip.compress(b'{"result": "x"}')
    service.answers += [(200, {"content-encoding": "gzip"}, packed[:-9]), (200, {"content-encoding": "gzip"}, b"no")]
    with SyncKaizenClient(base_url=service.url, max_retries=0) as client:
        with pytest.raises(KaizenConnectionError, match="cut off"):
            client.compress(data=1)
        with pytest.raises(KaizenConnectionError, match="broken"):
            client.compress(data=1)


@pytest.mark.parametrize("packed", [False, True])
def test_a_reply_over_the_bound_is_an_error_before_it_is_in_memory(service: Any, packed: bool) -> None:
    plain = json.dumps({"result": "x" * 200_000}).encode()
    answer = (200, {"content-encoding": "gzip"}, gzip.compress(plain)) if packed else (200, {}, plain)
    service.always = answer
    with SyncKaizenClient(base_url=service.url, max_response_bytes=len(plain)) as client:
        assert len((client.compress(data=1)).value) == 200_000
    with SyncKaizenClient(base_url=service.url, max_response_bytes=len(plain) - 1) as client:
        with pytest.raises(KaizenResponseError, match="max_response_bytes") as caught:
            client.compress(data=1, metadata={"trace": 1})
    assert caught.value.status_code == 200
    assert caught.value.metadata == {"trace": 1}


def test_a_request_over_the_bound_is_refused_before_it_is_sent(service: Any) -> None:
    with SyncKaizenClient(base_url=service.url, max_request_bytes=100) as client:
        with pytest.raises(KaizenPayloadError, match="max_request_bytes"):
            client.compress(data="x" * 100)
    assert service.seen == []


def test_nobody_listening_is_a_connection_error(unused_tcp_port: int) -> None:
    with SyncKaizenClient(base_url=f"http://127.0.0.1:{unused_tcp_port}", max_retries=0) as client:
        with pytest.raises(KaizenConnectionError, match=f"127.0.0.1:{unused_tcp_port}") as caught:
            client.compress(data=1, metadata={"trace": 1}, request_id="mine")
    assert caught.value.original is not None
    assert caught.value.request_id == "mine"
    assert caught.value.metadata == {"trace": 1}


def test_a_service_that_hangs_is_a_timeout_and_a_call_past_its_deadline_says_so(silent_url: str) -> None:
    with SyncKaizenClient(base_url=silent_url, max_retries=0) as client:
        with pytest.raises(KaizenTimeoutError) as caught:
            client.compress(data=1, timeout=KaizenTimeout(read=0.05))
        assert not isinstance(caught.value, KaizenDeadlineError)
        with pytest.raises(KaizenDeadlineError):
            client.compress(data=1, deadline=0.05)


def test_a_body_that_drips_ends_at_the_deadline(dripping_url: str) -> None:
    with SyncKaizenClient(base_url=dripping_url, timeout=5) as client:
        began = time.monotonic()
        with pytest.raises(KaizenDeadlineError) as caught:
            client.compress(data=1, deadline=0.3)
    # A generous margin for a busy machine; the body itself would take 20 seconds.
    assert time.monotonic() - began < 3
    assert len(caught.value.attempts) == 1
