"""Syncs of a real book with the rehearsal of Partner Center, over TLS, with faults and kills."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, select

from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import OfflineError, SignInNeededError
from partnerdesk.models.customers.entities import Customer, Tag
from partnerdesk.models.customers.page import find_customer, read_customer
from partnerdesk.models.database.store import Store
from partnerdesk.models.relationships.lifecycles import InvitationState
from partnerdesk.models.syncing import lease
from partnerdesk.models.syncing.lease import LeaseHeldError, take_lease
from partnerdesk.partnercenter.sync import run
from partnerdesk.partnercenter.sync.holders import is_dead, this_process
from partnerdesk.partnercenter.sync.pace import Pace
from tests.support.commands import run as command
from tests.support.depth import SEEDED
from tests.support.empty_book import empty_book_on_the_server, empty_store
from tests.support.rehearsal import rehearsal
from tests.support.relations import findings, invitation_of, invite, name_accounts, send
from tests.support.statements import address, rows
from tests.support.synced import DETAILS, PAGE_SIZE, Connected, another, connected
from tests.support.syncing import content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.rehearsal import RehearsalInfo

COUNT = 3 * PAGE_SIZE + 4
"""Customers of a partner in these tests: four pages."""
AT = now().replace(microsecond=0)
"""The time of the first sync; the rehearsal's clock is the real one."""


@pytest.fixture(scope="module")
def info() -> Iterator[RehearsalInfo]:
    """Serve a rehearsal for all tests of this file; each has partners of its own."""
    with rehearsal(customers=1, retry_after=0, calls_per_minute=0) as running:
        yield running


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch, info: RehearsalInfo) -> None:
    """Make the pages small, and take all faults of the test before off."""
    monkeypatch.setattr(run, "PAGE_SIZE", PAGE_SIZE)
    info.faults()


@pytest.fixture
def partner(info: RehearsalInfo, request: pytest.FixtureRequest) -> Mapping[str, str]:
    """Return a partner for this test alone."""
    name = f"Partner {abs(hash(request.node.name))}"
    return info.partner(customers=COUNT, name=name, kind="direct_bill")


@pytest.fixture
def book(info: RehearsalInfo, partner: Mapping[str, str], tmp_path: Path) -> Connected:
    """Return an empty book that is connected to the partner."""
    return connected(empty_store(tmp_path / "book.db"), info, partner, tmp_path, AT)


def exported(book: Connected, folder: Path) -> bytes:
    """Return the whole list of customers, as a file."""
    file = folder / "export.json"
    file.unlink(missing_ok=True)
    done = command(
        "customers", "export", file, "--database", address(book.store.database), "--cloud", "all"
    )
    assert done.code == 0, done.err
    return file.read_bytes()


def test_a_first_sync_takes_all_and_the_next_says_nothing_new(book: Connected) -> None:
    first = book.sync()
    assert (first.received, first.new, first.changed, first.gone) == (COUNT, COUNT, 0, 0)
    assert first.pages == 4
    assert rows(book.store, "SELECT count(*) FROM customers WHERE read_at > 0") == [(DETAILS,)]
    assert rows(book.store, "SELECT count(*) FROM billing_profiles") == [(DETAILS,)]
    book.at += timedelta(hours=2)
    later = book.sync()
    assert (later.received, later.new, later.changed, later.gone) == (COUNT, 0, 0, 0)
    assert rows(book.store, "SELECT count(*) FROM customers WHERE read_at > 0") == [(2 * DETAILS,)]
    assert rows(book.store, "SELECT count(*) FROM changes WHERE part_of = 0") == [(2,)]
    assert findings(book.store) == []


FAULTS = ["any:1/7", "short-list:1/3", "wrong-order:1/2", "end-2000:1/2", "wrong-tenant-page:1/3"]


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_change_nothing(
    info: RehearsalInfo, book: Connected, tmp_path: Path, fault: str
) -> None:
    book.sync()
    faulty = another(book, empty_store(tmp_path / "other.db"))
    info.faults(fault)
    faulty.sync()
    assert content(faulty.store) == content(book.store)
    assert exported(faulty, tmp_path) == exported(book, tmp_path)


def test_a_server_takes_the_same_as_a_file(
    info: RehearsalInfo, book: Connected, tmp_path: Path
) -> None:
    book.sync()
    info.faults(FAULTS[0])
    with empty_book_on_the_server() as database:
        faulty = another(book, Store(database))
        faulty.sync()
        assert exported(faulty, tmp_path) == exported(book, tmp_path)
        assert findings(faulty.store) == []


@pytest.mark.parametrize("seed", range(5 if SEEDED else 1))
def test_killed_anywhere_and_begun_again_the_book_is_the_same(
    info: RehearsalInfo, book: Connected, tmp_path: Path, seed: int
) -> None:
    book.sync()
    killed = another(book, empty_store(tmp_path / "other.db"))
    for number in range(10 if SEEDED else 3):
        if number == 1:
            info.later(660)  # the continuation token is stale by then
        killed.sync_apart(death=1 + sha256(f"{seed}/{number}".encode()).digest()[0] % 6)
    assert killed.sync_apart() == 0
    assert content(killed.store) == content(book.store)
    assert exported(killed, tmp_path) == exported(book, tmp_path)
    for name in ("received", "new", "changed", "gone"):
        assert getattr(killed.progress, name) == getattr(book.progress, name), name
    assert findings(killed.store) == []


