"""Hold the codec to the official test fixtures of the notation's version.

    python scripts/conformance/notation.py

The fixtures are those of the npm package `@toon-format/spec`, whose version 1.5.2 covers the notation as of 1.3 and
1.4. They are fetched once, into `build/`. The exit code is 1 when a fixture fails, or cannot be fetched or understood.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kaizen_client.ktof import KtofError, decode, encode

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "@toon-format/spec@1.5.2"
ARCHIVE = ROOT / "build" / "conformance" / "toon-format-spec-1.5.2.tgz"
SHA256 = "8377e9bd9dcac29ca1c8b415a5e20fa024e47d794ec0740c246288423849d9a2"
FOLDER = "package/tests/fixtures/"

Options = dict[str, Any]


class Exclusion(NamedTuple):
    """A rule that says which fixtures are of something that the notation does not have."""

    reason: str
    applies: Callable[[Options], bool]


EXCLUSIONS = (
    Exclusion(
        "key folding came with version 1.5 and is off unless asked for; the notation is that of 1.3 and 1.4",
        lambda options: options.get("keyFolding", "off") != "off",
    ),
    Exclusion(
        "path expansion came with version 1.5 and is off unless asked for; the notation is that of 1.3 and 1.4",
        lambda options: options.get("expandPaths", "off") != "off",
    ),
)

# The fixtures' names of the options, and ours. An option that is off is what the codec always does.
NAMES = {"indent": "indent", "delimiter": "delimiter", "lengthMarker": "length_marker", "strict": "strict"}
OFF = {"keyFolding": "off", "expandPaths": "off"}


def archive() -> Path:
    """Give the package's archive, fetched when it is not there; `SystemExit` when that cannot be done."""
    if not ARCHIVE.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit(f"npm is missing: install Node.js, or put the archive of {PACKAGE} at {ARCHIVE}")
        ARCHIVE.parent.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(
            [npm, "pack", PACKAGE, "--silent", "--pack-destination", str(ARCHIVE.parent)],
            capture_output=True,
            text=True,
        )
        if packed.returncode or not ARCHIVE.exists():
            why = (packed.stderr or packed.stdout).strip()
            raise SystemExit(
                f"npm could not fetch {PACKAGE}: check its registry and network settings "
                f"(`npm config get registry`), then run this again\n{why}"
            )
    found = hashlib.sha256(ARCHIVE.read_bytes()).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{ARCHIVE} is not the archive of {PACKAGE} (its SHA-256 is {found}): remove it and try again")
    return ARCHIVE


def fixtures() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each fixture file by its name, in the order of the names."""
    with tarfile.open(archive()) as packed:
        for member in sorted(packed.getmembers(), key=lambda one: one.name):
            file = packed.extractfile(member) if member.name.startswith(FOLDER) else None
            if file is not None:
                yield member.name.removeprefix(FOLDER), json.load(file)


def canonical(value: Any) -> str:
    """Give a JSON value as a text that is equal for equal values, key order included; 1000 and 1000.0 are equal."""
    return json.dumps(_integral(value))


def _integral(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _integral(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_integral(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def failure(category: str, test: dict[str, Any], options: Options) -> str | None:
    """Run one test; give what is wrong, or None."""
    unknown = sorted(set(options) - set(NAMES))
    if unknown:
        return f"the option {unknown[0]!r} is unknown to this script"
    choice = {NAMES[name]: value for name, value in options.items()}
    try:
        found: Any = encode(test["input"], **choice) if category == "encode" else decode(test["input"], **choice)
    except KtofError as error:
        return None if test.get("shouldError") else f"raised: {error}"
    if test.get("shouldError"):
        return f"gave {found!r} instead of an error"
    if canonical(found) != canonical(test["expected"]):
        return f"gave {found!r} instead of {test['expected']!r}"
    return None


def main() -> int:
    """Print what passed of each file, what failed, and what was excluded and why."""
    excluded: Counter[str] = Counter()
    passed = applicable = 0
    print(f"fixtures of {PACKAGE}")
    for name, content in fixtures():
        good = of = 0
        for test in content["tests"]:
            options = test.get("options", {})
            reasons = [rule.reason for rule in EXCLUSIONS if rule.applies(options)]
            if reasons:
                excluded[reasons[0]] += 1
                continue
            of += 1
            wanted = {key: value for key, value in options.items() if OFF.get(key) != value}
            why = failure(content["category"], test, wanted)
            if why is None:
                good += 1
            else:
                print(f"  FAILED {name}: {test['name']}: {why}")
        print(f"  {name:<34}{good:>4} of {of:>3}" + ("" if of == len(content["tests"]) else " that apply"))
        passed += good
        applicable += of
    print(f"  {'total':<34}{passed:>4} of {applicable:>3}")
    for reason, count in excluded.items():
        print(f"  excluded: {count}, as {reason}")
    if not applicable:
        print("  no fixture was found in the archive")
    return 0 if applicable and passed == applicable else 1


if __name__ == "__main__":
    raise SystemExit(main())
