"""The stand-in, and the vendors' own clients of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from anthropic import Anthropic, AsyncAnthropic
from google import genai
from google.genai.client import AsyncClient
from google.genai.types import HttpOptions, HttpRetryOptions
from openai import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, OpenAI

from tests.vendors.standin import StandIn

if TYPE_CHECKING:
    import trustme

KEY = "test-key-1"
AZURE_VERSION = "2025-04-01-preview"

#: Gemini's SDK retries nothing by itself, and has no header that shortens its waits.
GEMINI_RETRIES = HttpRetryOptions(attempts=3, initial_delay=0.001, max_delay=0.001, exp_base=1, jitter=0.001)

_VENDORS = ("OPENAI_", "AZURE_OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_")


@pytest.fixture(scope="session")
def one_certificate(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of one certificate: to read all that the machine trusts costs each client as much as thirty calls."""
    path = tmp_path_factory.mktemp("trusted") / "one.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(autouse=True)
def no_vendor_settings(no_outside_settings: None, monkeypatch: pytest.MonkeyPatch, one_certificate: Path) -> None:
    """Keep what the developer's shell and files say of the vendors out of every test."""
    for name in list(os.environ):
        if name.startswith(_VENDORS):
            monkeypatch.delenv(name)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(one_certificate))
    # Where no profile is.
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(one_certificate.parent))


@pytest.fixture(scope="session")
def _one_stand_in() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture
def vendor(_one_stand_in: StandIn) -> Iterator[StandIn]:
    """Stand in for all vendors, knowing nothing of the tests before."""
    _one_stand_in.clear()
    yield _one_stand_in
    assert _one_stand_in.errors == []


@pytest.fixture
def openai_client(vendor: StandIn) -> Iterator[OpenAI]:
    with OpenAI(api_key=KEY, base_url=f"{vendor.url}/v1") as client:
        yield client


@pytest.fixture
async def async_openai_client(vendor: StandIn) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key=KEY, base_url=f"{vendor.url}/v1") as client:
        yield client


@pytest.fixture
def azure_client(vendor: StandIn) -> Iterator[AzureOpenAI]:
    with AzureOpenAI(api_key=KEY, azure_endpoint=vendor.url, api_version=AZURE_VERSION) as client:
        yield client


@pytest.fixture
async def async_azure_client(vendor: StandIn) -> AsyncIterator[AsyncAzureOpenAI]:
    async with AsyncAzureOpenAI(api_key=KEY, azure_endpoint=vendor.url, api_version=AZURE_VERSION) as client:
        yield client


@pytest.fixture
def anthropic_client(vendor: StandIn) -> Iterator[Anthropic]:
    with Anthropic(api_key=KEY, base_url=vendor.url) as client:
        yield client


@pytest.fixture
async def async_anthropic_client(vendor: StandIn) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(api_key=KEY, base_url=vendor.url) as client:
        yield client


@pytest.fixture
def gemini_client(vendor: StandIn) -> Iterator[genai.Client]:
    with genai.Client(api_key=KEY, http_options=HttpOptions(base_url=vendor.url)) as client:
        yield client


@pytest.fixture
async def async_gemini_client(vendor: StandIn) -> AsyncIterator[AsyncClient]:
    """What `genai.Client(...).aio` is."""
    with genai.Client(api_key=KEY, http_options=HttpOptions(base_url=vendor.url)) as client:
        async with client.aio as found:
            yield found
