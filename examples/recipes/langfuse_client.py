"""Langfuse: its OpenAI clients, wrapped."""

from langfuse.openai import AsyncOpenAI, OpenAI

from kaizen_client.integrations import wrap


def make_clients() -> tuple[OpenAI, AsyncOpenAI]:
    """Return clients that Langfuse traces and whose requests leave smaller."""
    return wrap(OpenAI()), wrap(AsyncOpenAI())
