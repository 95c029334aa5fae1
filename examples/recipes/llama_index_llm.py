"""LlamaIndex: its OpenAI LLM over wrapped clients."""

from llama_index.llms.openai import OpenAI as OpenAILLM
from openai import AsyncOpenAI, OpenAI

from kaizen_client.integrations import wrap


def make_llm(model: str) -> OpenAILLM:
    """Return an LLM whose requests leave smaller."""
    return OpenAILLM(model=model, openai_client=wrap(OpenAI()), async_openai_client=wrap(AsyncOpenAI()))
