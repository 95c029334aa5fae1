"""Write into the facade what the contract has and it lacks: methods, keywords, types; then the names users import.

    python scripts/write_facade.py [--remove]

What is written is typed and documented from openapi.yaml, and works as it stands. With `--remove`, methods and keywords
that the contract no longer has go. Run `make generate` afterwards, or `make facade`, which runs both.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

import _facade
import derive_contract
from _facade import CLIENT, Keyword, Method
from _files import PACKAGE, ROOT, formatted
from derive_contract import NO_BODY, Schema

#: A piece of a source that is replaced: from and to, as offsets, and the new text.
Edit = tuple[int, int, str]


class _Source:
    """A module's source, and edits to it by the places of its syntax tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.edits: list[Edit] = []
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place of the syntax tree, whose columns are bytes."""
        start = self._starts[line - 1]
        end = self.text.find("\n", start)
        text = self.text[start:] if end < 0 else self.text[start:end]
        return start + len(text.encode()[:column].decode())

    def line_start(self, line: int) -> int:
        """Return the offset at which a line begins."""
        return self._starts[line - 1]

    def insert(self, offset: int, text: str) -> None:
        """Put text in at an offset; what is put in at one offset keeps its order."""
        self.edits.append((offset, offset, text))

    def replace(self, node: ast.expr, text: str) -> None:
        """Put text in place of an expression."""
        end = self.offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        self.edits.append((self.offset(node.lineno, node.col_offset), end, text))

    def cut_lines(self, first: int, last: int) -> None:
        """Take lines out, `last` included."""
        self.edits.append((self._starts[first - 1], self._starts[last], ""))

    def edited(self) -> str:
        """Return the source with the edits made."""
        out, at = [], 0
        for start, end, text in sorted(self.edits, key=lambda edit: (edit[0], edit[1])):
            out += [self.text[at:start], text]
            at = max(at, end)
        return "".join([*out, self.text[at:]])


def with_missing(source: str, contract: Schema, *, remove: bool = False) -> str:
    """Return a client's source with every method and keyword of the contract, typed as the contract says."""
    has, wanted = _facade.present(source), _facade.methods(contract)
    text = _Source(source)
    for name, method in wanted.items():
        node = has.get(name)
        if node is None:
            text.insert(_end_of_routes(text, has), _facade.method_source(method, contract) + "\n")
        else:
            _mend(text, node, method, remove=remove)
    if remove:
        for name, node in has.items():
            if isinstance(node, ast.AsyncFunctionDef) and name not in wanted and name not in ("close", "request"):
                # With the empty line behind it.
                text.cut_lines(node.lineno, (node.end_lineno or node.lineno) + 1)
    made = text.edited()
    names = {word for method in wanted.values() for one in method.keywords for word in _words(one.annotation)}
    names |= {method.row["request"] for method in wanted.values() if method.row["request"]}
    results = {method.result for method in wanted.values()} - {NO_BODY}
    made = with_imports(made, "kaizen_client.typed_results", results)
    made = with_imports(made, "kaizen_client.models", names & set(contract["components"]["schemas"]))
    made = with_imports(made, "typing", names & {"Literal"})
    made = with_imports(made, "collections.abc", names & {"Sequence"})
    return formatted(made)


