"""Settings: where each value comes from, what is refused, and that no key gets out."""

from __future__ import annotations

import copy
import math
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kaizen_client import KaizenClientConfig, KaizenConfigError, KaizenTimeout, RetryPolicy, SyncKaizenClient
from kaizen_client.config import DEFAULT_BASE_URL, EMBEDDED_URL, SETTINGS, deadline_of, timeout_of

SECRET = "sk-live-5d41402abc4b2a76"


class Carrier:
    """A transport of a user's own."""

    def send(self, request: Any) -> Any:
        raise AssertionError("nothing is sent here")

    def close(self) -> None:
        """Do nothing."""


def hook(attempt: Any) -> None:
    """Do nothing."""


async def async_hook(attempt: Any) -> None:
    """Do nothing."""


def key_function() -> str:
    return SECRET


# --- where a value comes from -----------------------------------------------------------------------------------

DEFAULTS: dict[str, Any] = {
    "api_key": None,
    "base_url": "https://api.getkaizen.io/",
    "auth": "both",
    "timeout": 30.0,
    "deadline": 60.0,
    "max_retries": 2,
    "on_failure": "raise",
    "prefer": "ktof",
    "default_headers": {},
    "default_metadata": {},
    "transport": "httpx",
    "envelope": "documented",
    "max_connections": 100,
    "max_response_bytes": 64 * 1024 * 1024,
    "max_request_bytes": None,
    "verify_ssl": True,
    "ca_bundle": None,
    "client_cert": None,
    "client_key": None,
    "proxy": None,
    "on_attempt": None,
    "retry_policy": RetryPolicy(),
    "log": None,
    "tracing": True,
}


@pytest.mark.parametrize(("name", "value"), DEFAULTS.items())
def test_every_setting_has_its_default(name: str, value: Any) -> None:
    assert getattr(KaizenClientConfig(), name) == value


def test_the_table_of_settings_is_the_whole_of_them() -> None:
    assert {setting.name for setting in SETTINGS} == set(DEFAULTS)


# Variable, setting, text in the environment, what it means, an explicit value, what that means.
FROM_ENVIRONMENT: list[tuple[str, str, str, Any, Any, Any]] = [
    ("KAIZEN_API_KEY", "api_key", "sk-env", "sk-env", "sk-own", "sk-own"),
    ("KAIZEN_BASE_URL", "base_url", "http://env:81/a", "http://env:81/a/", "https://own", "https://own/"),
    ("KAIZEN_AUTH", "auth", "bearer", "bearer", "x-api-key", "x-api-key"),
    ("KAIZEN_TIMEOUT", "timeout", "2.5", 2.5, 7, 7.0),
    ("KAIZEN_DEADLINE", "deadline", "90", 90.0, 5.5, 5.5),
    ("KAIZEN_MAX_RETRIES", "max_retries", "5", 5, 0, 0),
    ("KAIZEN_ON_FAILURE", "on_failure", "passthrough", "passthrough", "raise", "raise"),
    ("KAIZEN_PREFER", "prefer", "smaller", "smaller", "ktof", "ktof"),
    ("KAIZEN_ENVELOPE", "envelope", "server-notes", "server-notes", "documented", "documented"),
    ("KAIZEN_TRANSPORT", "transport", "httpx", "httpx", "httpx", "httpx"),
    ("KAIZEN_MAX_CONNECTIONS", "max_connections", "7", 7, 1, 1),
    ("KAIZEN_MAX_RESPONSE_BYTES", "max_response_bytes", "1000", 1000, 1, 1),
    ("KAIZEN_MAX_REQUEST_BYTES", "max_request_bytes", "2000", 2000, 1, 1),
    ("KAIZEN_VERIFY_SSL", "verify_ssl", "false", False, True, True),
    ("KAIZEN_LOG", "log", "info", "info", "debug", "debug"),
    ("KAIZEN_TRACING", "tracing", "off", False, True, True),
    ("KAIZEN_PROXY", "proxy", "http://env:3128", "http://env:3128", "http://own:1", "http://own:1"),
]