def test_a_book_kept_by_hand_is_taken_over(
    info: RehearsalInfo, partner: Mapping[str, str], tmp_path: Path
) -> None:
    told = info.ask("customers", tenant=partner["tenant"])["customers"]
    store = empty_store(tmp_path / "book.db")
    name_accounts(store)
    by_hand = [
        Customer(account_id=1, company_name="By id", microsoft_id=told[0]["id"]),
        Customer(account_id=1, company_name="By domain", primary_domain=told[1]["domain"]),
        Customer(account_id=1, company_name="Nobody knows", primary_domain="nobody.example"),
    ]
    with store.writing() as session:
        session.add_all(by_hand)
        session.flush()
        session.add_all([Tag(customer_id=customer.id or 0, name="VIP") for customer in by_hand])
    expected = invite(
        store, company=told[2]["name"], email="a@b.example", microsoft_id=told[2]["id"]
    )
    send(store, expected)
    connected(store, info, partner, tmp_path, AT).sync()
    with store.reading() as session:
        found = session.exec(select(Customer).order_by(col(Customer.id))).all()[:3]
    assert [customer.company_name for customer in found] == [
        told[0]["name"],
        told[1]["name"],
        "Nobody knows",
    ]
    assert [bool(customer.seen_at) for customer in found] == [True, True, False]
    assert found[2].gone_at is None
    assert rows(store, "SELECT count(*) FROM tags") == [(3,)]
    assert rows(store, "SELECT count(*) FROM customers") == [(COUNT + 1,)]
    invitation = invitation_of(store, expected)
    assert InvitationState(invitation.state) is InvitationState.ACCEPTED
    assert findings(store) == []


@pytest.mark.parametrize("by_list", [True, False], ids=["by the list", "by the activity"])
def test_what_changed_meanwhile_is_read(
    info: RehearsalInfo,
    book: Connected,
    partner: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    by_list: bool,
) -> None:
    book.sync()
    if not by_list:
        monkeypatch.setattr(lease, "SHORT_LIST", 0)
    tenant, customers = partner["tenant"], info.ask("customers", tenant=partner["tenant"])
    leaving, edited = customers["customers"][0]["id"], customers["customers"][1]["id"]
    joined = info.ask("join", tenant=tenant, name="New here")["customer"]
    info.ask("leave", tenant=tenant, customer=leaving)
    info.ask("edit", tenant=tenant, customer=edited, billing={"email": "new@b.example"})
    book.at += timedelta(hours=2)
    done = book.sync()
    assert (done.new, done.gone) == (int(by_list), 1)  # no activity tells of an acceptance
    assert (done.pages > 0) is by_list
    pages = {
        id: read_customer(book.store, find_customer(book.store, id, [1]))
        for id in (leaving, edited, *([joined] if by_list else []))
    }
    assert [id for id, page in pages.items() if page.customer.gone_at] == [leaving]
    assert pages[edited].billing.email == "new@b.example"
    before = len(info.log("customer-get"))
    book.at += timedelta(hours=2)
    again = book.sync()
    assert (again.new, again.changed, again.gone) == (0, 0, 0)
    if not by_list:
        assert len(info.log("customer-get")) - before == DETAILS  # nobody is read for nothing


def test_a_sync_that_is_stopped_goes_on_where_it_was(book: Connected) -> None:
    def written() -> None:
        if book.progress.pages == 2:
            sync.stop()

    sync = book.syncing(written)
    sync.run()
    stopped = book.progress
    assert (stopped.phase, stopped.received, stopped.holder) == ("list", 2 * PAGE_SIZE, "")
    done = book.sync()
    assert (done.received, done.new, done.pages) == (COUNT, COUNT, 4)


def test_one_process_syncs_and_its_end_frees_the_account(book: Connected) -> None:
    seen: list[bool] = []

    def written() -> None:
        seen.append(book.progress.is_running(book.at))
        with pytest.raises(LeaseHeldError):
            book.sync()

    book.syncing(written).run()
    assert all(seen)
    assert seen
    assert not book.progress.is_running(book.at)
    holder = this_process()
    assert not is_dead(holder)
    assert is_dead(holder._replace(birth="1"))
    assert not is_dead(holder._replace(host="elsewhere", birth="1"))
    take_lease(book.store, 1, holder._replace(birth="1"), book.at)
    assert book.sync().new == 0


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        ("faults", OfflineError, "offline"),
        ("sign-out", SignInNeededError, "sign-in ended"),
    ],
)
def test_what_holds_a_sync_up_is_told_in_two_words(
    info: RehearsalInfo,
    book: Connected,
    partner: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    spoil: str,
    error: type[Exception],
    words: str,
) -> None:
    monkeypatch.setattr(Pace, "wait", lambda *_: None)
    if spoil == "faults":
        info.faults("cut-before:1")
    else:
        info.ask(spoil, tenant=partner["tenant"])
    with pytest.raises(error):
        book.sync()
    assert book.progress.words(book.at) == words
    assert book.progress.error
