"""Strings and keys: when they stand in quotes, and what the quotes hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# What a quoted text holds between its quotes.
QUOTED_BODY: Final = r'[^"\\]*(?:\\.[^"\\]*)*'
_QUOTED: Final = re.compile(rf'"({QUOTED_BODY})"', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_UNUSUAL_ESCAPE: Final = re.compile(r'\\(?!["nrt])')
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ESCAPED: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_UNESCAPED: Final = {"\\": "\\", '"': '"', "n": "\n", "r": "\r", "t": "\t"}
_SPECIAL: Final = re.compile(r'["\\\n\r\t]')
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")

# Wider than the numbers of the notation: readers differ on digits with a leading zero, so these are quoted too.
# A minus needs no place here, as what starts with one is quoted in any case.
_NUMERIC: Final = r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"

# Only the space is trimmed here; other readers trim all that Unicode calls white space, and the byte order mark.
_EDGE: Final = r"\s\ufeff"
_MARKS: Final = r':"\\\[\]{}\n\r\t'


class BadToken(Exception):
    """A token that cannot be read; `offset` is where in it the fault is."""

    def __init__(self, reason: str, offset: int = 0) -> None:
        """Take the reason and the place."""
        super().__init__(reason, offset)
        self.reason = reason
        self.offset = offset


def quote(text: str) -> str:
    """Put a text in quotes, its special characters escaped."""
    return f'"{text.translate(_ESCAPED)}"'


class QuotedValues(dict[str, str]):
    """How string values are written under one delimiter. A memo: `values[text]` is made once."""

    def __init__(self, delimiter: str) -> None:
        """Take the delimiter, which a value must not hold unquoted."""
        super().__init__()
        self._plain = _PLAIN_VALUE[delimiter]

    def __missing__(self, text: str) -> str:
        """Write a text that has not been met."""
        written = self[text] = self.write(text)
        return written

    def write(self, text: str) -> str:
        """Write a text without remembering it."""
        if self._plain.fullmatch(text):
            return text
        if _SPECIAL.search(text):
            return quote(text)
        return f'"{text}"'


class QuotedKeys(dict[str, str]):
    """How keys are written. A memo: `keys[text]` is made once."""

    def __missing__(self, text: str) -> str:
        """Write a key that has not been met; `TypeError` when it is not a string."""
        if not isinstance(text, str):
            raise TypeError("a key that is not a string")
        plain = str.__str__(text)
        written = self[plain] = plain if _PLAIN_KEY.fullmatch(plain) else quote(plain)
        return written


_PLAIN_VALUE: Final = {
    delimiter: re.compile(
        rf"(?!-|(?:true|false|null|{_NUMERIC})\Z)[^{_MARKS}{_EDGE}{delimiter}]"
        rf"(?:[^{_MARKS}{delimiter}]*[^{_MARKS}{_EDGE}{delimiter}])?"
    )
    for delimiter in (",", "\t", "|")
}
_SUSPECT: Final = re.compile(rf"\n(?:-|(?:true|false|null|{_NUMERIC})?\n)")


def all_plain(texts: Sequence[str], delimiter: str) -> bool:
    """Tell whether all the texts can stand unquoted; one scan in C instead of one match for each.

    A False may be a false alarm, a True never is.
    """
    joined = "\n".join(texts)
    if joined.count("\n") != len(texts) - 1 or any(mark in joined for mark in (*':"\\[]{}\r\t\ufeff', delimiter)):
        return False
    # `strip` gives the very same object when there is nothing to strip, so this compares addresses.
    if list(map(str.strip, texts)) != list(texts):
        return False
    return _SUSPECT.search(f"\n{joined}\n") is None


def unquote(token: str) -> str:
    """Give the text of a token that starts with a quote; `BadToken` when it is not one quoted text."""
    if "\\" not in token and len(token) > 1 and token.find('"', 1) == len(token) - 1:
        return token[1:-1]
    match = _QUOTED.match(token)
    if match is None:
        raise BadToken('a quoted text without its closing quote: add the ", on the same line')
    if match.end() != len(token):
        raise BadToken('characters after a closing quote: write a quote inside a quoted text as \\"', match.end())
    return unescape(match[1], 1)


def _replace_usual(part: str) -> str:
    if "\\" not in part:
        return part
    return part.replace('\\"', '"').replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")


def unescape(body: str, offset: int) -> str:
    """Give what the text between two quotes stands for; `offset` is where it is in its token."""
    if "\\" not in body:
        return body
    # Without pairs of backslashes every other one starts an escape, so each kind can be replaced at once.
    parts = body.split("\\\\")
    if not any(map(_UNUSUAL_ESCAPE.search, parts)):
        return "\\".join(map(_replace_usual, parts))

    def replace(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _UNESCAPED:
            raise BadToken(
                f'no such escape as \\{code}: the escapes are \\\\ \\" \\n \\r \\t and \\uXXXX', offset + match.start()
            )
        return _UNESCAPED[code]

    text = _ESCAPE.sub(replace, body)
    if _SURROGATE.search(text) is None:
        return text
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise BadToken(
            "an escape that is half of a surrogate pair: write both halves, or the character itself", offset
        ) from None
