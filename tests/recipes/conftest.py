"""The stand-in as every framework's vendor, and nothing beyond loopback, not even while frameworks are imported."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pytest_socket import socket_allow_hosts

from tests.vendors.standin import StandIn

pytest.register_assert_rewrite("tests.recipes.sent")
socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)

_SETTINGS = ("KAIZEN_", "OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_", "LANGCHAIN_", "LANGSMITH_", "LANGFUSE_")
for _name in list(os.environ):
    if _name.startswith(_SETTINGS) or _name.lower().endswith("_proxy"):
        del os.environ[_name]
# Read when it is imported, where it would fetch prices otherwise.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run Langfuse's tests last: they patch OpenAI's classes, which the others are to find as they are."""
    items.sort(key=lambda item: item.path.name == "test_langfuse.py")


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


@pytest.fixture(autouse=True)
def settings(vendor: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Say in the environment where Kaizen and the vendors are, so that examples run as they are written."""
    monkeypatch.setenv("KAIZEN_BASE_URL", "embedded:")
    for name in ("OPENAI", "ANTHROPIC", "GOOGLE"):
        monkeypatch.setenv(f"{name}_API_KEY", "test-key-1")
    # The second is what LlamaIndex and LiteLLM read.
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.setenv(name, f"{vendor.url}/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", vendor.url)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", vendor.url)
