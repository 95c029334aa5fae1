"""Which tokenizer a model has, and that long texts are counted as if in one piece."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_client.embedded._tokenizers import chunks, counter, tokenizer_for

O200K = [
    "gpt-4o", "gpt-4o-mini", "gpt-4o-2024-08-06", "chatgpt-4o-latest", "gpt-4.1", "gpt-4.1-nano", "gpt-4.5-preview",
    "gpt-5", "gpt-5-mini", "gpt-5.1", "gpt-5.2-codex", "gpt-oss-120b", "o1", "o1-mini", "o3", "o3-pro", "o4-mini",
    "o200k_base", "GPT-4o", " gpt-4o ",
    "openai/gpt-4o", "openai:gpt-4o", "azure/gpt-4o", "azure/eu/gpt-4o-2024-08-06", "openrouter/openai/gpt-4o-mini",
    "openrouter/openai/gpt-4o:free", "ft:gpt-4o-mini-2024-07-18:org::id", "openai/ft:gpt-4o:org::id",
    "us.openai.gpt-oss-20b-1:0", "openai.gpt-oss-20b-1:0",
]  # fmt: skip
CL100K = [
    "gpt-4", "gpt-4-0613", "gpt-4-32k", "gpt-4-turbo", "gpt-4-turbo-2024-04-09", "gpt-3.5-turbo", "gpt-3.5-turbo-0125",
    "gpt-35-turbo", "azure/gpt-35-turbo", "openai/gpt-4", "text-embedding-3-small", "text-embedding-ada-002",
    "cl100k_base", "ft:gpt-3.5-turbo:org::id",
]  # fmt: skip
OTHERS = [
    "claude-sonnet-4-5", "anthropic/claude-3-5-haiku", "gemini-2.5-pro", "models/gemini-2.0-flash", "llama-3.1-70b",
    "mistral-large", "gpt-2", "gpt-45", "gpt-4x", "gpt-40", "gpt-4.7", "gpt-4-o", "gpt-4-claude",
    "gpt-6", "davinci", "o2", "o10", "o1x", "", "gpt",
    "foo/bar", "openai/", "a\nb",
]  # fmt: skip


@pytest.mark.parametrize(("models", "name"), [(O200K, "o200k_base"), (CL100K, "cl100k_base")])
def test_a_model_of_openai_is_counted_exactly_whatever_its_prefix(models: list[str], name: str) -> None:
    assert {model: tokenizer_for(model) for model in models} == dict.fromkeys(models, (name, True))


@pytest.mark.parametrize("model", OTHERS)
def test_any_other_model_gets_an_estimate_that_says_it_is_one(model: str) -> None:
    assert tokenizer_for(model) == ("o200k_base", False)


# Counted with OpenAI's own tokenizer.
@pytest.mark.parametrize(
    ("text", "o200k", "cl100k"),
    [("", 0, 0), ("tiktoken is great!", 6, 6), ("antidisestablishmentarianism", 6, 6), ("2 + 2 = 4", 7, 7),
     ("お誕生日おめでとう", 8, 9)],
)  # fmt: skip
def test_known_texts_have_their_known_counts(text: str, o200k: int, cl100k: int) -> None:
    assert (counter("o200k_base")(text), counter("cl100k_base")(text)) == ((o200k, True), (cl100k, True))


pieces = st.sampled_from(
    ["word", "don't", "X", "1", "2024", " ", "  ", "\n", "\r\n", "\n\n", "\t", ",", '","', '{"', '":', "'s", "'", "_",
     "/", "é", "e\u0301", "東京", "，", "。", "😀", "\u2028", "\u00a0", "Ⅷ", "½", "٣", "-", "...", "aB", "ABc",
     "<|endoftext|>"]
)  # fmt: skip


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
@given(parts=st.lists(pieces, max_size=60), size=st.integers(1, 20))
def test_the_parts_of_a_text_have_the_tokens_of_the_whole(name: str, parts: list[str], size: int) -> None:
    text, count = "".join(parts), counter(name)
    parts_of_it = list(chunks(text, size))
    assert "".join(part for part, _ in parts_of_it) == text
    assert all(sound for _, sound in parts_of_it)
    assert sum(count(part).tokens for part, _ in parts_of_it) == count(text).tokens


@pytest.mark.parametrize("text", ["a" * 200_000, "😀" * 120_000, "東" * 100_000, " " * 100_000, "-" * 100_000])
def test_a_text_without_a_break_is_counted_and_said_to_be_an_estimate(text: str) -> None:
    assert max(len(part) for part, _ in chunks(text)) < 50_000
    tokens, exact = counter("o200k_base")(text)
    assert tokens > 100
    assert exact is False


@pytest.mark.parametrize("text", ['{"a":1},' * 50_000, "word " * 50_000, "a1" * 100_000])
def test_a_long_text_with_breaks_is_counted_exactly(text: str) -> None:
    assert counter("o200k_base")(text).exact is True
