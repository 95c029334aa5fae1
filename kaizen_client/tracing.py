"""One OpenTelemetry span for each call, where the application uses OpenTelemetry: what went where, never content.

Nothing is imported here: an application that traces has imported the API already. Names follow the semantic conventions
for HTTP client spans.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from kaizen_client import logs

if TYPE_CHECKING:
    from kaizen_client.events import AttemptEvent
    from kaizen_client.exceptions import KaizenError


class CallSpan:
    """The span of one call; does nothing where the application does not trace."""

    def __init__(self, span: Any = None, context_headers: dict[str, str] | None = None) -> None:
        self._span = span
        #: What carries the trace to the service: `traceparent` and, where there is one, `tracestate`.
        self.headers = context_headers or {}

    @property
    def tells(self) -> bool:
        """Whether somebody is told of it."""
        return self._span is not None

    def attempted(self, event: AttemptEvent) -> None:
        """Note one try."""
        if self._span is not None:
            with _beside():
                self._note(event)

    def _note(self, event: AttemptEvent) -> None:
        if event.status is not None:
            self._span.set_attribute("http.response.status_code", event.status)
        if event.received_bytes is not None:
            self._span.set_attribute("http.response.body.size", event.received_bytes)
        if event.number > 1:
            self._span.set_attribute("http.request.resend_count", event.number - 1)
        if not event.last:
            outcome = event.error or str(event.status)
            self._span.add_event("retry", {"number": event.number, "error.type": outcome, "slept": event.slept})

    def failed(self, error: KaizenError) -> None:
        """Note the error a call ended with: its class, since its text may hold what the service said."""
        if self._span is None:
            return
        with _beside():
            from opentelemetry.trace import Status, StatusCode

            self._span.set_attribute("error.type", type(error).__name__)
            self._span.set_status(Status(StatusCode.ERROR, type(error).__name__))


_NO_SPAN = CallSpan()


@contextmanager
def _beside() -> Iterator[None]:
    """Log what fails in the application's tracing, which must not break its calls."""
    try:
        yield
    except Exception as error:
        logs.failed_beside("tracing", error)


def _opened(operation: str, method: str, base_url: str, route: str, request_id: str, size: int) -> tuple[Any, CallSpan]:
    """Return what is to be left at the end, and the span of a call."""
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    from kaizen_client._version import __version__

    place = urlsplit(base_url)
    attributes: dict[str, str | int] = {
        "http.request.method": method,
        "url.full": base_url.rstrip("/") + route,
        "url.template": route,
        "server.address": place.hostname or "",
        "http.request.body.size": size,
        "kaizen.operation": operation,
        "kaizen.request_id": request_id,
    }
    if place.scheme in ("http", "https"):
        attributes["server.port"] = place.port or (443 if place.scheme == "https" else 80)
    entered = trace.get_tracer("kaizen_client", __version__).start_as_current_span(
        f"{method} {route}",
        kind=trace.SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    )
    span = entered.__enter__()
    headers: dict[str, str] = {}
    with _beside():
        # Not the application's own propagators: baggage may hold what is not for the service.
        TraceContextTextMapPropagator().inject(headers)
    return entered, CallSpan(span, headers)


@contextmanager
def _traced(*about: Any) -> Iterator[CallSpan]:
    entered, span = None, _NO_SPAN
    with _beside():
        entered, span = _opened(*about)
    try:
        yield span
    finally:
        if entered is not None:
            with _beside():
                entered.__exit__(None, None, None)


_UNTRACED: Final = nullcontext(_NO_SPAN)


def call_span(
    *, enabled: bool, operation: str, method: str, base_url: str, route: str, request_id: str, size: int
) -> Any:
    """Return a context manager that gives the `CallSpan` of a call.

    Args:
        enabled: the `tracing` setting.
        operation: the client's method.
        method: the HTTP method.
        base_url: where the service is.
        route: the route, without a query.
        request_id: the id of the request.
        size: the size of the body that is sent, in bytes.
    """
    # An application that does not trace has not imported it, and pays one look-up.
    if not enabled or sys.modules.get("opentelemetry.trace") is None:
        return _UNTRACED
    return _traced(operation, method, base_url, route, request_id, size)
