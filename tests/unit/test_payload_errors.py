"""A request that will not do is refused by its path, with a remedy, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import kaizen_client
from kaizen_client import DecodeRequest, EncodeOptions, KaizenPayloadError, SyncKaizenClient
from kaizen_client._contract import OPERATIONS, SCHEMAS

pytestmark = pytest.mark.usefixtures("both_ways")

ENCODERS = ("compress", "optimize", "optimize_request", "prompts_encode")
DECODERS = ("decompress", "optimize_response", "prompts_decode")
ROUTES = ENCODERS + DECODERS


class Nothing:
    """A transport that must not be reached."""

    def send(self, request: Any) -> Any:
        raise AssertionError("something was sent")

    def close(self) -> None:
        """Do nothing."""


def main_field(name: str) -> str:
    return str(SCHEMAS[str(OPERATIONS[name].request)]["required"][0])


def refused(name: str, *arguments: Any, **keywords: Any) -> KaizenPayloadError:
    with (
        SyncKaizenClient(base_url="http://h", transport=Nothing(), on_failure="passthrough") as client,
        pytest.raises(KaizenPayloadError) as caught,
    ):
        getattr(client, name)(*arguments, **keywords)
    error = caught.value
    assert isinstance(error, ValueError)
    assert error.remedy in str(error)
    assert error.remedy
    return error


# --- fields -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("arguments", [(), ({},), ({"options": None},)])
def test_a_missing_field_is_named_with_both_ways_to_give_it(name: str, arguments: tuple[Any, ...]) -> None:
    field = main_field(name)
    error = refused(name, *arguments)
    assert error.path == field
    assert f"{field}=" in error.remedy
    assert f'"{field}"' in error.remedy


@pytest.mark.parametrize("name", ROUTES)
def test_an_unknown_field_is_named_with_what_may_be_meant(name: str) -> None:
    field = main_field(name)
    error = refused(name, {field: "x", "optoins": {}})
    assert error.path == "optoins"
    assert "options" in error.remedy
    assert "extra_body" in error.remedy
    error = refused(name, **{field: "x", "optoins": {}})
    assert error.path == "optoins"
    assert "did you mean options?" in error.remedy


@pytest.mark.parametrize("key", [1, None, ("a",), b"data"])
def test_a_field_whose_name_is_no_string_is_refused(key: Any) -> None:
    assert refused("compress", {"data": 1, key: 2}).path == repr(key)


@pytest.mark.parametrize("name", ROUTES)
def test_both_forms_at_once_are_refused_even_where_they_agree(name: str) -> None:
    field = main_field(name)
    assert f"{field}=" in refused(name, {field: "x"}, **{field: "x"}).reason
    assert "options=" in refused(name, {field: "x"}, options=None).reason


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("payload", [None, "text", 5, [("data", 1)], object()])
def test_a_payload_that_is_neither_dict_nor_model_is_refused(name: str, payload: Any) -> None:
    error = refused(name, payload)
    assert str(OPERATIONS[name].request) in error.reason
    assert f'"{main_field(name)}"' in error.remedy


@pytest.mark.parametrize("name", [name for name in ROUTES if name != "decompress"])
def test_a_model_of_another_route_is_refused(name: str) -> None:
    error = refused(name, DecodeRequest(data="x"))
    assert str(OPERATIONS[name].request) in error.reason
    assert "DecodeRequest" in error.reason


@pytest.mark.parametrize("name", ["optimize_response", "prompts_decode"])
def test_an_empty_ktof_is_refused_and_decompress_named(name: str) -> None:
    error = refused(name, ktof="")
    assert error.path == "ktof"
    assert "{}" in error.reason
    assert "decompress" in error.remedy


# --- types ------------------------------------------------------------------------------------------------------

NOT_TEXTS: list[Any] = [None, 1, True, [], {}, b"id: 1", 1.5]
NOT_OBJECTS: list[Any] = ["trace-1", 1, True, [], ["a"], 1.5, [("a", 1)]]
NOT_LISTS: list[Any] = ["gpt-4o", 1, True, {"a": 1}, {"gpt-4o"}]

NOT_FLAGS: list[Any] = [None, 0, 1, "true", []]
NO_INDENTS: list[Any] = [0, -1, "2", 2.0, True, [2]]
NO_MODELS: list[Any] = [1, None, ["b"], b"b", True]
NO_DELIMITERS: list[Any] = ["", ";", ",,", "tab", 1, True, [","]]
NO_MARKERS: list[Any] = ["", "##", 1, 0, 1.5, ["#"]]
NO_STRICTS: list[Any] = [0, 1, "false", []]

WRONG: list[tuple[str, str, Any, str]] = [
    *((name, main_field(name), value, "") for name in DECODERS for value in NOT_TEXTS),
    *((name, "options", value, "") for name in ROUTES for value in NOT_OBJECTS),
    *((name, "token_models", value, "") for name in ENCODERS for value in NOT_LISTS),
    *((name, "token_models", ["a", value], "[1]") for name in ENCODERS for value in NO_MODELS),
    *(("prompts_encode", "schemas", value, "") for value in NOT_OBJECTS),
    *(("prompts_decode", "replay_meta", value, "") for value in NOT_OBJECTS),
    *((name, "metadata", value, "") for name in (*ENCODERS, "prompts_decode") for value in NOT_OBJECTS),
    *((name, "auto_detect_json", value, "") for name in ("optimize_request", "prompts_encode") for value in NOT_FLAGS),
    *((name, "options", {"indent": value}, ".indent") for name in ROUTES for value in NO_INDENTS),
    *((name, "options", {"indetn": 2}, ".indetn") for name in ROUTES),
    *((name, "options", {1: 2}, ".1") for name in ROUTES),
    *((name, "options", {"delimiter": value}, ".delimiter") for name in ENCODERS for value in NO_DELIMITERS),
    *((name, "options", {"length_marker": value}, ".length_marker") for name in ENCODERS for value in NO_MARKERS),
    *((name, "options", {"strict": value}, ".strict") for name in DECODERS for value in NO_STRICTS),
    *((name, "options", {"strict": True}, ".strict") for name in ENCODERS),
    *((name, "options", {"delimiter": ","}, ".delimiter") for name in DECODERS),
]


@pytest.mark.parametrize(("name", "field", "value", "below"), WRONG)
def test_a_value_of_the_wrong_type_is_named_by_its_path_in_every_form(
    name: str, field: str, value: Any, below: str
) -> None:
    fields = {main_field(name): "x", field: value}
    model = getattr(kaizen_client, str(OPERATIONS[name].request))
    forms: list[Callable[[], KaizenPayloadError]] = [
        lambda: refused(name, fields),
        lambda: refused(name, **fields),
        lambda: refused(name, model(**fields)),
    ]
    for form in forms:
        assert form().path == f"{field}{below}"


def test_a_text_where_a_list_is_needed_is_told_to_be_put_into_one() -> None:
    assert "[...]" in refused("optimize", data=1, token_models="gpt-4o").remedy


def test_an_options_model_is_checked_like_a_dict() -> None:
    assert refused("compress", data=1, options=EncodeOptions(indent=0)).path == "options.indent"
    extra = EncodeOptions.from_dict({"indent": 1, "newer": 2})
    assert refused("compress", data=1, options=extra).path == "options.newer"


@pytest.mark.parametrize("mode", ["keyword", "payload"])
@pytest.mark.parametrize(
    ("metadata", "path"),
    [
        ({"a": {"b": [{1, 2}]}}, "metadata.a.b[0]"),
        ({1: "a"}, "metadata"),
        ({"a b": float("nan")}, "metadata['a b']"),
        ({"a": {None: 1}}, "metadata.a"),
        ({"\udcff": 1}, "metadata"),
    ],
)
def test_metadata_that_json_cannot_hold_is_named_by_its_path(mode: str, metadata: Any, path: str) -> None:
    if mode == "keyword":
        assert refused("compress", data=1, metadata=metadata).path == path
    else:
        assert refused("compress", {"data": 1, "metadata": metadata}).path == path


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("schemas", {"s": {1}}, "schemas.s"),
        ("schemas", {"s": [{2: 3}]}, "schemas.s[0]"),
        ("prompt", {"messages": [{"content": b"x"}]}, "prompt.messages[0].content"),
        ("prompt", [("a", {"b": ({"c": object()},)})], "prompt[0][1].b[0].c"),
        ("prompt", {"": {"1a": {1}}}, "prompt['']['1a']"),
    ],
)
def test_what_json_cannot_hold_is_named_by_its_path_in_every_field(field: str, value: Any, path: str) -> None:
    error = refused("prompts_encode", **{"prompt": 1, field: value})
    assert error.path == path
    assert str(error).startswith(f"{path}: ")


def test_a_request_over_the_limit_is_refused_and_one_at_it_is_not() -> None:
    with SyncKaizenClient(base_url="embedded:", max_request_bytes=len(b'{"data":"xxxx"}')) as client:
        assert client.compress(data="xxxx").value == "xxxx"
        with pytest.raises(KaizenPayloadError, match="max_request_bytes"):
            client.compress(data="xxxxx")
        with pytest.raises(KaizenPayloadError, match="max_request_bytes"):
            client.compress(data="xxx\u00e9")


def test_the_error_carries_the_metadata_of_the_call() -> None:
    assert refused("compress", data={1}, metadata={"trace": "t-1"}).metadata == {"trace": "t-1"}
