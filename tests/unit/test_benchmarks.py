"""The benchmarks report which figures are worse than those of the stored run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import readme
from benchmarks.figures import Figure

if TYPE_CHECKING:
    from pathlib import Path

KEPT = [
    Figure(1, "First frame", "0.100 s", "0.2 s bare", 0.5, "≤ 1", met=True),
    Figure(2, "Memory", "1,000.0 MB"),
    Figure(3, "Idle", "0 B", goal="0", met=True),
]


@pytest.fixture(autouse=True)
def _kept_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"{readme.BEGIN}{readme.END}\n")
    monkeypatch.setattr(readme, "FILE", file)
    readme.write(["a machine"], KEPT)


def test_the_kept_run_does_not_fall_short_of_itself() -> None:
    assert readme.shortfalls(KEPT) == []


def test_a_worse_ratio_figure_or_missed_goal_is_said_and_a_slower_machine_is_not() -> None:
    slower = Figure(1, "First frame", "0.300 s", "0.6 s bare", 0.5, "≤ 1", met=True)
    assert readme.shortfalls([slower, Figure(9, "New", "1 s")]) == []
    worse = [
        Figure(1, "First frame", "0.100 s", "0.1 s bare", 1.0, "≤ 1", met=True),
        Figure(2, "Memory", "1,200.0 MB"),
        Figure(3, "Idle", "7 B", goal="0", met=False),
    ]
    assert readme.shortfalls(worse) == [
        "row 1, First frame: 0.50 -> 1.00",
        "row 2, Memory: 1,000.0 MB -> 1,200.0 MB",
        "row 3, Idle: 0 B -> 7 B; misses its goal now",
    ]
