"""Opening, sharing, copying and closing clients."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from kaizen_client import (
    KaizenAuthenticationError,
    KaizenClient,
    KaizenClientConfig,
    KaizenConfigError,
    KaizenPayloadError,
    KaizenRequestError,
)


async def test_a_closed_client_says_so_and_may_be_closed_again(service: Any) -> None:
    client = KaizenClient(base_url=service.url)
    await client.health()
    await client.close()
    await client.close()
    with pytest.raises(KaizenRequestError, match="closed"):
        await client.health()
    assert len(service.seen) == 1


async def test_a_copy_shares_the_connections_and_keeps_them_alive(service: Any) -> None:
    client = KaizenClient(base_url=service.url, api_key="k", max_retries=1)
    patient = client.with_options(max_retries=7, timeout=90)
    assert patient._shared is client._shared
    await client.close()
    assert (await patient.health()).status == "ok"
    await patient.close()
    assert (patient.config.max_retries, patient.config.timeout, patient.config.api_key) == (7, 90.0, "k")
    assert client.config.max_retries == 1


async def test_a_copy_with_another_url_has_connections_of_its_own(service: Any) -> None:
    client = KaizenClient(base_url="http://127.0.0.1:1")
    async with client, client.with_options(base_url=service.url) as other:
        assert other._shared is not client._shared
        await other.health()


async def test_the_last_of_the_copies_closes_the_transport_once(script: Any, reply: Callable[..., Any]) -> None:
    transport = script(reply(200))
    client = KaizenClient(transport=transport, base_url="http://k.example")
    second = client.with_options(max_retries=1)
    await client.close()
    await second.close()
    # A transport of the user's own is the user's to close.
    assert transport.closed == 0


async def test_an_unclosed_client_warns_when_it_is_collected(service: Any) -> None:
    client = KaizenClient(base_url=service.url)
    with pytest.warns(ResourceWarning, match="KaizenClient was not closed"):
        client.__del__()
    await client.close()
    client.__del__()  # Warns no more, or the test fails.


async def test_a_client_that_was_never_made_does_not_warn() -> None:
    with pytest.raises(KaizenConfigError):
        KaizenClient(base_url="nonsense")
    gc.collect()


async def test_a_users_own_http_client_is_used_and_left_open() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"result": "x"}, headers={"set-cookie": "a=1"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), headers={"x-own": "1"}) as own:
        async with KaizenClient(
            KaizenClientConfig(base_url="https://kaizen.example/p", api_key="k"), client=own
        ) as client:
            assert (await client.compress({"data": 1})).value == "x"
        assert not own.is_closed
    assert str(seen[0].url) == "https://kaizen.example/p/v1/compress"
    assert seen[0].headers["x-own"] == "1"
    assert seen[0].headers["x-api-key"] == "k"


async def test_the_other_kind_of_http_client_is_refused() -> None:
    with pytest.raises(KaizenConfigError, match="client"):
        KaizenClient(client=object())  # type: ignore[arg-type]


async def test_a_client_is_pickled_without_its_key(monkeypatch: pytest.MonkeyPatch, service: Any) -> None:
    async with KaizenClient(base_url=service.url, api_key="marked-secret", max_retries=1) as client:
        packed = pickle.dumps(client)
    assert b"marked-secret" not in packed
    async with pickle.loads(packed) as bare:
        assert bare.config.max_retries == 1
        with pytest.raises(KaizenConfigError, match="KAIZEN_API_KEY"):
            await bare.health()
    monkeypatch.setenv("KAIZEN_API_KEY", "from-here")
    async with pickle.loads(packed) as full:
        await full.health()
    assert service.seen[0].headers["x-api-key"] == "from-here"


async def test_copies_share_what_with_options_shares(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        for twin in (copy.copy(client), copy.deepcopy(client)):
            assert twin._shared is client._shared
            await twin.health()
            await twin.close()
        await client.health()


async def test_the_first_argument_is_a_configuration() -> None:
    with pytest.raises(KaizenConfigError, match="KaizenClientConfig"):
        KaizenClient("https://kaizen.example")  # type: ignore[arg-type]


async def test_from_env_needs_a_key_for_the_hosted_service_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KaizenConfigError, match=r"KAIZEN_API_KEY.*KAIZEN_BASE_URL=embedded:"):
        KaizenClient.from_env()
    monkeypatch.setenv("KAIZEN_BASE_URL", "embedded:")
    async with KaizenClient.from_env() as client:
        assert (await client.compress(data={"id": 1})).value == "id: 1"
    monkeypatch.setenv("KAIZEN_BASE_URL", "https://kaizen.example")
    async with KaizenClient.from_env(timeout=3) as client:
        assert client.config.timeout == 3.0


async def test_the_text_of_a_client_shows_no_key() -> None:
    async with KaizenClient(api_key="marked-secret", default_headers={"X-Auth-Token": "marked-secret"}) as client:
        assert "marked-secret" not in repr(client) + str(vars(client))
        assert "default_headers" in repr(client)


async def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(KaizenConfigError, match="no setting is called timeuot"):
        KaizenClient(timeuot=3)  # type: ignore[call-arg]


async def test_a_hook_of_the_users_own_client_that_makes_an_error_of_a_status_hides_it_not() -> None:
    async def refuse(response: httpx.Response) -> None:
        response.raise_for_status()

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json={"detail": "no"}, request=request)

    own = httpx.AsyncClient(transport=httpx.MockTransport(answer), event_hooks={"response": [refuse]})
    async with own, KaizenClient(base_url="https://kaizen.example", client=own, on_failure="passthrough") as client:
        with pytest.raises(KaizenAuthenticationError):
            await client.compress(data=1)


async def test_a_closed_client_makes_no_copy(service: Any) -> None:
    client = KaizenClient(base_url=service.url)
    await client.close()
    with pytest.raises(KaizenRequestError, match="closed"):
        client.with_options(timeout=1)


async def test_a_base_url_that_cannot_be_called_is_refused_when_the_client_is_made() -> None:
    with pytest.raises(KaizenConfigError, match="base_url"):
        KaizenClient(base_url="https://xn--\u00e4")


async def test_a_route_with_a_fragment_is_refused_and_not_sent(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        with pytest.raises(KaizenPayloadError, match="fragment"):
            await client.request("GET", "/v2/things#marked-secret")
    assert service.seen == []
