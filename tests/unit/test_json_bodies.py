"""With orjson and without it, bodies are written and read alike: the same value, or the same error."""

from __future__ import annotations

import ctypes
import dataclasses
import datetime
import decimal
import enum
import json
import math
import random
import struct
import subprocess
import sys
import threading
import tracemalloc
import uuid
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from functools import partial
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple

import httpx
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kaizen_client import KaizenError, KaizenResponseError, SyncKaizenClient, json_bodies
from kaizen_client._sync_bridge import SyncBridge
from kaizen_client.exceptions import parsed_body, payload_of
from kaizen_client.headers import Headers
from kaizen_client.payloads import encoded
from kaizen_client.results import HttpInfo
from kaizen_client.transports.base import WireReply, WireRequest


def told(call: Callable[[], Any]) -> tuple[Any, ...]:
    """Return what a call gives, types told apart, or everything about the error it ends in."""
    try:
        return "gave", exact(call())
    except RecursionError:  # Python's own, whose words depend on where the stack ends.
        return (RecursionError,)
    except Exception as error:
        return type(error), str(error), getattr(error, "path", None), getattr(error, "remedy", None)


def exact(value: Any) -> Any:
    """Return a value as what equals nothing but itself: 1 is not 1.0 or True, -0.0 not 0.0, and order counts."""
    if isinstance(value, dict):
        return type(value), [(exact(key), exact(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [exact(item) for item in value]
    return type(value), struct.pack("<d", value) if isinstance(value, float) else value


def both(call: Callable[..., Any], *arguments: Any) -> tuple[Any, Any]:
    """Return what a call comes to with orjson, and without it."""
    found = []
    for module in (orjson, None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_bodies, "orjson", module)
            found.append(told(lambda: call(*arguments)))
    return found[0], found[1]


class Watched:
    """Stands for orjson, and notes how often its answer was asked for."""

    def __init__(self) -> None:
        self.wrote = self.read = 0

    def dumps(self, value: Any) -> bytes:
        self.wrote += 1
        return orjson.dumps(value)

    def loads(self, body: bytes) -> Any:
        self.read += 1
        return orjson.loads(body)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    found = Watched()
    monkeypatch.setattr(json_bodies, "orjson", found)
    return found


# --- writing ----------------------------------------------------------------------------------------------------


class Text(str): ...


class Whole(int): ...


class Real(float): ...


class Items(list[Any]): ...


class Fields(dict[str, Any]): ...


class OwnText(str):
    def __str__(self) -> str:
        return "another text"


class Colour(enum.Enum):
    RED = "red"
    ONE = 1


class Count(enum.IntEnum):
    ONE = 1


class Word(enum.StrEnum):
    ONE = "one"


class Bit(enum.IntFlag):
    ONE = 1


class Placed(bytes, enum.Enum):
    """The documentation's own example of an enumeration of bytes, which marshal takes for bytes."""

    def __new__(cls, value: int) -> Placed:
        made = bytes.__new__(cls, [value])
        made._value_ = value
        return made

    def __repr__(self) -> str:
        return f"Placed({self._value_})"

    X = 1


class Point(NamedTuple):
    x: int
    y: int


@dataclasses.dataclass
class Record:
    x: int


@dataclasses.dataclass
class Holder(dict[str, Any]):
    x: int = 1


class Cell(ctypes.Structure):
    _fields_ = (("x", ctypes.c_int),)


class Hostile:
    def __reduce_ex__(self, protocol: Any) -> Any:
        raise RuntimeError("of the object")


def ring(kind: str) -> Any:
    made: Any = {"a": 1} if kind == "dict" else [1]
    if kind == "dict":
        made["self"] = [made]
    elif kind == "list":
        made.append({"self": made})
    else:
        made.append((made,))
    return made


def nested(levels: int, last: Any = None) -> Any:
    for _ in range(levels):
        last = [last]
    return last


def nested_dicts(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = {"a": found}
    return found


#: A NaN and an infinity that have another bit pattern than Python's own.
ODD_NANS = [struct.unpack("<Q", struct.pack("<d", math.nan))[0] + 1, 0x7FF0000000000001, 0xFFFFFFFFFFFFFFFF]
ODD_FLOATS = [struct.unpack("<d", struct.pack("<Q", bits))[0] for bits in ODD_NANS]

VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**30, -(10**30),
    10**4299, 10**4300, 10**5000, 0.0, -0.0, 1.0, 1.5, 1e15, 1e16, 1e17, 1e21, 1e22, 1e23, 1e100,
    1.7976931348623157e308,
    0.1, 0.0001, 123456789012345680.0, 1 / 3, math.nan, math.inf, -math.inf, *ODD_FLOATS,
    "", "a", "\x00\x01\x1f\x7f\x80\x9f", "\b\t\n\f\r\\/\"'", "\u2028\u2029", "\ufeff", "\uffff", "\U0001f600",
    "\ud800", "\udc00", "\ud83d\ude00", "na\u00efve", [], {}, (), [[]], [{}], {"": ""}, {"a": None}, {"\x00": 1},
    {"\ud800": 1}, {1: 1}, {1.5: 1}, {None: 1}, {True: 1}, {(1,): 1}, {b"a": 1}, {"a": {2: 1}}, {"1": 1, 1: 2},
    Text("a"), Whole(1), Real(1.5), Items([1]), Fields(a=1), OwnText("a"), {Text("a"): 1}, {OwnText("a"): 1},
    {Count.ONE: 1}, {Word.ONE: 1}, {Colour.RED: 1}, OrderedDict(a=1), defaultdict(list, a=[1]), MappingProxyType({}),
    Colour.RED, Colour.ONE, Count.ONE, Word.ONE, Bit.ONE, Placed.X, [Placed.X, b"x"], Point(1, 2), Record(1), Holder(),
    Record, Colour, int, len, print, Hostile(), Cell(1), SimpleNamespace(a=1), object(), Ellipsis, NotImplemented, 1j,
    decimal.Decimal("1.5"), uuid.UUID(int=1), {uuid.UUID(int=1): 1}, datetime.date(2026, 1, 2), datetime.time(1, 2),
    datetime.datetime(2026, 1, 2), datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), datetime.timedelta(1),
    {datetime.date(2026, 1, 2): 1}, b"a", bytearray(b"a"), memoryview(b"a"), array("d", [1.5]), {1}, frozenset({1}),
    range(2), iter([1]), (item for item in [1]), {"a": 1}.keys(), (1, 2), ((1,), [(2,)]), orjson.Fragment(b"1"),
    [None, math.nan], [None, -math.inf], ["null", math.nan], [None, *ODD_FLOATS], [None, "nan", "f\x03nan"],
    [None, "G\x7f\U0001f600" * 3], {"a": [None] * 9, "b": {"c": [1.5, math.inf]}}, [None, Real("nan")],
    nested(253), nested(254), nested(255), nested(300), nested(300, math.nan), nested(300, b""), nested(5000),
    nested_dicts(253), nested_dicts(254), nested_dicts(255), nested_dicts(300), nested_dicts(5000),
    ring("dict"), ring("list"), ring("tuple"), [[1] * 3] * 3, ["x" * 70_000, None], ["\u00e9" * 70_000, math.nan, None],
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_each_value_is_written_to_the_same_bytes_or_refused_in_the_same_words(value: Any) -> None:
    for body in (value, {"data": value}, {"data": [1, {"rows": (value, value)}], "options": None}):
        with_it, without = both(encoded, body)
        # Where an object's place in memory is part of the words, it is the same object's.
        assert with_it == without


texts = st.text(max_size=5) | st.text(st.characters(), max_size=5) | st.sampled_from(["null", "\ud800", "e-5", "nan"])
keys = texts | st.sampled_from([1, 1.5, None, True, Text("k"), OwnText("k"), Word.ONE, Count.ONE, b"k", (1,)])
#: Two spellings of one number are one number; here only those with one spelling (older releases of orjson have a second
#: for those from 1e16 on), the others have a test of their own.
one_spelling = st.floats().map(lambda number: number if number == 0 or not abs(number) < 1e-4 else 1 + abs(number))
atoms = (
    st.none() | st.booleans() | st.integers() | st.integers(-(2**70), 2**70) | one_spelling | texts
    | st.sampled_from([value for value in VALUES if not issubclass(type(value), list | dict | tuple | int)])
    | st.sampled_from([Whole(1), Count.ONE, Bit.ONE])
    | st.builds(Text, texts) | st.builds(Whole, st.integers()) | st.builds(Real, one_spelling)
    | st.uuids() | st.dates() | st.datetimes() | st.times() | st.decimals() | st.binary(max_size=3)
)  # fmt: skip
PLAIN = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | one_spelling.filter(math.isfinite)
    | st.text(st.characters(exclude_categories=["Cs"]))
)  # fmt: skip


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, max_size=4)
    dicts = st.dictionaries(texts, inner, max_size=4) | st.dictionaries(keys, inner, max_size=3)
    return (
        lists | dicts | lists.map(tuple) | lists.map(Items) | st.dictionaries(texts, inner, max_size=3).map(Fields)
        | st.builds(Point, inner, inner) | st.builds(Record, inner) | dicts.map(lambda fields: OrderedDict(fields))
        | st.builds(nested, st.integers(0, 300), inner)
    )  # fmt: skip


@given(st.recursive(atoms, containers, max_leaves=10))
def test_any_value_is_written_to_the_same_bytes_or_refused_in_the_same_words(value: Any) -> None:
    with_it, without = both(encoded, {"data": value})
    assert with_it == without


@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner), max_leaves=30))
def test_plain_values_are_written_to_the_same_bytes(value: Any) -> None:
    with_it, without = both(encoded, {"data": value})
    assert with_it == without


