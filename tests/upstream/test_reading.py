"""From a path or a URL to a document; what is none is refused with its place and a remedy."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.upstream.conftest import SCRIPTS
from tests.upstream.documents import Document

pytestmark = pytest.mark.enable_socket
# Each line is nine times the one before.
ALIASES = "a0: &a0 [1]\n" + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return import_module("upstream.reading")


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, Answer]], str]]:
    servers = []

    def start(answers: dict[str, Answer]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, body = answers[self.path.partition("?")[0]]
                self.send_response(status)
                for name, value in {"content-length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_document_is_fetched_over_redirects_and_unpacked(
    reading: Any, serve: Callable[[dict[str, Answer]], str], document: Document
) -> None:
    body = gzip.compress(json.dumps(document).encode())
    url = serve(
        {"/old": (302, {"location": "/openapi.json"}, b""), "/openapi.json": (200, {"content-encoding": "gzip"}, body)}
    )
    found = reading.read(f"{url}/old?token=secret")
    assert found.tree == document
    assert "secret" not in found.source


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((404, {}, b"{}"), "the server answered 404"),
        ((500, {}, b""), "the server answered 500"),
        ((302, {"location": "/"}, b""), "cannot be fetched"),
        ((200, {}, b"<html>"), "this is HTML or XML"),
        ((200, {}, b""), "the file is empty"),
        ((200, {"content-length": "9"}, b"{}"), "cannot be fetched"),
        ((200, {"content-encoding": "gzip"}, b"no"), "cannot be fetched"),
    ],
)
def test_what_cannot_be_fetched_is_refused_without_its_secrets(
    answer: Answer, reason: str, reading: Any, serve: Callable[[dict[str, Answer]], str]
) -> None:
    url = serve({"/": answer}).replace("//", "//user:password@")
    with pytest.raises(Exception, match=reason) as caught:
        reading.read(f"{url}/?token=secret")
    assert type(caught.value).__name__ == "Refused"
    assert not {"password", "secret"} & set(str(caught.value).replace("/", " ").replace("=", " ").split())
    assert caught.value.remedy  # type: ignore[attr-defined]


def test_a_document_larger_than_any_is_not_read_to_its_end(
    reading: Any, serve: Callable[[dict[str, Answer]], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reading, "LARGEST", 1000)
    with pytest.raises(Exception, match="is larger than 1,000 bytes"):
        reading.read(serve({"/": (200, {}, b" " * 1001)}))
    (tmp_path / "large.json").write_bytes(b" " * 1001)
    with pytest.raises(Exception, match="is larger than 1,000 bytes"):
        reading.read(tmp_path / "large.json")


def test_one_that_never_ends_is_given_up(
    reading: Any, serve: Callable[[dict[str, Answer]], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LONGEST", -1.0)
    with pytest.raises(Exception, match="takes longer than"):
        reading.read(serve({"/": (200, {}, b"{}")}))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": NaN}', "JSON has no NaN"),
        ("a: .inf", "JSON has no inf"),
        ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
        ("a: 1\na: 2\n", "the key 'a' stands twice"),
        ('{"a": "\\ud800"}', "one half of a surrogate pair"),
        ("a: &a [*a]", "a YAML alias holds itself"),
        ('{"a": ' + "1" * 5000 + "}", "this is not JSON"),
        ("[" * 100_000, "nested too deeply|neither JSON nor YAML"),
        (ALIASES, "has too many places"),
        ("just words", "not an object but a text"),
        ("a: {b", "neither JSON nor YAML"),
    ],
)
def test_what_is_no_document_is_refused(text: str, reason: str, reading: Any, tmp_path: Path) -> None:
    path = tmp_path / "openapi"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match=reason) as caught:
        reading.read(path)
    assert type(caught.value).__name__ == "Refused"
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["http://[::1", "a\0b", "/nowhere/at/all.json", "."])
def test_what_leads_nowhere_is_refused(name: str, reading: Any) -> None:
    with pytest.raises(Exception, match=r"no URL|no path|cannot be read|a folder") as caught:
        reading.read(name)
    assert type(caught.value).__name__ == "Refused"


def test_yaml_is_read_as_json_has_it(reading: Any) -> None:
    found = reading.parsed(b"openapi: 3.1.0\ndate: 2026-01-01\n200: {on: yes}\n", "x")
    assert found.tree == {"openapi": "3.1.0", "date": "2026-01-01", "200": {"true": True}}


def test_places_have_lines_and_pointers(reading: Any) -> None:
    found = reading.parsed(b'{\n "a/b": {\n  "c~d": [1,\n   2]}}', "x")
    assert found.at("/a~1b/c~0d/1") == 2
    assert [found.line(pointer) for pointer in ("", "/a~1b", "/a~1b/c~0d", "/a~1b/c~0d/1", "/x")] == [1, 2, 3, 4, None]


def test_the_scripts_are_found(reading: Any) -> None:
    assert Path(sys.modules["upstream.reading"].__file__ or "").is_relative_to(SCRIPTS)
