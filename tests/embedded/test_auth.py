from __future__ import annotations

from typing import Any

import pytest

from kaizen_client.embedded import Engine

KEY = "key-\u00e9-1"


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {KEY}"},
        {"Authorization": f"bearer  {KEY} "},
        {"x-api-key": KEY},
        {"X-API-Key": KEY},
        {"authorization": f"Bearer {KEY}", "x-api-key": KEY},
        {"authorization": "Bearer other", "x-api-key": KEY},
        {"authorization": f"Bearer {KEY}", "x-api-key": "other"},
    ],
)
def test_either_header_with_the_key_is_enough(call: Any, headers: Any) -> None:
    assert call("/v1/compress", {"data": 1}, api_key=KEY, headers=headers).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer "},
        {"authorization": KEY},
        {"authorization": f"Basic {KEY}"},
        {"authorization": f"Bearer {KEY}x"},
        {"x-api-key": ""},
        {"x-api-key": f"Bearer {KEY}"},
        {"x-api-key": "\ud800"},
        {"x-api-key": KEY.upper()},
    ],
)
def test_without_the_key_there_is_a_401(call: Any, headers: Any) -> None:
    answered = call("/v1/compress", {"data": 1}, api_key=KEY, headers=headers)
    assert answered.status == 401
    assert answered.body["detail"]
    assert answered.headers["www-authenticate"] == "Bearer"
    assert KEY not in str(answered)


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/unknown"), ("GET", "/v1/compress"), ("POST", "/")])
def test_a_stranger_learns_nothing_about_the_routes(call: Any, method: str, path: str) -> None:
    assert call(path, method=method, api_key=KEY).status == 401


def test_health_needs_no_key(call: Any) -> None:
    assert call("/", api_key=KEY).status == 200


def test_without_a_key_set_everyone_is_let_in(call: Any) -> None:
    assert call("/v1/compress", {"data": 1}, headers={"x-api-key": "any"}).status == 200


def test_an_empty_key_is_refused_since_it_would_keep_no_one_out() -> None:
    with pytest.raises(ValueError, match="api_key"):
        Engine(api_key="")


def test_the_repr_says_that_there_is_a_key_and_not_which() -> None:
    assert repr(Engine(api_key=KEY)) == "<Engine envelope='documented' auth=key region='embedded'>"
    assert repr(Engine()) == "<Engine envelope='documented' auth=none region='embedded'>"
