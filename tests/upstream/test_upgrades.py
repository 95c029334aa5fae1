"""Upgrades from end to end, in a copy of the project: what is written, what works then, and what a failure leaves."""

from __future__ import annotations

import difflib
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from openapi_spec_validator import validate

from tests.upstream.bad_documents import BAD
from tests.upstream.changes import CHANGES
from tests.upstream.conftest import Done
from tests.upstream.documents import Document, contract
from tests.upstream.project import Copy, Files, own_files
from tests.upstream.scenarios import SCENARIOS, Found, Scenario, written

UPGRADED = [one for one in SCENARIOS if one.uses]
THING = re.compile(r"^ *(?P<path>[\w./-]+):(?P<line>\d+): (?P<what>.+)$", re.MULTILINE)
# Kinds that only add to the contract: every line of it stays.
ADDING = {"request-field-added", "route-added", "status-added", "response-field-added", "parameter-added"}
USES = "tests/upstream/uses.py"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("project") / "copy", own_files())


def finished(process: subprocess.Popen[str]) -> Done:
    out, err = process.communicate(timeout=120)
    return Done(process.returncode, out, err)


def upgrade(
    copy: Copy, name: str, data: str | bytes, *options: str, hooks: Path | None = None, **environment: str
) -> Done:
    """Run the upgrade in the copy, with a document beside it."""
    path = copy.folder.parent / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return finished(copy.start("scripts/upgrade.py", str(path), *options, hooks=hooks, **environment))


class Upgraded(NamedTuple):
    """A copy after an upgrade, with the checks that ran in it."""

    scenario: Scenario
    copy: Copy
    done: Done
    checks: dict[str, Done]


def play(scenario: Scenario, folder: Path, files: Files, document: Document) -> Upgraded:
    """Upgrade a copy of the project, and check it as its maintainer and its user would."""
    copy = Copy(folder / "copy", files)
    name, text = written(CHANGES[scenario.change](document), scenario.form)
    done = upgrade(copy, name, text)
    checks = {
        "made": ["scripts/generate.py", "--check"],
        "facade": ["scripts/check_facade.py"],
        "again": ["scripts/api_diff.py", str(copy.folder.parent / name)],
        "lint": ["-m", "ruff", "check", "--no-cache", "kaizen_client", "scripts", "tests"],
        "format": ["-m", "ruff", "format", "--check", "--no-cache", "kaizen_client", "scripts", "tests"],
        "uses": ["-W", "error", USES, *scenario.uses],
    }
    return Upgraded(scenario, copy, done, {check: finished(copy.start(*command)) for check, command in checks.items()})


@pytest.fixture(scope="module")
def upgrades(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, document: Document
) -> Iterator[dict[str, Future[Upgraded]]]:
    """Play the upgrades that the chosen tests need, two at once, each in a copy of its own."""
    chosen = {item.callspec.params.get("upgraded") for item in request.session.items if hasattr(item, "callspec")}
    files = own_files()
    with ThreadPoolExecutor(2) as workers:
        yield {
            one.change: workers.submit(play, one, tmp_path_factory.mktemp("upgrade"), files, document)
            for one in UPGRADED
            if one in chosen
        }


@pytest.fixture(params=UPGRADED, ids=[one.change for one in UPGRADED])
def upgraded(request: pytest.FixtureRequest, upgrades: dict[str, Future[Upgraded]]) -> Upgraded:
    return upgrades[request.param.change].result()


@pytest.fixture
def success(upgraded: Upgraded) -> Upgraded:
    """Return an upgrade that went well; that it did is a test of its own."""
    if upgraded.done.status:
        pytest.skip("the upgrade failed")
    return upgraded


def test_it_succeeds(upgraded: Upgraded) -> None:
    assert upgraded.done.status == 0, upgraded.done


@pytest.mark.parametrize("check", ["made", "facade", "lint", "format"])
def test_the_project_s_own_checks_pass(success: Upgraded, check: str) -> None:
    done = success.checks[check]
    assert done.status == 0, done


def test_a_second_comparison_finds_nothing_to_do(success: Upgraded) -> None:
    done = success.checks["again"]
    assert done.status == (success.scenario.status if success.scenario.by_hand else 0), done.out


def test_a_user_finds_it_working(success: Upgraded) -> None:
    done = success.checks["uses"]
    assert done.status == 0, done.err


def test_the_contract_is_valid_openapi(success: Upgraded) -> None:
    validate(yaml.safe_load(success.copy.text("openapi.yaml")))


def test_what_the_upgrade_does_not_touch_stays_byte_for_byte(success: Upgraded) -> None:
    before = success.copy.original["openapi.yaml"].decode()
    after = success.copy.text("openapi.yaml")
    assert (before == after) is success.scenario.by_hand
    assert after.partition("\ntags:")[0] == before.partition("\ntags:")[0]
    assert above(after) | above(before) == above(after), "a comment is gone, or stands elsewhere"
    old, new = blocks(before), blocks(after)
    renamed = sum(one.kind == "route-renamed" for one in success.scenario.finds)
    assert len(set(old) - set(new)) <= renamed
    assert [name for name in new if name in old] == [name for name in old if name in new], "the order is another"
    lost = lines_lost(before, after)
    if {one.kind for one in success.scenario.finds} <= ADDING and success.scenario.change != "body_split_in_two":
        assert lost == []
    assert len(lost) <= 5 * len(success.scenario.finds), lost


def above(text: str) -> set[tuple[str, str]]:
    """Return each comment line with the next line that is none."""
    lines = [line for line in text.splitlines() if line.strip()]
    return {
        (line, next(other for other in lines[number:] if not other.lstrip().startswith("#")))
        for number, line in enumerate(lines)
        if line.lstrip().startswith("#")
    }


