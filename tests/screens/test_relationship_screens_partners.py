"""Partners, resellers and ended customers on the screen: found, added, edited, named, ended."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from textual.widgets import OptionList, Static

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import _, speak
from partnerdesk.models.lists.filter_parser import parse
from partnerdesk.models.operations.bulk import RunRequest, begin_run, plan_run
from partnerdesk.models.operations.bulk_records import RunKind
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.pages.customer import read_whole_customer
from partnerdesk.models.relationships.delegated_admin import plan_add_delegation
from partnerdesk.models.relationships.entities import PartnerState
from partnerdesk.models.relationships.lists import ENDED, PARTNER_STATES
from partnerdesk.models.relationships.partners import (
    plan_add_partner,
    plan_edit_partner,
    plan_name_reseller,
    read_partner,
    read_partners,
)
from partnerdesk.models.session import AppSession
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.screens.changes.plan import PlanScreen
from partnerdesk.screens.changes.run import RunScreen
from partnerdesk.screens.customers.list import CustomersScreen
from partnerdesk.screens.customers.page import CustomerScreen
from partnerdesk.screens.relationships.delegated_admin.form import DelegationFormScreen
from partnerdesk.screens.relationships.end import EndManyScreen
from partnerdesk.screens.relationships.ended import EndedScreen
from partnerdesk.screens.relationships.invitations.invite import InviteManyScreen, InviteScreen
from partnerdesk.screens.relationships.invitations.page import InvitationScreen
from partnerdesk.screens.relationships.partners.form import PartnerFormScreen
from partnerdesk.screens.relationships.partners.list import PartnersScreen, customers_filter
from partnerdesk.screens.shared.choice_dialog import ChoiceDialog
from partnerdesk.tui.widgets.field_page import FieldPage
from tests.support.books import NOW, TESTER
from tests.support.commands import run
from tests.support.console import running
from tests.support.edits import by
from tests.support.forms import account_in
from tests.support.relations import (
    LINK,
    accept,
    add_customer,
    customer_of,
    findings,
    invite,
    invited,
    name_accounts,
    provider,
    send,
)

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.relationships.entities import PartnerLink
    from partnerdesk.tui.widgets.app_screen import AppScreen
    from tests.support.console import Console

CLOUDS = ["global", "us-gov", "germany"]
QUOTED = 'Bob "The Cloud" [bold]Ltd[/]'
TENANT = "0b0f3a52-8f5d-4c57-9d53-0d8f6f0b7a11"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a book of an indirect provider, with three customers and no partner yet."""
    opened = Store(SqliteFile(tmp_path / "book.db"))
    opened.open(CLOUDS)
    provider(opened)
    for name in ("Alpha", "Beta", "Gamma"):
        add_customer(opened, f"{name} GmbH", name.lower())
    return opened


def desk_over(store: Store, cloud: str = "global", **flags: object) -> AppSession:
    chosen = settings.load().with_flags(**flags)
    store.read_only = chosen.read_only
    return AppSession(chosen, store, clock=lambda: NOW, wanted_cloud=cloud)


def partner(store: Store, name: str = "Nova Cloud", **said: str) -> PartnerLink:
    """Keep a reseller in the global cloud."""
    account = account_in(store)
    known = read_partners(store, account.id)
    plan = plan_add_partner(account, {"name": name} | said, known, by(TESTER, NOW))
    return read_partner(store, carry_out(store, plan).record_id or 0)[0]


def carries(store: Store, customer: int, text: str) -> None:
    """Let a customer carry a text as its reseller, as an import writes it."""
    with store.writing() as session:
        session.get_one(Customer, customer).indirect_reseller = text


def at(console: Console, screen: type[AppScreen]) -> None:
    """Look which screen is on top."""
    assert type(console.screen) is screen


