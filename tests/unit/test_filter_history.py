"""The filter history: order, length, and consoles that share the file."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.paths import state_folder
from partnerdesk.models.lists.filter_history import MOST, FilterHistory

if TYPE_CHECKING:
    from pathlib import Path


def file() -> Path:
    return state_folder() / "filters.json"


def used(history: FilterHistory, *texts: str, at: int = 1, name: str = "customers") -> None:
    for text in texts:
        history.use(name, text, at)
    history.save()


def test_the_last_used_comes_first_and_none_twice_and_each_list_has_its_own() -> None:
    history = FilterHistory()
    used(history, "a", "b", "c", "a", "Ёлка \"x\" \\ or 'y'")
    used(history, "state:sent", name="invitations")
    for reader in (history, FilterHistory()):  # also in the next process
        assert reader.of("customers") == ["Ёлка \"x\" \\ or 'y'", "a", "c", "b"]
        assert reader.of("invitations") == ["state:sent"]
        assert reader.of("partners") == []
    assert file().stat().st_mode & 0o077 == 0


def test_at_most_a_hundred_are_kept() -> None:
    history = FilterHistory()
    used(history, *map(str, range(MOST + 5)), at=7)
    assert FilterHistory().of("customers") == [str(n) for n in range(MOST + 4, 4, -1)]
    assert history.of("customers") == FilterHistory().of("customers")


def test_a_clock_that_goes_back_does_not_turn_the_order_round() -> None:
    used(FilterHistory(), "first", at=10**13)
    used(FilterHistory(), "second", at=5)
    assert FilterHistory().of("customers") == ["second", "first"]


def test_consoles_that_run_at_once_lose_nothing_of_each_others() -> None:
    def work(console: int) -> None:
        history = FilterHistory()
        for number in range(6):
            used(history, f"{console}-{number}", at=number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    expected = {f"{console}-{number}" for console in range(6) for number in range(6)}
    assert set(FilterHistory().of("customers")) == expected


def test_one_console_sees_what_the_other_used() -> None:
    here, there = FilterHistory(), FilterHistory()
    used(here, "mine")
    used(there, "theirs", "mine")
    assert here.of("customers") == ["mine", "theirs"]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[1, 2]", '{"customers": ["a"]}', '{"customers": {"a": null}}', "\ufffd" * 9,
     '{"customers": {"a": 1e999}}', "[" * 100_000],
    ids=range(8),
)  # fmt: skip
def test_a_damaged_file_is_empty_and_is_written_anew(content: str) -> None:
    file().parent.mkdir(parents=True)
    file().write_text(content)
    history = FilterHistory()
    assert history.of("customers") == []
    used(history, "a\udcff")
    assert len(FilterHistory().of("customers")) == 1
    assert json.loads(file().read_text())


def test_what_cannot_be_written_stays_for_this_run_and_is_tried_again() -> None:
    file().mkdir(parents=True)  # a folder with the name of the file
    history = FilterHistory()
    used(history, "a")
    assert history.of("customers") == ["a"]
    file().rmdir()
    history.save()
    assert FilterHistory().of("customers") == ["a"]
