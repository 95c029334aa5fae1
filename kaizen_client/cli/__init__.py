"""The `kaizen` command; `python -m kaizen_client` is the same.

A command is a module of this package with an `add_parser` function; `_COMMANDS` names it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Final

from kaizen_client import __version__
from kaizen_client.cli import serve
from kaizen_client.cli._parser import Parser

__all__ = ["main"]

_COMMANDS: Final = (serve,)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line, with all commands."""
    parser = Parser(prog="kaizen", description="JSON and prompts to KTOF, and back.")
    parser.add_argument("--version", action="version", version=f"kaizen {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="command", required=True)
    for command in _COMMANDS:
        command.add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: what stands after `kaizen`; by default that of this process.

    Returns:
        The exit status: 0 for success, 1 for a failure, 2 where the command cannot be run as it was written.

    Raises:
        SystemExit: as argparse does, for `--help`, `--version` and what it cannot read.
    """
    chosen = build_parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        return 130