def delegation(store: Store, customer: int, name: str, roles: str) -> None:
    """Keep a delegated-admin relationship that ends within a week."""
    said = {"name": name, "roles": roles, "end": "2026-11-28", "start": "2026-01-01"}
    who = customer_of(store, customer)
    with store.reading() as session:
        account = session.get_one(PartnerAccount, who.account_id)
    plan = plan_add_delegation(account, who, said, by(TESTER, NOW), taken=False)
    carry_out(store, plan)


async def to_field(console: Console, begin: str) -> None:
    """Move the cursor down to the first field that is named so."""
    page = console.screen.query_one(FieldPage)
    for _step in range(60):
        if page.field is not None and page.field.name.startswith(begin):
            return
        await console.press("down")
    raise AssertionError(f"There is no field {begin}.")


async def leave(console: Console) -> None:
    """Leave a form, whatever is typed there."""
    await console.press("escape")
    if console.screen.awaits_key:
        await console.press("y")


def shown(console: Console) -> str:
    return "\n".join(console.lines())


def empty(console: Console) -> str:
    """Return what stands in the place of an empty list, on one line."""
    return " ".join(str(console.screen.query_one("#empty", Static).render()).split())


def offered(console: Console) -> list[str]:
    """Return what the list that is open offers."""
    assert isinstance(console.app.screen, ChoiceDialog)
    options = console.app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(n).prompt) for n in range(options.option_count)]


# The list


async def test_a_partner_opens_the_customers_that_carry_one_of_its_names(store: Store) -> None:
    kept = partner(store, QUOTED, mpn_id="4711001", microsoft_id=TENANT)
    for id, text in ((1, QUOTED), (2, kept.mpn_id)):
        carries(store, id, text)
    add_customer(store, "Delta GmbH", "delta", indirect_reseller=TENANT)
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "2")
        at(console, PartnersScreen)
        row = console.lines()[1]
        assert QUOTED in row
        assert row.split()[-1] == "3"  # customers
        await console.press("enter")
        at(console, CustomersScreen)
        assert [line[2:7] for line in console.lines()[1:4]] == ["Alpha", "Beta ", "Delta"]
        assert console.state.startswith("3 of 4")


@pytest.mark.parametrize("name", ['"', '""', 'a"b', " or ", "reseller:x", "-", "50%_\\", "[b]x[/]"])
def test_any_name_makes_a_filter_that_can_be_read(name: str) -> None:
    text = customers_filter(name, "4711", "")
    assert parse(text, CustomersScreen.SPEC, NOW).alternatives
    assert customers_filter('"') == ""


async def test_a_partner_of_no_customer_says_how_one_gets_it(store: Store) -> None:
    partner(store)
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "2", "enter")
        at(console, PartnersScreen)
        assert console.said == "No customer carries Nova Cloud; R on Customers names the reseller."


async def test_what_to_copy_of_a_partner_is_asked(store: Store) -> None:
    partner(store, mpn_id="4711001", microsoft_id=TENANT)
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "2")
        for key, text in (("n", "Nova Cloud"), ("m", "4711001"), ("i", TENANT)):
            await console.press("y", key)
            assert console.said == f"Copied: {text}"


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("cloud", CLOUDS)
async def test_an_empty_list_says_why_in_the_words_of_the_clouds_table(
    store: Store, cloud: str, language: str
) -> None:
    speak(language)
    model = account_in(store, cloud).cloud.allows(Capability.INDIRECT_MODEL)
    async with running(desk_over(store, cloud)) as console:
        await console.press("g", "l", "2")
        text = empty(console)
        assert model.reason in text
        assert bool(model.reason) == (not model.allowed)
        adds = " ".join(_("adds a partner, as it stands in Partner Center").split())
        assert (adds in text) == model.allowed
        await console.press("g", "c", "R")
        assert (console.said == model.reason) == (not model.allowed)


async def test_a_direct_bill_account_is_told_whom_the_list_is_for(store: Store) -> None:
    name_accounts(store, kind="direct_bill")
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "2")
        assert "direct bill" in empty(console)
        command = "partnerdesk --cloud global accounts edit --kind indirect_provider"
        assert command in empty(console)
    words = ["--database", str(store.database.name), *command.split()[1:], "--dry-run"]
    assert run(*words).code == 0


