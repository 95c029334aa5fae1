"""Make the sync twin of every async source: code and tests are written once, in the async form.

    python scripts/derive_sync.py            write them
    python scripts/derive_sync.py --check    write nothing; exit 1 and say how what is on disk differs

Works on tokens, so that layout and comments stay. `await` and `async` go, names and the words of docstrings are
exchanged by the table below, a line that ends in `# async-only` is left out, and one that begins with `# sync: ` is put
in.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tokenize
from pathlib import Path

from _files import PACKAGE, ROOT, formatted_all, write_or_check

REMEDY = "edit the async source and run `make generate`"
TESTS = ROOT / "tests"
INTEGRATIONS = PACKAGE / "integrations"
WRAPPING = INTEGRATIONS / "_wrapping"

#: Names, exchanged wherever they stand alone: in code, docstrings and comments.
WORDS = {
    "AnthropicKaizenWrapper": "SyncAnthropicKaizenWrapper",
    "AsyncAnthropic": "Anthropic",
    "AsyncBridge": "SyncBridge",
    "AsyncClient": "Client",
    "AsyncCompressor": "SyncCompressor",
    "AsyncEmbeddedTransport": "EmbeddedTransport",
    "AsyncHTTPTransport": "HTTPTransport",
    "AsyncHttpxTransport": "HttpxTransport",
    "AsyncIterator": "Iterator",
    "AsyncOpenAI": "OpenAI",
    "AsyncSender": "SyncSender",
    "AsyncTransport": "Transport",
    "GeminiKaizenWrapper": "SyncGeminiKaizenWrapper",
    "KaizenClient": "SyncKaizenClient",
    "OpenAIKaizenWrapper": "SyncOpenAIKaizenWrapper",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "aclose": "close",
    "asleep": "sleep",
    "async_compressor": "sync_compressor",
    "asyncio_detailed": "sync_detailed",
    "open_async": "open_sync",
    "set_async_httpx_client": "set_httpx_client",
    "set_httpx_client": "set_async_httpx_client",
    "_async_bridge": "_sync_bridge",
    "_async_sender": "_sync_sender",
}
#: Phrases of docstrings and messages, exchanged before the words.
PHRASES = {
    "`asyncio` and": "`sync` and",
    "The async facade, written by hand. The source of `sync_client.py`.": "The sync facade.",
    " The source of `_sync_sender.py`.": "",
    " The source of `_sync_bridge.py`.": "",
    " The source of `sync_compressor.py`.": "",
    ", asynchronously. The source of `sync_openai.py`.": ".",
    ", asynchronously. The source of `sync_anthropic.py`.": ".",
    ", asynchronously. The source of `sync_gemini.py`.": ".",
    "of an async client": "of a sync client",
    "The async client": "The sync client",
    "tasks, and by one event loop after another": "threads",
    "async with": "with",
    "await ": "",
    "health.asyncio(": "health.sync(",
}
_WORD = re.compile(r"\b(" + "|".join(map(re.escape, WORDS)) + r")\b")
_DROPPED = re.compile(r"^.*# async-only$\n", re.MULTILINE)
_ADDED = re.compile(r"^( *)# sync: ", re.MULTILINE)
_AWAITABLE = re.compile(r"\bAwaitable\[((?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*)\]")
_PROSE = (tokenize.STRING, tokenize.COMMENT)


def pairs() -> dict[Path, Path]:
    """Return each async source and its sync twin."""
    found = {
        PACKAGE / "client.py": PACKAGE / "sync_client.py",
        PACKAGE / "_async_sender.py": PACKAGE / "_sync_sender.py",
        PACKAGE / "_async_bridge.py": PACKAGE / "_sync_bridge.py",
        **{INTEGRATIONS / f"{name}.py": INTEGRATIONS / f"sync_{name}.py" for name in ("openai", "anthropic", "gemini")},
        WRAPPING / "async_compressor.py": WRAPPING / "sync_compressor.py",
    }
    found.update(
        {path: TESTS / "sync" / path.name.replace("_async", "_sync") for path in (TESTS / "async").glob("*.py")}
    )
    return found


def exchanged(text: str) -> str:
    """Return a piece of text with the names exchanged."""
    return _WORD.sub(lambda found: WORDS[found[1]], text)


def prose(text: str) -> str:
    """Return a docstring, message or comment in its sync form."""
    for phrase, other in PHRASES.items():
        text = text.replace(phrase, other)
    return exchanged(text)


def to_sync(source: str) -> str:
    """Return the sync form of an async module's source."""
    source = _ADDED.sub(r"\1", _DROPPED.sub("", source))
    source = _AWAITABLE.sub(r"\1", source)
    lines = source.splitlines(keepends=True)
    out: list[str] = []
    row, column = 1, 0
    skip_space = False
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        (start_row, start_column), (end_row, end_column) = token.start, token.end
        if token.type in (tokenize.ENDMARKER, tokenize.DEDENT, tokenize.INDENT):
            continue
        between = _between(lines, (row, column), (start_row, start_column))
        out.append(between[1:] if skip_space and between.startswith(" ") else between)
        skip_space = False
        row, column = end_row, end_column
        if token.type == tokenize.NAME and token.string in ("async", "await"):
            skip_space = True
            continue
        if token.type in _PROSE:
            out.append(prose(token.string))
        else:
            out.append(exchanged(token.string))
    return "".join(out)


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (start_row, start_column), (end_row, end_column) = start, end
    if start_row == end_row:
        return lines[start_row - 1][start_column:end_column] if start_row <= len(lines) else ""
    text = lines[start_row - 1][start_column:] + "".join(lines[start_row : end_row - 1])
    return text + (lines[end_row - 1][:end_column] if end_row <= len(lines) else "")


def made() -> dict[Path, str]:
    """Return the sync twins by path."""
    twins = {
        target: f"# Made from {source.relative_to(ROOT).as_posix()} by `make generate`. Do not edit.\n"
        + to_sync(source.read_text(encoding="utf-8"))
        for source, target in pairs().items()
    }
    return dict(zip(twins, formatted_all(list(twins.values())), strict=True))


def run(*, check: bool) -> int:
    """Write or check the sync twins; return the exit status."""
    twins = made()
    if not check and (TESTS / "async").exists():
        (TESTS / "sync").mkdir(exist_ok=True)
    status = write_or_check(twins, check=check, remedy=REMEDY)
    for extra in sorted(set((TESTS / "sync").glob("*.py")) - set(twins)):
        print(f"{extra.relative_to(ROOT).as_posix()} has no async source" + ("" if check else "; removed"))
        if check:
            status = 1
        else:
            extra.unlink()
    return status


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 on any difference")
    sys.exit(run(check=parser.parse_args().check))
