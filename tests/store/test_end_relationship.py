"""Ending a relationship and inviting again by keys; the form and the confirmation."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Static

from partnerdesk.models.core.verdicts import VERDICT_TITLES, Verdict
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import _, speak
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.pages.customer import read_whole_customer
from partnerdesk.models.relationships.end import EndingRequest, Obstacle, plan_end, read_ending
from partnerdesk.models.relationships.entities import SentBy
from partnerdesk.models.relationships.invitation_details import read_invitation
from partnerdesk.models.relationships.invitation_events import plan_accept, plan_letter_out
from partnerdesk.models.session import AppSession
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.screens.changes.plan import PlanScreen
from partnerdesk.screens.customers.list import CustomersScreen
from partnerdesk.screens.customers.page import CustomerScreen
from partnerdesk.screens.relationships.end import EndRelationshipScreen
from partnerdesk.screens.relationships.letters.notice import NoticeScreen
from tests.support.books import NOW, TESTER
from tests.support.console import running
from tests.support.edits import by
from tests.support.forms import PORTUGAL, account_in, add
from tests.support.jobs import SIZES
from tests.support.relations import (
    LINK,
    add_customer,
    customer_of,
    findings,
    invite,
    lives_of,
    name_accounts,
)
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.tui.widgets.app_screen import AppScreen
    from tests.support.console import Console

CLOUDS = ["global", "us-gov", "germany"]
DOMAIN = "oliveira.onmicrosoft.com"
NAME = PORTUGAL["company_name"]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a book with one customer."""
    opened = Store(SqliteFile(tmp_path / "book.db"))
    opened.open(CLOUDS)
    name_accounts(opened)
    add(opened)
    return opened


def desk_over(store: Store, cloud: str = "global", **flags: object) -> AppSession:
    return AppSession(
        settings.load().with_flags(**flags), store, clock=lambda: NOW, wanted_cloud=cloud
    )


def at(console: Console, screen: type[AppScreen]) -> None:
    """Check which screen is on top."""
    assert type(console.screen) is screen


def shown(console: Console) -> str:
    return "\n".join(console.lines())


def heading(console: Console) -> str:
    return str(console.screen.query_one("#form-heading", Static).render()).strip()


def everything(store: Store) -> list[object]:
    """Return the tables that an ending would change."""
    tables = ("customers", "reseller_relationships", "changes", "outbox")
    with closing(store.connect()) as book:
        return [book.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables]  # noqa: S608


