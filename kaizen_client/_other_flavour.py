"""What answers when a generated endpoint function of the other kind is called."""

from __future__ import annotations

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
