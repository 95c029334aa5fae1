"""The table of faults: what can go wrong between a client and the service, and what the client promises then.

`test_faults.py` plays every case of every row with both clients; `scripts/faults_page.py` makes `docs/faults.md` of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from kaizen_client import (
    KaizenAPIError,
    KaizenAuthenticationError,
    KaizenBadRequestError,
    KaizenConfigError,
    KaizenConnectionError,
    KaizenDeadlineError,
    KaizenError,
    KaizenExpiredError,
    KaizenNotFoundError,
    KaizenPayloadTooLargeError,
    KaizenPermissionError,
    KaizenPoolTimeoutError,
    KaizenRateLimitError,
    KaizenResponseError,
    KaizenServerError,
    KaizenTimeout,
    KaizenTimeoutError,
    KaizenValidationError,
)
from tests.faults import scenarios
from tests.faults.backends import Underneath
from tests.faults.scenarios import Scenario
from tests.faults.server import NOW

Group = Literal[
    "The connection", "TLS", "The reply", "Retry-After", "Redirects, credentials and addresses", "A client's life"
]

#: What comes out of a call that meets no fault: the server echoes the request's id.
ECHO: Final = object()

MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Case:
    """One fault, and exactly what must come of it."""

    name: str
    #: How the server misbehaves: a name of `server.FAULTS`, with `once-` before it for the first attempt only.
    server: str = "ok"
    #: Where the client connects to; `nobody` is a port on which nobody listens.
    listener: str = "plain"
    scheme: Literal["http", "https"] = "http"
    host: str = "127.0.0.1"
    #: The exact type of the error; None where the call succeeds.
    error: type[KaizenError] | None = None
    #: The result's value, where the call succeeds.
    value: Any = ECHO
    #: How many attempts the client made, by its own record.
    attempts: int = 1
    #: How many requests the server got; as many as attempts where it is None.
    requests: int | None = None
    #: How many connections the listener got; not looked at where it is None.
    connections: int | None = None
    #: Attributes of the error, or of the result, by name.
    fields: Mapping[str, Any] = field(default_factory=dict)
    #: What the error's text has in it.
    says: tuple[str, ...] = ()
    #: What the library calls the error underneath, for those of a connection; not looked at where it is None.
    original: Underneath | None = None
    #: The waits between attempts, in seconds, with jitter in the middle of its range; not looked at where it is None.
    slept: tuple[float, ...] | None = None
    #: Between how many seconds the call takes.
    seconds: tuple[float, float] = (0.0, 5.0)
    #: The most memory that the call may take, in bytes.
    memory: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    #: What is compressed; 1 where it is None.
    data: Any = 1
    #: Where this can be played; everywhere where it is None.
    platform: str | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One kind of fault, for people to read, and how it is proved."""

    name: str
    group: Group
    #: What goes wrong.
    fault: str
    #: What the client does about it.
    promise: str
    cases: tuple[Case, ...] = ()
    scenario: Scenario | None = None
    #: For a scenario: what is raised in it.
    errors: tuple[type[KaizenError], ...] = ()
    #: For a scenario: how many attempts there are, in words; empty where the word has no meaning.
    attempts: str = ""


def _status(status: int, error: type[KaizenAPIError], attempts: int = 1) -> Case:
    return Case(
        name=f"{status}", server=f"status-{status}", error=error, attempts=attempts,
        fields={"status_code": status, "detail": "said so", "code": "made_up"}, says=(str(status), "said so"),
    )  # fmt: skip


def _broken(name: str, *, secure: bool = False, **rest: Any) -> Case:
    place: dict[str, Any] = {"listener": "tls", "scheme": "https", "host": "localhost"} if secure else {}
    return Case(
        name=f"{name}-over-tls" if secure else name, server=name, error=KaizenConnectionError, attempts=3,
        slept=(0.25, 0.5), **{"original": "any", **place, **rest},
    )  # fmt: skip


