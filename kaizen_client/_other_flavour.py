"""What answers where something is of the other kind: async for the sync client, or the reverse."""

from __future__ import annotations

import inspect
from typing import Any, NoReturn

from kaizen_client.exceptions import KaizenConfigError


class OtherFlavour:
    """Stands where a generated `Client` would keep the HTTP client of the other kind, and says so."""

    def request(self, **parts: Any) -> NoReturn:
        """Refuse.

        Raises:
            KaizenConfigError: always.
        """
        raise KaizenConfigError(
            "this generated client serves one kind of endpoint function: asyncio and asyncio_detailed where it comes "
            "from a KaizenClient, sync and sync_detailed where it comes from a SyncKaizenClient"
        )


def plain(value: Any, setting: str) -> Any:
    """Return what a function of the application's gave to the sync client.

    Args:
        value: what it gave.
        setting: the setting that holds the function.

    Raises:
        KaizenConfigError: it is to be awaited, which the sync client cannot do.
    """
    if inspect.isawaitable(value):
        if inspect.iscoroutine(value):
            value.close()
        raise KaizenConfigError(
            f"{setting} gave something to be awaited, which SyncKaizenClient cannot do; give a plain function",
            setting=setting,
        )
    return value
