"""Marked secrets, planted wherever a user may put one, show nowhere: every error, text form, log, span and cassette."""

from __future__ import annotations

import inspect
import logging
import pickle
import warnings
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import httpx
import pytest
import vcr
from openai import AsyncOpenAI, OpenAI
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kaizen_client import (
    AttemptEvent,
    KaizenAPIError,
    KaizenClient,
    KaizenClientConfig,
    KaizenConfigError,
    KaizenError,
    KaizenPayloadError,
    KaizenProviderError,
    KaizenSecurityWarning,
    KaizenTimeout,
    RetryPolicy,
    SyncKaizenClient,
    exceptions,
)
from kaizen_client.generated.api.compression import compress as generated_compress
from kaizen_client.integrations import OpenAIKaizenWrapper, SyncOpenAIKaizenWrapper
from kaizen_client.models import EncodeRequest
from tests.conftest import vcr_of
from tests.inside import places_of
from tests.planted import (
    BODIES,
    MARKS,
    SECRETS,
    Echo,
    echoing,
    found_in,
    http,
    shown_by,
    shown_by_error,
    shown_by_locals,
    texts_within,
)

KINDS: Final[dict[str, Any]] = {"sync": SyncKaizenClient, "async": KaizenClient}
pytestmark = pytest.mark.usefixtures("every_backend")

BOTH = pytest.mark.parametrize("flavour", KINDS)


async def done(given: Any) -> Any:
    return await given if inspect.isawaitable(given) else given


class Plant(NamedTuple):
    """Where secrets are put: in the settings of a client, and in the header fields of a call."""

    settings: dict[str, Any]
    headers: dict[str, str]


PLANTS: Final = {
    "a key": Plant(
        {
            "api_key": SECRETS["key"],
            "default_headers": {"X-Auth-Token": SECRETS["token"], "Cookie": f"session={SECRETS['cookie']}"},
        },
        {"X-Call-Secret": SECRETS["call"]},
    ),
    "a function": Plant(
        {"api_key": lambda: SECRETS["function"]},
        {"X-Auth-Token": SECRETS["call"], "Cookie": f"session={SECRETS['callcookie']}"},
    ),
    "header fields of the user's own": Plant(
        {"default_headers": {"Authorization": f"Custom {SECRETS['authorization']}", "X-Api-Key": SECRETS["own"]}},
        {"Authorization": f"Bearer {SECRETS['call']}"},
    ),
}
PLANTED = pytest.mark.parametrize("plant", PLANTS)


@pytest.fixture
def echo() -> Iterator[Echo]:
    service = Echo()
    yield service
    service.close()


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    yield exporter
    provider.shutdown()


class Stage:
    """A client with secrets in it, and what it is to meet."""

    def __init__(self, flavour: str, plant: str, echo: Echo, fixture: Callable[[str], Any]) -> None:
        self.kind = KINDS[flavour]
        self.plant = PLANTS[plant]
        self.echo = echo
        self.fixture = fixture
        self.events: list[AttemptEvent] = []

    def client(self, **settings: Any) -> Any:
        given = {
            "base_url": self.echo.url,
            "max_retries": 0,
            "deadline": 5,
            "default_metadata": {"app": "billing"},
            "on_attempt": self.events.append,
            **self.plant.settings,
            **settings,
        }
        return self.kind(**given)

    async def error(self, settings: dict[str, Any] | None = None, **call: Any) -> KaizenError:
        """Return the error that a call raises, or the making of its client."""
        client = None
        try:
            client = self.client(**(settings or {}))
            await done(client.compress(**{"data": 1, "headers": self.plant.headers, "metadata": {"trace": 1}, **call}))
        except KaizenError as error:
            return error
        finally:
            if client is not None:
                await done(client.close())
        raise AssertionError("nothing was raised")

    async def answered(self, answer: Callable[[dict[str, str]], bytes], **settings: Any) -> KaizenError:
        self.echo.answer = answer
        return await self.error(settings)


