"""Make everything that the contract gives: the generated client, the operation table, the typed results.

python scripts/generate.py            write them
python scripts/generate.py --check    write nothing; exit 1 and say how what is on disk differs
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import derive_contract
import derive_httpx2
import derive_sync
from _files import CONTRACT, GENERATED, GENERATOR_CONFIG, ROOT, tool
from _lazy_models import lazily

HEADER = "# Made by `make generate` from openapi.yaml. Do not edit.\n"


def run_generator(target: Path) -> None:
    """Generate the client package into `target`, or exit with what the generator said."""
    # The generator runs its hooks by name, so the pinned ruff must be the first one found.
    path = os.pathsep.join([str(Path(tool("ruff")).parent), os.environ.get("PATH", "")])
    command = [
        tool("openapi-python-client"), "generate", "--meta", "none", "--fail-on-warning",
        "--path", str(CONTRACT), "--config", str(GENERATOR_CONFIG), "--output-path", str(target),
    ]  # fmt: skip
    done = subprocess.run(
        command, env={**os.environ, "PATH": path, "NO_COLOR": "1"}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"openapi-python-client failed; nothing was changed.\n{done.stdout}{done.stderr}")
    models = target / "models" / "__init__.py"
    models.write_text(lazily(models.read_text(encoding="utf-8")), encoding="utf-8")
    for module in target.rglob("*.py"):
        module.write_text(HEADER + module.read_text(encoding="utf-8"), encoding="utf-8")


def files_below(folder: Path) -> set[Path]:
    """Return every file below a folder, relative to it, leaving out what Python caches."""
    return {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }


def differences(fresh: Path, present: Path) -> list[str]:
    """Compare two trees both ways: a missing file, a file too many, a file that differs."""
    wanted, found = files_below(fresh), files_below(present) if present.exists() else set()
    lines = [f"missing: {path}" for path in sorted(wanted - found)]
    lines += [f"not generated: {path}" for path in sorted(found - wanted)]
    lines += [
        f"differs: {path}"
        for path in sorted(wanted & found)
        if not filecmp.cmp(fresh / path, present / path, shallow=False)
    ]
    return lines


def swap_in(fresh: Path) -> None:
    """Put a finished tree in place of the present one, in two renames, so that no half is ever seen."""
    old = GENERATED.with_name("generated.old")
    shutil.rmtree(old, ignore_errors=True)
    if GENERATED.exists():
        GENERATED.rename(old)
    try:
        fresh.rename(GENERATED)
    except OSError:
        if old.exists():
            old.rename(GENERATED)
        raise
    shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    """Generate, or check; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 on any difference")
    check = parser.parse_args().check
    # In the project, because a rename does not cross file systems.
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".generate-") as folder:
        fresh = Path(folder) / "generated"
        run_generator(fresh)
        found = differences(fresh, GENERATED)
        if check:
            for line in found:
                print(f"kaizen_client/generated: {line}")
            if found:
                print("kaizen_client/generated is not what openapi.yaml gives; run `make generate`")
        elif found:
            swap_in(fresh)
            print(f"kaizen_client/generated: {len(found)} files changed")
    status = derive_contract.run(check=check)
    status |= derive_sync.run(check=check)
    status |= derive_httpx2.run(check=check)
    return 1 if status or (check and found) else 0


if __name__ == "__main__":
    sys.exit(main())
