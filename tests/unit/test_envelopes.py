"""The service documents two forms of every reply; a result reads both alike."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

import kaizen_client
from kaizen_client import KaizenResponseError, KaizenResult, Saving, SyncKaizenClient
from kaizen_client._contract import OPERATIONS
from kaizen_client.headers import Headers
from kaizen_client.transports.base import WireReply, WireRequest

pytestmark = pytest.mark.usefixtures("both_ways")

CALLS: dict[str, dict[str, Any]] = {
    "compress": {"data": 1},
    "optimize": {"data": 1},
    "optimize_request": {"prompt": 1},
    "prompts_encode": {"prompt": 1},
    "decompress": {"data": "x"},
    "optimize_response": {"ktof": "x"},
    "prompts_decode": {"ktof": "x"},
}
ENCODERS = list(CALLS)[:4]
DECODERS = list(CALLS)[4:]


class Canned:
    """A transport with one answer."""

    def __init__(self, body: Any, status: int = 200) -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status = status

    def send(self, request: WireRequest) -> WireReply:
        return WireReply(self.status, Headers({"X-Request-ID": "r-1", "Content-Type": "text/x"}), self.body)

    def close(self) -> None:
        """Do nothing."""


def answered(name: str, reply: Any) -> Any:
    with SyncKaizenClient(base_url="http://h", transport=Canned(reply)) as client:
        return getattr(client, name)(**CALLS.get(name, {}), metadata={"own": 1})


def documented(name: str, value: Any) -> dict[str, Any]:
    return {
        "operation": name.replace("_", "."),
        "status": "ok",
        ("data" if name == "decompress" else "result"): value,
        "stats": {"original_bytes": 2048, "compressed_bytes": 612, "reduction_ratio": 0.299},
        "token_stats": {"m": {"original": 100, "compressed": 129}},
        "metadata": {"echo": 1},
        "newer": {"a": [1]},
    }


def of_the_server(name: str, value: Any) -> dict[str, Any]:
    return {
        "operation": name,
        "status": "success",
        "result": value,
        "stats": {"original_length": 2048, "optimized_length": 612, "reduction": 1436, "reduction_ratio": 0.701},
        "token_stats": {"raw": {"m": {"tokens": 100, "bytes": 9}}, "optimized": {"m": {"tokens": 129, "bytes": 9}}},
        "meta": {"auto_detected_json": True, "embedded_json_count": 2, "client_metadata": {"echo": 1}, "newer": 5},
        "newer": {"a": [1]},
    }


ANY_JSON: list[Any] = [{"id": 1}, None, [], "", 0, False]
VALUES: list[tuple[str, Any]] = [
    *((name, value) for name in ENCODERS for value in ("id: 1", "")),
    *((name, value) for name in DECODERS for value in ANY_JSON),
]


@pytest.mark.parametrize("form", [documented, of_the_server])
@pytest.mark.parametrize(("name", "value"), VALUES)
def test_both_forms_of_every_route_give_the_value_and_the_metadata(form: Any, name: str, value: Any) -> None:
    reply = form(name, value)
    result = answered(name, reply)
    assert type(result) is getattr(kaizen_client, OPERATIONS[name].result)
    assert result == reply
    assert json.loads(json.dumps(result)) == reply
    assert result.value == value
    assert type(result.value) is type(value)
    assert result.metadata == {"echo": 1}
    assert result.compressed is True
    assert result.error is None
    assert result["newer"] == {"a": [1]}
    assert (result.operation, result.status) == (reply["operation"], reply["status"])


@pytest.mark.parametrize("form", [documented, of_the_server])
@pytest.mark.parametrize("name", CALLS)
def test_a_reply_alone_tells_its_own_sizes_and_tokens_in_both_forms(form: Any, name: str) -> None:
    result = getattr(kaizen_client, OPERATIONS[name].result).from_reply(form(name, "x"))
    size = Saving(2048, 612, "bytes" if form is documented else "characters")
    assert result.savings == (
        size if form is documented else None,
        None if form is documented else size,
        {"m": Saving(100, 129, "tokens")},
    )
    assert (size.saved, round(size.percent, 1)) == (1436, 70.1)
    assert result.savings.tokens["m"].saved == -29


@pytest.mark.parametrize("form", [documented, of_the_server])
@pytest.mark.parametrize("name", CALLS)
def test_the_result_knows_how_it_came_and_survives_a_pickle(form: Any, name: str) -> None:
    result = answered(name, form(name, "x"))
    assert (result.request_id, result.http.status) == ("r-1", 200)
    assert result.http.headers["x-request-id"] == "r-1"
    assert [attempt.status for attempt in result.http.attempts] == [200]
    twin = pickle.loads(pickle.dumps(result))
    assert (twin, twin.http, twin.metadata, type(twin)) == (result, result.http, {"echo": 1}, type(result))


@pytest.mark.parametrize("form", [documented, of_the_server])
@pytest.mark.parametrize("name", CALLS)
def test_parsed_is_the_generated_model_with_what_is_newer(form: Any, name: str) -> None:
    parsed = answered(name, form(name, "x")).parsed
    assert type(parsed).__name__ == OPERATIONS[name].result
    assert parsed.additional_properties["newer"] == {"a": [1]}
    assert form(name, "x").items() <= {**form(name, "x"), **parsed.to_dict()}.items()


@pytest.mark.parametrize("name", CALLS)
def test_every_optional_block_may_be_absent_or_null(name: str) -> None:
    for reply in ({"result": "x"}, {"result": "x", **dict.fromkeys(("stats", "meta", "status", "operation"))}):
        result = answered(name, reply)
        assert (result.stats, result.meta, result.status, result.operation) == (None, None, None, None)
        assert result.metadata == {"own": 1}
        assert str(type(result)(reply).savings) == "not known"


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("stats", "known"),
    [
        ({"original_bytes": 10, "reduction_ratio": 0.5}, False),
        ({"reduction_ratio": 0.5}, False),
        ({"original_bytes": True, "compressed_bytes": 1}, False),
        ({"original_bytes": -1, "compressed_bytes": 1}, False),
        ({"original_bytes": "10", "compressed_bytes": "5"}, False),
        ({"original_bytes": 10, "compressed_bytes": 12, "reduction_ratio": 0.9}, True),
        ({"original_bytes": 0, "compressed_bytes": 0}, True),
    ],
)
def test_a_saving_is_never_made_from_the_ratio(name: str, stats: dict[str, Any], known: bool) -> None:
    result = getattr(kaizen_client, OPERATIONS[name].result)({"result": "x", "stats": stats})
    assert (result.savings.bytes is not None) is known


@pytest.mark.parametrize("name", CALLS)
def test_a_reply_without_its_value_is_an_error_with_all_that_is_known(name: str) -> None:
    with pytest.raises(KaizenResponseError, match="the reply has no") as caught:
        answered(name, {"status": "ok", "results": "x"})
    error = caught.value
    assert (error.status_code, error.request_id, error.metadata) == (200, "r-1", {"own": 1})
    assert error.payload == {"status": "ok", "results": "x"}
    assert error.headers["content-type"] == "text/x"
    assert len(error.attempts) == 1


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("value", [None, 5, ["x"], {"a": 1}, True])
def test_an_encoder_that_gives_no_text_is_an_error(name: str, value: Any) -> None:
    with pytest.raises(KaizenResponseError, match="not a text"):
        answered(name, {"result": value})


@pytest.mark.parametrize("name", [*CALLS, "health"])
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html>ok</html>", "not JSON"),
        (b'{"result": "x"', "not JSON"),
        (b'{"result": NaN}', "NaN"),
        (b'{"result": "\xff"}', "not text"),
        (b"[" * 100_000, "nested too deeply"),
        (b'[{"result": "x"}]', "a list"),
        (b"null", "null"),
        (b'"x"', "a string"),
        (b"true", "a boolean"),
        (b"1.5", "a number"),
    ],
)
def test_a_success_that_is_no_json_object_is_an_error_with_its_first_bytes(name: str, body: bytes, reason: str) -> None:
    with pytest.raises(KaizenResponseError, match=reason) as caught:
        answered(name, body)
    error = caught.value
    assert error.url == f"http://h{OPERATIONS[name].path}"
    assert error.preview == body[:120]
    assert (error.content_type, error.request_id, error.metadata) == ("text/x", "r-1", {"own": 1})
    assert isinstance(error, ValueError)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    "reply",
    [
        {"operation": "health", "status": "ok", "uptime": 5, "region": "eu"},
        {"uptime": "5 days"},
        {"message": "Welcome to the Token Service"},
        {},
    ],
)
def test_health_takes_either_form(reply: dict[str, Any]) -> None:
    result = answered("health", reply)
    assert result == reply
    for name in ("operation", "status", "uptime", "region", "message"):
        assert getattr(result, name) == reply.get(name)


def test_a_result_of_a_user_s_own_is_a_result_without_a_call() -> None:
    result = KaizenResult({"result": 1})
    assert (result.value, result.http, result.request_id, result.metadata) == (1, None, None, {})