@given(st.floats(-1e-4, 1e-4) | st.floats())
@example(1e-5)
@example(5e-324)
@example(-1.5e-7)
def test_a_number_spelt_otherwise_is_the_same_number_and_still_no_integer(number: float) -> None:
    with_it, without = both(lambda: json.loads(encoded([number])))
    assert with_it == without


def test_every_character_is_written_alike() -> None:
    everything = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    with_it, without = both(encoded, {everything: everything})
    assert with_it == without


@given(st.lists(st.floats(), max_size=5), st.lists(st.none() | st.just("null"), max_size=2), st.randoms())
def test_no_number_that_is_none_is_written_as_null(numbers: list[float], others: list[Any], chance: Any) -> None:
    values = [*numbers, *others, *ODD_FLOATS[: chance.randrange(2)]]
    chance.shuffle(values)
    if all(map(math.isfinite, numbers)) and len(values) == len(numbers) + len(others):
        assert json.loads(encoded(values)) == values
    else:
        with pytest.raises(KaizenError, match="is not a JSON number"):
            encoded(values)


def test_what_looks_like_no_number_in_a_pickle_costs_only_a_second_look(watched: Watched) -> None:
    body = [None, "G\x7f\U0001f600", struct.unpack(">d", b"\x40G\x7f\xf8\0\0\0\0")[0]]
    assert json.loads(json_bodies.encode(body)) == body
    assert json_bodies._encoded(orjson, body) is not None
    assert json_bodies._encoded(orjson, [*body, math.nan]) is None
    assert watched.wrote == 1


