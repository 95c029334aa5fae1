"""The rows of the table that are not one reply to one call: each a function that plays it with either client."""

from __future__ import annotations

import asyncio
import copy
import gc
import os
import pickle
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from kaizen_client import (
    KaizenAuthenticationError,
    KaizenClientConfig,
    KaizenConfigError,
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenError,
    KaizenNotFoundError,
    KaizenPayloadError,
    KaizenPoolTimeoutError,
    KaizenRateLimitError,
    KaizenResponseError,
    KaizenServerError,
    KaizenTimeout,
    KaizenTimeoutError,
)
from tests.faults.server import BEHAVE
from tests.faults.stage import Stage, in_background, logged, unused_port

Scenario = Callable[[Stage], None]

MARK: Final = "marked-secret-7f3a"
WELL: Final = {BEHAVE: "1"}


@contextmanager
def raised(kind: type[BaseException]) -> Iterator[list[Any]]:
    """Catch an error of exactly this type."""
    caught: list[Any] = []
    try:
        yield caught
    except BaseException as error:
        if type(error) is not kind:
            raise AssertionError(f"{type(error).__name__} in place of {kind.__name__}: {error}") from error
        caught.append(error)
    if not caught:
        raise AssertionError(f"no {kind.__name__} was raised")


# --- connections ------------------------------------------------------------------------------------------------


def kept_connections_that_are_gone(stage: Stage) -> None:
    """Every second use of a connection ends it; the calls do not notice, whatever `max_retries` is."""
    for how in ("close-on-reuse", "reset-on-reuse", "close-after-reply"):
        for listener, scheme in (("plain", "http"), ("tls", "https")):
            for max_retries in (0, 2):
                url = stage.server.url(how, listener=listener, scheme=scheme)
                client = stage.driver.client(url, max_retries=max_retries, ca_bundle=stage.trusted, deadline=10)
                for number in range(4):
                    request_id = stage.request_id(how)
                    result = stage.compress(client, {"id": number}, request_id=request_id)
                    where = (how, listener, max_retries, number)
                    assert result.value == f"echo of {number}", where
                    assert len(result.http.attempts) == 1, where
                    seen = stage.server.seen(request_id)
                    assert len(seen) <= 2, where
                    # The one that was answered came on a connection that nobody had used.
                    assert seen[-1].turn == 1, where
    assert stage.driver.clock.slept == []


def pool_exhausted(stage: Stage) -> None:
    """With every connection busy, a call that may not wait says so, and which setting to raise."""
    client = stage.driver.client(stage.server.url("hang"), max_connections=1, deadline=5)
    held = stage.request_id("held")
    refused = stage.request_id("refused")

    def second() -> Any:
        return client.compress(data=1, timeout=KaizenTimeout(pool=0.05), request_id=refused, metadata={"trace": 1})

    with raised(KaizenPoolTimeoutError) as caught:
        if stage.kind == "async":

            async def both() -> None:
                first = asyncio.ensure_future(client.compress(data=1, request_id=held))
                await asyncio.to_thread(stage.seen, held, 1)
                try:
                    await second()
                finally:
                    first.cancel()
                    await asyncio.wait([first])

            stage.driver.run(both())
        else:
            first = in_background(
                lambda: client.compress(data=1, request_id=held, timeout=KaizenTimeout(read=0.5), max_retries=0)
            )
            stage.seen(held, 1)
            try:
                second()
            finally:
                first.join()
    error = caught[0]
    assert "max_connections" in str(error)
    assert error.metadata == {"trace": 1}
    assert error.request_id == refused
    assert len(error.attempts) == 1
    assert stage.server.seen(refused) == []


# --- addresses, keys and proxies --------------------------------------------------------------------------------


