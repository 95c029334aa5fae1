"""Names in Python are the generator's, so that the facade finds what it generates."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_python_client.strings import ClassName, PythonIdentifier

NAMES = st.text("abzABZ019_-. /$\\é", max_size=10) | st.sampled_from(
    ["type", "id", "self", "from", "filter", "maxTokens", "APIKey", "userID", "HTTPServer2", "_private", "ValueError"]
)


@pytest.fixture(scope="module")
def names() -> Any:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
    try:
        yield import_module("_names")
    finally:
        del sys.path[0], sys.modules["_names"]


@given(name=NAMES)
def test_fields_are_named_as_the_generator_names_them(name: str, names: Any) -> None:
    assert names.python_name(name) == PythonIdentifier(name, prefix="field_")


@given(name=NAMES)
def test_components_have_names_that_the_generator_keeps(name: str, names: Any) -> None:
    made = names.class_name(name)
    assert made.isidentifier(), made
    assert ClassName(made, prefix="") == made == names.class_name(made)


@pytest.mark.parametrize(
    ("name", "made"),
    [("Page_Item_", "PageItem"), ("my_request", "MyRequest"), ("1st", "Model1St"), ("ValueError", "ValueErrorModel")],
)
def test_a_component_name_that_is_none_is_made_one(name: str, made: str, names: Any) -> None:
    assert names.class_name(name) == made
