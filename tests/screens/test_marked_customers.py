"""What is done to one customer is done to the marked: by the same keys, as one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.customers.entities import Relationship
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.relationships.partners import plan_add_partner
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.screens.changes.page import ChangeScreen
from partnerdesk.screens.changes.plan import PlanScreen
from partnerdesk.screens.changes.run import RunScreen
from partnerdesk.screens.changes.undo_import import UndoImportScreen
from partnerdesk.screens.customers.edit import EditCustomerScreen
from partnerdesk.screens.customers.list import CustomersScreen
from partnerdesk.screens.files.import_ import ImportScreen
from partnerdesk.screens.relationships.end import EndManyScreen
from partnerdesk.screens.shared.note_dialog import NoteDialog
from tests.conftest import CLOUDS
from tests.support.books import NOW, TESTER
from tests.support.console import running
from tests.support.depth import times
from tests.support.desks import desk_over
from tests.support.edits import by
from tests.support.forms import account_in
from tests.support.relations import add_customer, customer_of, findings, provider
from tests.support.statements import rows

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.tui.widgets.app_screen import AppScreen
    from tests.support.console import Console


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a book of an indirect provider, with three customers and one reseller."""
    opened = Store(SqliteFile(tmp_path / "book.db"))
    opened.open(CLOUDS)
    provider(opened)
    nova = {"name": "Nova Cloud", "mpn_id": "4711001"}
    carry_out(opened, plan_add_partner(account_in(opened), nova, [], by(TESTER, NOW)))
    for name in ("Alpha", "Beta", "Gamma"):
        add_customer(opened, f"{name} GmbH", name.lower())
    return opened


def at(console: Console, screen: type[AppScreen]) -> None:
    """Look which screen is on top."""
    assert type(console.screen) is screen


def heading(console: Console) -> str:
    return str(console.screen.query_one("#run-heading").render())


async def done(console: Console) -> None:
    """Carry the run on the screen out, and wait for its end."""
    await console.press("exclamation_mark")
    await console.wait_until(lambda: console.said.startswith("Done"))


async def test_hundreds_of_marked_are_tagged_named_a_reseller_and_undone(store: Store) -> None:
    count = times(400, 60)
    for number in range(count - 3):
        add_customer(store, f"Company {number:03}", f"company{number}")
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "A", "t")
        assert console.said.startswith(f"Tags of {count} customers:")
        await console.press("a")
        await console.type("vip, gold")
        await console.press("enter")
        at(console, RunScreen)
        assert heading(console) == f"Change tags · {count} rows · {count} to do"
        assert console.lines()[1].endswith("Tags: – → gold, vip")
        assert rows(store, "SELECT count(*) FROM tags") == [(0,)]
        await console.press("enter")
        at(console, PlanScreen)
        await console.press("exclamation_mark")
        assert "carried out with the others" in console.said
        await console.press("escape")
        await done(console)
        assert rows(store, "SELECT count(*) FROM tags") == [(2 * count,)]
        await console.press("enter")
        at(console, ChangeScreen)
        await console.press("escape", "escape")
        assert console.state == f"{count} customers"  # and none is marked any more
        await console.press("A", "R", "enter")
        await done(console)
        await console.press("escape", "g", "h")
        assert console.state == "3 changes"
        for _run in range(2):
            await console.press("u")
            await done(console)
            await console.press("escape", "down")
        assert console.state == "5 changes"
    assert rows(store, "SELECT count(*) FROM tags") == [(0,)]
    assert rows(store, "SELECT count(*) FROM customers WHERE indirect_reseller <> ''") == [(0,)]
    assert findings(store) == []


async def test_marks_stay_where_the_work_was_not_done(store: Store) -> None:
    add_customer(store, "Omega", "omega", "us-gov")
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "A", "e")
        await console.type("country")
        await console.press("enter")
        await console.type("Narnia")
        await console.press("enter")
        assert heading(console) == "Edit customers · 3 rows · 3 refused"
        assert "Narnia" in console.lines()[1]
        await console.press("exclamation_mark")
        assert "nothing to do" in console.said
        await console.press("escape")
        assert console.state == "3 customers · 3 marked"


