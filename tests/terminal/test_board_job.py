"""Job 1, the morning triage, in a real terminal: what waits, oldest first, opened and snoozed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.clock import now
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS
from tests.support.board_book import morning
from tests.support.jobs import SIZES, console

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    file = tmp_path / "book.db"
    store = Store(SqliteFile(file))
    store.open(CLOUDS)
    morning(store, at=now())
    store.engine.dispose()
    return file


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("language", "count", "told"),
    [
        ("en", "27 need you", "Snoozed till"),
        ("ru", "ждут вас: 27", "Отложено до"),
    ],
)
def test_job_1_what_waits_is_seen_opened_and_put_off(
    book: Path, language: str, count: str, told: str, size: tuple[int, int]
) -> None:
    with console(book, "--lang", language, "--cloud", "global", size=size) as terminal:
        terminal.wait_for(": 27")  # on the start, with the most urgent item
        terminal.press("g")
        terminal.wait_for("n ")
        terminal.press("n")
        terminal.wait_for(count)
        terminal.press("j", "j", "j", "j", "j", "enter")  # behind the five agreements
        terminal.wait_until(lambda text: count not in text)
        terminal.press("escape")
        terminal.wait_for(count)
        terminal.press("z", "w")
        terminal.wait_until(lambda text: "(" in text.splitlines()[-2])
        terminal.type("later")
        terminal.press("enter")
        terminal.wait_for(told)
        terminal.press("Z")
        terminal.wait_for("snoozed:yes")
        terminal.press("u")
        terminal.wait_for("!")
        terminal.press("!")
        terminal.wait_for("0 ")
        terminal.press("Z")
        terminal.wait_for(count)
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
