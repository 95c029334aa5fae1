"""`kaizen serve` from start to stop: ready when it says so, calls under way finished, nothing left behind."""

from __future__ import annotations

import signal
import socket
import sys
from http.client import HTTPConnection
from typing import Any

import pytest

HEAD = b"POST /v1/compress HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n"

# The same command, which waits for calls under way only so many seconds.
IMPATIENT = """
import sys
from kaizen_client.cli import _listening, main
_listening._GRACE = 0.2
sys.exit(main())
"""


def test_it_answers_as_soon_as_its_url_is_printed(command: Any) -> None:
    started = command()
    assert started.url.startswith("http://127.0.0.1:")
    assert started.ask("GET", "/").body["engine"] == "embedded"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_with_status_0_and_nothing_more_on_either_stream(command: Any, number: int) -> None:
    assert command("--quiet").finish(number) == (0, "", "")


def test_an_idle_connection_does_not_hold_up_the_stop(command: Any) -> None:
    started = command()
    with started.session() as session:
        assert session.ask("GET", "/").status == 200
        status, _, err = started.finish()
    assert (status, "Traceback" in err) == (0, False)


def test_a_call_under_way_is_finished_and_no_new_one_is_taken(command: Any) -> None:
    started = command()
    with started.raw() as idle, started.raw() as busy:
        idle.send(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert idle.read_reply().status == 200
        busy.send(HEAD, b'{"data')
        # Both have been taken by now, since connections are taken in turn and a third one has its answer.
        assert started.ask("GET", "/").status == 200
        started.stop()
        assert idle.until_closed() == b""
        busy.send(b'":1}')
        assert busy.read_reply().body["result"] == "1"
    status, _, err = started.wait()
    assert (status, "Traceback" in err) == (0, False)
    assert "POST /v1/compress 200 " in err


def test_a_call_that_takes_too_long_is_given_up_with_a_503_and_no_traceback(command: Any) -> None:
    started = command(code=IMPATIENT)
    with started.raw() as stalled:
        stalled.send(HEAD, b"{")
        assert started.ask("GET", "/").status == 200
        started.stop()
        got = stalled.read_reply()
    assert (got.status, got.body["code"], got.headers["connection"]) == (503, "shutting_down", "close")
    assert got.body["request_id"] == got.headers["x-request-id"]
    status, _, err = started.wait()
    assert (status, "Traceback" in err) == (0, False)
    assert "POST /v1/compress 503 " in err


def test_clients_that_go_away_leave_no_traceback(command: Any) -> None:
    started = command()
    for sent in (b"", b"GET", HEAD, HEAD + b"{", HEAD.replace(b"10", b"999999999") + b"x" * 100_000):
        with started.raw() as connection:
            connection.send(sent)
    assert started.ask("GET", "/").status == 200
    status, _, err = started.finish()
    assert (status, "Traceback" in err) == (0, False)


def test_what_is_not_http_gets_a_400(command: Any) -> None:
    started = command()
    with started.raw() as connection:
        connection.send(b"\x16\x03\x01 hello\r\n\r\n")
        assert connection.read_line().startswith(b"HTTP/1.1 400 ")
    status, _, err = started.finish()
    assert (status, "Traceback" in err) == (0, False)


def test_a_port_in_use_is_one_line_and_status_1(command: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        started = command("--port", str(port))
        status, out, err = started.wait()
    assert (started.url, status, out) == ("", 1, "")
    assert err.startswith(f"kaizen serve cannot listen on 127.0.0.1, port {port}: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("host", ["192.0.2.1", "x" * 70])
def test_a_host_that_cannot_be_listened_on_is_one_line_and_status_1(command: Any, host: str) -> None:
    status, _, err = command("--host", host).wait()
    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith(f"kaizen serve cannot listen on {host}, port 0: ")


def test_replies_are_not_held_back_for_an_acknowledgement() -> None:
    from kaizen_client.cli import _listening

    # asyncio sends small parts at once only where the socket names its protocol.
    with _listening._listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::1", "::"])
def test_the_url_of_an_ipv6_address_is_one_that_clients_can_use(command: Any, host: str) -> None:
    started = command("--host", host)
    assert started.url == f"http://[::1]:{started.port}"
    connection = HTTPConnection("::1", started.port, timeout=30)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_main_module_leaves_signals_as_they_were() -> None:
    from kaizen_client.cli import main

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    assert main(["serve", "--host", "x" * 70]) == 1
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
