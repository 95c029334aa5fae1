"""What a comparison finds: exactly what the table says, nothing where nothing is meant, and why it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.upstream.bad_documents import BAD
from tests.upstream.changes import CHANGES
from tests.upstream.conftest import SCRIPTS, Done
from tests.upstream.documents import Document, ref
from tests.upstream.same_meaning import SAME
from tests.upstream.scenarios import SCENARIOS, Form, Found, Scenario, written
from tests.upstream.uses import USES

FORMS: tuple[Form, ...] = get_args(Form)
BY_NAME = pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.change for one in SCENARIOS])


def write(folder: Path, document: Document, form: Form) -> Path:
    name, text = written(document, form)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def found_in(report: dict[str, Any]) -> list[Found]:
    return [
        Found(one["kind"], one["field"], one["bump"], frozenset(one["routes"]))
        for one in report["findings"]
    ]  # fmt: skip


def test_the_table_names_every_change_every_use_and_every_form() -> None:
    assert sorted(one.change for one in SCENARIOS) == sorted(CHANGES)
    assert {use for one in SCENARIOS for use in one.uses} == set(USES)
    assert {one.form for one in SCENARIOS} == set(FORMS)


@BY_NAME
def test_a_change_is_found_and_nothing_else(
    scenario: Scenario, document: Document, tmp_path: Path, api_diff: Callable[..., Done]
) -> None:
    path = write(tmp_path, CHANGES[scenario.change](document), scenario.form)
    done = api_diff(path, "--format", "json")
    report = json.loads(done.out)
    assert sorted(found_in(report)) == sorted(scenario.finds)
    assert (done.status, report["bump"]) == (scenario.status, scenario.bump)


@BY_NAME
def test_every_finding_says_where_in_both_documents_what_and_why(
    scenario: Scenario, document: Document, tmp_path: Path, api_diff: Callable[..., Done]
) -> None:
    changed = CHANGES[scenario.change](document)
    report = json.loads(api_diff(write(tmp_path, changed, "3.1 JSON"), "--format", "json").out)
    for one in report["findings"]:
        assert points_into(changed, one["theirs"]), one
        assert one["what"], one
        assert one["reason"], one


def points_into(document: Any, pointer: str) -> bool:
    """Tell whether a JSON pointer leads somewhere."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        items = document.items() if isinstance(document, dict) else enumerate(document)
        inner = {str(name): value for name, value in items}
        if key not in inner:
            return False
        document = inner[key]
    return True


@BY_NAME
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_the_other_forms_of_the_report_name_what_changed(
    form: str, scenario: Scenario, document: Document, tmp_path: Path, api_diff: Callable[..., Done]
) -> None:
    done = api_diff(write(tmp_path, CHANGES[scenario.change](document), scenario.form), "--format", form)
    assert done.status == scenario.status
    for one in scenario.finds:
        assert one.field.split(" ")[-1] in done.out
        assert any(route in done.out for route in one.routes)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["as_published", *SAME])
def test_what_means_the_same_is_no_change(
    name: str, form: Form, document: Document, tmp_path: Path, api_diff: Callable[..., Done]
) -> None:
    same = SAME[name](document) if name in SAME else document
    done = api_diff(write(tmp_path, same, form), "--format", "json")
    report = json.loads(done.out)
    assert report["findings"] == []
    assert (done.status, report["bump"]) == (0, "none")


def test_a_route_behind_a_reference_is_the_same_route(
    document: Document, tmp_path: Path, api_diff: Callable[..., Done]
) -> None:
    paths = {**document["paths"], "/v1/compress": {"$ref": "#/components/pathItems/Compress"}}
    components = {**document["components"], "pathItems": {"Compress": document["paths"]["/v1/compress"]}}
    path = write(tmp_path, {**document, "paths": paths, "components": components}, "3.1 JSON")
    assert api_diff(path, "--format", "json").status == 0


def test_what_differs_on_purpose_is_told_and_not_counted(
    document: Document, tmp_path: Path, api_diff: Callable[..., Done]
) -> None:
    report = json.loads(api_diff(write(tmp_path, document, "3.1 JSON"), "--format", "json").out)
    told = {one["field"] for one in report["on_purpose"]}
    assert {"metadata", "token_models", "options.delimiter", "options.length_marker"} <= told
    assert all(one["why"] for one in report["on_purpose"])


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_document_is_refused_with_its_place_and_a_remedy(
    name: str, document: Document, tmp_path: Path, api_diff: Callable[..., Done]
) -> None:
    path = tmp_path / f"document{BAD[name].suffix}"
    path.write_bytes(BAD[name].file(document))
    done = api_diff(path)
    assert (done.status, done.out) == (3, "")
    assert str(path) in done.err
    assert BAD[name].place in done.err
    assert "; " in done.err, "no remedy"
    assert "Traceback" not in done.err


def test_a_document_that_is_not_there_is_refused(tmp_path: Path, api_diff: Callable[..., Done]) -> None:
    for missing in (tmp_path / "nowhere.json", tmp_path):
        done = api_diff(missing)
        assert (done.status, str(missing) in done.err, "; " in done.err) == (3, True, True)


def test_a_schema_that_is_a_part_of_itself_is_refused_and_not_followed_for_ever(
    document: Document, tmp_path: Path
) -> None:
    changed = deepcopy(document)
    changed["components"]["schemas"]["One"] = {"allOf": [ref("One")]}
    changed["components"]["schemas"]["DecodeRequest"]["properties"]["options"] = ref("One")
    command = [sys.executable, str(SCRIPTS / "api_diff.py"), str(write(tmp_path, changed, "3.1 JSON"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, "/components/schemas/One" in done.stderr) == (3, True), done
