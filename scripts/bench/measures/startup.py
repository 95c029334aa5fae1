"""What a process pays before anything is of use: importing, and everything up to the first result."""

from __future__ import annotations

import resource
import subprocess
import time
from pathlib import Path
from typing import Final

from bench.environments import PEERS, quiet
from bench.loopback import SMALL
from bench.measures.place import Place
from bench.rows import Quantity, Results
from bench.subjects import BACKENDS, FIRST, RAW, backend

_BLOCKED: Final = "import sys; sys.modules['orjson'] = None; "

IMPORTS: Final = {
    "import httpx": "import httpx",
    "import kaizen_client": "import kaizen_client",
    "both clients": "import kaizen_client; kaizen_client.KaizenClient, kaizen_client.SyncKaizenClient",
    "a client, made": f"{_BLOCKED}import kaizen_client; "
    "kaizen_client.SyncKaizenClient(base_url='http://127.0.0.1:9').close()",
    "import openai": "import openai; openai.OpenAI, openai.AsyncOpenAI",
    "import anthropic": "import anthropic; anthropic.Anthropic, anthropic.AsyncAnthropic",
    f"import kaizen_client, {FIRST.rpartition(' ')[2]}": "import kaizen_client; kaizen_client.KaizenClient",
}


def _ours(arguments: str) -> str:
    return (
        f"{_BLOCKED}from kaizen_client import SyncKaizenClient\n"
        f"with SyncKaizenClient(base_url=URL, api_key='a-key'{arguments}) as client:\n"
        "    client.compress(data=DATA).value\n"
    )


_FIRST_RESULTS: Final = {
    RAW: "import httpx\n"
    "with httpx.Client() as client:\n"
    "    client.post(URL + '/v1/compress', json={'data': DATA}).json()['result']\n",
    "kaizen": _ours(""),
    **{backend(name): _ours(f", transport={name!r}") for name in BACKENDS[1:]},
    "openai": "import openai\n"
    "with openai.OpenAI(base_url=URL, api_key='a-key') as client:\n"
    "    client.post('/v1/compress', body={'data': DATA}, cast_to=openai.BaseModel).result\n",
    "anthropic": "import anthropic\n"
    "with anthropic.Anthropic(base_url=URL, api_key='a-key') as client:\n"
    "    client.post('/v1/compress', body={'data': DATA}, cast_to=anthropic.BaseModel).result\n",
    FIRST: "import asyncio\nfrom kaizen_client import KaizenClient, KaizenClientConfig\n"
    "async def main():\n"
    "    async with KaizenClient(KaizenClientConfig(base_url=URL, api_key='a-key')) as client:\n"
    "        (await client.compress({'data': DATA}))['result']\n"
    "asyncio.run(main())\n",
}


class RefusedError(Exception):
    """The program ended in an error, whose last line this is."""


def _spent(python: Path, program: str) -> tuple[float, float]:
    """Run a program in a new interpreter; give the processor time and the time that it took, in ms."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([python, "-P", "-c", program], capture_output=True, text=True, check=False, env=quiet())
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RefusedError(done.stderr.strip().rpartition("\n")[2])
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return 1000 * cpu, 1000 * wall


def imports(place: Place, results: Results) -> None:
    """Measure imports, above what a bare interpreter takes in the same environment."""
    spent = Quantity("import", "import, CPU", "ms", "import httpx")
    for name in IMPORTS:  # So that all of them are compiled.
        _spent(place.python(_environment(name)), IMPORTS[name])
    for _ in place.rounds(7):
        bare = {name: _spent(place.python(name), "pass")[0] for name in (PEERS, "first")}
        for name, statement in IMPORTS.items():
            where = _environment(name)
            results.add(spent, name, max(0.1, _spent(place.python(where), statement)[0] - bare[where]))


def first_results(place: Place, results: Results) -> None:
    """Measure programs that import a client, make it, make one call and end."""
    cpu = Quantity("cold", "new process to first result, CPU", "ms", RAW)
    wall = Quantity("cold", "new process to first result, time", "ms", RAW)
    head = f"URL = {place.url!r}\nDATA = {SMALL!r}\n"
    left = dict(_FIRST_RESULTS)
    for name, program in _FIRST_RESULTS.items():
        try:
            _spent(place.python(_environment(name)), head + program)
        except RefusedError as error:
            del left[name]
            results.skip(name, "sync", str(error).partition(": ")[2])
    for _ in place.rounds(7):
        for name, program in left.items():
            taken = _spent(place.python(_environment(name)), head + program)
            results.add(cpu, name, taken[0])
            results.add(wall, name, taken[1])


def _environment(name: str) -> str:
    return "first" if name.endswith(FIRST.rpartition(" ")[2]) else PEERS
