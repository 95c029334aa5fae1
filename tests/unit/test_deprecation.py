"""What the contract deprecates is warned of, at the caller's own line."""

from __future__ import annotations

import pytest

from kaizen_client import SyncKaizenClient, _contract


def test_a_deprecated_route_and_a_deprecated_field_warn(monkeypatch: pytest.MonkeyPatch) -> None:
    old = _contract.OPERATIONS["health"]._replace(deprecated=True)
    monkeypatch.setitem(_contract.OPERATIONS, "health", old)
    fields = _contract.SCHEMAS["EncodeRequest"]["properties"]
    monkeypatch.setitem(fields, "token_models", {**fields["token_models"], "deprecated": True})
    with SyncKaizenClient.embedded() as client:
        with pytest.warns(DeprecationWarning, match=r"health\(\) is deprecated") as caught:
            client.health()
        assert caught[0].filename == __file__
        with pytest.warns(DeprecationWarning, match="token_models of EncodeRequest") as caught:
            client.compress(data=1, token_models=[])
        assert caught[0].filename == __file__
        client.compress(data=1)
