"""What a conversion saved, told by sizes, and which of two texts costs less."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, TypeGuard

__all__ = ["Notation", "Saving", "Savings", "Smaller"]

#: How a text is to be read: all KTOF, text with KTOF in it, compact JSON, or a string prompt as it was.
Notation = Literal["ktof", "text_with_ktof", "json", "text"]

#: No size is larger; what says so is no size.
_LARGEST: Final = 2**63


class Saving(NamedTuple):
    """A size before and after; a negative saving is a growth, and shown as one.

    >>> str(Saving(2048, 612, "bytes"))
    '70.1 % fewer bytes (2,048 -> 612)'
    >>> str(Saving(100, 129, "tokens"))
    '29.0 % more tokens (100 -> 129)'
    >>> str(Saving(100, 129, "tokens", exact=False))
    'about 29.0 % more tokens (100 -> 129, an estimate)'
    """

    original: int
    compressed: int
    #: What was counted: `bytes`, `characters` or `tokens`.
    unit: str
    #: Whether it was counted as the model counts; False for an estimate with another model's tokenizer.
    exact: bool = True

    @property
    def saved(self) -> int:
        """The difference; negative where the text grew."""
        return self.original - self.compressed

    @property
    def share(self) -> float:
        """The share saved: 0.25 is a quarter less, -0.25 a quarter more."""
        return self.saved / self.original if self.original else 0.0

    @property
    def percent(self) -> float:
        """The share saved, in percent."""
        return 100 * self.share

    def __str__(self) -> str:
        word = "more" if self.saved < 0 else "fewer"
        about, note = ("", "") if self.exact else ("about ", ", an estimate")
        share = f"{about}{abs(self.percent):.1f} % {word} {self.unit}"
        return f"{share} ({self.original:,} -> {self.compressed:,}{note})"


class Savings(NamedTuple):
    """What a call saved, computed from sizes, since a reply's ratio means opposite things in the two forms.

    Bytes (of UTF-8) and characters are measured here, against the compact JSON of what was encoded, or against a
    string prompt as it was. Where only a reply is at hand, its sizes are taken. Tokens are the reply's.
    """

    #: None where neither the text nor the reply tells.
    bytes: Saving | None
    #: None where neither the text nor the reply tells.
    characters: Saving | None
    #: By model; empty where no tokens were counted.
    tokens: dict[str, Saving]

    def __str__(self) -> str:
        sizes = [one for one in (self.bytes, self.characters) if one is not None]
        if len({one[:2] for one in sizes}) == 1:
            del sizes[1:]  # ASCII has as many characters as bytes.
        found = [str(one) for one in sizes]
        found += [f"{model}: {one}" for model, one in self.tokens.items()]
        return "; ".join(found) or "not known"


class Smaller(NamedTuple):
    """The cheaper of two texts that say the same: the KTOF, or what it was made from.

    They are compared in tokens where the reply has counts (summed over the models that were counted exactly, or else
    over the estimates), and in characters otherwise. KTOF must be the smaller one: where both cost the same, it is
    the original.
    """

    #: What to send.
    text: str
    #: What that is: `ktof`, `text_with_ktof`, `json` (compact), or `text` (a string prompt as it was).
    notation: Notation
    #: What KTOF saves, in the unit that decided; negative where it would have cost more.
    saving: Saving


def compact_json(value: Any) -> str:
    """Return a value as compact JSON, which every saving is measured against."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def measured(original: str, compressed: str) -> tuple[Saving, Saving]:
    """Return what one text saves over another, in bytes of UTF-8 and in characters."""
    return (
        Saving(_bytes(original), _bytes(compressed), "bytes"),
        Saving(len(original), len(compressed), "characters"),
    )


def _bytes(text: str) -> int:
    # A reply may hold lone surrogates, which JSON can spell and UTF-8 cannot.
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def told(stats: Mapping[str, Any], counted: Mapping[str, Any]) -> Savings:
    """Return the savings that a reply's `stats` and `token_stats` tell, in either form; what is no size is left out."""
    return Savings(
        _saving(stats.get("original_bytes"), stats.get("compressed_bytes"), "bytes"),
        _saving(stats.get("original_length"), stats.get("optimized_length"), "characters"),
        _tokens(counted),
    )


def choose(original: str, compressed: str, tokens: Mapping[str, Saving]) -> Saving:
    """Return the saving that decides between two texts: in tokens where they are counted, else in characters."""
    counts = [one for one in tokens.values() if one.exact] or list(tokens.values())
    if not counts:
        return measured(original, compressed)[1]
    return Saving(sum(one.original for one in counts), sum(one.compressed for one in counts), "tokens", counts[0].exact)


def _tokens(counted: Mapping[str, Any]) -> dict[str, Saving]:
    raw, optimized = counted.get("raw"), counted.get("optimized")
    if is_side(raw) and is_side(optimized):
        first = second = "tokens"
    else:
        raw = optimized = counted
        first, second = "original", "compressed"
    found = {}
    for model in raw:
        before, after = _object(raw[model]), _object(optimized.get(model))
        exact = before.get("exact") is not False and after.get("exact") is not False
        if (saving := _saving(before.get(first), after.get(second), "tokens", exact=exact)) is not None:
            found[model] = saving
    return found


def is_side(value: Any) -> TypeGuard[dict[str, Any]]:
    """Tell the counts of one side by model (`raw`, `optimized`) from those of a model that has one of these names."""
    return isinstance(value, dict) and not {"original", "compressed"} & value.keys()


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _saving(original: Any, compressed: Any, unit: str, *, exact: bool = True) -> Saving | None:
    before, after = _size(original), _size(compressed)
    return None if before is None or after is None else Saving(before, after, unit, exact)


def _size(value: Any) -> int | None:
    return int(value) if is_size(value) else None


def is_size(value: object) -> TypeGuard[int | float]:
    """Tell whether a value of a reply is a size: a number that is not negative, and not beyond all measure."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LARGEST
