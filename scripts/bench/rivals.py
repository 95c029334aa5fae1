"""Measuring several codecs in turns, each in a process of its own.

The published libraries are installed into an environment under `build/`, from `rivals.txt`; nothing else uses it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "build" / "bench"
REQUIREMENTS = HERE / "rivals.txt"
LIBRARIES = ("json", "kaizen_client.ktof", "toon-format", "toons", "python-toon")


def environment() -> Path:
    """Give the interpreter that has the libraries, made when `rivals.txt` is not what it was made from."""
    made_from, wanted = FOLDER / "made-from.txt", f"{sys.version}\n{REQUIREMENTS.read_text(encoding='utf-8')}"
    python = FOLDER / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not made_from.exists() or made_from.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(FOLDER, ignore_errors=True)
        venv.create(FOLDER / "venv", with_pip=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        installed = subprocess.run([*pip, "install", "-r", str(REQUIREMENTS)], capture_output=True, text=True)
        if installed.returncode:
            raise SystemExit(
                f"pip could not install the libraries of {REQUIREMENTS.relative_to(ROOT)}: check the network and the "
                f"package index that pip is set to use, then run this again\n{installed.stderr.strip()}"
            )
        made_from.write_text(wanted, encoding="utf-8")
    return python


class Worker:
    """A process that has one library and measures it when told."""

    def __init__(self, python: Path, library: str) -> None:
        """Start the process."""
        self.title = library
        self._process = subprocess.Popen(
            [python, HERE / "worker.py", library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, task: str, *arguments: Any) -> Any:
        """Give what the process answers; `RuntimeError` when the library fails."""
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018
        try:
            print(json.dumps([task, *arguments]), file=self._process.stdin, flush=True)
        except BrokenPipeError:
            raise RuntimeError("its process has ended") from None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"its process ended with status {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