def test_the_table_of_variables_is_the_whole_of_them() -> None:
    named = {(setting.variable, setting.name) for setting in SETTINGS if setting.variable}
    files = {(f"KAIZEN_{name.upper()}", name) for name in ("ca_bundle", "client_cert", "client_key")}
    assert named - files == {(row[0], row[1]) for row in FROM_ENVIRONMENT}


@pytest.mark.parametrize(("variable", "name", "text", "meant", "own", "own_meant"), FROM_ENVIRONMENT)
def test_explicit_comes_before_environment_before_default(
    monkeypatch: pytest.MonkeyPatch, variable: str, name: str, text: str, meant: Any, own: Any, own_meant: Any
) -> None:
    monkeypatch.setenv(variable, text)
    given: dict[str, Any] = {name: own}
    assert getattr(KaizenClientConfig(), name) == meant
    assert getattr(KaizenClientConfig(**given), name) == own_meant
    assert getattr(KaizenClientConfig().replace(**given), name) == own_meant
    monkeypatch.delenv(variable)
    assert getattr(KaizenClientConfig(), name) == DEFAULTS[name]


@pytest.mark.parametrize("name", ["ca_bundle", "client_cert", "client_key"])
def test_files_come_from_the_environment_and_must_exist(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    variable = f"KAIZEN_{name.upper()}"
    found = tmp_path / "a.pem"
    found.write_text("x")
    monkeypatch.setenv(variable, str(found))
    assert getattr(KaizenClientConfig(), name) == str(found)
    given: dict[str, Any] = {name: found}
    assert getattr(KaizenClientConfig(**given), name) == str(found)
    monkeypatch.setenv(variable, str(tmp_path / "missing.pem"))
    with pytest.raises(KaizenConfigError, match=variable):
        KaizenClientConfig()
    given = {name: tmp_path}
    with pytest.raises(KaizenConfigError, match=name):
        KaizenClientConfig(**given)


@pytest.mark.parametrize("variable", [row[0] for row in FROM_ENVIRONMENT])
def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "")
    assert KaizenClientConfig() == KaizenClientConfig(**dict.fromkeys(DEFAULTS))


def test_none_means_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIZEN_TIMEOUT", "9")
    nothing: dict[str, Any] = dict.fromkeys(DEFAULTS)
    assert KaizenClientConfig(**nothing).timeout == 9.0
    assert KaizenClientConfig(timeout=3).replace(**nothing).timeout == 3.0


def test_the_environment_is_read_when_the_configuration_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIZEN_TIMEOUT", "9")
    config = KaizenClientConfig()
    monkeypatch.setenv("KAIZEN_TIMEOUT", "10")
    assert config.timeout == 9.0
    assert config.replace(max_retries=0).timeout == 9.0
    assert KaizenClientConfig().timeout == 10.0


