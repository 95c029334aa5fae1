"""The async facade, written by hand. The source of `sync_client.py`."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, Unpack

from kaizen_client import given_back, logs, passthrough, payloads, prefer
from kaizen_client._async_sender import AsyncSender, Exchange, Outgoing
from kaizen_client._contract import OPERATIONS, SCHEMAS
from kaizen_client.closing import Closing
from kaizen_client.config import (
    DEFAULT_BASE_URL,
    EMBEDDED_URL,
    KaizenClientConfig,
    Settings,
    checked_setting,
    deadline_of,
    hidden,
)
from kaizen_client.counts import Counter, Counts
from kaizen_client.exceptions import (
    KaizenConfigError,
    KaizenError,
    KaizenPayloadError,
    KaizenRequestError,
    KaizenResponseError,
    parsed_body,
)
from kaizen_client.forks import renew_after_fork
from kaizen_client.metadata import checked as checked_metadata
from kaizen_client.metadata import merged
from kaizen_client.options import MISSING, CallOptions, EncodeCallOptions, KaizenTimeout, Missing, hide_headers
from kaizen_client.results import HttpInfo, KaizenResult, Sent
from kaizen_client.retry_budget import RetryBudget, budget_of
from kaizen_client.send_rate import SendRate
from kaizen_client.timeline import unusable_reply
from kaizen_client.transports import open_async
from kaizen_client.typed_results import (
    CompressResult,
    DecompressResult,
    HealthResult,
    OptimizeRequestResult,
    OptimizeResponseResult,
    OptimizeResult,
    PromptsDecodeResult,
    PromptsEncodeResult,
)

if TYPE_CHECKING:
    import httpx
    import httpx2

    from kaizen_client.generated.client import Client
    from kaizen_client.models import (
        DecodeOptions,
        DecodeRequest,
        EncodeOptions,
        EncodeRequest,
        OptimizeRequestPayload,
        OptimizeResponsePayload,
        PromptDecodePayload,
        PromptEncodePayload,
    )
    from kaizen_client.transports.base import AsyncTransport

__all__ = ["DEFAULT_BASE_URL", "AsyncKaizenClient", "KaizenClient", "KaizenClientConfig"]  # async-only
# sync: __all__ = ["DEFAULT_BASE_URL", "KaizenClientConfig", "KaizenClient"]

ResultT = TypeVar("ResultT", bound=KaizenResult)

_NO_PARAMETERS: Final[Mapping[str, Any]] = {}
# A copy with one of these changed needs connections of its own.
_OF_THE_POOL: Final = frozenset(
    {
        "base_url",
        "transport",
        "envelope",
        "max_connections",
        "verify_ssl",
        "ca_bundle",
        "client_cert",
        "client_key",
        "proxy",
    }
)


class _Shared:
    """A transport, what is known of the service behind it, and how many clients use it; the last to close closes it."""

    def __init__(self, transport: AsyncTransport, *, owned: bool) -> None:
        self.transport = transport
        self.owned = owned
        self.rate = SendRate()
        self.counter = Counter()
        self.closing = Closing()
        self._users = 0
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Make the lock anew: one that may be taken again, by a client that is collected while it is held."""
        self._lock = threading.RLock()

    def taken(self) -> Self:
        with self._lock:
            self._users += 1
        return self

    def abandoned(self) -> None:
        """Count a client that was collected without being closed no more; nothing is closed here."""
        with self._lock:
            self._users -= 1

    async def given_back(self) -> None:
        with self._lock:
            self._users -= 1
            last = self._users == 0
        if last:
            self.closing.close()
        if last and self.owned:
            await self.transport.close()