async def test_over_all_clouds_and_read_only_nothing_is_changed(store: Store) -> None:
    partner(store)
    for desk in (desk_over(store, "all"), desk_over(store, read_only=True)):
        async with running(desk) as console:
            await console.press("g", "l", "2")
            for key in ("n", "e", "D"):
                await console.press(key)
                at(console, PartnersScreen)
                assert console.said == desk.why_no_change() != ""
            await console.press("g", "c", "R")
            assert console.said == desk.why_no_change()
    store.read_only = False


# The form


async def test_a_partner_is_added_with_what_was_offered(store: Store) -> None:
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "2", "n")
        at(console, PartnerFormScreen)
        await console.type("Nova Cloud")
        await console.press("tab")
        await console.type("4711001")
        await console.press("tab")
        await console.type("UK")
        await console.press("tab", "ctrl+t", "down")
        await console.type("no")
        await console.press("ctrl+r")
        at(console, PlanScreen)
        assert read_partners(store, 1) == []
        await console.press("exclamation_mark")
        at(console, PartnersScreen)
        assert console.said == "The partner is kept. It can be undone under g h."
        state = PARTNER_STATES["active"]
        assert console.lines()[1].split()[1:] == [
            "Nova", "Cloud", "4711001", "GB", "Indirect", "reseller", "●", state, "no",
        ]  # fmt: skip
        (kept,) = read_partners(store, 1)
        assert (kept.name, kept.location, kept.agreement_signed) == ("Nova Cloud", "GB", False)
        await console.press("n")
        await console.type("nova  cloud")
        await console.press("ctrl+r")
        assert "There is a partner of that name already." in shown(console)
        await console.press("exclamation_mark", "escape")
        assert len(read_partners(store, 1)) == 1
    assert findings(store) == []


async def test_a_cloud_without_the_model_says_so_in_the_form(store: Store) -> None:
    async with running(desk_over(store, "us-gov")) as console:
        reason = account_in(store, "us-gov").cloud.allows(Capability.INDIRECT_MODEL).reason
        await console.press("g", "l", "2", "n")
        heading = console.screen.query_one("#form-heading", Static)
        assert str(heading.render()).strip() == f"! {reason}"
        await console.type("Nova")
        await console.press("ctrl+r", "exclamation_mark")
        at(console, PlanScreen)
        assert read_partners(store, 2) == []


async def test_only_what_differs_is_edited(store: Store) -> None:
    kept = partner(store, mpn_id="4711001", location="GB", agreement_signed="no")
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "2", "e", "down", "down", "down", "down", "ctrl+l")
        assert offered(console) == ["yes", "no"]
        await console.press("y", "enter", "ctrl+r")
        text = shown(console)
        assert "Partner agreement signed: no → yes" in text
        assert "MPN ID" not in text
        await console.press("exclamation_mark")
        assert read_partner(store, kept.id or 0)[0].agreement_signed is True
        await console.press("e", "ctrl+r")
        assert console.said == "There is nothing to change. Esc goes back."


async def test_two_people_who_edit_a_partner_lose_nothing(store: Store) -> None:
    kept = partner(store, mpn_id="4711001")
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "2", "e")
        await console.press(*["backspace"] * len("Nova Cloud"))
        await console.type("Supernova")
        await console.press("ctrl+r")
        theirs = {"name": "Nova Ltd", "mpn_id": "4711002", "kind": "reseller"}
        plan = plan_edit_partner(account_in(store), kept, theirs, [], by(TESTER, NOW))
        carry_out(store, plan)
        await console.press("exclamation_mark")
        at(console, PartnerFormScreen)
        assert "Somebody else changed" in console.said
        await console.press("ctrl+r", "exclamation_mark")
        at(console, PartnersScreen)
        both, _account = read_partner(store, kept.id or 0)
        assert (both.name, both.mpn_id) == ("Supernova", "4711002")
    assert findings(store) == []