Provocation = Callable[[Stage], Awaitable[KaizenError]]


def _statuses() -> Iterator[tuple[str, Provocation]]:
    kinds = {400: "BadRequest", 401: "Authentication", 403: "Permission", 404: "NotFound", 410: "Expired", 418: "API",
             413: "PayloadTooLarge", 422: "Validation", 429: "RateLimit", 503: "Server"}  # fmt: skip
    for status, kind in kinds.items():
        for body in BODIES if status == 401 else ["a list of faults" if status == 422 else "JSON"]:
            yield f"Kaizen{kind}Error: {body}", lambda stage, s=status, b=body: stage.answered(echoing(s, b))  # type: ignore[misc]
    for body in BODIES:
        yield f"KaizenResponseError: 200, {body}", lambda stage, b=body: stage.answered(echoing(200, b))  # type: ignore[misc]


async def _redirect(stage: Stage) -> KaizenError:
    def answer(fields: dict[str, str]) -> bytes:
        together = quote(" ".join(value for value in fields.values() if found_in(value)))
        return http(307, b"", {"location": f"http://elsewhere.example/?from={together}"})

    return await stage.answered(answer)


async def _odd_coding(stage: Stage) -> KaizenError:
    def answer(fields: dict[str, str]) -> bytes:
        return http(200, b"x", {"content-encoding": "".join(value for value in fields.values() if found_in(value))})

    return await stage.answered(answer)


async def _too_large(stage: Stage) -> KaizenError:
    return await stage.answered(echoing(200, "JSON"), max_response_bytes=10)


async def _refused(stage: Stage) -> KaizenError:
    return await stage.error({"base_url": f"http://127.0.0.1:{stage.fixture('unused_tcp_port')}"})


async def _broken(stage: Stage) -> KaizenError:
    return await stage.answered(lambda fields: http(200, b"{", {"content-length": "99", **fields}))


async def _not_http(stage: Stage) -> KaizenError:
    return await stage.answered(lambda fields: str(fields).encode() + b"\r\n\r\n")


async def _badly_packed(stage: Stage) -> KaizenError:
    return await stage.answered(lambda fields: http(200, str(fields).encode(), {"content-encoding": "gzip"}))


async def _after_retries(stage: Stage) -> KaizenError:
    return await stage.answered(echoing(503, "JSON"), max_retries=2, retry_policy=RetryPolicy(base=0.0))


async def _renewed(stage: Stage) -> KaizenError:
    keys = iter([SECRETS["function"], SECRETS["own"]])
    return await stage.answered(echoing(401, "JSON"), api_key=lambda: next(keys))


def _nothing(fields: dict[str, str]) -> bytes:
    return b""


async def _renewed_and_cut_off(stage: Stage) -> KaizenError:
    """Answer 401 once, naming the first key, and then nothing."""
    keys = iter([SECRETS["function"], SECRETS["own"]])
    replies = iter([echoing(401, "JSON"), _nothing])
    return await stage.answered(lambda fields: next(replies)(fields), api_key=lambda: next(keys))


def _proxy_url(address: str) -> str:
    return f"http://user:{quote(SECRETS['proxy'], safe='')}@{address}"


async def _proxy_that_is_away(stage: Stage) -> KaizenError:
    url = _proxy_url(f"127.0.0.1:{stage.fixture('unused_tcp_port')}")
    return await stage.error({"proxy": url, "base_url": "http://kaizen.example"})


async def _proxy_that_refuses(stage: Stage) -> KaizenError:
    proxy = stage.fixture("proxy")
    proxy.refuses = 407
    return await stage.error({"proxy": _proxy_url(proxy.address), "base_url": "https://kaizen.example"})


async def _untrusted(stage: Stage) -> KaizenError:
    return await stage.error({"base_url": stage.fixture("secure_url")})


async def _hangs(stage: Stage) -> KaizenError:
    return await stage.error({"base_url": stage.fixture("silent_url"), "timeout": KaizenTimeout(read=0.02)})


