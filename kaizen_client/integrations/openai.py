"""OpenAI behind Kaizen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kaizen_client.integrations._shared import read_reply, vendor_module

if TYPE_CHECKING:
    from kaizen_client import KaizenClient

__all__ = ["OpenAIKaizenWrapper"]


class OpenAIKaizenWrapper:
    """Sends chat messages to OpenAI as KTOF.

    Args:
        kaizen: the client that encodes.
        model: the model to ask.
        client: your own `openai.AsyncOpenAI`; made from the environment where it is not given.

    Raises:
        KaizenConfigError: no client was given and the SDK is not installed.
    """

    def __init__(self, kaizen: KaizenClient, *, model: str = "gpt-4o-mini", client: Any = None) -> None:
        self._kaizen = kaizen
        self._model = model
        self._client = vendor_module("openai", "openai").AsyncOpenAI() if client is None else client

    async def chat(self, messages: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
        """Ask the model, and return `encoded`, `openai_response` and `decoded`.

        Args:
            messages: chat messages, with `role` and `content`.
            options: passed to `responses.create`.

        Raises:
            KaizenError: the messages could not be encoded.
        """
        encoded = await self._kaizen.prompts_encode({"prompt": {"messages": messages}})
        response = await self._client.responses.create(model=self._model, input=encoded.value, **options)
        decoded = await read_reply(self._kaizen, response.output_text)
        return {"encoded": encoded, "openai_response": response, "decoded": decoded}
