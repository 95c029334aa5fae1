"""The key: asked for on every route but health, before a body is read, and shown nowhere."""

from __future__ import annotations

from typing import Any

import pytest

KEY = "marked-secret-7f3a"


@pytest.mark.parametrize("headers", [{"authorization": f"Bearer {KEY}"}, {"x_api_key": KEY}])
def test_either_header_is_enough(serve: Any, headers: dict[str, str]) -> None:
    assert serve(api_key=KEY).ask("POST", "/v1/compress", {"data": 1}, **headers).status == 200


@pytest.mark.parametrize("headers", [{}, {"x_api_key": "other"}, {"authorization": "Basic a2V5"}])
def test_without_the_key_it_is_a_401_that_says_how_to_send_one(serve: Any, headers: dict[str, str]) -> None:
    got = serve(api_key=KEY).ask("POST", "/v1/compress", {"data": 1}, **headers)
    assert (got.status, got.body["code"], got.headers["www-authenticate"]) == (401, "unauthorized", "Bearer")


def test_health_asks_for_no_key(serve: Any) -> None:
    assert serve(api_key=KEY).ask("GET", "/").status == 200


def test_a_stranger_is_refused_before_the_body_comes(serve: Any) -> None:
    with serve(api_key=KEY).raw() as connection:
        connection.send(b"POST /v1/compress HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999\r\n\r\n")
        assert connection.read_reply().status == 401


def test_a_key_that_is_sent_twice_is_no_key(serve: Any) -> None:
    with serve(api_key=KEY).raw() as connection:
        field = f"x-api-key: {KEY}\r\n".encode()
        connection.send(b"POST /v1/compress HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n", field, field, b"\r\n")
        assert connection.read_reply().status == 401


@pytest.mark.parametrize("way", ["option", "variable"])
def test_the_command_asks_for_its_key_and_shows_it_nowhere(command: Any, way: str) -> None:
    started = (
        command("--api-key", KEY, "--log-level", "debug")
        if way == "option"
        else command("--log-level", "debug", KAIZEN_SERVER_API_KEY=KEY)
    )
    assert started.ask("POST", "/v1/compress", {"data": 1}).status == 401
    assert started.ask("POST", "/v1/compress", {"data": 1}, x_api_key=KEY).status == 200
    assert started.ask("POST", "/v1/compress", {"data": 1}, x_api_key=f"{KEY}x").status == 401
    status, out, err = started.finish()
    assert status == 0
    assert KEY not in started.url + out + err
    assert "401" in err


def test_the_key_of_the_option_goes_before_that_of_the_environment(command: Any) -> None:
    started = command("--api-key", KEY, KAIZEN_SERVER_API_KEY="other")
    assert started.ask("POST", "/v1/compress", {"data": 1}, x_api_key=KEY).status == 200


def test_a_clients_own_key_in_the_environment_is_not_taken(command: Any) -> None:
    started = command(KAIZEN_API_KEY=KEY)
    assert started.ask("POST", "/v1/compress", {"data": 1}).status == 200


@pytest.mark.parametrize(
    ("host", "environment", "warned"),
    [
        ("0.0.0.0", {}, True),  # noqa: S104 - that this is warned of is what is tested
        ("0.0.0.0", {"KAIZEN_SERVER_API_KEY": KEY}, False),  # noqa: S104
        ("127.0.0.1", {}, False),
        ("localhost", {}, False),
    ],
)
def test_only_an_open_server_that_others_can_reach_is_warned_of(
    command: Any, host: str, environment: dict[str, str], warned: bool
) -> None:
    started = command("--host", host, "--quiet", **environment)
    assert started.ask("GET", "/").status == 200
    _, _, err = started.finish()
    assert ("warning: other machines can reach this server" in err) is warned
    assert warned or err == ""
