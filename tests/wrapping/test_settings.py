"""What `wrap` is told is checked before anything is wrapped; the error says which option and what to do."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import Any, cast

import pytest

from kaizen_client import KaizenClient, KaizenClientConfig, KaizenConfigError, SyncKaizenClient
from kaizen_client.embedded import _tokenizers
from kaizen_client.integrations import Price, WrapOptions, kaizen_of, wrap
from kaizen_client.integrations._wrapping import _settings
from kaizen_client.integrations._wrapping.calls import Asked
from kaizen_client.integrations._wrapping.compressors import Compressors, kaizen_from
from kaizen_client.integrations._wrapping.gemini_bodies import in_content

EMBEDDED = KaizenClientConfig(base_url="embedded:")


def test_what_is_not_given_has_its_documented_value() -> None:
    settings = _settings()
    assert settings.roles == {"user", "tool"}
    assert settings.min_chars == 128
    assert (settings.mode, settings.on_failure, settings.count_tokens) == ("compress", "passthrough", False)
    assert (settings.prices, settings.on_report, settings.deadline) == ({}, None, 2.0)
    assert settings.cache_chars == 4_000_000


def test_every_option_is_documented() -> None:
    assert set(WrapOptions.__annotations__) == {"kaizen", *_settings()._fields}


async def later(_: Any) -> None: ...


class Later:
    async def __call__(self, _: Any) -> None: ...


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("roles", "user", "give a tuple"),
        ("roles", 5, "give a tuple"),
        ("roles", ("user", "human"), "'human' is none of user, tool, assistant, system"),
        ("min_chars", -1, "0 or more"),
        ("min_chars", True, "a whole number"),
        ("min_chars", 1.5, "a whole number"),
        ("mode", "off", "none of compress, audit"),
        ("on_failure", "ignore", "none of passthrough, raise"),
        ("count_tokens", 1, "True or False"),
        ("prices", [1], "a mapping"),
        ("prices", {"gpt-4o": 2.5}, "'gpt-4o' needs a Price"),
        ("prices", {5: Price(1.0)}, "5 needs a Price"),
        ("prices", {"m": Price(cast("Any", "2.5"))}, "input of 'm' is to be a number"),
        ("prices", {"m": Price(cast("Any", Decimal("2.5")))}, "input of 'm' is to be a number"),
        ("prices", {"m": Price(1.0, output=-1.0)}, "output of 'm' is to be a number, 0 or more"),
        ("on_report", Later(), "a plain function"),
        ("on_report", 5, "a plain function"),
        ("on_report", later, "a plain function"),
        ("deadline", 0, "above 0"),
        ("deadline", float("inf"), "above 0"),
        ("deadline", float("nan"), "above 0"),
        ("deadline", "2", "above 0"),
        ("cache_chars", None, "a whole number"),
        ("retries", 5, "no option of wrap"),
    ],
)
def test_an_option_that_will_not_do_is_refused(option: str, value: Any, says: str) -> None:
    with pytest.raises(KaizenConfigError, match=says) as caught:
        _settings(**{option: value})
    assert caught.value.setting == option
    assert str(caught.value).startswith(option)


def test_counting_tokens_without_tokenizers_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bpe_openai", None)
    _tokenizers._load.cache_clear()
    with pytest.raises(KaizenConfigError, match=r"kaizen-client\[tokens\]") as caught:
        _settings(count_tokens=True)
    assert caught.value.setting == "count_tokens"


def test_where_kaizen_is_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIZEN_BASE_URL", "embedded:")
    found = kaizen_from(None)
    assert isinstance(found, KaizenClientConfig)
    assert found.base_url == "embedded:"


def test_the_engine_is_never_chosen_silently() -> None:
    with pytest.raises(KaizenConfigError, match="KAIZEN_BASE_URL=embedded:"):
        kaizen_from(None)


def test_something_else_in_place_of_a_kaizen_client_is_refused() -> None:
    with pytest.raises(KaizenConfigError, match="kaizen: give a KaizenClient"):
        kaizen_from("embedded:")


@pytest.mark.parametrize("client", [None, object(), "client", SyncKaizenClient])
def test_what_is_no_client_of_a_vendor_is_refused(client: Any) -> None:
    with pytest.raises(KaizenConfigError, match="wrap takes a client of openai"):
        wrap(client, kaizen=EMBEDDED)


def test_a_client_that_is_not_wrapped_has_no_handle() -> None:
    with pytest.raises(KaizenConfigError, match="object is not wrapped"):
        kaizen_of(object())


def test_the_engine_is_called_directly_where_nobody_would_see_its_calls() -> None:
    def in_process(**settings: Any) -> bool:
        return Compressors(KaizenClientConfig(base_url="embedded:", **settings), _settings())._in_process

    assert in_process()
    assert in_process(transport="httpx")
    assert not in_process(on_attempt=lambda event: None)
    assert not Compressors(KaizenClientConfig(base_url="https://kaizen.test"), _settings())._in_process


def test_a_kaizen_client_that_was_given_stays_open_and_one_that_was_made_is_closed() -> None:
    with SyncKaizenClient(base_url="https://kaizen.test", api_key="k") as given:
        compressors = Compressors(given, _settings())
        compressors.sync()
        compressors.close()
        assert not given._closed
    made = Compressors(KaizenClientConfig(base_url="https://kaizen.test", api_key="k"), _settings())
    client = made.sync()._kaizen
    made.close()
    assert client is not None
    assert client._closed


async def test_closing_asynchronously_closes_both() -> None:
    compressors = Compressors(KaizenClientConfig(base_url="https://kaizen.test", api_key="k"), _settings())
    one, other = compressors.sync()._kaizen, compressors.asynchronous()._kaizen
    assert isinstance(other, KaizenClient)
    await compressors.aclose()
    assert one is not None
    assert one._closed
    assert other._closed
    # What is used again is made again.
    assert compressors.sync()._kaizen is not one
    compressors.close()


async def test_where_one_kind_of_client_cannot_be_made_its_calls_go_out_as_they_were() -> None:
    config = KaizenClientConfig(base_url="https://kaizen.test", api_key="k", transport="urllib3")
    with pytest.raises(KaizenConfigError, match="urllib3"):
        Compressors(config, _settings()).asynchronous(required=True)
    compressors = Compressors(config, _settings(min_chars=0))
    rows = json.dumps([{"id": number, "name": "Ada"} for number in range(9)])
    asked = Asked("gemini", ":generateContent", "m", {"contents": [{"parts": [{"text": rows}]}]}, in_content)
    body, call = await compressors.asynchronous().prepared(asked)
    call.answered(lambda: None)
    assert body is asked.body
    assert compressors.totals.failed == 1
    await compressors.aclose()