def test_nothing_is_read_from_the_environment_at_import() -> None:
    bad = dict.fromkeys(("KAIZEN_TIMEOUT", "KAIZEN_BASE_URL", "KAIZEN_MAX_RETRIES", "KAIZEN_AUTH"), "30s")
    code = (
        "import os\n"
        "class Watched(dict):\n"
        "    def see(self, name):\n"
        "        assert not str(name).startswith('KAIZEN'), name\n"
        "    def __getitem__(self, name): self.see(name); return dict.__getitem__(self, name)\n"
        "    def __contains__(self, name): self.see(name); return dict.__contains__(self, name)\n"
        "    def get(self, name, default=None): self.see(name); return dict.get(self, name, default)\n"
        "os.environ = Watched(os.environ)\n"
        "import kaizen_client, kaizen_client.client, kaizen_client.sync_client, kaizen_client.decorators\n"
        "import kaizen_client.models, kaizen_client.config\n"
        "try: kaizen_client.KaizenClientConfig()\n"
        "except AssertionError as seen: print('seen', seen)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **bad}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    # The spy does see what is read later on.
    assert done.stdout.startswith("seen KAIZEN_")


def test_arguments_stand_in_the_order_of_the_older_client() -> None:
    config = KaizenClientConfig("http://h/p", "sk-1", 12, False, {"X-A": "1"})  # noqa: FBT003
    found = (config.base_url, config.api_key, config.timeout, config.verify_ssl, dict(config.default_headers))
    assert found == ("http://h/p/", "sk-1", 12.0, False, {"X-A": "1"})


def test_only_the_older_arguments_are_positional() -> None:
    arguments: list[Any] = ["http://h", "sk-1", 12, True, {}, "both"]
    with pytest.raises(TypeError):
        KaizenClientConfig(*arguments)


# --- what is refused --------------------------------------------------------------------------------------------

BAD_TEXTS: list[tuple[str, str]] = [
    *(("KAIZEN_TIMEOUT", text) for text in ("30s", "0", "-1", "nan", "-inf", "soon", "1,5", "30 s", "0x10", " ")),
    *(("KAIZEN_DEADLINE", text) for text in ("60s", "0", "-0.0", "nan", "none")),
    *(("KAIZEN_MAX_RETRIES", text) for text in ("-1", "2.0", "two", "1e3", "nan", "\u0663", "\u00b2")),
    *(("KAIZEN_MAX_CONNECTIONS", text) for text in ("0", "-5", "1.5", "many")),
    *(("KAIZEN_MAX_RESPONSE_BYTES", text) for text in ("0", "64MiB", "-1")),
    *(("KAIZEN_MAX_REQUEST_BYTES", text) for text in ("0", "1_0k", "-1")),
    *(("KAIZEN_VERIFY_SSL", text) for text in ("maybe", "2", "-1", "none")),
    *(("KAIZEN_AUTH", text) for text in ("none", "Bearer token", "basic")),
    *(("KAIZEN_ON_FAILURE", text) for text in ("ignore", "pass")),
    *(("KAIZEN_PREFER", text) for text in ("json", "SMALLER")),
    *(("KAIZEN_ENVELOPE", text) for text in ("server", "Documented")),
    *(("KAIZEN_TRANSPORT", text) for text in ("requests", "HTTPX")),
    *(("KAIZEN_BASE_URL", text) for text in ("api.getkaizen.io", "localhost:8000", "ftp://h", "/v1", "embedded")),
    *(("KAIZEN_BASE_URL", text) for text in ("http://", "https:///v1", "http://:80", "http://h:0", "http://h:99999")),
    *(("KAIZEN_BASE_URL", text) for text in ("http://h:port", "http://[::1", "http://a b", " http://h", "http://h\n")),
    *(("KAIZEN_BASE_URL", text) for text in ("http://h/?a=1", "http://h?", "http://h/#x", "http://h#", "https//h")),
]


@pytest.mark.parametrize(("variable", "text"), BAD_TEXTS)
def test_a_bad_variable_is_refused_by_name_when_the_configuration_is_made(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(KaizenConfigError) as caught:
        KaizenClientConfig()
    assert str(caught.value).startswith(variable)
    assert caught.value.setting == variable.removeprefix("KAIZEN_").lower()
    # A client is told the same.
    with pytest.raises(KaizenConfigError, match=variable):
        SyncKaizenClient()


def test_a_bad_variable_does_not_matter_where_the_value_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIZEN_TIMEOUT", "30s")
    assert KaizenClientConfig(timeout=3).timeout == 3.0


@pytest.mark.parametrize("text", ["30s", "-4", "nan"])
def test_the_message_shows_a_bad_value_that_is_no_secret(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KAIZEN_TIMEOUT", text)
    with pytest.raises(KaizenConfigError, match=repr(text)):
        KaizenClientConfig()


BAD_VALUES: list[tuple[str, Any]] = [
    *(("timeout", value) for value in (0, -1, True, math.nan, [], (5, 30), b"30", {}, object())),
    *(("timeout", KaizenTimeout(**part)) for part in ({"connect": 0}, {"read": -1.0}, {"pool": math.nan})),
    *(("deadline", value) for value in (0, False, KaizenTimeout(), "soon")),
    *(("max_retries", value) for value in (-1, 1.0, True, [2], "")),
    *(("max_connections", value) for value in (0, 2.5, False)),
    *(("verify_ssl", value) for value in (1, 0, "perhaps", ["no"])),
    *(("base_url", value) for value in ("", 5, b"http://h", Path("http://h"))),
    *(("auth", value) for value in ("", ["both"], 1)),
    *(("default_headers", value) for value in ([("a", "b")], "a: b", {"a": 1}, {1: "a"}, {"a b": "c"}, {"": "x"})),
    *(("default_headers", value) for value in ({"a": "b\r\nc: d"}, {"a": "caf\u00e9"}, {"a:": "b"}, {"a": None})),
    *(("default_metadata", value) for value in ("trace-1", [("a", 1)], 5)),
    *(("transport", value) for value in (object(), 5, "nosuch")),
    *(("on_attempt", value) for value in ("print", 5)),
    *(("retry_policy", value) for value in (3, object(), "fast")),
    *(("proxy", value) for value in ("host:3128", 5, "")),
    *(("api_key", value) for value in ("", " ", 5, b"sk", ["sk"])),
]


@pytest.mark.parametrize(("name", "value"), BAD_VALUES)
def test_a_bad_argument_is_refused_by_name(name: str, value: Any) -> None:
    given: dict[str, Any] = {name: value}
    makers: list[Callable[..., Any]] = [KaizenClientConfig, KaizenClientConfig().replace, SyncKaizenClient]
    for make in makers:
        with pytest.raises(KaizenConfigError) as caught:
            make(**given)
        assert str(caught.value).startswith(name)
        assert caught.value.setting == name


@pytest.mark.parametrize(
    "key", [f"{SECRET}\n", f" {SECRET}", f"{SECRET}\r\nX-Evil: 1", f"{SECRET}\u00e9", f"a\x00{SECRET}"]
)
def test_a_bad_key_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    with pytest.raises(KaizenConfigError, match=r"^api_key") as caught:
        KaizenClientConfig(api_key=key)
    assert SECRET not in repr(caught.value)
    if "\x00" not in key:
        monkeypatch.setenv("KAIZEN_API_KEY", key)
        with pytest.raises(KaizenConfigError, match=r"^KAIZEN_API_KEY") as caught:
            KaizenClientConfig()
        assert SECRET not in repr(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", f"https://user:{SECRET}@host"),
        ("base_url", f"https://{SECRET}@host"),
        ("base_url", f"user:{SECRET}@host"),
        ("base_url", f"https://user:{SECRET}@host:port"),
        ("base_url", f"https://user:{SECRET}@ho st"),
        ("proxy", f"user:{SECRET}@proxy:1"),
        ("proxy", SECRET),
        ("default_headers", {"Authorization": f"{SECRET}\n"}),
        ("default_headers", {"X-Mine": f"{SECRET}\u2028"}),
        ("default_headers", {f"{SECRET}": 5, "\n": SECRET}),
    ],
)
def test_a_bad_value_that_may_hold_a_secret_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: Any
) -> None:
    given: dict[str, Any] = {name: value if isinstance(value, str) else {k: v for k, v in value.items() if k != SECRET}}
    with pytest.raises(KaizenConfigError, match=f"^{name}") as caught:
        KaizenClientConfig(**given)
    assert SECRET not in repr(caught.value)
    if isinstance(value, str):
        monkeypatch.setenv(f"KAIZEN_{name.upper()}", value)
        with pytest.raises(KaizenConfigError, match=f"^KAIZEN_{name.upper()}") as caught:
            KaizenClientConfig()
        assert SECRET not in repr(caught.value)


def test_an_unknown_setting_is_refused_with_the_known_ones() -> None:
    with pytest.raises(KaizenConfigError, match=r"tiemout.*timeout"):
        KaizenClientConfig().replace(tiemout=5)
    with pytest.raises(TypeError, match="tiemout"):
        KaizenClientConfig(tiemout=5)  # type: ignore[call-arg]


@pytest.mark.parametrize("text", ["1", "true", "TRUE", "yes", "on", " On "])
def test_texts_that_mean_true(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KAIZEN_VERIFY_SSL", text)
    assert KaizenClientConfig().verify_ssl is True


@pytest.mark.parametrize("text", ["0", "false", "False", "no", "OFF"])
def test_texts_that_mean_false(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KAIZEN_VERIFY_SSL", text)
    assert KaizenClientConfig().verify_ssl is False


# --- the URL ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://h", "https://h/"),
        ("https://h/", "https://h/"),
        ("https://h///", "https://h/"),
        ("https://h/prefix", "https://h/prefix/"),
        ("https://h/a/b/", "https://h/a/b/"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ("http://[::1]:80/x", "http://[::1]:80/x/"),
        ("https://h/a%20b", "https://h/a%20b/"),
        ("embedded:", "embedded:"),
        ("embedded:/", "embedded:"),
        (DEFAULT_BASE_URL, "https://api.getkaizen.io/"),
    ],
)
def test_a_base_url_ends_with_one_slash_and_keeps_its_prefix(
    monkeypatch: pytest.MonkeyPatch, given: str, kept: str
) -> None:
    assert KaizenClientConfig(given).base_url == kept
    monkeypatch.setenv("KAIZEN_BASE_URL", given)
    assert KaizenClientConfig().base_url == kept


def test_the_hosted_service_without_a_key_is_refused_with_both_ways_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KaizenConfigError, match=r"KAIZEN_API_KEY.*KAIZEN_BASE_URL=embedded:"):
        KaizenClientConfig().require_key()
    with pytest.raises(KaizenConfigError, match="KAIZEN_API_KEY"):
        SyncKaizenClient.from_env()
    # A host said in full is the same host.
    with pytest.raises(KaizenConfigError, match="KAIZEN_API_KEY"):
        KaizenClientConfig("https://api.getkaizen.io").require_key()
    KaizenClientConfig("http://localhost:1").require_key()
    KaizenClientConfig(EMBEDDED_URL).require_key()
    monkeypatch.setenv("KAIZEN_API_KEY", "k")
    KaizenClientConfig().require_key()


# --- times ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timeout", "waits"),
    [
        (30, KaizenTimeout(5.0, 30.0, 30.0, None)),
        (2.5, KaizenTimeout(2.5, 2.5, 2.5, None)),
        (math.inf, KaizenTimeout(None, None, None, None)),
        (KaizenTimeout(1, 2, 3, 4), KaizenTimeout(1, 2, 3, 4)),
        (KaizenTimeout(read=None), KaizenTimeout(5.0, None, 30.0, None)),
    ],
)
def test_a_timeout_comes_to_separate_waits(timeout: float | KaizenTimeout, waits: KaizenTimeout) -> None:
    assert timeout_of(KaizenClientConfig(timeout=timeout).timeout) == waits