def _words(annotation: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", annotation))


def _end_of_routes(text: _Source, has: dict[str, ast.AsyncFunctionDef | ast.FunctionDef]) -> int:
    """Return where a new method goes: before the one that calls routes by their path."""
    return text.line_start(has["request"].lineno)


def _mend(text: _Source, node: ast.AsyncFunctionDef | ast.FunctionDef, method: Method, *, remove: bool) -> None:
    args = {arg.arg: arg for arg in node.args.kwonlyargs}
    missing = [one for one in method.keywords if one.name not in args]
    for one in method.keywords:
        given = args[one.name].annotation if one.name in args else None
        if given is not None and ast.unparse(given) != ast.unparse(ast.parse(one.annotation, mode="eval")):
            text.replace(given, one.annotation)
    if node.returns is not None and ast.unparse(node.returns) != method.result:
        text.replace(node.returns, method.result)
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "self._call" and len(call.args) > 1:
                text.replace(call.args[1], method.result)
    if missing:
        _add_keywords(text, node, missing)
    _put_words(text, node, method)
    extra = [arg for name, arg in args.items() if name not in {one.name for one in method.keywords}]
    if remove and extra:
        _take_keywords(text, node, [arg.arg for arg in extra])


def _put_words(text: _Source, node: ast.AsyncFunctionDef | ast.FunctionDef, method: Method) -> None:
    """Put the contract's words where a docstring still has the ones that stand for none."""
    words = {_facade.placeholder(method.operation_place): method.description}
    words |= {_facade.described(one._replace(description="")).strip(): _facade.described(one).strip()
              for one in method.keywords}  # fmt: skip
    doc = node.body[0]
    lines = text.text.splitlines(keepends=True)
    for number in range(doc.lineno, (doc.end_lineno or doc.lineno) + 1):
        line = lines[number - 1]
        if (found := words.get(line.strip())) and found != line.strip():
            indent = line[: len(line) - len(line.lstrip())]
            text.cut_lines(number, number)
            text.insert(text.line_start(number), textwrap.indent(found, indent) + "\n")


def _add_keywords(text: _Source, node: ast.AsyncFunctionDef | ast.FunctionDef, missing: list[Keyword]) -> None:
    if node.args.kwarg is None:
        raise SystemExit(f"kaizen_client/client.py:{node.lineno}: {node.name}() takes no **call")
    # `**call` may stand on the line of the rest of the signature.
    kwarg = text.offset(node.args.kwarg.lineno, node.args.kwarg.col_offset) - len("**")
    star = "" if node.args.kwonlyargs else "*, "
    text.insert(kwarg, star + ", ".join(one.source for one in missing) + ", ")
    doc = node.body[0]
    if isinstance(doc, ast.Expr) and doc.end_lineno is not None:
        lines = text.text.splitlines()
        for number in range(doc.lineno, doc.end_lineno + 1):
            if lines[number - 1].lstrip().startswith("call: "):
                described = "\n".join(_facade.described(one) for one in missing)
                text.insert(text.line_start(number), re.sub(r"^", " " * 8, described, flags=re.MULTILINE) + "\n")
                break
    for is_parameter in (False, True):
        if group := [one for one in missing if one.is_parameter is is_parameter]:
            _add_to_table(text, node, group, is_parameter=is_parameter)


def _add_to_table(
    text: _Source, node: ast.AsyncFunctionDef | ast.FunctionDef, group: list[Keyword], *, is_parameter: bool
) -> None:
    pairs = ", ".join(f"{one.key!r}: {one.name}" for one in group)
    call = _call_of(node)
    table = _table_of(node, call, 5 if is_parameter else 3)
    if table is None:
        # No parameter so far.
        end = text.offset(call.end_lineno or call.lineno, (call.end_col_offset or 1) - 1)
        comma = "" if text.text[:end].rstrip().endswith(",") else ", "
        text.insert(end, f"{comma}{{{pairs}}}")
        return
    end = text.offset(table.end_lineno or table.lineno, (table.end_col_offset or 1) - 1)
    before = text.text[:end].rstrip()
    text.insert(end, pairs if before.endswith((",", "{")) else f", {pairs}")


def _take_keywords(text: _Source, node: ast.AsyncFunctionDef | ast.FunctionDef, names: list[str]) -> None:
    lines = text.text.splitlines()
    call = _call_of(node)
    tables = [table for place in (3, 5) if (table := _table_of(node, call, place)) is not None]
    for name in names:
        arg = next(arg for arg in node.args.kwonlyargs if arg.arg == name)
        start = text.offset(arg.lineno, arg.col_offset)
        text.edits.append((start, text.text.index(",", _end_of_default(text, node, name)) + 1, ""))
        for number in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1):
            if lines[number - 1].strip().startswith(f"{name}: "):
                last = number
                while lines[last].startswith(" " * 16):
                    last += 1
                text.cut_lines(number, last)
        for table in tables:
            kept = [(key, value) for key, value in zip(table.keys, table.values, strict=True)
                    if ast.unparse(value) not in names and key is not None]  # fmt: skip
            pairs = ", ".join(f"{ast.unparse(key)}: {ast.unparse(value)}" for key, value in kept)
            if len(kept) < len(table.keys) and name == names[0]:
                text.replace(table, f"{{{pairs}}}")


def _end_of_default(text: _Source, node: ast.AsyncFunctionDef | ast.FunctionDef, name: str) -> int:
    index = [arg.arg for arg in node.args.kwonlyargs].index(name)
    last = node.args.kw_defaults[index] or node.args.kwonlyargs[index]
    return text.offset(last.end_lineno or last.lineno, last.end_col_offset or 0)


def _call_of(node: ast.AsyncFunctionDef | ast.FunctionDef) -> ast.Call:
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and ast.unparse(part.func) == "self._call":
            return part
    raise SystemExit(f"kaizen_client/client.py:{node.lineno}: {node.name}() does not call self._call()")


def _table_of(node: ast.AsyncFunctionDef | ast.FunctionDef, call: ast.Call, place: int) -> ast.Dict | None:
    """Return the dict that a call of `_call` is given at a place, or that a name there was assigned."""
    if place >= len(call.args):
        return None
    given = call.args[place]
    if isinstance(given, ast.Dict):
        return given
    for part in node.body:
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == ast.unparse(given):
            return part.value if isinstance(part.value, ast.Dict) else None
    return None


