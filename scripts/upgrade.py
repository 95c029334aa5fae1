"""Take a published OpenAPI document over: into openapi.yaml, the generated client, the facade and the changelog.

    python scripts/upgrade.py PATH_OR_URL [--remove]

Does what can be done by rule, in a copy of the project that is moved in all together at the end, and prints what is
left for a person. What is gone from the document is kept and marked as deprecated; with `--remove` it goes. Exits with
1 where the document cannot be used or a step fails: then nothing was changed.
"""

from __future__ import annotations

import argparse
import ast
import signal
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from _bumps import largest, least_version
from _files import ROOT
from _released import Released
from api_check import stated
from ruamel.yaml.comments import CommentedMap
from upstream import changelog, contract_file, purpose, reports, samples
from upstream.applying import Applied, Applying, Taken
from upstream.checking import check, check_in_full
from upstream.comparing import Comparison, compare
from upstream.findings import Finding
from upstream.left import Finder, Left, left
from upstream.moving import respell
from upstream.reading import Document, read
from upstream.refusals import Refused
from upstream.staging import Staging, staging

_STEPS: Final = (
    ("scripts/generate.py", "generating the client"),
    ("scripts/check_facade.py", "checking the facade"),
)
_SMOKE: Final = """
import kaizen_client
from kaizen_client import _contract, client, models, payloads, sync_client
for name in (*kaizen_client.__all__, *models.__all__):
    getattr(kaizen_client, name)
for name in _contract.OPERATIONS:
    payloads._endpoint(name), getattr(client.KaizenClient, name), getattr(sync_client.SyncKaizenClient, name)
"""


class Done(NamedTuple):
    """What an upgrade did."""

    report: reports.Report
    applied: Applied
    files: list[Path]
    left: list[Left]
    #: The version in `pyproject.toml`, and the one that is proposed.
    version: tuple[str, str]


def upgrade(source: str, *, remove: bool = False, root: Path = ROOT) -> Done | None:
    """Take a document over; return what was done, None where there was nothing to do.

    Args:
        source: the path or URL of the document.
        remove: whether what is gone from the document goes from the client.
        root: the project.

    Raises:
        Refused: the document cannot be used, or a step failed; nothing was changed.
    """
    ours, theirs = read(root / "openapi.yaml"), read(source)
    check(ours)
    check_in_full(theirs)
    comparison = compare(ours, theirs, kept=not remove)
    found, meant = purpose.parted(comparison.found, purpose.entries())
    if not found:
        return None
    report = reports.Report(ours, theirs, found, meant, comparison.notes)
    with staging(root) as copy:
        applied = _into_contract(copy, report, comparison, remove=remove)
        if not applied.done:
            return Done(report, applied, [], left(applied, Finder(root), _names(root), ("", "")), ("", ""))
        for old, new in applied.renamed.values():
            respelled = respell(copy.folder, old.split(" ", 1)[1], new.split(" ", 1)[1])
            code = [path.as_posix() for path in respelled if path.suffix == ".py"]
            if code:
                copy.run("-m", "ruff", "format", "--quiet", *code, what="formatting the code")
        copy.run("scripts/write_facade.py", *(["--remove"] if remove else []), what="writing the facade")
        for script, what in _STEPS:
            copy.run(script, what=what)
        copy.run("-c", _SMOKE, what="importing the upgraded client")
        version = _version(root, applied)
        _into_changelog(copy, version[1], applied, remove=remove)
        things = left(applied, Finder(copy.folder), _names(root) | _names(copy.folder), version)
        files = copy.move_in()
    return Done(report, applied, files, things, version)


def _into_contract(copy: Staging, report: reports.Report, comparison: Comparison, *, remove: bool) -> Applied:
    """Take over what can be taken over; what a second comparison still finds is left, and all begun anew without it."""
    path = copy.folder / "openapi.yaml"
    text = path.read_text(encoding="utf-8")
    found = report.found
    left_out: list[tuple[Finding, str]] = []
    while True:
        contract = contract_file.load(text)
        taken = _taken(copy.folder, contract)
        applied = Applying(contract, report.theirs, comparison, taken, remove=remove).run(found)
        if applied.undone:
            # Begun anew, since one that was given up half way may have left something behind.
            left_out += applied.undone
            found = [one for one in found if one not in [other for other, _ in left_out]]
            continue
        samples.mend(contract)
        path.write_text(contract_file.dump(contract), encoding="utf-8")
        remaining = _remaining(path, report.theirs, left_out, remove=remove)
        if not remaining:
            break
        missed = remaining[0]
        guilty = _guilty(missed, found)
        if not guilty:
            raise Refused(
                f"{missed.kind} {missed.field} at {missed.routes[0]} could not be taken over "
                f"({missed.what.replace('`', '')}), and nothing was changed",
                remedy="take it over in openapi.yaml by hand, run `make facade`, then upgrade again",
            )
        reason = f"{missed.field or missed.kind} would not be as the document has it ({missed.what}); do it by hand"
        left_out += [(one, reason) for one in guilty]
        found = [one for one in found if one not in guilty]
    applied.undone = left_out
    try:
        check_in_full(read(path))
    except Refused as refused:
        raise Refused(f"the upgraded contract would not be valid: {refused.reason}", place="openapi.yaml") from None
    return applied


