"""Screens, commands and plans refuse a forbidden change with the same reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.permissions import all_accounts, read_only
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support.books import demo_desk
from tests.support.commands import run
from tests.support.console import running
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