def blocks(text: str) -> list[str]:
    """Return the names of routes and components, in their order."""
    document = yaml.safe_load(text)
    kinds = [("paths", document["paths"]), *document["components"].items()]
    return [f"{kind} {name}" for kind, inner in kinds for name in inner]


def lines_lost(before: str, after: str) -> list[str]:
    """Return the lines of a text that another has no more."""
    return [line[2:] for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line.startswith("- ")]


def test_the_changelog_tells_every_finding(success: Upgraded) -> None:
    before = success.copy.original["CHANGELOG.md"].decode()
    after = success.copy.text("CHANGELOG.md")
    assert lines_lost(before, after) == []
    added = " ".join(line[2:] for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] == "+")
    for one in () if success.scenario.by_hand else success.scenario.finds:
        assert any(word in added for word in words_of(one)), one


def words_of(found: Found) -> list[str]:
    """Return what stands for a finding in the changelog: its field, or the route or the method of one."""
    if found.field:
        return [found.field.split(" ")[-1].split(".")[-1]]
    routes = [route.split(" ") for route in found.routes]
    paths = contract()["paths"]
    methods = [f"{paths[path][verb.lower()]['operationId']}()" for verb, path in routes if path in paths]
    return [path for _, path in routes] + methods


def test_what_is_left_for_a_person_names_a_line_and_a_thing(success: Upgraded) -> None:
    # A long line goes on below, further in.
    left = list(THING.finditer(re.sub(r"\n {4,}", " ", success.done.out)))
    for one in left:
        text = success.copy.text(one["path"])
        assert 1 <= int(one["line"]) <= len(text.splitlines()) + 1, one[0]
    told = "\n".join(one[0] for one in left)
    for word in success.scenario.left:
        assert word in told, told


# --- what is gone for good ------------------------------------------------------------------------------------------


def test_what_is_to_be_removed_is_gone_and_all_checks_pass(copy: Copy, document: Document) -> None:
    copy.restore()
    changed = CHANGES["route_removed"](CHANGES["field_removed"](document))
    name, text = written(changed, "3.1 JSON")
    done = upgrade(copy, name, text, "--remove")
    assert done.status == 0, done
    contract = yaml.safe_load(copy.text("openapi.yaml"))
    assert "/v1/optimize/response" not in contract["paths"]
    assert "schemas" not in contract["components"]["schemas"]["PromptEncodePayload"]["properties"]
    code = "import kaizen_client as k; assert not hasattr(k.KaizenClient, 'optimize_response')"
    for command in (["scripts/generate.py", "--check"], ["scripts/check_facade.py"], ["-c", code]):
        again = finished(copy.start(*command))
        assert again.status == 0, again
    again = finished(copy.start("scripts/api_diff.py", str(copy.folder.parent / name)))
    assert again.status == 0, again.out


# --- what changes nothing -------------------------------------------------------------------------------------------


def test_where_there_is_nothing_to_do_nothing_is_written(copy: Copy, document: Document) -> None:
    copy.restore()
    done = upgrade(copy, *written(document, "3.0 YAML"))
    assert done.status == 0, done
    assert copy.changed() == {}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_document_changes_nothing(name: str, copy: Copy, document: Document) -> None:
    copy.restore()
    done = upgrade(copy, f"document{BAD[name].suffix}", BAD[name].file(document))
    assert (done.status, "Traceback" in done.err) == (1, False), done
    assert BAD[name].place in done.err
    assert "; " in done.err, "no remedy"
    assert copy.changed() == {}


# Breaks the first write to a file, or the first move onto it, once in each process.
BREAKING = """\
import os, sys

def hook(event, arguments, left=[True]):
    if not left or event not in ("open", "os.rename"):
        return
    path = arguments[event == "os.rename"]
    writes = event == "os.rename" or (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
    if writes and isinstance(path, (str, os.PathLike)) and os.fspath(path).endswith(os.environ["BREAK_AT"]):
        left.clear()
        raise {"OSError": OSError(28, "No space left on device"), "KeyboardInterrupt": KeyboardInterrupt()}[
            os.environ["BREAK_WITH"]
        ]

sys.addaudithook(hook)
"""


def test_a_generator_that_fails_leaves_every_file_as_it_was(copy: Copy, document: Document) -> None:
    copy.restore()
    settings = copy.folder / "generator-config.yaml"
    settings.write_text("post_hooks: 7\n", encoding="utf-8")
    done = upgrade(copy, *written(CHANGES["new_optional_list"](document), "3.1 JSON"))
    assert done.status == 1, done
    assert "nothing was changed" in done.out + done.err
    assert "Traceback" not in done.err
    assert copy.changed() == {"generator-config.yaml": "changed"}


@pytest.mark.parametrize(
    ("file", "error"),
    [
        ("openapi.yaml", "OSError"),
        ("kaizen_client/client.py", "KeyboardInterrupt"),
    ],
)
def test_a_failure_while_files_are_written_leaves_every_one_as_it_was(
    file: str, error: str, copy: Copy, document: Document, tmp_path: Path
) -> None:
    copy.restore()
    (tmp_path / "sitecustomize.py").write_text(BREAKING, encoding="utf-8")
    broken = {"BREAK_AT": str(copy.folder / file), "BREAK_WITH": error}
    done = upgrade(copy, *written(CHANGES["new_optional_list"](document), "3.1 JSON"), hooks=tmp_path, **broken)
    assert done.status != 0, done
    assert copy.changed() == {}, done