def _remaining(path: Path, theirs: Document, undone: list[tuple[Finding, str]], *, remove: bool) -> list[Finding]:
    """Return what a comparison still finds besides what is known to be undone."""
    again = compare(read(path), theirs, kept=not remove)
    remaining, _ = purpose.parted(again.found, purpose.entries())
    known = {(one.kind, one.field) for one, _ in undone}
    new_routes = {one.routes[0] for one, _ in undone if one.kind == "route-added"}
    return [one for one in remaining if (one.kind, one.field) not in known and not set(one.routes) <= new_routes]


def _guilty(missed: Finding, found: list[Finding]) -> list[Finding]:
    """Return the differences that leave one behind when taken over: of its place, or the new route it is at."""
    same = [one for one in found if one.field == missed.field and set(one.routes) & set(missed.routes)]
    near = [one for one in found if missed.field.startswith(one.field) and set(one.routes) & set(missed.routes)]
    new = [one for one in found if one.kind == "route-added" and one.routes[0] in missed.routes]
    return (same if missed.field else []) or new or near


def _taken(root: Path, contract: CommentedMap) -> Taken:
    """Return the names that mean something in the package already."""
    package = root / "kaizen_client"
    operations = {str(one["operationId"]) for item in contract["paths"].values() for one in item.values()}
    methods = {
        part.name
        for node in ast.parse((package / "client.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name == "KaizenClient"
        for part in node.body
        if isinstance(part, ast.AsyncFunctionDef | ast.FunctionDef)
    }
    names: set[str] = set()
    for module in ("client.py", "sync_client.py", "typed_results.py", "results.py", "__init__.py", "models.py"):
        tree = ast.parse((package / module).read_text(encoding="utf-8"))
        names |= {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
                  for alias in node.names}  # fmt: skip
        names |= {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    names |= {"Sequence", "Literal", "Unset", "Response", "Client", "AuthenticatedClient", "File", "HTTPStatus"}
    return Taken((methods | {"aclose"}) - operations, names - set(contract["components"]["schemas"]))


def _version(root: Path, applied: Applied) -> tuple[str, str]:
    """Return the version that stands in the project, and the one that the changes ask for."""
    stands = stated(root).version
    bump = largest(one.bump for one in applied.done)
    wanted = least_version(Released(root).version(), bump)
    return str(stands), str(max(stands, wanted))


def _names(root: Path) -> dict[str, str]:
    """Return the names of the contract's operations, by route."""
    paths = read(root / "openapi.yaml").tree["paths"]
    return {
        f"{method.upper()} {path}": operation["operationId"]
        for path, item in paths.items()
        for method, operation in item.items()
    }


def _told(one: Finding, *, remove: bool) -> Finding:
    """Return a difference as users of the client are told of it."""
    if one.kind == "route-added":
        return replace(one, what=f"a new route, `{one.routes[0]}`")
    if one.kind == "route-renamed":
        return replace(one, what=f"{one.what}; the method keeps its name, and older versions of this client fail")
    if one.kind.endswith("-removed") and one.kind.startswith(("route-", "request-", "parameter-")) and not remove:
        return replace(one, what=f"{one.what}; it stays here for now, and warns")
    return one


def _into_changelog(copy: Staging, version: str, applied: Applied, *, remove: bool) -> None:
    path = copy.folder / "CHANGELOG.md"
    names = _names(copy.root) | _names(copy.folder)
    told = [_told(one, remove=remove) for one in applied.done]
    entries = reports.entries(told, lambda route: f"`{names[route]}()`" if route in names else f"`{route}`")
    path.write_text(changelog.with_entries(path.read_text(encoding="utf-8"), version, entries), encoding="utf-8")


def as_text(done: Done) -> str:
    """Return what an upgrade did, and what is left, as a person reads it."""
    parts = [f"{done.report.theirs.title}, {done.report.bump}: {_count(done.applied.done)} taken over."]
    parts += [f"  {one.bump:5}  {_where(one)}: {one.what.replace('`', '')}" for one in done.applied.done]
    if done.files:
        parts.append(f"\nWrote {len(done.files)} files, `git diff` shows them:")
        parts += [f"  {name}" for name in _shown(done.files)]
        stands, wanted = done.version
        parts.append(f"\nVersion: {wanted}" + ("." if stands == wanted else f", since pyproject.toml has {stands}."))
    if done.left:
        parts.append("\nLeft for you:")
        parts += [textwrap.fill(str(one), 118, initial_indent="  ", subsequent_indent="      ",
                                break_long_words=False, break_on_hyphens=False) for one in done.left]  # fmt: skip
    parts.append("\nThen: make check test")
    return "\n".join(parts)


def _count(found: list[Finding]) -> str:
    return "one change" if len(found) == 1 else f"{len(found)} changes"


def _where(one: Finding) -> str:
    return one.routes[0] + (f" and {len(one.routes) - 1} more" if len(one.routes) > 1 else "")


def _shown(files: list[Path]) -> list[str]:
    """Return the files by name; what is below the generated folder as one line."""
    generated = [path for path in files if "generated" in path.parts]
    names = [path.as_posix() for path in files if path not in generated]
    return names + ([f"kaizen_client/generated/ ({len(generated)} files)"] if generated else [])


def main() -> int:
    """Upgrade; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("document", metavar="PATH_OR_URL", help="an OpenAPI 3.0 or 3.1 document, JSON or YAML")
    parser.add_argument("--remove", action="store_true", help="take out what is gone, instead of deprecating it")
    given = parser.parse_args()
    # A request to end is an error like any other: what was begun is undone.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        done = upgrade(given.document, remove=given.remove)
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted, and nothing was changed", file=sys.stderr)
        return 1
    print("Nothing to do." if done is None else as_text(done))
    return 0


if __name__ == "__main__":
    sys.exit(main())
