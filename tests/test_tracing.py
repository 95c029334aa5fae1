"""OpenTelemetry: one CLIENT span a call, its trace sent along, and never content."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from opentelemetry import baggage, context, trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kaizen_client import KaizenClient, KaizenServerError, KaizenValidationError, SyncKaizenClient
from kaizen_client.testing import FakeKaizen

BOTH = pytest.mark.parametrize("flavour", ["sync", "async"])


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    yield exporter
    provider.shutdown()


async def compressed(flavour: str, fake: Any, **call: Any) -> Any:
    settings: dict[str, Any] = (
        fake if isinstance(fake, dict) else {"transport": fake, "base_url": "https://k.example/p"}
    )
    if flavour == "sync":
        with SyncKaizenClient(**settings) as client:
            return client.compress(**call)
    async with KaizenClient(**settings) as client_:
        return await client_.compress(**call)


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


@BOTH
async def test_a_call_is_one_client_span_that_tells_what_went_where(flavour: str, spans: InMemorySpanExporter) -> None:
    fake = FakeKaizen()
    result = await compressed(flavour, fake, data={"name": "marked-payload"}, request_id="id-1")
    (span,) = spans.get_finished_spans()
    assert span.name == "POST /v1/compress"
    assert span.kind is trace.SpanKind.CLIENT
    assert attributes(span) == {
        "http.request.method": "POST",
        "url.full": "https://k.example/p/v1/compress",
        "url.template": "/v1/compress",
        "server.address": "k.example",
        "server.port": 443,
        "http.request.body.size": len('{"data":{"name":"marked-payload"}}'),
        "http.response.body.size": attributes(span)["http.response.body.size"],
        "http.response.status_code": 200,
        "kaizen.operation": "compress",
        "kaizen.request_id": "id-1",
    }
    assert attributes(span)["http.response.body.size"] > len(result.value)
    assert span.status.is_unset
    assert "marked" not in span.to_json()


@BOTH
async def test_every_attempt_carries_the_trace_of_the_one_span(flavour: str, spans: InMemorySpanExporter) -> None:
    fake = FakeKaizen()
    fake.fail_next(503, times=2)
    token = context.attach(baggage.set_baggage("user", "marked-baggage"))
    try:
        await compressed(flavour, fake, data=1)
    finally:
        context.detach(token)
    (span,) = spans.get_finished_spans()
    assert span.context is not None
    parents = [call.headers["traceparent"].rsplit("-", 1)[0] for call in fake.calls]
    assert parents == [f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}"] * 3
    assert "marked" not in str([dict(call.headers) for call in fake.calls])
    assert attributes(span)["http.request.resend_count"] == 2
    assert [event.name for event in span.events] == ["retry", "retry"]


@BOTH
async def test_an_error_is_told_by_its_class_and_not_by_its_text(flavour: str, spans: InMemorySpanExporter) -> None:
    fake = FakeKaizen()
    fake.fail_next(422, detail="marked-detail", times=1)
    with pytest.raises(KaizenValidationError, match="marked-detail"):
        await compressed(flavour, fake, data=1)
    (span,) = spans.get_finished_spans()
    assert span.status.status_code is trace.StatusCode.ERROR
    assert attributes(span)["error.type"] == "KaizenValidationError"
    assert attributes(span)["http.response.status_code"] == 422
    assert "marked" not in span.to_json()


@BOTH
async def test_a_call_is_a_child_of_the_applications_span_and_a_parent_of_what_the_hook_does(
    flavour: str, spans: InMemorySpanExporter
) -> None:
    tracer, within = trace.get_tracer("app"), []
    settings = {
        "transport": FakeKaizen(),
        "on_attempt": lambda _: within.append(trace.get_current_span().get_span_context().span_id),
    }
    with tracer.start_as_current_span("app") as outer:
        await compressed(flavour, settings, data=1)
        assert trace.get_current_span() is outer
    call, app = spans.get_finished_spans()
    assert call.parent is not None
    assert app.context is not None
    assert call.context is not None
    assert call.parent.span_id == app.context.span_id
    assert within == [call.context.span_id]


@BOTH
async def test_a_traceparent_of_the_callers_own_stands(flavour: str, spans: InMemorySpanExporter) -> None:
    fake, own = FakeKaizen(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await compressed(flavour, fake, data=1, headers={"traceparent": own})
    assert fake.calls[0].headers["traceparent"] == own


@BOTH
async def test_the_setting_switches_it_off(flavour: str, spans: InMemorySpanExporter) -> None:
    fake = FakeKaizen()
    await compressed(flavour, {"transport": fake, "tracing": False}, data=1)
    assert spans.get_finished_spans() == ()
    assert "traceparent" not in fake.calls[0].headers


def test_an_application_that_does_not_trace_does_not_import_the_api() -> None:
    script = (
        "import sys; from kaizen_client import SyncKaizenClient\n"
        "with SyncKaizenClient.embedded() as client: client.compress(data=1)\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_fail_open_leaves_the_span_of_the_failure(spans: InMemorySpanExporter) -> None:
    fake = FakeKaizen()
    fake.fail_next(500, times=3)
    with SyncKaizenClient(transport=fake, on_failure="passthrough") as client:
        assert isinstance(client.compress(data=1).error, KaizenServerError)
    (span,) = spans.get_finished_spans()
    assert attributes(span)["error.type"] == "KaizenServerError"


@BOTH
@pytest.mark.parametrize("moment", ["on_start", "on_end"])
async def test_tracing_of_the_applications_that_fails_breaks_no_call(
    flavour: str, moment: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise LookupError("marked-secret")

    class Broken(SpanProcessor):
        """Fails at one moment."""

    monkeypatch.setattr(Broken, moment, fail)
    provider = TracerProvider()
    provider.add_span_processor(Broken())
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    assert (await compressed(flavour, FakeKaizen(), data=1)).value == "1"
    assert "tracing failed: LookupError at " in caplog.text
    assert "marked-secret" not in caplog.text


@BOTH
@pytest.mark.parametrize("module", [None, ModuleType("opentelemetry.trace")])
async def test_a_stand_in_for_the_api_breaks_no_call(
    flavour: str, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("opentelemetry")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", ModuleType("opentelemetry"))
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", module)
    assert (await compressed(flavour, FakeKaizen(), data=1)).value == "1"
