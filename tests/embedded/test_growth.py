"""A small request does not become a huge reply."""

from __future__ import annotations

from typing import Any

import pytest

from kaizen_client.embedded._growth import refuse_growth

ROUTES = [("/v1/compress", "data"), ("/v1/optimize", "data"), ("/v1/prompts/encode", "prompt")]


def deep(depth: int, width: int) -> str:
    return "[" * depth + ",".join(["[]"] * width) + "]" * depth


@pytest.mark.parametrize(("path", "field"), ROUTES)
@pytest.mark.parametrize(("depth", "width", "indent"), [(400, 5000, 16), (500, 50_000, 2)])
def test_many_values_deep_down_are_refused(
    call: Any, path: str, field: str, depth: int, width: int, indent: int
) -> None:
    raw = f'{{"{field}":{deep(depth, width)},"options":{{"indent":{indent}}}}}'.encode()
    refused = call(path, raw=raw)
    assert (refused.status, refused.body["code"]) == (413, "payload_too_large")
    assert "nest it less deeply" in refused.body["detail"]


@pytest.mark.parametrize(("depth", "width", "indent"), [(400, 1000, 16), (500, 5000, 2), (5, 50_000, 16)])
def test_what_is_deep_or_wide_is_not(call: Any, depth: int, width: int, indent: int) -> None:
    raw = f'{{"data":{deep(depth, width)},"options":{{"indent":{indent}}}}}'.encode()
    assert call("/v1/compress", raw=raw).status == 200


def test_a_large_table_is_not() -> None:
    refuse_growth({"a": {"b": {"c": [{"x": 1, "y": 2, "z": 3}] * 400_000}}}, 16)


def test_json_in_a_prompt_that_would_grow_so_stays_text(call: Any) -> None:
    prompt = f"x {deep(400, 50_000)} y"
    answered = call("/v1/prompts/encode", {"prompt": prompt})
    assert (answered.status, answered.body["result"]) == (200, prompt)


@pytest.mark.parametrize("indent", [1, 16])
def test_an_indent_may_be_as_wide_as_the_limit(call: Any, indent: int) -> None:
    assert call("/v1/compress", {"data": {"a": {"b": 1}}, "options": {"indent": indent}}).body["result"] == (
        f"a:\n{' ' * indent}b: 1"
    )
    refused = call("/v1/compress", {"data": 1, "options": {"indent": 17}})
    assert (refused.status, refused.body["code"]) == (400, "invalid_option")
