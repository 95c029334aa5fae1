"""What the wrappers share: the vendor's SDK, and reading what a model replied."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from kaizen_client import KaizenBadRequestError, KaizenConfigError, KaizenError

if TYPE_CHECKING:
    from kaizen_client import KaizenClient

_FENCE: Final = re.compile(r"\s*```[\w+-]*[ \t]*\n(.*?)\n?```\s*\Z", re.DOTALL)
# An array header, with its length; a model that was not asked for KTOF does not begin so.
_KTOF: Final = re.compile(r"(?:[\w.]+|\"[^\"\n]*\")?\[#?\d+[\t|]?\](?:\{[^}\n]*\})?:")


def vendor_module(name: str, extra: str) -> Any:
    """Return a vendor's SDK.

    Raises:
        KaizenConfigError: it is not installed; says how to.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise KaizenConfigError(
            f"{name} is not installed; pip install 'kaizen-client[{extra}]', or pass your own client="
        ) from error


async def read_reply(kaizen: KaizenClient, text: Any) -> dict[str, Any]:
    """Return what a model replied: `kind` (`json`, `ktof` or `text`), the value under `result`, and the `text`.

    Prose is prose: a reply is read as KTOF only where it begins like KTOF and can be decoded whole. Where Kaizen fails
    meanwhile, the reply is there as text, and the failure under `error`.
    """
    if not isinstance(text, str):
        return {"kind": "text", "result": text, "text": text}
    fenced = _FENCE.match(text)
    body = (fenced[1] if fenced else text).strip()
    if body.startswith(("{", "[", '"')):
        try:
            return {"kind": "json", "result": json.loads(body), "text": text}
        except (ValueError, RecursionError):
            pass
    if _KTOF.match(body):
        try:
            decoded = await kaizen.prompts_decode({"ktof": body})
        except KaizenBadRequestError:
            pass
        except KaizenError as error:
            # The model's reply is paid for: it is not lost because it could not be decoded.
            return {"kind": "text", "result": text, "text": text, "error": error}
        else:
            return {**decoded, "kind": "ktof", "result": decoded.value, "text": text}
    return {"kind": "text", "result": text, "text": text}
