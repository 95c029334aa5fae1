"""How the engine's replies come over HTTP: methods, routes, header fields, paths, and where the app is mounted."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from kaizen_client.embedded import Engine
from kaizen_client.embedded.server import create_app

METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "QUERY"]


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_of_a_route_are_told_which_is_allowed(serve: Any, method: str) -> None:
    served = serve()
    got = served.ask(method, "/v1/compress")
    assert (got.status, got.headers["allow"]) == (405, "POST")
    if method != "GET":
        assert served.ask(method, "/").headers["allow"] == "GET"


@pytest.mark.parametrize("method", [*METHODS, "POST"])
@pytest.mark.parametrize("path", ["/v1", "/v1/compress/", "//v1/compress", "/V1/compress", "/docs", "/openapi.json"])
def test_routes_nobody_knows_are_a_404(serve: Any, method: str, path: str) -> None:
    got = serve().ask(method, path)
    assert got.status == 404
    assert method == "HEAD" or got.body["code"] == "not_found"


def test_a_reply_to_head_has_no_body_and_leaves_the_connection_usable(serve: Any) -> None:
    with serve().session() as session:
        assert session.ask("HEAD", "/").body == {}
        assert session.ask("GET", "/").body["status"] == "ok"


def test_a_path_is_taken_as_it_was_sent(serve: Any) -> None:
    served = serve()
    assert served.ask("POST", "/v1%2Fcompress", {"data": 1}).status == 404
    assert served.ask("POST", "/v1/compress%3Fa", {"data": 1}).status == 404
    assert served.ask("POST", "/v1/compress?a=b", {"data": 1}).status == 200


def test_every_reply_has_an_id_and_the_callers_own_when_it_sent_one(serve: Any) -> None:
    served = serve(max_body_bytes=100)
    for method, path, body in [
        ("GET", "/", None),
        ("POST", "/v1/compress", {"data": 1}),
        ("POST", "/v1/compress", b"{"),
        ("POST", "/v1/compress", b"x" * 200),
        ("POST", "/nothing", b""),
    ]:
        first, second = served.ask(method, path, body), served.ask(method, path, body)
        assert first.headers["x-request-id"] != second.headers["x-request-id"]
        got = served.ask(method, path, body, x_request_id="mine 1")
        assert got.headers["x-request-id"] == "mine 1"
        assert got.status == 200 or got.body["request_id"] == "mine 1"


def test_error_bodies_have_detail_code_and_request_id(serve: Any) -> None:
    got = serve().ask("POST", "/v1/decompress", {"data": "a[2]: 1"})
    assert got.status == 400
    assert set(got.body) == {"detail", "code", "request_id"}
    assert got.headers["content-type"] == "application/json"


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "identity, gzip", "nonsense"])
def test_a_compressed_body_is_refused(serve: Any, coding: str) -> None:
    got = serve().ask("POST", "/v1/compress", {"data": 1}, content_encoding=coding)
    assert (got.status, got.body["code"], got.headers["accept-encoding"]) == (415, "unsupported_encoding", "identity")


def test_the_server_does_not_say_what_it_runs_on(command: Any) -> None:
    got = command().ask("GET", "/")
    assert "server" not in got.headers
    assert "uvicorn" not in str(got).lower()


def test_the_app_can_be_mounted_below_a_path_of_another(served_by: Any) -> None:
    served = served_by(Starlette(routes=[Mount("/kaizen é", app=create_app(Engine()))]))
    assert served.ask("GET", "/kaizen%20%C3%A9/").status == 200
    got = served.ask("POST", "/kaizen%20%C3%A9/v1/compress", {"data": {"id": 1}})
    assert (got.status, got.body["result"]) == (200, "id: 1")


def test_the_start_and_the_end_of_a_server_are_answered(served_by: Any, faults: Any) -> None:
    served = served_by(create_app(Engine()), lifespan="on")
    assert served.ask("GET", "/").status == 200
    served.close()
    assert faults.texts == []


async def test_a_web_socket_is_closed() -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await create_app(Engine())({"type": "websocket", "path": "/", "headers": []}, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]
