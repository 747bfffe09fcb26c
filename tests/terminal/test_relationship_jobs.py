"""The jobs of the relationship manager, in a real terminal, by keys only (`jobs.md`, 6 to 8)."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.clock import now
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import _, ngettext, speak
from partnerdesk.models.relationships.entities import (
    DelegatedAdminRelationship,
    PartnerLink,
    PartnerRelation,
)
from partnerdesk.models.relationships.lifecycles import DelegatedAdminState, InvitationState
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS
from tests.support.depth import deep
from tests.support.forms import account_in
from tests.support.jobs import SIZES, console
from tests.support.relations import LINK, add_customer, findings, name_accounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.terminal import Terminal

ROWS, HOLDING_GLOBAL, KILLED_AT = 400, 29, 180
PORTAL = "Microsoft ID,Company name,Primary domain name,Relationship"


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
    """Return a book of a partner who is named and has a link, but no customers yet."""
    store = Store(SqliteFile(tmp_path / "book.db"))
    store.open(CLOUDS)
    name_accounts(store, invitation_link=LINK, market="DE")
    return store


def opened(store: Store, size: tuple[int, int], language: str) -> Terminal:
    assert isinstance(store.database, SqliteFile)
    return console(store.database.path, "--lang", language, size=size)


def rows_in(count: int, state: str) -> str:
    """Return how the screen of a run counts the rows in a state."""
    return _("{count} {state}").format(count=count, state=_(state))


def counted(store: Store, condition: str) -> int:
    with closing(store.connect()) as book:
        return int(book.rows(f"SELECT count(*) FROM {condition}")[0][0])  # noqa: S608


def fill_in(terminal: Terminal, *texts: str) -> None:
    for text in texts:
        terminal.type(text)
        terminal.press("tab")


def test_inviting_chasing_and_the_customer_who_closes_its_invitation(
    store: Store, tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    """Job 6."""
    export = tmp_path / "portal.csv"
    line = "11111111-2222-4333-8444-555555555555,Neue Firma GmbH,neue.onmicrosoft.com,Reseller"
    export.write_text(f"{PORTAL}\n{line}\n")
    with opened(store, size, language) as terminal:
        terminal.wait_for(ngettext("{count} customer", "{count} customers", 0))
        terminal.press("g", "l")
        terminal.wait_for(_("invites a company that has a tenant already"))
        terminal.press("i")
        terminal.wait_for(_("E-mail") + " *")
        fill_in(terminal, "Neue Firma", "Ulla Ost", "ulla@neue.example", "neue.onmicrosoft.com")
        terminal.press("ctrl+r")
        terminal.wait_for(_("Nothing is written yet: ! carries it out, Esc goes back."))
        terminal.press("!")
        terminal.wait_for(_("A draft: y copies it, f writes a file."))
        terminal.press("l")
        terminal.wait_for(_("German"))
        terminal.press("d")
        terminal.wait_for("Guten Tag Ulla Ost")
        terminal.press("y")
        terminal.wait_for(_("The letter is copied."))
        assert LINK in terminal.clipboard.split()
        assert "ulla@neue.example" in terminal.clipboard
        assert counted(store, "invitations WHERE state = 'draft'") == 1  # copying writes nothing
        terminal.wait_for(f"Enter/y {_('record as sent')}")
        terminal.press("enter")
        terminal.wait_for(_("It is recorded as sent; u takes that back."))

        terminal.press("escape")
        terminal.wait_until(
            lambda text: (
                "Neue Firma" in text
                and ngettext("{count} invitation", "{count} invitations", 1) in text
            )
        )
        assert counted(store, "invitations WHERE state = 'sent' AND how = 'clipboard'") == 1
        terminal.press("r")  # the reminder, with the same link
        terminal.wait_for(_("Reminder"))
        first = terminal.clipboard
        terminal.press("y")
        terminal.wait_until(lambda _text: terminal.clipboard != first)
        terminal.wait_for(_("The letter is copied."))
        assert LINK in terminal.clipboard.split()
        assert counted(store, "invitations WHERE state = 'reminded'") == 0
        terminal.wait_for(_("Did it go out?"))
        assert "Enter/y" not in terminal.text  # the first one went out a moment ago
        terminal.press("y")
        terminal.wait_for(_("It is recorded as a reminder; u takes that back."))
        assert counted(store, "invitations WHERE state = 'reminded' AND reminders = 1") == 1

        terminal.press("escape", "g", "c", "I")
        terminal.wait_for(_("Import file"))
        terminal.type(str(export))
        terminal.press("enter")
        terminal.wait_for("portal.csv →")
        terminal.wait_for("neue.onmicrosoft.com")
        terminal.press("!")
        terminal.wait_until(
            lambda _text: (
                counted(store, f"invitations WHERE state = '{InvitationState.ACCEPTED}'") == 1
            )
        )
        terminal.wait_idle()
        terminal.press("escape", "enter")
        terminal.wait_for("Neue Firma GmbH")
        terminal.wait_for(_("Relationship"))
        terminal.press("pagedown")
        terminal.wait_for(_("Came by"))
    assert findings(store) == []


def test_naming_the_reseller_of_forty_customers_at_once(
    store: Store, size: tuple[int, int], language: str
) -> None:
    """Job 7."""
    for number in range(40):
        add_customer(store, f"Company {number:02d}", f"company{number:02d}")
    with store.writing() as session:
        session.add(
            PartnerLink(
                account_id=account_in(store).id, name="Nimbus Conseil", mpn_id="4711",
                relationship_type=PartnerRelation.IS_INDIRECT_RESELLER_OF, agreement_signed=True,
                location="DE",
            )
        )  # fmt: skip
    with opened(store, size, language) as terminal:
        terminal.wait_for(ngettext("{count} customer", "{count} customers", 40))
        terminal.press("g", "c")
        terminal.wait_for("Company 00")
        terminal.press("A")
        terminal.wait_for(ngettext("{count} marked", "{count} marked", 40))
        terminal.press("R")
        terminal.wait_for("Nimbus Conseil")
        terminal.type("nimbus")
        terminal.press("enter")
        terminal.wait_for(rows_in(40, "to do"))
        assert counted(store, "customers WHERE indirect_reseller <> ''") == 0
        terminal.press("!")
        terminal.wait_for(rows_in(40, "done"))
        assert counted(store, "customers WHERE indirect_reseller = 'Nimbus Conseil'") == 40
        assert counted(store, "run_rows WHERE state = 'done'") == 40

        terminal.press("escape", "g", "l")
        terminal.wait_for("▸1")
        terminal.press("2")
        terminal.wait_for("▸2")
        terminal.wait_for("Nimbus Conseil")
        for cloud, name in (("us gov", "us-gov"), ("germany", "germany")):
            terminal.press("c")
            terminal.wait_for(_("Cloud and account"))
            terminal.type("government" if cloud == "us gov" else "cloud germany")
            terminal.press("enter")
            reason = account_in(store, name).cloud.allows("indirect_model").reason  # type: ignore[arg-type]
            words = reason.split()
            terminal.wait_until(lambda text, words=words: all(word in text for word in words))  # type: ignore[misc]
            terminal.wait_idle()
    assert findings(store) == []


def expiring(store: Store) -> None:
    """Keep delegated-admin relationships that end within a month, a customer each."""
    account, at = account_in(store).id, now()
    customers = [
        add_customer(store, f"Company {place:03d}", f"company{place:03d}") for place in range(ROWS)
    ]
    with store.writing() as session:
        session.add_all(
            DelegatedAdminRelationship(
                account_id=account,
                customer_id=customer,
                display_name=f"Admin {place:03d}",
                roles="Global Administrator" if place < HOLDING_GLOBAL else "Global Reader",
                status=DelegatedAdminState.ACTIVE,
                activated_date_time=at - timedelta(days=340),
                end_date_time=at.replace(microsecond=0) + timedelta(days=1 + place % 28),
            )
            for place, customer in enumerate(customers)
        )


@pytest.mark.parametrize(
    ("small", "speech"),
    [
        pytest.param((80, 24), "en", id="80x24-en"),
        pytest.param((120, 40), "ru", id="120x40-ru", marks=deep),
    ],
)
def test_extending_four_hundred_at_once_killed_and_gone_on_with(
    store: Store, small: tuple[int, int], speech: str
) -> None:
    """Job 8, without the calls: 371 are extended, 29 set apart, none twice."""
    speak(speech)
    expiring(store)
    with closing(store.connect()) as book:
        ends: dict[int, int] = dict(
            book.rows("SELECT id, end_date_time FROM delegated_admin_relationships")
        )
    done = "run_rows WHERE state = 'done'"
    with opened(store, small, speech) as terminal:
        terminal.wait_for(ngettext("{count} customer", "{count} customers", ROWS))
        terminal.press("g", "l")
        terminal.wait_for("▸1")
        terminal.press("3")
        terminal.wait_for(ngettext("{count} relationship", "{count} relationships", ROWS))
        terminal.press("/")
        terminal.wait_for(_("Filter"))
        terminal.type("ends<30d")
        terminal.press("enter")
        terminal.wait_for(_("filter: {text}").format(text="ends<30d"))
        terminal.press("A")
        terminal.wait_for(ngettext("{count} marked", "{count} marked", ROWS))
        terminal.press(":")
        terminal.type("extend")
        terminal.press("enter")
        terminal.wait_for("P180D")
        terminal.press("p")
        terminal.wait_for(rows_in(ROWS - HOLDING_GLOBAL, "to do"))
        assert counted(store, "runs") == 0
        terminal.press("!")
        terminal.wait_until(lambda _text: counted(store, done) >= KILLED_AT, seconds=60)
        terminal.kill()
    before = counted(store, done)
    assert KILLED_AT <= before < ROWS - HOLDING_GLOBAL

    with opened(store, small, speech) as terminal:
        terminal.wait_for(ngettext("{count} customer", "{count} customers", ROWS))
        terminal.press("g", "l")
        terminal.wait_for("▸1")
        terminal.press("3")
        terminal.wait_for(_("A run was cut off: R shows what is left of it."))
        terminal.press("R")
        terminal.wait_for(rows_in(ROWS - HOLDING_GLOBAL - before, "to do"))
        terminal.press("!")
        terminal.wait_for(rows_in(ROWS - HOLDING_GLOBAL, "done"), seconds=60)
        assert rows_in(HOLDING_GLOBAL, "refused") in terminal.text
    with closing(store.connect()) as book:
        after: dict[int, int] = dict(
            book.rows("SELECT id, end_date_time FROM delegated_admin_relationships")
        )
    half_a_year = 180 * 86_400_000
    moved = [after[id] - end for id, end in ends.items()]
    assert sorted(set(moved)) == [0, half_a_year]
    assert moved.count(half_a_year) == ROWS - HOLDING_GLOBAL
    assert counted(store, "changes WHERE part_of <> 0") == ROWS - HOLDING_GLOBAL
    assert findings(store) == []
