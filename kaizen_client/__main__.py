"""`python -m kaizen_client` is the `kaizen` command."""

import sys

from kaizen_client.cli import main

if __name__ == "__main__":
    sys.exit(main())
