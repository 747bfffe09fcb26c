"""The board by keys: Enter leads to what settles each kind, z snoozes, Z shows, u takes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Static

from partnerdesk.models.board.rules import KINDS
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.screens.board.list import BoardScreen
from tests.conftest import CLOUDS
from tests.support.board_book import one_of_each
from tests.support.console import running
from tests.support.desks import desk_over

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.console import Console

SMALL = (80, 24)
SETTLED_BY = {
    "delegated_admin": "DelegationFormScreen",
    "renewal": "SubscriptionScreen",
    "window": "SubscriptionScreen",
    "partner_agreement": "PartnerFormScreen",
    "invitation": "InvitationScreen",
    "refused_edit": "ChangeScreen",
    "failed_call": "ChangeScreen",
    "conflict": "ChangeScreen",
    "unclear_call": "ChangeScreen",
    "draft": "AddCustomerScreen",
}
"""The screens that settle items; the others are settled on the board itself."""


@pytest.fixture
def book(tmp_path: Path) -> Store:
    store = Store(SqliteFile(tmp_path / "book.db"))
    store.open(CLOUDS)
    one_of_each(store)
    return store


def listed(console: Console) -> list[str]:
    """Return the kinds of the items that are shown."""
    table = console.screen.query_one("RecordTable")
    return [row.values[1] for row in table.in_view()]  # type: ignore[attr-defined]


async def at_kind(console: Console, kind: str) -> None:
    await console.press("g", "n")
    assert isinstance(console.screen, BoardScreen)
    await console.press("slash")
    await console.type(f"kind:{kind}")


@pytest.mark.parametrize("kind", SETTLED_BY)
async def test_enter_leads_to_what_settles_it(book: Store, kind: str) -> None:
    async with running(desk_over(book), SMALL) as console:
        await at_kind(console, kind)
        await console.press("enter")
        assert type(console.screen).__name__ == SETTLED_BY[kind]
    assert SETTLED_BY.keys() | {"agreement", "sync", "sign_in"} == KINDS.keys()


async def test_an_accepted_agreement_is_written_down_at_once(book: Store) -> None:
    async with running(desk_over(book), SMALL) as console:
        await at_kind(console, "agreement")
        await console.press("enter", "enter")  # the only one; today
        assert "Kept." in console.screen.status.message
        assert console.screen.query_one("RecordTable").total == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("cloud", ["global", "all"])
async def test_marked_items_are_snoozed_shown_and_taken_back(book: Store, cloud: str) -> None:
    async with running(desk_over(book, cloud=cloud), SMALL) as console:
        await console.press("g", "n")
        every = listed(console)
        await console.press("space", "space", "z", "m")
        await console.type("later")
        await console.press("enter")
        assert listed(console) == every[2:]
        assert "Snoozed till 2026-12-22" in console.screen.status.message
        await console.press("Z")
        assert listed(console) == every[:2]
        assert "2 snoozed" in console.screen.status.state or "2 of" in console.screen.status.state
        await console.press("z", "s")
        assert len(listed(console)) == 1
        await console.press("Z")
        await console.press("u", "exclamation_mark")
        assert len(listed(console)) == len(every) - 2


async def test_esc_leaves_it_as_it_is(book: Store) -> None:
    async with running(desk_over(book), SMALL) as console:
        await console.press("g", "n")
        every = listed(console)
        for keys in (("z", "escape"), ("z", "w", "escape"), ("z", "t", "escape")):
            await console.press(*keys)
            assert listed(console) == every
        await console.press("z", "t")
        await console.type("soon")
        await console.press("enter")
        assert "neither a day" in console.screen.status.message


@pytest.mark.parametrize(("height", "lines"), [(24, 1), (40, 9)])
async def test_the_start_says_what_is_most_urgent(book: Store, height: int, lines: int) -> None:
    async with running(desk_over(book), (80, height)) as console:
        await console.screen.read_out("board")
        await console.settle()
        text = str(console.screen.query_one("#needs", Static).content)
        assert text.startswith("Needs you: 13  ")
        assert "30 d ago" in text
        assert "Nova" in text
        assert len(text.split("\n")) == lines
