"""Parameters of a route, in its path, query and header: checked, and put where they belong.

No route of today has any; a route of tests stands for those to come.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kaizen_client import KaizenClient, KaizenPayloadError, SyncKaizenClient, _contract, payloads
from kaizen_client._contract import Operation, Parameter
from kaizen_client.headers import Headers
from kaizen_client.options import MISSING
from kaizen_client.results import KaizenResult
from kaizen_client.transports.base import WireReply, WireRequest

ROUTE = Operation(
    "get_payload", "GET", "/v1/payloads/{payload_id}", "x", None, "KaizenResult", deprecated=False,
    parameters=(
        Parameter("payload_id", "payload_id", "path", required=True, schema={"type": "string"}),
        Parameter("limit", "limit", "query", required=False, schema={"type": ["integer", "null"], "maximum": 9}),
        Parameter("tags", "tags", "query", required=False, schema={"type": "array", "items": {"type": "string"}}),
        Parameter("timeout_parameter", "timeout", "query", required=False, schema={"type": "boolean"}),
        Parameter("x_part", "x_part", "header", required=False, schema={"type": "string"}),
    ),
)  # fmt: skip


def get_kwargs(payload_id: str, *, x_part: str | None = None, **query: Any) -> dict[str, Any]:
    """Do what the generator makes of such a route."""
    return {
        "method": "get",
        "url": f"/v1/payloads/{payload_id.replace('/', '%2F')}",
        "params": {name: value for name, value in query.items() if value is not None},
        "headers": {} if x_part is None else {"X-Part": x_part},
    }


class Recorder:
    """A transport that keeps what it is asked to send."""

    def __init__(self) -> None:
        self.seen: list[WireRequest] = []

    def send(self, request: WireRequest) -> WireReply:
        self.seen.append(request)
        return WireReply(200, Headers(), b'{"id": "a"}')

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def route(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Recorder]]:
    monkeypatch.setitem(_contract.OPERATIONS, ROUTE.name, ROUTE)
    monkeypatch.setattr(payloads, "_endpoint", lambda name: (get_kwargs, None))
    recorder = Recorder()
    with SyncKaizenClient(base_url="http://h/pre", transport=recorder, default_headers={"x-own": "1"}) as client:

        def call(parameters: dict[str, Any], **options: Any) -> KaizenResult:
            given: Any = {**{one.keyword: MISSING for one in ROUTE.parameters}, **parameters}
            return client._call(ROUTE.name, KaizenResult, MISSING, {}, options, given)

        yield call, recorder


def test_they_stand_in_path_query_and_header(route: tuple[Any, Recorder]) -> None:
    call, recorder = route
    result = call({"payload_id": "a/b", "limit": 3, "tags": ["x y", "é"], "timeout_parameter": True, "x_part": "p"})
    assert result == {"id": "a"}
    (request,) = recorder.seen
    assert request.method == "GET"
    assert request.body is None
    assert request.url == "http://h/pre/v1/payloads/a%2Fb?limit=3&tags=x%20y&tags=%C3%A9&timeout=true"
    assert request.headers["x-part"] == "p"
    assert request.headers["x-own"] == "1"


def test_one_that_is_left_out_or_null_is_not_sent(route: tuple[Any, Recorder]) -> None:
    call, recorder = route
    call({"payload_id": "a", "limit": None})
    assert recorder.seen[0].url == "http://h/pre/v1/payloads/a"
    assert "x-part" not in recorder.seen[0].headers


def test_a_call_s_own_header_goes_over_a_parameter(route: tuple[Any, Recorder]) -> None:
    call, recorder = route
    call({"payload_id": "a", "x_part": "p"}, headers={"X-Part": "own"})
    assert recorder.seen[0].headers["x-part"] == "own"


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({}, "payload_id"),
        ({"payload_id": 7}, "payload_id"),
        ({"payload_id": ""}, "payload_id"),
        ({"payload_id": ".."}, "payload_id"),
        ({"payload_id": "a", "limit": "3"}, "limit"),
        ({"payload_id": "a", "limit": 10}, "limit"),
        ({"payload_id": "a", "tags": ["x", 1]}, "tags[1]"),
        ({"payload_id": "a", "x_part": "a\nb"}, "headers[X-Part]"),
    ],
)
def test_a_wrong_one_is_refused_before_anything_is_sent(
    parameters: dict[str, Any], path: str, route: tuple[Any, Recorder]
) -> None:
    call, recorder = route
    with pytest.raises(KaizenPayloadError) as caught:
        call(parameters)
    assert caught.value.path.lower() == path.lower()
    assert caught.value.remedy
    assert recorder.seen == []


def test_a_deprecated_one_warns(route: tuple[Any, Recorder], monkeypatch: pytest.MonkeyPatch) -> None:
    call, recorder = route
    old = tuple(one._replace(deprecated=one.name == "limit") for one in ROUTE.parameters)
    monkeypatch.setitem(_contract.OPERATIONS, ROUTE.name, ROUTE._replace(parameters=old))
    call({"payload_id": "a"})
    with pytest.warns(DeprecationWarning, match=r"limit= of get_payload\(\) is deprecated by the service"):
        call({"payload_id": "a", "limit": 1})
    assert recorder.seen[1].url.endswith("?limit=1")


async def test_the_generated_modules_may_send_a_query_too() -> None:
    seen: list[WireRequest] = []

    class AsyncRecorder:
        async def send(self, request: WireRequest) -> WireReply:
            seen.append(request)
            return WireReply(200, Headers(), b"{}")

        async def close(self) -> None:
            """Do nothing."""

    async with KaizenClient(base_url="http://h", transport=AsyncRecorder()) as client:
        http = client.generated().get_async_httpx_client()
        await http.request(method="get", url="/v1/payloads/a", params={"limit": 3, "all": False})
    assert seen[0].url == "http://h/v1/payloads/a?limit=3&all=false"
