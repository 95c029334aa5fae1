"""Fail where the facade lacks a route or a request field of the contract, or has one too many.

python scripts/check_facade.py
"""

from __future__ import annotations

import inspect
import sys

from kaizen_client import passthrough
from kaizen_client._contract import OPERATIONS, SCHEMAS
from kaizen_client.client import KaizenClient
from kaizen_client.options import CallOptions, EncodeCallOptions
from kaizen_client.sync_client import SyncKaizenClient


def problems(client: type) -> list[str]:
    """Return what is missing from a client, or too much, a line each."""
    found = []
    for name, operation in OPERATIONS.items():
        method = inspect.getattr_static(client, name, None)
        if not inspect.isfunction(method):
            found.append(f"{client.__name__}.{name}() is missing: {operation.method} {operation.path}")
            continue
        options = EncodeCallOptions if name in passthrough.ENCODE_ROUTES else CallOptions
        keywords = {
            parameter.name
            for parameter in inspect.signature(method).parameters.values()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        }
        fields = set(SCHEMAS[operation.request]["properties"]) if operation.request else set()
        found += [
            f"{client.__name__}.{name}() has no keyword {field!r}, a field of {operation.request}"
            for field in sorted(fields - keywords - set(options.__annotations__))
        ]
        found += [
            f"{client.__name__}.{name}() has the keyword {field!r}, which {operation.request} has not"
            for field in sorted(keywords - fields)
        ]
        if str(inspect.signature(method).return_annotation) != operation.result:
            found.append(f"{client.__name__}.{name}() does not say that it returns {operation.result}")
    return found


def main() -> int:
    """Print what is wrong; return the exit status."""
    found = problems(KaizenClient) + problems(SyncKaizenClient)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
