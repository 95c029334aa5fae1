"""Settings that let others read along warn: once, and at the line that made the client."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from kaizen_client import KaizenClient, KaizenSecurityWarning, SyncKaizenClient

BOTH = pytest.mark.parametrize("kind", [KaizenClient, SyncKaizenClient])
MADE: list[Callable[..., Any]] = [
    lambda kind, **settings: kind(**settings),
    lambda kind, **settings: kind.from_env(**settings),
    lambda kind, **settings: kind.embedded().with_options(**settings),
]


@BOTH
@pytest.mark.parametrize("make", MADE)
@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"base_url": "http://10.0.0.7:8000"}, "10.0.0.7"),
        ({"base_url": "https://elsewhere.example", "verify_ssl": False}, "verify_ssl"),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_warning_points_at_the_line_that_made_the_client(
    kind: Any, make: Callable[..., Any], settings: dict[str, Any], text: str
) -> None:
    with pytest.warns(KaizenSecurityWarning, match=text) as caught:
        make(kind, **settings)
    (found,) = [warning for warning in caught if warning.category is KaizenSecurityWarning]
    assert found.filename == __file__


@BOTH
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "kaizen.localhost"])
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_this_machine_is_no_network(kind: Any, host: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", KaizenSecurityWarning)
        kind(base_url=f"http://{host}:8000")
