"""What `wrap` was told, checked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple, NoReturn, get_args

from kaizen_client import KaizenConfigError
from kaizen_client.integrations.reports import Price, Report

#: Whose texts are looked at: of the user, of tools, of earlier replies, of the system or developer.
Role = Literal["user", "tool", "assistant", "system"]
#: `compress` changes requests, `audit` only says what that would save.
Mode = Literal["compress", "audit"]
#: `passthrough` sends a request as it was when Kaizen fails, `raise` raises.
OnFailure = Literal["passthrough", "raise"]

DEFAULT_ROLES: Final[tuple[Role, ...]] = ("user", "tool")


class WrapSettings(NamedTuple):
    """The settings of `wrap`, but for where Kaizen is."""

    roles: frozenset[str]
    min_chars: int
    mode: Mode
    on_failure: OnFailure
    count_tokens: bool
    prices: Mapping[str, Price]
    on_report: Callable[[Report], object] | None
    deadline: float
    cache_chars: int


def checked(
    *,
    roles: Iterable[str],
    min_chars: int,
    mode: str,
    on_failure: str,
    count_tokens: bool,
    prices: Mapping[str, Price] | None,
    on_report: Callable[[Report], object] | None,
    deadline: float,
    cache_chars: int,
) -> WrapSettings:
    """Return settings that will do.

    Raises:
        KaizenConfigError: one will not; says which and what to do.
    """
    return WrapSettings(
        roles=_roles(roles),
        min_chars=_whole("min_chars", min_chars),
        mode=_one_of("mode", mode, Mode),
        on_failure=_one_of("on_failure", on_failure, OnFailure),
        count_tokens=_flag("count_tokens", count_tokens),
        prices=_prices(prices),
        on_report=_hook(on_report),
        deadline=_seconds("deadline", deadline),
        cache_chars=_whole("cache_chars", cache_chars),
    )


def _refuse(setting: str, problem: str) -> NoReturn:
    raise KaizenConfigError(f"{setting}: {problem}", setting=setting)


def _roles(value: Any) -> frozenset[str]:
    known = get_args(Role)
    # A string is an iterable of strings too.
    if isinstance(value, str) or not isinstance(value, Iterable):
        _refuse("roles", f"give a tuple with any of {', '.join(known)}")
    roles = tuple(value)
    for role in roles:
        if role not in known:
            _refuse("roles", f"{role!r} is none of {', '.join(known)}")
    return frozenset(roles)


def _one_of(setting: str, value: Any, kind: Any) -> Any:
    known = get_args(kind)
    if value not in known:
        _refuse(setting, f"{value!r} is none of {', '.join(known)}")
    return value


def _whole(setting: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        _refuse(setting, f"give a whole number of characters, 0 or more, not {value!r}")
    return value


def _seconds(setting: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        _refuse(setting, f"give a number of seconds above 0, not {value!r}")
    return float(value)


def _flag(setting: str, value: Any) -> bool:
    if not isinstance(value, bool):
        _refuse(setting, f"give True or False, not {value!r}")
    return value


def _prices(value: Any) -> Mapping[str, Price]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        _refuse("prices", "give a mapping from a model's name to its Price")
    for name, price in value.items():
        if not isinstance(name, str) or not isinstance(price, Price):
            _refuse("prices", f"{name!r} needs a Price, such as Price(input=2.5, output=10.0)")
        for part, number in price._asdict().items():
            if number is not None and not _is_price(number):
                _refuse("prices", f"{part} of {name!r} is to be a number, 0 or more, not {number!r}")
    return dict(value)


def _is_price(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number < float("inf")


def _hook(value: Any) -> Callable[[Report], object] | None:
    if value is None:
        return None
    # An object that is called may have an async __call__.
    if not callable(value) or inspect.iscoroutinefunction(value) or inspect.iscoroutinefunction(type(value).__call__):
        _refuse("on_report", "give a plain function that takes a Report; it is called where a stream ends, too")
    hook: Callable[[Report], object] = value
    return hook