async def _late(stage: Stage) -> KaizenError:
    return await stage.error({"base_url": stage.fixture("silent_url"), "deadline": 0.05})


async def _no_place(stage: Stage) -> KaizenError:
    client = stage.client(max_connections=1, timeout=KaizenTimeout(pool=0.01))
    places = places_of(client)
    await done(places.acquire()) if stage.kind is KaizenClient else places.acquire()
    try:
        await done(client.compress(data=1, headers=stage.plant.headers, metadata={"trace": 1}))
    except KaizenError as error:
        return error
    finally:
        places.release()
        await done(client.close())
    raise AssertionError("nothing was raised")


async def _closed(stage: Stage) -> KaizenError:
    client = stage.client()
    await done(client.close())
    with pytest.raises(KaizenError) as caught:
        await done(client.compress(data=1, headers=stage.plant.headers, metadata={"trace": 1}))
    return caught.value


async def _no_key(stage: Stage) -> KaizenError:
    def fails() -> str:
        raise LookupError

    return await stage.error({"api_key": fails})


async def _no_good_key(stage: Stage) -> KaizenError:
    return await stage.error({"api_key": lambda: f"{SECRETS['function']}\n"})


async def _unpickled(stage: Stage) -> KaizenError:
    client = stage.client(on_attempt=_told, api_key=SECRETS["key"])
    packed = pickle.dumps(client)
    await done(client.close())
    client = pickle.loads(packed)
    with pytest.raises(KaizenError) as caught:
        await done(client.compress(data=1, metadata={"trace": 1}))
    await done(client.close())
    return caught.value


async def _provider(stage: Stage) -> KaizenError:
    stage.echo.answer = lambda _: b"HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    client = stage.client(base_url="embedded:")
    is_async = stage.kind is KaizenClient
    vendor: Any = (AsyncOpenAI if is_async else OpenAI)(api_key=SECRETS["key"], base_url=stage.echo.url, max_retries=0)
    wrapper: Any = (OpenAIKaizenWrapper if is_async else SyncOpenAIKaizenWrapper)(client, client=vendor)
    with pytest.raises(KaizenError) as caught:
        await done(wrapper.chat([{"role": "user", "content": "Hello"}]))
    await done(vendor.close())
    await done(client.close())
    return caught.value


def _told(event: AttemptEvent) -> None:
    """Be a hook that can be pickled."""


def _refused_setting(**settings: Any) -> Provocation:
    return lambda stage: stage.error(settings)


def _refused_call(**call: Any) -> Provocation:
    return lambda stage: stage.error(**call)