def _not_the_contract(name: str, *says: str, **rest: Any) -> Case:
    return Case(
        name=name, server=name, error=KaizenResponseError, says=says, slept=(),
        **{"fields": {"status_code": 200, "detail": None}, **rest},
    )  # fmt: skip


def _limited(name: str, retry_after: float | None, slept: tuple[float, ...], **rest: Any) -> Case:
    return Case(
        name=name, server=f"retry-after-{name}", error=KaizenRateLimitError, attempts=len(slept) + 1, slept=slept,
        fields={"status_code": 429, "retry_after": retry_after, "detail": "said so"}, **rest,
    )  # fmt: skip


#: The waits without a usable `Retry-After`, and those after two seconds of it, with jitter in the middle of its range.
_OWN: Final = (0.25, 0.5)
_TWO_SECONDS: Final = (2.5, 2.5)

_CONNECTION: Final = (
    Row(
        name="no-connection",
        group="The connection",
        fault="Nobody listens at the address, or the host's name has no address.",
        promise="Tried again; the last cause is kept in `error.original`.",
        cases=(
            Case(
                name="refused", listener="nobody", error=KaizenConnectionError, attempts=3, requests=0,
                original="connect", says=("could not connect to http://127.0.0.1:",), slept=_OWN,
            ),
            Case(
                name="no-such-host", scheme="https", host="kaizen.invalid", error=KaizenConnectionError, attempts=3,
                requests=0, original="connect", says=("could not connect to https://kaizen.invalid",),
                slept=_OWN,
            ),
        ),
    ),
    Row(
        name="broken-connection",
        group="The connection",
        fault="The connection is reset, closed or half closed before the reply, in its header fields or in its body; "
        "the reply is shorter than it says, cut off between chunks, no HTTP at all, or another protocol's.",
        promise="Tried again over a new connection; a reply that is not whole is never taken for one.",
        cases=(
            *(
                _broken(f"{how}-{where}")
                for how in ("reset", "close", "half-close")
                for where in ("before", "in-head", "in-body")
            ),
            _broken("length-too-long"),
            _broken("length-not-a-number"),
            _broken("length-twice"),
            _broken("chunks-cut-off"),
            _broken("chunk-size-bad"),
            _broken("not-http"),
            _broken("status-101"),
            Case(name="passes-after-a-reset", server="once-reset-in-body", attempts=2, slept=(0.25,)),
            Case(name="passes-after-a-close", server="once-close-before", attempts=2, slept=(0.25,)),
            Case(
                name="no-retries", server="reset-before", error=KaizenConnectionError, settings={"max_retries": 0},
                slept=(),
            ),
        ),
    ),
    Row(
        name="kept-connection-gone",
        group="The connection",
        fault="The server lets go of a kept connection just as a call uses it again, and does not reply.",
        promise="The call goes out once more over a new connection at once, whatever `max_retries` is; it does not "
        "count as an attempt, and the caller sees nothing of it.",
        scenario=scenarios.kept_connections_that_are_gone,
        attempts="1",
    ),
    Row(
        name="no-length",
        group="The connection",
        fault="The reply gives no length, and ends where its connection ends.",
        promise="HTTP allows that; it is read to its end.",
        cases=(Case(name="no-length", server="no-length"),),
    ),
    Row(
        name="more-than-its-length",
        group="The connection",
        fault="The reply is longer than it says.",
        promise="Read to the length that it gives, which must be whole JSON; what follows never reaches the next call.",
        cases=(_not_the_contract("length-too-short", "is not JSON"),),
    ),
    Row(
        name="silence",
        group="The connection",
        fault="The service takes the request and falls silent: before the reply, or in the middle of it.",
        promise="Each silence ends after `timeout`, and is tried again within the deadline; where the deadline comes "
        "first, that is the error.",
        cases=(
            *(
                Case(
                    name=name, server=name, error=KaizenTimeoutError, attempts=3, slept=_OWN,
                    original="read timeout", settings={"timeout": 0.05}, says=("longer than the timeout",),
                )
                for name in ("hang", "hang-in-head", "hang-in-body")
            ),
            Case(
                name="passes-after-a-hang", server="once-hang", attempts=2, settings={"timeout": 0.3},
                seconds=(0.25, 3.0),
            ),
            Case(
                name="deadline-first", server="hang", error=KaizenDeadlineError, options={"deadline": 0.2},
                seconds=(0.15, 1.5), slept=(), says=("deadline",),
            ),
            Case(
                name="no-time-for-another", server="hang", error=KaizenTimeoutError, settings={"timeout": 0.1},
                options={"deadline": 0.3}, seconds=(0.05, 1.5), slept=(),
            ),
        ),
    ),
    Row(
        name="dripping",
        group="The connection",
        fault="The reply comes a byte at a time, so that no single wait is ever long.",
        promise="Ends within a tenth of a second of the deadline, whatever `timeout` is; not tried again.",
        cases=tuple(
            Case(
                name=name, server=name, error=KaizenDeadlineError, settings={"timeout": 5}, options={"deadline": 0.3},
                seconds=(0.25, 1.3), slept=(), says=("deadline",),
            )
            for name in ("drip-body", "drip-head")
        ),
    ),
    Row(
        name="no-answer-to-connecting",
        group="The connection",
        fault="The host does not answer when the client connects, or falls silent in the TLS handshake.",
        promise="Ends after the `connect` part of the timeout, and is tried again.",
        cases=(
            Case(
                name="connecting", listener="full", error=KaizenTimeoutError, attempts=3, requests=0,
                original="connect timeout", settings={"timeout": KaizenTimeout(connect=0.1)}, slept=_OWN,
                says=("connecting to http://127.0.0.1:",), platform="linux",
            ),
            Case(
                name="handshake", listener="silent", scheme="https", error=KaizenTimeoutError, attempts=3, requests=0,
                connections=3, original="connect timeout", settings={"timeout": KaizenTimeout(connect=0.1)},
                slept=_OWN, says=("connecting to https://127.0.0.1:",),
            ),
        ),
    ),
    Row(
        name="no-free-connection",
        group="The connection",
        fault="Every connection of the client is busy for longer than the `pool` part of the timeout allows.",
        promise="Names `max_connections`; not tried again, since a queue does not get shorter by queueing twice.",
        scenario=scenarios.pool_exhausted,
        errors=(KaizenPoolTimeoutError,),
        attempts="1",
    ),
)  # fmt: skip


