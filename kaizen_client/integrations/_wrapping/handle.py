"""What hangs on a wrapped client for its user: the totals, and closing what wrapping made."""

from __future__ import annotations

from kaizen_client.integrations._wrapping.compressors import Compressors
from kaizen_client.integrations.reports import Totals


class KaizenHandle:
    """What wrapping knows of a client: `wrapped.kaizen`.

    Shared by the clients that are derived from a wrapped one (`with_options`, `copy`).

    Attributes:
        totals: what was saved so far.
    """

    def __init__(self, compressors: Compressors) -> None:
        self._compressors = compressors

    @property
    def totals(self) -> Totals:
        """What was saved so far, by all calls that the vendor answered."""
        return self._compressors.totals

    def close(self) -> None:
        """Close the sync Kaizen client where wrapping made it; one that was given is its owner's to close."""
        self._compressors.close()

    async def aclose(self) -> None:
        """Close the Kaizen clients that wrapping made; those that were given are their owner's to close."""
        await self._compressors.aclose()

    def __repr__(self) -> str:
        return f"<KaizenHandle: {self.totals}>"


def compressors_of(handle: KaizenHandle) -> Compressors:
    """Return what rewrites for the client that a handle hangs on."""
    return handle._compressors
