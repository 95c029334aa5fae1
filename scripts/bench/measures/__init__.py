"""What `make bench` measures, in this order: a function for each, by the name that chooses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bench.measures import bodies, calls, clients, codec, growth, startup, wrapping
from bench.measures.place import Place
from bench.rows import Results

MEASURES: Final[dict[str, Callable[[Place, Results], None]]] = {
    "import": startup.imports,
    "cold": startup.first_results,
    "sync": calls.sync_calls,
    "async": calls.async_calls,
    "throughput": calls.throughput,
    "connections": calls.connections,
    "waiting": calls.waiting,
    "bodies": bodies.bodies,
    "clients": clients.clients,
    "embedded": clients.embedded,
    "codec": codec.codec,
    "growth": growth.growth,
    "wrapping": wrapping.wrapping,
}
