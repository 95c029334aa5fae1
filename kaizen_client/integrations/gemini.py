"""Gemini behind Kaizen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kaizen_client.integrations._shared import read_reply, vendor_module

if TYPE_CHECKING:
    from kaizen_client import KaizenClient

__all__ = ["GeminiKaizenWrapper"]


class GeminiKaizenWrapper:
    """Sends prompts to Gemini as KTOF.

    Args:
        kaizen: the client that encodes.
        model: the model to ask.
        client: your own `google.genai.Client`; made from the environment where it is not given.

    Raises:
        KaizenConfigError: no client was given and the SDK is not installed.
    """

    def __init__(self, kaizen: KaizenClient, *, model: str = "models/gemini-2.5-flash", client: Any = None) -> None:
        self._kaizen = kaizen
        self._model = model
        self._client = vendor_module("google.genai", "gemini").Client() if client is None else client

    async def invoke(self, prompt: Any) -> dict[str, Any]:
        """Ask the model, and return `encoded`, `gemini_response` and `decoded`.

        Args:
            prompt: any JSON value.

        Raises:
            KaizenError: the prompt could not be encoded.
        """
        encoded = await self._kaizen.prompts_encode({"prompt": prompt})
        response = await self._client.aio.models.generate_content(model=self._model, contents=encoded.value)
        decoded = await read_reply(self._kaizen, response.text)
        return {"encoded": encoded, "gemini_response": response, "decoded": decoded}
