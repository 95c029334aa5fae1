"""Anthropic behind Kaizen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kaizen_client.integrations._shared import read_reply, vendor_module

if TYPE_CHECKING:
    from kaizen_client import KaizenClient

__all__ = ["AnthropicKaizenWrapper"]


class AnthropicKaizenWrapper:
    """Sends chat messages to Anthropic as KTOF.

    Args:
        kaizen: the client that encodes.
        model: the model to ask.
        client: your own `anthropic.AsyncAnthropic`; made from the environment where it is not given.

    Raises:
        KaizenConfigError: no client was given and the SDK is not installed.
    """

    def __init__(self, kaizen: KaizenClient, *, model: str = "claude-3-5-sonnet-20240620", client: Any = None) -> None:
        self._kaizen = kaizen
        self._model = model
        self._client = vendor_module("anthropic", "anthropic").AsyncAnthropic() if client is None else client

    async def chat(self, messages: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
        """Ask the model, and return `encoded`, `anthropic_response` and `decoded`.

        Args:
            messages: chat messages, with `role` and `content`.
            options: passed to `messages.create`, which needs `max_tokens`.

        Raises:
            KaizenError: the messages could not be encoded.
        """
        encoded = await self._kaizen.prompts_encode({"prompt": {"messages": messages}})
        asked = [{"role": "user", "content": encoded.value}]
        response = await self._client.messages.create(model=self._model, messages=asked, **options)
        text = "".join(block.text for block in response.content if getattr(block, "text", None))
        decoded = await read_reply(self._kaizen, text)
        return {"encoded": encoded, "anthropic_response": response, "decoded": decoded}