@pytest.mark.parametrize(
    ("deadline", "timeout", "seconds"),
    [
        (None, 1.0, 60.0),
        (None, 30.0, 60.0),
        (None, 45.0, 90.0),
        (None, math.inf, math.inf),
        (None, KaizenTimeout(read=100), 200.0),
        (None, KaizenTimeout(None, None, None, None), 60.0),
        (5.0, 100.0, 5.0),
    ],
)
def test_a_deadline_is_by_default_sixty_seconds_or_twice_the_longest_wait(
    deadline: float | None, timeout: float | KaizenTimeout, seconds: float
) -> None:
    assert deadline_of(deadline, timeout) == seconds
    assert KaizenClientConfig(deadline=deadline, timeout=timeout).deadline == seconds


# --- immutable, replace(), explain(), repr ------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*DEFAULTS, "nosuch", "key_was_dropped", "_values"])
def test_nothing_can_be_set(name: str) -> None:
    config = KaizenClientConfig()
    with pytest.raises(AttributeError, match=r"replace\("):
        setattr(config, name, 1)


def test_mappings_are_read_only_and_no_part_of_the_caller_s() -> None:
    headers, metadata = {"X-A": "1"}, {"a": 1}
    config = KaizenClientConfig(default_headers=headers, default_metadata=metadata)
    headers["X-A"] = "2"
    metadata["b"] = 2
    assert (dict(config.default_headers), dict(config.default_metadata)) == ({"X-A": "1"}, {"a": 1})
    kept: list[Any] = [config.default_headers, config.default_metadata, KaizenClientConfig().default_headers]
    for mapping in kept:
        assert isinstance(mapping, Mapping)
        with pytest.raises(TypeError):
            mapping["x"] = "y"  # type: ignore[index]


