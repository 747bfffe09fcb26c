"""How deep the tests go: `make test` guards a change in minutes, `make test-all` looks further."""

from __future__ import annotations

import os

import pytest

DEEP = os.environ.get("PARTNERDESK_TEST_DEEP", "") not in ("", "0")
"""Whether everything is tested, as `make test-all` does."""
deep = pytest.mark.deep
"""Marks what `make test` leaves out."""


def times(deep: int, quick: int = 25) -> int:
    """Return how often something is tried: `deep` times by `make test-all`, else fewer."""
    return deep if DEEP else min(deep, quick)
