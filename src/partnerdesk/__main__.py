"""Runs as `python -m partnerdesk` what the command `partnerdesk` runs."""

import sys

from partnerdesk.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
