"""What is seen of a sync: by the command, in the console that syncs, and in another one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from partnerdesk.cli.main import INTERRUPTED
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import ExitCode
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.database.store import Store
from partnerdesk.models.session import AppSession
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.models.syncing.lease import release, renew
from partnerdesk.models.syncing.progress import SyncTrouble
from partnerdesk.partnercenter.sync import run
from tests.support.commands import run as command
from tests.support.commands import spawn
from tests.support.console import Console, running
from tests.support.desks import desk_over
from tests.support.empty_book import empty_store
from tests.support.rehearsal import rehearsal
from tests.support.statements import rows
from tests.support.synced import DETAILS, PAGE_SIZE, Connected, connected
from tests.support.syncing import Syncing, told
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.rehearsal import RehearsalInfo

COUNT = 2 * PAGE_SIZE + 3
HOW_FAR = re.compile(r"reads activity|reads details|reads subscriptions|\d+ received")
CUSTOMERS = [told(number, f"Company {number:03}") for number in range(60)]


@pytest.fixture(scope="module")
def info() -> Iterator[RehearsalInfo]:
    """Serve a rehearsal for all tests of this file."""
    with rehearsal(customers=COUNT, retry_after=0, calls_per_minute=0) as running:
        yield running


@pytest.fixture
def book(info: RehearsalInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connected:
    """Return an empty book that is connected to the rehearsal's first partner."""
    monkeypatch.setattr(run, "PAGE_SIZE", PAGE_SIZE)
    partner = {"tenant": info.tenant, "refresh_token": info.refresh_token}
    return connected(empty_store(tmp_path / "book.db"), info, partner, tmp_path, now())


def words(book: Connected) -> list[str]:
    assert isinstance(book.store.database, SqliteFile)
    return ["--database", str(book.store.database.path), "--config", str(book.file)]


def test_the_command_counts_what_it_read(book: Connected) -> None:
    first, second = (command("sync", "--json", *words(book)) for _turn in range(2))
    assert (first.code, first.err) == (0, "")
    names = ["received", "new", "changed", "gone", "calls", "retries", "seconds"]
    assert list(first.json) == names
    assert [first.json[name] for name in names[:4]] == [COUNT, COUNT, 0, 0]
    assert [second.json[name] for name in names[:4]] == [COUNT, 0, 0, 0]
    assert first.json["calls"] >= 3 + DETAILS
    told = command("sync", "--full", "--cloud", "global", "--account", "1", *words(book))
    assert told.out.startswith(f"{COUNT} received, 0 new, 0 changed, 0 gone · ")


@pytest.mark.parametrize("spoil", ["by hand", "signed out", "offline"])
def test_the_command_needs_a_sign_in_and_a_connection(
    info: RehearsalInfo, book: Connected, spoil: str
) -> None:
    if spoil == "by hand":
        done = command("sync", "--json", "--cloud", "us-gov", *words(book))
        assert "accounts add" in done.err
    elif spoil == "signed out":
        assert command("accounts", "sign-out", *words(book)).code == 0
        done = command("sync", "--json", *words(book))
        assert "accounts sign-in" in done.err
        assert book.progress.words(now()) == "sign-in ended"
    else:
        nobody = f'api = "https://127.0.0.1:9"\nresource = "{info.api}"'
        elsewhere = book.file.read_text("utf-8").replace(f'api = "{info.api}"', nobody)
        book.file.write_text(elsewhere, "utf-8")
        done = command("sync", "--json", *words(book))
        assert book.progress.words(now()) == "offline"
    assert done.code == ExitCode.OFFLINE
    assert done.out == ""


