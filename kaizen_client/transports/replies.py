"""Reading replies as HTTP/1.1 (RFC 9112) has them, strictly: a reply is whole, or it is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from io import BufferedReader
from typing import Final, NamedTuple

#: The most a reply's head may have, in bytes.
_LONGEST_HEAD: Final = 100 * 1024
#: The most that a chunk's first line, or a field after the last chunk, may have, in bytes.
_LONGEST_LINE: Final = 8 * 1024
#: How much of a body is read at once, in bytes.
_PIECE: Final = 64 * 1024

_STATUS: Final = re.compile(rb"HTTP/1\.([0-9])[ \t]+([0-9]{3})(?:[ \t][^\x00]*)?\r?\n\Z")
#: A name, and a value without the white space around it; RFC 9110, section 5.5.
_FIELD: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00\r\n]*?)[ \t]*\r?\n\Z")
#: A value that goes on in a line of its own, which senders must not make any more; RFC 9112, section 5.2.
_FOLDED: Final = re.compile(rb"[ \t]+([^\x00\r\n]*?)[ \t]*\r?\n\Z")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n\Z")
_LENGTH: Final = re.compile(r"[0-9]{1,18}\Z")


class BrokenReply(HTTPException):
    """What came is no reply; the text quotes nothing of it."""


class Head(NamedTuple):
    """A reply without its body."""

    status: int
    #: Names and values as they came.
    fields: list[tuple[str, str]]
    #: The length of the body in bytes; -1 where it comes in chunks, None where it ends with the connection.
    length: int | None
    #: Whether the connection may be used for another request after this one.
    keeps: bool


def read_head(reader: BufferedReader, method: str) -> Head:
    """Read the head of the reply to a request, past any number of interim ones.

    Raises:
        HTTPException: what comes is no reply.
        OSError: the connection broke, or a wait took too long.
    """
    while True:
        version, status, fields = _lines(reader)
        if status == 101:
            raise BrokenReply("the service changed to another protocol, unasked")
        if status >= 200:
            break
    lengths: set[str] = set()
    codings: list[str] = []
    connection = ""
    for name, value in fields:
        name = name.lower()
        if name == "content-length":
            lengths.update(part.strip() for part in value.split(","))
        elif name == "transfer-encoding":
            codings.append(value.lower())
        elif name == "connection":
            connection = f"{connection},{value.lower()}"
    keeps = version > 0 and (not connection or "close" not in [word.strip() for word in connection.split(",")])
    if codings and codings != ["chunked"]:
        raise BrokenReply("the reply has a transfer coding that was not asked for")
    if len(lengths) > 1 or not all(map(_LENGTH.match, lengths)):
        raise BrokenReply("the reply's content-length is not a number")
    length = int(lengths.pop()) if lengths else None
    if method == "HEAD" or status in (204, 304):
        return Head(status, fields, 0, keeps)
    if codings:
        # RFC 9112, section 6.3: a length beside it is passed over, and may be an attempt to smuggle something.
        return Head(status, fields, -1, keeps and length is None)
    return Head(status, fields, length, keeps and length is not None)


def _lines(reader: BufferedReader) -> tuple[int, int, list[tuple[str, str]]]:
    """Read one head: the minor version, the status and the fields."""
    room = _LONGEST_HEAD
    line = reader.readline(room)
    if not line:
        raise RemoteDisconnected("the service closed the connection without a reply")
    found = _STATUS.match(line)
    if found is None:
        raise _broken_off(line, room, "what came is not HTTP/1.1")
    fields: list[tuple[str, str]] = []
    while True:
        room -= len(line)
        line = reader.readline(room)
        if line in (b"\r\n", b"\n"):
            return int(found[1]), int(found[2]), fields
        if (field := _FIELD.match(line)) is not None:
            fields.append((field[1].decode("ascii"), field[2].decode("latin-1")))
        elif fields and (more := _FOLDED.match(line)) is not None:
            name, value = fields[-1]
            fields[-1] = name, f"{value} {more[1].decode('latin-1')}".strip()
        else:
            raise _broken_off(line, room, "the reply's head has a line that is no field")


def _broken_off(line: bytes, room: int, otherwise: str) -> HTTPException:
    """Return why a line of a head cannot be read."""
    if len(line) >= room:
        return BrokenReply(f"the reply's head is over {_LONGEST_HEAD:,} bytes")
    return BrokenReply(otherwise if line.endswith(b"\n") else "the connection ended in the reply's head")


def read_pieces(reader: BufferedReader, length: int | None) -> Iterator[bytes]:
    """Give a body piece by piece.

    Args:
        reader: what it comes from, after the head.
        length: as in `Head`.

    Raises:
        HTTPException: it ends too early, or its chunks are broken.
        OSError: the connection broke, or a wait took too long.
    """
    if length is None:
        while piece := reader.read1(_PIECE):
            yield piece
    elif length >= 0:
        yield from _exactly(reader, length)
    else:
        while size := _size_of_chunk(reader):
            yield from _exactly(reader, size)
            if reader.read(2) != b"\r\n":
                raise BrokenReply("a chunk of the reply's body is longer than it says")
        while (line := reader.readline(_LONGEST_LINE)) not in (b"\r\n", b"\n"):
            if not line.endswith(b"\n"):
                raise BrokenReply("the reply's body ended before its end")


def _exactly(reader: BufferedReader, size: int) -> Iterator[bytes]:
    left = size
    while left:
        piece = reader.read(min(left, _PIECE))
        if not piece:
            raise IncompleteRead(b"", left)
        left -= len(piece)
        yield piece


def _size_of_chunk(reader: BufferedReader) -> int:
    line = reader.readline(_LONGEST_LINE)
    found = _CHUNK.match(line)
    if found is None:
        broken = line.endswith(b"\n")
        raise BrokenReply("a chunk's size is not a number" if broken else "the reply's body ended before its end")
    return int(found[1], 16)
