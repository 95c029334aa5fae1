"""LiteLLM: a callback that makes the messages of every `acompletion` smaller."""

from typing import Any

import litellm
from litellm.integrations.custom_logger import CustomLogger
from litellm.types.utils import CallTypes

from kaizen_client.integrations import MessageCompressor


class KaizenCallback(CustomLogger):
    """Makes messages smaller, whichever vendor they go to; takes the options of `wrap`."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.compressor = MessageCompressor(**options)

    async def async_pre_call_deployment_hook(self, kwargs: dict[str, Any], call_type: Any) -> dict[str, Any] | None:
        """Return what is to be sent; None leaves it as it is."""
        if call_type is not CallTypes.acompletion or "messages" not in kwargs:
            return None
        model = kwargs["model"].rpartition("/")[2]
        return {**kwargs, "messages": await self.compressor.acompress(kwargs["messages"], model=model)}


def install(**options: Any) -> KaizenCallback:
    """Register the callback; its `compressor.totals` say what was saved."""
    callback = KaizenCallback(**options)
    litellm.callbacks.append(callback)
    return callback