@pytest.mark.parametrize("value", [{"data": [1, "a", None, 1.5, True, {"b": ()}]}, 1, "text", nested(250)])
def test_the_shortcut_is_taken_for_plain_values(value: Any) -> None:
    assert json_bodies._encoded(orjson, value) == json.dumps(value, separators=(",", ":")).encode()


def test_a_value_that_another_thread_changes_is_written_as_it_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_bodies, "orjson", orjson)
    body: dict[str, Any] = {"data": ["x"] * 200, "when": "a text", "number": 1.5, "none": None}
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            body["when"], body["number"] = datetime.date(2026, 1, 2), math.nan
            body["when"], body["number"] = "a text", 1.5

    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(3000):
            data = json_bodies._encoded(orjson, body)
            assert data is None or (b"2026" not in data and data.count(b"null") == 1)
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(switch)


def test_the_callers_value_is_left_as_it_was() -> None:
    body = {"data": [1, {"a": ("b", 2.5)}]}
    before = json.dumps(body)
    assert encoded(body) == b'{"data":[1,{"a":["b",2.5]}]}'
    assert json.dumps(body) == before


def test_writing_takes_no_more_memory_than_the_standard_library() -> None:
    body = {"data": [{"id": number, "note": "x" * 40, "total": number / 8} for number in range(20_000)]}
    peaks = []
    for module in (orjson, None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_bodies, "orjson", module)
            encoded({"data": 1})
            tracemalloc.start()
            size = len(encoded(body))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[0] <= max(peaks[1], 2 * size)


