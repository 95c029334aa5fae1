"""How much a change asks of the next version, and which version that makes."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.version import Version

#: From none at all to what breaks code.
BUMPS = ("none", "patch", "minor", "major")


def largest(bumps: Iterable[str]) -> str:
    """Return the largest of some bumps, `none` where there are none."""
    return max(bumps, key=BUMPS.index, default="none")


def least_version(released: Version, bump: str) -> Version:
    """Return the lowest version that may follow a release; before 1.0 a minor version may break.

    >>> str(least_version(Version("0.2.0"), "major")), str(least_version(Version("1.2.3"), "major"))
    ('0.3.0', '2.0.0')
    """
    major, minor, patch = released.major, released.minor, released.micro
    if bump == "none":
        return released
    if bump == "patch":
        return Version(f"{major}.{minor}.{patch + 1}")
    if bump == "minor" or major == 0:
        return Version(f"{major}.{minor + 1}.0")
    return Version(f"{major + 1}.0.0")
