"""The seven write routes: a parsed body in, an `Answer` out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kaizen_client.embedded import _notation
from kaizen_client.embedded._envelopes import Answer
from kaizen_client.embedded._json import RawJson, to_json
from kaizen_client.embedded._prompts import decode_prompt, encode_prompt
from kaizen_client.embedded._stats import size_of
from kaizen_client.embedded._tokens import count_tokens
from kaizen_client.embedded._validation import read_decode, read_encode, read_prompt_decode, read_prompt_encode

Operation = Callable[[object], Answer]


def _encode(operation: str, body: object) -> Answer:
    request = read_encode(body)
    # KTOF comes first: it has its own cap on depth and names what is wrong.
    text = _notation.encode(request.data, request.options)
    original = to_json(request.data)
    return Answer(
        operation,
        text,
        original=size_of(original),
        compressed=size_of(text),
        tokens=count_tokens(request.token_models, original, text),
        metadata=request.metadata,
    )


def _decode(operation: str, field: str, body: object) -> Answer:
    request = read_decode(body, field)
    value = RawJson(to_json(_notation.decode(request.text, request.options)))
    return Answer(operation, value, original=size_of(value), compressed=size_of(request.text))


def _encode_prompt(operation: str, body: object, *, with_schemas: bool) -> Answer:
    request = read_prompt_encode(body, with_schemas=with_schemas)
    prompt = encode_prompt(request)
    return Answer(
        operation,
        prompt.text,
        original=size_of(prompt.original),
        compressed=size_of(prompt.text),
        tokens=count_tokens(request.token_models, prompt.original, prompt.text),
        meta=prompt.meta,
        metadata=request.metadata,
    )


def _decode_prompt(operation: str, body: object) -> Answer:
    request = read_prompt_decode(body)
    prompt = decode_prompt(request)
    value = RawJson(to_json(prompt.value))
    # Text is compared with text: the quotes it has as JSON are no part of the prompt.
    original = size_of(prompt.value if isinstance(prompt.value, str) else value)
    return Answer(
        operation,
        value,
        original=original,
        compressed=size_of(request.text),
        meta=prompt.meta,
        metadata=request.metadata,
    )


#: By path. Every one of them is a POST.
OPERATIONS: Final[dict[str, Operation]] = {
    "/v1/compress": lambda body: _encode("compress", body),
    "/v1/decompress": lambda body: _decode("decompress", "data", body),
    "/v1/optimize": lambda body: _encode("optimize", body),
    "/v1/optimize/request": lambda body: _encode_prompt("optimize_request", body, with_schemas=False),
    "/v1/optimize/response": lambda body: _decode("optimize_response", "ktof", body),
    "/v1/prompts/encode": lambda body: _encode_prompt("prompts_encode", body, with_schemas=True),
    "/v1/prompts/decode": lambda body: _decode_prompt("prompts_decode", body),
}
