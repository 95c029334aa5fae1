"""Model vendors behind Kaizen: keep your client of OpenAI, Anthropic or Gemini, and spend fewer tokens.

`wrap` gives a client like yours whose requests leave smaller; `decode_reply` reads what a model replied; reports say
what was saved. The wrappers under the names of 0.1.4 send a whole chat as one KTOF text. Each needs its vendor's SDK,
none of which is imported here.
"""

from kaizen_client.embedded import protect
from kaizen_client.integrations._wrapping import KaizenHandle, Mode, OnFailure, Role, WrapOptions, kaizen_of, wrap
from kaizen_client.integrations.anthropic import AnthropicKaizenWrapper
from kaizen_client.integrations.gemini import GeminiKaizenWrapper
from kaizen_client.integrations.messages import MessageCompressor
from kaizen_client.integrations.openai import OpenAIKaizenWrapper
from kaizen_client.integrations.replies import Expected, Reply, decode_reply
from kaizen_client.integrations.reports import Price, Report, Tokens, Totals, Usage, track
from kaizen_client.integrations.sync_anthropic import SyncAnthropicKaizenWrapper
from kaizen_client.integrations.sync_gemini import SyncGeminiKaizenWrapper
from kaizen_client.integrations.sync_openai import SyncOpenAIKaizenWrapper

__all__ = [
    "AnthropicKaizenWrapper",
    "Expected",
    "GeminiKaizenWrapper",
    "KaizenHandle",
    "MessageCompressor",
    "Mode",
    "OnFailure",
    "OpenAIKaizenWrapper",
    "Price",
    "Reply",
    "Report",
    "Role",
    "SyncAnthropicKaizenWrapper",
    "SyncGeminiKaizenWrapper",
    "SyncOpenAIKaizenWrapper",
    "Tokens",
    "Totals",
    "Usage",
    "WrapOptions",
    "decode_reply",
    "kaizen_of",
    "protect",
    "track",
    "wrap",
]