async def test_a_note_goes_to_all_marked_and_is_gone_with_one_undo(store: Store) -> None:
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "space", "space", "o")
        assert isinstance(console.app.screen, NoteDialog)
        await console.press(*"call", "ctrl+s")
        assert console.lines()[1].endswith("Note: call")
        await done(console)
        assert [len(read_customer(store, id).notes) for id in (1, 2, 3)] == [1, 1, 0]
        await console.press("escape", "g", "h", "enter")
        at(console, ChangeScreen)
        page = "\n".join(console.lines())
        assert "(2) Alpha GmbH …" in page
        assert "Beta GmbH" in page
        await console.press("u")
        await done(console)
    assert [len(read_customer(store, id).notes) for id in (1, 2, 3)] == [0, 0, 0]


async def test_where_none_is_marked_the_keys_mean_the_row_under_the_cursor(store: Store) -> None:
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "down", "t")
        assert console.screen.prompt.label == "Tags of Beta GmbH"
        await console.type("vip")
        await console.press("enter")
        assert console.said == "Tags: + vip."
        assert read_customer(store, 2).tags == ["vip"]
        await console.press("o", *"hm", "ctrl+s")
        assert [note.text for note in read_customer(store, 2).notes] == ["hm"]
        await console.press("e")
        at(console, EditCustomerScreen)
    async with running(desk_over(store, "germany")) as console:
        await console.press("g", "c", "t")
        assert console.said == "There is no customer here."


async def test_each_ending_is_confirmed_by_its_own_domain(store: Store) -> None:
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "space", "space", "D")
        at(console, EndManyScreen)
        await console.type("moved away")
        await console.press("ctrl+r")
        assert heading(console) == "End relationships · 2 rows · 2 to do"
        await console.press("exclamation_mark")
        assert "alpha.onmicrosoft.com" in console.screen.prompt.label
        await console.type("beta.onmicrosoft.com")
        await console.press("enter")
        assert "Not the same text" in console.said
        await console.press("escape")
        assert "nothing was done" in console.said
        assert customer_of(store, 1).ended_at is None
        await console.press("exclamation_mark")
        for name in ("alpha", "beta"):
            assert customer_of(store, 1).ended_at is None  # not before all are confirmed
            await console.type(f"{name}.onmicrosoft.com")
            await console.press("enter")
        await console.wait_until(lambda: console.said.startswith("Done"))
        assert [customer_of(store, id).ended_at is None for id in (1, 2, 3)] == [False, False, True]
        await console.press("escape", "g", "h", "u")
        await done(console)
    assert customer_of(store, 1).relationship_to_partner is Relationship.RESELLER
    assert findings(store) == []


async def test_an_import_is_undone_right_after_it_and_from_the_history(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(
        "Company name,Primary domain name,Country\nAlpha AG,alpha.onmicrosoft.com,AT\n"
        "New One,new1.example,DE\nNew Two,new2.example,DE\n"
    )
    before = rows(store, "SELECT id, company_name, country FROM customers ORDER BY id")
    async with running(desk_over(store)) as console:
        for way in (("u",), ("escape", "g", "h", "u")):
            await console.press("g", "c", "I")
            await console.type(str(file))
            await console.press("enter", "u")
            at(console, ImportScreen)
            assert "Nothing was imported here yet." in console.said
            await console.press("exclamation_mark")
            await console.wait_until(lambda: console.said == "Imported.")
            assert rows(store, "SELECT count(*) FROM customers") == [(5,)]
            await console.press(*way)
            at(console, UndoImportScreen)
            assert heading(console) == (
                "Undo the import of wrong.csv · 2 taken out · 1 as before again · 0 stay"
            )
            assert "Company name: Alpha AG → Alpha GmbH" in console.lines()[1]
            await console.press("exclamation_mark")
            await console.type("the wrong file")
            await console.press("enter")
            await console.wait_until(lambda: "The import is undone" in console.said)
            assert all(" done " in line for line in console.lines()[1:4])
            found = rows(store, "SELECT id, company_name, country FROM customers ORDER BY id")
            assert found == before
            await console.press("escape", "escape")
        await console.press("g", "h", "home", "u")  # the undo of an import
        assert "Importing the same file again" in "\n".join(console.lines())
    assert findings(store) == []


async def test_a_key_that_does_nothing_before_a_customer_is_marked_asks_nothing(
    store: Store,
) -> None:
    async with running(desk_over(store, read_only=True)) as console:
        for key in ("t", "o", "e"):
            await console.press("g", "c", "space", key)
            assert "Read-only" in console.said
            at(console, CustomersScreen)
