"""The prompts that docs/savings.md shows the saving of: what applications send to models, the same in every run.

Some become much smaller, some a little, some not at all; they were chosen for how common they are, not for how well
they do.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any, Final, NamedTuple

Message = dict[str, Any]


class Prompt(NamedTuple):
    """What an application sends."""

    title: str
    #: How its JSON is written.
    written: str
    messages: list[Message]


def _rows(count: int, row: Callable[[random.Random, int], dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    pick = random.Random(seed)  # noqa: S311
    return [row(pick, number) for number in range(1, count + 1)]


def _user(text: str) -> list[Message]:
    return [{"role": "user", "content": text}]


_NAMES: Final = ("Ada Okafor", "Grace Lindqvist", "Linus Pham", "Mary Costa", "Ken Sato", "Barbara Weiss")
_CITIES: Final = ("Lagos", "Stockholm", "Hanoi", "Lisbon", "Osaka", "Vienna")
_SUBJECTS: Final = ("cannot sign in", "wrong invoice", "app is slow", "refund not received", "export fails")


def _ticket(pick: random.Random, number: int) -> dict[str, Any]:
    return {
        "id": 4000 + number,
        "customer": pick.choice(_NAMES),
        "subject": pick.choice(_SUBJECTS),
        "priority": pick.choice(("low", "normal", "high")),
        "opened": f"2026-10-{pick.randint(1, 30):02}",
        "replies": pick.randint(0, 9),
    }


def _sale(pick: random.Random, number: int) -> dict[str, Any]:
    return {
        "order_id": number,
        "city": pick.choice(_CITIES),
        "items": pick.randint(1, 8),
        "total": round(pick.uniform(5, 400), 2),
        "paid": pick.random() < 0.9,
    }


def _order(pick: random.Random, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "customer": {"name": pick.choice(_NAMES), "city": pick.choice(_CITIES)},
        "lines": [
            {"sku": f"SKU-{pick.randint(100, 999)}", "n": pick.randint(1, 4), "price": round(pick.uniform(2, 90), 2)}
            for _ in range(pick.randint(1, 3))
        ],
        "paid": pick.random() < 0.9,
    }


def _contact(pick: random.Random, number: int) -> dict[str, Any]:
    contact: dict[str, Any] = {"id": number, "name": pick.choice(_NAMES), "city": pick.choice(_CITIES)}
    if pick.random() < 0.5:
        contact["phone"] = f"+43 1 {pick.randint(1000000, 9999999)}"
    if pick.random() < 0.3:
        contact["notes"] = "prefers to be called in the morning"
    return contact


def _event(pick: random.Random, number: int) -> dict[str, Any]:
    return {
        "ts": f"2026-11-02T08:{number // 60:02}:{number % 60:02}Z",
        "level": pick.choice(("INFO", "INFO", "INFO", "WARN", "ERROR")),
        "service": pick.choice(("api", "worker", "billing")),
        "message": pick.choice(("request done", "retrying upstream", "slow query", "cache miss", "job finished")),
        "ms": pick.randint(1, 900),
    }


def _hit(pick: random.Random, number: int) -> dict[str, Any]:
    text = " ".join(pick.choices(("the", "invoice", "is", "sent", "when", "an", "order", "ships", "and", "paid"), k=60))
    return {"id": f"doc-{number}", "score": round(pick.uniform(0.5, 0.95), 3), "text": text}


_TOOLS: Final = [
    {
        "name": f"get_{what}",
        "description": f"Get the {what} of a customer.",
        "parameters": {
            "type": "object",
            "properties": {"customer_id": {"type": "string", "description": "The customer."}},
            "required": ["customer_id"],
        },
    }
    for what in ("orders", "invoices", "tickets", "addresses")
]
_CONFIG: Final = {
    "service": {"name": "billing", "replicas": 3, "env": {"LOG_LEVEL": "info", "REGION": "eu-west-1"}},
    "database": {"host": "db.internal", "port": 5432, "pool": {"min": 2, "max": 20, "timeout": 5.0}},
    "features": {"refunds": True, "vat": {"enabled": True, "rates": {"AT": 0.2, "DE": 0.19, "SE": 0.25}}},
    "alerts": [{"on": "errors", "above": 5, "tell": ["ops", "me"]}, {"on": "latency", "above": 900, "tell": ["ops"]}],
}
_MATRIX: Final = [[[round(x * y * 0.1, 1) for x in range(6)] for y in range(6)] for _ in range(3)]


def _dumps(value: Any, style: str) -> str:
    if style == "indented":
        return json.dumps(value, indent=2)
    return json.dumps(value, separators=(",", ":") if style == "compact" else None)


def _prompts() -> list[Prompt]:
    tickets = _rows(40, _ticket, 1)
    sales = _rows(60, _sale, 2)
    orders = _rows(25, _order, 3)
    contacts = _rows(30, _contact, 4)
    events = _rows(50, _event, 5)
    hits = _rows(6, _hit, 6)
    return [
        Prompt(
            "A table of support tickets to summarise",
            "json.dumps",
            _user(f"Summarise these tickets, the urgent ones first:\n\n{_dumps(tickets, 'default')}"),
        ),
        Prompt(
            "The same table, compact",
            "compact",
            _user(f"Summarise these tickets, the urgent ones first:\n\n{_dumps(tickets, 'compact')}"),
        ),
        Prompt(
            "The same table, indented",
            "indent=2",
            _user(f"Summarise these tickets, the urgent ones first:\n\n{_dumps(tickets, 'indented')}"),
        ),
        Prompt(
            "A tool's result: rows of a database",
            "compact",
            [
                {"role": "user", "content": "Which city bought most?"},
                {"role": "tool", "tool_call_id": "call_1", "content": _dumps({"rows": sales}, "compact")},
            ],
        ),
        Prompt(
            "Log lines, one JSON object each",
            "JSON lines",
            _user("What went wrong here?\n\n" + "\n".join(_dumps(event, "default") for event in events)),
        ),
        Prompt("Log events in one array", "json.dumps", _user(f"What went wrong here?\n\n{_dumps(events, 'default')}")),
        Prompt(
            "Passages from a search index",
            "json.dumps",
            _user(f"Answer from these passages: when is an invoice sent?\n\n{_dumps(hits, 'default')}"),
        ),
        Prompt(
            "Orders with a customer and lines inside",
            "compact",
            _user(f"Which orders are above 100 in all?\n\n{_dumps(orders, 'compact')}"),
        ),
        Prompt(
            "The same orders, indented",
            "indent=2",
            _user(f"Which orders are above 100 in all?\n\n{_dumps(orders, 'indented')}"),
        ),
        Prompt(
            "Contacts, of which some have a phone or notes",
            "compact",
            _user(f"Whom can we call?\n\n{_dumps(contacts, 'compact')}"),
        ),
        Prompt("A nested configuration", "indent=2", _user(f"Is anything odd here?\n\n{_dumps(_CONFIG, 'indented')}")),
        Prompt("Arrays in arrays of numbers", "compact", _user(f"Describe this grid: {_dumps(_MATRIX, 'compact')}")),
        Prompt(
            "Tool definitions in the text",
            "compact",
            _user(f"These tools exist: {_dumps(_TOOLS, 'compact')}\nWhich would you call to see what I owe?"),
        ),
        Prompt(
            "A format to answer in",
            "json.dumps",
            _user(
                "Classify the mail below. Reply as JSON in this format: "
                '{"category": "billing | technical | other", "urgent": true, "summary": "at most 20 words", '
                '"reply_needed": false, "language": "two letters"}\n\nMail: My invoice is wrong, please help.'
            ),
        ),
        Prompt(
            "A table in a code fence",
            "compact",
            _user(f"Explain this file:\n\n```json\n{_dumps(sales[:20], 'compact')}\n```"),
        ),
        Prompt(
            "Prose without JSON",
            "",
            _user("Write a polite letter to a customer whose refund is late. " * 12),
        ),
    ]


PROMPTS: Final = _prompts()