def base_urls(stage: Stage) -> None:
    """A path before the routes is kept; what makes no sense as a base URL is refused when the client is made."""
    for prefix in ("ok/deep/er", "ok/deep/er/"):
        client = stage.driver.client(f"{stage.server.url()}/{prefix}")
        request_id = stage.request_id("prefix")
        stage.compress(client, request_id=request_id)
        assert [request.target for request in stage.server.seen(request_id)] == ["/ok/deep/er/v1/compress"]
    before = stage.server.counts()["requests"]
    for url in (
        "127.0.0.1:8080", "kaizen.invalid", "//kaizen.invalid", "ftp://kaizen.invalid", "https://", "https:///path",
        "https://kaizen .invalid", " https://kaizen.invalid", "https://kaizen.invalid/a b", "https://kaizen.invalid\n",
        "https://kaizen.invalid?key=marked-secret-7f3a", "https://kaizen.invalid/#marked-secret-7f3a",
        "https://user:marked-secret-7f3a@kaizen.invalid", "https://marked-secret-7f3a@kaizen.invalid",
        "https://kaizen.invalid:port", "https://kaizen.invalid:99999", "https://[::1",
    ):  # fmt: skip
        with raised(KaizenConfigError) as caught:
            stage.driver.client(url)
        assert caught[0].setting == "base_url"
        assert "base_url" in str(caught[0])
        assert MARK not in str(caught[0])
    assert stage.server.counts()["requests"] == before


def keys_and_headers_that_cannot_be_sent(stage: Stage) -> None:
    """A key or a field that would break out of its line is refused when the client is made, and not shown."""
    url = stage.server.url()
    for key in (f"{MARK}\n", f"{MARK}\r\nx-evil: 1", f"{MARK}é", f" {MARK}", f"{MARK}\x00", "\U0001f511" + MARK):
        with raised(KaizenConfigError) as caught:
            stage.driver.client(url, api_key=key)
        assert caught[0].setting == "api_key"
        _assert_hidden(caught[0], "api_key")
    for fields in (
        {"x-team": f"{MARK}\r\nx-evil: 1"}, {"x-team": f"{MARK}\n"}, {"x-team": f"{MARK}é"}, {"x-team": f"{MARK}\x00"},
        {f"x-team\r\n{MARK}": "1"}, {"x team": MARK}, {"": MARK}, {"x-team:": MARK},
    ):  # fmt: skip
        with raised(KaizenConfigError) as caught:
            stage.driver.client(url, default_headers=fields)
        assert caught[0].setting == "default_headers"
        _assert_hidden(caught[0], str(list(fields)))


def proxies_of_the_environment(stage: Stage) -> None:
    """`HTTP_PROXY` and `HTTPS_PROXY` are gone through, and `NO_PROXY` goes past them."""
    proxy = stage.server.url(listener="proxy")
    nobody = unused_port()
    stage.set_variable("HTTP_PROXY", proxy)
    stage.set_variable("HTTPS_PROXY", proxy)

    through = stage.driver.client(f"http://127.0.0.1:{nobody}/ok", max_retries=0)
    request_id = stage.request_id("proxied")
    stage.compress(through, request_id=request_id)
    assert [(seen.listener, seen.target) for seen in stage.server.seen(request_id)] == [
        ("proxy", f"http://127.0.0.1:{nobody}/ok/v1/compress")
    ]

    secure = stage.driver.client("https://kaizen.invalid/ok", ca_bundle=stage.trusted, max_retries=0, api_key=MARK)
    request_id = stage.request_id("tunnelled")
    stage.compress(secure, request_id=request_id)
    assert [(seen.listener, seen.target) for seen in stage.server.seen(request_id)] == [("tls", "/ok/v1/compress")]
    asked = [request for request in stage.server.requests if request.method == "CONNECT"]
    assert asked[-1].target == "kaizen.invalid:443"
    # The proxy itself is not told the key.
    assert all(MARK not in str(request.headers) for request in asked)

    stage.set_variable("NO_PROXY", "127.0.0.1")
    past = stage.driver.client(stage.server.url("ok"), max_retries=0)
    request_id = stage.request_id("past")
    stage.compress(past, request_id=request_id)
    assert [seen.listener for seen in stage.server.seen(request_id)] == ["plain"]