def _distrusted(name: str, reason: str, **rest: Any) -> Case:
    return Case(
        name=name, listener=name, scheme="https", host="localhost", error=KaizenConnectionError, requests=0,
        connections=1, original="connect", slept=(), says=(reason, "ca_bundle", "KAIZEN_CA_BUNDLE"), **rest,
    )  # fmt: skip


_TLS: Final = (
    Row(
        name="certificate",
        group="TLS",
        fault="The server's certificate is signed by an unknown CA, is for another host, or has expired.",
        promise="Not tried again; the text tells the reason and names `ca_bundle` (`KAIZEN_CA_BUNDLE`).",
        cases=(
            _distrusted("untrusted", "unable to get local issuer certificate"),
            _distrusted("wrong-host", "mismatch"),
            _distrusted("expired", "expired"),
        ),
    ),
    Row(
        name="broken-tls",
        group="TLS",
        fault="A TLS connection is reset, closed without a goodbye or garbled in the reply; or the port speaks plain "
        "HTTP.",
        promise="As for any broken connection: tried again, and never an error of the TLS library itself.",
        cases=(
            *(
                _broken(f"{how}-{where}", secure=True)
                for how in ("reset", "close", "half-close")
                for where in ("before", "in-head", "in-body")
            ),
            _broken("tls-garbage-in-body", secure=True),
            _broken("chunks-cut-off", secure=True),
            Case(
                name="passes-after-a-reset-over-tls", server="once-reset-in-body", listener="tls", scheme="https",
                host="localhost", attempts=2,
            ),
            Case(
                name="plain-http-on-the-port", listener="plain", scheme="https", error=KaizenConnectionError,
                attempts=3, requests=0, original="tls", slept=_OWN,
            ),
        ),
    ),
)  # fmt: skip

