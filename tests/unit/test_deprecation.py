"""What the contract deprecates is warned of, at the caller's own line."""

from __future__ import annotations

import pytest

from kaizen_client import EncodeOptions, SyncKaizenClient, _contract, schema_checks


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


def test_a_deprecated_field_inside_an_option_warns_by_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    options = _contract.SCHEMAS["EncodeOptions"]["properties"]
    monkeypatch.setitem(options, "indent", {**options["indent"], "deprecated": True})
    schema_checks.deprecates_within.cache_clear()
    try:
        with SyncKaizenClient.embedded() as client:
            for given in ({"indent": 1}, EncodeOptions(indent=1)):
                with pytest.warns(DeprecationWarning, match=r"options\.indent of EncodeRequest") as caught:
                    client.compress(data=1, options=given)
                assert [one.filename for one in caught] == [__file__]
            client.compress(data=1, options={"delimiter": ","})
            client.decompress(data="1", options={"indent": 1})
    finally:
        schema_checks.deprecates_within.cache_clear()
