"""What the codec raises."""

from __future__ import annotations


class KtofError(ValueError):
    """The base of what `encode` and `decode` raise. A `ValueError`, so code that expects one keeps working."""


class KtofEncodeError(KtofError):
    """A value that KTOF cannot hold, or an option of `encode` that is not one.

    Attributes:
        reason: What is wrong and what to do about it.
        path: Where it is in the value, such as `$.rows[3].when`; `$` is the value itself.
    """

    def __init__(self, reason: str, path: str = "$") -> None:
        """Take the reason and the place."""
        super().__init__(reason, path)
        self.reason = reason
        self.path = path

    def __str__(self) -> str:
        """Give `path: reason`."""
        return f"{self.path}: {self.reason}"


class KtofDecodeError(KtofError):
    """A text that is not KTOF, or an option of `decode` that is not one.

    Attributes:
        reason: What is wrong and what to do about it.
        line: The line of the text, counted from 1; 0 when the fault is not in the text (an option).
        column: The character in that line, counted from 1; 0 when the fault is not in the text.
    """

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        """Take the reason and the place."""
        super().__init__(reason, line, column)
        self.reason = reason
        self.line = line
        self.column = column

    def __str__(self) -> str:
        """Give `line L, column C: reason`."""
        return f"line {self.line}, column {self.column}: {self.reason}" if self.line else self.reason