def test_watching_goes_on_after_an_error_until_ctrl_c(
    book: Connected, info: RehearsalInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    told = info.ask("customers", tenant=info.tenant)["customers"]
    leaving = told[0]["id"]

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 1:
            assert command("accounts", "sign-out", *words(book)).code == 0
        elif len(waits) == 2:
            monkeypatch.setenv("OWN_TOKEN", info.refresh_token)
            way = ["--auth", "refresh-token", "--secret-env", "OWN_TOKEN", "--account", "1"]
            assert command("accounts", "sign-in", *way, *words(book)).code == 0
            info.ask("leave", tenant=info.tenant, customer=leaving)
        else:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", sleep)
    try:
        done = command("sync", "--watch", "--json", *words(book))
    finally:
        info.ask("join", tenant=info.tenant, name="New here")
    assert done.code == INTERRUPTED
    assert waits == [book.settings.sync.minutes * 60] * 3
    counts = [json.loads(line) for line in done.out.splitlines()]
    assert [(each["received"], each["gone"]) for each in counts] == [
        (COUNT, 0),
        (0, 0),
        (COUNT - 1, 1),
    ]
    assert "accounts sign-in" in done.err
    assert not book.progress.is_running(now())


def header(console: Console) -> str:
    return console.screen.header.render().plain


async def test_another_console_sees_rows_come_and_its_cursor_stays(tmp_path: Path) -> None:
    """The sync is another process's: here only the book is looked at."""
    store = empty_store(tmp_path / "book.db")
    desk = desk_over(store)
    sync = Syncing(store, at=desk.clock())
    sync.whole(CUSTOMERS[30:40])
    sync.at = desk.clock()
    async with running(desk) as console:
        await console.press("g", "c", "j", "j")
        assert console.table.row is not None
        under = console.table.row.key
        sync.begin(full=True)
        sync.pages([CUSTOMERS[:20], CUSTOMERS[20:60]], most=1)
        await console.app.book_changed()
        assert "received" in header(console)
        assert "20 received" in header(console)
        assert console.state == "30 customers"
        assert console.table.row.key == under
        renew(store, sync.lease, sync.at, SyncTrouble.THROTTLED)
        await console.app.book_changed()
        assert "throttled" in header(console)
        assert "20 received" in header(console)
        release(store, sync.lease, SyncTrouble.OFFLINE, "No route.")
        await console.app.book_changed()
        assert "offline" in header(console)
        sync.begin()
        sync.pages([CUSTOMERS[:20], CUSTOMERS[20:60]])
        sync.end()
        await console.app.book_changed()
        assert console.state == "60 customers"
        assert console.table.row.key == under
        assert "received just now" in header(console)
        assert "offline" not in header(console)


async def test_r_syncs_beside_the_screens(book: Connected, info: RehearsalInfo) -> None:
    desk = AppSession(book.settings, book.store, wanted_cloud="global")
    async with running(desk) as console:
        await console.press("g", "c", "r")
        await console.wait_until(lambda: console.state == f"{COUNT} customers")
        assert console.said == "Synced with Partner Center."
        assert not console.app.syncing.is_running
        assert console.table.row is not None
        last = rows(book.store, "SELECT id FROM customers WHERE read_at = 0 ORDER BY id DESC")[0][0]
        before = len(info.log("customer-get"))
        await console.app.show("customer", last)
        await console.press("r")
        await console.wait_until(lambda: not console.app.syncing.is_running)
        assert len(info.log("customer-get")) > before
    assert read_customer(book.store, last).customer.read_at is not None
    assert rows(book.store, "SELECT count(*) FROM customers WHERE read_at > 0")[0][0] > DETAILS


async def test_r_reads_only_the_book_where_nothing_is_connected(tmp_path: Path) -> None:
    store = empty_store(tmp_path / "book.db")
    async with running(desk_over(store)) as console:
        await console.press("g", "c", "r")
        assert console.said == "Read again."
    assert rows(store, "SELECT count(*) FROM account_syncs") == [(0,)]


def test_a_console_that_is_killed_leaves_nothing_broken(
    book: Connected, info: RehearsalInfo
) -> None:
    info.ask("state", latency_ms=1500)
    try:
        with Terminal(["partnerdesk", *words(book), "--cloud", "global"], 80, 24) as terminal:
            terminal.wait_for("0 added in 30 days")
            terminal.press("g", "c")
            terminal.wait_for("No customers")
            terminal.press("r")
            terminal.wait_until(lambda text: HOW_FAR.search(text) is not None, 60)
            terminal.kill()
    finally:
        info.ask("state", latency_ms=0)
    # In a process of its own, which has the host name of the dead one: it need not wait.
    done = spawn("sync", "--json", *words(book))
    assert done.code == 0, done.err
    assert done.json["new"] == COUNT
    assert not Store(book.store.database).lock_waits.is_waiting
