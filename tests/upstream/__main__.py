"""Write a published document with some changes, to practise upgrades on.

python -m tests.upstream                              list the changes
python -m tests.upstream CHANGE... > openapi.json     write the document with them
"""

from __future__ import annotations

import sys

from tests.upstream.changes import CHANGES
from tests.upstream.documents import as_json, contract, published


def main(names: list[str]) -> int:
    """Write the document, or the names of the changes; return the exit status."""
    if unknown := [name for name in names if name not in CHANGES]:
        sys.stderr.write(f"there is no change {unknown[0]}; without any, this lists them\n")
        return 2
    document = published(contract())
    for name in names:
        document = CHANGES[name](document)
    sys.stdout.write(as_json(document) if names else "".join(f"{name}\n" for name in CHANGES))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
