"""Putting other text in place of parts of a text, with a record that undoes it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard


class Spliced(NamedTuple):
    """A text with parts of it replaced."""

    text: str
    #: A record for each part, in order.
    replacements: list[dict[str, Any]]


class Splicer:
    """Makes a text anew, part by part, from front to back."""

    def __init__(self, original: str) -> None:
        self._original = original
        self._parts: list[str] = []
        self._done = 0
        self._length = 0
        self._replacements: list[dict[str, Any]] = []

    def replace(self, start: int, end: int, text: str, kind: str) -> None:
        """Put a text in place of a part of the original, which lies behind all that was replaced before."""
        self._keep(start)
        original = self._original[start:end]
        self._replacements.append(
            {
                "kind": kind,
                "start": self._length,
                "end": self._length + len(text),
                "original": original,
                "original_start": start,
                "original_end": end,
                "crc32": _checksum(text),
            }
        )
        self._add(text)
        self._done = end

    def result(self) -> Spliced:
        """Return the text and the record."""
        self._keep(len(self._original))
        return Spliced("".join(self._parts), self._replacements)

    def _keep(self, end: int) -> None:
        self._add(self._original[self._done : end])

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def undone(text: str, replacements: Sequence[Mapping[str, Any]]) -> str | None:
    """Return a text with its originals put back; None where the record is not this text's.

    Each part's checksum must fit: by its place alone, a part of another text (a model's reply, read with the prompt's
    record) would come back as the prompt's.
    """
    parts: list[str] = []
    done = 0
    for replacement in replacements:
        start, end = replacement.get("start"), replacement.get("end")
        original = replacement.get("original")
        if not _is_count(start) or not _is_count(end) or not isinstance(original, str):
            return None
        if not done <= start <= end <= len(text):
            return None
        part = text[start:end]
        if replacement.get("crc32", _checksum(part)) != _checksum(part):
            return None
        parts += [text[done:start], original]
        done = end
    return "".join([*parts, text[done:]])


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
