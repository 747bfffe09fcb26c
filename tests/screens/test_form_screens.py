"""What the form does when the book cannot be written, or others are faster; keys through Pilot."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from functools import partial
from threading import current_thread
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.core.errors import BusyError
from partnerdesk.models.customers.drafts import read_draft, read_drafts, save_draft
from partnerdesk.models.customers.duplicates import Duplicate, find_duplicates
from partnerdesk.models.customers.edit import form_values, plan_edit_customer
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import find_customer, read_customer
from partnerdesk.models.database import connection as connections
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.values import countries
from partnerdesk.screens.customers import add as add_customer
from partnerdesk.screens.customers.add import AddCustomerScreen
from partnerdesk.screens.customers.edit import EditCustomerScreen
from partnerdesk.screens.resources.list import ResourcesScreen
from partnerdesk.tui.widgets.form_page import FormPage
from tests.support.books import NOW, TESTER, demo_desk, empty_desk
from tests.support.console import Console, running
from tests.support.edits import by
from tests.support.forms import account_in, add

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.session import AppSession


async def until(console: Console, text: str, *, there: bool = True) -> None:
    """Wait until the form's heading says, or no longer says, a text."""
    for _attempt in range(200):
        await console.settle()
        if (text in heading(console)) is there:
            return
    raise AssertionError(heading(console))


def heading(console: Console) -> str:
    screen = console.screen
    assert isinstance(screen, AddCustomerScreen)
    return str(screen.heading.render())


def company(desk: AppSession) -> list[str]:
    return [draft.values.get(FormField.COMPANY_NAME, "") for draft in read_drafts(desk.store, [1])]


