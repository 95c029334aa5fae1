"""The `kaizen_client` logger: what it says of calls, and the `log` setting."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kaizen_client import KaizenClient, KaizenConfigError, KaizenServerError, SyncKaizenClient, logs
from kaizen_client.events import AttemptEvent
from kaizen_client.testing import FakeKaizen

LOGGER = logging.getLogger("kaizen_client")


@pytest.fixture(autouse=True)
def untouched_logger(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the logger back as it was."""
    monkeypatch.setattr(logs, "_handler", None)
    kept = LOGGER.level, LOGGER.propagate, list(LOGGER.handlers)
    yield
    LOGGER.setLevel(kept[0])
    LOGGER.propagate = kept[1]
    LOGGER.handlers[:] = kept[2]


@pytest.fixture
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Take away the handlers that pytest puts on the root logger for each part of a test."""
    return lambda: monkeypatch.setattr(logging.getLogger(), "handlers", [])


def test_a_call_is_logged_at_debug_with_an_allow_list_of_facts(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="kaizen_client")
    with SyncKaizenClient(transport=FakeKaizen()) as client:
        client.compress(data={"id": "marked-payload"}, headers={"x-own": "marked-header"}, request_id="id-1")
    (record,) = caplog.records
    assert record.levelname == "DEBUG"
    text = record.getMessage()
    assert text.startswith("POST /v1/compress 200 in ")
    assert text.endswith("B received, request id id-1)")
    assert set(record.__dict__["kaizen"]) == set(AttemptEvent._fields)
    assert "marked" not in str(record.__dict__)


def test_a_retry_is_logged_at_info_with_what_follows(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="kaizen_client")
    fake = FakeKaizen()
    fake.fail_next(503, times=1)
    with SyncKaizenClient(transport=fake) as client:
        client.compress(data=1)
    (record,) = caplog.records
    assert record.levelname == "INFO"
    assert record.getMessage().startswith("POST /v1/compress 503 in ")
    assert "; again in " in record.getMessage()


def test_a_query_is_never_logged(caplog: pytest.LogCaptureFixture, service: Any) -> None:
    caplog.set_level(logging.DEBUG, logger="kaizen_client")
    service.reply_json(200, {"result": "x"})
    with SyncKaizenClient(base_url=service.url) as client:
        client.request("GET", "/v2/things?token=marked-secret")
    assert service.seen[0].path.endswith("?token=marked-secret")
    assert "GET /v2/things 200" in caplog.text
    assert "marked-secret" not in caplog.text


def test_fail_open_is_one_warning_line(caplog: pytest.LogCaptureFixture) -> None:
    fake = FakeKaizen()
    fake.fail_next(500, times=3)
    with SyncKaizenClient(transport=fake, on_failure="passthrough") as client:
        client.compress(data=1, request_id="id-1")
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in warnings] == [
        "compress failed and gave the original back: KaizenServerError 500 after 3 attempts in 0.750 s "
        "(request id id-1)"
    ]


async def test_the_log_setting_writes_to_stderr_from_its_level_on(
    nobody_listens: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    nobody_listens()
    async with KaizenClient(transport=FakeKaizen(), log="info") as client:
        await client.compress(data=1)
        assert capsys.readouterr().err == ""
        async with client.with_options(log="debug") as louder:
            await louder.compress(data=1)
    assert capsys.readouterr().err.count("DEBUG kaizen_client POST /v1/compress 200 in ") == 1


def test_the_variable_is_read_when_a_client_is_made(
    nobody_listens: Callable[[], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody_listens()
    monkeypatch.setenv("KAIZEN_LOG", "Debug")
    with SyncKaizenClient(transport=FakeKaizen()) as client:
        client.health()
    assert "GET / 200" in capsys.readouterr().err
    monkeypatch.setenv("KAIZEN_LOG", "loud")
    with pytest.raises(KaizenConfigError, match="KAIZEN_LOG must be one of debug, info"):
        SyncKaizenClient(transport=FakeKaizen())


def test_many_clients_write_a_line_once(nobody_listens: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    nobody_listens()
    for _ in range(3):
        with SyncKaizenClient(transport=FakeKaizen(), log="debug") as client:
            pass
    with SyncKaizenClient(transport=FakeKaizen(), log="debug") as client:
        client.health()
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_applications_own_handler_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    own = io.StringIO()
    LOGGER.addHandler(logging.StreamHandler(own))
    with SyncKaizenClient(transport=FakeKaizen(), log="debug") as client:
        client.health()
    assert "GET / 200" in own.getvalue()
    assert "GET / 200" not in capsys.readouterr().err


def test_without_the_setting_the_logger_is_left_alone() -> None:
    fake = FakeKaizen()
    fake.fail_next(503, times=3)
    with SyncKaizenClient(transport=fake) as client, pytest.raises(KaizenServerError):
        client.compress(data=1)
    assert LOGGER.handlers == []
    assert LOGGER.level == logging.NOTSET


def test_the_roots_handlers_get_the_records_in_place_of_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = io.StringIO()
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler(own)])
    with SyncKaizenClient(transport=FakeKaizen(), log="debug") as client:
        client.health()
    assert own.getvalue().count("GET / 200") == 1
    assert capsys.readouterr().err == ""


def test_a_higher_level_of_one_client_silences_no_other(caplog: pytest.LogCaptureFixture) -> None:
    fake = FakeKaizen()
    fake.fail_next(500, times=3)
    with (
        SyncKaizenClient(transport=FakeKaizen(), log="error"),
        SyncKaizenClient(transport=fake, on_failure="passthrough") as client,
    ):
        client.compress(data=1)
    assert "gave the original back" in caplog.text
