"""The settings of a client: explicit values, the environment, defaults, and their checks."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypedDict
from urllib.parse import urlsplit

from kaizen_client._contract import HOSTED_URL
from kaizen_client.events import AttemptEvent
from kaizen_client.exceptions import KaizenConfigError
from kaizen_client.headers import HIDDEN, HiddenFields, Secret, is_secret, problem_among, problem_with
from kaizen_client.logs import LEVELS
from kaizen_client.metadata import checked as checked_metadata
from kaizen_client.options import Auth, Envelope, KaizenTimeout, LogLevel, OnFailure, Prefer
from kaizen_client.retries import RetryPolicy

__all__ = ["DEFAULT_BASE_URL", "EMBEDDED_URL", "KaizenClientConfig", "Setting", "Settings"]

#: The hosted service.
DEFAULT_BASE_URL: Final = f"{HOSTED_URL}/"
#: The engine in this process.
EMBEDDED_URL: Final = "embedded:"

#: The names that `transport=` and `KAIZEN_TRANSPORT` know.
TRANSPORTS: Final = ("httpx", "httpx2", "aiohttp", "urllib3")

ApiKey = str | Callable[[], str] | Callable[[], Awaitable[str]]
Source = Literal["explicit", "environment", "default"]


class Settings(TypedDict, total=False):
    """The settings as keywords of `KaizenClient`, `SyncKaizenClient` and `with_options`."""

    api_key: ApiKey | None
    base_url: str | None
    auth: Auth | None
    timeout: float | KaizenTimeout | None
    deadline: float | None
    max_retries: int | None
    on_failure: OnFailure | None
    prefer: Prefer | None
    default_headers: Mapping[str, str] | None
    default_metadata: Mapping[str, Any] | None
    transport: Any
    envelope: Envelope | None
    max_connections: int | None
    max_response_bytes: int | None
    max_request_bytes: int | None
    verify_ssl: bool | None
    ca_bundle: str | os.PathLike[str] | None
    client_cert: str | os.PathLike[str] | None
    client_key: str | os.PathLike[str] | None
    proxy: str | None
    on_attempt: Callable[[AttemptEvent], Any] | None
    retry_policy: Any
    log: LogLevel | None
    tracing: bool | None


class _Problem(Exception):
    """Why a value will not do; never holds the value of a secret."""


# --- reading one value ------------------------------------------------------------------------------------------


def _number(value: Any) -> float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise _Problem("must be a number of seconds, such as 30 or 2.5, without a unit") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Problem(f"must be a number of seconds, not {type(value).__name__}")
    if math.isnan(value) or value <= 0:
        raise _Problem("must be more than 0 seconds")
    return float(value)


def _timeout(value: Any) -> float | KaizenTimeout:
    if isinstance(value, str) and "=" in value:
        value = _parts_of_timeout(value)
    if not isinstance(value, KaizenTimeout):
        return _number(value)
    parts: dict[str, float | None] = {}
    for name, part in value._asdict().items():
        try:
            parts[name] = None if part is None else _number(part)
        except _Problem as problem:
            raise _Problem(f"{name} {problem}") from None
    return KaizenTimeout(**parts)


def _parts_of_timeout(text: str) -> KaizenTimeout:
    """Read `connect=2,read=30`; what it does not name keeps its default."""
    parts: dict[str, Any] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        if name.strip() not in KaizenTimeout._fields:
            raise _Problem(f"must be seconds, or parts such as connect=2,read=30 of {', '.join(KaizenTimeout._fields)}")
        parts[name.strip()] = value.strip()
    return KaizenTimeout(**parts)


def _whole(least: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 20:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _LARGEST:
            raise _Problem(f"must be a whole number, {least} or more")
        return value

    return read


_LARGEST: Final = 2**53


def _flag(value: Any) -> bool:
    if isinstance(value, str):
        text = value.strip().lower()
        if text in ("1", "true", "yes", "on"):
            return True
        if text in ("0", "false", "no", "off"):
            return False
    if not isinstance(value, bool):
        raise _Problem("must be true or false")
    return value


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed:
            raise _Problem(f"must be one of {', '.join(allowed)}")
        return str(value)

    return read


def _level(value: Any) -> str:
    return _one_of(*LEVELS)(value.strip().lower() if isinstance(value, str) else value)


def _key(value: Any) -> Secret:
    if callable(value):
        return Secret(value)
    if not isinstance(value, str):
        raise _Problem(f"must be a string or a function that returns one, not {type(value).__name__}")
    check_key(value)
    return Secret(value)


def check_key(value: str) -> None:
    """Refuse a key that cannot be sent as a header, without showing it.

    Raises:
        _Problem: why it will not do.
    """
    if not value or value != value.strip():
        raise _Problem("is empty, or begins or ends with white space or a line break (value not shown)")
    if problem := problem_with("authorization", value):
        raise _Problem(f"{problem.removeprefix('the value ')} (value not shown)")


def is_key(value: object) -> bool:
    """Tell whether a value can be sent as a key."""
    if not isinstance(value, str):
        return False
    try:
        check_key(value)
    except _Problem:
        return False
    return True


def _base_url(value: Any) -> str:
    if not isinstance(value, str):
        raise _Problem(f"must be a string, not {type(value).__name__}")
    if value.rstrip("/") == EMBEDDED_URL:
        return EMBEDDED_URL
    remedy = f"write it as https://host or https://host/prefix, or {EMBEDDED_URL} for the engine in this process"
    if any(char.isspace() or ord(char) < 0x20 for char in value):
        raise _Problem(f"has white space in it; {remedy}")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise _Problem(f"is not a URL; {remedy}") from None
    if parts.scheme not in ("http", "https"):
        raise _Problem(f"has no http:// or https:// scheme; {remedy}")
    if not parts.hostname or port == 0:
        raise _Problem(f"has no host, or a port that is none; {remedy}")
    if parts.username is not None or parts.password is not None:
        raise _Problem("has credentials in it (value not shown); set api_key instead")
    if parts.query or parts.fragment or "?" in value or "#" in value:
        raise _Problem(f"has a query or a fragment; {remedy}")
    return f"{value.rstrip('/')}/"


def _proxy(value: Any) -> Secret:
    if not is_proxy(value):
        raise _Problem("must be a URL such as http://proxy:3128 (value not shown)")
    return Secret(value)


def is_proxy(value: object) -> bool:
    """Tell whether a value is the URL of a proxy: a scheme, a host, and a port that can be one."""
    if not isinstance(value, str) or "://" not in value:
        return False
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _header_fields(value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise _Problem(f"must be a mapping of names to values, not {type(value).__name__}")
    if found := problem_among({name: str if text is None else text for name, text in value.items()}):
        raise _Problem(f"[{found[0]}]: {found[1]} (value not shown)")
    return MappingProxyType(HiddenFields(value))


def _metadata(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _Problem(f"must be a mapping, not {type(value).__name__}")
    return MappingProxyType(checked_metadata(value))


def _file(value: Any) -> str:
    path = Path(value)
    if not path.is_file():
        raise _Problem("must be the path of a file that exists")
    return str(path)


def _transport(value: Any) -> Any:
    if isinstance(value, str):
        names = [name.strip() for name in value.split(",")]
        return ",".join(map(_one_of(*TRANSPORTS), names))
    if not callable(getattr(value, "send", None)) or not callable(getattr(value, "close", None)):
        raise _Problem("must be the name of a transport, or an object with send() and close()")
    return value


_POLICY_NUMBERS: Final = ("base", "longest", "longest_retry_after", "stretch", "budget", "refund")


def _policy(value: Any) -> Any:
    for name in _POLICY_NUMBERS:
        number = getattr(value, name, 0.0)
        if isinstance(number, bool) or not isinstance(number, int | float) or not number >= 0:
            raise _Problem(f"has a {name} that is not a number of 0 or more")
    if not callable(getattr(value, "retries_status", None)) or not callable(getattr(value, "delay", None)):
        raise _Problem("must have retries_status() and delay(), as RetryPolicy has")
    if inspect.iscoroutinefunction(value.retries_status) or inspect.iscoroutinefunction(value.delay):
        raise _Problem("must have plain functions, not async ones: a policy only counts")
    return value


def _hook(value: Any) -> Any:
    if not callable(value):
        raise _Problem("must be a function")
    return value


# --- the table --------------------------------------------------------------------------------------------------


class Setting(NamedTuple):
    """One setting: what it is called, where it comes from, what it means."""

    name: str
    #: The environment variable, None where the setting has none.
    variable: str | None
    default: Any
    #: What it means, for the documentation.
    meaning: str
    read: Callable[[Any], Any]


_MIB: Final = 1024 * 1024

SETTINGS: Final[tuple[Setting, ...]] = (
    Setting("api_key", "KAIZEN_API_KEY", None, "The key, or a function (sync or async) that returns it.", _key),
    Setting("base_url", "KAIZEN_BASE_URL", DEFAULT_BASE_URL, "Where the service is, or `embedded:`.", _base_url),
    Setting(
        "auth", "KAIZEN_AUTH", "both", "How the key is sent: `both`, `bearer` or `x-api-key`.",
        _one_of("both", "bearer", "x-api-key"),
    ),
    Setting("timeout", "KAIZEN_TIMEOUT", 30.0, "Seconds for each wait on the socket (connecting: 5).", _timeout),
    Setting("deadline", "KAIZEN_DEADLINE", None, "Seconds for a whole call; by default max(60, 2 x timeout).", _number),
    Setting("max_retries", "KAIZEN_MAX_RETRIES", 2, "How often a failed attempt is repeated.", _whole(0)),
    Setting(
        "on_failure", "KAIZEN_ON_FAILURE", "raise", "`raise`, or `passthrough`: encode calls give the original back.",
        _one_of("raise", "passthrough"),
    ),
    Setting(
        "prefer", "KAIZEN_PREFER", "ktof", "`ktof`, or `smaller`: encode calls give KTOF only where it costs less.",
        _one_of("ktof", "smaller"),
    ),
    Setting("default_headers", None, MappingProxyType({}), "Header fields sent with every call.", _header_fields),
    Setting("default_metadata", None, MappingProxyType({}), "Metadata of every call.", _metadata),
    Setting(
        "transport",
        "KAIZEN_TRANSPORT",
        "httpx",
        "The HTTP library: `httpx`, `httpx2`, `aiohttp` (async), `urllib3` (sync); or a transport object.",
        _transport,
    ),
    Setting(
        "envelope", "KAIZEN_ENVELOPE", "documented", "The embedded engine's form: `documented` or `server-notes`.",
        _one_of("documented", "server-notes"),
    ),
    Setting("max_connections", "KAIZEN_MAX_CONNECTIONS", 100, "Connections, and calls under way, at once.", _whole(1)),
    Setting(
        "max_response_bytes", "KAIZEN_MAX_RESPONSE_BYTES", 64 * _MIB, "The largest reply, decompressed, in bytes.",
        _whole(1),
    ),
    Setting(
        "max_request_bytes", "KAIZEN_MAX_REQUEST_BYTES", None, "The largest request body, in bytes; none by default.",
        _whole(1),
    ),
    Setting("verify_ssl", "KAIZEN_VERIFY_SSL", default=True, meaning="Whether certificates are verified.", read=_flag),
    Setting("ca_bundle", "KAIZEN_CA_BUNDLE", None, "A file of certificates to trust instead of the usual ones.", _file),
    Setting("client_cert", "KAIZEN_CLIENT_CERT", None, "A file with the client's certificate (PEM).", _file),
    Setting("client_key", "KAIZEN_CLIENT_KEY", None, "A file with its key, where `client_cert` has it not.", _file),
    Setting("proxy", "KAIZEN_PROXY", None, "A proxy's URL; by default HTTPS_PROXY and the like decide.", _proxy),
    Setting("on_attempt", None, None, "A function that is told of every attempt, by an `AttemptEvent`.", _hook),
    Setting("retry_policy", None, RetryPolicy(), "When failed attempts are repeated; see `RetryPolicy`.", _policy),
    Setting(
        "log", "KAIZEN_LOG", None, "`debug`, `info`, `warning` or `error`: logs to stderr from this level on.",
        _level,
    ),
    Setting(
        "tracing", "KAIZEN_TRACING", default=True, read=_flag,
        meaning="Whether calls have OpenTelemetry spans, where the application has imported its API.",
    ),
)  # fmt: skip
_BY_NAME: Final = {setting.name: setting for setting in SETTINGS}
_SECRETS: Final = frozenset({"api_key", "proxy"})


def _resolve(setting: Setting, explicit: Secret) -> tuple[Any, Source]:
    """Return the value of a setting and where it came from.

    The value comes hidden, since the frame of this function is in the traceback of an error about it.
    """
    given, shown = explicit, setting.name
    source: Source = "explicit"
    if given.value is None and setting.variable and os.environ.get(setting.variable, "") != "":
        given, source, shown = Secret(os.environ[setting.variable]), "environment", setting.variable
    if given.value is None:
        return setting.default, "default"
    try:
        return setting.read(given.value), source
    except Exception as error:  # An object of the application's may raise anything.
        problem = str(error) if isinstance(error, _Problem) else "is not a value of the right kind"
    raise KaizenConfigError(_text_of(setting, shown, problem, given.value), setting=setting.name)


def _text_of(setting: Setting, shown: str, problem: str, value: Any) -> str:
    joint = "" if problem.startswith("[") else " "
    text = f"{shown}{joint}{problem}"
    # A URL may hold a password or a key, however badly the rest is written; and what is no URL may be a key.
    unsafe = setting.name == "base_url" and "://" not in str(value)
    hidden = unsafe or setting.name in _SECRETS or "not shown" in text or not isinstance(value, str | float)
    if not hidden and not set("@?#") & set(str(value)):
        text = f"{text}; it is {value!r}"
    return text


def hidden(settings: Any) -> Any:
    """Hide, in place, what must not show where an error tracker prints the settings that a user passed; return them."""
    for name in (*_SECRETS, "base_url", "default_headers"):
        value = settings.get(name)
        if value is not None and not isinstance(value, Secret):
            settings[name] = Secret(value)
    return settings


def _as_secret(value: Any) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


class KaizenClientConfig:
    """The settings of a client; immutable.

    Each is taken from the argument, else from its environment variable, else from its default; None means not
    given. The environment is read when this object is made. Neither its text form nor a pickle of it holds a secret -
    the key, a proxy with a password, header fields that carry credentials: an unpickled copy reads the environment
    anew, `KAIZEN_API_KEY` and `KAIZEN_PROXY` among it.

    Args:
        base_url: where the service is, with an optional path prefix, or `embedded:`.
        api_key: the key, or a sync or async function that returns it and is asked again once after a 401.
        timeout: seconds for each wait on the socket, or a `KaizenTimeout`; `math.inf` waits without end.
        verify_ssl: whether the server's certificate is verified.
        default_headers: header fields sent with every call.
        settings: the other settings, as `Settings` lists them.

    Raises:
        KaizenConfigError: a value will not do; names the argument or variable, never a secret's value.

    >>> KaizenClientConfig("https://kaizen.example", api_key="k").base_url
    'https://kaizen.example/'
    """

    __slots__ = ("_explicit", "_sources", "_values", "key_was_dropped")

    _values: dict[str, Any]
    _sources: dict[str, Source]
    #: What was given as arguments, as it was read.
    _explicit: dict[str, Any]
    #: Whether this is an unpickled copy of a configuration with a key, and has found none in the environment.
    key_was_dropped: bool

    def __init__(
        self,
        base_url: str | None = None,
        api_key: ApiKey | None = None,
        timeout: float | KaizenTimeout | None = None,
        verify_ssl: bool | None = None,
        default_headers: Mapping[str, str] | None = None,
        *,
        auth: Auth | None = None,
        deadline: float | None = None,
        max_retries: int | None = None,
        on_failure: OnFailure | None = None,
        prefer: Prefer | None = None,
        default_metadata: Mapping[str, Any] | None = None,
        transport: Any = None,
        envelope: Envelope | None = None,
        max_connections: int | None = None,
        max_response_bytes: int | None = None,
        max_request_bytes: int | None = None,
        ca_bundle: str | os.PathLike[str] | None = None,
        client_cert: str | os.PathLike[str] | None = None,
        client_key: str | os.PathLike[str] | None = None,
        proxy: str | None = None,
        on_attempt: Callable[[AttemptEvent], Any] | None = None,
        retry_policy: Any = None,
        log: LogLevel | None = None,
        tracing: bool | None = None,
    ) -> None:
        given = locals()
        explicit = hidden({name: given[name] for name in _BY_NAME if given[name] is not None})
        # Not in the traceback of what follows.
        del given, api_key, base_url, default_headers, proxy
        self._set(explicit)

    def _set(self, explicit: dict[str, Any]) -> None:
        values: dict[str, Any] = {}
        sources: dict[str, Source] = {}
        for setting in SETTINGS:
            given = _as_secret(explicit.get(setting.name))
            values[setting.name], sources[setting.name] = _resolve(setting, given)
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_sources", sources)
        object.__setattr__(self, "_explicit", {name: values[name] for name in explicit})
        object.__setattr__(self, "key_was_dropped", False)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a KaizenClientConfig does not change; use replace({name}=...)")

    def replace(self, **settings: Any) -> KaizenClientConfig:
        """Return a copy with some settings changed; None leaves a setting as it is.

        Args:
            settings: the settings to change, as `Settings` lists them.

        Raises:
            KaizenConfigError: a value will not do, or no setting has that name.
        """
        hidden(settings)
        if unknown := sorted(set(settings) - set(_BY_NAME)):
            raise KaizenConfigError(f"no setting is called {unknown[0]}; the settings are {', '.join(_BY_NAME)}")
        copy = object.__new__(type(self))
        values, sources, explicit = dict(self._values), dict(self._sources), dict(self._explicit)
        for name, value in settings.items():
            if value is not None:
                values[name], sources[name] = _resolve(_BY_NAME[name], _as_secret(value))
                explicit[name] = values[name]
        for name, value in (("_values", values), ("_sources", sources), ("_explicit", explicit)):
            object.__setattr__(copy, name, value)
        object.__setattr__(copy, "key_was_dropped", self.key_was_dropped and values["api_key"] is None)
        return copy

    def explain(self) -> dict[str, str]:
        """Tell for each setting its value, secrets hidden, and where it came from.

        >>> KaizenClientConfig(max_retries=5).explain()["max_retries"]
        '5 (explicit)'
        """
        return {setting.name: f"{self._shown(setting.name)} ({self._source_text(setting)})" for setting in SETTINGS}

    def _source_text(self, setting: Setting) -> str:
        source = self._sources[setting.name]
        return f"environment, {setting.variable}" if source == "environment" else source

    def _shown(self, name: str) -> str:
        value = self._values[name]
        if name == "default_headers":
            return repr({field: HIDDEN if is_secret(field) else text for field, text in value.items()})
        if name == "default_metadata":
            return repr(dict(value))
        return repr(value)

    def __repr__(self) -> str:
        # One that was refused a setting has none, and stands in the traceback.
        if not hasattr(self, "_sources"):
            return f"{type(self).__name__}(not made)"
        own = [f"{setting.name}={self._shown(setting.name)}" for setting in SETTINGS
               if self._sources[setting.name] != "default"]  # fmt: skip
        return f"KaizenClientConfig({', '.join(own)})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, KaizenClientConfig):
            return NotImplemented
        return self._comparable() == other._comparable()

    def __hash__(self) -> int:
        return hash((self.base_url, self.max_connections))

    def _comparable(self) -> dict[str, Any]:
        return {name: value.value if isinstance(value, Secret) else value for name, value in self._values.items()}

    def __copy__(self) -> KaizenClientConfig:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> KaizenClientConfig:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        kept = {name: value for name, value in self._explicit.items() if not isinstance(value, Secret)}
        if "proxy" in self._explicit and "@" not in str(self.proxy):
            kept["proxy"] = self.proxy
        if "default_headers" in kept:
            kept["default_headers"] = {
                field: text for field, text in kept["default_headers"].items() if not is_secret(field)
            }
        if "default_metadata" in kept:
            kept["default_metadata"] = dict(kept["default_metadata"])
        return _unpickled, (kept, self._values["api_key"] is not None)

    @property
    def base_url(self) -> str:
        """Where the service is, ending with a slash, or `embedded:`."""
        return str(self._values["base_url"])

    @property
    def api_key(self) -> ApiKey | None:
        """The key, or the function that returns it; None without one."""
        held = self._values["api_key"]
        return None if held is None else held.value

    @property
    def proxy(self) -> str | None:
        """The proxy's URL; None where the environment decides."""
        held = self._values["proxy"]
        return None if held is None else str(held.value)

    @property
    def auth(self) -> Auth:
        """How the key is sent."""
        return self._values["auth"]

    @property
    def timeout(self) -> float | KaizenTimeout:
        """Seconds for each wait on the socket, or a `KaizenTimeout`."""
        return self._values["timeout"]

    @property
    def deadline(self) -> float:
        """Seconds for a whole call."""
        return deadline_of(self._values["deadline"], self.timeout)

    @property
    def max_retries(self) -> int:
        """How often a failed attempt is repeated."""
        return int(self._values["max_retries"])

    @property
    def on_failure(self) -> OnFailure:
        """What a failed encode call does."""
        return self._values["on_failure"]

    @property
    def prefer(self) -> Prefer:
        """Whether encode calls give KTOF always, or only where it costs less."""
        return self._values["prefer"]

    @property
    def default_headers(self) -> Mapping[str, str]:
        """Header fields sent with every call."""
        return self._values["default_headers"]

    @property
    def default_metadata(self) -> Mapping[str, Any]:
        """Metadata of every call."""
        return self._values["default_metadata"]

    @property
    def transport(self) -> Any:
        """The name of the HTTP library, or a transport object."""
        return self._values["transport"]

    @property
    def envelope(self) -> Envelope:
        """The form of the embedded engine's replies."""
        return self._values["envelope"]

    @property
    def max_connections(self) -> int:
        """Connections, and calls under way, at once."""
        return int(self._values["max_connections"])

    @property
    def max_response_bytes(self) -> int:
        """The largest reply, decompressed, in bytes."""
        return int(self._values["max_response_bytes"])

    @property
    def max_request_bytes(self) -> int | None:
        """The largest request body, in bytes; None without a bound."""
        return self._values["max_request_bytes"]

    @property
    def verify_ssl(self) -> bool:
        """Whether the server's certificate is verified."""
        return bool(self._values["verify_ssl"])

    @property
    def ca_bundle(self) -> str | None:
        """A file of certificates to trust; None for the usual ones."""
        return self._values["ca_bundle"]

    @property
    def client_cert(self) -> str | None:
        """A file with the client's certificate and key."""
        return self._values["client_cert"]

    @property
    def client_key(self) -> str | None:
        """A file with the client's key, where it is not in that of its certificate."""
        return self._values["client_key"]

    @property
    def on_attempt(self) -> Callable[[AttemptEvent], Any] | None:
        """The function that is told of every attempt."""
        return self._values["on_attempt"]

    @property
    def retry_policy(self) -> Any:
        """When failed attempts are repeated."""
        return self._values["retry_policy"]

    @property
    def log(self) -> LogLevel | None:
        """The level from which the `kaizen_client` logger writes to stderr; None to leave the logger alone."""
        return self._values["log"]

    @property
    def tracing(self) -> bool:
        """Whether calls have OpenTelemetry spans."""
        return bool(self._values["tracing"])

    def require_key(self) -> None:
        """Refuse the hosted service without a key, and say both ways on.

        Raises:
            KaizenConfigError: there is no key, and the URL is the hosted default.
        """
        if self.base_url == DEFAULT_BASE_URL and self._values["api_key"] is None:
            raise KaizenConfigError(
                "the hosted service needs a key: set KAIZEN_API_KEY; "
                f"or set KAIZEN_BASE_URL={EMBEDDED_URL} to work without one, on the engine in this process",
                setting="api_key",
            )

    def require_flavour(self, *, asynchronous: bool) -> None:
        """Refuse functions that a sync client cannot call.

        Raises:
            KaizenConfigError: a setting is an async function and the client is not async.
        """
        if asynchronous:
            return
        for name in ("api_key", "on_attempt"):
            given = getattr(self, name)
            # An object that is called may have an async __call__.
            if inspect.iscoroutinefunction(given) or inspect.iscoroutinefunction(type(given).__call__):
                raise KaizenConfigError(
                    f"{name} is an async function, which SyncKaizenClient cannot call; give a plain one", setting=name
                )


