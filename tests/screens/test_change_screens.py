"""The history on the screen: found, opened and undone by keys."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.changes.calls import Call, Operation
from partnerdesk.models.changes.history import Actor, entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.customers.page import find_customer, read_customer
from partnerdesk.models.customers.tags_and_notes import plan_note, plan_tags
from partnerdesk.models.languages import speak
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.screens.changes.list import ChangesScreen
from partnerdesk.screens.changes.page import ChangeScreen
from partnerdesk.screens.changes.plan import PlanScreen
from partnerdesk.screens.customers.page import CustomerScreen
from partnerdesk.tui.widgets.lines import KeyBar
from tests.support.books import NOW, demo_desk, empty_desk
from tests.support.console import running
from tests.support.depth import deep
from tests.support.edits import add_to_history, by, set_tags, write_note

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.session import AppSession
    from partnerdesk.tui.widgets.app_screen import AppScreen
    from tests.support.console import Console

HOSTILE = "[bold red]x[/] \x1b[2J\x1b]0;owned\x07 \u202egnp.exe"
OLGA = Actor("olga", "desk", "192.0.2.7")


def customer(desk: AppSession, domain: str = "fabrikam.onmicrosoft.com") -> int:
    return find_customer(desk.store, domain, [1, 2, 3])


def tag(desk: AppSession, *names: str, at: timedelta = timedelta()) -> int:
    """Give Fabrikam tags as olga; return the entry of the history."""
    id = customer(desk)
    version = read_customer(desk.store, id).customer.version
    done = set_tags(desk.store, id, [*names], version=version, actor=OLGA, at=NOW - at)
    return done.change_id or 0


def tags(desk: AppSession) -> list[str]:
    return read_customer(desk.store, customer(desk)).tags


def at(console: Console, screen: type[AppScreen]) -> None:
    """Look which screen is on top."""
    assert type(console.screen) is screen


def page(console: Console) -> str:
    return "\n".join(console.lines())


async def test_g_h_shows_the_history_the_newest_first(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    tag(desk, "gold")
    async with running(desk) as console:
        await console.press("g", "h")
        at(console, ChangesScreen)
        heading, first, *_rest = console.lines()
        assert heading.split() == [
            "When", "(UTC)", "▼", "Who", "What", "About", "Status",
        ]  # fmt: skip
        assert first.split() == ["▌", "2026-11-22", "12:00", "olga", "Tags", "changed",
                                 "Fabrikam,", "Inc.", "●", "done"]  # fmt: skip
        assert console.state == "5 changes"
        await console.press("w", *["right"] * 9)
        assert "Change" in console.lines()[0]
        assert "Part of" in console.lines()[0]
        assert "desk (192.0.2.7)" in console.lines()[1]
        await console.press("s", "1")
        assert "When (UTC) ▲" in console.lines()[0]
        await console.press("s", "2", "s", "1")
        assert "When (UTC) ▼" in console.lines()[0]


async def test_the_history_is_filtered_and_remembers_how_it_was_left(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    tag(desk, "gold")
    tag(desk, "silver")
    async with running(desk) as console:
        await console.press("g", "h", "slash")
        await console.type("who:olga what:tags")
        assert console.state.startswith("2 of 6 · filter: who:olga")
        await console.press("enter", "escape", "escape", "g", "h")
        assert console.state == "6 changes"
        await console.press("slash")
        await console.type("state:undone")
        assert not console.table.display
        await console.press("enter")
        assert "No change matches this filter." in str(console.screen.query_one("#empty").render())
        await console.press("g", "c", "g", "h")
        assert "filter: state:undone" in console.state


async def test_over_all_clouds_the_cloud_is_said_and_an_undo_is_possible(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path, cloud="all")
    tag(desk, "gold")
    async with running(desk) as console:
        await console.press("g", "h")
        assert "Cloud" in console.lines()[0]
        assert "Global" in console.lines()[1]
        await console.press("u", "exclamation_mark")
        assert tags(desk) == []


async def test_a_change_is_undone_after_its_plan_was_shown(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    change = tag(desk, "gold")
    async with running(desk) as console:
        await console.press("g", "h", "u")
        at(console, PlanScreen)
        await console.press("escape")
        at(console, ChangesScreen)
        assert tags(desk) == ["gold"]
        await console.press("u", "exclamation_mark")
        at(console, ChangesScreen)
        assert console.said == f"Change {change} is undone."
        assert tags(desk) == []
        assert console.lines()[1].split()[-1] == "done"
        assert "Change undone" in console.lines()[1]
        assert console.lines()[2].split()[-1] == "undone"
        await console.press("u")
        assert "It was undone already" in page(console)
        await console.press("exclamation_mark")
        at(console, PlanScreen)


async def test_a_change_that_cannot_be_undone_says_why(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "h", "u")
        assert "The history keeps no plan of it" in page(console)


async def test_in_read_only_mode_nothing_is_undone(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path, read_only=True)) as console:
        await console.press("g", "h", "u")
        assert "Read-only" in console.said
        await console.press("enter", "u")
        at(console, ChangeScreen)
        assert "Read-only" in console.said


async def test_a_change_is_shown_whole(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    first = tag(desk, "gold", at=timedelta(hours=2))
    shown = read_customer(desk.store, customer(desk))
    plan = plan_tags(shown, ["gold", "vip"], by(OLGA, NOW))
    calls = (Call(Operation.REMOVE_RESELLER_RELATIONSHIP, {"microsoft_id": "1-2"}, "guid"),)
    second = carry_out(desk.store, replace(plan, calls=calls), "He asked for it").change_id
    async with running(desk) as console:
        await console.press("g", "h", "enter")
        at(console, ChangeScreen)
        text = page(console)
        for said in (
            "2026-11-22 12:00 UTC (just now)", "olga@desk", "via SSH from 192.0.2.7",
            "Tags changed", "Fabrikam, Inc.", "Partner Center", "He asked for it", "waiting",
            "Before and after", "gold → gold, vip", "Allowed", "Tag: new", "vip",
            "It can be undone with u", "Remove the reseller relationship: 1-2",
            "waiting · 0 attempts",
            "Seal", f"change {second}",
        ):  # fmt: skip
            assert said in text or said == console.state, said
        await console.press("escape", "j", "enter")
        text = page(console)
        assert "What is sent" not in text
        assert f"change {first}" in console.state
        await console.press("o")
        at(console, CustomerScreen)


async def test_an_open_change_says_what_undid_it(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    change = tag(desk, "gold")
    async with running(desk) as console:
        await console.press("g", "h", "enter", "u", "exclamation_mark")
        at(console, ChangeScreen)
        assert console.said == f"Change {change} is undone."
        assert f"undone by change {change + 1} (2026-11-22 12:00 UTC, tester)" in page(console)
        await console.press("escape", "home", "enter")
        assert f"change {change} (2026-11-22 12:00 UTC, olga)" in page(console)
        await console.press("y")
        assert "Copied: 2026-11-22 12:00 UTC" in console.said


async def test_a_change_of_no_customer_opens_none(tmp_path: Path) -> None:
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "h", "enter", "o")
        at(console, ChangeScreen)
        assert console.said == "This change is not about one customer."


async def test_a_change_of_a_customer_that_is_gone_says_so(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    add_to_history(desk.store, entry(ChangeKind.ADDED, OLGA, NOW, account_id=1, customer_id=9999))
    async with running(desk) as console:
        await console.press("g", "h", "enter", "o")
        at(console, ChangeScreen)
        assert "not in the book any more" in console.said


async def test_hostile_history_is_shown_as_what_it_is(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    who = Actor(HOSTILE, HOSTILE, HOSTILE)
    hostile = {"note": HOSTILE, HOSTILE: HOSTILE}
    add_to_history(
        desk.store,
        entry(ChangeKind.NOTED, who, NOW, before=hostile, after=hostile, account_id=1,
              subject=HOSTILE, why=HOSTILE, plan='{"steps": "damaged'),
        entry(ChangeKind.UPDATED, who, NOW, account_id=1, before={"a": 1}, after={"a": [1, None]}),
    )  # fmt: skip
    async with running(desk) as console:
        await console.press("g", "h", "w")
        shown = page(console)
        await console.press("enter")
        shown += page(console)
        await console.press("escape", "j", "enter")
        shown += page(console)
        assert "[bold red]x[/] ␛[2J␛]0;owned␇ �gnp.exe" in shown
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)
        assert shown.count("owned") > 8
        await console.press("u", "escape", "y")
        assert console.app.is_running


async def test_an_empty_history_says_what_will_stand_here(tmp_path: Path) -> None:
    for language, words in (("en", "Nothing has been changed"), ("ru", "")):
        speak(language)
        async with running(empty_desk(tmp_path)) as console:
            await console.press("g", "h")
            assert words in str(console.screen.query_one("#empty").render())
            await console.press("j", "enter", "u", "y", "x", "w", "slash", "escape")
            at(console, ChangesScreen)


async def test_the_shown_changes_are_exported(tmp_path: Path) -> None:
    file = tmp_path / "changes.csv"
    async with running(demo_desk(tmp_path)) as console:
        await console.press("g", "h", "x")
        assert console.screen.prompt.text == "changes.csv"
        await console.type(str(file))
        await console.press("enter")
        assert "4 rows written" in console.said
    with file.open(encoding="utf-8-sig", newline="") as rows:
        assert next(csv.reader(rows)) == [
                "When (UTC)", "Who", "What", "About", "Status", "Account",
                "Microsoft ID of the customer",
            ]  # fmt: skip


async def test_what_to_copy_of_a_change_is_asked(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    change = tag(desk, "gold")
    async with running(desk) as console:
        await console.press("g", "h", "y", "n")
        assert console.said == "Copied: Fabrikam, Inc."
        await console.press("y", "i")
        assert console.said == f"Copied: {change}"


# On the customer's page


async def at_fabrikam(console: Console) -> None:
    await console.press("g", "c", "slash")
    await console.type("fabrikam")
    await console.press("enter")
    at(console, CustomerScreen)


async def test_u_goes_back_change_by_change(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    tag(desk, "one")
    tag(desk, "two")
    plan = plan_note(read_customer(desk.store, customer(desk)), "Called.", None, by(OLGA, NOW))
    carry_out(desk.store, plan)
    async with running(desk) as console:
        await at_fabrikam(console)
        await console.press("u", "exclamation_mark")
        assert "is undone" in console.said
        assert read_customer(desk.store, customer(desk)).notes == []
        assert tags(desk) == ["two"]
        await console.press("u", "exclamation_mark")
        assert tags(desk) == ["one"]
        await console.press("u", "exclamation_mark")
        assert tags(desk) == []
        await console.press("u")
        at(console, CustomerScreen)
        assert "no change of this customer that can be undone" in console.said


async def test_u_and_enter_act_on_the_change_under_the_cursor(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path)
    first = tag(desk, "one")
    write_note(desk.store, customer(desk), "Called.", note=None, actor=OLGA, at=NOW)
    async with running(desk) as console:
        await at_fabrikam(console)
        await console.press("h", "j", "enter")
        at(console, ChangeScreen)
        assert console.state == f"change {first}"
        await console.press("escape", "u", "exclamation_mark")
        assert tags(desk) == []
        lines = page(console)
        assert "Tags changed — olga@desk · undone" in lines
        assert "Note — olga@desk\n" in lines
        await console.press("h", "u", "exclamation_mark")  # the undo itself, which is the newest
        assert tags(desk) == ["one"]
        assert "Change undone — tester@testhost · undone" in page(console)
        await console.press("end")
        assert "Tags changed — olga@desk\n" in page(console)


async def test_enter_still_edits_what_is_no_change_and_reads_without_writing(
    tmp_path: Path,
) -> None:
    desk = demo_desk(tmp_path)
    tag(desk, "one")
    async with running(desk) as console:
        await at_fabrikam(console)
        await console.press("h", "k", "enter")
        assert console.screen.prompt.is_open
    desk = demo_desk(tmp_path)
    tag(desk, "one")
    desk.settings = desk.settings.with_flags(read_only=True)
    async with running(desk) as console:
        await console.press("g", "h", "enter", "o")
        await console.press("h", "enter")
        at(console, ChangeScreen)


async def test_the_new_keys_can_be_remapped_and_are_in_the_bar(tmp_path: Path) -> None:
    keys = {"changes.undo": "z", "change.undo": "Z", "customer.undo": "z", "plan.copy": "Y"}
    desk = demo_desk(tmp_path, keys=keys)
    tag(desk, "gold")
    async with running(desk) as console:
        await console.press("g", "h")
        assert "z Undo" in str(console.screen.query_one(KeyBar).render())
        await console.press("z", "exclamation_mark")
        assert tags(desk) == []


@deep
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
async def test_every_key_leaves_the_console_alive(tmp_path: Path, size: tuple[int, int]) -> None:
    desk = demo_desk(tmp_path)
    tag(desk, "gold")
    names = {"?": "question_mark", "!": "exclamation_mark", ":": "colon", "/": "slash"}
    async with running(desk, size=size) as console:
        for way in (["g", "h"], ["g", "h", "enter"]):
            for key in "acehijkmostuwxyADGY?!:/":
                await console.press(*way, names.get(key, key), "escape", "escape", "escape")
        assert console.app.is_running
