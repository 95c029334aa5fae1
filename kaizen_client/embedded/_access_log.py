"""One log line a request, from an allow-list: no body, no query string, no header value but the request's id."""

from __future__ import annotations

import logging
import time
from typing import Final

_log: Final = logging.getLogger("kaizen_client.server")

_LONGEST: Final = 200


class AccessLine:
    """What is told of one request when it is over.

    Args:
        method: the HTTP method, as it came.
        path: the path, as it came, without a query string.
        request_id: the id that the reply carries.
    """

    def __init__(self, method: str, path: str, request_id: str) -> None:
        self._method = method
        self._path = path
        self._request_id = request_id
        self._began = time.perf_counter()
        #: The HTTP status; None until a reply has begun.
        self.status: int | None = None
        #: Bytes of the request's body that were read.
        self.taken = 0
        #: Bytes of the reply's body.
        self.given = 0

    def write(self) -> None:
        """Log the line, at INFO; its status is `-` for a client that was gone before there was a reply."""
        _log.info(
            "%s %s %s %.1fms in=%d out=%d id=%s",
            _one_word(self._method),
            _one_word(self._path),
            "-" if self.status is None else self.status,
            1000 * (time.perf_counter() - self._began),
            self.taken,
            self.given,
            _one_word(self._request_id),
        )


def _one_word(text: str) -> str:
    """Return a text in visible ASCII, so that it can forge neither a line nor a field of one."""
    shown = text[:_LONGEST].encode("unicode_escape").decode("ascii").replace(" ", "\\x20")
    return f"{shown}..." if len(text) > _LONGEST else shown
