"""Replies' bodies: decompressed as they come, and never more than the bound."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from kaizen_client import KaizenConnectionError, KaizenResponseError
from kaizen_client.headers import Headers
from kaizen_client.options import KaizenTimeout
from kaizen_client.transports.base import WireRequest, read_body

TEXT = b'{"result": "' + b"x" * 10_000 + b'"}'


def body_of(sent: bytes, *, coding: str = "gzip", at_most: int = 1_000_000, piece: int = 7) -> bytes:
    request = WireRequest("POST", "http://h/", Headers(), None, KaizenTimeout(), float("inf"), at_most)
    pieces = (sent[start : start + piece] for start in range(0, len(sent), piece))
    return read_body(200, Headers({"content-encoding": coding}), request, pieces)


@pytest.mark.parametrize("piece", [1, 2, 7, 100_000])
@pytest.mark.parametrize(
    ("coding", "sent"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("identity", TEXT),
        # RFC 1952, section 2.2: several members are one file; zeros after them are padding.
        ("gzip", gzip.compress(TEXT[:20]) + gzip.compress(b"") + gzip.compress(TEXT[20:])),
        ("gzip", gzip.compress(TEXT) + bytes(64)),
    ],
)
def test_a_body_is_whole_however_it_is_cut_into_pieces(coding: str, sent: bytes, piece: int) -> None:
    assert body_of(sent, coding=coding, piece=piece) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_is_cut_off_or_broken_is_an_error(coding: str) -> None:
    whole = gzip.compress(TEXT) if coding == "gzip" else zlib.compress(TEXT)
    for sent in (whole[:-1], whole[:20], b"\x00" + whole, whole[:30] + b"\xff\xff" + whole[32:]):
        with pytest.raises(KaizenConnectionError, match="compressed body"):
            body_of(sent, coding=coding)


@pytest.mark.parametrize("size", [64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 3 * 64 * 1024])
def test_a_body_that_ends_where_a_step_of_the_reader_ends_is_whole(size: int) -> None:
    for whole in (bytes(size), bytes(range(256)) * (size // 256)):
        assert body_of(gzip.compress(whole), piece=100_000) == whole


def test_a_coding_that_was_not_asked_for_is_an_error_that_names_it() -> None:
    with pytest.raises(KaizenResponseError, match="br"):
        body_of(b"", coding="br")


def test_a_body_at_the_bound_is_read_and_one_over_it_is_not() -> None:
    assert body_of(gzip.compress(TEXT), at_most=len(TEXT)) == TEXT
    for sent in (gzip.compress(TEXT), gzip.compress(TEXT[:-5]) + gzip.compress(TEXT[-5:])):
        with pytest.raises(KaizenResponseError, match="max_response_bytes"):
            body_of(sent, at_most=len(TEXT) - 1)


def bomb(coding: str) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if coding == "gzip" else 15)
    zeros = bytes(1_000_000)
    for _ in range(300):
        yield packer.compress(zeros)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_takes_no_more_memory_than_twice_the_bound(coding: str) -> None:
    bound = 4_000_000
    sent = b"".join(bomb(coding))
    request = WireRequest("POST", "http://h/", Headers(), None, KaizenTimeout(), float("inf"), bound)
    tracemalloc.start()
    try:
        with pytest.raises(KaizenResponseError, match="max_response_bytes"):
            read_body(200, Headers({"content-encoding": coding}), request, [sent])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 2 * bound


def test_what_follows_a_compressed_body_is_bounded_too() -> None:
    with pytest.raises(KaizenResponseError, match="max_response_bytes"):
        body_of(gzip.compress(b"{}") + bytes(5_000), at_most=1_000, piece=100)


def test_members_without_content_are_bounded_too() -> None:
    with pytest.raises(KaizenResponseError, match="max_response_bytes"):
        body_of(gzip.compress(b"") * 500, at_most=1_000, piece=100)


def test_a_body_at_the_bound_that_does_not_compress_is_read() -> None:
    whole = random.Random(1).randbytes(300_000)
    sent = gzip.compress(whole)
    assert len(sent) > len(whole)
    assert body_of(sent, at_most=len(whole), piece=10_000) == whole
