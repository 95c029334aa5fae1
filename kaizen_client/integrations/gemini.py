"""Gemini behind Kaizen, asynchronously. The source of `sync_gemini.py`."""

from __future__ import annotations

from typing import Any

from kaizen_client import KaizenClient
from kaizen_client.integrations._shared import decoded, kaizen_client_of, provider_faults, vendor_client

__all__ = ["GeminiKaizenWrapper"]


class GeminiKaizenWrapper:
    """Sends a prompt to Gemini as one KTOF text. To change nothing but the size of your requests, see `wrap`.

    Args:
        kaizen: the client that encodes.
        model: the model to ask.
        client: your own `google.genai.Client`; made from the environment where it is not given.

    Raises:
        KaizenConfigError: the Kaizen client is of the wrong kind, or no client was given and the SDK is not installed.
        KaizenProviderError: the vendor's client cannot be made; its key is missing, say.
    """

    def __init__(self, kaizen: KaizenClient, *, model: str = "models/gemini-2.5-flash", client: Any = None) -> None:
        self._kaizen = kaizen_client_of(KaizenClient, kaizen)
        self._model = model
        self._client = vendor_client("google.genai", "Client", "gemini", client)

    async def invoke(self, prompt: Any) -> dict[str, Any]:
        """Ask the model, and return `encoded`, `gemini_response` and `decoded`.

        `decoded` has the `kind` of the reply (`json`, `ktof` or `text`), its value under `result`, and its `text`.

        Args:
            prompt: any JSON value.

        Raises:
            KaizenError: the prompt could not be encoded.
            KaizenProviderError: the vendor's client failed.
        """
        encoded = await self._kaizen.prompts_encode({"prompt": prompt})
        models = self._client.aio.models  # async-only
        # sync: models = self._client.models
        with provider_faults("gemini"):
            response = await models.generate_content(model=self._model, contents=encoded.value)
        return {"encoded": encoded, "gemini_response": response, "decoded": decoded(response.text)}
