"""LangChain: a step before any chat model that makes its messages smaller."""

from typing import Any

from langchain_core.messages import BaseMessage, convert_to_messages
from langchain_core.runnables import Runnable, RunnableLambda

from kaizen_client.integrations import MessageCompressor

ROLES = {"human": "user", "ai": "assistant", "tool": "tool", "system": "system"}


def smaller(compressor: MessageCompressor) -> Runnable[Any, list[BaseMessage]]:
    """Return the step, for `smaller(compressor) | model`."""

    def messages_in(given: Any) -> list[BaseMessage]:
        messages: list[BaseMessage] = convert_to_messages([given] if isinstance(given, str) else given)
        return messages

    def asked(messages: list[BaseMessage]) -> list[dict[str, Any]]:
        return [{"role": ROLES.get(message.type, ""), "content": message.content} for message in messages]

    def answered(messages: list[BaseMessage], sent: list[dict[str, Any]]) -> list[BaseMessage]:
        pairs = zip(messages, sent, strict=True)
        return [message.model_copy(update={"content": one["content"]}) for message, one in pairs]

    def step(given: Any) -> list[BaseMessage]:
        messages = messages_in(given)
        return answered(messages, compressor.compress(asked(messages)))

    async def astep(given: Any) -> list[BaseMessage]:
        messages = messages_in(given)
        return answered(messages, await compressor.acompress(asked(messages)))

    return RunnableLambda(step, afunc=astep)