async def test_a_form_that_is_left_asks_first_where_something_was_typed(store: Store) -> None:
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "2", "n", "escape")
        at(console, PartnersScreen)
        await console.press("n")
        await console.type("Nova")
        await console.press("escape")
        at(console, PartnerFormScreen)
        await console.press("escape")
        at(console, PartnersScreen)
        await console.press("n")  # nothing was lost
        form = console.screen
        assert isinstance(form, PartnerFormScreen)
        assert form.typed["name"] == "Nova"
        await console.press("escape", "y")
        at(console, PartnersScreen)


# The end of a link


async def test_ending_a_link_leaves_the_customers_and_says_so(store: Store) -> None:
    kept = partner(store)
    carries(store, 1, "Nova Cloud")
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "2", "D")
        at(console, PlanScreen)
        text = " ".join(shown(console).split())
        assert "customers and their delegated admin stay" in text
        assert "1 of your customers" in text
        await console.press("escape")
        assert read_partner(store, kept.id or 0)[0].state == PartnerState.ACTIVE
        await console.press("D", "exclamation_mark")
        assert console.said == "Nova Cloud: the link has ended. Tell the partner yourself."
        assert read_partner(store, kept.id or 0)[0].state == PartnerState.ENDED
        assert customer_of(store, 1).indirect_reseller == "Nova Cloud"
        await console.press("D")
        assert "ended already" in shown(console)
        await console.press("escape", "g", "h", "u", "exclamation_mark")
        assert read_partner(store, kept.id or 0)[0].state == PartnerState.ACTIVE
    assert findings(store) == []


# The reseller of customers


async def test_marked_customers_get_a_reseller_also_those_that_the_filter_hides(
    store: Store,
) -> None:
    partner(store, "Aurora", mpn_id="4711009")
    partner(store, mpn_id="4711001")
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "space", "j", "space", "slash")
        await console.type("-alpha")
        await console.press("enter", "R")
        told = [" ".join(line.split()) for line in offered(console)]
        assert told == ["Aurora 4711009", "Nova Cloud 4711001", "none: take the name away"]
        title = str(console.app.screen.query_one(".dialog").border_title)
        assert title == "Reseller of 2 customers (1 hidden by the filter)"
        await console.type("nova")
        await console.press("enter")
        at(console, RunScreen)
        assert customer_of(store, 1).indirect_reseller == ""
        await console.press("exclamation_mark")
        await console.wait_until(lambda: console.said.startswith("Done"))
        await console.press("escape")
        at(console, CustomersScreen)
    assert [customer_of(store, id).indirect_reseller for id in (1, 2, 3)] == [
        "Nova Cloud",
        "",
        "Nova Cloud",
    ]
    assert findings(store) == []


async def test_enter_alone_takes_no_name_away_and_escape_lets_it_be(store: Store) -> None:
    partner(store)
    carries(store, 1, "Nova Cloud")
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "R", "escape")
        at(console, CustomersScreen)
        await console.press("R", "enter", "exclamation_mark")
        assert customer_of(store, 1).indirect_reseller == "Nova Cloud"
        await console.press("escape", "R", "end", "down", "enter", "exclamation_mark")
        assert customer_of(store, 1).indirect_reseller == ""


async def test_without_a_reseller_one_is_added_or_its_number_written(store: Store) -> None:
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "R")
        assert "you have no active reseller here" in console.said
        await console.press("a")
        at(console, PartnerFormScreen)
        await console.press("escape", "R", "m", "enter")
        at(console, CustomersScreen)
        await console.press("R", "m")
        await console.type("4242")  # the provider's own
        await console.press("enter")
        at(console, RunScreen)
        assert "refused" in shown(console)
        assert "is an indirect provider: the reseller" in shown(console)
        await console.press("exclamation_mark")
        assert customer_of(store, 1).indirect_reseller == ""


