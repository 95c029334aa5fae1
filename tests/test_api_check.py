"""The public surface against the last release: what each kind of change asks of the version."""

from __future__ import annotations

import inspect
import json
import pkgutil
import shutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import griffe
import pytest

import kaizen_client

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "scripts"
NAMES = [
    "_files", "_bumps", "surface.things", "surface.types", "surface.reader", "surface.signatures", "surface.diff",
    "_released", "_contract_changes", "_typing_tests", "api_check",
]  # fmt: skip


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    yield {name: import_module(name) for name in NAMES}
    for name in NAMES:
        sys.modules.pop(name)


HEAD = """\
from __future__ import annotations
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Literal, NamedTuple, NotRequired, Optional, TypedDict, TypeVar, Union, overload
from attrs import define, field
"""


def package(folder: Path, code: str, **more: str) -> Path:
    """Write a package `made` with one public module of code, and more modules by name; return its folder."""
    path = folder / "made"
    path.mkdir(parents=True)
    (path / "__init__.py").write_text("", encoding="utf-8")
    for name, text in {"mod": code, **more}.items():
        (path / f"{name}.py").write_text(HEAD + text, encoding="utf-8")
    return path


def with_all(code: str) -> str:
    """Return code that lists in `__all__` what its unindented lines define."""
    words = [line.replace("async def", "def").split() for line in code.splitlines() if line[:1].isalpha()]
    names = [line[1] if line[0] in ("def", "class") else line[0] for line in words]
    shown = {name.partition("(")[0].rstrip(":") for name in names}
    return f"__all__ = {sorted(name for name in shown if not name.startswith('_'))}\n{code}"