_REPLY: Final = (
    Row(
        name="page-in-place-of-json",
        group="The reply",
        fault="Something before the service answers an error in its own way: a page of HTML, or nothing.",
        promise="The class tells the status, and the text of the page is kept in `error.payload`.",
        cases=(
            Case(
                name="html-502", server="html-502", error=KaizenServerError, attempts=3, slept=_OWN,
                fields={"status_code": 502, "payload": "<html><h1>502 Bad Gateway</h1></html>", "detail": None},
            ),
            Case(
                name="empty-503", server="empty-503", error=KaizenServerError, attempts=3, slept=_OWN,
                fields={"status_code": 503, "payload": "", "detail": None},
            ),
            Case(
                name="html-422", server="html-422", error=KaizenValidationError,
                fields={"status_code": 422, "payload": "<html>Unprocessable</html>", "detail": None, "errors": []},
            ),
        ),
    ),
    Row(
        name="validation",
        group="The reply",
        fault="422, whose `detail` is a text, a list, or something else.",
        promise="`error.errors` is a list in any case, and `error.detail` is what came.",
        cases=(
            Case(
                name="text-422", server="text-422", error=KaizenValidationError, says=("data is required",),
                fields={
                    "status_code": 422, "detail": "data is required",
                    "errors": [{"loc": [], "msg": "data is required", "type": "value_error"}],
                },
            ),
            Case(
                name="list-422", server="list-422", error=KaizenValidationError, says=("body.data: Field required",),
                fields={
                    "status_code": 422,
                    "errors": [{"loc": ["body", "data"], "msg": "Field required", "type": "missing"}],
                },
            ),
            Case(
                name="odd-422", server="odd-422", error=KaizenValidationError,
                fields={"status_code": 422, "detail": {"loc": 7}, "errors": []},
            ),
        ),
    ),
    Row(
        name="status",
        group="The reply",
        fault="Any status, also one that no standard knows.",
        promise="The class tells the status, or else whether it is 5xx (`KaizenServerError`); 408, 425, 429, 500, 502 "
        "to 504, 520 to 524 and 529 are tried again. Any 2xx is read as a success.",
        cases=(
            _status(400, KaizenBadRequestError),
            _status(401, KaizenAuthenticationError),
            _status(403, KaizenPermissionError),
            _status(404, KaizenNotFoundError),
            _status(410, KaizenExpiredError),
            _status(413, KaizenPayloadTooLargeError),
            *(_status(status, KaizenServerError, 3) for status in (500, 502, 503, 504, 520, 521, 522, 523, 524, 529)),
            *(_status(status, KaizenServerError, 1) for status in (501, 525, 599)),
            *(_status(status, KaizenAPIError) for status in (402, 405, 409, 418, 451, 499)),
            *(_status(status, KaizenAPIError, 3) for status in (408, 425)),
            Case(name="passes-after-a-500", server="once-status-500", attempts=2, slept=(0.25,)),
            Case(
                name="no-such-tokenizer", server="tokenizer-500", error=KaizenServerError,
                fields={"status_code": 500}, says=("Unable to load tokenizer",),
            ),
            Case(name="299", server="status-299", value="x", fields={"status": "ok"}),
            Case(name="hints-before-the-reply", server="early-hints"),
        ),
    ),
    Row(
        name="not-the-contract",
        group="The reply",
        fault="A success whose body is empty, blank, a page of HTML, JSON that is no object, cut off or no JSON, not "
        "text, or a number too long to be read.",
        promise="Not tried again; `error.reason` tells what is wrong, `error.preview` has the first bytes, "
        "`error.payload` the rest.",
        cases=(
            _not_the_contract("body-empty", "empty"),
            _not_the_contract("body-blank", "empty"),
            _not_the_contract("gzip-empty", "empty"),
            _not_the_contract("status-204", "empty", fields={"status_code": 204}),
            _not_the_contract("html-200", "is not JSON", fields={"payload": "<html>Log in</html>"}),
            _not_the_contract("body-null", "null", fields={"payload": None}),
            _not_the_contract("body-list", "list", fields={"payload": ["result"]}),
            _not_the_contract("body-string", "string", fields={"payload": "result"}),
            _not_the_contract("body-number", "number", fields={"payload": 42}),
            _not_the_contract("body-truncated", "is not JSON"),
            _not_the_contract("body-two-values", "is not JSON"),
            _not_the_contract("body-bad-utf8", "not text"),
            _not_the_contract("body-long-integer", "digits"),
            _not_the_contract("body-nan", "NaN"),
            _not_the_contract("body-infinity", "Infinity"),
        ),
    ),
    Row(
        name="missing-value",
        group="The reply",
        fault="A success without its `result`, or with one of another type.",
        promise="Not tried again; the reply is kept in `error.payload`.",
        cases=(
            _not_the_contract(
                "body-no-result", "result", fields={"payload": {"operation": "compress", "status": "ok"}}
            ),
            _not_the_contract("body-result-wrong-type", "result"),
        ),
    ),
    Row(
        name="malformed-statistics",
        group="The reply",
        fault="The sizes, token counts or other particulars beside the result are not what they should be.",
        promise="The call succeeds all the same; what cannot be read is None, and savings are measured by the client.",
        cases=(
            Case(name="stats-list", server="body-stats-list", value="x", fields={"stats": None}),
            Case(name="stats-texts", server="body-stats-texts", value="x"),
            Case(name="stats-negative", server="body-stats-negative", value="x"),
            Case(name="meta-wrong", server="body-meta-wrong", value="x", fields={"meta": None}),
        ),
    ),
    Row(
        name="deep-json",
        group="The reply",
        fault="JSON nested 100,000 deep, in a success or in an error.",
        promise="Not tried again, and never a `RecursionError`; the class tells the status.",
        cases=(
            _not_the_contract("body-deep", "nested too deeply"),
            Case(
                name="deep-400", server="deep-400", error=KaizenBadRequestError,
                fields={"status_code": 400, "detail": None},
            ),
        ),
    ),
    Row(
        name="other-encodings",
        group="The reply",
        fault="The JSON begins with a byte order mark, or is UTF-16 or UTF-32.",
        promise="Read as what it is.",
        cases=tuple(
            Case(name=name, server=name, value="été")
            for name in ("body-bom", "body-utf16", "body-utf16-be", "body-utf32")
        ),
    ),
    Row(
        name="broken-compression",
        group="The reply",
        fault="The compressed body is broken or cut off.",
        promise="Tried again, as a broken connection is; what was cut off is never taken for the whole.",
        cases=(
            *(_broken(name) for name in ("gzip-broken", "gzip-not-gzip")),
            _broken("gzip-truncated", original=None),
            Case(name="passes-after-a-truncation", server="once-gzip-truncated", attempts=2, slept=(0.25,)),
        ),
    ),
    Row(
        name="odd-compression",
        group="The reply",
        fault="The compressed body has several members, or padding after its end.",
        promise="Several members are one body, and padding is passed over.",
        cases=tuple(Case(name=name, server=name) for name in ("gzip", "gzip-members", "gzip-padded")),
    ),
    Row(
        name="too-large",
        group="The reply",
        fault="A body that is endless, or small and gigabytes when decompressed.",
        promise="Ends at `max_response_bytes`, and takes no more than twice as much memory; not tried again.",
        cases=tuple(
            _not_the_contract(
                name, "max_response_bytes", settings={"max_response_bytes": 4 * MIB}, memory=8 * MIB,
                fields={"status_code": 200, "payload": None},
            )
            for name in ("huge-body", "huge-chunked-body", "gzip-bomb")
        ),
    ),
    Row(
        name="large-head",
        group="The reply",
        fault="200 KB of header fields.",
        promise="More than a reply has any use for: a broken connection, and tried again.",
        cases=(_broken("huge-head"),),
    ),
    Row(
        name="many-header-fields",
        group="The reply",
        fault="A thousand short header fields.",
        promise="They are read.",
        cases=(Case(name="many-headers", server="many-headers"),),
    ),
)  # fmt: skip