# --- reading ----------------------------------------------------------------------------------------------------

_DEEP = 100

DOCUMENTS: list[bytes] = [
    b"", b" ", b"\n", b"null", b"true", b"false", b"nul", b"nulll", b"True", b"None", b"undefined",
    b"0", b"-0", b"-0.0", b"0.0", b"00", b"01", b"-01", b"1.", b".5", b"-.5", b"+1", b"--1", b"-", b"- 1", b"1e",
    b"1e+",
    b"1e5", b"1E5", b"1e+5", b"1E-5", b"1e05", b"1.e5", b"1.5e3", b"0e0", b"-0e1", b"0x10", b"1_000", b"1,000", b"1f",
    b"1e400", b"-1e400", b"1e-400", b"-1e-400", b"1e99999999999999999999", b"[1e400, 1]", b"5e-324", b"2e-324",
    b"1.7976931348623157e308", b"1.7976931348623159e308", b"0.1", b"0.30000000000000004", b"9007199254740993",
    b"9007199254740993.0", b"2.2250738585072011e-308", b"0.1234567890123456789012345678901234567890",
    b"1" * 18, b"9" * 19, b"-" + b"9" * 19, b"9" * 20, b"1" * 40, b"[" + b"1" * 20 + b"]", b"1" * 30 + b".5",
    b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808", b"-9223372036854775809",
    b"18446744073709551615", b"18446744073709551616", b"-18446744073709551616", b"123456789012345678901e-2",
    b"[18446744073709551616, -9223372036854775809]", b'{"a":' + b"7" * 25 + b"}", b'"' + b"7" * 25 + b'"',
    b"1" * 4300, b"1" * 4301, b"1" * 5000, b"-" + b"1" * 5000, b"0." + b"1" * 5000, b"[" + b"1" * 5000 + b"",
    b"NaN", b"-NaN", b"nan", b"Infinity", b"-Infinity", b"+Infinity", b"inf", b'{"a": NaN}', b"[Infinity", b'"NaN"',
    b'""', b'"a"', b'"a', b"a", b"'a'", b'"\x00"', b'"\x1f"', b'"\n"', b'"\t"', b'"\x7f"', b'"\\u0000"', b'"\\u001f"',
    b'"\\n\\t\\r\\b\\f\\/\\\\\\""', b'"\\x41"', b'"\\a"', b'"\\u12"', b'"\\u00g0"', b'"\\u 123"', b'"\\U0041"', b'"\\"',
    b'"\\ud800"', b'"\\udc00"', b'"\\ud83d\\ude00"', b'"\\ude00\\ud83d"', b'"\\ud83d\\u0041"', b'"\\ud83dx"',
    b'"\\uD83D\\uDE00"', b'{"\\ud800": 1}', b'"\xed\xa0\x80"', b'"\xed\xa0\xbd\xed\xb8\x80"', b'{"\xed\xa0\x80": 1}',
    b'"\xff"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"', b'"\xc3"', b'"\xe2\x82"', b'"\xc3\xa9"', b'"\xf0\x9f\x98\x80"',
    b"\xff", b"\xa01", b'"\xef\xbf\xbf"', b'"\xe2\x80\xa8"', b'"\xef\xbb\xbf"',
    b"\xef\xbb\xbf1", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf1", b"\xef\xbb\xbf{}", b"1\xef\xbb\xbf",
    *('{"a": "\u00e9\U0001f600"}'.encode(coding) for coding in (
        "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig", "utf-7"
        )),
    b'{"a": "\xe9"}', b"1\x00", b"\x001", b"1\x00\x00\x00", b"\x00\x00\x001", b"\xff\xfe1\x00", b"[\x00]\x00", b"\x00",
    b"[]", b"{}", b"[ ]", b"{ }", b" [1 , 2]\r\n", b"\t1\t", b"\x0b1", b"\x0c1", b"1\x0c", b"\xc2\xa01",
    b"\xe2\x80\xa81",
    b"[1,]", b"[,1]", b"[,]", b"[1 2]", b"[1", b"[1,", b"1]", b"[1]]", b"[1]x", b"[1] 2", b"1 2", b"{}{}", b"]", b"}",
    b":",
    b'{"a":1,"b":2,"a":3}', b'{"a":1,"a":{"b":1,"b":2},"":0,"":1}', b'{"a":1,}', b'{,"a":1}', b'{"a"}', b'{"a":}',
    b'{"a" 1}', b"{a:1}", b"{1:2}", b"{'a':1}", b'{"a":1', b'{"a":', b'{"a"', b"{", b'{"a":1 "b":2}', b'{null:1}',
    b'{"\xc3\xa9":1,"\\u00e9":2}', b'{"' + b"k" * 63 + b'":1}', b'{"' + b"k" * 64 + b'":1}',
    b'{"' + b"k" * 65 + b'":1}',
    b"/* a */1", b"1 // a", b"# a\n1", b"<html>ok</html>", b"[" * 100_000, b'{"a":' * 100_000, b"[" * 10 + b"]" * 9,
    b"[" * _DEEP + b"]" * _DEEP, b'{"a":' * _DEEP + b"1" + b"}" * _DEEP, b"[" * 1025 + b"]" * 1025,
    b"[" * 1500 + b"]" * 1500, b"[" * 5000 + b"]" * 5000, b'{"a":[' * 20_000 + b"]}" * 20_000,
    b'"' + b"x" * 100_000 + b'"', b'{"result": "' + b"row, \\n" * 20_000 + b'", "status": NaN}',
    b'{"result": "' + b"row, \\n" * 20_000 + b'", "size": 18446744073709551616}', b"[" + b"1234.5," * 10_000 + b"1]",
    b"[" + b'{"a": null},' * 6_000 + b"12345678901234567890123]", b"[" + b"12345," * 12_000 + b"-9223372036854775809]",
]  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_each_document_is_read_as_the_same_value_or_refused_in_the_same_words(document: bytes) -> None:
    for read in (parsed_body, payload_of, json_bodies.parse):
        with_it, without = both(read, document)
        assert with_it == without