# What was, what is, and what is found: the bump, the name and words of the change.
Case = tuple[str, str, list[tuple[str, str, str]]]
CASES: dict[str, Case] = {
    "a docstring": ("def f(): 'old'", "def f(): 'new'", []),
    "the body of a function": ("def f(): return 1", "def f(): return 2", []),
    "a private name": ("def _f(): ...\ndef f(): ...", "def f(): ...", []),
    "a name removed": ("def f(): ...\ndef g(): ...", "def g(): ...", [("major", "mod.f", "function removed")]),
    "a name added": ("def f(): ...", "def f(): ...\ndef g(): ...", [("minor", "mod.g", "function added")]),
    "a parameter removed": ("def f(a, b=1): ...", "def f(a): ...", [("major", "mod.f", "parameter b removed")]),
    "a parameter renamed": (
        "def f(a: int): ...",
        "def f(b: int): ...",
        [("major", "mod.f", "parameter a renamed to b")],
    ),
    "a parameter by place renamed": ("def f(a: int, /): ...", "def f(b: int, /): ...", []),
    "a parameter newly required": (
        "def f(a=1): ...",
        "def f(a): ...",
        [("major", "mod.f", "parameter a has no default any more")],
    ),
    "a parameter no longer required": ("def f(a): ...", "def f(a=1): ...", [("minor", "mod.f", "a has a default: 1")]),
    "a required parameter added": (
        "def f(): ...",
        "def f(*, a): ...",
        [("major", "mod.f", "required parameter a added")],
    ),
    "an optional parameter added": ("def f(): ...", "def f(a=1): ...", [("minor", "mod.f", "parameter a added")]),
    "a parameter put before others": (
        "def f(a=1): ...",
        "def f(b=1, a=1): ...",
        [("major", "mod.f", "a moved from place 1 to 2"), ("minor", "mod.f", "parameter b added")],
    ),
    "a parameter by name only": (
        "def f(a): ...",
        "def f(*, a): ...",
        [("major", "mod.f", "by place or by name -> by name only")],
    ),
    "a parameter by place too": (
        "def f(*, a): ...",
        "def f(a): ...",
        [("minor", "mod.f", "by name only -> by place or by name")],
    ),
    "a default changed": ("def f(a=1): ...", "def f(a=2): ...", [("major", "mod.f", "default of a: 1 -> 2")]),
    "other options removed": ("def f(**a: int): ...", "def f(): ...", [("major", "mod.f", "parameter a removed")]),
    "a wider parameter": (
        "def f(a: str | None): ...",
        "def f(a: str | int | None): ...",
        [("minor", "mod.f", "type of a: str | None -> str | int | None")],
    ),
    "a narrower parameter": (
        "def f(a: str | None): ...",
        "def f(a: str): ...",
        [("major", "mod.f", "type of a: str | None -> str")],
    ),
    "a parameter of a wider kind": (
        "def f(a: list[str]): ...",
        "def f(a: Sequence[str]): ...",
        [("minor", "mod.f", "list[str] -> Sequence[str]")],
    ),
    "a union in another order": (
        "def f(a: str | None, b: dict[str, int | None]) -> int | str: ...",
        "def f(a: None | str, b: dict[str, None | int]) -> str | int: ...",
        [],
    ),
    "a union in another spelling": (
        "def f(a: Optional[int], b: Union[int, str]): ...",
        "def f(a: int | None, b: str | int): ...",
        [],
    ),
    "a return type changed": (
        "def f() -> str | None: ...",
        "def f() -> str | int | None: ...",
        [("major", "mod.f", "return type: str | None -> str | int | None")],
    ),
    "a function made async": ("def f(): ...", "async def f(): ...", [("major", "mod.f", "function -> async function")]),
    "an overload removed": (
        "@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(a: str) -> str: ...\ndef f(a: Any) -> Any: ...",
        "@overload\ndef f(a: int) -> int: ...\ndef f(a: Any) -> Any: ...",
        [("major", "mod.f#2", "function removed")],
    ),
    "a method removed": (
        "class A:\n    def f(self): ...\n    def g(self): ...",
        "class A:\n    def f(self): ...",
        [("major", "mod.A.g", "method removed")],
    ),
    "a method moved to a base class": (
        "class B: ...\nclass A(B):\n    def f(self, a: int): ...",
        "class B:\n    def f(self, a: int): ...\nclass A(B): ...",
        [("minor", "mod.B.f", "method added")],
    ),
    "a method moved to a private base class": (
        "class A:\n    def f(self, a: int): ...",
        "class _B:\n    def f(self, a: int): ...\nclass A(_B): ...",
        [],
    ),
    "what makes a block removed": (
        "class A:\n    def __enter__(self): ...\n    def __repr__(self): ...",
        "class A: ...",
        [("major", "mod.A.__enter__", "method removed")],
    ),
    "an attribute removed": (
        "class A:\n    def __init__(self, a: int) -> None:\n        self.a = a",
        "class A:\n    def __init__(self, a: int) -> None:\n        self._a = a",
        [("major", "mod.A.a", "attribute removed")],
    ),
    "an attribute added": (
        "class A:\n    a: int = 1",
        "class A:\n    a: int = 1\n    b: int = 1",
        [("minor", "mod.A.b", "attribute added")],
    ),
    "an attribute that takes its type from a parameter": (
        "class A:\n    def __init__(self, a: int) -> None:\n        self.a = a",
        "class A:\n    def __init__(self, a: int | str) -> None:\n        self.a = a",
        [("major", "mod.A.a", "type: int -> int | str"), ("minor", "mod.A.__init__", "type of a: int -> int | str")],
    ),
    "a property of another type": (
        "class A:\n    @property\n    def a(self) -> int | None: ...",
        "class A:\n    @property\n    def a(self) -> float | None: ...",
        [("major", "mod.A.a", "type: int | None -> float | None")],
    ),
    "an attribute that can no longer be set": (
        "class A:\n    a: int = 1",
        "class A:\n    @property\n    def a(self) -> int: ...",
        [("major", "mod.A.a", "can no longer be set")],
    ),
    "a base class removed": (
        "class A(ValueError, KeyError): ...",
        "class A(KeyError): ...",
        [("major", "mod.A", "base class ValueError removed")],
    ),
    "a base class added": ("class A: ...", "class A(ValueError): ...", [("minor", "mod.A", "ValueError added")]),
    "a class put between": (
        "class A(ValueError): ...",
        "class B(ValueError): ...\nclass A(B): ...",
        [("minor", "mod.A", "base class mod.B added"), ("minor", "mod.B", "class added")],
    ),
    "a class removed with all that is in it": (
        "class A:\n    a: int = 1\n    def f(self): ...\ndef f(): ...",
        "def f(): ...",
        [("major", "mod.A", "class removed")],
    ),
    "a key removed": (
        "class A(TypedDict, total=False):\n    a: int\n    b: int",
        "class A(TypedDict, total=False):\n    a: int",
        [("major", "mod.A.b", "key removed")],
    ),
    "keys added": (
        "class A(TypedDict):\n    a: int",
        "class A(TypedDict):\n    a: int\n    b: int\n    c: NotRequired[int]",
        [("major", "mod.A.b", "required key added"), ("minor", "mod.A.c", "key added")],
    ),
    "a key newly required": (
        "class A(TypedDict, total=False):\n    a: int",
        "class A(TypedDict):\n    a: int",
        [("major", "mod.A.a", "key newly required")],
    ),
    "a key that takes more": (
        "class A(TypedDict, total=False):\n    a: int",
        "class A(TypedDict, total=False):\n    a: int | None",
        [("minor", "mod.A.a", "type: int -> int | None")],
    ),
    "values of an enum": (
        "class A(Enum):\n    A = 'a'\n    B = 'b'\n    C = 'c'",
        "class A(Enum):\n    A = 'a'\n    B = 'x'\n    D = 'd'",
        [
            ("major", "mod.A.B", "value: 'b' -> 'x'"),
            ("major", "mod.A.C", "value removed"),
            ("minor", "mod.A.D", "value added"),
        ],
    ),
    "values of a literal": (
        "A = Literal['a', 'b']\ndef f(a: A) -> None: ...",
        "A = Literal['b', 'a', 'c']\ndef f(a: A) -> None: ...",
        [
            ("minor", "mod.A", "Literal['a', 'b'] -> Literal['b', 'a', 'c']"),
            ("minor", "mod.f", "type of a: Literal['a', 'b'] -> Literal['b', 'a', 'c']"),
        ],
    ),
    "a value of a literal that is gone": (
        "A = Literal['a', 'b']",
        "A = Literal['a']",
        [("major", "mod.A", "Literal['a', 'b'] -> Literal['a']")],
    ),
    "fields of a named tuple": (
        "class A(NamedTuple):\n    a: int\n    b: str = ''",
        "class A(NamedTuple):\n    a: int\n    b: str = ''\n    c: str = ''",
        [("minor", "mod.A.__init__", "parameter c added"), ("minor", "mod.A.c", "property added")],
    ),
    "fields of a model": (
        "@define\nclass A:\n    a: int\n    _b: str = field(default='', kw_only=True, alias='b')",
        "@define\nclass A:\n    a: int\n    _b: str = field(kw_only=True, alias='b')\n    c: int = field(init=False)",
        [
            ("major", "mod.A.__init__", "parameter b has no default any more"),
            ("minor", "mod.A.c", "attribute added"),
        ],
    ),
    "a second name that stands for another thing": (
        "class A: ...\nclass B: ...\nC = A",
        "class A: ...\nclass B: ...\nC = B",
        [("major", "mod.C", "stands for made.mod.A -> made.mod.B")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_change_asks_for_what_it_costs_users(case: str, tmp_path: Path, scripts: dict[str, Any]) -> None:
    before, after, wanted = CASES[case]
    folders = [package(tmp_path / name, with_all(code)) for name, code in (("old", before), ("new", after))]
    old, new = map(scripts["surface.reader"].surface_of, folders)
    kept = scripts["surface.things"].read_back(scripts["surface.things"].written(old))
    found = scripts["surface.diff"].compared(kept, new)
    told = [(one.bump, one.name.removeprefix("made."), one.change) for one in found]
    assert sorted((bump, name) for bump, name, _ in told) == sorted((bump, name) for bump, name, _ in wanted), told
    for bump, name, words in wanted:
        assert any(words in change for of, by, change in told if (of, by) == (bump, name)), told
    assert all(one.reason and one.place.startswith("made/mod.py:") for one in found), found
    assert found == scripts["surface.diff"].in_order(found)
    assert scripts["surface.diff"].compared(new, new) == []


# griffe counts a parameter's own name where it is given by place alone.
OURS = {"a parameter by place renamed"}


@pytest.mark.parametrize("case", sorted(set(CASES) - OURS))
def test_nothing_that_griffe_calls_a_breakage_is_less_than_major(
    case: str, tmp_path: Path, scripts: dict[str, Any]
) -> None:
    before, after, wanted = CASES[case]
    loaded = []
    for name, code in (("old", before), ("new", after)):
        folder = package(tmp_path / name, with_all(code))
        loaded.append(griffe.load("made", search_paths=[folder.parent], try_relative_path=False))
    broken = [one.explain() for one in griffe.find_breaking_changes(loaded[0], loaded[1])]
    assert not broken or any(bump == "major" for bump, _, _ in wanted), broken


def test_a_thing_goes_by_its_shortest_public_name(tmp_path: Path, scripts: dict[str, Any]) -> None:
    folder = package(tmp_path, "__all__ = ['A']\nclass A: ...", other="def f(): ...")
    (folder / "__init__.py").write_text("from made.mod import A\n__all__ = ['A', 'B']\nB = A\n", encoding="utf-8")
    assert scripts["surface.things"].written(scripts["surface.reader"].surface_of(folder)).splitlines() == [
        "made  module", "made.A  class  ()", "made.B  alias  made.A", "made.mod  module", "made.mod.A  alias  made.A",
    ]  # fmt: skip


def test_a_class_that_moves_behind_the_same_name_is_no_change(tmp_path: Path, scripts: dict[str, Any]) -> None:
    code = "__all__ = ['A', 'f']\nfrom made._{0} import A\ndef f(a: A) -> A: ..."
    surfaces = [
        scripts["surface.reader"].surface_of(
            package(tmp_path / name, code.format(name), **{f"_{name}": "class A:\n    def g(self) -> A: ..."})
        )
        for name in ("one", "two")
    ]
    assert scripts["surface.diff"].compared(*surfaces) == []


def test_the_surface_is_what_python_has(scripts: dict[str, Any]) -> None:
    surface = scripts["surface.reader"].surface_of(ROOT / "kaizen_client")
    assert {f"kaizen_client.{name}" for name in kaizen_client.__all__} <= set(surface.things)
    places = {"POSITIONAL_ONLY": "by place only", "POSITIONAL_OR_KEYWORD": "by place or by name"}
    places |= {"KEYWORD_ONLY": "by name only"}
    compared = 0
    for thing in surface:
        owner, _, last = thing.name.rpartition(".")
        if last not in ("__init__", "compress", "sync", "fail_next", "encode") or "(" not in thing.text:
            continue
        compared += 1
        found = pkgutil.resolve_name(owner if last == "__init__" else thing.name)
        real = [one for one in inspect.signature(found).parameters.values() if one.name != "self"]
        read, _ = scripts["surface.signatures"].parameters(thing.text)
        assert [one.name for one in read] == [one.name for one in real], thing
        for one, other in zip(read, real, strict=True):
            if other.kind.name in places:
                assert one.kind == places[other.kind.name], thing
                assert one.required is (other.default is inspect.Parameter.empty), thing
    assert compared > 50


@pytest.mark.parametrize(
    ("released", "bump", "asked"),
    [
        ("0.2.0", "none", "0.2.0"),
        ("0.2.0", "patch", "0.2.1"),
        ("0.2.3", "patch", "0.2.4"),
        ("0.2.3", "minor", "0.3.0"),
        ("0.2.3", "major", "0.3.0"),
        ("1.2.3", "none", "1.2.3"),
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
    ],
)
def test_the_version_that_a_change_asks_for(released: str, bump: str, asked: str, scripts: dict[str, Any]) -> None:
    version = scripts["api_check"].Version
    assert str(scripts["_bumps"].least_version(version(released), bump)) == asked


@pytest.mark.parametrize(
    ("now", "bump", "enough"),
    [
        ("0.2.0", "none", True),
        ("0.2.0", "minor", False),
        ("0.2.9", "major", False),
        ("0.3.0", "major", True),
        ("0.4.1", "patch", True),
        ("1.0.0", "major", True),
        ("0.3.0rc1", "major", True),
        ("0.2.0rc1", "none", False),
        ("0.1.9", "none", False),
    ],
)
def test_a_version_suffices_or_does_not(now: str, bump: str, enough: bool, scripts: dict[str, Any]) -> None:
    check = scripts["api_check"]
    stated = check.Stated(check.Version(now), "pyproject.toml:7", now, "kaizen_client/_version.py:5")
    found = check.verdict(check.Version("0.2.0"), stated, bump, [])
    assert (not found.remedies) is enough
    assert check.shown(found).endswith("ok" if enough else f'__version__ = "{found.asked}" at {stated.package_place}')


def test_the_package_must_have_the_version_of_the_project(scripts: dict[str, Any]) -> None:
    check = scripts["api_check"]
    stated = check.Stated(check.Version("0.3.0"), "pyproject.toml:7", "0.2.0", "kaizen_client/_version.py:5")
    found = check.verdict(check.Version("0.2.0"), stated, "minor", [])
    assert found.remedies == ['write __version__ = "0.3.0" at kaizen_client/_version.py:5']


SETTINGS = '[project]\nname = "made"\nversion = "{0}"\n[tool.mypy]\nstrict = true\nexplicit_package_bases = true\n'


CODE = """\
__all__ = ["f"]


class _Text:
    text: str = ""


def f(a: int) -> _Text:
    return _Text()
"""


CONTRACT = """\
openapi: 3.1.0
info: {title: Small, version: "1"}
paths:
  /: {get: {responses: {"200": {description: fine}}}}
"""


@pytest.fixture
def project(tmp_path: Path, scripts: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project with a package of the real one's name, recorded as 1.2.3."""
    write(tmp_path / "kaizen_client" / "__init__.py", CODE)
    write(tmp_path / "tests" / "typing" / "test_typed.py", "from kaizen_client import f\n\nx: str = f(1).text\n")
    write(tmp_path / "openapi.yaml", CONTRACT)
    release(tmp_path, "1.2.3")
    assert scripts["api_check"].main(["--record"], tmp_path) == 0
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def release(root: Path, version: str) -> None:
    write(root / "pyproject.toml", SETTINGS.format(version))
    write(root / "kaizen_client" / "_version.py", f'__version__ = "{version}"\n')


def test_what_is_recorded_is_what_is_released(
    project: Path, scripts: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project / "scripts" / "released"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")} == {
        "openapi.yaml", "surface.txt", "typing/test_typed.py",
    }  # fmt: skip
    assert (folder / "version").read_text() == "1.2.3\n"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert scripts["api_check"].main(["--record"], project) == 0
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    monkeypatch.setattr(scripts["api_check"], "typing_findings", lambda root: [])
    capsys.readouterr()
    assert scripts["api_check"].main([], project) == 0
    assert capsys.readouterr().out == (
        "since 1.2.3 nothing changed, which asks for 1.2.3 or later; 1.2.3 stands at pyproject.toml:3: ok\n"
    )


def test_a_typing_test_of_the_release_that_no_longer_type_checks_is_a_major_change(
    project: Path, scripts: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    # No public name, signature or type has another text; what users read of the result is gone.
    write(project / "kaizen_client" / "__init__.py", CODE.replace("text: str", "words: str"))
    capsys.readouterr()
    assert scripts["api_check"].main(["--format", "json"], project) == 1
    shown = json.loads(capsys.readouterr().out)
    assert (shown["bump"], shown["asked"], shown["ok"]) == ("major", "2.0.0", False)
    assert shown["findings"] == [
        {
            "bump": "major",
            "name": "the released typing test test_typed.py",
            "change": 'mypy: "_Text" has no attribute "text"  [attr-defined]',
            "reason": "code that was written for the release no longer type-checks",
            "place": "scripts/released/typing/test_typed.py:3",
        }
    ]
    assert shown["remedies"][0] == 'write version = "2.0.0" at pyproject.toml:3'


def test_a_changed_contract_asks_for_a_version_too(
    project: Path, scripts: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts["api_check"], "typing_findings", lambda root: [])
    write(project / "openapi.yaml", CONTRACT.replace("description: fine", "description: well"))
    assert scripts["api_check"].main([], project) == 0
    write(project / "openapi.yaml", CONTRACT + '  /new: {get: {responses: {"200": {description: fine}}}}\n')
    assert scripts["api_check"].main([], project) == 1
    said = capsys.readouterr().out
    assert "minor     openapi.yaml:5  GET /new\n" in said
    assert "the route is new: nothing that exists changes" in said
    release(project, "1.3.0")
    assert scripts["api_check"].main([], project) == 0


def test_a_project_without_a_record_is_told_how_to_make_one(project: Path, scripts: dict[str, Any]) -> None:
    (project / "scripts" / "released" / "surface.txt").unlink()
    with pytest.raises(SystemExit, match=r"surface\.txt is missing; run `make api-baseline`"):
        scripts["api_check"].main([], project)


def test_a_changed_signature_fails_until_the_version_is_raised(
    tmp_path: Path, scripts: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts["api_check"], "typing_findings", lambda root: [])
    shutil.copytree(ROOT / "kaizen_client", tmp_path / "kaizen_client")
    for name in ("pyproject.toml", "openapi.yaml"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    assert scripts["api_check"].main(["--record"], tmp_path) == 0
    assert scripts["api_check"].main([], tmp_path) == 0
    source = tmp_path / "kaizen_client" / "sync_client.py"
    code = source.read_text(encoding="utf-8")
    old = "        token_models: list[str] | Missing | None = MISSING,\n        **call: Unpack[EncodeCallOptions],"
    assert old in code
    source.write_text(code.replace(old, old.partition("\n")[2], 1), encoding="utf-8")
    capsys.readouterr()
    assert scripts["api_check"].main([], tmp_path) == 1
    said = capsys.readouterr().out
    assert "major     kaizen_client/sync_client.py:" in said
    assert "kaizen_client.SyncKaizenClient.compress\n" in said
    assert "parameter token_models removed: calls that pass it fail" in said
    asked = scripts["_bumps"].least_version(scripts["_released"].Released(tmp_path).version(), "major")
    assert f'write version = "{asked}" at pyproject.toml:' in said
    for path in ("pyproject.toml", "kaizen_client/_version.py"):
        text = (tmp_path / path).read_text(encoding="utf-8")
        line = next(one for one in text.splitlines() if one.startswith(("version =", "__version__")))
        (tmp_path / path).write_text(text.replace(line, f'{line.partition("=")[0]}= "{asked}"'), encoding="utf-8")
    assert scripts["api_check"].main([], tmp_path) == 0
