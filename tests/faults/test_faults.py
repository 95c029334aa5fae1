"""Every row of the table of faults holds, for both clients over every backend, over real sockets."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kaizen_client import KaizenAPIError, KaizenError, KaizenRequestError
from tests.faults.backends import SUBJECTS, UNDERNEATH, Subject
from tests.faults.server import BEHAVE, FAULTS, MARK, FaultServer
from tests.faults.stage import Driver, Stage, eventually, no_names, tls_contexts, unused_port
from tests.faults.table import ECHO, ROWS, Case, Row

ROOT = Path(__file__).resolve().parents[2]

_PLAYED: set[tuple[str, str, Subject]] = set()

CASES = [
    pytest.param(subject, row, case, id=f"{subject}-{row.name}-{case.name}")
    for subject in SUBJECTS
    for row in ROWS
    for case in row.cases
]
SCENARIOS = [
    pytest.param(subject, row, id=f"{subject}-{row.name}")
    for subject in SUBJECTS
    for row in ROWS
    if row.scenario is not None
]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tls_contexts(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(certificates: Any) -> Iterator[FaultServer]:
    with FaultServer(certificates[0]) as found:
        yield found
    # What a client has left open is found here, rather than in whichever test comes after.
    gc.collect()


@pytest.fixture
def stage(request: pytest.FixtureRequest, server: FaultServer, certificates: Any, monkeypatch: Any) -> Iterator[Stage]:
    subject: Subject = request.getfixturevalue("subject")
    with no_names(), Driver(subject) as driver:
        yield Stage(driver, server, certificates[1], monkeypatch.setenv)


@pytest.mark.parametrize(("subject", "row", "case"), CASES)
def test_a_fault_comes_to_exactly_what_is_promised(subject: Subject, row: Row, case: Case, stage: Stage) -> None:
    _PLAYED.add((row.name, case.name, subject))
    if case.platform not in (None, sys.platform):
        pytest.skip(f"needs {case.platform}")
    server, driver = stage.server, stage.driver
    port = unused_port() if case.listener == "nobody" else server.ports[case.listener]
    client = driver.client(f"{case.scheme}://{case.host}:{port}/{case.server}", **_settings(case, stage))
    request_id = stage.request_id(case.name)
    metadata = {"row": row.name}
    connections = dict(server.connections)

    error: KaizenError | None = None
    result: Any = None
    if case.memory is not None:
        tracemalloc.start()
    began = time.monotonic()
    try:
        result = driver.do(
            lambda: client.compress(data=case.data, request_id=request_id, metadata=metadata, **case.options)
        )
    except KaizenError as caught:
        error = caught
    took = time.monotonic() - began
    if case.memory is not None:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < case.memory

    assert case.seconds[0] <= took <= case.seconds[1]
    if case.error is None:
        assert error is None, f"{type(error).__name__} in place of a result: {error}"
        _is_the_result(result, case, request_id, metadata)
    else:
        assert error is not None, f"a result in place of {case.error.__name__}: {result}"
        assert type(error) is case.error, f"{type(error).__name__} in place of {case.error.__name__}: {error}"
        _is_the_error(error, case, subject, request_id, metadata)
    if case.slept is not None:
        assert driver.clock.slept == pytest.approx(list(case.slept))

    wanted = case.attempts if case.requests is None else case.requests
    seen = stage.seen(request_id, wanted)
    assert len(seen) == wanted
    if case.connections is not None:
        assert eventually(lambda: server.connections[case.listener] - connections.get(case.listener, 0) >= 1)
        assert server.connections[case.listener] - connections.get(case.listener, 0) == case.connections
    assert server.connections["target"] == 0, "something followed a redirect"
    if seen:
        after = driver.do(lambda: client.compress(data={"id": 7}, headers={BEHAVE: "1"}))
        assert after.value == "echo of 7", "the client no longer works"


def _settings(case: Case, stage: Stage) -> dict[str, Any]:
    settings = dict(case.settings)
    if case.scheme == "https" and case.listener != "untrusted":
        settings["ca_bundle"] = stage.trusted
    return settings


def _is_the_result(result: Any, case: Case, request_id: str, metadata: Any) -> None:
    assert result.value == (f"echo of {request_id}" if case.value is ECHO else case.value)
    assert len(result.http.attempts) == case.attempts
    assert [attempt.number for attempt in result.http.attempts] == list(range(1, case.attempts + 1))
    assert result.request_id == request_id
    assert result.metadata == metadata
    assert str(result.savings)
    for name, value in case.fields.items():
        assert getattr(result, name) == value, name


def _is_the_error(error: KaizenError, case: Case, subject: Subject, request_id: str, metadata: Any) -> None:
    assert error.metadata == metadata
    assert isinstance(error, KaizenAPIError | KaizenRequestError)
    assert error.request_id == request_id
    assert len(error.attempts) == case.attempts
    assert [attempt.number for attempt in error.attempts] == list(range(1, case.attempts + 1))
    for text in case.says:
        assert text in str(error)
    noted = [note for note in error.__notes__ if note.startswith("attempt ")]
    assert [note.split(",")[0] for note in noted] == [f"attempt {number}" for number in range(1, case.attempts + 1)]
    for name, value in case.fields.items():
        found = getattr(error, name)
        assert (type(found), found) == (type(value), value), name
    if isinstance(error, KaizenAPIError):
        assert error.headers[MARK] == case.server
        assert error.attempts[-1].status == error.status_code
    else:
        assert error.attempts[-1].status is None
        assert error.attempts[-1].error
        if case.original:
            assert isinstance(error.original, UNDERNEATH[subject.backend][case.original])


@pytest.mark.parametrize(("subject", "row"), SCENARIOS)
def test_a_scenario_goes_as_is_promised(subject: Subject, row: Row, stage: Stage) -> None:
    _PLAYED.add((row.name, "", subject))
    assert row.scenario is not None
    row.scenario(stage)


def test_every_row_is_proved_for_both_clients_over_every_backend(request: pytest.FixtureRequest) -> None:
    wanted = {
        (row.name, name, subject)
        for row in ROWS
        for subject in SUBJECTS
        for name in [*(case.name for case in row.cases), *([""] if row.scenario else [])]
    }
    assert {name for name, _, _ in wanted} == {row.name for row in ROWS}
    collected: set[tuple[str, str, Subject]] = set()
    for item in request.session.items:
        if isinstance(item, pytest.Function) and item.path == Path(__file__) and hasattr(item, "callspec"):
            params: dict[str, Any] = item.callspec.params
            collected.add((params["row"].name, params["case"].name if "case" in params else "", params["subject"]))
    if len(collected) < len(wanted):
        pytest.skip("only a part of this file was asked for")
    assert collected == wanted
    assert wanted <= _PLAYED


def test_the_names_of_rows_and_cases_are_their_own() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    for row in ROWS:
        assert bool(row.cases) != bool(row.scenario), row.name
        cases = [case.name for case in row.cases]
        assert len(set(cases)) == len(cases), row.name


def test_every_fault_of_the_server_is_in_the_table_or_in_a_scenario() -> None:
    used = {case.server.removeprefix("once-") for row in ROWS for case in row.cases}
    scenarios = (Path(__file__).parent / "scenarios.py").read_text(encoding="utf-8")
    assert {name for name in FAULTS if name not in used and f'"{name}"' not in scenarios} == set()
    assert used - set(FAULTS) == {"ok"}


def test_the_page_says_what_the_table_says() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "faults_page.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_server_runs_as_a_program_until_its_input_is_closed() -> None:
    command = [sys.executable, str(ROOT / "tests" / "faults" / "server.py"), "--faults", "1", "--only", "status-404"]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program,
        Driver(Subject("sync", "httpx")) as driver,
    ):
        assert program.stdin is not None
        assert program.stdout is not None
        url = program.stdout.readline().strip()
        client = driver.client(url, max_retries=0)
        with pytest.raises(KaizenAPIError):
            client.compress(data=1)
        counts = client.request("GET", "/__counts")
        assert (counts["requests"], counts["open"], counts["faults"]) == (1, 1, {"status-404": 1})
        program.stdin.close()
        assert program.wait(10) == 0