def test_there_are_enough_documents() -> None:
    assert len(set(DOCUMENTS)) > 200


numbers = st.from_regex(rb"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,4})?", fullmatch=True)
pieces = st.sampled_from(
    [b"[", b"]", b"{", b"}", b",", b":", b'"', b"\\", b"\\u", b"d83d", b"null", b"true", b"NaN", b"-", b"Infinity",
     b"1",
     b"0" * 19, b"9" * 20, b".", b"e", b"+", b" ", b"\n", b"\x00", b"\x1f", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80",
     b"\xef\xbb\xbf", b"a", b'"a"', b'"a":1', b"[1]"]
)  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-(2**70), 2**70) | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    match draw(st.sampled_from(["value", "value", "number", "pieces", "bytes", "cut", "changed"])):
        case "number":
            return draw(numbers)
        case "pieces":
            return b"".join(draw(st.lists(pieces, max_size=12)))
        case "bytes":
            return draw(st.binary(max_size=30))
        case kind:
            text = json.dumps(
                draw(json_values), ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1, "\t"]))
            )
            coding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32-be"]))
            body = text.encode(coding, "surrogatepass")
            place = draw(st.integers(0, len(body)))
            if kind == "cut":
                return body[:place]
            return body if kind == "value" else body[:place] + draw(pieces) + body[place + 1 :]


@given(documents())
def test_any_document_is_read_as_the_same_value_or_refused_in_the_same_words(document: bytes) -> None:
    for read in (parsed_body, payload_of, json_bodies.parse):
        with_it, without = both(read, document)
        assert with_it == without


@given(st.lists(numbers, min_size=1, max_size=5), st.sampled_from([b"", b" ", b"x" * 70_000]))
def test_every_number_is_read_to_the_last_digit(found: list[bytes], before: bytes) -> None:
    body = b'["' + before + b'",' + b",".join(found) + b"]"
    with_it, without = both(parsed_body, body)
    assert with_it == without


@pytest.mark.parametrize("place", range(9))
def test_an_integer_over_64_bits_is_found_wherever_it_stands(place: int, watched: Watched) -> None:
    for number in (2**64, 10**20, -(2**63) - 1, -(10**19) + 1):
        body = b" " * place + f"[1,{number},2]".encode()
        assert json_bodies.parse(body) == [1, number, 2]
    assert watched.read == 0


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 9999999999999999999, 1 - 10**18, 0.1, 1 / 3, "9" * 19])
def test_numbers_that_fit_are_left_to_the_shortcut(number: Any, watched: Watched) -> None:
    assert json_bodies.parse(json.dumps([number]).encode()) == [number]
    assert watched.read == 1


