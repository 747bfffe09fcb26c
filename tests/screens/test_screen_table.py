"""The table of all screens: its names, what each one is given, and how one is loaded and shown."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.customers.tags_and_notes import plan_tags
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.pages.customer import read_whole_customer
from partnerdesk.models.resources import RESOURCES
from partnerdesk.screens.customers.page import CustomerScreen
from partnerdesk.screens.customers.sections import Ways, sections
from partnerdesk.tui.screens import LIGHT_SCREENS, MAIN_SCREENS, SCREENS, all_screens, screen_class
from partnerdesk.tui.widgets.app_screen import AppScreen
from partnerdesk.tui.widgets.questions import done
from tests.support.books import NOW, TESTER, demo_desk
from tests.support.console import running
from tests.support.edits import by
from tests.unit.test_house import HEAVY, HOUSE, SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partnerdesk.models.customers.entities import Note
    from partnerdesk.models.session import AppSession


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_known_by_its_own_name(name: str) -> None:
    screen = screen_class(name)
    assert name in (screen.NAME, getattr(screen, "TAB", ""))


def test_every_screen_that_has_a_name_stands_in_the_table() -> None:
    trees = [ast.parse(file.read_text()) for file in SHOWN]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    frames = {ast.unparse(base) for node in classes for base in node.bases}
    named = {
        node.name
        for node in classes
        for line in node.body
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) in ("NAME", "TAB")
    }
    assert named - frames == {screen.__name__ for screen in all_screens()}


def _shown_by_name() -> Iterator[tuple[str, str, list[ast.expr], list[str]]]:
    """Return where a screen is named to the shell, its name, and what it is given."""
    for file in SHOWN:
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called, given = node.func, node.args
            if ast.unparse(called) == "partial":
                called, *given = given
            if ast.unparse(called).split(".")[-1] != "show" or not given:
                continue
            if not isinstance(given[0], ast.Constant):
                continue  # what a table or page shows
            name = str(given[0].value)
            named = [keyword.arg or "" for keyword in node.keywords]
            yield f"{file.relative_to(HOUSE)}:{node.lineno}", name, given[1:], named


SHOWN_BY_NAME = list(_shown_by_name())


@pytest.mark.parametrize(
    ("name", "given", "named"),
    [entry[1:] for entry in SHOWN_BY_NAME],
    ids=[entry[0] for entry in SHOWN_BY_NAME],
)
def test_a_screen_is_given_what_it_takes(
    name: str, given: list[ast.expr], named: list[str]
) -> None:
    screen = screen_class(name)
    takes: Any = screen.load
    desk: list[object] = [None]
    if takes.__func__ is AppScreen.load.__func__:  # type: ignore[attr-defined]
        takes, desk = screen.__init__, [None, None]
    inspect.signature(takes).bind(*desk, *given, **dict.fromkeys(named))


def test_screens_are_shown_by_their_names() -> None:
    """So the test above is about something."""
    assert {entry[1] for entry in SHOWN_BY_NAME} > {"customer", "plan", "run", "edit-customer"}


def test_the_actions_of_the_first_screen_lead_to_main_screens() -> None:
    assert {resource.screen for resource in RESOURCES} <= set(MAIN_SCREENS)


def test_a_light_screen_waits_for_no_import() -> None:
    program = (
        "import json, sys; from partnerdesk.tui.screens import LIGHT_SCREENS, screen_class\n"
        "for name in LIGHT_SCREENS: screen_class(name)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], check=True, cwd=HOUSE, capture_output=True, text=True
    )
    assert set(json.loads(result.stdout)) & HEAVY == set()
    assert set(SCREENS) >= LIGHT_SCREENS > set(MAIN_SCREENS)


async def test_a_screen_shows_what_changed_while_it_was_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = demo_desk(tmp_path)
    whole = CustomerScreen.load

    async with running(desk) as console:

        async def overtaken(_cls: type[AppScreen], desk: AppSession, key: int) -> AppScreen:
            screen = await whole(desk, key)
            page = read_customer(desk.store, key)
            carry_out(desk.store, plan_tags(page, ["overtaken"], by(TESTER, NOW)))
            await console.app.look()
            return screen

        monkeypatch.setattr(CustomerScreen, "load", classmethod(overtaken))
        await console.app.show("customer", 1)
        await console.settle()
        assert isinstance(console.screen, CustomerScreen)
        assert any("overtaken" in line for line in console.lines())


async def test_a_screen_that_cannot_be_loaded_is_not_shown(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "c")
        before = console.screen
        assert not await before.attempt(partial(console.app.show, "customer", 999_999))
        await console.settle()
        assert console.screen is before
        assert console.said == "This customer is not in the book any more."


async def test_the_fields_of_a_customers_page_lead_themselves(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    await desk.open()
    leads: list[tuple[str, str, tuple[object, ...]]] = []

    async def show(name: str, *given: object) -> None:
        leads.append(("", name, given))

    async def edit_note(note: Note) -> None:
        leads.append(("", "a note", (note.text,)))

    def edit_tags() -> None:
        leads.append(("", "tags", ()))

    ways = Ways(show, lambda: leads.append(("", "alias", ())), edit_tags, edit_note)
    clouds = desk.settings.all_clouds()
    for id in range(1, 200):
        page = await desk.aside(read_whole_customer, id)
        for section in sections(page, clouds, NOW, ways):
            for field in section.fields:
                for how in ("open", "edit"):
                    if act := getattr(field, how):
                        await done(act)
                        title = section.title.partition(" (")[0]
                        leads[-1] = (f"{title}: {how}", *leads[-1][1:])
    desk.close()
    found = {
        (where, name) for where, name, _given in leads if name not in ("tags", "a note", "alias")
    }
    assert {entry for entry in found if entry[1] != "edit-customer"} == {
        ("Relationship: open", "invitation"),
        ("Relationship: edit", "invitation"),
        ("Subscriptions: open", "subscription"),
        ("Subscriptions: edit", "subscription"),
        ("Delegated admin: edit", "delegation"),
        ("History: open", "change"),
    }
    assert {name for where, name, _given in leads if where == "Tags and notes: edit"} == {
        "tags",
        "a note",
    }
    assert {given[1] for _where, name, given in leads if name == "edit-customer"} == {
        "company_name", "registration_number", "first_name", "email", "phone_number",
        "address_line1", "language",
    }  # fmt: skip


async def test_a_record_of_a_cloud_that_is_turned_off_is_not_edited(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    async with running(desk) as console:
        await console.press("g", "c")
        before, page = console.screen, read_customer(desk.store, 1)
        desk.accounts = [one for one in desk.accounts if one.id != page.customer.account_id]
        await before.attempt(partial(console.app.show, "edit-customer", page))
        await console.settle()
        assert console.screen is before
        assert console.said.startswith("The cloud of this customer is not turned on.")
