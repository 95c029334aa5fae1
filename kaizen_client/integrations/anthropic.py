"""Anthropic behind Kaizen, asynchronously. The source of `sync_anthropic.py`."""

from __future__ import annotations

from typing import Any

from kaizen_client import KaizenClient
from kaizen_client.integrations._shared import decoded, kaizen_client_of, provider_faults, vendor_client

__all__ = ["AnthropicKaizenWrapper"]


class AnthropicKaizenWrapper:
    """Sends a chat to Anthropic as one KTOF text. To change nothing but the size of your requests, see `wrap`.

    Args:
        kaizen: the client that encodes.
        model: the model to ask.
        client: your own `anthropic.AsyncAnthropic`; made from the environment where it is not given.

    Raises:
        KaizenConfigError: a client is of the wrong kind, or none was given and the SDK is not installed.
        KaizenProviderError: the vendor's client cannot be made; its key is missing, say.
    """

    def __init__(self, kaizen: KaizenClient, *, model: str = "claude-3-5-sonnet-20240620", client: Any = None) -> None:
        self._kaizen = kaizen_client_of(KaizenClient, kaizen)
        self._model = model
        self._client = vendor_client("anthropic", "AsyncAnthropic", "anthropic", client)

    async def chat(self, messages: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
        """Ask the model, and return `encoded`, `anthropic_response` and `decoded`.

        `decoded` has the `kind` of the reply (`json`, `ktof` or `text`), its value under `result`, and its `text`;
        it is None for a stream (`stream=True`), whose text `decode_reply` takes when it is complete.

        Args:
            messages: chat messages, with `role` and `content`.
            options: passed to `messages.create`, which needs `max_tokens`.

        Raises:
            KaizenError: the messages could not be encoded.
            KaizenProviderError: the vendor's client failed.
        """
        encoded = await self._kaizen.prompts_encode({"prompt": {"messages": messages}})
        asked = {"model": self._model, "messages": [{"role": "user", "content": encoded.value}], **options}
        with provider_faults("anthropic"):
            response = await self._client.messages.create(**asked)
        reply = None if options.get("stream") else decoded(_text_of(response))
        return {"encoded": encoded, "anthropic_response": response, "decoded": reply}


def _text_of(response: Any) -> str:
    return "".join(block.text for block in response.content if getattr(block, "text", None))