def _unpickled(explicit: dict[str, Any], had_key: bool) -> KaizenClientConfig:
    config = KaizenClientConfig(**explicit)
    object.__setattr__(config, "key_was_dropped", had_key and config.api_key is None)
    return config


def deadline_of(deadline: float | None, timeout: float | KaizenTimeout) -> float:
    """Return the seconds a whole call may take: as given, else max(60, 2 x the longest wait)."""
    if deadline is not None:
        return deadline
    longest = max((part or 0.0 for part in timeout), default=0.0) if isinstance(timeout, tuple) else timeout
    return max(60.0, 2 * longest)


@lru_cache(maxsize=64)
def timeout_of(timeout: float | KaizenTimeout) -> KaizenTimeout:
    """Return the separate waits of a timeout, in seconds, where None is without end."""
    if isinstance(timeout, KaizenTimeout):
        return timeout
    if math.isinf(timeout):
        return KaizenTimeout(None, None, None)
    return KaizenTimeout(min(5.0, timeout), timeout, timeout)


def key_of(config: KaizenClientConfig) -> Secret | None:
    """Return the key of a configuration, or its function, in a form that does not show."""
    return config._values["api_key"]


def checked_setting(name: str, value: Any) -> Any:
    """Return the value of a setting given at a call, checked as the client's own is.

    Raises:
        KaizenConfigError: the value will not do.
    """
    return _resolve(_BY_NAME[name], _as_secret(value))[0]
