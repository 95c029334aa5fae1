"""instructor: made of wrapped clients."""

from typing import Any

import instructor
from anthropic import Anthropic
from google import genai
from openai import AsyncOpenAI, OpenAI

from kaizen_client.integrations import wrap


def for_openai() -> Any:
    """Return instructor's client for OpenAI."""
    return instructor.from_openai(wrap(OpenAI()))


def for_async_openai() -> Any:
    """Return instructor's async client for OpenAI."""
    return instructor.from_openai(wrap(AsyncOpenAI()))


def for_anthropic() -> Any:
    """Return instructor's client for Anthropic."""
    return instructor.from_anthropic(wrap(Anthropic()))


def for_gemini() -> Any:
    """Return instructor's client for Gemini."""
    return instructor.from_genai(wrap(genai.Client()))
