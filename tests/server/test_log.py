"""The access log: one line a request, from an allow-list, that nobody can forge."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from kaizen_client.embedded import Engine
from kaizen_client.embedded.server import Rate, create_app

MARK = "marked-secret-7f3a"
LINE = re.compile(r"(\S+) (\S+) (\d{3}|-) \d+\.\dms in=(\d+) out=(\d+) id=(.+)")


def fields(line: str) -> tuple[str, ...]:
    found = LINE.fullmatch(line)
    assert found is not None, line
    return found.groups()


def test_a_line_has_method_path_status_sizes_and_the_id_of_the_reply(serve: Any, lines: Any) -> None:
    got = serve().ask("POST", "/v1/compress?a=1", b'{"data": 1}')
    line = lines.wait_for("POST")
    method, path, status, taken, given, request_id = fields(line)
    assert (method, path, status, taken) == ("POST", "/v1/compress", "200", "11")
    assert (given, request_id) == (got.headers["content-length"], got.headers["x-request-id"])


def test_there_is_one_line_for_each_request_whatever_becomes_of_it(serve: Any, lines: Any) -> None:
    served = serve(rate=Rate(5, 3600), max_body_bytes=100)
    asked = [
        ("GET", "/", None, 200),
        ("POST", "/v1/compress", b'{"data": 1}', 200),
        ("POST", "/v1/compress", b"{", 422),
        ("POST", "/v1/compress", b"x" * 101, 413),
        ("POST", "/v1/unknown", b"{}", 404),
        ("HEAD", "/v1/compress", None, 405),
        ("POST", "/v1/compress", b"{}", 429),
    ]
    for number, (method, path, body, status) in enumerate(asked):
        assert served.ask(method, path, body, x_request_id=f"r-{number}").status == status
    served.close()
    assert [(*fields(line)[:3], fields(line)[5]) for line in lines.texts] == [
        (method, path, str(status), f"r-{number}") for number, (method, path, _, status) in enumerate(asked)
    ]


def test_no_body_query_or_header_value_is_logged(serve: Any, lines: Any, faults: Any) -> None:
    served = serve(api_key=MARK, max_body_bytes=1000)
    secret = {"authorization": f"Bearer {MARK}", "x_api_key": MARK, "cookie": MARK, "x_other": MARK}
    for body in ({"data": MARK}, {"data": MARK, "metadata": {"a": MARK}}, {"data": MARK * 100}, MARK.encode()):
        served.ask("POST", f"/v1/compress?key={MARK}", body, **secret)
    served.close()
    assert len(lines.texts) == 4
    assert MARK not in "".join(lines.texts + faults.texts)


def run(app: Any, path: str, raw_path: bytes | None, method: str = "GET", **more: Any) -> dict[str, Any]:
    """Send a request as another ASGI server might hand it on, and return the start of the reply."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [], **more}
    if raw_path is not None:
        scope["raw_path"] = raw_path
    asyncio.run(app(scope, receive, send))
    return sent[0]


@pytest.mark.parametrize(
    ("path", "raw_path"),
    [
        ("/a\nGET / 200", b"/a\nGET / 200"),
        ("/a\r\nb", b"/a\r\nb"),
        ("/\x1b[2Jx", b"/\x1b[2Jx"),
        ("/a\u2028b", "/a\u2028b".encode()),
        ("/a\nb", None),
        ("/\x85", b"/\x85"),
    ],
)
def test_control_characters_of_a_path_forge_no_line(lines: Any, path: str, raw_path: bytes | None) -> None:
    assert run(create_app(Engine()), path, raw_path)["status"] == 404
    (line,) = lines.texts
    assert line.isascii()
    assert line.isprintable()
    assert fields(line)[:3] == ("GET", fields(line)[1], "404")


def test_a_method_forges_no_line_either(lines: Any) -> None:
    run(create_app(Engine()), "/", b"/", "GE\nT /x 200")
    (line,) = lines.texts
    assert fields(line)[0] == "GE\\nT\\x20/x\\x20200"


def test_an_encoded_line_break_stays_encoded(serve: Any, lines: Any) -> None:
    assert serve().ask("GET", "/a%0Ab%20c").status == 404
    assert fields(lines.wait_for("GET"))[1] == "/a%0Ab%20c"


def test_a_long_path_is_cut(serve: Any, lines: Any) -> None:
    assert serve().ask("GET", "/" + "x" * 5000).status == 404
    assert len(lines.wait_for("GET")) < 350


def test_an_id_that_is_not_fit_for_a_header_is_not_logged(serve: Any, lines: Any) -> None:
    got = serve().ask("GET", "/", x_request_id="x" * 300)
    request_id = fields(lines.wait_for("GET"))[5]
    assert request_id == got.headers["x-request-id"] != "x" * 300
