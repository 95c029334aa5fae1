"""Header fields: names have no case, credentials are not shown, and nothing can start a new line."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from kaizen_client.headers import HIDDEN, Headers, is_secret, problem_with

SECRET = "sk-live-5d41402abc4b2a76"


@pytest.mark.parametrize("name", ["retry-after", "Retry-After", "RETRY-AFTER"])
def test_names_have_no_case(name: str) -> None:
    headers = Headers({"ReTry-AFTER": "2"})
    assert headers[name] == headers.get(name) == "2"
    assert name in headers
    assert list(headers) == ["retry-after"]


def test_it_is_a_mapping() -> None:
    headers = Headers([("A", "1"), ("b", "2")])
    assert len(headers) == 2
    assert dict(headers) == {"a": "1", "b": "2"}
    assert headers.get("c") is None
    assert headers == Headers({"B": "2", "a": "1"})
    anything: Any = headers
    assert 5 not in anything
    assert len(Headers()) == len(Headers(None)) == len(Headers({})) == 0
    with pytest.raises(KeyError):
        headers["c"]


def test_it_cannot_be_changed() -> None:
    headers: Any = Headers({"a": "1"})
    with pytest.raises(TypeError):
        headers["a"] = "2"
    with pytest.raises(TypeError):
        del headers["a"]
    with pytest.raises(AttributeError):
        headers.other = 1


def test_what_it_was_made_from_may_change() -> None:
    source = {"a": "1"}
    headers = Headers(source)
    source["a"] = "2"
    assert headers["a"] == "1"


def test_repeated_fields_are_joined_in_their_order() -> None:
    assert Headers([("Warning", "a"), ("x", "1"), ("warning", "b"), ("WARNING", "c")])["warning"] == "a, b, c"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_pickled_and_copied(protocol: int) -> None:
    headers = Headers({"A": "1", "Set-Cookie": "x"})
    for twin in (pickle.loads(pickle.dumps(headers, protocol)), copy.copy(headers), copy.deepcopy(headers)):
        assert type(twin) is Headers
        assert twin == headers
        assert twin["SET-COOKIE"] == "x"


@pytest.mark.parametrize(
    "name",
    [
        "Authorization", "Proxy-Authorization", "WWW-Authenticate", "X-API-Key", "x-apikey", "Api-Key", "Cookie",
        "Set-Cookie", "X-Auth-Token", "X-Amz-Security-Token", "Client-Secret", "X-Password", "X-Credentials",
        "X-Signature",
    ],
)  # fmt: skip
def test_a_field_that_carries_a_credential_is_not_shown(name: str) -> None:
    assert is_secret(name)
    assert is_secret(name.upper())
    headers = Headers({name: SECRET, "x-plain": "seen"})
    assert SECRET not in f"{headers} {headers!r}"
    assert HIDDEN in repr(headers)
    assert "seen" in repr(headers)
    assert headers[name] == SECRET


@pytest.mark.parametrize("name", ["Content-Type", "Retry-After", "X-Request-ID", "Location", "X-Should-Retry", "Age"])
def test_other_fields_are_shown(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-A", "1"), ("x", ""), ("!#$%&'*+-.^_`|~09Az", "a"), ("X-A", "a\tb c"), ("X-A", '"q" , ;=')],
)
def test_what_may_be_sent(name: str, value: str) -> None:
    assert problem_with(name, value) is None


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a:", "a\n", "a\r\nb", "\u00e9", "a\x00", "(a)", None, 5, b"a", "a/b"]
)
def test_what_is_no_name(name: Any) -> None:
    assert problem_with(name, "1") == "the name is not an HTTP field name"


@pytest.mark.parametrize(
    "end", ["\n", "\r", "\r\n", "\x00", "\x7f", "\x1b[31m", "\x0b", "\u0085", "\u2028", "\u00e9", "\ud800"]
)
def test_what_is_no_value_is_told_without_it(end: str) -> None:
    problem = problem_with("x-a", f"{SECRET}{end}x")
    assert problem is not None
    assert SECRET not in problem


@pytest.mark.parametrize("value", [None, 5, b"x", ["x"], True])
def test_a_value_that_is_no_string_is_told_by_its_type(value: Any) -> None:
    assert problem_with("x-a", value) == f"the value must be a string, not {type(value).__name__}"