_RETRY_AFTER: Final = (
    Row(
        name="retry-after",
        group="Retry-After",
        fault="429 with a `Retry-After` in seconds or as a date, in any of HTTP's three forms.",
        promise="Waited for, plus up to half as much again, then tried again; `error.retry_after` has the seconds.",
        cases=(
            _limited("seconds", 2.0, _TWO_SECONDS),
            _limited("fraction", 1.5, (1.875, 1.875)),
            _limited("spaced", 2.0, _TWO_SECONDS),
            _limited("date", 2.0, (2.5, 2.5)),
            _limited("date-rfc850", 2.0, (2.5, 2.5)),
            _limited("date-asctime", 2.0, (2.5, 2.5)),
            _limited("minute", 60.0, (75.0, 75.0), options={"deadline": 1000}),
            Case(
                name="on-503", server="retry-after-on-503", error=KaizenServerError, attempts=3, slept=_TWO_SECONDS,
                fields={"status_code": 503, "retry_after": 2.0},
            ),
            Case(name="passes", server="once-retry-after-seconds", attempts=2, slept=(2.5,)),
        ),
    ),
    Row(
        name="retry-after-too-long",
        group="Retry-After",
        fault="429 with a `Retry-After` of more than a minute, or past the call's deadline.",
        promise="Not waited for: raised at once, with the seconds in `error.retry_after`.",
        cases=(
            _limited("over-a-minute", 61.0, (), options={"deadline": 1000}),
            _limited("day", 86400.0, (), options={"deadline": 1000}),
            _limited("date-far", 347_155_200.0, (), options={"deadline": 1000}),
            Case(
                name="past-the-deadline", server="retry-after-seconds", error=KaizenRateLimitError, slept=(),
                options={"deadline": 1.0}, fields={"retry_after": 2.0},
            ),
            Case(
                name="minute-past-the-deadline", server="retry-after-minute", error=KaizenRateLimitError, slept=(),
                fields={"retry_after": 60.0},
            ),
        ),
    ),
    Row(
        name="retry-after-unusable",
        group="Retry-After",
        fault="429 without a `Retry-After`, or with one that is zero, past, negative, not a number, infinite, a list, "
        "another notation or no date.",
        promise="The client's own wait, up to 0.5 then 1 second, and then tried again.",
        cases=(
            *(_limited(name, 0.0, _OWN) for name in ("zero", "date-past")),
            *(
                _limited(name, None, _OWN)
                for name in (
                    "none", "negative", "nan", "inf", "exponent", "plus", "other-digits", "unit", "word", "empty",
                    "list", "twice", "digits", "date-impossible", "date-other-zone", "date-iso",
                )
            ),
        ),
    ),
)  # fmt: skip

