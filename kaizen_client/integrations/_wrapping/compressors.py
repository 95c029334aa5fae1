"""What rewrites the requests of a wrapped client, sync and async, and the Kaizen clients behind it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from typing import Any, NoReturn

from kaizen_client import KaizenClient, KaizenClientConfig, KaizenConfigError, SyncKaizenClient
from kaizen_client.forks import renew_after_fork
from kaizen_client.integrations._wrapping.async_compressor import AsyncCompressor
from kaizen_client.integrations._wrapping.calls import Shared
from kaizen_client.integrations._wrapping.settings import WrapSettings
from kaizen_client.integrations._wrapping.sync_compressor import SyncCompressor
from kaizen_client.integrations.reports import Totals


class Compressors:
    """What rewrites for a client, and for those that are derived from it.

    Args:
        kaizen: where Kaizen is.
        settings: the settings of `wrap`.
        options: what `wrap` was told.
    """

    def __init__(
        self,
        kaizen: KaizenClient | SyncKaizenClient | KaizenClientConfig,
        settings: WrapSettings,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        #: What `wrap` was told.
        self.options = options or {}
        self._given = kaizen
        self._config = kaizen if isinstance(kaizen, KaizenClientConfig) else kaizen.config
        self._shared = Shared(settings)
        self._in_process = _in_process(self._config)
        # Each with the client that was made for it, None where none was.
        self._sync: tuple[SyncCompressor, SyncKaizenClient | None] | None = None
        self._async: tuple[AsyncCompressor, KaizenClient | None] | None = None
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Make the lock anew: it may have been held when the process was copied."""
        self._lock = threading.Lock()

    @property
    def totals(self) -> Totals:
        """What was saved so far, by all calls that the vendor answered."""
        return self._shared.totals

    def sync(self, *, required: bool = False) -> SyncCompressor:
        """Return what rewrites the requests of sync calls.

        Args:
            required: whether to raise where the configuration allows no such client; else calls go out as they are.

        Raises:
            KaizenConfigError: the configuration allows no such client.
        """
        if (ready := self._sync) is not None:
            return ready[0]
        with self._lock:
            if self._sync is None:
                given = self._given if isinstance(self._given, SyncKaizenClient) else None
                made = None if given or self._in_process else self._made(SyncKaizenClient, required=required)
                compressor = SyncCompressor(self._shared, None if self._in_process else given or made)
                self._sync = compressor, made if isinstance(made, SyncKaizenClient) else None
                if isinstance(made, SyncKaizenClient):
                    # Few close a vendor's client, which closes by itself.
                    weakref.finalize(self, made.close)
            return self._sync[0]

    def asynchronous(self, *, required: bool = False) -> AsyncCompressor:
        """Return what rewrites the requests of async calls.

        Args:
            required: whether to raise where the configuration allows no such client; else calls go out as they are.

        Raises:
            KaizenConfigError: the configuration allows no such client.
        """
        if (ready := self._async) is not None:
            return ready[0]
        with self._lock:
            if self._async is None:
                given = self._given if isinstance(self._given, KaizenClient) else None
                made = None if given or self._in_process else self._made(KaizenClient, required=required)
                compressor = AsyncCompressor(self._shared, None if self._in_process else given or made)
                self._async = compressor, made if isinstance(made, KaizenClient) else None
            return self._async[0]

    def close(self) -> None:
        """Close the sync Kaizen client where wrapping made it; one that was given is its owner's to close."""
        with self._lock:
            made, self._sync = self._sync, None
        if made is not None and made[1] is not None:
            made[1].close()

    async def aclose(self) -> None:
        """Close the Kaizen clients that wrapping made; those that were given are their owner's to close."""
        self.close()
        with self._lock:
            made, self._async = self._async, None
        if made is not None and made[1] is not None:
            await made[1].close()

    def _made(self, kind: Any, *, required: bool) -> Any:
        try:
            return kind(self._config)
        except KaizenConfigError as error:
            if required:
                raise
            return _Unavailable(error)


class _Unavailable:
    """Stands for a client that cannot be made: what serves sync calls need not serve async ones."""

    def __init__(self, error: KaizenConfigError) -> None:
        self._message, self._setting = str(error), error.setting

    def compress(self, **parts: Any) -> NoReturn:
        """Refuse."""
        raise KaizenConfigError(self._message, setting=self._setting)


def _in_process(config: KaizenClientConfig) -> bool:
    """Tell whether the engine may be called without a client around it: nobody would see its calls."""
    named = config.transport is None or isinstance(config.transport, str)
    return config.base_url.startswith("embedded:") and named and config.on_attempt is None


def kaizen_from(kaizen: Any) -> KaizenClient | SyncKaizenClient | KaizenClientConfig:
    """Return where Kaizen is, as `wrap` was told or as the environment says.

    Raises:
        KaizenConfigError: neither says it, or something else was given.
    """
    if isinstance(kaizen, KaizenClient | SyncKaizenClient):
        return kaizen
    if kaizen is None:
        kaizen = KaizenClientConfig()
    if not isinstance(kaizen, KaizenClientConfig):
        raise KaizenConfigError(
            "kaizen: give a KaizenClient, a SyncKaizenClient or a KaizenClientConfig, such as "
            f"KaizenClientConfig(base_url='embedded:'), not {type(kaizen).__name__}",
            setting="kaizen",
        )
    kaizen.require_key()
    return kaizen
