"""Model providers behind Kaizen: prompts leave as KTOF, replies are read back.

Each needs its vendor's SDK, which is imported when a wrapper is made without a vendor client.
"""

from kaizen_client.integrations.anthropic import AnthropicKaizenWrapper
from kaizen_client.integrations.gemini import GeminiKaizenWrapper
from kaizen_client.integrations.openai import OpenAIKaizenWrapper

__all__ = ["AnthropicKaizenWrapper", "GeminiKaizenWrapper", "OpenAIKaizenWrapper"]