_ADDRESSES: Final = (
    Row(
        name="redirect",
        group="Redirects, credentials and addresses",
        fault="301, 302, 303, 307 or 308, to wherever.",
        promise="Not followed: nothing is sent there, the key least of all. The text names the target.",
        cases=(
            *(
                _not_the_contract(
                    f"redirect-{status}", "a redirect to http://127.0.0.1:", "/elsewhere", "base_url",
                    fields={"status_code": status}, settings={"api_key": "a-key"},
                )
                for status in (301, 302, 303, 307, 308)
            ),
            _not_the_contract("redirect-nowhere", "redirect", fields={"status_code": 302}),
        ),
    ),
    Row(
        name="refused-while-uploading",
        group="Redirects, credentials and addresses",
        fault="The service refuses a large request while it is still being sent: 401, 413.",
        promise="The reply counts, not the upload that broke on it.",
        cases=tuple(
            Case(
                name=name, server=name, error=error, data="x" * 16 * MIB, seconds=(0.0, 10.0), slept=(),
                fields={"status_code": status, "detail": "said so"},
            )
            for name, error, status in (
                ("early-401", KaizenAuthenticationError, 401), ("early-413", KaizenPayloadTooLargeError, 413),
            )
        ),
    ),
    Row(
        name="unsendable-key",
        group="Redirects, credentials and addresses",
        fault="A key or a default header field with a line break, a control character or a letter outside ASCII.",
        promise="Refused when the client is made, before anything is sent; the value is not shown.",
        scenario=scenarios.keys_and_headers_that_cannot_be_sent,
        errors=(KaizenConfigError,),
        attempts="0",
    ),
    Row(
        name="base-url",
        group="Redirects, credentials and addresses",
        fault="A base URL with a path, or without a scheme, with spaces, a query, a fragment or credentials.",
        promise="A path is kept, before every route; the rest is a `KaizenConfigError` when the client is made.",
        scenario=scenarios.base_urls,
        attempts="0",
    ),
    Row(
        name="proxies",
        group="Redirects, credentials and addresses",
        fault="`HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` are set.",
        promise="Honoured; of a call over https the proxy learns the host, and no key.",
        scenario=scenarios.proxies_of_the_environment,
        attempts="1",
    ),
    Row(
        name="cookies",
        group="Redirects, credentials and addresses",
        fault="A reply sets cookies.",
        promise="They are in the reply's header fields, and are never sent back.",
        scenario=scenarios.cookies,
        attempts="1",
    ),
    Row(
        name="secrets",
        group="Redirects, credentials and addresses",
        fault="Something goes wrong in a call with a key, whatever it is, and is printed, logged or pickled.",
        promise="The key is in no text, note, log or pickle of it, even where the service repeats it.",
        scenario=scenarios.secrets_in_errors_logs_and_pickles,
    ),
    Row(
        name="secrets-in-tracebacks",
        group="Redirects, credentials and addresses",
        fault="The traceback of an error is reported together with the local variables.",
        promise="None of the client's shows the key, or the credentials among its default header fields.",
        scenario=scenarios.secrets_in_local_variables,
    ),
)  # fmt: skip