def ending_plan(store: Store, customer: int, cloud: str = "global", **looked: str) -> Plan:
    wish = EndingRequest("sold", {Obstacle(name): said for name, said in looked.items()})
    ending = read_ending(store, customer)
    return plan_end(account_in(store, cloud), ending, wish, by(TESTER, NOW))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_job_11_ending_a_relationship_and_coming_back(
    store: Store, language: str, size: tuple[int, int]
) -> None:
    speak(language)
    allowed = _(VERDICT_TITLES[Verdict.WARNINGS])
    columns, rows = size
    command = [sys.executable, "-m", "partnerdesk", "--database", str(store.database.name)]
    with Terminal([*command, "--lang", language], columns=columns, rows=rows) as terminal:
        terminal.wait_until(lambda text: "1 " in text and "▌" in text)
        terminal.press("g", "c")
        terminal.wait_for(DOMAIN[:16])
        untouched = everything(store)

        # An obstacle is left: the earliest day is shown, and nothing is changed.
        terminal.press("D")
        terminal.wait_for(_("Why it ends"))
        assert NAME in terminal.text
        terminal.type("Price")
        terminal.press("down", "down", "down")
        terminal.type("2031-03-31")
        terminal.press("ctrl+r")
        terminal.wait_for(_(VERDICT_TITLES[Verdict.REFUSED]))
        terminal.press("end")
        terminal.wait_until(
            lambda text: "partner-center/remove-a-" in text and "2031-03-31" in text
        )
        terminal.press("!")
        terminal.wait_for(_("The plan is refused; the reasons are above."))
        terminal.wait_idle()
        assert everything(store) == untouched

        # No obstacle is left: the plan still needs the typed domain.
        terminal.press("escape")
        terminal.wait_for("2031-03-31")
        for _point in Obstacle:
            terminal.press("ctrl+l")
            terminal.wait_for("╭")
            terminal.type("none")
            terminal.press("enter")
            terminal.wait_until(lambda text: "╭" not in text)
            terminal.press("up")
        terminal.press("ctrl+r")
        terminal.wait_until(lambda text: allowed in text and text.count("✓") == len(Obstacle))
        terminal.press("!")
        terminal.type("contoso.onmicrosoft.com\r")
        terminal.wait_for(_("Not the same text."))
        terminal.wait_idle()
        assert everything(store) == untouched
        terminal.press(*["backspace"] * len("contoso.onmicrosoft.com"))
        terminal.type("\r")
        terminal.wait_for(_("It was not confirmed: nothing was done."))
        assert everything(store) == untouched

        # Confirmed: the ending is recorded, and the letter to the customer is shown.
        terminal.press("!")
        terminal.type(DOMAIN.upper() + "\r")
        terminal.wait_until(lambda text: allowed not in text and "rita@oliveira.pt" in text)
        ended = customer_of(store, 1)
        assert ended.ended_at is not None
        assert ended.relationship_to_partner == "none"
        (life,) = lives_of(store, 1)
        assert (life.reason, life.ended_by) == ("Price", "tester")

        # The tab Ended shows when, why and by whom; `i` invites again.
        terminal.press("escape")
        terminal.wait_until(lambda text: "rita@" not in text)
        terminal.press("g", "l")
        terminal.wait_for("▸1")
        terminal.press("4")
        terminal.wait_until(lambda text: "▸4" in text and NAME in text and "Price" in text)
        terminal.press("i")
        terminal.wait_until(lambda text: "▸4" not in text and "rita@oliveira.pt" in text)
        assert DOMAIN in terminal.text
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    assert findings(store) == []


# The form


async def test_a_point_that_stands_in_the_way_is_marked_as_it_is_left(store: Store) -> None:
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "D")
        at(console, EndRelationshipScreen)
        assert NAME in heading(console)
        await console.press("down")
        await console.type("active")
        await console.press("tab")
        assert heading(console).startswith("! Something is still active")
        await console.press("up", *["backspace"] * 6)
        await console.type("2026-11-21")  # yesterday: no obstacle any more
        await console.press("tab")
        assert NAME in heading(console)
        await console.type("perhaps")
        await console.press("ctrl+r")
        assert "perhaps is neither none, active nor a day" in " ".join(shown(console).split())
        await console.press("exclamation_mark")
        at(console, PlanScreen)
        assert customer_of(store, 1).ended_at is None


async def test_without_a_reason_nothing_is_ended(store: Store) -> None:
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "enter", "D", "ctrl+r")
        assert "Write why" in shown(console)
        await console.press("exclamation_mark", "escape", "escape")
        at(console, CustomerScreen)


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_each_cloud_says_in_its_own_words_where_it_is_ended(store: Store, cloud: str) -> None:
    customer = add_customer(store, "Zeta SA", "zeta", cloud)
    removing = account_in(store, cloud).cloud.allows(Capability.REMOVE_RELATIONSHIP)
    async with running(desk_over(store, cloud)) as console:
        await console.press("g", "c", "end", "D")
        await console.type("sold")
        await console.press("ctrl+r")
        at(console, PlanScreen)
        text = " ".join(shown(console).split())
        assert "Allowed, with warnings" in text
        said = removing.reason or "This account is kept by hand"
        assert all(word in text for word in said.split())
        await console.press("exclamation_mark")
        await console.type(customer_of(store, customer).primary_domain)
        await console.press("enter")
        at(console, NoticeScreen)
    assert customer_of(store, customer).ended_at is not None


async def test_an_ended_customer_cannot_be_ended_again(store: Store) -> None:
    carry_out(store, ending_plan(store, 1))
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "4", "enter", "D")
        assert heading(console) == "! The relationship ended already, on 2026-11-22."


async def test_somebody_else_who_was_faster_is_said(store: Store) -> None:
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "D")
        await console.type("sold")
        await console.press("ctrl+r")
        carry_out(store, ending_plan(store, 1))
        await console.press("exclamation_mark")
        await console.type(DOMAIN)
        await console.press("enter")
        at(console, EndRelationshipScreen)
        assert "Somebody else changed" in console.said
        assert "ended already" in heading(console)
    assert len(lives_of(store, 1)) == 1


