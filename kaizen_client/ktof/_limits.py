"""The limits of the codec, the same for both directions."""

from __future__ import annotations

from typing import Final

MAX_DEPTH: Final = 512
"""How many lists and dicts may be nested in one another."""

MAX_INTEGER_DIGITS: Final = 4300
"""How many digits an integer may have: Python's own default, past which conversion costs quadratic time."""

INTEGER_LIMIT: Final = 10**MAX_INTEGER_DIGITS
"""The first integer that is too long."""