async def test_a_draft_that_cannot_be_written_is_tried_again_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(add_customer, "RETRY_SECONDS", 0.05)
    desk = empty_desk(tmp_path)
    async with running(desk) as console:
        await console.press("n")
        await console.type("Delta")
        with closing(sqlite3.connect(tmp_path / "empty.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await console.type(" Ltd")
            await until(console, "Not kept: The book")
            await console.press("escape")
            assert "is not kept" in console.said  # and the form is still there
            await console.press("n")
            assert isinstance(console.screen, AddCustomerScreen)
        await until(console, "Not kept", there=False)
        assert company(desk) == ["Delta Ltd"]
        await console.press("escape")
        assert isinstance(console.screen, ResourcesScreen)
        assert "The draft is kept" in console.said


async def test_a_draft_is_counted_on_the_screen_that_is_gone_to_by_another_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partnerdesk.tui.book_watch.LOOK_SECONDS", 3600)
    desk = empty_desk(tmp_path)
    async with running(desk) as console:
        await console.press("n", "A")
        console.app.begin(console.screen, partial(console.app.go_to, "resources"))
        await console.settle()
        assert isinstance(console.screen, ResourcesScreen)
        assert any("1 draft" in line for line in console.lines())


async def test_a_draft_that_another_terminal_goes_on_with_can_be_kept_apart(
    tmp_path: Path,
) -> None:
    desk = empty_desk(tmp_path)
    async with running(desk) as console:
        await console.press("n")
        await console.type("Delta")
        await console.press("escape", "n", "enter")
        (draft,) = read_drafts(desk.store, [1])
        theirs = read_draft(desk.store, draft.id or 0)
        save_draft(desk.store, theirs, {FormField.COMPANY_NAME: "Theirs"}, "", NOW)
        await console.type(" mine")
        await until(console, "another terminal")
        await console.press("escape")
        assert "k Keep it as a draft of its own" in console.said
        await console.press("k")
        assert sorted(company(desk)) == ["Delta mine", "Theirs"]


async def test_undoing_an_addition_from_the_customers_page_goes_back_to_the_list(
    tmp_path: Path,
) -> None:
    desk = empty_desk(tmp_path)
    async with running(desk) as console:
        add(desk.store)
        await console.press("g", "c", "enter", "u")
        assert console.screen.NAME == "plan"
        await console.press("exclamation_mark")
        await console.type("twice")
        await console.press("enter")
        assert console.screen.NAME == "customers"
        assert "is undone" in console.said
        await console.press("g", "h")
        assert console.table.total == 2


async def test_what_is_mended_is_counted_no_more(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("n", "tab", "tab", "tab")
        await console.type("UK")
        await console.press("tab")
        assert console.state == "3 to mend"  # the company has no name and no domain either
        await console.press("ctrl+t")
        assert console.state == "2 to mend"


async def test_whose_value_counts_is_asked_until_it_is_answered(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    async with running(desk) as console:
        await console.press("g", "c", "slash")
        await console.type("fabrikam")
        await console.press("enter", "e")
        screen = console.screen
        assert isinstance(screen, EditCustomerScreen)
        await console.type(" mine")
        id = find_customer(desk.store, "fabrikam.onmicrosoft.com", [1])
        page = read_customer(desk.store, id)
        theirs = form_values(page) | {FormField.COMPANY_NAME: "Theirs Ltd"}
        who = by(TESTER, NOW)
        carry_out(desk.store, plan_edit_customer(page, account_in(desk.store), theirs, who))
        await console.press("ctrl+r", "exclamation_mark")
        assert "Which counts?" in console.said
        await console.press("escape", "ctrl+r")
        assert "Which counts?" in console.said
        await console.press("m", "ctrl+r", "exclamation_mark")
        kept = read_customer(desk.store, id).customer.company_name
        assert kept == "Fabrikam, Inc. mine"


async def test_an_answer_that_asks_for_more_leads_to_it_and_not_to_the_review(
    tmp_path: Path,
) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("n", "ctrl+end")
        await console.type("attested")
        await console.press("enter")
        form = console.screen
        assert isinstance(form, AddCustomerScreen)
        assert form.form.current == FormField.AGREEMENT_FIRST_NAME


async def test_what_the_form_filled_in_itself_is_nothing_that_could_be_lost(
    tmp_path: Path,
) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("n")
        form = console.screen
        assert isinstance(form, AddCustomerScreen)
        assert form.typed[FormField.COUNTRY]
        assert form.unsaved() == {}
        await console.type("Delta")
        assert form.unsaved() == {FormField.COMPANY_NAME: "Delta"}


async def test_the_same_customer_is_looked_for_where_a_field_says_more_and_for_the_review(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def counted(*given: Any) -> list[Duplicate]:
        looks.append(given[2].get(FormField.COMPANY_NAME, ""))
        return find_duplicates(*given)

    monkeypatch.setattr(add_customer, "find_duplicates", counted)
    async with running(demo_desk(tmp_path)) as console:
        await console.press("n")
        await console.type("Fabrikam")
        await console.press("tab", "tab", "tab")
        assert looks[0] == ""
        assert set(looks[1:]) == {"Fabrikam"}
        asked = len(looks)
        await console.press("tab", "tab", "tab", "tab", "tab")
        assert len(looks) == asked
        await console.press("ctrl+r")
        assert console.screen.NAME == "plan"
        assert len(looks) == asked + 1


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_country_in_any_language_is_looked_for_beside_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    readers: set[str] = set()
    territories = countries._territories

    def read(speech: str) -> dict[str, str]:
        readers.add(current_thread().name)
        return territories(speech)

    monkeypatch.setattr(countries, "_territories", read)
    countries._in_any_language.cache_clear()
    async with running(demo_desk(tmp_path)) as console:
        await console.press("n")
        form = console.screen.query_one(FormPage)
        while form.current != FormField.COUNTRY:
            await console.press("tab")
        keys = [*"Tyskland", "tab", "X", "tab"]
        if at_once:
            await console._pilot.press(*keys)
            await console.settle()
        else:
            for key in keys:
                await console.press(key)
        assert form.value(FormField.COUNTRY) == "DE"
        assert [form.value(name) for name in ("address_line1", "postal_code")] == ["X", ""]
        assert form.current == "address_line2"
    assert readers == {"reader"}


async def test_what_is_wrong_with_a_field_is_said_also_where_the_book_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: Any) -> list[Duplicate]:
        raise BusyError("The book is busy.")

    monkeypatch.setattr(add_customer, "find_duplicates", busy)
    async with running(demo_desk(tmp_path)) as console:
        await console.press("n")
        await console.press("tab")
        assert console.state == "1 to mend"
        assert "The book is busy." in console.said
        await console.press("ctrl+r")
        assert console.screen.NAME == "add-customer"
        assert re.fullmatch(r"\d+ to mend", console.state)
        assert console.state > "1 to mend"
