"""Reading what a model replied: JSON, KTOF or plain text, and which of the three it was.

Almost any line of prose can be read as KTOF (`Note: the answer is 5` is an object), so a reply is taken for more than
text only where nothing else can be meant, or where the caller says what was asked for. Code fences are those of
CommonMark, section 4.5; JSON is that of RFC 8259, without what it leaves to chance: keys given twice, numbers beyond
a double.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Literal, NamedTuple, NoReturn, get_args

from kaizen_client.ktof import decode

__all__ = ["Expected", "Reply", "decode_reply"]

#: What the model was asked for; `auto` where that is not known.
Expected = Literal["auto", "ktof", "json", "text"]


class Reply(NamedTuple):
    """What a model replied."""

    #: What the reply is.
    kind: Literal["ktof", "json", "text"]
    #: What it stands for; for text the reply itself.
    value: Any
    #: The reply as it came, code fence included; empty where it was no string.
    text: str


def decode_reply(text: object, expect: Expected = "auto") -> Reply:
    r"""Return what a model's reply stands for, and what it is: `json`, `ktof` or `text`.

    Taken off are a byte order mark, and one code fence that holds the whole reply, whatever its info string says. A
    fence that is not closed, or has prose before or behind it, makes the reply text. Lines may end with CRLF.

    Args:
        text: the reply. What is no string, such as the None of a reply without text, comes back as the value.
        expect: what the model was asked for. `auto` reads JSON objects and arrays, and KTOF where it begins with the
            header of an array that the array bears out: a table with its rows, values on one line, two or more, with no
            spaces at the commas, or list items that are more than bullets. All else is text, above all one value after
            a header (`[1]: https://a.example` is Markdown, `Step[1]: do this` prose), empty arrays, objects that begin
            with another field, and what has a blank line in it. `json` also takes a JSON string, number, boolean or
            null alone. `ktof` takes all that decodes strictly, but a word or sentence alone, which says the same as
            text; then JSON as in `auto`. `text` reads nothing.

    Raises:
        ValueError: `expect` is none of the four. No reply raises: what cannot be read is text, KTOF and JSON that are
            cut off, too deep or with numbers too long among it.

    >>> decode_reply('```json\n{"answer": 5}\n```').value
    {'answer': 5}
    >>> decode_reply("users[2]{id,name}:\n  1,Ada\n  2,Bob")[:2]
    ('ktof', {'users': [{'id': 1, 'name': 'Ada'}, {'id': 2, 'name': 'Bob'}]})
    >>> decode_reply("Note: the answer is 5").kind
    'text'
    >>> decode_reply("Note: the answer is 5", expect="ktof").value
    {'Note': 'the answer is 5'}
    """
    if expect not in get_args(Expected):
        raise ValueError(f"expect is {expect!r}: pass {', '.join(map(repr, get_args(Expected)))}")
    if not isinstance(text, str):
        return Reply("text", text, "")
    # A carriage return inside a value is written as an escape, in either notation.
    body = _unfenced(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    for kind, read in _READERS[expect]:
        with suppress(ValueError, RecursionError):
            return Reply(kind, read(body), text)
    return Reply("text", text, text)


# Quantifiers are possessive wherever what follows could make them try again: any text is read in linear time.
_OPENING: Final = re.compile(r"(?:[ \t]*+\n)*+(?P<indent> {0,3})(?P<run>`{3,}+(?=[^`\n]*+\n)|~{3,}+)[^\n]*+\n")
_CLOSING: Final = re.compile(r"(?m)^ {0,3}(?P<run>`{3,}+|~{3,}+)[ \t]*+$")


def _unfenced(text: str) -> str:
    """Return a reply without its code fence; the empty text where the fence does not hold all of it."""
    if not text.lstrip(" \t\n").startswith(("```", "~~~")):
        return text
    opening = _OPENING.match(text)
    if opening is None:
        return ""
    run, indent = opening["run"], len(opening["indent"])
    for closing in _CLOSING.finditer(text, opening.end()):
        if closing["run"].startswith(run):
            if text[closing.end() :].strip(" \t\n"):
                break
            inside = text[opening.end() : closing.start()]
            return re.sub(rf"(?m)^ {{1,{indent}}}", "", inside) if indent else inside
    return ""


def _refuse(reason: object) -> NoReturn:
    raise ValueError(reason)


def _finite(literal: str) -> float:
    value = float(literal)
    return value if math.isfinite(value) else _refuse(literal)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _refuse("duplicate key")


_JSON: Final = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique_keys)


def _json_container(body: str) -> Any:
    value = _JSON.decode(body)
    return value if isinstance(value, dict | list) else _refuse("a scalar")


# The first line below another that is deeper is deeper by one level, in every text that strict decoding takes.
_INDENTED: Final = re.compile(r"\n( ++)(?!\n)")


def _trimmed(body: str) -> str:
    # A tab at the end may be the delimiter before an empty value.
    return body.lstrip(" \t\n").rstrip(" \n")


def _ktof(body: str) -> Any:
    body = _trimmed(body)
    if not body:
        _refuse("empty")
    indented = _INDENTED.search(body)
    value = decode(body, indent=len(indented[1]) if indented else 2)
    if isinstance(value, str) and not body.startswith('"'):
        _refuse("a word or sentence")
    return value


_QUOTED: Final = r'"(?:[^"\\\n]|\\.)*+"'
# As an encoder writes keys, and in any script: without spaces, or in quotes.
_KEY: Final = rf"(?:{_QUOTED}|[^\W\d][\w.-]*+)"
_HEADER: Final = re.compile(
    rf"{_KEY}?\[#?(?P<length>[0-9]++)(?P<mark>[\t|]?)\](?P<what>\{{|: *+\n|: (?P<values>[^\n]++))"
)
# A line that an encoder does not write: a blank one, or one that neither is indented nor begins with a key.
_PROSE: Final = re.compile(rf"(?m)^(?! ++[^\n]|{_KEY}?[:\[])")


def _proven_ktof(body: str) -> Any:
    """Return what a KTOF text stands for that can hardly be anything else; `ValueError` for all other text."""
    body = _trimmed(body)
    header = _HEADER.match(body)
    if header is None or _PROSE.search(body):
        _refuse("nothing proves it")
    value = _ktof(body)
    array = value if isinstance(value, list) else next(iter(value.values()))
    if header["values"] is not None:
        # No prose has `[2|]:`.
        proven = len(array) > 1 and (header["mark"] != "" or _is_listing(header["values"]))
    elif header["what"] == "{":
        proven = len(array) > 0
    else:
        proven = any(map(_is_more_than_a_bullet, array))
    return value if proven else _refuse("nothing proves it")


def _is_listing(values: str) -> bool:
    """Tell values from a phrase that happens to hold as many commas, or an address."""
    plain = re.sub(_QUOTED, '""', values.rstrip(" "))
    if ":" in plain or ", " in plain or " ," in plain:
        return False
    # "pay 1,500 dollars"
    return not (" " in plain and re.search(r"[0-9],[0-9]", plain))


def _is_more_than_a_bullet(item: Any) -> bool:
    """Tell an item of a list in KTOF from one in Markdown, such as `- text` or `- Term: text`."""
    if not isinstance(item, dict | list):
        return False
    inner = item.values() if isinstance(item, dict) else item
    return len(item) > 1 or any(isinstance(value, dict | list) and value for value in inner)


_Reader = tuple[Literal["ktof", "json"], Callable[[str], Any]]
_READERS: Final[dict[Expected, tuple[_Reader, ...]]] = {
    "auto": (("json", _json_container), ("ktof", _proven_ktof)),
    "ktof": (("ktof", _ktof), ("json", _json_container)),
    "json": (("json", _JSON.decode), ("ktof", _proven_ktof)),
    "text": (),
}
