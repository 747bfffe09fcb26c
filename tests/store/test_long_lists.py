"""Long lists: rows appear before the count, keys never wait, and stale reads are dropped."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.customers.list import CUSTOMERS
from partnerdesk.models.database.reader import Reader
from partnerdesk.models.database.store import Store
from partnerdesk.models.lists.filter_parser import NO_FILTER, parse
from partnerdesk.models.lists.query import Query
from partnerdesk.models.lists.row_source import Opening, RowSource, RowsRequest
from partnerdesk.models.lists.spec import Row, RowKey, Sort
from partnerdesk.models.lists.store_rows import StoreRows
from partnerdesk.models.lists.trigrams import index_hint
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.tui.widgets import record_window
from tests.screens.test_record_table import TableApp, settled, shown
from tests.support.books import NOW, fill_demo
from tests.support.empty_book import empty_book

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from partnerdesk.models.database.connection import Connection


class Uncounted(RowSource):
    """A million rows, opened in the middle at once, but counted only after the gate opens."""

    def __init__(self, total: int = 1_000_000) -> None:
        self.total = total
        self.gate = asyncio.Event()
        self.windows: list[int] = []
        self.window_gate: asyncio.Event | None = None

    def rows(self, start: int, length: int) -> list[Row]:
        places = range(max(start, 0), min(start + length, self.total))
        return [Row(place + 1, (f"name {place}", "", "")) for place in places]

    async def count(self) -> int:
        return self.total

    async def window(
        self, start: int, length: int, total: int = 0, held: Sequence[tuple[int, Row]] = ()
    ) -> list[Row]:
        del total, held
        self.windows.append(start)
        if self.window_gate is not None:
            await self.window_gate.wait()
        return self.rows(start, length)

    async def place_of_key(self, key: RowKey) -> int | None:
        return key - 1

    async def opening(self, request: RowsRequest) -> Opening:
        start = 500_000 - request.before
        return Opening(self.rows(start, request.before + request.after), request.before, None, None)

    async def settle(self, opening: Opening) -> tuple[int, int]:
        await self.gate.wait()
        return opening.rows[0].key - 1, self.total


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_window, "PATIENCE", 0.01)


async def test_rows_are_seen_and_walked_before_they_are_counted() -> None:
    app = TableApp(0)
    async with app.run_test(size=(60, 12)) as pilot:
        source = Uncounted()
        app.table.show(source, keep=500_001)
        await app.table.settled()
        await pilot.press("down", "down", "up")
        assert not app.table.is_counted
        assert app.table.row == Row(500_002, ("name 500001", "", ""))
        before = shown(app.table)
        await pilot.press("end")  # waits for the count
        assert shown(app.table) == before
        source.gate.set()
        await settled(pilot)
        assert app.table.cursor == app.table.total - 1 == 999_999
        assert any(line.startswith("▌ name 999999") for line in shown(app.table))


async def test_what_is_seen_does_not_move_when_it_is_counted() -> None:
    app = TableApp(0)
    async with app.run_test(size=(60, 12)) as pilot:
        source = Uncounted()
        app.table.show(source, keep=500_001)
        await app.table.settled()
        await pilot.press("pagedown")
        before, record = shown(app.table), app.table.row
        source.gate.set()
        await settled(pilot)
        assert shown(app.table) == before
        assert app.table.row == record
        assert app.table.cursor == 500_010


async def test_a_key_that_is_held_reads_the_latest_place_only() -> None:
    app = TableApp(0)
    async with app.run_test(size=(60, 12)) as pilot:
        source = Uncounted()
        source.gate.set()
        app.table.show(source, keep=500_001)
        await app.table.settled()
        source.window_gate = asyncio.Event()
        before = shown(app.table)
        await pilot.press("end", *["pageup"] * 3)
        assert shown(app.table) == before, "what is shown stays until the rows are there"
        source.window_gate.set()
        await settled(pilot)
        assert app.table.cursor == 999_999 - 30
        assert any(line.startswith("▌ name 999969") for line in shown(app.table))
        assert not any("…" in line for line in shown(app.table))


async def test_a_question_that_nobody_waits_for_is_stopped(store: Store) -> None:
    """An obsolete count of a minute is interrupted for the next question."""
    reader = Reader(store)
    begun = Event()
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000000000) "
        "SELECT count(*) FROM n"
    )

    def question(connection: Connection) -> int:
        begun.set()
        return int(connection.rows(endless)[0][0])

    try:
        asking = asyncio.create_task(reader.ask(question))
        await asyncio.to_thread(begun.wait, 20)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        answer = await asyncio.wait_for(reader.ask(lambda book: book.rows("SELECT 1")), 20)
        assert answer == [(1,)]
    finally:
        reader.close()


async def test_counts_in_parts_are_whole(store: Store) -> None:
    fill_demo(store, 300)
    readers = [Reader(store) for _ in range(3)]
    try:
        for text in ("a", "-gmbh", "zq", "country:de", ""):
            chosen = parse(text, CUSTOMERS, NOW) if text else NO_FILTER
            query = Query(CUSTOMERS, (1, 2, 3), chosen, Sort("company"))
            with_parts = await StoreRows(readers[0], query, readers[1:]).count()
            assert with_parts == len(await readers[0].ask(query.all_keys)), text
    finally:
        for reader in readers:
            reader.close()


def test_the_index_of_words_follows_every_change_of_a_row(tmp_path: Path) -> None:
    store = Store(empty_book(SqliteFile(tmp_path / "book.db")))
    fill_demo(store, 40)
    book = store.connect()

    def found(word: str) -> int:
        where = index_hint(parse(word, CUSTOMERS, NOW), CUSTOMERS, book)
        assert where is not None
        return where.count(book, 100)

    key = book.rows("SELECT max(id) FROM customers")[0][0]
    change = "UPDATE customers SET search_text = ? WHERE id = ?"
    assert found("xyzzy") == 0
    book.rows(change, ("xyzzy\nԟԡ", key))
    assert (found("xyzzy"), found("ԟԡ"), found("ԟ")) == (1, 1, 1), "short words, at the very end"
    book.rows(change, ("other\nwordle", key))
    assert (found("xyzzy"), found("wordle")) == (0, 1)
    book.rows("UPDATE customers SET microsoft_id = 'f00d-cafe' WHERE id = ?", (key,))
    assert [found(word) for word in ("f00d", "00d", "00d-ca", "00d-cb")] == [1, 0, 1, 0]
    where = index_hint(parse("wordle", CUSTOMERS, NOW), CUSTOMERS, book)
    assert where is not None
    parts = where.parts(1, key, key + 1)
    assert [part.count(book, 9) for part in parts] == [0, 1]
    book.rows("PRAGMA foreign_keys = OFF")
    book.rows("DELETE FROM customers WHERE id = ?", (key,))
    assert found("wordle") == 0
    book.close()


async def test_keys_behind_end_mean_the_last_rows_also_before_they_are_counted() -> None:
    app = TableApp(0)
    async with app.run_test(size=(60, 12)) as pilot:
        source = Uncounted()
        app.table.show(source, keep=500_001)
        await app.table.settled()
        await pilot.press("end", "up", "up")
        asked = asyncio.create_task(app.table.row_there())
        await pilot.pause()
        assert not asked.done(), "the row is not known before there is a count"
        source.gate.set()
        row = await asyncio.wait_for(asked, 20)
        assert row == Row(999_998, ("name 999997", "", ""))


async def test_end_is_not_lost_where_the_list_is_read_again() -> None:
    app = TableApp(0)
    async with app.run_test(size=(60, 12)) as pilot:
        app.table.show(Uncounted(), keep=500_001)
        await app.table.settled()
        await pilot.press("end")
        again = Uncounted()
        again.gate.set()
        app.table.show(again)
        await app.table.settled()
        assert app.table.cursor == 999_999
