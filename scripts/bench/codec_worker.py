"""Measure one library on what the standard input asks for, a line of JSON each.

    python scripts/bench/codec_worker.py LIBRARY

Started by `codec.py`. Times are seconds of processor time, so that other processes of the machine weigh less.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.documents import DOCUMENTS
from bench.workers import answer

# The module and its two functions.
LIBRARIES = {
    "json": ("json", "dumps", "loads"),
    "kaizen_client.ktof": ("kaizen_client.ktof", "encode", "decode"),
    "toon-format": ("toon_format", "encode", "decode"),
    "toons": ("toons", "dumps", "loads"),
    "python-toon": ("toon", "encode", "decode"),
}


class Meter:
    """One library and the document at hand."""

    def __init__(self, library: str) -> None:
        """Import the library."""
        name, encode, decode = LIBRARIES[library]
        module = importlib.import_module(name)
        self._encode = getattr(module, encode)
        self._decode = getattr(module, decode)
        self._value: Any = None
        self._text = ""

    def document(self, name: str, size: int) -> dict[str, Any]:
        """Take up a document; tell its size, the library's text's, and whether the value comes back."""
        self._value = DOCUMENTS[name](size)
        compact = json.dumps(self._value, separators=(",", ":"), ensure_ascii=False)
        self._text = self._encode(self._value)
        same = bool(self._decode(self._text) == self._value)
        return {"compact": len(compact.encode()), "text": len(self._text.encode()), "same": same}

    def encode(self) -> float:
        """Give the seconds that it takes to write the document."""
        gc.collect()
        started = time.process_time()
        self._encode(self._value)
        return time.process_time() - started

    def decode(self) -> float:
        """Give the seconds that it takes to read what the library has written."""
        gc.collect()
        started = time.process_time()
        self._decode(self._text)
        return time.process_time() - started


def main() -> int:
    """Answer until the standard input ends."""
    answer(Meter(sys.argv[1]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
