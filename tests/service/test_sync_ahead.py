"""While a page of the list is written the next one is fetched: what fails there changes nothing."""

from __future__ import annotations

import shutil
from threading import Event, active_count, current_thread
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import AppError, StoreError
from partnerdesk.models.settings.database_url import PostgresServer, SqliteFile
from partnerdesk.models.syncing.progress import SyncTrouble
from partnerdesk.partnercenter.access import Heard
from partnerdesk.partnercenter.sync import run
from partnerdesk.partnercenter.sync.one_ahead import one_ahead
from partnerdesk.partnercenter.sync.pace import Pace, SyncStoppedError
from tests.support.books import NOW
from tests.support.empty_book import empty_store
from tests.support.rehearsal import rehearsal
from tests.support.statements import rows
from tests.support.statements import run as execute
from tests.support.synced import PAGE_SIZE, connected
from tests.support.syncing import Syncing, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from partnerdesk.models.database.store import Store

PATIENCE = 30
"""Seconds after which a test that waits for another thread has failed."""


class RefusedItemError(AppError):
    """What an item may be."""


def nothing() -> None:
    """Give nothing up."""


def test_the_next_item_is_taken_while_one_is_used_and_its_error_comes_behind_it() -> None:
    taken = [Event() for _ in range(3)]

    def items() -> Iterator[int]:
        for number, event in enumerate(taken):
            assert not current_thread().name.startswith("Main")
            event.set()
            yield number
        raise RefusedItemError("no more")

    used = []

    def use() -> None:
        with one_ahead(items(), nothing) as ahead:
            for number in ahead:
                used.append(number)
                if number + 1 < len(taken):
                    assert taken[number + 1].wait(PATIENCE)
                assert not any(event.is_set() for event in taken[number + 2 :])

    with pytest.raises(RefusedItemError):
        use()
    assert used == [0, 1, 2]


@pytest.mark.parametrize("end", [RefusedItemError("it cannot be written"), KeyboardInterrupt()])
def test_behind_an_error_nobody_takes_items_but_ctrl_c_waits_for_none(end: BaseException) -> None:
    given_up, may_end, ended = Event(), Event(), Event()

    def items() -> Iterator[int]:
        yield 0
        assert given_up.wait(PATIENCE)
        assert may_end.wait(PATIENCE if isinstance(end, KeyboardInterrupt) else 0.05) or True
        ended.set()
        yield 1

    def use() -> None:
        with one_ahead(items(), given_up.set) as ahead:
            for _number in ahead:
                raise end

    before = active_count()
    with pytest.raises(type(end)):
        use()
    assert ended.is_set() is not isinstance(end, KeyboardInterrupt)
    may_end.set()
    assert ended.wait(PATIENCE)
    if not isinstance(end, KeyboardInterrupt):
        assert active_count() == before


def test_what_holds_the_next_page_up_is_told_after_a_page_is_written(tmp_path: Path) -> None:
    store = empty_store(tmp_path / "book.db")
    sync = Syncing(store)
    sync.begin()
    stopped = Event()
    pace = Pace(store, sync.lease, lambda: NOW, stopped)

    def trouble() -> str:
        return str(rows(store, "SELECT trouble FROM account_syncs")[0][0])

    def heard(status: int) -> None:
        pace.heard(Heard("list_customers", "GET", "/v1/customers", status, "", ""))

    heard(429)
    sync.pages([[told(1)], [told(2)]], most=1)
    assert trouble() == SyncTrouble.NONE
    pace.written()
    assert trouble() == SyncTrouble.THROTTLED
    heard(200)
    assert trouble() == SyncTrouble.NONE
    pace.give_up()
    with pytest.raises(SyncStoppedError):
        heard(200)
    with pytest.raises(SyncStoppedError):
        pace.wait(PATIENCE)


def test_pages_before_one_that_fails_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "PAGE_SIZE", PAGE_SIZE)
    monkeypatch.setattr(Pace, "wait", lambda *_: None)
    count = 5 * PAGE_SIZE
    with rehearsal(customers=count, retry_after=0, calls_per_minute=0) as info:
        partner = {"tenant": info.tenant, "refresh_token": info.refresh_token}
        at = now().replace(microsecond=0)
        book = connected(empty_store(tmp_path / "book.db"), info, partner, tmp_path, at)

        def written() -> None:
            if book.progress.pages == 1:
                info.faults("cut-before:1")

        with pytest.raises(AppError):
            book.syncing(written).run()
        cut_off = book.progress
        assert 1 <= cut_off.pages < 5
        assert rows(book.store, "SELECT count(*) FROM customers") == [(cut_off.received,)]
        assert cut_off.received == cut_off.pages * PAGE_SIZE
        assert (cut_off.words(book.at), cut_off.holder) == ("offline", "")
        info.faults()
        done = book.sync()
        assert (done.received, done.new, done.pages) == (count, count, 5)


def test_a_kept_connection_is_opened_again_where_the_server_closed_it(store: Store) -> None:
    if not isinstance(store.database, PostgresServer):
        pytest.skip("a file closes no connection")
    with store.kept_open() as kept:
        with kept.writing() as session:
            pid = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        execute(store, f"SELECT pg_terminate_backend({pid})")
        with kept.writing() as session:
            other = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    assert other != pid


def test_a_kept_connection_writes_into_no_other_file(tmp_path: Path) -> None:
    store = empty_store(tmp_path / "book.db")
    assert isinstance(store.database, SqliteFile)
    store.open([])

    def write(kept: Store) -> None:
        with kept.writing() as session:
            session.connection()

    with store.kept_open() as kept:
        write(kept)
        other = empty_store(tmp_path / "other.db").database
        assert isinstance(other, SqliteFile)
        shutil.move(other.path, store.database.path)
        with pytest.raises(StoreError, match="Another book was put in the place"):
            write(kept)
