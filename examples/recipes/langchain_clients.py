"""LangChain: chat models whose vendors' clients are wrapped."""

from langchain_anthropic import ChatAnthropic
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_openai import ChatOpenAI

from kaizen_client.integrations import wrap


def wrap_openai(model: ChatOpenAI) -> None:
    """Wrap the clients of a `ChatOpenAI`."""
    model.root_client = wrap(model.root_client)
    model.client = model.root_client.chat.completions
    model.root_async_client = wrap(model.root_async_client)
    model.async_client = model.root_async_client.chat.completions


def wrap_google(model: ChatGoogleGenerativeAI) -> None:
    """Wrap the client of a `ChatGoogleGenerativeAI`."""
    model.client = wrap(model.client)


def wrap_anthropic(model: ChatAnthropic) -> None:
    """Wrap the clients of a `ChatAnthropic`, which has only private names for them."""
    model._client = wrap(model._client)
    model._async_client = wrap(model._async_client)