def cookies(stage: Stage) -> None:
    """What a reply sets is not sent with later calls."""
    client = stage.driver.client(stage.server.url("cookie"))
    for _ in range(2):
        request_id = stage.request_id("cookie")
        stage.compress(client, request_id=request_id)
        assert [seen.headers.get("cookie") for seen in stage.server.seen(request_id)] == [None]


# --- a client's life --------------------------------------------------------------------------------------------


def calls_that_are_given_up(stage: Stage) -> None:
    """A call that is cancelled, or ended by Ctrl-C, gives its connection back; the next call is made."""
    client = stage.driver.client(stage.server.url("hang"), max_connections=1, deadline=5)

    def next_call() -> None:
        result = stage.compress(client, {"id": 7}, headers=WELL)
        assert result.value == "echo of 7"

    if stage.kind == "async":
        stage.driver.run(_cancelled(stage, client))
        next_call()
    main = threading.main_thread().ident
    assert main is not None
    if sys.platform != "win32":
        stage.server.on_request = lambda seen: (
            signal.pthread_kill(main, signal.SIGINT) if seen.fault == "hang" else None
        )
        try:
            with raised(KeyboardInterrupt):
                stage.compress(client)
        finally:
            stage.server.on_request = None
        next_call()


async def _cancelled(stage: Stage, client: Any) -> None:
    """Cancel a call that waits for its reply, and others that wait for its connection."""
    request_id = stage.request_id("cancelled")
    calls = [asyncio.ensure_future(client.compress(data=1, request_id=request_id))]
    await asyncio.to_thread(stage.seen, request_id, 1)
    calls += [asyncio.ensure_future(client.compress(data=1)) for _ in range(20)]
    await asyncio.sleep(0)
    for call in calls:
        call.cancel()
    began = time.monotonic()
    await asyncio.wait(calls)
    assert time.monotonic() - began < 1
    assert all(call.cancelled() for call in calls)


def two_event_loops(stage: Stage) -> None:
    """One client serves one event loop after another."""
    client = stage.driver.client(stage.server.url("ok"))
    with warnings.catch_warnings():
        # asyncio's own, of the connections that went with a loop.
        warnings.simplefilter("ignore", ResourceWarning)
        for number in (1, 2, 3):
            call = partial(client.compress, data={"id": number})
            result = stage.driver.do_apart(call) if stage.kind == "async" else asyncio.run(asyncio.to_thread(call))
            assert result.value == f"echo of {number}"
        stage.driver.do(client.close)
        gc.collect()


def fork(stage: Stage) -> None:
    """Parent and child go on with one client, each over connections of its own."""
    if not hasattr(os, "fork"):
        return
    client = stage.driver.client(stage.server.url("ok"))
    parent_ids = [stage.request_id("parent") for _ in range(10)]
    child_ids = [stage.request_id("child") for _ in range(10)]

    def calls(do: Callable[[Callable[[], Any]], Any], ids: list[str]) -> bool:
        return all(
            do(partial(client.compress, data=1, request_id=request_id)).value == f"echo of {request_id}"
            for request_id in ids
        )

    assert calls(stage.driver.do, parent_ids[:1])
    with warnings.catch_warnings():
        # Of the server's threads, which the child does not need.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        good = False
        try:
            good = calls(stage.driver.do_apart, child_ids)
        finally:
            os._exit(0 if good else 1)
    good = calls(stage.driver.do, parent_ids[1:])
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert good

    def connections(ids: list[str]) -> set[int]:
        return {seen.connection for request_id in ids for seen in stage.server.seen(request_id)}

    assert connections(parent_ids)
    assert connections(child_ids)
    assert not connections(parent_ids) & connections(child_ids)


def many_at_once(stage: Stage) -> None:
    """Sixteen threads, or as many tasks as there are calls, share one pool, and each call gets its own reply."""
    client = stage.driver.client(stage.server.url("ok"), max_connections=4)
    ids = [stage.request_id("crowd") for _ in range(160)]
    results = stage.driver.do_at_once([partial(client.compress, data=1, request_id=request_id) for request_id in ids])
    assert [getattr(result, "value", result) for result in results] == [f"echo of {request_id}" for request_id in ids]
    seen = [request for request_id in ids for request in stage.server.seen(request_id)]
    assert len(seen) == len(ids)
    assert len({request.connection for request in seen}) <= 4


