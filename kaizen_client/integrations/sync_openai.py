# Made from kaizen_client/integrations/openai.py by `make generate`. Do not edit.
"""OpenAI behind Kaizen."""

from __future__ import annotations

from typing import Any

from kaizen_client import SyncKaizenClient
from kaizen_client.integrations._shared import decoded, kaizen_client_of, provider_faults, vendor_client

__all__ = ["SyncOpenAIKaizenWrapper"]


class SyncOpenAIKaizenWrapper:
    """Sends a chat to OpenAI as one KTOF text. To change nothing but the size of your requests, see `wrap`.

    Args:
        kaizen: the client that encodes.
        model: the model to ask.
        client: your own `openai.OpenAI`; made from the environment where it is not given.

    Raises:
        KaizenConfigError: a client is of the wrong kind, or none was given and the SDK is not installed.
        KaizenProviderError: the vendor's client cannot be made; its key is missing, say.
    """

    def __init__(self, kaizen: SyncKaizenClient, *, model: str = "gpt-4o-mini", client: Any = None) -> None:
        self._kaizen = kaizen_client_of(SyncKaizenClient, kaizen)
        self._model = model
        self._client = vendor_client("openai", "OpenAI", "openai", client)

    def chat(self, messages: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
        """Ask the model, and return `encoded`, `openai_response` and `decoded`.

        `decoded` has the `kind` of the reply (`json`, `ktof` or `text`), its value under `result`, and its `text`;
        it is None for a stream (`stream=True`), whose text `decode_reply` takes when it is complete.

        Args:
            messages: chat messages, with `role` and `content`.
            options: passed to `responses.create`.

        Raises:
            KaizenError: the messages could not be encoded.
            KaizenProviderError: the vendor's client failed.
        """
        encoded = self._kaizen.prompts_encode({"prompt": {"messages": messages}})
        with provider_faults("openai"):
            response = self._client.responses.create(**{"model": self._model, "input": encoded.value, **options})
        reply = None if options.get("stream") else decoded(response.output_text)
        return {"encoded": encoded, "openai_response": response, "decoded": reply}
