"""Messages by themselves are rewritten like those of a wrapped client, sync and async."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kaizen_client import KaizenClientConfig, KaizenConfigError, KaizenPayloadError, KaizenServerError
from kaizen_client.integrations import MessageCompressor, track
from kaizen_client.testing import FakeKaizen

ROWS = json.dumps([{"id": number, "name": f"name {number}"} for number in range(20)])
MESSAGES = [{"role": "system", "content": ROWS}, {"role": "user", "content": f"Sum up: {ROWS}"}]
EMBEDDED = KaizenClientConfig(base_url="embedded:")


async def test_both_forms_rewrite_alike_and_count() -> None:
    compressor = MessageCompressor(kaizen=EMBEDDED)
    with track() as totals:
        sent = compressor.compress(MESSAGES, model="gpt-4o")
        assert await compressor.acompress(iter(MESSAGES), model="gpt-4o") == sent
    assert sent[0] == MESSAGES[0]
    assert sent[1]["content"].startswith("Sum up: \n[20]{id,name}:\n 0,name 0\n")
    assert compressor.totals.calls == totals.calls == 2
    assert compressor.totals.as_ktof == 2
    assert repr(compressor) == f"<MessageCompressor: {totals}>"


def test_what_was_given_is_not_changed_and_not_given_back() -> None:
    messages = [{"role": "user", "content": "nothing to do"}]
    sent = MessageCompressor(kaizen=EMBEDDED).compress(messages)
    sent.append({"role": "user", "content": "more"})
    assert messages == [{"role": "user", "content": "nothing to do"}]


def test_when_kaizen_fails_the_messages_are_as_they_were_or_it_is_raised() -> None:
    service = FakeKaizen()
    service.fail_next(503, times=9)
    with service.sync_client(max_retries=0) as kaizen:
        assert MessageCompressor(kaizen=kaizen).compress(MESSAGES) == MESSAGES
        with pytest.raises(KaizenServerError):
            MessageCompressor(kaizen=kaizen, on_failure="raise").compress(MESSAGES)


async def test_clients_that_were_made_are_closed() -> None:
    compressor = MessageCompressor(kaizen=KaizenClientConfig(base_url="https://kaizen.test", transport=FakeKaizen()))
    compressor.compress(MESSAGES)
    compressor.close()
    await compressor.acompress(MESSAGES)
    await compressor.aclose()
    assert compressor.totals.calls == 2
    assert compressor.totals.failed == 0


def test_an_option_that_will_not_do_is_refused() -> None:
    with pytest.raises(KaizenConfigError, match="mode"):
        MessageCompressor(kaizen=EMBEDDED, mode="off")  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["hello", b"hello", {"role": "user", "content": "x"}, None, 5, ["hello"], [None]])
async def test_what_is_no_list_of_messages_is_refused(given: Any) -> None:
    compressor = MessageCompressor(kaizen=EMBEDDED)
    with pytest.raises(KaizenPayloadError, match=r"^messages: .* is no list of messages; give one such as"):
        compressor.compress(given)
    with pytest.raises(KaizenPayloadError):
        await compressor.acompress(given)
    assert compressor.totals.calls == 0