def test_replace_gives_a_changed_copy_and_leaves_the_original(monkeypatch: pytest.MonkeyPatch) -> None:
    config = KaizenClientConfig("http://h", SECRET, max_retries=5)
    monkeypatch.setenv("KAIZEN_API_KEY", "another")
    changed = config.replace(max_retries=0, timeout=1)
    assert (config.max_retries, config.timeout) == (5, 30.0)
    assert (changed.max_retries, changed.timeout, changed.base_url, changed.api_key) == (0, 1.0, "http://h/", SECRET)
    assert config.replace() == config


def test_explain_tells_value_and_source_of_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIZEN_TIMEOUT", "9")
    monkeypatch.setenv("KAIZEN_API_KEY", SECRET)
    found = KaizenClientConfig(max_retries=5).replace(auth="bearer").explain()
    assert list(found) == [setting.name for setting in SETTINGS]
    assert found["timeout"] == "9.0 (environment, KAIZEN_TIMEOUT)"
    assert found["max_retries"] == "5 (explicit)"
    assert found["auth"] == "'bearer' (explicit)"
    assert found["max_connections"] == "100 (default)"
    assert found["api_key"] == "*** (environment, KAIZEN_API_KEY)"


def holding_secrets() -> KaizenClientConfig:
    return KaizenClientConfig(
        "http://h",
        SECRET,
        proxy=f"http://user:{SECRET}@proxy:1",
        default_headers={"Authorization": SECRET, "X-Auth-Token": SECRET, "Cookie": SECRET, "X-Plain": "seen"},
    )


