"""Seeded runs of changes and sending: never two customers, no lost change, all of it explained."""

from __future__ import annotations

from contextlib import closing
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.support.depth import SEEDED
from tests.support.empty_book import empty_store
from tests.support.rehearsal import rehearsal
from tests.support.rehearsed_service import RehearsedService
from tests.support.sending_runs import SendingWorld
from tests.support.small_center import SmallService

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sending_runs import Service

STEPS = 14
RUNS, PARTS = (1_000, 10) if SEEDED else (40, 2)
REHEARSED = 60 if SEEDED else 4


def run(folder: Path, seed: int, service: Service) -> None:
    """Let things happen, settle everything, and compare."""
    random = Random(seed)  # noqa: S311 - not a secret
    world = SendingWorld(empty_store(folder / f"{seed}" / "book.db"), random, service)
    for _number in range(STEPS):
        world.step()
    world.heal()
    problems = world.problems(folder / f"{seed}")
    assert not problems, (seed, problems, world.told)


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_book_history_and_service_agree(tmp_path: Path, part: int) -> None:
    for seed in range(part, RUNS, PARTS):
        run(tmp_path, seed, SmallService())


def test_the_log_of_the_rehearsal_agrees_with_the_book(tmp_path: Path) -> None:
    with rehearsal(customers=0) as info:
        for seed in range(REHEARSED):
            with closing(RehearsedService(info)) as service:
                run(tmp_path, seed, service)
