"""Request bodies: how long they may be, when that is enforced, and that long ones hold up nobody."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from kaizen_client.embedded import Engine, EngineReply, server

HEAD = b"POST /v1/compress HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
MEGABYTE = 1024 * 1024


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


def test_a_body_at_the_limit_is_taken_and_one_over_it_is_not(serve: Any) -> None:
    served = serve(max_body_bytes=11)
    assert served.ask("POST", "/v1/compress", b'{"data": 1}').status == 200
    got = served.ask("POST", "/v1/compress", b'{"data": 12}')
    assert (got.status, got.body["code"]) == (413, "payload_too_large")
    assert got.body["request_id"] == got.headers["x-request-id"]


def test_a_declared_length_over_the_limit_is_refused_before_the_body_comes(serve: Any) -> None:
    with serve(max_body_bytes=MEGABYTE).raw() as connection:
        connection.send(HEAD + b"content-length: 1000000000000\r\n\r\n")
        assert connection.read_reply().status == 413


def test_a_client_that_asks_first_is_refused_without_being_told_to_go_on(serve: Any) -> None:
    with serve(max_body_bytes=MEGABYTE).raw() as connection:
        connection.send(HEAD + b"content-length: 9999999\r\nexpect: 100-continue\r\n\r\n")
        assert connection.read_reply().status == 413


def test_a_client_that_asks_first_is_told_to_go_on(serve: Any) -> None:
    with serve(max_body_bytes=MEGABYTE).raw() as connection:
        connection.send(HEAD + b"content-length: 10\r\nexpect: 100-continue\r\n\r\n")
        assert connection.read_line().startswith(b"HTTP/1.1 100 ")
        assert connection.read_line() == b""
        connection.send(b'{"data":1}')
        assert connection.read_reply().status == 200


def test_a_body_without_a_length_is_refused_as_soon_as_it_is_too_long(serve: Any, lines: Any) -> None:
    with serve(max_body_bytes=MEGABYTE).raw() as connection:
        connection.send(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        for _ in range(17):
            connection.send(chunk(b"x" * 65536))
        # The body has no end yet, and the reply is there.
        assert connection.read_reply().status == 413
    # At the limit and one read more, the server had seen enough; the rest was thrown away.
    assert "413" in lines.wait_for("POST")


@pytest.mark.parametrize("declared", [b"5", b"999999999999999999999", b"-1", b"5, 6", b"five"])
def test_a_length_that_lies_does_not_get_a_longer_body_in(serve: Any, declared: bytes) -> None:
    with serve(max_body_bytes=100).raw() as connection:
        connection.send(HEAD + b"content-length: " + declared + b"\r\ntransfer-encoding: chunked\r\n\r\n")
        connection.send(chunk(b'{"data": "' + b"x" * 200 + b'"}') + b"0\r\n\r\n")
        status = int(connection.read_line().split()[1])
    assert status in (400, 413)


def test_the_reply_reaches_a_client_that_reads_only_when_all_is_sent(serve: Any) -> None:
    body = b"x" * (8 * MEGABYTE)
    got = serve(max_body_bytes=1000).ask("POST", "/v1/compress", body)
    assert (got.status, got.headers["connection"]) == (413, "close")


def test_a_short_body_that_is_refused_costs_no_connection(serve: Any) -> None:
    with serve(max_body_bytes=1000).session() as session:
        assert session.ask("POST", "/v1/compress", b"x" * 2000).status == 413
        first = session.connection.sock
        assert session.ask("POST", "/v1/unknown", b"x" * 500).status == 404
        assert session.ask("POST", "/v1/compress", {"data": 1}).status == 200
        assert session.connection.sock is first


def test_a_refused_body_without_end_is_not_listened_to_for_ever(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_LINGER", 0.05)
    with serve(max_body_bytes=1000).raw() as connection:
        connection.send(HEAD + b"content-length: 1000000000000\r\n\r\n" + b"x" * 2000)
        assert connection.read_reply().status == 413
        assert connection.until_closed() == b""


def test_without_a_limit_any_body_is_taken(serve: Any) -> None:
    body = b'{"data": "' + b"x" * (2 * MEGABYTE) + b'"}'
    assert len(serve().ask("POST", "/v1/compress", body).body["result"]) == 2 * MEGABYTE


class Held(Engine):
    """Answers large bodies only when it may, and notes in which thread it answers."""

    def __init__(self) -> None:
        super().__init__()
        self.working, self.may_finish = threading.Event(), threading.Event()
        self.threads: list[int] = []

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> EngineReply:
        self.threads.append(threading.get_ident())
        if len(body) > 100_000:
            self.working.set()
            assert self.may_finish.wait(30)
        return super().handle(method, path, headers, body)


def test_a_large_body_is_worked_on_in_a_thread_so_that_others_are_answered(serve: Any) -> None:
    engine = Held()
    served = serve(engine)
    with served.session() as large:
        large.send("POST", "/v1/compress", {"data": "x" * 200_000})
        assert engine.working.wait(30)
        assert served.ask("GET", "/").status == 200
        assert served.ask("POST", "/v1/compress", {"data": 1}).status == 200
        engine.may_finish.set()
        assert large.receive().status == 200
    in_thread, on_loop = engine.threads
    assert in_thread != on_loop


@pytest.mark.parametrize(
    "ending", [b"content-length: 100000\r\n\r\n{", b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n"]
)
def test_a_client_that_goes_away_in_mid_upload_is_no_fault(serve: Any, lines: Any, faults: Any, ending: bytes) -> None:
    served = serve(max_body_bytes=MEGABYTE)
    with served.raw() as connection:
        connection.send(HEAD + ending)
    assert " - " in lines.wait_for("POST /v1/compress")
    assert served.ask("GET", "/").status == 200
    assert faults.texts == []


def test_a_client_that_goes_away_while_its_refused_body_is_thrown_away_is_no_fault(
    serve: Any, lines: Any, faults: Any
) -> None:
    served = serve(max_body_bytes=1000)
    with served.raw() as connection:
        connection.send(HEAD + b"content-length: 100000\r\n\r\n{")
        assert connection.read_reply().status == 413
    assert " 413 " in lines.wait_for("POST /v1/compress")
    assert faults.texts == []