def pickles_and_copies(stage: Stage) -> None:
    """Client, settings, results and errors are copied and pickled, without a secret in them."""
    client = stage.driver.client(
        stage.server.url("ok"), api_key=MARK, default_headers={"X-Auth-Token": MARK}, proxy=None, max_retries=1
    )
    result = stage.compress(client, {"id": 7}, metadata={"trace": 1})
    errors: list[KaizenError] = []
    for name, kind in (
        ("status-404", KaizenNotFoundError), ("echo-401", KaizenAuthenticationError),
        ("body-list", KaizenResponseError), ("reset-before", KaizenConnectionError),
    ):  # fmt: skip
        broken = stage.driver.adopt(client.with_options(base_url=stage.server.url(name)))
        with raised(kind) as caught:
            stage.compress(broken, metadata={"trace": 1})
        errors += caught

    for thing in (client.config, result, result.http, *errors):
        packed = pickle.dumps(thing)
        assert MARK.encode() not in packed
        for twin in (pickle.loads(packed), copy.copy(thing), copy.deepcopy(thing)):
            assert type(twin) is type(thing)
            assert MARK not in repr(twin)
            if thing is client.config:
                assert (twin.base_url, twin.max_retries) == (thing.base_url, 1)
            else:
                assert str(twin) == str(thing)
    assert pickle.loads(pickle.dumps(result)) == result
    for failed in errors:
        twin = pickle.loads(pickle.dumps(failed))
        for name in ("status_code", "detail", "payload", "headers", "request_id", "attempts", "metadata", "__notes__"):
            assert getattr(twin, name, None) == getattr(failed, name, None), name

    packed = pickle.dumps(client)
    assert MARK.encode() not in packed
    without = stage.driver.adopt(pickle.loads(packed))
    assert without.config.max_retries == 1
    with raised(KaizenConfigError) as caught:
        stage.compress(without)
    assert "KAIZEN_API_KEY" in str(caught[0])
    stage.set_variable("KAIZEN_API_KEY", "another-key")
    again = stage.driver.adopt(pickle.loads(packed))
    request_id = stage.request_id("unpickled")
    stage.compress(again, request_id=request_id)
    assert stage.server.seen(request_id)[0].headers["x-api-key"] == "another-key"
    for twin in (copy.copy(client), copy.deepcopy(client)):
        assert stage.compress(stage.driver.adopt(twin), {"id": 8}).value == "echo of 8"


# --- secrets ----------------------------------------------------------------------------------------------------

_HERE: Final = str(Path(__file__).parent)


def _local_variables(error: BaseException) -> Iterator[tuple[str, Any]]:
    """Give the local variables of an error's traceback and of the errors behind it, but for those of the tests."""
    waiting: list[BaseException] = [error]
    met: set[int] = set()
    while waiting:
        current = waiting.pop()
        if id(current) in met:
            continue
        met.add(id(current))
        behind = (current.__cause__, current.__context__, getattr(current, "original", None))
        waiting += [one for one in behind if isinstance(one, BaseException)]
        step: TracebackType | None = current.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            if not code.co_filename.startswith(_HERE):
                for name, value in step.tb_frame.f_locals.items():
                    yield f"{Path(code.co_filename).name}: {code.co_name}: {name}", value
            step = step.tb_next


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except Exception:
        # What has only begun to be made; whoever prints local variables must be ready for it too.
        return ""


def _assert_hidden(error: BaseException, where: str) -> None:
    """Look for the marked secret in all that is printed or kept of an error."""
    printed = "".join(traceback.format_exception(error))
    shown = [printed, str(error), repr(error), repr(error.args), repr(vars(error)), *getattr(error, "__notes__", ())]
    shown += [str(getattr(error, "attempts", "")), str(getattr(error, "headers", ""))]
    assert not [text for text in shown if MARK in text], where
    original = getattr(error, "original", None)
    assert MARK not in repr(original) + str(original) + repr(getattr(original, "_request", None)), where
    if isinstance(error, KaizenError):
        assert MARK.encode() not in pickle.dumps(error), where


