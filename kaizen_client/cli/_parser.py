"""argparse, so that it repeats no value: one may be a key that stands behind a misspelt option."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any


class Parser(argparse.ArgumentParser):
    """A parser without abbreviated options, whose complaint about unknown arguments names only the options."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """Return the namespace of the arguments; exit with 2 where they cannot be read."""
        found, unknown = self.parse_known_args(args, namespace)
        if unknown:
            options = [word.partition("=")[0] for word in unknown if word.startswith("--")]
            self.error(f"unknown option {options[0]}" if options else "too many arguments")
        return found
