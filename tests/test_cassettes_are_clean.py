"""What is committed of recorded flows holds no secret, no host and no trace of a machine."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_socket import SocketBlockedError
from vcr.errors import CannotOverwriteExistingCassetteException

from kaizen_client import SyncKaizenClient

CASSETTES = sorted((Path(__file__).resolve().parent / "cassettes").glob("*.yaml"))
FORBIDDEN = re.compile(
    r"authorization|bearer|api-?key|cookie|a-key-that-is-filtered|getkaizen|127\.0\.0\.1|localhost|user-agent|/home/|/root/",
    re.IGNORECASE,
)


def test_there_are_cassettes_of_both_clients() -> None:
    names = {path.stem for path in CASSETTES}
    flows = {name.split("_", 1)[1] for name in names}
    assert len(flows) >= 4
    assert names == {f"{kind}_{flow}" for kind in ("async", "sync") for flow in flows}


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_a_cassette_holds_no_secret_and_no_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert FORBIDDEN.search(text) is None
    for interaction in yaml.safe_load(text)["interactions"]:
        assert interaction["request"]["uri"].startswith("http://kaizen.invalid/")
        assert set(interaction["request"]["headers"]) <= {"accept", "content-type"}


def test_a_reply_that_nobody_asks_for_is_an_error(cassette: Any) -> None:
    with pytest.raises(AssertionError, match="nobody asked for"), cassette("sync_table"):
        pass


def test_another_body_is_not_answered_and_no_network_is_reached(cassette: Any) -> None:
    with (
        pytest.raises(CannotOverwriteExistingCassetteException),
        cassette("sync_errors") as settings,
        SyncKaizenClient(**settings) as client,
    ):
        client.decompress(data="another: text")
    # The plugin warns before it refuses, and warnings are errors here.
    with pytest.raises((SocketBlockedError, UserWarning)):
        socket.create_connection(("127.0.0.1", 9))
