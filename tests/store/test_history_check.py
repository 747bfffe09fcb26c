"""Verification of the history finds and names every change made outside the program."""

# ruff: noqa: S608 - it tampers with a database of its own

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from partnerdesk.models.changes.history import SEALED, Actor, Change, entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.verify import Verification, correct_undo_states, verify
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS
from tests.support.books import NOW
from tests.support.edits import add_to_history
from tests.support.statements import rows

if TYPE_CHECKING:
    from collections.abc import Mapping

ENTRIES, SOME = 2_500, 1_250
"""The number of entries, which are three batches, and an entry in the middle."""
WHO = Actor("olga", "desk", "192.0.2.7")


def drawn(number: int) -> Mapping[str, Any]:
    """Return an entry without empty fields."""
    return entry(
        ChangeKind.NOTED, WHO, NOW + timedelta(seconds=number),
        before={"note": "Ä"}, after={"note": f"note {number}"}, account_id=1, customer_id=number,
        subject=f"Fabrikam {number}", why="because", plan='{"steps": []}', plan_id=f"plan {number}",
        undoes=number,
    )  # fmt: skip


@cache
def _made() -> Path:
    file = Path(mkdtemp(prefix="partnerdesk-tests-")) / "history.db"
    store = Store(SqliteFile(file))
    store.open(CLOUDS)
    add_to_history(store, *(drawn(number) for number in range(1, ENTRIES + 1)))
    store.engine.dispose()
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book with `ENTRIES` changes in its history."""
    return Path(shutil.copyfile(_made(), tmp_path / "history.db"))


def tamper(book: Path, *statements: str) -> None:
    with closing(sqlite3.connect(book, isolation_level=None)) as raw:
        for statement in statements:
            assert raw.execute(statement).rowcount != 0, statement


def checked(store: Store) -> Verification:
    connection = store.connect()
    try:
        return verify(connection)
    finally:
        connection.close()


def findings(book: Path) -> list[tuple[int, str]]:
    found = checked(Store(SqliteFile(book))).findings
    return [(finding.change_id, finding.text) for finding in found]


def test_a_history_as_the_program_wrote_it_is_whole(book: Path) -> None:
    told: list[tuple[int, int]] = []
    connection = Store(SqliteFile(book)).connect()
    found = verify(connection, lambda done, total: told.append((done, total)))
    last = connection.rows("SELECT digest FROM changes ORDER BY id DESC LIMIT 1")[0][0]
    connection.close()
    assert found == Verification(ENTRIES, last, ())
    assert len(last) == 64
    assert told[0] == (1000, ENTRIES)
    assert told[-1] == (ENTRIES, ENTRIES)


def test_every_field_is_sealed_but_what_follows_from_the_others() -> None:
    follows = {"previous", "digest", "search_text", "undone_by"}
    assert {*SEALED, "part_of", *follows} == set(Change.model_fields)


@pytest.mark.parametrize("column", [*SEALED, "part_of", "previous", "digest"])
def test_one_changed_byte_is_found_and_its_entry_named(book: Path, column: str) -> None:
    change = ENTRIES if column == "id" else SOME
    numbers = {"id", "at", "account_id", "customer_id", "undoes", "part_of"}
    new = f"{column} + 1"
    if column not in numbers:  # change the second last character
        turned = f"CASE substr({column}, -2, 1) WHEN '~' THEN '_' ELSE '~' END"
        new = f"substr({column}, 1, length({column}) - 2) || {turned} || substr({column}, -1)"
    tamper(book, f"UPDATE changes SET {column} = {new} WHERE id = {change}")
    named = change + 1 if column == "id" else change
    first, *others = findings(book)
    assert first[0] == named
    assert f"Change {named} (" in first[1]
    subject = f"Fabrikam {change}" if column != "subject" else "Fabrikam 12"
    assert subject in first[1]
    expected = {"id": [0], "digest": [SOME + 1], "previous": [SOME]}
    assert [id for id, _text in others] == expected.get(column, [])


@pytest.mark.parametrize(
    "value", ["CAST(x'41ff42' AS TEXT)", "x'00ff'", "12.5", "char(27) || '[2J'"]
)
@pytest.mark.parametrize("column", ["why", "subject", "digest", "at", "plan"])
def test_a_byte_that_is_no_text_any_more_is_found_too(book: Path, column: str, value: str) -> None:
    tamper(book, f"UPDATE changes SET {column} = {value} WHERE id = {SOME}")
    found = findings(book)
    assert found[0][0] == SOME
    assert {id for id, _text in found} <= {SOME, SOME + 1}
    assert "\x1b" not in found[0][1]


def test_a_removed_entry_is_found_where_it_is_missed(book: Path) -> None:
    tamper(book, f"DELETE FROM changes WHERE id = {SOME}")
    missed, end = findings(book)
    assert missed[0] == SOME + 1
    assert "taken out" in missed[1]
    assert end[0] == 0
    assert f"{ENTRIES} entries" in end[1]
    assert f"has {ENTRIES - 1}" in end[1]


def test_a_removed_tail_is_found(book: Path) -> None:
    tamper(book, f"DELETE FROM changes WHERE id > {ENTRIES - 3}")
    [(change, said)] = findings(book)
    assert change == 0
    assert f"end with change {ENTRIES}" in said
    assert f"ends with {ENTRIES - 3}" in said


def test_a_removed_tail_is_found_where_the_end_is_forged(book: Path) -> None:
    tamper(
        book,
        f"DELETE FROM changes WHERE id = {ENTRIES}",
        f"UPDATE history_head SET last_id = {ENTRIES - 1}, entries = {ENTRIES - 1}",
    )
    [(change, said)] = findings(book)
    assert (change, "hash" in said) == (0, True)


def test_an_inserted_entry_is_found(book: Path) -> None:
    names = ", ".join(name for name in (*SEALED, "previous", "digest", "search_text")
                      if name not in {"id", "plan_id"})  # fmt: skip
    tamper(
        book,
        f"INSERT INTO changes (id, {names}) SELECT 0, {names} FROM changes WHERE id = {SOME}",
    )
    found = findings(book)
    assert [change for change, _said in found] == [0, 0, 1, 0]
    assert "Change 0 (" in found[0][1]


def test_what_an_older_program_did_not_say_of_its_undos_is_told_and_set_right(
    store: Store,
) -> None:
    """An older program, still open beside a newer one, writes undos without setting `undone_by`."""
    add_to_history(
        store,
        entry(ChangeKind.NOTED, WHO, NOW, subject="Fabrikam"),
        *(entry(ChangeKind.UNDONE, WHO, NOW, undoes=number) for number in (1, 2, 3)),
    )
    truth = [(1, 2), (2, None), (3, 4), (4, None)]
    assert said_undone(store) == truth
    for said in ({1: 2, 3: "NULL"}, {1: "NULL", 3: "NULL"}, {2: 3, 3: "NULL", 1: "NULL"}):
        for change, by in said.items():
            alter(store, change, by)
        found = checked(store)
        assert found.findings == ()
        wrong = [change for change, by in said.items() if (change, by) not in truth]
        assert sorted(found.behind) == sorted(wrong)
        correct_undo_states(store, found.behind)
        assert said_undone(store) == truth
        assert (checked(store).findings, checked(store).behind) == ((), ())


def said_undone(store: Store) -> list[tuple[Any, ...]]:
    return rows(store, "SELECT id, undone_by FROM changes ORDER BY id")


def test_an_undo_that_was_made_up_is_found(store: Store) -> None:
    first, undo, again = add_to_history(
        store,
        entry(ChangeKind.NOTED, WHO, NOW, subject="Fabrikam"),
        entry(ChangeKind.UNDONE, WHO, NOW, undoes=1),
        entry(ChangeKind.UNDONE, WHO, NOW, undoes=2),
    )
    assert checked(store).findings == ()
    for change, forged, true in ((first, again, "NULL"), (undo, 1, again), (again, 9, "NULL")):
        alter(store, change, forged)
        [finding] = checked(store).findings
        assert finding.change_id == change
        assert "whether it was undone was changed" in finding.text
        alter(store, change, true)
    assert checked(store).findings == ()


def alter(store: Store, change: int, undone_by: object) -> None:
    with store.writing_engine.begin() as connection:
        connection.execute(text(f"UPDATE changes SET undone_by = {undone_by} WHERE id = {change}"))


def test_swapped_entries_are_found(book: Path) -> None:
    tamper(
        book,
        f"UPDATE changes SET id = -1 WHERE id = {SOME}",
        f"UPDATE changes SET id = {SOME} WHERE id = {SOME + 1}",
        f"UPDATE changes SET id = {SOME + 1} WHERE id = -1",
    )
    assert {change for change, _said in findings(book)} == {SOME, SOME + 1, SOME + 2}


def test_a_history_emptied_whole_is_found(book: Path) -> None:
    tamper(book, "DELETE FROM changes")
    [(change, said)] = findings(book)
    assert change == 0
    assert "but has 0" in said
    tamper(book, "DELETE FROM history_head")
    assert findings(book) == []  # only a hash kept elsewhere could tell


def test_the_chain_is_the_same_on_every_database(store: Store) -> None:
    assert checked(store) == Verification(0, "", ())
    add_to_history(store, *(drawn(number) for number in range(1, 40)))
    add_to_history(
        store, entry(ChangeKind.DEMO, WHO, NOW, subject="ab\ncd", why="\U0001f525 'x' %")
    )
    whole = checked(store)
    assert (whole.entries, whole.findings) == (40, ())
    with store.writing_engine.begin() as connection:
        connection.execute(text('UPDATE changes SET after = \'{"note": "x"}\' WHERE id = 7'))
    [finding] = checked(store).findings
    assert finding.change_id == 7
    assert "Fabrikam 7" in finding.text
    assert "2026-11-22 12:00 UTC, olga, Note" in finding.text
