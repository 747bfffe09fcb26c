"""One rehearsal for all judges: clients and tools that are not ours, in front of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.rehearsal import RehearsalInfo, rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def served() -> Iterator[RehearsalInfo]:
    """A rehearsal of 60 customers that no limit of calls slows down."""
    with rehearsal(customers=60, seed=1, calls_per_minute=0) as info:
        yield info
