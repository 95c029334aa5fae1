"""The generated endpoint modules, through a client's connections, retries and error mapping."""

from __future__ import annotations

# sync: import asyncio
from typing import Any

import pytest

from kaizen_client import EncodeRequest, KaizenBadRequestError, KaizenClient, KaizenConfigError
from kaizen_client.generated.api.compression import compress, decompress
from kaizen_client.generated.api.system import health
from kaizen_client.generated.models import CompressResult, DecodeRequest, HealthResult

pytestmark = pytest.mark.usefixtures("both_ways")


async def test_an_endpoint_module_sends_as_the_facade_does(service: Any) -> None:
    service.reply_json(503, {"detail": "busy"})
    async with KaizenClient(base_url=service.url, api_key="k") as client:
        found = await compress.asyncio_detailed(client=client.generated(), body=EncodeRequest(data={"id": 1}))
        whole = await health.asyncio_detailed(client=client.generated())
    assert isinstance(found.parsed, CompressResult)
    assert found.parsed.result == "id: 1"
    assert isinstance(whole.parsed, HealthResult)
    assert whole.status_code == 200
    assert [seen.path for seen in service.seen] == ["/v1/compress", "/v1/compress", "/"]
    assert {seen.headers["x-api-key"] for seen in service.seen} == {"k"}


async def test_an_error_is_the_facades(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        with pytest.raises(KaizenBadRequestError):
            await decompress.asyncio_detailed(client=client.generated(), body=DecodeRequest(data="a[2]: 1"))


async def test_the_other_kind_of_function_is_refused_by_name(service: Any) -> None:
    async with KaizenClient(base_url=service.url) as client:
        with pytest.raises(KaizenConfigError, match="serves one kind of endpoint function"):
            health.sync(client=client.generated())  # async-only
            # sync: asyncio.run(health.asyncio(client=client.generated()))
    assert service.seen == []