async def test_a_run_that_was_cut_off_is_offered_first(store: Store) -> None:
    partner(store)
    wish = RunRequest(RunKind.NAME_RESELLER, {"reseller": "Nova Cloud"})
    begin_run(store, plan_run(store, account_in(store), wish, [2, 3], by(TESTER, NOW)))
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "R")
        assert "cut off" in console.said
        await console.press("n")
        assert "Nova Cloud" in offered(console)[0]
        await console.press("escape", "R", "g")
        at(console, RunScreen)
        await console.press("exclamation_mark")
    assert [customer_of(store, id).indirect_reseller for id in (1, 2, 3)] == [
        "",
        "Nova Cloud",
        "Nova Cloud",
    ]


async def test_an_empty_list_has_no_customer_to_name_a_reseller_of(store: Store) -> None:
    async with running(desk_over(store, "us-gov")) as console:
        await console.press("g", "c", "D")
        assert console.said == "There is no customer here."
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "slash")
        await console.type("nobody")
        await console.press("enter", "R")
        assert console.said == "There is no customer here."


# Ended customers


async def test_ended_customers_stay_and_can_be_invited_again(store: Store) -> None:
    id = add_customer(store, "Omega SA", "omega", relationship_to_partner="none",
                      ended_at=NOW - timedelta(days=9), microsoft_id=TENANT)  # fmt: skip
    async with running(desk_over(store)) as console:
        await console.press("g", "l", "4")
        at(console, EndedScreen)
        assert "Omega SA" in console.lines()[1]
        assert "2026-11-13" in console.lines()[1]
        assert console.state == "1 ended"
        await console.press("y", "i")
        assert console.said == f"Copied: {TENANT}"
        await console.press("enter")
        at(console, CustomerScreen)
        await console.press("escape", "i")
        at(console, InviteScreen)
        assert console.screen.query_one("#form-heading").is_attached
        form = console.screen
        assert isinstance(form, InviteScreen)
        assert form.typed["company"] == "Omega SA"
        assert form.typed["domain"] == customer_of(store, id).primary_domain


@pytest.mark.parametrize("cloud", [*CLOUDS, "all"])
async def test_where_nothing_ended_it_says_what_will_stand_here(store: Store, cloud: str) -> None:
    async with running(desk_over(store, cloud)) as console:
        await console.press("g", "l", "4")
        assert "D on a customer ends its relationship." in empty(console)
        await console.press("i", "y", "enter", "x")
        at(console, EndedScreen)
        assert ENDED.name == "ended"


# Inviting and ending from the customers


async def test_i_invites_the_marked_the_one_under_the_cursor_or_a_new_company(
    store: Store,
) -> None:
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "j", "i")
        at(console, InviteScreen)
        form = console.screen
        assert isinstance(form, InviteScreen)
        assert form.typed["company"] == "Beta GmbH"
        await leave(console)
        await console.press("space", "home", "space", "i")
        at(console, InviteManyScreen)
        await leave(console)
        await console.press("D")
        at(console, EndManyScreen)
    async with running(desk_over(store, "us-gov")) as console:
        await console.press("g", "c", "i")
        at(console, InviteScreen)


async def test_the_customers_page_tells_both_lives_and_opens_what_belongs_to_them(
    store: Store,
) -> None:
    before = invited(store, at=NOW - timedelta(days=40), company="Omega SA", link=LINK,
                     domain="omega.onmicrosoft.com", email="a@omega.example")  # fmt: skip
    id = add_customer(store, "Omega SA", "omega")
    accept(store, before, id, at=NOW - timedelta(days=30))
    send(store, invite(store, customer_id=id, email="a@omega.example"))
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "slash")
        await console.type("omega")
        await console.press("enter")
        at(console, CustomerScreen)
        text = shown(console)
        assert "the invitation of 2026-10-13, sent by tester, accepted on 2026-10-23" in text
        assert "Reseller since 2026-10-23" in text
        assert "accepted 2026-10-23 · by tester, clipboard" in text
        assert "sent · by tester, clipboard" in text
        assert "none is kept; Enter adds one" in text
        await console.press("end")
        assert "Invited — tester" in shown(console)
    told = [entry.kind.value for entry in read_whole_customer(store, id).changes]
    assert told == ["invitation", "invited", "invitation", "invitation", "invited"]


