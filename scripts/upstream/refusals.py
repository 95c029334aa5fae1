"""What these scripts raise: bad input, with its place and a remedy; and what takes a person."""

from __future__ import annotations


class NotMechanical(Exception):
    """A difference that takes a person; says why."""


class Refused(Exception):
    """A document that cannot be used, or a change that cannot be made; nothing was written.

    Args:
        reason: what is wrong.
        place: where: a path, a URL, a line, a JSON pointer.
        remedy: what to do.
    """

    def __init__(self, reason: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.reason}" + (f"; {self.remedy}" if self.remedy else "")
