"""Metadata passthrough: what the caller says about a call, carried to its result or its error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from kaizen_client.exceptions import KaizenPayloadError

_context: ContextVar[Mapping[str, Any] | None] = ContextVar("kaizen_metadata", default=None)


def checked(metadata: object, path: str = "metadata") -> dict[str, Any]:
    """Return metadata as a dict, or raise `KaizenPayloadError` where it is not an object with string keys."""
    if metadata is None:
        return {}
    if callable(to_dict := getattr(metadata, "to_dict", None)) and not isinstance(metadata, type):
        metadata = to_dict()
    if not isinstance(metadata, Mapping) or not all(isinstance(name, str) for name in metadata):
        raise KaizenPayloadError(
            f"an object with string keys is needed, not {type(metadata).__name__}",
            path=path,
            remedy='give it names, as in metadata={"trace_id": "trace-1"}',
        )
    return dict(metadata)


@contextmanager
def kaizen_metadata(metadata: Mapping[str, Any] | None = None, /, **fields: Any) -> Iterator[dict[str, Any]]:
    """Add metadata to every call made in this block, in this thread or task.

    Blocks nest; an inner one wins field by field, and a call's own `metadata` wins over both. The client's
    `default_metadata` comes first.

    Args:
        metadata: fields as a mapping.
        fields: fields as keywords.

    Raises:
        KaizenPayloadError: `metadata` is not an object.

    >>> with kaizen_metadata(trace_id="trace-1") as merged:
    ...     merged
    {'trace_id': 'trace-1'}
    """
    merged = {**(_context.get() or {}), **checked(metadata), **fields}
    token = _context.set(merged)
    try:
        yield dict(merged)
    finally:
        _context.reset(token)


def merged(default: Mapping[str, Any], *own: Mapping[str, Any]) -> dict[str, Any]:
    """Merge a client's default, the context, and the call's own metadata, in that order."""
    result = {**default, **(_context.get() or {})}
    for fields in own:
        result.update(fields)
    return result
