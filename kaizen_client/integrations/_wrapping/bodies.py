"""Copies of JSON bodies with other texts in them; what does not change is shared with the original, never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Change = Callable[[Any], Any]


def with_member(body: Mapping[str, Any], name: str, change: Change) -> Mapping[str, Any]:
    """Return an object with a member changed; the object itself where nothing changes or the member is not there."""
    if name not in body:
        return body
    value = body[name]
    new = change(value)
    return body if new is value else {**body, name: new}


def with_items(items: Any, change: Change) -> Any:
    """Return an array with its items changed; the array itself where nothing changes, or where it is none."""
    # A generator can be walked once, which is the vendor's to do.
    if not isinstance(items, list | tuple):
        return items
    new: list[Any] | None = None
    for place, item in enumerate(items):
        changed = change(item)
        if changed is not item:
            if new is None:
                new = list(items)
            new[place] = changed
    return items if new is None else new


def with_text(value: Any, change: Callable[[str], str]) -> Any:
    """Return a text changed; the value itself where nothing changes, or where it is no text."""
    # What is equal is the same to a walker; a subclass of str stays what it is.
    if not isinstance(value, str):
        return value
    new = change(value)
    return value if new == value else new