def with_imports(source: str, module: str, names: Iterable[str]) -> str:
    """Return a source that imports some names of a module, where it has an import of that module."""
    wanted = set(names)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == module:
            new = sorted(wanted - {alias.name for alias in node.names})
            if not new:
                return source
            lines = source.splitlines(keepends=True)
            indent = " " * node.col_offset
            names_now = ", ".join([*(alias.name for alias in node.names), *new])
            lines[node.lineno - 1 : node.end_lineno] = [f"{indent}from {module} import ({names_now})\n"]
            return "".join(lines)
    if wanted:
        raise SystemExit(f"there is no import of {module} to add {', '.join(sorted(wanted))} to")
    return source


# --- the names users import -----------------------------------------------------------------------------------------


def public_models(contract: Schema) -> set[str]:
    """Return the request models that users import: the components of requests that say what is in them."""
    schemas = contract["components"]["schemas"]
    requests = {row["request"] for row in derive_contract.operations(contract) if row["request"]}
    return requests | {name for name in derive_contract.closure(requests, schemas) if schemas[name].get("properties")}


def results(contract: Schema) -> set[str]:
    """Return the results of the contract's operations."""
    return {row["result"] for row in derive_contract.operations(contract)} - {NO_BODY}


def with_models(source: str, contract: Schema) -> str:
    """Return the source of `models.py` with just the models of the contract."""
    names = sorted(public_models(contract))
    source = re.sub(
        r"from kaizen_client\.generated\.models import \(.*?\)",
        f"from kaizen_client.generated.models import ({', '.join(names)})", source, flags=re.DOTALL,
    )  # fmt: skip
    listed = "".join(f'    "{name}",\n' for name in names)
    return formatted(re.sub(r"__all__ = \[.*?\]", f"__all__ = [\n{listed}]", source, flags=re.DOTALL))


def with_public_names(source: str, contract: Schema, before: tuple[set[str], set[str]]) -> str:
    """Return the source of `__init__.py` with the contract's models and results.

    Args:
        source: the source.
        contract: the contract.
        before: the models and results that it had.
    """
    models, found = public_models(contract), results(contract)
    source = with_imports(source, "kaizen_client.models", models - before[0])
    source = with_imports(source, "kaizen_client.typed_results", found - before[1])
    listed = "".join(f'    "{name}",\n' for name in (models - before[0]) | (found - before[1]))
    source = re.sub(
        r"__all__ = \[\n(.*?)\]",
        lambda block: "__all__ = [\n" + block[1] + listed + "]", source, count=1, flags=re.DOTALL,
    )  # fmt: skip
    later = "".join(f'    "{name}": "models",\n' for name in sorted(models - before[0]))
    source = re.sub(r"(_LATER = \{\n.*?)\}", lambda block: block[1] + later + "}", source, count=1, flags=re.DOTALL)
    for name in (before[0] - models) | (before[1] - found):
        source = re.sub(rf'^ +"?{name}"?(: "models")?,\n', "", source, flags=re.MULTILINE)
    return formatted(source)


def unlisted(contract: Schema) -> list[str]:
    """Return the models and results of the contract that users cannot import: a line each, with its place."""
    found = []
    for path, wanted in (
        (PACKAGE / "models.py", public_models(contract)),
        (PACKAGE / "__init__.py", public_models(contract) | results(contract)),
    ):
        missing = sorted(wanted - _listed(path.read_text(encoding="utf-8")))
        found += [f"{path.relative_to(ROOT).as_posix()}:1: {name} is not in __all__" for name in missing]
    return found


def write(*, remove: bool = False) -> list[Path]:
    """Write what is missing; return the files that changed."""
    contract = _facade.read_contract()
    models, package = PACKAGE / "models.py", PACKAGE / "__init__.py"
    sources = {path: path.read_text(encoding="utf-8") for path in (CLIENT, models, package)}
    before = (_listed(sources[models]), {name for name in _listed(sources[package]) if name.endswith("Result")})
    made = {
        CLIENT: with_missing(sources[CLIENT], contract, remove=remove),
        models: with_models(sources[models], contract),
        package: with_public_names(
            sources[package], contract, (before[0], before[1] - {"KaizenResult", "EncodeResult"})
        ),
    }
    changed = [path for path, text in made.items() if text != sources[path]]
    for path in changed:
        path.write_text(made[path], encoding="utf-8")
    return changed


def _listed(source: str) -> set[str]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def main() -> int:
    """Write; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--remove", action="store_true", help="take out what the contract no longer has")
    for path in write(remove=parser.parse_args().remove):
        print(f"wrote {path.relative_to(ROOT).as_posix()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