class KaizenClient:
    """The async client of the Kaizen service.

    Every call takes one positional payload, a dict or a request model, or its fields as keywords; options such as
    `timeout`, `headers` and `metadata` are keywords too (`CallOptions`). One client may be used by any number of
    tasks, and by one event loop after another.

    Args:
        config: the settings; read from the environment where it is not given.
        client: your own `httpx.AsyncClient` or `httpx2.AsyncClient`, used and never closed.
        settings: single settings, over those of `config` (`Settings` lists them).

    Raises:
        KaizenConfigError: a setting will not do.

    >>> async with KaizenClient.embedded() as client:
    ...     result = await client.compress(data={"users": [{"id": 1, "name": "Ada"}]})
    >>> result.value
    'users[1]{id,name}:\\n  1,Ada'
    """

    def __init__(
        self,
        config: KaizenClientConfig | None = None,
        *,
        client: httpx.AsyncClient | httpx2.AsyncClient | None = None,
        **settings: Unpack[Settings],
    ) -> None:
        # First, so that an unfinished client has them when it is collected.
        self._closed = True
        hidden(settings)
        given: Any = config
        if config is None:
            config = KaizenClientConfig().replace(**settings)
        elif not isinstance(given, KaizenClientConfig):
            # Other SDKs take the key first; it must not show in the traceback.
            given, config = type(given), None
            raise KaizenConfigError(f"config must be a KaizenClientConfig, not {given.__name__}; the key is api_key=")
        elif settings:
            config = config.replace(**settings)
        config.require_flavour(asynchronous=True)  # async-only
        # sync: config.require_flavour(asynchronous=False)
        shared = _Shared(open_async(config, client), owned=isinstance(config.transport, str))
        self._start(config, shared, client, budget_of(config.retry_policy))

    def _start(
        self,
        config: KaizenClientConfig,
        shared: _Shared,
        client: httpx.AsyncClient | httpx2.AsyncClient | None,
        budget: RetryBudget,
    ) -> None:
        self._config = config
        self._client = client
        self._shared = shared.taken()
        self._budget = budget
        self._sender = AsyncSender(config, shared.transport, budget, shared.rate, shared.counter, shared.closing)
        if config.log is not None:
            logs.write_to_stderr(config.log)
        self._closed = False

    @classmethod
    def from_env(cls, **settings: Unpack[Settings]) -> Self:
        """Return a client configured by the environment, `KAIZEN_API_KEY` first of all.

        Args:
            settings: single settings, over those of the environment.

        Raises:
            KaizenConfigError: a variable will not do, or the hosted service has no key.

        >>> client = KaizenClient.from_env(base_url="embedded:")
        """
        hidden(settings)
        config = KaizenClientConfig().replace(**settings)
        config.require_key()
        return cls(config)

    @classmethod
    def embedded(cls, **settings: Unpack[Settings]) -> Self:
        """Return a client of the engine in this process: no key, no network, no server.

        Args:
            settings: single settings, over those of the environment.

        Raises:
            KaizenConfigError: a setting will not do.
        """
        hidden(settings)
        return cls(KaizenClientConfig().replace(**{**settings, "base_url": EMBEDDED_URL}))

    @property
    def config(self) -> KaizenClientConfig:
        """The settings of this client."""
        return self._config

    @property
    def counts(self) -> Counts:
        """How the calls of this client, and of copies that share its connections, ended so far.

        >>> client.counts.passed_through
        0
        """
        return self._shared.counter.counts()

    def with_options(self, **settings: Unpack[Settings]) -> Self:
        """Return a copy with some settings changed, which shares the connections and keeps them alive.

        Close each: the connections go with the last one. A copy with another URL, proxy, transport or TLS setting
        has connections of its own.

        Args:
            settings: the settings to change (`Settings` lists them).

        Raises:
            KaizenConfigError: a setting will not do.
            KaizenRequestError: this client is closed.

        >>> patient = client.with_options(timeout=120, max_retries=5)
        """
        self._require_open()
        hidden(settings)
        config = self._config.replace(**settings)
        config.require_flavour(asynchronous=True)  # async-only
        # sync: config.require_flavour(asynchronous=False)
        copy = object.__new__(type(self))
        copy._closed = True
        if _OF_THE_POOL & set(settings) and self._client is None:
            shared = _Shared(open_async(config), owned=isinstance(config.transport, str))
        else:
            shared = self._shared
        same = shared is self._shared and config.retry_policy == self._config.retry_policy
        copy._start(config, shared, self._client, self._budget if same else budget_of(config.retry_policy))
        return copy

    async def close(self) -> None:
        """Close the client and, where no copy uses them, its connections; may be called twice."""
        if not self._closed:
            self._closed = True
            await self._shared.given_back()

    aclose = close  # async-only

    async def __aenter__(self) -> Self:
        self._require_open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def __del__(self) -> None:
        if not getattr(self, "_closed", True):
            self._closed = True
            self._shared.abandoned()
            warnings.warn(f"{type(self).__name__} was not closed", ResourceWarning, stacklevel=2, source=self)

    def __repr__(self) -> str:
        # One that was refused its settings has none, and stands in the traceback.
        return f"{type(self).__name__}({getattr(self, '_config', None)!r})"

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.with_options()

    def __reduce__(self) -> tuple[Any, ...]:
        if self._client is not None:
            raise KaizenConfigError("a client with an HTTP client of your own (client=) cannot be pickled")
        return type(self), (self._config,)

    def generated(self) -> Client:
        """Return a client for the generated endpoint modules, the low-level layer.

        Its requests go through this client's connections, retries and error mapping. It serves their `asyncio` and
        `asyncio_detailed` functions.

        >>> from kaizen_client.generated.api.system import health
        >>> reply = await health.asyncio(client=client.generated())
        """
        from kaizen_client._async_bridge import generated_client

        return generated_client(self._config.base_url, self._forward)

    # --- the routes ---------------------------------------------------------------------------------------------

    async def health(self, **call: Unpack[CallOptions]) -> HealthResult:
        """Ask whether the deployment answers; needs no key.

        Args:
            call: options of this call.

        Raises:
            KaizenAPIError: the service answered with an error.
            KaizenRequestError: there was no answer.

        >>> result = await client.health()
        >>> result.status
        'ok'
        """
        return await self._call("health", HealthResult, MISSING, {}, call)

    async def compress(
        self,
        payload: EncodeRequest | Mapping[str, Any] | Missing = MISSING,
        /,
        *,
        data: Any = MISSING,
        options: EncodeOptions | Mapping[str, Any] | Missing | None = MISSING,
        token_models: list[str] | Missing | None = MISSING,
        **call: Unpack[EncodeCallOptions],
    ) -> CompressResult:
        """Write any JSON value as KTOF text.

        Args:
            payload: the whole request, a dict or an `EncodeRequest`, in place of the fields.
            data: any JSON value, None included.
            options: how the text is written: `indent`, `delimiter`, `length_marker`.
            token_models: models to count tokens for.
            call: options of this call, `metadata` among them.

        Raises:
            KaizenPayloadError: the payload cannot be sent; nothing was.
            KaizenAPIError: the service answered with an error.
            KaizenRequestError: there was no answer.

        >>> result = await client.compress(data=[{"id": 1}, {"id": 2}], options={"indent": 1})
        >>> result.value
        '[2]{id}:\\n 1\\n 2'
        """
        fields = {"data": data, "options": options, "token_models": token_models}
        return await self._call("compress", CompressResult, payload, fields, call)

    async def decompress(
        self,
        payload: DecodeRequest | Mapping[str, Any] | Missing = MISSING,
        /,
        *,
        data: str | Missing = MISSING,
        options: DecodeOptions | Mapping[str, Any] | Missing | None = MISSING,
        **call: Unpack[CallOptions],
    ) -> DecompressResult:
        """Read KTOF text back into the JSON value it holds.

        Args:
            payload: the whole request, a dict or a `DecodeRequest`, in place of the fields.
            data: KTOF text; the empty text is the empty object.
            options: how the text is read: `indent`, `strict`.
            call: options of this call.

        Raises:
            KaizenPayloadError: the payload cannot be sent; nothing was.
            KaizenBadRequestError: the text is not KTOF.
            KaizenAPIError: the service answered with another error.
            KaizenRequestError: there was no answer.

        >>> result = await client.decompress(data="id: 1")
        >>> result.value
        {'id': 1}
        """
        fields = {"data": data, "options": options}
        return await self._call("decompress", DecompressResult, payload, fields, call)

    async def optimize(
        self,
        payload: EncodeRequest | Mapping[str, Any] | Missing = MISSING,
        /,
        *,
        data: Any = MISSING,
        options: EncodeOptions | Mapping[str, Any] | Missing | None = MISSING,
        token_models: list[str] | Missing | None = MISSING,
        **call: Unpack[EncodeCallOptions],
    ) -> OptimizeResult:
        """Write any JSON value as KTOF text and count its tokens.

        Args:
            payload: the whole request, a dict or an `EncodeRequest`, in place of the fields.
            data: any JSON value, None included.
            options: how the text is written: `indent`, `delimiter`, `length_marker`.
            token_models: models to count tokens for.
            call: options of this call, `metadata` among them.

        Raises:
            KaizenPayloadError: the payload cannot be sent; nothing was.
            KaizenAPIError: the service answered with an error.
            KaizenRequestError: there was no answer.

        >>> result = await client.optimize(data=[{"id": 1}, {"id": 2}], token_models=["gpt-4o"])
        """
        fields = {"data": data, "options": options, "token_models": token_models}
        return await self._call("optimize", OptimizeResult, payload, fields, call)

    async def optimize_request(
        self,
        payload: OptimizeRequestPayload | Mapping[str, Any] | Missing = MISSING,
        /,
        *,
        prompt: Any = MISSING,
        options: EncodeOptions | Mapping[str, Any] | Missing | None = MISSING,
        auto_detect_json: bool | Missing = MISSING,
        token_models: list[str] | Missing | None = MISSING,
        **call: Unpack[EncodeCallOptions],
    ) -> OptimizeRequestResult:
        """Write an outbound provider payload as KTOF text.

        Args:
            payload: the whole request, a dict or an `OptimizeRequestPayload`, in place of the fields.
            prompt: any JSON value: a provider's request, messages, or a text.
            options: how the text is written: `indent`, `delimiter`, `length_marker`.
            auto_detect_json: whether JSON inside text is looked for; the service does unless told not to.
            token_models: models to count tokens for.
            call: options of this call, `metadata` among them.

        Raises:
            KaizenPayloadError: the payload cannot be sent; nothing was.
            KaizenAPIError: the service answered with an error.
            KaizenRequestError: there was no answer.

        >>> result = await client.optimize_request(prompt={"messages": [{"role": "user", "content": "Hello"}]})
        """
        fields = {
            "prompt": prompt,
            "options": options,
            "auto_detect_json": auto_detect_json,
            "token_models": token_models,
        }
        return await self._call("optimize_request", OptimizeRequestResult, payload, fields, call)

    async def optimize_response(
        self,
        payload: OptimizeResponsePayload | Mapping[str, Any] | Missing = MISSING,
        /,
        *,
        ktof: str | Missing = MISSING,
        options: DecodeOptions | Mapping[str, Any] | Missing | None = MISSING,
        **call: Unpack[CallOptions],
    ) -> OptimizeResponseResult:
        """Read a provider reply written in KTOF.

        Args:
            payload: the whole request, a dict or an `OptimizeResponsePayload`, in place of the fields.
            ktof: KTOF text, not empty.
            options: how the text is read: `indent`, `strict`.
            call: options of this call.

        Raises:
            KaizenPayloadError: the payload cannot be sent; nothing was.
            KaizenBadRequestError: the text is not KTOF.
            KaizenAPIError: the service answered with another error.
            KaizenRequestError: there was no answer.

        >>> result = await client.optimize_response(ktof="answer: 42")
        >>> result.value
        {'answer': 42}
        """
        fields = {"ktof": ktof, "options": options}
        return await self._call("optimize_response", OptimizeResponseResult, payload, fields, call)

    async def prompts_encode(
        self,
        payload: PromptEncodePayload | Mapping[str, Any] | Missing = MISSING,
        /,
        *,
        prompt: Any = MISSING,
        options: EncodeOptions | Mapping[str, Any] | Missing | None = MISSING,
        auto_detect_json: bool | Missing = MISSING,
        schemas: Mapping[str, Any] | Missing | None = MISSING,
        token_models: list[str] | Missing | None = MISSING,
        **call: Unpack[EncodeCallOptions],
    ) -> PromptsEncodeResult:
        """Write a chat prompt as KTOF text; `result.meta` is what `prompts_decode` needs to restore it.

        Args:
            payload: the whole request, a dict or a `PromptEncodePayload`, in place of the fields.
            prompt: any JSON value: messages, or a text.
            options: how the text is written: `indent`, `delimiter`, `length_marker`.
            auto_detect_json: whether JSON inside text is looked for; the service does unless told not to.
            schemas: hints about the shape of the data, by name.
            token_models: models to count tokens for.
            call: options of this call, `metadata` among them.

        Raises:
            KaizenPayloadError: the payload cannot be sent; nothing was.
            KaizenAPIError: the service answered with an error.
            KaizenRequestError: there was no answer.

        >>> result = await client.prompts_encode(prompt={"messages": [{"role": "user", "content": "Hello"}]})
        """
        fields = {
            "prompt": prompt,
            "options": options,
            "auto_detect_json": auto_detect_json,
            "schemas": schemas,
            "token_models": token_models,
        }
        return await self._call("prompts_encode", PromptsEncodeResult, payload, fields, call)

    async def prompts_decode(
        self,
        payload: PromptDecodePayload | Mapping[str, Any] | Missing = MISSING,
        /,
        *,
        ktof: str | Missing = MISSING,
        options: DecodeOptions | Mapping[str, Any] | Missing | None = MISSING,
        replay_meta: Mapping[str, Any] | Missing | None = MISSING,
        **call: Unpack[CallOptions],
    ) -> PromptsDecodeResult:
        """Read a prompt back from KTOF text.

        Args:
            payload: the whole request, a dict or a `PromptDecodePayload`, in place of the fields.
            ktof: KTOF text as `prompts_encode` gave it, not empty.
            options: how the text is read: `indent`, `strict`.
            replay_meta: the `meta` of the encode reply.
            call: options of this call, `metadata` among them.

        Raises:
            KaizenPayloadError: the payload cannot be sent; nothing was.
            KaizenBadRequestError: the text is not KTOF.
            KaizenAPIError: the service answered with another error.
            KaizenRequestError: there was no answer.

        >>> decoded = await client.prompts_decode(ktof=encoded.value, replay_meta=encoded.meta)
        """
        fields = {"ktof": ktof, "options": options, "replay_meta": replay_meta}
        return await self._call("prompts_decode", PromptsDecodeResult, payload, fields, call)

    async def request(
        self, method: str, path: str, *, json: Any = MISSING, **call: Unpack[CallOptions]
    ) -> KaizenResult:
        """Call a route that this client has no method for, with everything the methods do.

        Args:
            method: the HTTP method.
            path: the route, beginning with a slash, below the base URL.
            json: the body, any JSON value.
            call: options of this call; `metadata` goes to the result, and into the body only where you put it.

        Raises:
            KaizenPayloadError: the request cannot be sent; nothing was.
            KaizenAPIError: the service answered with an error.
            KaizenRequestError: there was no answer.

        >>> result = await client.request("POST", "/v1/compress", json={"data": {"id": 1}})
        """
        began = self._sender.clock.monotonic()
        metadata = merged(self._config.default_metadata)
        with self._shared.counter.call():
            try:
                with payloads.own_code():
                    hide_headers(call)
                    payloads.refuse_unknown_options(call, CallOptions.__annotations__, ("json",))
                    metadata = merged(self._config.default_metadata, checked_metadata(call.get("metadata")))
                    payloads.refuse_odd_route(method, path)
                    body = self._body(json, call)
                exchange = await self._send("request", method.upper(), path, body, call, metadata, began)
                return self._result(KaizenResult, exchange, metadata)
            except KaizenError as error:
                error.metadata = metadata
                raise

    # --- what they share ----------------------------------------------------------------------------------------

    async def _call(
        self,
        name: str,
        kind: type[ResultT],
        payload: Any,
        keywords: Mapping[str, Any],
        call: Any,
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
    ) -> ResultT:
        began = self._sender.clock.monotonic()
        operation = OPERATIONS[name]
        metadata = merged(self._config.default_metadata)
        fields: dict[str, Any] = {}
        with self._shared.counter.call() as counted:
            try:
                with payloads.own_code():
                    hide_headers(call)
                    encodes = name in passthrough.ENCODE_ROUTES
                    known = EncodeCallOptions.__annotations__ if encodes else CallOptions.__annotations__
                    payloads.refuse_unknown_options(call, known, [*keywords, *parameters])
                    own = checked_metadata(call.get("metadata"))
                    if own:
                        metadata = merged(self._config.default_metadata, own)
                    if operation.deprecated:
                        warnings.warn(f"{name}() is deprecated by the service", DeprecationWarning, stacklevel=3)
                    if operation.request is not None:
                        fields = payloads.fields_of(operation, payload, keywords)
                        within = checked_metadata(fields.pop("metadata", None))
                        if within:
                            metadata = merged(self._config.default_metadata, within, own)
                        if metadata and "metadata" in SCHEMAS[operation.request]["properties"]:
                            fields["metadata"] = metadata
                    mode = call.get("on_failure")
                    mode = self._config.on_failure if mode is None else checked_setting("on_failure", mode)
                    wanted = call.get("prefer")
                    wanted = self._config.prefer if wanted is None else checked_setting("prefer", wanted)
                    self._require_open()
                    if name == "prompts_decode":
                        if (reply := given_back.decoded(fields)) is not None:
                            return kind.from_reply(reply, metadata=metadata)  # type: ignore[no-any-return]
                        fields = given_back.without_record(fields)
                    given = payloads.parameters_of(operation, parameters)
                    request = payloads.request_of(operation, fields, given)
                    path = payloads.path_of(request)
                    call = payloads.with_parameter_headers(call, request)
                    body = self._body(request.get("json", MISSING), call)
                    main = payloads.main_field(operation)
                    sent = None if body is None or main is None else Sent(body, main)
                try:
                    exchange = await self._send(name, operation.method, path, body, call, metadata, began)
                    result = self._result(kind, exchange, metadata, sent)
                except KaizenError as error:
                    if sent is None or mode != "passthrough" or not passthrough.applies_to(name, error):
                        raise
                    error.metadata = metadata
                    counted.passed_through = True
                    result = passthrough.original_as_result(kind, name, fields, error, metadata, sent)
                return prefer.smaller(result) if wanted == "smaller" else result
            except KaizenError as error:
                error.metadata = metadata
                raise

    def _body(self, json: Any, call: Mapping[str, Any]) -> bytes | None:
        extra = call.get("extra_body")
        if extra is not None:
            if json is not MISSING and not isinstance(json, dict):
                raise KaizenPayloadError("only an object can take more fields", path="extra_body")
            json = payloads.with_extra({} if json is MISSING else json, extra)
        return None if json is MISSING else payloads.encoded(json, limit=self._config.max_request_bytes)

    async def _send(
        self,
        operation: str,
        method: str,
        path: str,
        body: bytes | None,
        call: Mapping[str, Any],
        metadata: Mapping[str, Any],
        began: float,
    ) -> Exchange:
        self._require_open()
        config = self._config
        timeout: float | KaizenTimeout = config.timeout
        deadline = config.deadline
        if call.get("timeout") is not None:
            timeout = checked_setting("timeout", call["timeout"])
            deadline = max(deadline, deadline_of(None, timeout))
        if call.get("deadline") is not None:
            deadline = checked_setting("deadline", call["deadline"])
        max_retries = config.max_retries
        if call.get("max_retries") is not None:
            max_retries = checked_setting("max_retries", call["max_retries"])
        headers = call.get("headers") or {}
        if not isinstance(headers, Mapping):
            raise KaizenPayloadError("a mapping of names to values is needed", path="headers")
        outgoing = Outgoing(
            operation,
            method,
            path,
            body,
            headers,
            call.get("request_id"),
            timeout,
            deadline,
            max_retries,
            metadata,
            began,
        )
        return await self._sender.send(outgoing)

    def _result(
        self, kind: type[ResultT], exchange: Exchange, metadata: Mapping[str, Any], sent: Sent | None = None
    ) -> ResultT:
        found = self._read(kind, exchange, metadata, sent)
        if not isinstance(found, str):
            return found
        # What the reply holds stands in no local variable here: an error tracker would print it.
        raise unusable_reply(
            exchange.http.status, exchange.http.headers, exchange.body,
            reason=found, url=exchange.url, request_id=exchange.http.request_id, metadata=metadata,
            attempts=exchange.http.attempts, hide=exchange.hide,
        )  # fmt: skip

    @staticmethod
    def _read(kind: type[ResultT], exchange: Exchange, metadata: Mapping[str, Any], sent: Sent | None) -> ResultT | str:
        """Return the result that a reply holds, or what is wrong with the reply."""
        if kind is KaizenResult and not exchange.body and exchange.http.status in (204, 205):
            return kind.from_reply({}, http=exchange.http, metadata=metadata)  # type: ignore[no-any-return]
        try:
            reply = parsed_body(exchange.body)
        except ValueError as error:
            return str(error)
        if not isinstance(reply, dict):
            return f"the body is not a JSON object but {payloads.json_name(reply)}"
        result: ResultT = kind.from_reply(reply, http=exchange.http, metadata=metadata, sent=sent)
        try:
            result.check()
        except KaizenResponseError as error:
            return error.reason
        return result

    async def _forward(self, method: str, url: str, parts: dict[str, Any]) -> tuple[bytes, HttpInfo]:
        """Send what a generated endpoint module asks for."""
        began = self._sender.clock.monotonic()
        if unknown := set(parts) - {"json", "headers", "params"}:
            raise KaizenPayloadError(f"the generated request has {', '.join(sorted(unknown))}, which is not sent here")
        path = payloads.path_of({"url": url, **parts})
        hide_headers(parts)
        call = {"headers": parts.get("headers")}
        with self._shared.counter.call():
            body = self._body(parts.get("json", MISSING), call)
            metadata = merged(self._config.default_metadata)
            exchange = await self._send("request", method.upper(), path, body, call, metadata, began)
        return exchange.body, exchange.http

    def _require_open(self) -> None:
        if self._closed:
            raise KaizenRequestError(f"this {type(self).__name__} is closed; make a new one")


AsyncKaizenClient = KaizenClient  # async-only
