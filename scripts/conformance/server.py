"""Hold a running `kaizen serve` to openapi.yaml with schemathesis, in both envelopes, with and without a key.

    python scripts/conformance/server.py [--examples N]

schemathesis is installed into a throwaway environment under build/, which also keeps its full reports. Prints a
summary; returns 1 for any failure.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "conformance"
SCHEMATHESIS = "4.32.5"
SEED = 20_260_101
KEY = "conformance-key"

# Every check is on, but for these.
WITHOUT_A_KEY = {"ignored_auth": "a server that was given no key lets everybody in, and the contract describes both"}

# Every phase is on, but stateful: the contract has no links, since nothing is kept between two calls.
PHASES = "examples,coverage,fuzzing"

# Any text is a valid `data` or `ktof`, and most texts are not KTOF: the contract's 400 is the right reply then. The
# operations that write KTOF are held to the stricter rule, that what the contract allows is taken.
CONFIG = """
[[operations]]
include-operation-id = ["decompress", "optimize_response", "prompts_decode"]
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "400"]
"""

# The engine takes a smaller indentation than the contract promises, and answers 400 beyond. This is written into the
# copy that schemathesis reads, so that the bound is tested from both sides.
MAX_INDENT = 16


class Run(NamedTuple):
    """One server and how it is asked."""

    name: str
    envelope: str
    header: str | None


RUNS = [
    Run("documented", "documented", None),
    Run("documented, with a key", "documented", f"Authorization: Bearer {KEY}"),
    Run("server-notes", "server-notes", None),
    Run("server-notes, with a key", "server-notes", f"x-api-key: {KEY}"),
]


def install() -> str:
    """Return the path of schemathesis, installed where it is not yet."""
    folder = ROOT / "build" / f"schemathesis-{SCHEMATHESIS}"
    command = folder / ("Scripts" if os.name == "nt" else "bin") / "schemathesis"
    if not command.exists():
        print(f"installing schemathesis {SCHEMATHESIS} into {folder.relative_to(ROOT)}", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(command.with_name("python")), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", f"schemathesis=={SCHEMATHESIS}"], check=True)
    return str(command)


def write_contract() -> Path:
    """Write the contract with the engine's own bound, and return its path."""
    contract: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    contract["components"]["schemas"]["EncodeOptions"]["properties"]["indent"]["maximum"] = MAX_INDENT
    path = BUILD / "openapi.yaml"
    path.write_text(yaml.safe_dump(contract, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


@contextmanager
def serving(run: Run, log: Path) -> Iterator[str]:
    """Run `kaizen serve` on a free port, and give its URL; stop it whatever happens."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KAIZEN_")}
    if run.header is not None:
        environment["KAIZEN_SERVER_API_KEY"] = KEY
    command = [sys.executable, "-m", "kaizen_client", "serve", "--port", "0", "--quiet", "--envelope", run.envelope]
    with log.open("w", encoding="utf-8") as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        assert server.stdout is not None  # noqa: S101 - for the type checker
        try:
            url = server.stdout.readline().strip()
            if not url:
                raise SystemExit(f"kaizen serve did not start; see {log.relative_to(ROOT)}")
            yield url
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
            server.stdout.close()
    if server.returncode != 0 or "Traceback" in log.read_text(encoding="utf-8"):
        raise SystemExit(f"kaizen serve ended with status {server.returncode}; see {log.relative_to(ROOT)}")


def check(run: Run, command: str, contract: Path, examples: int) -> bool:
    """Let schemathesis ask one server, print what came of it, and return whether all was well."""
    stem = re.sub(r"\W+", "-", run.name)
    report = BUILD / f"{stem}.txt"
    config = BUILD / "schemathesis.toml"
    config.write_text(CONFIG, encoding="utf-8")
    arguments = [
        "--config-file", str(config), "run", str(contract),
        "--checks", "all", "--phases", PHASES, "--mode", "all", "--continue-on-failure",
        "--max-examples", str(examples), "--seed", str(SEED), "--generation-database", "none",
        "--request-timeout", "30", "--no-color",
    ]  # fmt: skip
    if run.header is None:
        arguments += ["--exclude-checks", ",".join(WITHOUT_A_KEY)]
    else:
        # Keys made up by schemathesis would stand beside the right one in the other field, where they do no harm:
        # the contract takes either. Taking the right one away and spoiling it is done by the check itself.
        arguments += ["--header", run.header, "--generation-with-security-parameters", "false"]
    began = time.monotonic()
    with serving(run, BUILD / f"{stem}.log") as url, report.open("w", encoding="utf-8") as out:
        done = subprocess.run(
            [command, *arguments, "--url", url], stdout=out, stderr=subprocess.STDOUT, cwd=BUILD, check=False
        )
    text = report.read_text(encoding="utf-8")
    cases = re.search(r"Test cases:\n\s+(.*)", text)
    tested = re.search(r"Tested: (\d+)", text)
    well = done.returncode == 0 and tested is not None and tested[1] == "8"
    outcome = "ok" if well else "FAILED"
    what = cases[1] if cases else "no test case"
    print(f"  {run.name:26} {outcome:8}{what}, {time.monotonic() - began:.0f} s", flush=True)
    if not well:
        print(text)
    return well


def main() -> int:
    """Ask all servers; return 1 where one of them did not keep the contract."""
    parser = argparse.ArgumentParser(description="Hold kaizen serve to openapi.yaml with schemathesis.")
    parser.add_argument("--examples", type=int, default=300, help="test cases per operation (default: %(default)s)")
    examples: int = parser.parse_args().examples
    BUILD.mkdir(parents=True, exist_ok=True)
    command = install()
    contract = write_contract()
    print(f"kaizen serve against openapi.yaml: schemathesis {SCHEMATHESIS}, seed {SEED}, {examples} examples a route")
    results = [check(run, command, contract, examples) for run in RUNS]
    print(f"  {'all kept' if all(results) else 'the contract is BROKEN'}; reports in {BUILD.relative_to(ROOT)}/\n")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
