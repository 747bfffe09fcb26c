"""Screens, commands and plans refuse a forbidden change with the same reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.core.permissions import all_accounts, read_only
from partnerdesk.models.database.store import Store
from partnerdesk.models.importing.fields import LISTS
from partnerdesk.models.importing.files import carry_out, read_plan
from partnerdesk.models.importing.records import plan_records
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.models.sheets import read_sheet
from tests.support.books import NOW, TESTER, demo_desk
from tests.support.commands import run
from tests.support.console import running
from tests.support.edits import by
from tests.support.forms import account_in
from tests.support.relations import LINK, invite
from tests.support.relationship_books import book_of, changes, read, relationships

if TYPE_CHECKING:
    from pathlib import Path

WHO = "aerzte.onmicrosoft.com"
NEW = ("--company", "Neue Firma", "--email", "ulla@neue.example", "--link", LINK)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book with a draft invitation and a change that can be undone."""
    file = book_of(tmp_path)
    assert run("customers", "tag", WHO, "--add", "vip", "--database", file).code == 0
    invite(Store(SqliteFile(file)))
    return file


COMMANDS = [
    ("customers", "tag", WHO, "--add", "gold"),
    ("customers", "note", WHO, "--text", "x"),
    ("customers", "edit", WHO, "--city", "Bonn"),
    ("changes", "undo", "1"),
    ("changes", "undo", "1", "--dry-run"),
    ("relationships", "invite", *NEW),
    ("relationships", "sent", "1"),
    ("relationships", "decline", "1"),
    ("relationships", "end", "--customer", WHO, "--reason", "x", "--confirm", WHO),
    ("relationships", "partners", "add", "--name", "Nova"),
    ("accounts", "edit", "--name", "Nova"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: "-".join(words[:3]))
def test_every_plan_of_a_command_carries_why_nothing_may_be_changed(
    book: Path, words: tuple[str, ...]
) -> None:
    before = changes(book)
    done = run(*words, "--read-only", "--json", "--database", book)
    assert done.code == 3, done.err
    plan = done.json.get("plan", done.json)
    reason = read_only()
    assert (plan["reasons"][0]["code"], plan["reasons"][0]["text"]) == (reason.code, reason.text)
    assert (plan["verdict"], plan["steps"], plan["calls"]) == ("refused", [], [])
    assert reason.text in done.err
    assert changes(book) == before


@pytest.mark.parametrize(
    "words",
    [
        ("relationships", "reseller", "--all", "--partner", ""),
        ("relationships", "reseller", "--all", "--partner", "", "--dry-run"),
        ("relationships", "end", "--all", "--reason", "x"),
        ("relationships", "invite", "--all"),
        ("customers", "add", "--company-name", "x"),
        ("customers", "add", "--company-name", "x", "--dry-run"),
    ],
    ids=lambda words: "-".join(words[::2]),
)
def test_a_run_is_refused_whole_and_in_the_same_words(book: Path, words: tuple[str, ...]) -> None:
    done = run(*words, "--read-only", "--database", book)
    assert (done.code, done.out) == (3, "")
    assert read_only().text in done.err
    assert read(book, "SELECT count(*) FROM runs") == [0]


IMPORTS = [
    ("customers", "import"), ("relationships", "partners", "import"),
    ("relationships", "invitations", "import"), ("relationships", "delegated-admin", "import"),
]  # fmt: skip


@pytest.mark.parametrize("words", IMPORTS, ids="-".join)
def test_no_import_looks_at_its_file_where_nothing_may_be_changed(
    book: Path, words: tuple[str, ...]
) -> None:
    before = changes(book)
    done = run(*words, book.parent / "no-such.csv", "--read-only", "--database", book)
    assert (done.code, done.out) == (3, "")
    assert read_only().text in done.err
    told = run(*words, "no-such.csv", "--read-only", "--json", "--database", book)
    assert told.code == 3
    assert [reason["code"] for reason in told.json["reasons"]] == ["permission.read-only"]
    assert changes(book) == before


def test_a_dry_run_of_an_import_may_look_where_nothing_may_be_changed(book: Path) -> None:
    file = book.parent / "partners.csv"
    file.write_text("Name,MPN ID\nNova,4711001\n", "utf-8")
    words = ("relationships", "partners", "import", file, "--dry-run", "--database", book)
    looked = run(*words, "--read-only")
    assert (looked.code, looked.lines[-1]) == (0, "1 new · 0 changed · 0 unchanged · 0 refused")
    assert looked == run(*words)


def test_rows_of_an_import_carry_why_nothing_may_be_changed(book: Path) -> None:
    file = book.parent / "partners.csv"
    file.write_text("Name,MPN ID\nNova,4711001\n", "utf-8")
    store = Store(SqliteFile(book))
    account = account_in(store)
    allowed, locked = by(TESTER, NOW), replace(by(TESTER, NOW), refusals=(read_only(),))
    kind = LISTS["partners"]
    plan = plan_records(store, account, kind, read_sheet(file), locked)
    assert [row.reason for row in plan.refused_rows] == [read_only().text]
    with pytest.raises(RefusedError, match="Read-only"):
        read_plan(store, account, kind, file, locked)
    free = read_plan(store, account, kind, file, allowed)
    with pytest.raises(RefusedError, match="Read-only"):
        carry_out(store, free, locked)
    assert read(book, "SELECT count(*) FROM partner_links") == [0]


@pytest.mark.parametrize("tab", ["1", "2", "3"])
async def test_no_tab_asks_for_a_file_where_nothing_may_be_changed(
    tmp_path: Path, tab: str
) -> None:
    async with running(demo_desk(tmp_path, read_only=True)) as console:
        await console.press("g", "l", tab, "I")
        assert console.said == read_only().text


def test_a_letter_may_be_read_where_nothing_may_be_changed(book: Path) -> None:
    done = relationships(book, "letter", "1", "--not-sent", "--read-only")
    assert done.code == 0, done.err
    assert LINK in done.out


def test_over_all_clouds_a_command_refuses_in_the_words_of_the_screens(book: Path) -> None:
    for words in (("relationships", "invite", *NEW), ("accounts", "edit", "--name", "x")):
        done = run(*words, "--cloud", "all", "--database", book)
        assert (done.code, done.out) == (2, "")
        assert all_accounts().text in done.err


@pytest.mark.parametrize(
    ("flags", "cloud"), [({"read_only": True}, "global"), ({}, "all")], ids=["look", "all"]
)
async def test_a_screen_says_the_reason_that_its_plans_would_carry(
    tmp_path: Path, flags: dict[str, bool], cloud: str
) -> None:
    desk = demo_desk(tmp_path, cloud=cloud, **flags)
    wanted = read_only() if flags else all_accounts()
    async with running(desk) as console:
        await console.press("g", "c", "I")
        assert console.said == wanted.text
        assert desk.refusals() == (wanted,)
        plan = plan_undo(desk.store, 1, desk.by())
        carried = [reason for reason in plan.reasons if reason == wanted]
        assert carried == ([wanted] if flags else [])  # a plan has one account