def _planted(stage: Stage) -> dict[str, Any]:
    return {
        "api_key": MARK,
        "default_headers": {"X-Auth-Token": MARK, "Cookie": f"session={MARK}"},
        "max_retries": 1,
        "ca_bundle": stage.trusted,
    }


def _failures(stage: Stage) -> Iterator[tuple[str, KaizenError]]:
    """Give the error of a call with a planted key for each way in which calls go wrong."""
    for name, kind in (
        ("echo-401", KaizenAuthenticationError), ("echo-200", KaizenResponseError), ("body-list", KaizenResponseError),
        ("html-502", KaizenServerError), ("redirect-302", KaizenResponseError),
        ("retry-after-day", KaizenRateLimitError), ("reset-before", KaizenConnectionError),
        ("close-in-body", KaizenConnectionError), ("gzip-broken", KaizenConnectionError),
        ("huge-head", KaizenConnectionError), ("hang", KaizenTimeoutError),
        ("drip-body", KaizenDeadlineError), ("huge-body", KaizenResponseError),
    ):  # fmt: skip
        # The transport's own deadline does not skip with the clock.
        stage.driver.clock.slept.clear()
        settings = {"timeout": 0.1} if name == "hang" else {"max_response_bytes": 1000} if name == "huge-body" else {}
        client = stage.driver.client(stage.server.url(name), **_planted(stage), **settings)
        with raised(kind) as caught:
            stage.compress(client, deadline=0.2 if name == "drip-body" else None)
        yield name, caught[0]
    for listener in ("untrusted", "wrong-host"):
        url = stage.server.url(listener=listener, scheme="https", host="localhost")
        with raised(KaizenConnectionError) as caught:
            stage.compress(stage.driver.client(url, **_planted(stage)))
        yield listener, caught[0]
    url = f"http://127.0.0.1:{unused_port()}"
    with raised(KaizenConnectionError) as caught:
        stage.compress(stage.driver.client(url, **_planted(stage)))
    yield "refused", caught[0]
    with raised(KaizenPayloadError) as caught:
        stage.compress(stage.driver.client(url, **_planted(stage)), headers={"X-Api-Key": f"{MARK}\r\nx: y"})
    yield "a field with a line break", caught[0]


def secrets_in_errors_logs_and_pickles(stage: Stage) -> None:
    """A key and credential fields show in no text, log or pickle, whatever goes wrong."""
    with logged() as lines:
        for name, error in _failures(stage):
            _assert_hidden(error, name)
        client = stage.driver.client(stage.server.url(), **_planted(stage))
        request_id = stage.request_id("planted")
        result = stage.compress(client, request_id=request_id)
        assert stage.server.seen(request_id)[0].headers["x-api-key"] == MARK
        for thing in (client, client.config, client.config.explain(), vars(client), result, result.http):
            assert MARK not in repr(thing) + str(thing)
        for thing in (client, client.config, result, result.http):
            assert MARK.encode() not in pickle.dumps(thing)
        assert MARK not in repr(KaizenClientConfig(api_key=MARK, proxy=f"http://user:{MARK}@127.0.0.1:9"))
    assert lines
    assert not [line for line in lines if MARK in line]


def secrets_in_local_variables(stage: Stage) -> None:
    """A traceback that is printed with local variables, as error trackers do, does not show what the client holds."""
    held: dict[str, list[str]] = {}
    for name, error in _failures(stage):
        # What the service or the caller wrote out in this one call is theirs, and in their variables too.
        if name in ("echo-401", "echo-200", "a field with a line break"):
            continue
        for place, value in _local_variables(error):
            if MARK in _shown(value):
                held.setdefault(place, []).append(name)
    assert held == {}