def test_what_was_undone_before_the_customer_was_known_is_said_to_be(store: Store) -> None:
    first = invite(store, company="Omega SA", domain="omega.onmicrosoft.com", link=LINK,
                   email="a@omega.example")  # fmt: skip
    letter_out = send(store, first).change_id or 0
    carry_out(store, plan_undo(store, letter_out, by(TESTER, NOW)))
    send(store, first)
    invite(store, company="Omega SA", link=LINK, email="b@omega.example")  # another one
    id = add_customer(store, "Omega SA", "omega")
    accept(store, first, id)
    page = read_whole_customer(store, id)
    told = [entry.kind.value for entry in page.changes]
    assert told == ["invitation", "invitation", "undone", "invitation", "invited"]
    assert [entry.id for entry in page.changes if entry.undone_by is not None] == [letter_out]


async def test_enter_on_the_customers_page_opens_what_is_under_the_cursor(store: Store) -> None:
    delegation(store, 1, "Admin [b]x[/]", "Helpdesk Administrator, Global Administrator")
    id = invited(store, customer_id=1, email="a@alpha.example")
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "enter")
        text = " ".join(shown(console).split())
        assert "Admin [b]x[/]" in text
        assert "active · ends 2026-11-28 (!! in 5 d) · does not extend itself" in text
        assert "with Global Administrator, never extended" in text
        assert "Helpdesk Administrator, Global Administrator" in text
        await to_field(console, f"invitation:{id}")
        await console.press("enter")
        at(console, InvitationScreen)
        await console.press("escape")
        await to_field(console, "delegation:1")
        await console.press("enter")
        at(console, DelegationFormScreen)
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "j", "enter")
        await to_field(console, "delegation:")
        await console.press("enter")
        form = console.screen
        assert isinstance(form, DelegationFormScreen)
        assert form.typed["customer"] == customer_of(store, 2).primary_domain


async def test_in_read_only_mode_the_page_still_opens_an_invitation(store: Store) -> None:
    invited(store, customer_id=1, email="a@alpha.example")
    async with running(desk_over(store, read_only=True)) as console:
        await console.press("g", "c", "enter")
        await to_field(console, "invitation:1")
        await console.press("enter")
        at(console, InvitationScreen)
    store.read_only = False


def test_show_as_json_has_invitations_lives_and_delegated_admin(store: Store) -> None:
    long_ago = NOW - timedelta(days=4_000)
    id = add_customer(store, "Omega SA", "omega", relationship_to_partner="none")
    first = invited(store, at=long_ago, customer_id=id, email="a@omega.example")
    accept(store, first, at=long_ago)
    second = invited(store, at=long_ago, customer_id=id, email="a@omega.example")
    words = ["--database", str(store.database.name), "customers", "show", str(id), "--json"]
    printed = run(*words).json
    assert [one["id"] for one in printed["invitations"]] == [second, first]
    assert [one["state"] for one in printed["invitations"]] == ["lapsed", "accepted"]
    assert printed["invitations"][0]["link"] == LINK
    (life,) = printed["relationships"]
    assert (life["invitation_id"], life["state"], life["ended_at"]) == (first, "active", None)
    assert printed["delegated_admin"] == []
    assert json.dumps(printed)


def test_the_reseller_of_a_customer_of_the_provider_itself_is_refused(store: Store) -> None:
    """The rule behind the run (`reference/rules.md §8`, 2072)."""
    plan = plan_name_reseller(
        account_in(store), customer_of(store, 1), "4242", [], by(TESTER, NOW), own_mpn_id="4242"
    )
    assert [reason.code for reason in plan.reasons if reason.refuses] == ["reseller.provider"]
