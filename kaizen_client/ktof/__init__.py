"""KTOF: JSON values as text that costs fewer tokens, and back.

`decode(encode(value)) == value` for every JSON value, whatever the options, as long as `indent` is the same on both
sides. Neither direction recurses, and neither is ever silent about what it cannot hold or read, with one exception
that the notation makes: a float that is not finite is written as `null`.
"""

from __future__ import annotations

from ._decode import decode
from ._encode import encode
from ._errors import KtofDecodeError, KtofEncodeError, KtofError

__all__ = ["KtofDecodeError", "KtofEncodeError", "KtofError", "decode", "encode"]