PROVOKED: Final[dict[str, Provocation]] = {
    **dict(_statuses()),
    "KaizenServerError: after retries": _after_retries,
    "KaizenAuthenticationError: after a second key": _renewed,
    "KaizenAuthenticationError: before no reply": _renewed_and_cut_off,
    "KaizenResponseError: a redirect": _redirect,
    "KaizenResponseError: an odd coding": _odd_coding,
    "KaizenResponseError: too large": _too_large,
    "KaizenConnectionError: refused": _refused,
    "KaizenConnectionError: broken": _broken,
    "KaizenConnectionError: not HTTP": _not_http,
    "KaizenConnectionError: badly packed": _badly_packed,
    "KaizenConnectionError: a proxy that is away": _proxy_that_is_away,
    "KaizenConnectionError: a proxy that refuses": _proxy_that_refuses,
    "KaizenConnectionError: untrusted": _untrusted,
    "KaizenTimeoutError: hangs": _hangs,
    "KaizenDeadlineError: late": _late,
    "KaizenPoolTimeoutError: no place": _no_place,
    "KaizenRequestError: closed": _closed,
    "KaizenRequestError: no key to be had": _no_key,
    "KaizenProviderError: a vendor's fault": _provider,
    "KaizenConfigError: a key with a line break": _refused_setting(api_key=f"{SECRETS['key']}\n"),
    "KaizenConfigError: a key with a character outside ASCII": _refused_setting(api_key=f"{SECRETS['key']}é"),
    "KaizenConfigError: a key as bytes": _refused_setting(api_key=SECRETS["key"].encode()),
    "KaizenConfigError: a key in a list": _refused_setting(api_key=[SECRETS["key"]]),
    "KaizenConfigError: a function that gives no key": _no_good_key,
    "KaizenConfigError: unpickled": _unpickled,
    "KaizenConfigError: a proxy without a scheme": _refused_setting(proxy=f"user:{SECRETS['proxy']}@p:1"),
    "KaizenConfigError: a proxy with an odd scheme": _refused_setting(proxy=f"gopher://user:{SECRETS['proxy']}@p:1"),
    "KaizenConfigError: a proxy with an odd port": _refused_setting(proxy=f"http://user:{MARKS['proxy']}@p:port"),
    "KaizenConfigError: a URL with a password": _refused_setting(base_url=f"https://user:{MARKS['url']}@kaizen.example"),
    "KaizenConfigError: a URL with a query": _refused_setting(base_url=f"https://kaizen.example/?key={SECRETS['url']}"),
    "KaizenConfigError: a URL with a fragment": _refused_setting(base_url=f"https://kaizen.example/#{SECRETS['url']}"),
    "KaizenConfigError: a URL without a scheme": _refused_setting(base_url=f"user:{SECRETS['url']}@kaizen.example"),
    "KaizenConfigError: a URL with white space": _refused_setting(base_url=f"https://u:{MARKS['url']} @kaizen.example"),
    "KaizenConfigError: a URL with an odd port": _refused_setting(base_url=f"https://u:{MARKS['url']}@h:port"),
    "KaizenConfigError: a default field with a line break": _refused_setting(
        default_headers={"X-Auth-Token": f"{SECRETS['token']}\r\nx: y"}
    ),
    "KaizenConfigError: a default field that is no text": _refused_setting(
        default_headers={"Cookie": [SECRETS["cookie"]]}
    ),
    "KaizenConfigError: default fields in a list": _refused_setting(default_headers=[("Cookie", SECRETS["cookie"])]),
    "KaizenConfigError: an odd option": _refused_call(timeout="soon"),
    "KaizenPayloadError: a field with a line break": _refused_call(headers={"X-Auth-Token": f"{SECRETS['call']}\n"}),
    "KaizenPayloadError: a field that is no text": _refused_call(headers={"Cookie": SECRETS["callcookie"].encode()}),
    "KaizenPayloadError: fields in a list": _refused_call(headers=[("Cookie", SECRETS["callcookie"])]),
    "KaizenPayloadError: a payload": _refused_call(data={1, 2}),
    "KaizenPayloadError: a request id": _refused_call(request_id="a\nb"),
    "KaizenPayloadError: a wrong option": _refused_call(header={"X-Team": "blue"}),
}  # fmt: skip


def test_every_class_of_error_is_provoked() -> None:
    kinds = {kind for kind in vars(exceptions).values() if isinstance(kind, type) and issubclass(kind, KaizenError)}
    assert kinds >= {getattr(exceptions, name) for name in exceptions.__all__ if name.startswith("Kaizen")} - {
        KaizenSecurityWarning
    }
    assert {kind.__name__ for kind in kinds} - {"KaizenError"} == {name.partition(":")[0] for name in PROVOKED}


