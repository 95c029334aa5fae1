"""The one way a request is turned down inside the engine, and the names its error bodies carry under `code`."""

from __future__ import annotations

from typing import Final, TypedDict

MALFORMED_KTOF: Final = "malformed_ktof"
MALFORMED_JSON: Final = "malformed_json"
INVALID_OPTION: Final = "invalid_option"
UNSUPPORTED_VALUE: Final = "unsupported_value"
UNAUTHORIZED: Final = "unauthorized"
NOT_FOUND: Final = "not_found"
METHOD_NOT_ALLOWED: Final = "method_not_allowed"
PAYLOAD_TOO_LARGE: Final = "payload_too_large"
UNSUPPORTED_ENCODING: Final = "unsupported_encoding"
VALIDATION_ERROR: Final = "validation_error"
TOKENIZER_ERROR: Final = "tokenizer_error"
RATE_LIMITED: Final = "rate_limited"
INTERNAL_ERROR: Final = "internal_error"
SHUTTING_DOWN: Final = "shutting_down"


class Problem(TypedDict):
    """One thing wrong with a request: where, what, and the name pydantic v2 has for it."""

    loc: list[str | int]
    msg: str
    type: str


class RequestRefused(Exception):
    """The request gets an error reply.

    Args:
        status: the HTTP status of the reply.
        code: the short name under `code`, one of this module's constants.
        detail: a text, or the list of problems of a 422.
        headers: fields the reply carries besides the usual ones, names in lower case.
    """

    def __init__(
        self, status: int, code: str, detail: str | list[Problem], headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers or {}


def unsupported_value(why: str) -> RequestRefused:
    """Return the 400 for a well-formed value that cannot be carried over; `why` is a sentence."""
    return RequestRefused(400, UNSUPPORTED_VALUE, why)


def invalid_request(problems: list[Problem]) -> RequestRefused:
    """Return the 422 that lists what is wrong with a request."""
    return RequestRefused(422, VALIDATION_ERROR, problems)
