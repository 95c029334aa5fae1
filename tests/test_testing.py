"""The fake service behaves like the service: it round-trips, fails as told, and records what it was asked."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from kaizen_client import (
    KaizenAPIError,
    KaizenAuthenticationError,
    KaizenClient,
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenNotFoundError,
    KaizenRateLimitError,
    KaizenRequestError,
    KaizenResponseError,
    KaizenServerError,
    KaizenTimeout,
    KaizenTimeoutError,
    KaizenValidationError,
    SyncKaizenClient,
)
from kaizen_client.clock import Clock
from kaizen_client.testing import FakeClock, FakeKaizen

ROWS = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Grace"}]


def on_both(service: FakeKaizen, call: Any, **settings: Any) -> list[Any]:
    """Make a call with either client; give what each returned or raised."""
    outcomes: list[Any] = []
    with service.sync_client(**settings) as client:
        try:
            outcomes.append(call(client))
        except Exception as error:
            outcomes.append(error)

    async def in_async() -> Any:
        async with service.client(**settings) as client:
            return await call(client)

    try:
        outcomes.append(asyncio.run(in_async()))
    except Exception as error:
        outcomes.append(error)
    return outcomes


def test_round_trips_hold_since_the_encoding_is_real() -> None:
    service = FakeKaizen()
    with service.sync_client() as client:
        encoded = client.compress(data=ROWS)
        assert encoded.value == "[2]{id,name}:\n  1,Ada\n  2,Grace"
        assert client.decompress(data=encoded.value).value == ROWS


@pytest.mark.parametrize("envelope", ["documented", "server-notes"])
def test_either_envelope_can_be_had(envelope: Any) -> None:
    with FakeKaizen(envelope=envelope).sync_client() as client:
        assert client.compress(data=1).status == ("ok" if envelope == "documented" else "success")


def test_it_is_a_transport_for_both_clients_whatever_their_url() -> None:
    service = FakeKaizen()
    with SyncKaizenClient(transport=service, base_url="http://h/v1/prefix") as client:
        client.compress(data=1)
        client.health()
        with pytest.raises(KaizenNotFoundError):
            client.request("GET", "/v2/new")

    async def in_async() -> None:
        async with KaizenClient(transport=service, base_url="http://h") as client:
            await client.optimize(data=2)

    asyncio.run(in_async())
    assert [(call.operation, call.path) for call in service.calls] == [
        ("compress", "/v1/compress"),
        ("health", "/"),
        (None, "/v1/prefix/v2/new"),
        ("optimize", "/v1/optimize"),
    ]


def test_what_was_asked_is_recorded_a_record_for_each_request() -> None:
    service = FakeKaizen()
    service.fail_next(503)
    on_both(service, lambda client: client.compress(data=ROWS, metadata={"trace": 1}, request_id="r-1"))
    assert [call.status for call in service.calls] == [503, 200, 200]
    for call in service.calls:
        assert (call.operation, call.method, call.path) == ("compress", "POST", "/v1/compress")
        assert call.json == {"data": ROWS, "metadata": {"trace": 1}}
        assert call.headers["X-Request-ID"] == "r-1"
        assert call.headers["authorization"] == "Bearer test-key"
        assert "test-key" not in repr(call)
    assert service.calls_of("compress") == service.calls
    assert service.calls_of("optimize") == []
    service.reset()
    assert (service.calls, service.planned) == ([], 0)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, KaizenAuthenticationError), (422, KaizenValidationError), (429, KaizenRateLimitError),
     (503, KaizenServerError), (599, KaizenServerError), (499, KaizenAPIError), (302, KaizenResponseError)],
)  # fmt: skip
def test_a_status_fails_as_the_services_does(status: int, kind: type[KaizenAPIError]) -> None:
    service = FakeKaizen()
    service.fail_next(status, times=2)
    for error in on_both(service, lambda client: client.compress(data=1), max_retries=0):
        assert type(error) is kind
        assert error.status_code == status
    assert service.planned == 0


def test_a_rate_limit_is_waited_out_without_waiting() -> None:
    service = FakeKaizen()
    service.fail_next(429, retry_after=2, code="rate_limited")
    service.fail_next(429)
    with service.sync_client() as client:
        result = client.compress(data=1)
    assert isinstance(service.clock, FakeClock)
    assert service.clock.slept == [2.5, 1.25]
    assert result.http is not None
    assert [attempt.slept for attempt in result.http.attempts] == [2.5, 1.25, 0.0]
    assert result.http.elapsed == 3.75


def test_the_error_has_what_the_test_said() -> None:
    service = FakeKaizen()
    service.fail_next(429, times=2, retry_after=90, detail="slow down", code="busy", headers={"x-zone": "a"})
    for error in on_both(service, lambda client: client.compress(data=1)):
        assert (error.detail, error.code, error.retry_after) == ("slow down", "busy", 90.0)
        assert error.headers["x-zone"] == "a"


def test_a_header_of_the_tests_own_stands_whatever_its_case() -> None:
    service = FakeKaizen()
    service.fail_next(429, headers={"Retry-After": "7"})
    with service.sync_client() as client:
        client.compress(data=1)
    assert isinstance(service.clock, FakeClock)
    assert service.clock.slept == [8.75]


class OwnError(KaizenConnectionError):
    def __init__(self) -> None:
        super().__init__("of my own", OSError("underneath"))


def test_an_error_of_a_class_with_its_own_arguments_is_raised_as_it_is() -> None:
    service = FakeKaizen()
    service.fail_next(OwnError(), times=2)
    for error in on_both(service, lambda client: client.compress(data=1), max_retries=0):
        assert type(error) is OwnError
        assert isinstance(error.original, OSError)


@pytest.mark.parametrize(
    "failure", [KaizenConnectionError, KaizenConnectionError("gone"), KaizenTimeoutError, KaizenRequestError]
)
def test_a_failure_without_a_reply_is_raised(failure: Any) -> None:
    service = FakeKaizen()
    service.fail_next(failure, times=2)
    first, second = on_both(service, lambda client: client.compress(data=1), max_retries=0)
    kind = failure if isinstance(failure, type) else type(failure)
    assert [type(error) for error in (first, second)] == [kind, kind]
    assert first is not second
    assert (len(first.attempts), len(second.attempts)) == (1, 1)
    assert [call.status for call in service.calls] == [None, None]


def test_one_failure_is_tried_again_like_a_real_one() -> None:
    service = FakeKaizen()
    service.fail_next(KaizenConnectionError)
    with service.sync_client() as client:
        assert client.compress(data=1).value == "1"
    assert [call.status for call in service.calls] == [None, 200]


def test_a_failure_can_be_meant_for_one_route() -> None:
    service = FakeKaizen()
    service.fail_next(500, operation="decompress", detail="Unable to load tokenizer")
    with service.sync_client() as client:
        assert client.compress(data=1).value == "1"
        with pytest.raises(KaizenServerError, match="Unable to load tokenizer"):
            client.decompress(data="1")
    assert service.planned == 0


@pytest.mark.parametrize("body", [b"<html>busy</html>", {"status": "ok"}, [1]])
def test_a_reply_can_be_anything(body: Any) -> None:
    service = FakeKaizen()
    service.reply_next(body, times=2)
    for error in on_both(service, lambda client: client.compress(data=1)):
        assert type(error) is KaizenResponseError
    service.reply_next({"result": "mine"}, headers={"x-request-id": "own"})
    with service.sync_client() as client:
        result = client.compress(data=1)
    assert (result.value, result.request_id) == ("mine", "own")


def test_latency_passes_on_the_clock_and_not_in_the_test() -> None:
    service = FakeKaizen(latency=3.0)
    with service.sync_client() as client:
        result = client.compress(data=1)
    assert result.http is not None
    assert result.http.elapsed == 3.0
    assert isinstance(service.clock, FakeClock)
    assert service.clock.slept == []


def test_latency_over_the_timeout_or_the_deadline_ends_as_a_real_one_does() -> None:
    service = FakeKaizen(latency=3.0)
    for error in on_both(service, lambda client: client.compress(data=1, timeout=2), max_retries=1):
        assert type(error) is KaizenTimeoutError
        assert [attempt.seconds for attempt in error.attempts] == [2.0, 2.0]
    for error in on_both(service, lambda client: client.compress(data=1, deadline=2.5)):
        assert type(error) is KaizenDeadlineError
        assert [attempt.seconds for attempt in error.attempts] == [2.5]
    service.latency = 0.0
    for result in on_both(service, lambda client: client.compress(data=1, timeout=KaizenTimeout(read=None))):
        assert result.value == "1"


class Counting(Clock):
    """A real clock that notes the waits it would make."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def asleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def test_another_clock_is_waited_on() -> None:
    clock = Counting()
    service = FakeKaizen(latency=0.25, clock=clock)
    on_both(service, lambda client: client.compress(data=1))
    assert clock.waits == [0.25, 0.25]


