"""What figures were taken on, and with: for the page."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from pathlib import Path

from bench.environments import ROOT, versions


def described() -> dict[str, str]:
    """Tell the processor, the system, the date, and the versions of everything measured."""
    both = {**versions("peers"), **versions("first"), **versions("codecs")}
    packages = ", ".join(f"{name} {version}" for name, version in both.items())
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.machine()}, CPython {platform.python_version()}",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "commit": _commit(),
        "beside": packages,
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return done.stdout.strip() or "unknown"
