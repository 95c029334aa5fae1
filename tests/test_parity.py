"""The two clients are one: the same methods, parameters, options and documentation."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from kaizen_client import AsyncKaizenClient, KaizenClient, SyncKaizenClient
from kaizen_client._contract import OPERATIONS

# Behaviour is proved alike by tests/sync, which is made from tests/async.
OF_ONE_KIND = {"aclose", "__aenter__", "__aexit__", "__enter__", "__exit__"}


def public(client: type) -> dict[str, Any]:
    return {
        name: inspect.getattr_static(client, name)
        for name in dir(client)
        if not name.startswith("_") and name not in OF_ONE_KIND
    }


def function(found: Any) -> Any:
    if isinstance(found, property):
        return found.fget
    return getattr(found, "__func__", found)


def test_the_async_client_has_its_habitual_name_too() -> None:
    assert AsyncKaizenClient is KaizenClient


def test_both_have_the_same_public_names() -> None:
    assert set(public(KaizenClient)) == set(public(SyncKaizenClient))


@pytest.mark.parametrize("name", sorted(public(KaizenClient)))
def test_a_method_takes_and_returns_the_same(name: str) -> None:
    one, other = function(public(KaizenClient)[name]), function(public(SyncKaizenClient)[name])
    assert str(inspect.signature(one)) == str(inspect.signature(other))
    assert other.__doc__
    assert "await" not in other.__doc__
    assert not inspect.iscoroutinefunction(other)


def test_the_routes_are_async_in_the_async_client() -> None:
    routes = [
        name for name in public(KaizenClient) if inspect.iscoroutinefunction(function(public(KaizenClient)[name]))
    ]
    assert sorted(routes) == sorted([*OPERATIONS, "close", "request"])
