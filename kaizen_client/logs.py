"""What is written to the `kaizen_client` logger: an allow-list of facts, never a body, a header value or a key."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kaizen_client.events import AttemptEvent
    from kaizen_client.exceptions import KaizenError

logger: Final = logging.getLogger("kaizen_client")

#: What the `log` setting and KAIZEN_LOG know.
LEVELS: Final = ("debug", "info", "warning", "error")

_handler: logging.Handler | None = None


def write_to_stderr(level: str) -> None:
    """Write the logger's records of a level and above to stderr, as the `log` setting asks.

    Where the application has handlers, the logger's own or the root's, they get the records, and stderr does not.

    Args:
        level: one of `LEVELS`.
    """
    global _handler
    wanted = logging.getLevelNamesMapping()[level.upper()]
    # Lowered only: what the application hears of other clients it goes on to hear.
    if wanted < logger.getEffectiveLevel():
        logger.setLevel(wanted)
    if _handler is None:
        _handler = logging.StreamHandler()
        _handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        _handler.addFilter(_nobody_else_listens)
        logger.addHandler(_handler)
    _handler.setLevel(wanted)


def _nobody_else_listens(record: logging.LogRecord) -> bool:
    return not logging.getLogger().handlers and logger.handlers == [_handler]


def tells(*, last: bool) -> bool:
    """Tell whether a try of a call is logged at all: the last one, or one that another follows."""
    return logger.isEnabledFor(logging.DEBUG if last else logging.INFO)


def attempted(event: AttemptEvent) -> None:
    """Log one try of a call: at DEBUG, and at INFO where another one follows."""
    level = logging.DEBUG if event.last else logging.INFO
    if not logger.isEnabledFor(level):
        return
    outcome = str(event.status) if event.status is not None else str(event.error)
    received = "" if event.received_bytes is None else f", {event.received_bytes} B received"
    then = "" if event.last else f"; again in {event.slept:.3f} s"
    _write(
        level,
        "%s %s %s in %.0f ms (attempt %d, %d B sent%s, request id %s)%s",
        event.method, event.route, outcome, event.seconds * 1000, event.number, event.sent_bytes, received,
        event.request_id, then,
        extra={"kaizen": event._asdict()},
    )  # fmt: skip


def gave_back(operation: str, error: KaizenError) -> None:
    """Log that a call failed and gave its original back: after what, and why it was not tried again."""
    name, status = type(error).__name__, getattr(error, "status_code", None)
    request_id, attempts = getattr(error, "request_id", None), getattr(error, "attempts", ())
    seconds = attempts[-1].start + attempts[-1].seconds if attempts else 0.0
    remarks = [note for note in getattr(error, "__notes__", ()) if note.startswith("not tried again")]
    _write(
        logging.WARNING, "%s failed and gave the original back: %s%s after %d attempts in %.3f s (request id %s)%s",
        operation, name, "" if status is None else f" {status}", len(attempts), seconds, request_id,
        "".join(f"; {remark}" for remark in remarks),
        extra={"kaizen": {
            "operation": operation, "request_id": request_id, "error": name, "status": status,
            "attempts": len(attempts), "seconds": seconds,
        }},
    )  # fmt: skip


def failed_beside(what: str, error: BaseException) -> None:
    """Log that something of the application's, which must not break the call, failed: its place, not its text."""
    # The text of somebody else's exception may hold anything.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = "" if place is None else f" at {place.tb_frame.f_code.co_filename}:{place.tb_lineno}"
    _write(logging.ERROR, "%s failed: %s%s", what, type(error).__name__, where)


def _write(level: int, text: str, *values: object, extra: dict[str, object] | None = None) -> None:
    # A filter or a handler of the application's may fail, which must not break its calls.
    with suppress(Exception):
        logger.log(level, text, *values, extra=extra)
