"""Processes that measure one thing each, and are asked in turns: lines of JSON, there and back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from bench.environments import HERE, quiet


class RefusedError(RuntimeError):
    """The subject cannot be had in this environment; says why."""


class Worker:
    """A process that has one subject and measures it when told.

    Args:
        python: the interpreter to run it with.
        script: which program of this folder.
        title: the subject.
    """

    def __init__(self, python: Path, script: str, title: str) -> None:
        self.title = title
        # -P: modules of this folder must not stand before those of others.
        self._process = subprocess.Popen(
            [python, "-P", HERE / script, title],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=quiet(),
        )

    def ask(self, task: str, *arguments: Any) -> Any:
        """Give what the process answers; `RuntimeError` when the subject fails."""
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018
        try:
            print(json.dumps([task, *arguments]), file=self._process.stdin, flush=True)
        except BrokenPipeError:
            raise RuntimeError("its process has ended") from None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"its process ended with status {self._process.wait()}")
        answer = json.loads(line)
        if "refused" in answer:
            raise RefusedError(answer["refused"])
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def answer(subject: object) -> None:
    """Be such a process: answer by the methods of an object until the standard input ends."""
    for line in sys.stdin:
        task, *arguments = json.loads(line)
        found: dict[str, Any]
        try:
            found = {"value": getattr(subject, task)(*arguments)}
        except RefusedError as error:
            found = {"refused": str(error)}
        except BaseException as error:  # A panic of a Rust library is no Exception.
            found = {"error": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(found), flush=True)