def test_no_text_form_shows_a_secret() -> None:
    config = holding_secrets()
    with SyncKaizenClient(config) as client:
        texts = [repr(config), str(config), f"{config}", str(config.explain()), repr(client), repr([config])]
    for text in texts:
        assert SECRET not in text
    assert "seen" in repr(config)
    assert "http://h/" in repr(config)


def test_repr_names_only_what_is_not_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert repr(KaizenClientConfig()) == "KaizenClientConfig()"
    monkeypatch.setenv("KAIZEN_TIMEOUT", "9")
    assert repr(KaizenClientConfig(api_key="k")) == "KaizenClientConfig(api_key=***, timeout=9.0)"


# --- equality, copies, pickles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"api_key": "k"},
        {"api_key": key_function},
        {"default_headers": {"X-A": "1"}},
        {"default_metadata": {"a": [1]}},
        {"timeout": KaizenTimeout(read=1)},
        {"proxy": "http://p:1"},
        {"retry_policy": RetryPolicy(base=1)},
    ],
)
def test_equal_settings_make_equal_configurations_with_equal_hashes(given: dict[str, Any]) -> None:
    one, two = KaizenClientConfig(**given), KaizenClientConfig(**given)
    assert one == two
    assert hash(one) == hash(two)
    assert (one == KaizenClientConfig(max_retries=9, **given)) is False


def test_where_a_value_came_from_makes_no_difference_to_equality(monkeypatch: pytest.MonkeyPatch) -> None:
    one = KaizenClientConfig(api_key="k", timeout=9)
    monkeypatch.setenv("KAIZEN_TIMEOUT", "9")
    monkeypatch.setenv("KAIZEN_API_KEY", "k")
    assert one == KaizenClientConfig()
    assert hash(one) == hash(KaizenClientConfig())


