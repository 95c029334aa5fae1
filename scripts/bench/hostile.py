"""Texts and values of about 1 MB that a careless codec needs minutes for, or runs out of stack on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Each takes the delimiter, and what of it stands in brackets.
TEXTS: dict[str, Callable[[str, str], str]] = {
    # Brackets, quotes and colons.
    "open brackets": lambda d, m: "[" * 10**6,
    "open braces": lambda d, m: "{" * 10**6,
    "colons": lambda d, m: ":" * 10**6,
    "hyphens": lambda d, m: "[1]:\n  " + "- " * 500_000,
    "spaces": lambda d, m: " " * 10**6,
    "tabs": lambda d, m: "\t" * 10**6 + "a: 1",
    "an unclosed quote": lambda d, m: 'a: "' + "x" * 10**6,
    "an unclosed quoted key": lambda d, m: '"' + "x" * 10**6,
    "backslashes in a quote": lambda d, m: 'a: "' + "\\" * 10**6,
    "escapes": lambda d, m: 'a: "' + "\\n" * 500_000 + '"',
    "surrogate escapes": lambda d, m: 'a: "' + "\\ud83d\\ude00" * 83_000 + '"',
    "many quoted texts": lambda d, m: "\n".join(f'k{n}: "a\\n{n}"' for n in range(60_000)),
    "a long value": lambda d, m: "a: " + "x" * 10**6,
    "a long key": lambda d, m: "k" * 10**6 + ": 1",
    "a long start of no key": lambda d, m: "k" * 10**6 + "!: 1",
    # Numbers.
    "a long number": lambda d, m: "a: " + "1" * 10**6,
    "a long fraction": lambda d, m: "a: 0." + "1" * 10**6,
    "a long exponent": lambda d, m: "a: 1e" + "1" * 10**6,
    "integers of 4,300 digits": lambda d, m: f"a[230{m}]: " + d.join(str(10**4299 + n) for n in range(230)),
    "a column of long integers": lambda d, m: f"a[230{m}]{{x}}:" + "".join(f"\n  {10**4299 + n}" for n in range(230)),
    "a long array length": lambda d, m: "a[" + "1" * 10**6 + "]:",
    # Lists of fields and values.
    "quotes in a field list": lambda d, m: f"a[1{m}]{{" + '"' * 10**6,
    "quotes, then a colon": lambda d, m: f"a[1{m}]{{" + '"' * 10**6 + ":",
    "empty quoted fields": lambda d, m: f"a[1{m}]{{" + f'""{d}' * 333_000 + ":",
    "quoted field names": lambda d, m: f"a[1{m}]{{" + d.join(f'"k {n}"' for n in range(100_000)) + "}:\n  1",
    "spaces in a field list": lambda d, m: f"a[1{m}]{{a" + " " * 10**6 + "!:",
    "spaces in a list, a quote": lambda d, m: f"a[1{m}]: " + " " * 10**6 + 'x"',
    "spaces before each delimiter": lambda d, m: f"a[2{m}]: " + (" " * 999 + d) * 1000,
    "quoted values in a list": lambda d, m: f"a[250001{m}]: " + f'"x"{d}' * 250_000,
    "escaped values in a list": lambda d, m: f"a[140001{m}]: " + f'"\\\\"{d}' * 140_000,
    "many values in a list": lambda d, m: f"a[150000{m}]: " + d.join(f"v{n}" for n in range(150_000)),
    # Many lines.
    "newlines": lambda d, m: "\n" * 10**6,
    "carriage returns": lambda d, m: "\r\n" * 500_000,
    "blank lines in a list": lambda d, m: "a[2]:\n  - 1" + "\n" * 10**6 + "  - 2",
    "blanks before items": lambda d, m: "a[200000]:\n" + "\n  -" * 200_000,
    "many fields": lambda d, m: "\n".join(f"k{n}: {n}" for n in range(75_000)),
    "many fields, two spaces": lambda d, m: "\n".join(f"k{n}:  {n}" for n in range(75_000)),
    "many quoted keys": lambda d, m: "\n".join(f'"k {n}": {n}' for n in range(65_000)),
    "one key again and again": lambda d, m: "a: 1\n" * 200_000,
    "many objects": lambda d, m: "\n".join(f"k{n}:" for n in range(130_000)),
    "many empty lists": lambda d, m: "\n".join(f"k{n}[0{m}]:" for n in range(95_000)),
    "many lists of one": lambda d, m: "\n".join(f"k{n}[1{m}]: 1" for n in range(75_000)),
    "items without fields": lambda d, m: "a[240000]:" + "\n  -" * 240_000,
    "items that are words": lambda d, m: "a[100000]:" + "".join(f"\n  - {n}x" for n in range(100_000)),
    "items that are objects": lambda d, m: "a[120000]:" + "\n  - a:" * 120_000,
    "items that are lists": lambda d, m: "a[90000]:" + f"\n  - [0{m}]:" * 90_000,
    "items that are tables": lambda d, m: "a[50000]:" + f"\n  - [1{m}]{{a}}:\n    1" * 50_000,
    "lists cut short": lambda d, m: "\n".join(f"k{n}[9]:\n  - 1" for n in range(60_000)),
    "lists with blanks": lambda d, m: "\n".join(f"k{n}[2]:\n  - 1\n\n  - 2" for n in range(40_000)),
    # Tables.
    "tables of one row": lambda d, m: "\n".join(f"k{n}[1{m}]{{a}}:\n  1" for n in range(50_000)),
    "tables cut short": lambda d, m: "\n".join(f"k{n}[999{m}]{{a}}:\n  1" for n in range(50_000)),
    "tables of many fields": lambda d, m: "\n".join(
        f"k{n}[1{m}]{{{d.join(f'f{n}x{field}' for field in range(100))}}}:" for n in range(1000)
    ),
    "rows too short": lambda d, m: f"a[250000{m}]{{x{d}y}}:\n" + "  1\n" * 250_000,
    "rows too many": lambda d, m: f"a[1{m}]{{x}}:\n" + "  1\n" * 250_000,
    "rows with one odd quote": lambda d, m: f"a[200000{m}]{{x}}:\n" + '  1"\n' * 200_000,
    "rows of one quoted value": lambda d, m: f"a[140000{m}]{{x}}:\n" + '  "\\\\"\n' * 140_000,
    "rows of colons": lambda d, m: f"a[160000{m}]{{x{d}y}}:\n" + f"  1{d}:\n" * 160_000,
    "rows, some escaped": lambda d, m: f"a[110000{m}]{{x{d}y}}:\n" + (f"  1{d}two\n" * 60 + f'  1{d}"\\\\"\n') * 1800,
    "rows, some misplaced": lambda d, m: f"a[120000{m}]{{x}}:\n" + ("  12345\n" * 63 + "   1\n") * 1900,
    "rows of spaces": lambda d, m: f"a[1000{m}]{{x{d}y}}:\n" + f"  1{' ' * 990}{d}2\n" * 1000,
    "rows beside a first field": lambda d, m: f"[1]:\n  - t[1{m}]{{x{d}y}}:\n" + f"    1{d}2:\n" * 100_000,
    "one row, many cells": lambda d, m: f"a[1{m}]{{x}}:\n  " + f"1{d}" * 500_000,
    "one row, many quotes": lambda d, m: f"a[1{m}]{{x}}:\n  " + '"' * 10**6 + ":",
    # Depth.
    "deep objects": lambda d, m: "\n".join(" " * n + "a:" for n in range(1400)),
    "deep lists": lambda d, m: "\n".join([" " * n + ("- " if n else "") + "[1]:" for n in range(1400)]),
    "deep stairs": lambda d, m: "\n".join(
        f"{' ' * level}a{stair}x{level}:" for stair in range(8) for level in range(500)
    ),
}


def _nest(depth: int, core: Any) -> Any:
    for _ in range(depth):
        core = {"a": [core, 1]}
    return core


class _Text(str):
    __slots__ = ()


VALUES: dict[str, Callable[[], Any]] = {
    "spaces": lambda: " " * 10**6,
    "quotes": lambda: '"' * 10**6,
    "digits and a letter": lambda: "1" * 10**6 + "x",
    "digits, an e and a letter": lambda: ["1" * 500_000 + "e" + "1" * 500_000 + "x"],
    "words and a last space": lambda: ["a " * 500_000],
    "many texts to quote": lambda: [f"a: {n}" for n in range(90_000)],
    "many texts to escape": lambda: [f'"{n}"' for n in range(90_000)],
    "many suspicious texts": lambda: [f"{n}-" for n in range(110_000)],
    "many numbers": lambda: [n / 7 for n in range(50_000)],
    "large numbers": lambda: [1e20 + n for n in range(50_000)] + [None],
    "integers of 4,300 digits": lambda: [10**4299 + n for n in range(230)],
    "subclasses of str": lambda: [_Text(n) for n in range(110_000)],
    "many quoted keys": lambda: {f"k {n}": n for n in range(65_000)},
    "many objects": lambda: {f"k{n}": {} for n in range(90_000)},
    "many lists": lambda: {f"k{n}": [] for n in range(90_000)},
    "lists of one": lambda: [[n] for n in range(110_000)],
    "lists of lists": lambda: [[[]] for _ in range(200_000)],
    "items without fields": lambda: [{} for _ in range(330_000)],
    "tables of one row": lambda: {f"k{n}": [{"a": n}] for n in range(50_000)},
    "rows, the last one odd": lambda: [*({"a": n} for n in range(90_000)), {"b": 1}],
    "rows, the last one nested": lambda: [*({"a": n} for n in range(90_000)), {"a": [1]}],
    "a row of many fields": lambda: [{f"k{n}": n for n in range(75_000)}],
    "deep": lambda: [_nest(250, 1) for _ in range(130)],
    "too deep": lambda: _nest(5000, 1),
    "a fault at the end": lambda: [*({"a": n} for n in range(90_000)), {"a": {1}}],
    "half a surrogate at the end": lambda: [*({"é": n} for n in range(90_000)), {"é": "\ud800"}],
}