async def test_read_only_and_over_all_clouds_nothing_is_ended(store: Store) -> None:
    async with running(desk_over(store, "all")) as console:
        await console.press("g", "c", "D")
        at(console, CustomersScreen)
        assert "All clouds are chosen" in console.said
    async with running(desk_over(store, read_only=True)) as console:
        for key in ("D", "i"):
            await console.press("g", "c", "enter", key)
            at(console, CustomerScreen)
            assert "Read-only" in console.said


# The confirmation


@pytest.mark.parametrize(
    ("wanted", "typed", "right"),
    [
        (DOMAIN, DOMAIN, True),
        (DOMAIN, f"  {DOMAIN.upper()}. ", True),
        (DOMAIN, "oliveira", False),
        (DOMAIN, f"{DOMAIN} x", False),
        (DOMAIN, "contoso.onmicrosoft.com", False),
        ("bücher.example", "xn--bcher-kva.example", True),
        ("bücher.example", "bucher.example", False),
        ("Contoso  Ltd", "Contoso Ltd", True),
        ("Contoso Ltd", "contoso ltd", False),
        ("\x1b[2J x", "␛[2J x", True),
        ("\x1b[2J x", "[2J x", False),
    ],
)
def test_the_domain_in_any_of_its_forms_confirms_or_the_exact_name(
    store: Store, wanted: str, typed: str, right: bool
) -> None:
    assert replace(ending_plan(store, 1), confirm=wanted).is_confirmed(typed) == right


async def test_what_to_type_is_on_the_screen_however_long(store: Store) -> None:
    long = "a-quite-long-prefix-of-twenty-seven.onmicrosoft.com"
    add_customer(store, "Zeta SA", long)
    nameless = add_customer(store, "[bold]\x1b[2J[/]", "x.example")
    with store.writing() as session:
        session.get_one(Customer, nameless).primary_domain = ""
    for keys, text in ((["end"], long), (["home"], "[bold]␛[2J[/]")):
        async with running(desk_over(store), size=(80, 24)) as console:
            await console.press("g", "c", *keys, "D")
            await console.type("sold")
            await console.press("ctrl+r", "end", "exclamation_mark")
            asked = console.screen.prompt.label + shown(console)
            assert text in "".join(asked.split())
            await console.type("no")
            await console.press("enter")
            assert console.screen.prompt.is_open
            assert console.screen.prompt.text == "no"
            await console.press("escape")
            at(console, PlanScreen)
            assert console.said == "It was not confirmed: nothing was done."


# Two relationships, one after the other


async def test_an_ending_is_undone_as_long_as_nothing_else_happened(store: Store) -> None:
    before = customer_of(store, 1)
    carry_out(store, ending_plan(store, 1))
    async with running(desk_over(store)) as console:
        await console.press("g", "h", "u", "exclamation_mark")
    after = customer_of(store, 1)
    assert (after.relationship_to_partner, after.ended_at) == (before.relationship_to_partner, None)
    assert lives_of(store, 1) == []
    assert findings(store) == []


async def test_the_customer_who_comes_back_has_both_lives_on_its_page(store: Store) -> None:
    carry_out(store, ending_plan(store, 1))
    id = invite(store, customer_id=1, link=LINK)
    case = read_invitation(store, id)
    carry_out(store, plan_letter_out(case, case.letter(NOW), SentBy.EML, by(TESTER, NOW)))
    later = NOW + timedelta(days=3)
    carry_out(store, plan_accept(read_invitation(store, id), by(TESTER, later)))
    page = read_whole_customer(store, 1)
    assert [life.state for life in page.relationship.relationships] == ["active", "ended"]
    assert page.relationship.accepted_invitation is not None
    kinds = [entry.kind for entry in page.changes]
    assert kinds == ["invitation", "invitation", "invited", "ended", "added"]
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "enter")
        text = shown(console)
        assert "Reseller since 2026-11-25" in text
        assert "to 2026-11-22, ended by tester" in text
        assert "the invitation of 2026-11-22, sent by tester, accepted on 2026-11-25" in text
        assert "sold" in text