def test_a_key_can_be_asked_for() -> None:
    service = FakeKaizen(api_key="right")
    with service.sync_client() as client, pytest.raises(KaizenAuthenticationError):
        client.compress(data=1)
    with service.sync_client(api_key="right") as client:
        assert client.compress(data=1).value == "1"


@pytest.mark.parametrize(
    "plan",
    [
        lambda service: service.fail_next(200),
        lambda service: service.fail_next(600),
        lambda service: service.fail_next(failure=True),
        lambda service: service.fail_next("503"),
        lambda service: service.fail_next(ValueError("x")),
        lambda service: service.fail_next(503, times=0),
        lambda service: service.fail_next(503, operation="squeeze"),
        lambda service: service.reply_next({}, times=-1),
    ],
)
def test_a_plan_that_means_nothing_is_refused(plan: Any) -> None:
    service = FakeKaizen()
    with pytest.raises(ValueError, match=r"failure must be|times must be|operation must be"):
        plan(service)
    assert service.planned == 0


def test_threads_share_it_without_losing_a_call() -> None:
    service = FakeKaizen()
    service.fail_next(503, times=10)
    with service.sync_client(max_retries=10, deadline=10_000) as client:
        threads = [threading.Thread(target=lambda: [client.compress(data=n) for n in range(20)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [call.status for call in service.calls].count(200) == 160
    assert [call.status for call in service.calls].count(503) == 10


def test_tasks_have_a_turn_while_one_waits() -> None:
    service = FakeKaizen(latency=1.0)
    order: list[str] = []

    async def call(client: KaizenClient, name: str) -> None:
        order.append(f"{name} begins")
        await client.compress(data=name)
        order.append(f"{name} ends")

    async def both() -> None:
        async with service.client() as client:
            await asyncio.gather(call(client, "a"), call(client, "b"))

    asyncio.run(both())
    assert order[:2] == ["a begins", "b begins"]


# --- the fixtures -----------------------------------------------------------------------------------------------


async def test_the_fixtures_share_one_service(
    kaizen: KaizenClient, kaizen_sync: SyncKaizenClient, kaizen_service: FakeKaizen
) -> None:
    kaizen_service.fail_next(503)
    assert (await kaizen.compress(data=ROWS)).value == kaizen_sync.compress(data=ROWS).value
    assert [call.status for call in kaizen_service.calls] == [503, 200, 200]


EXAMPLE = """
import pytest

def shrink(kaizen, value):
    return kaizen.compress(data=value).value

def test_sync(kaizen_sync, kaizen_service):
    kaizen_service.fail_next(429, retry_after=2)
    assert shrink(kaizen_sync, {"id": 1}) == "id: 1"
    assert len(kaizen_service.calls) == 2

def test_async_without_a_plugin(kaizen):
    import asyncio
    assert asyncio.run(kaizen.compress(data=1)).value == "1"

def test_closed_by_the_test(kaizen, kaizen_sync):
    import asyncio
    asyncio.run(kaizen.close())
    kaizen_sync.close()

def test_unused(kaizen):
    pass
"""


def test_the_fixtures_are_there_in_another_project_with_warnings_as_errors(tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:asyncio", "-p", "no:cacheprovider", "."],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


def test_the_plugin_loads_nothing_of_the_sdk_before_a_test_asks() -> None:
    code = "import sys, kaizen_client._pytest_plugin; print(*[n for n in sys.modules if n.startswith('kaizen_client')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not {"kaizen_client.testing", "kaizen_client.client", "kaizen_client.embedded"} & loaded
