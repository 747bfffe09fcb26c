"""The jobs of subscriptions in a real terminal, by keys only (`jobs.md`, 3 and 10)."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.core.clock import now
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import _, ngettext, speak
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS
from tests.support.jobs import SIZES, console
from tests.support.relations import add_customer, name_accounts
from tests.support.subscribed import NEW, OLD, subscribe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.terminal import Terminal

PLANNED = "Nothing is written yet: ! carries it out, Esc goes back."


@pytest.fixture(params=["en", "ru"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    speak(request.param)
    yield request.param
    speak("en")


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    chosen: tuple[int, int] = request.param
    return chosen


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a book of a partner with two customers."""
    store = Store(SqliteFile(tmp_path / "book.db"))
    store.open(CLOUDS)
    name_accounts(store)
    for name in ("Contoso", "Fabrikam"):
        add_customer(store, name, name.lower())
    return store


def opened(store: Store, size: tuple[int, int], language: str) -> Terminal:
    assert isinstance(store.database, SqliteFile)
    return console(store.database.path, "--lang", language, size=size)


def read(store: Store, query: str) -> list[Any]:
    with closing(store.connect()) as book:
        return [row[0] for row in book.rows(query)]


def test_changing_seats_from_the_callers_customer(
    store: Store, size: tuple[int, int], language: str
) -> None:
    """Job 3: find the customer, its subscription, more seats; fewer are refused; undo."""
    subscribe(store, 2, friendly_name="Premium", offer_id=NEW)
    with opened(store, size, language) as terminal:
        terminal.wait_for(ngettext("{count} customer", "{count} customers", 2))
        terminal.press("g", "c")
        terminal.wait_for("Fabrikam")
        terminal.press("/")
        terminal.type("fab")
        terminal.press("enter")
        terminal.wait_for(_("Subscriptions ({count})").format(count=1))
        terminal.press("/")
        terminal.type("Premium")
        terminal.press("enter", "enter")
        terminal.wait_for(_("Renewal"))
        terminal.press("+", "+", "+")
        terminal.wait_for("12 → 15")
        terminal.press("p")
        terminal.wait_for(_(PLANNED))
        terminal.wait_for("3 × 20.60 = 61.80 EUR")
        terminal.press("!")
        terminal.wait_for(_("u takes it back."))
        assert read(store, "SELECT quantity FROM subscriptions") == [15]
        terminal.press("-", "p")
        terminal.wait_for("2027-03-02" if language == "en" else "02.03.2027")
        assert _(PLANNED) not in terminal.text
        terminal.press("escape", "u")
        terminal.wait_for(_(PLANNED))
        terminal.press("!")
        terminal.wait_until(lambda _text: read(store, "SELECT quantity FROM subscriptions") == [12])


def test_scheduling_what_cannot_be_reduced_now(store: Store, language: str) -> None:
    """Job 3: the refused plan offers the renewal; what is scheduled is seen, lost, kept, left."""
    subscribe(store, 2, friendly_name="Premium")
    scheduled = "SELECT scheduled FROM subscriptions"
    with opened(store, (80, 24), language) as terminal:
        terminal.wait_for(ngettext("{count} customer", "{count} customers", 2))
        terminal.press("g", "s")
        terminal.wait_for("Premium")
        terminal.press("enter")
        terminal.wait_for(_("Renewal"))
        terminal.press("-", "-", "p")
        offer = ngettext(
            "{count} seat from the renewal on", "{count} seats from the renewal on", 10
        )
        terminal.wait_for(offer)
        terminal.press("s")
        terminal.wait_for(_(PLANNED))
        terminal.press("!")
        terminal.wait_until(lambda _text: read(store, scheduled) == ['{"quantity": 10}'])
        ten = ngettext("{count} seat", "{count} seats", 10)
        terminal.wait_until(lambda text: ten in text and _(PLANNED) not in text)
        terminal.press("S", "t", "3")
        terminal.wait_for(_(PLANNED))
        terminal.press("!")
        terminal.wait_for(f"{ten}, " + _("3 years"))
        terminal.press("+", "p")
        terminal.wait_for(_(PLANNED))
        terminal.press("!")
        terminal.wait_for(_("No longer scheduled: {what}. Schedule it again?")[:10])
        assert read(store, scheduled) == [""]
        terminal.press("y")
        terminal.wait_for(_(PLANNED))
        terminal.press("!")
        both = '{"quantity": 10, "term_duration": "P3Y"}'
        terminal.wait_until(lambda _text: read(store, scheduled) == [both])
        terminal.press("S", "a")
        terminal.wait_for(_(PLANNED))
        terminal.press("!")
        terminal.wait_until(lambda _text: read(store, scheduled) == [""])
        terminal.press("u")
        terminal.wait_for(_(PLANNED))
        terminal.press("!")
        terminal.wait_until(lambda _text: read(store, scheduled) == [both])


def test_switching_sixty_renewals_off_and_taking_it_back(
    store: Store, size: tuple[int, int], language: str
) -> None:
    """Job 10: the list of what renews soon, all of it switched in one run, one undo."""
    soon = now() + timedelta(days=20)
    for number in range(60):
        subscribe(store, 1, friendly_name=f"Soon {number:02}", offer_id=OLD,
                  commitment_end_date=soon)  # fmt: skip
    subscribe(store, 2, friendly_name="Later")
    on = "SELECT count(*) FROM subscriptions WHERE auto_renew_enabled"
    with opened(store, size, language) as terminal:
        terminal.wait_for(ngettext("{count} customer", "{count} customers", 2))
        terminal.press("g", "s")
        terminal.wait_for(ngettext("{count} subscription", "{count} subscriptions", 61))
        terminal.press("/")
        terminal.type("renews<30d")
        terminal.press("enter")
        terminal.wait_until(lambda text: "Later" not in text)
        terminal.press("A", "a")
        terminal.wait_for(_("Auto-renew of {what}:").split("{", maxsplit=1)[0])
        terminal.press("n")
        terminal.wait_for("Soon 00")
        terminal.press("!")
        terminal.wait_until(lambda _text: read(store, on) == [1])
        terminal.press("escape", "g", "h")
        terminal.wait_for(_("About"))
        terminal.wait_for(_("Subscription"))
        terminal.press("u")
        terminal.wait_for(_("Undo a run"))
        terminal.press("!")
        terminal.wait_until(lambda _text: read(store, on) == [61])


def test_counted_seats_are_left_by_escape(store: Store, language: str) -> None:
    subscribe(store, 2, friendly_name="Premium")
    with opened(store, (80, 24), language) as terminal:
        terminal.wait_for(ngettext("{count} customer", "{count} customers", 2))
        terminal.press("g", "s")
        terminal.wait_for("Premium")
        terminal.press("+", "+")
        terminal.wait_for("12 → 14")
        terminal.press("escape")
        terminal.wait_for(_("The seats stay as they are."))
        terminal.press("p")
        terminal.wait_for(_("First + or −: then p shows the plan."))
        assert read(store, "SELECT quantity FROM subscriptions") == [12]
