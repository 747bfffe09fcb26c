"""What others put into the schema of a book is named; a trigger or view closes it to changes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.database import maintenance
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import PostgresServer, SqliteFile
from partnerdesk.tui.widgets.header import DeskHeader
from tests.conftest import CLOUDS
from tests.support.books import demo_desk
from tests.support.commands import run
from tests.support.console import running
from tests.support.statements import BOOK_OF_SCHEMA_9
from tests.support.statements import run as execute

if TYPE_CHECKING:
    from pathlib import Path

SPY = "CREATE TRIGGER spy AFTER INSERT ON tags BEGIN DELETE FROM notes; END"
VIEW = "CREATE VIEW everyone AS SELECT * FROM customers"
WORDS = "customers_words_add"
OPENED = "it is opened to look only"

CHANGED = {
    "DROP INDEX customers_by_country": "customers: the index customers_by_country is missing.",
    "CREATE INDEX mine ON notes (author)": "notes: the index mine is not of partnerdesk.",
    "DROP INDEX ix_tags_name; CREATE INDEX ix_tags_name ON tags (customer_id)":
        "tags: the index ix_tags_name was changed.",
    "ALTER TABLE notes ADD COLUMN mine TEXT": "notes: the column mine is not of partnerdesk.",
    "ALTER TABLE agreements DROP COLUMN email": "agreements: the column email is missing.",
    "ALTER TABLE agreements RENAME COLUMN email TO mail":
        "agreements: the column email is missing.",
    "DROP TABLE letter_templates": "The table letter_templates is missing.",
    "CREATE TABLE mine (a)": "Not of partnerdesk: table mine.",
    "ALTER TABLE tags RENAME TO t; CREATE VIEW tags AS SELECT * FROM t":
        "The table tags is missing.",
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, "
    "'author VARCHAR', 'author BLOB') WHERE name = 'notes'":
        "notes: the column author was changed.",
}  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return demo_desk(tmp_path, 12).store.database.path  # type: ignore[union-attr]


def attack(book: Path, *statements: str) -> None:
    with closing(sqlite3.connect(book, isolation_level=None)) as raw:
        for statement in statements:
            raw.executescript(statement)


@pytest.mark.parametrize("statement", CHANGED)
def test_a_changed_schema_is_named(book: Path, statement: str) -> None:
    attack(book, statement)
    result = run("database", "check", "--database", book)
    assert result.code == 1
    assert CHANGED[statement] in result.lines


def test_a_book_that_was_upgraded_is_whole(store: Store) -> None:
    execute(store, *BOOK_OF_SCHEMA_9, "UPDATE alembic_version SET version_num = '0009'")
    Store(store.database).open(CLOUDS)
    assert maintenance.check(store) == []


def test_on_a_server_too(postgres_database: PostgresServer) -> None:
    store = Store(postgres_database)
    store.open(CLOUDS)
    assert maintenance.check(store) == []
    execute(
        store,
        "CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
        "CREATE TRIGGER spy BEFORE INSERT ON tags FOR EACH ROW EXECUTE FUNCTION spy()",
        "DROP INDEX customers_by_country",
        "ALTER TABLE notes DROP COLUMN author",
    )
    assert maintenance.check(store) == [
        "Not of partnerdesk: trigger spy; it can change what is read and written.",
        "customers: the index customers_by_country is missing.",
        "notes: the column author is missing.",
    ]


REPLACED = f"DROP TRIGGER {WORDS}; {SPY.replace('spy', WORDS)}"


@pytest.mark.parametrize("statement", [SPY, VIEW, REPLACED])
def test_a_command_opens_it_to_look_only(book: Path, statement: str) -> None:
    attack(book, statement)
    before = book.read_bytes()
    words = ("--database", book, "--cloud", "all")
    listed = run("customers", "list", *words)
    assert listed.code == 0
    assert OPENED in listed.err
    domain = listed.lines[1].split()[0] if listed.lines else ""
    tagged = run("customers", "tag", "--filter", domain, "--add", "x", *words)
    assert tagged.code == 3
    assert OPENED in tagged.err
    assert book.read_bytes() == before


def test_what_is_taken_away_opens_it_again(book: Path) -> None:
    attack(book, SPY, "DROP TRIGGER spy")
    assert OPENED not in run("customers", "list", "--database", book).err
    assert run("database", "check", "--database", book).code == 0


def test_an_older_book_with_a_trigger_is_not_upgraded(tmp_path: Path) -> None:
    store = demo_desk(tmp_path, 12).store
    execute(store, *BOOK_OF_SCHEMA_9, "UPDATE alembic_version SET version_num = '0009'", VIEW)
    assert isinstance(store.database, SqliteFile)
    before = store.database.path.read_bytes()
    with pytest.raises(RefusedError, match=OPENED):
        Store(store.database).open(CLOUDS)
    assert store.database.path.read_bytes() == before


async def test_the_console_says_so_and_changes_nothing(tmp_path: Path) -> None:
    desk = demo_desk(tmp_path, 12, cloud="global")
    assert isinstance(desk.store.database, SqliteFile)
    attack(desk.store.database.path, SPY)
    async with running(desk, (160, 30)) as console:
        at_once = console.said
        await console.press("g", "c")
        assert OPENED in f"{at_once} {console.said}"
        assert "spy" in f"{at_once} {console.said}"
        await console.press("t")
        assert OPENED in console.said
        header = console.screen.query_one(DeskHeader).render()
        assert "READ-ONLY" in str(header)