def test_a_body_that_is_one_long_text_is_left_to_the_standard_library(watched: Watched) -> None:
    text = "users[2]{id,name}:\n" + '  1,"Ada, Lagos"\n' * 10_000
    assert json_bodies.parse(json.dumps({"result": text}).encode()) == {"result": text}
    assert watched.read == 1, "quotes in the text: it looks like many"
    text = text.replace('"', "")
    assert json_bodies.parse(json.dumps({"result": text}).encode()) == {"result": text}
    assert watched.read == 1
    numbers = [number / 7 for number in range(10_000)]
    assert json_bodies.parse(json.dumps({"result": numbers}).encode()) == {"result": numbers}
    assert watched.read == 2


@pytest.mark.parametrize("body", [bytearray(b'{"a": 1}'), '{"a": 1}'])
def test_what_is_not_bytes_is_read_as_ever(body: Any, watched: Watched) -> None:
    assert json_bodies.parse(body) == {"a": 1}
    assert watched.read == 0


# --- whole calls ------------------------------------------------------------------------------------------------


class Canned:
    """A transport that answers each request with one body, and keeps what it was sent."""

    def __init__(self, status: int, body: bytes) -> None:
        self.reply = WireReply(status, Headers({"content-type": "application/json", "x-request-id": "r"}), body)
        self.sent: list[bytes | None] = []

    def send(self, request: WireRequest) -> WireReply:
        self.sent.append(request.body)
        return self.reply

    def close(self) -> None:
        """Do nothing."""


def called(status: int, body: bytes, call: Callable[[SyncKaizenClient], Any]) -> tuple[Any, ...]:
    transport = Canned(status, body)
    with SyncKaizenClient(base_url="http://h", transport=transport, max_retries=0) as client:
        try:
            result = call(client)
        except KaizenError as error:
            known = {name: getattr(error, name, None) for name in ("path", "reason", "remedy", "payload", "detail")}
            return type(error), str(error), exact(list(known.values())), transport.sent
        return type(result), exact(dict(result)), str(result.savings), transport.sent


