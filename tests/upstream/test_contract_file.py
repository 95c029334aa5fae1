"""`openapi.yaml` is written as it was read, and what is put into it is read by everyone as it was meant."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.upstream.conftest import SCRIPTS
from tests.upstream.project import ROOT

TEXT = (ROOT / "openapi.yaml").read_text(encoding="utf-8")


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return import_module("upstream.contract_file")


def test_the_contract_is_in_the_form_that_an_upgrade_writes(file: Any) -> None:
    assert file.dump(file.load(TEXT)) == TEXT


def test_what_is_put_in_changes_no_other_line(file: Any) -> None:
    contract = file.load(TEXT)
    schemas = contract["components"]["schemas"]
    file.insert_after(schemas, "DecodeRequest", "New", file.block(type="object", description=file.words("x " * 80)))
    schemas["New"]["properties"] = file.block(a=file.reference("Metadata"), b=file.in_line({"x": [1, None, "no"]}))
    written = file.dump(contract)
    lines, before = written.splitlines(), TEXT.splitlines()
    start = lines.index("    New:")
    assert lines[start - 1] == before[start - 1]
    assert before == lines[:start] + lines[start + (len(lines) - len(before)) :]
    names = list(yaml.safe_load(written)["components"]["schemas"])
    assert names[names.index("New") - 1] == "DecodeRequest"


def test_texts_are_texts_for_readers_of_both_versions_of_yaml(file: Any) -> None:
    @given(text=st.text(max_size=12) | st.sampled_from(["no", "on", "12:30", "0o7", "1e3", "~", "null", "- a", "{a"]))
    def hold(text: str) -> None:
        text = "".join(one for one in text if one.isprintable())
        contract = file.load("a: 1\n")
        contract["text"], contract["line"], contract["key"] = text, file.in_line([text]), file.block(**{text or "x": 1})
        contract["words"] = file.words(text)
        written = file.dump(contract)
        for found in (yaml.safe_load(written), YAML(typ="safe").load(written)):
            assert found["text"] == found["line"][0] == text
            assert list(found["key"]) == [text or "x"]
            assert " ".join(found["words"].split()) == " ".join(text.split())

    hold()


def test_control_characters_are_not_written(file: Any) -> None:
    assert file.words("a\x00b\r\n\td\ud800e") == "a b d e"
