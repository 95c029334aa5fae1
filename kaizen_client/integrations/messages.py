"""Chat messages by themselves, for frameworks that have no vendor's client to wrap but a hook to change messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Self, TypeVar, Unpack

from kaizen_client import KaizenPayloadError
from kaizen_client.integrations._wrapping import WrapOptions, compressors_for
from kaizen_client.integrations._wrapping.calls import Asked
from kaizen_client.integrations._wrapping.openai_bodies import in_chat
from kaizen_client.integrations.reports import Totals

__all__ = ["MessageCompressor"]

M = TypeVar("M", bound=Mapping[str, Any])

_ROUTE: Final = "/chat/completions"


class MessageCompressor:
    """Gives chat messages their texts in their smallest form, by the rules of `wrap`.

    Messages are those of OpenAI's chat completions, which most frameworks have taken over. Each call of `compress`
    counts as one call in the totals, whatever becomes of the messages.

    Args:
        options: those of `wrap`.

    Raises:
        KaizenConfigError: an option will not do, or neither `kaizen` nor the environment says where Kaizen is.

    >>> rows = '[' + ', '.join('{"id": %d, "name": "Ada"}' % number for number in range(6)) + ']'
    >>> with SyncKaizenClient.embedded() as kaizen:
    ...     compressor = MessageCompressor(kaizen=kaizen)
    ...     print(compressor.compress([{"role": "user", "content": rows}])[0]["content"][:18])
    [6]{id,name}:
     0,A
    """

    def __init__(self, **options: Unpack[WrapOptions]) -> None:
        self._compressors = compressors_for(options)

    @property
    def totals(self) -> Totals:
        """What was saved so far."""
        return self._compressors.totals

    def compress(self, messages: Iterable[M], *, model: str | None = None) -> list[M]:
        """Return the messages to send.

        Args:
            messages: the messages, with `role` and `content`; they are not changed.
            model: the model that is to read them; decides how tokens are counted, and the price.

        Raises:
            KaizenPayloadError: they are no messages.
            KaizenError: Kaizen failed, and `on_failure` is `raise`.
        """
        body, call = self._compressors.sync().prepared(_asked(messages, model))
        call.answered(_unknown)
        sent: list[M] = body["messages"]
        return sent

    async def acompress(self, messages: Iterable[M], *, model: str | None = None) -> list[M]:
        """Return the messages to send, as `compress` does, without blocking the event loop.

        Args:
            messages: the messages, with `role` and `content`; they are not changed.
            model: the model that is to read them; decides how tokens are counted, and the price.

        Raises:
            KaizenPayloadError: they are no messages.
            KaizenError: Kaizen failed, and `on_failure` is `raise`.
        """
        body, call = await self._compressors.asynchronous().prepared(_asked(messages, model))
        call.answered(_unknown)
        sent: list[M] = body["messages"]
        return sent

    def close(self) -> None:
        """Close the Kaizen client of sync calls, where it was made here."""
        self._compressors.close()

    async def aclose(self) -> None:
        """Close the Kaizen clients, where they were made here."""
        await self._compressors.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<MessageCompressor: {self.totals}>"


def _unknown() -> None:
    """Return the usage: no vendor has been asked yet."""


def _asked(messages: Iterable[Mapping[str, Any]], model: str | None) -> Asked:
    given: Any = messages
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise _no_messages(given)
    # A list of its own: the caller may add to what it gets.
    given = list(given)
    for message in given:
        if not isinstance(message, Mapping):
            raise _no_messages(message)
    return Asked("messages", _ROUTE, model, {"messages": given}, in_chat)


def _no_messages(given: object) -> KaizenPayloadError:
    return KaizenPayloadError(
        f"{type(given).__name__} is no list of messages",
        path="messages",
        remedy='give one such as [{"role": "user", "content": "..."}]',
    )
