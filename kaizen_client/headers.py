"""HTTP header fields: names without case, values that are not shown where they are secret."""

from __future__ import annotations

import re
from collections.abc import ItemsView, Iterable, Iterator, Mapping
from typing import Any, Final

#: What stands in place of a secret.
HIDDEN: Final = "***"

# RFC 9110, section 5.6.2: a field name is a token.
_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
# What stands in a credential: after a scheme (`Bearer x`), or after the name of a cookie (`a=x; b=y`).
_PARTS: Final = re.compile(r"(?:^\S+ +|^[^=\s;]+=|; *[^=\s;]+=)([^;]+)")
#: RFC 9112, section 6: they tell where a request ends; wrong ones would mix it up with the next.
_FRAMING: Final = frozenset({"content-length", "transfer-encoding"})
#: A shorter text is no secret, and would be found in everything.
_SHORTEST: Final = 6
_SECRET: Final = re.compile(
    r"auth|key$|api[-_]?key|cookie|token|secret|passw|credential|signature|session|jwt", re.IGNORECASE
)


def is_secret(name: str) -> bool:
    """Tell whether the value of a field of this name must not be shown."""
    return _SECRET.search(name) is not None


def problem_with(name: object, value: object) -> str | None:
    """Say what is wrong with a field that a user set, without its value; None for a good one."""
    if not isinstance(name, str) or not _NAME.match(name):
        return "the name is not an HTTP field name"
    if name.lower() in _FRAMING:
        return "the client says itself how long a body is"
    if not isinstance(value, str):
        return f"the value must be a string, not {type(value).__name__}"
    # RFC 9110, section 5.5: control characters have no place in a value, and a line break would start a new field.
    if any((ord(char) < 0x20 and char != "\t") or ord(char) == 0x7F for char in value):
        return "the value has a control character or a line break in it"
    if not value.isascii():
        return "the value has a character outside ASCII in it"
    return None


def problem_among(fields: Mapping[str, object]) -> tuple[str, str] | None:
    """Return the name of the first field that a user set wrongly and what is wrong with it; None for good ones.

    A field whose value is None takes another one away.
    """
    for name, value in fields.items():
        if (value is not None or not isinstance(name, str)) and (problem := problem_with(name, value)):
            return (name if isinstance(name, str) and name.isprintable() else "a name"), problem
    return None


def secrets_in(fields: Mapping[str, str]) -> list[str]:
    """Return the credentials in header fields, the longest first: each value, and what stands in it beside names.

    >>> secrets_in({"authorization": "Bearer s3cr3t-key"})
    ['Bearer s3cr3t-key', 's3cr3t-key']
    """
    found: set[str] = set()
    for name, value in fields.items():
        if is_secret(name):
            found.update((value, *_PARTS.findall(value)))
    return sorted((secret for secret in found if len(secret) >= _SHORTEST), key=len, reverse=True)


class Secret:
    """Holds what is not shown: error trackers print local variables, and logs whatever they are given."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return HIDDEN


class HiddenFields(dict[str, Any]):
    """Header fields to be sent, whose text form shows their names alone."""

    def __repr__(self) -> str:
        return f"HiddenFields({', '.join(map(repr, self))})"


class Headers(Mapping[str, str]):
    """Header fields as an immutable mapping whose names have no case; repeated fields are joined by a comma.

    Its text form shows no value of a field that carries a credential.

    >>> Headers([("Retry-After", "2")])["retry-after"]
    '2'
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, str] | Iterable[tuple[str, str]] | None = None) -> None:
        pairs = fields.items() if isinstance(fields, Mapping) else fields or ()
        found: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            found[key] = f"{found[key]}, {value}" if key in found else value
        self._fields = found

    @classmethod
    def of_lower_case(cls, fields: dict[str, str]) -> Headers:
        """Return fields whose names are in lower case already, without a look at each."""
        found = cls.__new__(cls)
        found._fields = fields
        return found

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def items(self) -> ItemsView[str, str]:
        """Return names and values; what Mapping makes of `__iter__` and `__getitem__` takes ten times as long."""
        return self._fields.items()

    def __repr__(self) -> str:
        shown = {name: HIDDEN if is_secret(name) else value for name, value in self._fields.items()}
        return f"Headers({shown!r})"

    def __reduce__(self) -> tuple[type[Headers], tuple[dict[str, str]]]:
        return Headers, (self._fields,)