CALLS: list[Callable[[Any], Callable[[SyncKaizenClient], Any]]] = [
    lambda value: lambda client: client.compress(data=value),
    lambda value: lambda client: client.prompts_encode(prompt=value, prefer="smaller"),
    lambda value: lambda client: client.request("POST", "/v1/other", json=value),
    lambda value: lambda client: client.compress({"data": 1}, extra_body={"newer": value}),
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_call_sends_or_refuses_each_value_alike(value: Any) -> None:
    for make in CALLS:
        with_it, without = both(called, 200, b'{"result": "id: 1", "data": "x"}', make(value))
        assert with_it == without


SHORTER = [document for document in DOCUMENTS if len(document) < 50_000]


@pytest.mark.parametrize("document", SHORTER, ids=range(len(SHORTER)))
def test_a_call_gives_or_raises_the_same_for_each_reply(document: bytes) -> None:
    for status in (200, 422, 500):
        for body in (document, b'{"result": ' + document + b"}", b'{"detail": [' + document + b"]}"):
            with_it, without = both(called, status, body, CALLS[0]({"id": 1}))
            assert with_it == without


@given(st.lists(st.floats(-1, 1) | st.floats(allow_nan=False, allow_infinity=False), max_size=4))
def test_the_engine_makes_the_same_of_a_number_however_it_is_spelt(numbers: list[float]) -> None:
    with SyncKaizenClient.embedded() as client:
        with_it, without = both(lambda: client.decompress(data=client.compress(data=numbers).value).value)
        assert with_it == without
        with_it, without = both(lambda: str(client.prompts_encode(prompt=numbers).savings))
        assert with_it == without


@pytest.mark.parametrize("levels", [900, 1000, 1020, 1023, 1024, 1025, 3000])
@pytest.mark.usefixtures("both_ways")
def test_a_reply_nested_as_deep_as_can_be_read_is_a_result_or_the_error_that_says_so(levels: int) -> None:
    transport = Canned(200, b'{"result": ' + b"[" * levels + b"]" * levels + b"}")
    with SyncKaizenClient(base_url="http://h", transport=transport) as client:
        for call in (partial(client.decompress, data="x"), partial(client.request, "POST", "/v1/x", json=[1])):
            try:
                said = f"not nested too deeply: {call().savings}"
            except KaizenResponseError as error:
                said = str(error)
            assert "nested too deeply" in said


@pytest.mark.parametrize("document", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_the_generated_modules_read_what_they_read_without_it(document: bytes) -> None:
    info = HttpInfo(200, Headers({}), 0.1, (), "r")
    bridge = SyncBridge(lambda method, url, parts: (document, info))
    with_it, without = both(lambda: bridge.request(method="GET", url="/").json())
    assert with_it == without == told(lambda: httpx.Response(200, content=document).json())
    assert bridge.request(method="GET", url="/").content == document


def test_options_of_the_generated_modules_own_reading_are_kept() -> None:
    bridge = SyncBridge(lambda method, url, parts: (b"[1.5]", HttpInfo(200, Headers({}), 0.1, (), "r")))
    assert bridge.request(method="GET", url="/").json(parse_float=str) == ["1.5"]


# --- finding it -------------------------------------------------------------------------------------------------


@pytest.fixture
def not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_bodies, "orjson", json_bodies._NOT_LOOKED_FOR)


@pytest.mark.usefixtures("not_looked_for")
def test_it_is_found_at_the_first_body() -> None:
    assert encoded({"a": 1}) == b'{"a":1}'
    assert json_bodies.orjson is orjson


@pytest.mark.usefixtures("not_looked_for")
@pytest.mark.parametrize(
    ("version", "used"),
    [("3.9.15", False), ("2.6.8", False), ("3.10.0", True), ("3.99.1", True), ("4.0.0", False), ("later", False)],
)
def test_only_releases_that_are_known_are_used(version: str, used: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    release = SimpleNamespace(__version__=version, dumps=orjson.dumps, loads=orjson.loads)
    monkeypatch.setitem(sys.modules, "orjson", release)
    assert json_bodies.parse(b"[1]") == [1]
    assert json_bodies.orjson is (release if used else None)


@pytest.mark.usefixtures("not_looked_for")
def test_without_it_and_with_a_broken_one_bodies_are_written_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (None, SimpleNamespace()):
        monkeypatch.setitem(sys.modules, "orjson", module)
        monkeypatch.setattr(json_bodies, "orjson", json_bodies._NOT_LOOKED_FOR)
        assert encoded({"a": [1]}) == b'{"a":[1]}'
        assert parsed_body(b'{"a": [1]}') == {"a": [1]}
        assert json_bodies.orjson is None


def test_importing_and_making_a_client_does_not_import_it() -> None:
    program = (
        "import sys, kaizen_client; client = kaizen_client.SyncKaizenClient.embedded(); print('orjson' in sys.modules);"
        "client.compress(data=1); print('orjson' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"]


def test_the_engine_and_the_notation_do_not_import_it() -> None:
    program = (
        "import sys; from kaizen_client.embedded import Engine; from kaizen_client import ktof;"
        "Engine().handle('POST', '/v1/compress', {}, b'{\"data\": 1}'); ktof.encode(1);"
        "print('orjson' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False"]


def test_many_numbers_agree() -> None:
    chance = random.Random(1)
    doubles = [struct.unpack("<d", chance.randbytes(8))[0] for _ in range(20_000)]
    numbers = [number for number in doubles if math.isfinite(number)]
    with_it, without = both(lambda: parsed_body(encoded(numbers)))
    assert with_it == without == ("gave", exact(numbers))


@pytest.mark.parametrize("circle", ["an object", "a list", "a list of many branches"])
def test_a_circle_is_refused_before_it_takes_memory(circle: str) -> None:
    text = "x" * 100_000
    value: Any = {"text": text} if circle == "an object" else [text]
    if circle == "an object":
        value["me"] = value
    else:
        value.extend([value] * (1 if circle == "a list" else 1_000))
    tracemalloc.start()
    try:
        with pytest.raises((ValueError, RecursionError)):
            json_bodies.encode(value)
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()
