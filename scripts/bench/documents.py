"""The documents that the codecs are measured on. Each is the same in every run."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any


def uniform_table(size: int) -> dict[str, Any]:
    """Give a uniform table of about `size` bytes of compact JSON: numbers, a bool, words, an address, a date."""
    pick = random.Random(7)  # noqa: S311
    cities = ["Berlin", "Paris", "New York", "São Paulo", "Tokyo", "Oslo"]
    rows = [
        {
            "id": number,
            "name": f"user {number}",
            "email": f"user{number}@example.com",
            "city": pick.choice(cities),
            "score": round(pick.random() * 100, 2),
            "active": pick.random() < 0.5,
            "joined": f"2024-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}",
        }
        for number in range(size // 125)
    ]
    return {"users": rows}


def quoted_table(size: int) -> dict[str, Any]:
    """Give a table in which some columns must be quoted: names with the delimiter, times, backslashes."""
    pick = random.Random(8)  # noqa: S311
    rows = [
        {
            "id": number,
            "name": f"Doe {number}, Jane" if number % 3 else f"Jane Doe {number}",
            "at": f"2024-05-{pick.randint(1, 28):02}T10:{pick.randint(0, 59):02}:00Z",
            "file": f"C:\\data\\{number}.csv" if number % 10 == 0 else f"/data/{number}.csv",
        }
        for number in range(size // 95)
    ]
    return {"files": rows}


def nested_orders(size: int) -> dict[str, Any]:
    """Give orders with an object, a list of tags and a small table in each."""
    orders = [
        {
            "id": number,
            "customer": {"name": f"user {number}", "address": {"city": "Oslo", "zip": f"{number % 10000:05}"}},
            "tags": ["new", f"batch {number % 17}", "paid"],
            "lines": [{"sku": f"A{number + line}", "count": line + 1, "price": 9.5 + line} for line in range(3)],
            "note": None if number % 2 else "call first",
        }
        for number in range(size // 270)
    ]
    return {"orders": orders}


def uneven_events(size: int) -> dict[str, Any]:
    """Give events of several shapes with optional fields, mixed lists and lists of lists."""
    pick = random.Random(9)  # noqa: S311
    events = []
    for number in range(size // 190):
        event: dict[str, Any] = {"id": f"evt_{number:06}", "type": pick.choice(["click", "view", "order.paid"])}
        if number % 2:
            event["user"] = {"id": pick.randint(1, 10**6), "plan": pick.choice(["free", "pro"])}
        if number % 3:
            event["points"] = [[pick.randint(0, 999), pick.randint(0, 999)] for _ in range(3)]
        if number % 5 == 0:
            event["extra"] = [1, "two", {"three": [True, None]}, []]
        event["at"] = f"2024-05-{pick.randint(1, 28):02} {pick.randint(10, 23)}h"
        events.append(event)
    return {"events": events}


def awkward_values(size: int) -> dict[str, Any]:
    """Give small values that writers of the notation are known to change or lose."""
    group = [
        {"": [1]},
        [[{"a": 1}]],
        [[[]]],
        ["+1", ".5", "1_000", "05", "-", "true", "null", "", " "],
        {"big": 2**70, "far": 1.5e300, "near": 5e-324},
        {"mark": "\ufeffz", "line": "a\u2028b", "next": "c\u0085d"},
        [{"a": [{"id": 1}], "id": [{"x": 1, "b": 2}]}],
    ]
    return {"groups": group * (size // 300)}


DOCUMENTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "uniform table": uniform_table,
    "table, much quoted": quoted_table,
    "nested orders": nested_orders,
    "uneven events": uneven_events,
    "awkward values": awkward_values,
}