def test_configurations_with_other_keys_or_proxies_differ() -> None:
    assert KaizenClientConfig(api_key="a") != KaizenClientConfig(api_key="b")
    assert KaizenClientConfig(proxy="http://a") != KaizenClientConfig(proxy="http://b")
    other: object = "KaizenClientConfig()"
    assert KaizenClientConfig() != other


def test_copies_are_the_same_configuration_key_included() -> None:
    config = KaizenClientConfig(api_key=SECRET, transport=Carrier())
    assert copy.copy(config) is config
    assert copy.deepcopy({"a": config})["a"].api_key == SECRET


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_carries_the_settings_and_no_secret(protocol: int) -> None:
    config = holding_secrets().replace(
        timeout=KaizenTimeout(1, 2, 3, 4), default_metadata={"a": 1}, retry_policy=RetryPolicy(base=1.0),
        on_attempt=hook, max_retries=4, auth="bearer", verify_ssl=False,
    )  # fmt: skip
    data = pickle.dumps(config, protocol)
    assert SECRET.encode() not in data
    found = pickle.loads(data)
    assert isinstance(found, KaizenClientConfig)
    for name in ("base_url", "timeout", "default_metadata", "retry_policy", "on_attempt", "max_retries", "auth"):
        assert getattr(found, name) == getattr(config, name)
    assert found.verify_ssl is False
    assert found.default_headers["X-Plain"] == "seen"
    assert found.api_key is None
    assert found.key_was_dropped


def test_an_unpickled_configuration_reads_the_key_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIZEN_API_KEY", SECRET)
    data = pickle.dumps(KaizenClientConfig("http://h"))
    assert SECRET.encode() not in data
    monkeypatch.setenv("KAIZEN_API_KEY", "sk-there")
    found = pickle.loads(data)
    assert found.api_key == "sk-there"
    assert not found.key_was_dropped


def test_an_unpickled_configuration_reads_anew_whatever_came_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KAIZEN_TIMEOUT", "9")
    data = pickle.dumps(KaizenClientConfig(max_retries=7))
    monkeypatch.setenv("KAIZEN_TIMEOUT", "11")
    monkeypatch.setenv("KAIZEN_MAX_RETRIES", "1")
    found = pickle.loads(data)
    assert (found.timeout, found.max_retries) == (11.0, 7)


def test_a_client_unpickled_without_its_key_says_what_is_missing() -> None:
    with SyncKaizenClient(KaizenClientConfig("http://127.0.0.1:1", SECRET)) as client:
        data = pickle.dumps(client)
    assert SECRET.encode() not in data
    with pickle.loads(data) as copied, pytest.raises(KaizenConfigError, match="KAIZEN_API_KEY"):
        copied.health()


def test_a_configuration_that_never_had_a_key_does_not_miss_it_after_pickling() -> None:
    found = pickle.loads(pickle.dumps(KaizenClientConfig("http://h")))
    assert not found.key_was_dropped
    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(KaizenClientConfig("http://h", SECRET)))))
    assert again.replace(api_key="k").key_was_dropped is False


# --- functions --------------------------------------------------------------------------------------------------


def test_a_key_may_be_a_function_and_is_not_called_early() -> None:
    def never() -> str:
        raise AssertionError("called")

    config = KaizenClientConfig("http://h", never)
    assert config.api_key is never
    assert "never" not in repr(config)
    config.require_key()


@pytest.mark.parametrize("name", ["api_key", "on_attempt"])
def test_a_sync_client_refuses_an_async_function_when_it_is_made(name: str) -> None:
    given: dict[str, Any] = {name: async_hook}
    with pytest.raises(KaizenConfigError, match=rf"{name} is an async function"):
        SyncKaizenClient(KaizenClientConfig("http://h", **given))
    KaizenClientConfig("http://h", **given).require_flavour(asynchronous=True)