@BOTH
@pytest.mark.parametrize(
    ("plant", "provoked"),
    # Where nothing is sent, what is planted elsewhere makes no difference.
    [(plant, name) for name in PROVOKED for plant in PLANTS
     if plant == "a key" or not name.startswith(("KaizenConfigError", "KaizenPayloadError"))],
)  # fmt: skip
async def test_an_error_and_what_is_told_of_it_show_no_secret(
    flavour: str,
    plant: str,
    provoked: str,
    echo: Echo,
    spans: InMemorySpanExporter,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    stage = Stage(flavour, plant, echo, request.getfixturevalue)
    error = await PROVOKED[provoked](stage)
    assert type(error).__name__ == provoked.partition(":")[0]
    # What is no secret stays visible.
    assert error.metadata in ({"app": "billing", "trace": 1}, {"app": "billing"}, {})
    shown = shown_by_error(error)
    if isinstance(error, KaizenProviderError):
        # The vendor's error, its cause, holds the vendor's request, as it does without us.
        shown = {name: found for name, found in shown.items() if not name.endswith(": all it holds")}
    assert shown == {}
    # Of a reply, its bytes as they came, which nobody has understood yet.
    assert {
        name: found for name, found in shown_by_locals(error, "kaizen_client").items() if name[-5:] != "chunk"
    } == {}
    told = {record.name for record in caplog.records if found_in(f"{record.getMessage()} {record.__dict__}")}
    # httpcore's own, at DEBUG: the head of each reply, as it came.
    assert told <= {"httpcore.http11", "httpcore2.http11"}
    assert found_in(repr(stage.events)) == set()
    assert found_in("".join(span.to_json() for span in spans.get_finished_spans())) == set()
    if isinstance(error, KaizenAPIError):
        assert found_in(str(echo.asked))
        assert spans.get_finished_spans()
        assert stage.events


# --- objects ----------------------------------------------------------------------------------------------------


@BOTH
@PLANTED
async def test_clients_configurations_and_results_show_no_secret(
    flavour: str, plant: str, echo: Echo, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stage = Stage(flavour, plant, echo, request.getfixturevalue)
    proxy = stage.fixture("proxy")
    client = stage.client(on_attempt=_told)
    results = [await done(client.compress(data=1, headers=stage.plant.headers)), await done(client.health())]
    behind = stage.client(proxy=_proxy_url(proxy.address), base_url="http://kaizen.example", on_attempt=_told)
    await done(behind.health(headers=stage.plant.headers))
    copies = [client.with_options(max_retries=1), behind.with_options(timeout=3)]
    assert any(name in str(echo.asked) for name in MARKS.values())
    for one in [client, behind, *copies]:
        for text in (repr(one), str(one), str(vars(one)), str(one.config.explain()), repr(one.counts)):
            assert found_in(text) == set()
        assert found_in(pickle.dumps(one)) == set()
        assert shown_by(one.config) == {}
        assert "billing" in repr(one)
        generated = one.generated()
        assert found_in("\n".join([repr(generated), *texts_within(generated)])) == set()
        await done(one.close())
    for result in results:
        assert shown_by(result) == {}
        assert shown_by(result.http) == {}
        assert found_in("\n".join(texts_within(result))) == set()
    assert {record.name for record in caplog.records if found_in(str(record.__dict__))} == set()


@BOTH
@PLANTED
async def test_the_generated_functions_send_the_secrets_and_show_none(
    flavour: str, plant: str, echo: Echo, request: pytest.FixtureRequest
) -> None:
    client = Stage(flavour, plant, echo, request.getfixturevalue).client()
    function = generated_compress.sync_detailed if flavour == "sync" else generated_compress.asyncio_detailed
    reply = await done(function(client=client.generated(), body=EncodeRequest(data=1)))
    assert found_in("\n".join([repr(reply), *texts_within(reply)])) == set()
    echo.answer = echoing(401, "JSON")
    with pytest.raises(KaizenAPIError) as caught:
        await done(function(client=client.generated(), body=EncodeRequest(data=1)))
    await done(client.close())
    assert found_in(str(echo.asked[0].headers))
    assert shown_by_error(caught.value) == {}


@BOTH
async def test_what_is_no_secret_is_shown(flavour: str, echo: Echo) -> None:
    client = KINDS[flavour](
        base_url=echo.url,
        api_key=SECRETS["key"],
        default_headers={"X-Team": "blue"},
        default_metadata={"app": "billing"},
    )
    for text in (repr(client), str(client.config.explain()), repr(pickle.loads(pickle.dumps(client.config)))):
        for shown in (echo.url, "blue", "billing"):
            assert shown in text
    echo.answer = lambda _: http(422, b'{"detail": "marked-detail", "key": "visible"}', {"x-own": "visible"})
    with pytest.raises(KaizenAPIError, match="marked-detail") as caught:
        await done(client.compress(data=1, metadata={"trace": "t-1"}))
    await done(client.close())
    assert caught.value.metadata == {"app": "billing", "trace": "t-1"}
    assert caught.value.payload["key"] == caught.value.headers["x-own"] == "visible"


# --- the environment --------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KAIZEN_API_KEY", f"{SECRETS['key']}\n"),
        ("KAIZEN_API_KEY", f" {SECRETS['key']}"),
        ("KAIZEN_API_KEY", f"{SECRETS['key']}\u2028"),
        ("KAIZEN_PROXY", f"user:{SECRETS['proxy']}@p:3128"),
        ("KAIZEN_PROXY", f"gopher://user:{MARKS['proxy']}@p:3128"),
        ("HTTPS_PROXY", f"gopher://user:{MARKS['proxy']}@p:3128"),
        ("ALL_PROXY", f"http://user:{MARKS['proxy']}@p:port"),
        ("KAIZEN_BASE_URL", f"https://user:{MARKS['url']}@kaizen.example"),
        ("KAIZEN_BASE_URL", f"https://{MARKS['url']}@kaizen.example"),
        ("KAIZEN_BASE_URL", f"https://kaizen.example/?key={MARKS['url']}"),
        ("KAIZEN_BASE_URL", f"user:{MARKS['url']}@kaizen.example"),
        ("KAIZEN_BASE_URL", f"ftp://user:{MARKS['url']}@kaizen.example"),
    ],
)
def test_a_variable_that_will_not_do_is_named_and_not_shown(
    flavour: str, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIZEN_BASE_URL", "https://kaizen.example")
    monkeypatch.setenv(variable, value)
    with pytest.raises(KaizenConfigError, match=variable if variable.startswith("KAIZEN") else r"(?i)proxy") as caught:
        KINDS[flavour]()
    assert shown_by_error(caught.value) == {}
    assert shown_by_locals(caught.value, "kaizen_client") == {}


def test_a_configuration_from_the_environment_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIZEN_API_KEY", SECRETS["key"])
    monkeypatch.setenv("KAIZEN_PROXY", _proxy_url("p:3128"))
    config = KaizenClientConfig()
    assert config.api_key == SECRETS["key"]
    assert config.proxy == _proxy_url("p:3128")
    assert shown_by(config) == {}
    assert found_in(str(config.explain())) == set()
    assert "KAIZEN_API_KEY" in str(config.explain())
    with SyncKaizenClient(config) as client:
        assert found_in(pickle.dumps(client)) == set()


# --- cassettes, redirects, cookies ------------------------------------------------------------------------------


@BOTH
@PLANTED
async def test_a_cassette_that_is_recorded_holds_no_secret(
    flavour: str, plant: str, echo: Echo, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    stage = Stage(flavour, plant, echo, request.getfixturevalue)
    kept: Any = echoing(403, "HTML")

    def answer(fields: dict[str, str]) -> bytes:
        # A body is kept as it is, so that of this service names nothing.
        head, _, _ = kept(fields).partition(b"\r\ncontent-length")
        fields = {"content-length": "2", "set-cookie": f"session={SECRETS['cookie']}"}
        return bytes(head) + "".join(f"\r\n{name}: {value}" for name, value in fields.items()).encode() + b"\r\n\r\n{}"

    echo.answer = answer
    client = stage.client()
    cassette = vcr_of(vcr.mode.ALL).use_cassette(str(tmp_path / "recorded.yaml"))
    with cassette as recorded, pytest.raises(KaizenAPIError):
        await done(client.compress(data=1, headers=stage.plant.headers))
    await done(client.close())
    assert len(recorded) == 1
    assert len(echo.asked) == 1
    text = (tmp_path / "recorded.yaml").read_text()
    assert "/v1/compress" in text
    assert found_in(text) == set()
    assert "127.0.0.1" not in text


@BOTH
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("whose", ["its own connections", "a client of the user's that follows"])
async def test_a_redirect_takes_nothing_anywhere(
    flavour: str, status: int, whose: str, echo: Echo, request: pytest.FixtureRequest
) -> None:
    own: Any = None
    if whose.startswith("a client"):
        own = (httpx.Client if flavour == "sync" else httpx.AsyncClient)(follow_redirects=True)
    elsewhere = Echo()
    echo.answer = lambda _: http(status, b"", {"location": f"{elsewhere.url}/there"})
    stage = Stage(flavour, "a key", echo, request.getfixturevalue)
    try:
        error = await stage.error({"client": own})
        assert isinstance(error, KaizenAPIError)
        assert error.status_code == status
        assert elsewhere.url in str(error)
        assert len(echo.asked) == 1
    finally:
        elsewhere.close()
        if own is not None:
            await done(own.close() if flavour == "sync" else own.aclose())
    assert elsewhere.asked == []


@BOTH
async def test_no_cookie_is_kept_whatever_reply_sets_it(flavour: str, echo: Echo) -> None:
    client = KINDS[flavour](base_url=echo.url, max_retries=1, retry_policy=RetryPolicy(base=0.0))
    for status in (200, 401, 503, 302, 200):
        echo.answer = lambda _, s=status: http(s, b'{"status": "ok"}', {"set-cookie": "session=1; Path=/"})  # type: ignore[misc]
        try:
            await done(client.health())
        except KaizenAPIError as error:
            assert error.status_code == status  # noqa: PT017 - some replies are errors, and all set a cookie
    await done(client.close())
    assert len(echo.asked) == 6
    assert not [asked for asked in echo.asked if "cookie" in asked.headers]


# --- warnings ---------------------------------------------------------------------------------------------------


@BOTH
async def test_plain_http_to_another_machine_warns_once_for_each_host(flavour: str) -> None:
    made = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for host in ("one.example", "one.example:8080", "two.example", "one.example", "10.0.0.1", "[2001:db8::1]"):
            made.append(KINDS[flavour](base_url=f"http://{host}/prefix", api_key=SECRETS["key"]))
        for host in ("127.0.0.1:1", "localhost:1", "[::1]:1", "127.9.9.9", "a.localhost"):
            made.append(KINDS[flavour](base_url=f"http://{host}", api_key=SECRETS["key"]))
        made.append(KINDS[flavour](base_url="https://three.example"))
        for client in made:
            await done(client.close())
    assert [warning.category for warning in caught] == [KaizenSecurityWarning] * 4
    texts = [str(warning.message) for warning in caught]
    for text, host in zip(texts, ("one.example", "two.example", "10.0.0.1", "2001:db8::1"), strict=True):
        assert host in text
        assert found_in(text) == set()
    assert issubclass(KaizenSecurityWarning, UserWarning)


@BOTH
async def test_verification_switched_off_warns(flavour: str) -> None:
    with pytest.warns(KaizenSecurityWarning, match="verify_ssl") as caught:
        client = KINDS[flavour](base_url="https://kaizen.example", verify_ssl=False, api_key=SECRETS["key"])
    await done(client.close())
    assert found_in(str(caught[0].message)) == set()


def test_the_search_finds_what_is_there() -> None:
    error = KaizenPayloadError(f"no good: {SECRETS['key']}")
    assert shown_by_error(error)["repr"] == {"key"}
    assert found_in(quote(SECRETS["proxy"])) == {"proxy"}
    assert found_in(httpx.BasicAuth("user", SECRETS["proxy"])._auth_header) == {"proxy"}