_LIFE: Final = (
    Row(
        name="given-up",
        group="A client's life",
        fault="A call is cancelled, or ended with Ctrl-C.",
        promise="It ends at once; its connection is free again within a second, and the client goes on.",
        scenario=scenarios.calls_that_are_given_up,
    ),
    Row(
        name="event-loops",
        group="A client's life",
        fault="One client is used in one event loop after another.",
        promise="It works; each loop has connections of its own.",
        scenario=scenarios.two_event_loops,
        attempts="1",
    ),
    Row(
        name="fork",
        group="A client's life",
        fault="The process forks after the client was used.",
        promise="The child opens connections of its own; parent and child never read each other's replies.",
        scenario=scenarios.fork,
        attempts="1",
    ),
    Row(
        name="threads",
        group="A client's life",
        fault="Sixteen threads, or hundreds of tasks, use one client at once.",
        promise="They share its connections, no more than `max_connections`, and each call gets its own reply.",
        scenario=scenarios.many_at_once,
        attempts="1",
    ),
    Row(
        name="pickle",
        group="A client's life",
        fault="A client, its settings, a result or an error is pickled or copied.",
        promise="It works, and carries no key; an unpickled client reads `KAIZEN_API_KEY`, or says that it has none.",
        scenario=scenarios.pickles_and_copies,
    ),
)  # fmt: skip

ROWS: Final[tuple[Row, ...]] = (*_CONNECTION, *_TLS, *_REPLY, *_RETRY_AFTER, *_ADDRESSES, *_LIFE)

assert NOW == 1_800_000_000.0, "the dates of the rows about Retry-After are counted from here"
