"""Seeded runs of changes and sending: never two customers, no lost change, all of it explained."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.support.depth import DEEP
from tests.support.empty_book import empty_store
from tests.support.sending_runs import SendingWorld

if TYPE_CHECKING:
    from pathlib import Path

STEPS = 14
RUNS, PARTS = (1_000, 10) if DEEP else (40, 2)


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_book_history_and_service_agree(tmp_path: Path, part: int) -> None:
    for seed in range(part, RUNS, PARTS):
        random = Random(seed)  # noqa: S311 - not a secret
        world = SendingWorld(empty_store(tmp_path / f"{seed}" / "book.db"), random)
        for _number in range(STEPS):
            world.step()
        world.heal()
        problems = world.problems(tmp_path / f"{seed}")
        assert not problems, (seed, problems, world.told)
