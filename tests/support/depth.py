"""The depth of the tests: `make test` takes minutes, `make test-all` runs everything."""

from __future__ import annotations

import os

import pytest

DEEP = os.environ.get("PARTNERDESK_TEST_DEEP", "") not in ("", "0")
"""Whether all tests run, as with `make test-all`."""
SEEDED = os.environ.get("PARTNERDESK_TEST_DEEP", "") == "seeds"
"""Whether the long seeded runs of syncing and sending are done whole, as with `make test-seeds`."""
deep = pytest.mark.deep
"""Marks tests that `make test` leaves out."""


def times(deep: int, quick: int = 25) -> int:
    """Return a number of repetitions: `deep` with `make test-all`, else at most `quick`."""
    return deep if DEEP else min(deep, quick)
