"""What a sync writes into the book, page by page, whatever happens in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerdesk.models.changes.history import as_object
from partnerdesk.models.changes.list import STATE
from partnerdesk.models.customers.entities import Tag
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.lists.spec import TAG_MARK
from partnerdesk.models.operations.undo import plan_undo, why_not_undone
from partnerdesk.models.pages.change import read_change
from partnerdesk.models.syncing.lease import (
    GO_ON,
    LEASE,
    Holder,
    LeaseHeldError,
    LeaseLostError,
    release,
    renew,
    take_lease,
)
from partnerdesk.models.syncing.lookup import oldest, outdated, unmatched, unread
from partnerdesk.models.syncing.progress import SyncTrouble, read_progress
from partnerdesk.models.syncing.rows import CustomerDetails, Position
from partnerdesk.models.syncing.write import read_state, write_details, write_page
from tests.support.books import TESTER
from tests.support.depth import times
from tests.support.edits import by
from tests.support.empty_book import empty_store
from tests.support.history_replayed import Replay
from tests.support.relations import add_customer, findings
from tests.support.statements import rows
from tests.support.syncing import ONCE, Syncing, content, guid, told

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.syncing.progress import SyncProgress
    from partnerdesk.models.syncing.rows import ListedCustomer

LIST = [[told(number) for number in range(start, start + 4)] for start in range(0, 12, 4)]


def progress(store: Store) -> SyncProgress:
    connection = store.connect()
    try:
        return read_progress(connection)[1]
    finally:
        connection.close()


def kinds(store: Store) -> list[tuple[str, bool]]:
    return [(kind, bool(part)) for kind, part in rows(store, "SELECT kind, part_of FROM changes")]


def test_a_list_comes_into_the_book_under_one_entry_of_the_history(store: Store) -> None:
    sync = Syncing(store)
    sync.whole(*LIST)
    assert rows(store, "SELECT count(*) FROM customers") == [(12,)]
    assert kinds(store) == [("synced", False), ("synced", True)]
    page = read_change(store, 1)
    assert page.parts is not None
    assert page.parts.added_count == 12
    assert '"received": 12, "new": 12, "changed": 0, "gone": 0' in page.parts.entries[0].after
    assert "next sync" in why_not_undone(page.entry)
    assert [entry.kind for entry in read_customer(store, 1).changes] == ["synced"]
    assert findings(store) == []


def test_who_came_with_the_first_list_was_not_added_then(store: Store) -> None:
    def added() -> list[str]:
        sql = "SELECT company_name FROM customers WHERE added_at > 0 ORDER BY id"
        return [name for (name,) in rows(store, sql)]

    sync = Syncing(store)
    sync.whole(*LIST)
    assert added() == []
    sync.whole(*LIST, [told(99)])
    assert added() == [told(99).company_name]


def test_a_list_that_says_nothing_new_leaves_no_entry(store: Store) -> None:
    sync = Syncing(store)
    sync.whole(*LIST)
    before = kinds(store)
    seen = rows(store, "SELECT min(seen_at) FROM customers")
    versions = rows(store, "SELECT version FROM customers")
    sync.whole(*LIST)
    assert kinds(store) == before
    assert rows(store, "SELECT min(seen_at) FROM customers")[0][0] > seen[0][0]
    assert rows(store, "SELECT version FROM customers") == versions  # nobody's edit is in the way
    assert (progress(store).received, progress(store).new, progress(store).changed) == (12, 0, 0)


def test_a_customer_kept_by_hand_is_found_by_its_domain_and_stays_what_it_is(store: Store) -> None:
    id = add_customer(store, "Handmade", "c3.onmicrosoft.com", indirect_reseller="Northwind")
    with store.writing() as session:
        session.add(Tag(customer_id=id, name="VIP"))
    sync = Syncing(store)
    sync.whole(*LIST)
    customer = read_customer(store, id)
    assert customer.customer.microsoft_id == guid(3)
    assert customer.customer.company_name == "Customer 3"
    assert customer.customer.indirect_reseller == "Northwind"
    assert customer.customer.search_text.splitlines() == [
        "customer 3",
        "c3.onmicrosoft.com",
        f"{TAG_MARK}vip",
    ]
    assert customer.tags == ["VIP"]
    assert rows(store, "SELECT count(*) FROM customers") == [(12,)]
    [changed] = [entry for entry in customer.changes if entry.kind == "updated"]
    assert changed.part_of == 1
    undo = plan_undo(store, changed.id or 0, by(TESTER, sync.at))
    assert [(step.after or {}).get("microsoft_id", "") for step in undo.steps] == [None]


@pytest.mark.parametrize("others", [1, 2])
def test_a_domain_that_several_have_matches_nobody(store: Store, others: int) -> None:
    for _number in range(3 - others):
        add_customer(store, "Twin", "twin.example")
    sync = Syncing(store)
    sync.whole([told(number, domain="twin.example") for number in range(others)])
    assert rows(store, "SELECT count(*) FROM customers") == [(3,)]
    left = unmatched(store, 1)
    assert (left.number, left.names) == (3 - others, ["Twin"] * (3 - others))


def test_a_microsoft_id_goes_before_a_domain(store: Store) -> None:
    by_id = add_customer(store, "Known", "old.example", microsoft_id=guid(1))
    by_domain = add_customer(store, "Other", "new.example")
    Syncing(store).whole([told(1, domain="new.example")])
    assert read_customer(store, by_id).customer.primary_domain == "new.example"
    assert read_customer(store, by_domain).customer.microsoft_id is None


def test_who_is_gone_is_marked_and_who_comes_back_is_not_any_more(store: Store) -> None:
    sync = Syncing(store)
    replay = Replay()
    sync.whole(*LIST)
    sync.whole(*LIST[:2])
    assert rows(store, "SELECT count(*) FROM customers WHERE gone_at > 0") == [(4,)]
    assert rows(store, "SELECT count(*) FROM customers") == [(12,)]
    assert progress(store).gone == 4
    sync.whole(*LIST)
    assert rows(store, "SELECT count(*) FROM customers WHERE gone_at > 0") == [(0,)]
    assert progress(store).changed == 4
    assert kinds(store).count(("updated", True)) == 8
    for id in range(1, 13):
        replay.came(id, _of_customer(store, id))
    assert replay.unexplained(store) == []
    assert findings(store) == []


def _of_customer(store: Store, id: int) -> dict[str, Any]:
    customer = read_customer(store, id).customer
    names = ("relationship_to_partner", "ended_at", "allow_delegated_access", "indirect_reseller")
    return {name: getattr(customer, name) for name in names}


def test_a_customer_that_was_ended_and_is_listed_goes_on(store: Store) -> None:
    ended = add_customer(
        store, "Ended", "ended.example", microsoft_id=guid(1), ended_at=Syncing(store).at - LEASE
    )
    later = add_customer(
        store, "Later", "later.example", microsoft_id=guid(2), ended_at=Syncing(store).at + LEASE
    )
    over = add_customer(
        store, "Over", "over.example", microsoft_id=guid(3), ended_at=Syncing(store).at - LEASE
    )
    sync = Syncing(store)
    sync.whole([told(1), told(2), told(3, relation="none")])
    assert read_customer(store, ended).customer.ended_at is None
    assert read_customer(store, later).customer.ended_at is not None  # ended while the list came
    assert read_customer(store, over).customer.ended_at is not None


def test_only_one_process_syncs_an_account(store: Store) -> None:
    sync = Syncing(store)
    sync.begin()
    with pytest.raises(LeaseHeldError, match="testhost"):
        take_lease(store, 1, Holder.of("otherhost", 2, ""), sync.at + LEASE / 2)
    renew(store, sync.lease, sync.at + LEASE / 2)
    with pytest.raises(LeaseHeldError):
        take_lease(store, 1, Holder.of("otherhost", 2, ""), sync.at + LEASE)
    assert progress(store).is_running(sync.at + LEASE)
    assert not progress(store).is_running(sync.at + LEASE * 2)
    taken = take_lease(store, 1, Holder.of("otherhost", 2, ""), sync.at + LEASE * 2)
    with pytest.raises(LeaseLostError):
        write_page(store, sync.lease, LIST[0], None, ONCE, sync.by)
    release(store, sync.lease)  # has no effect any more
    assert rows(store, "SELECT count(*) FROM customers") == [(0,)]
    assert read_state(store, taken).phase == "list"


def test_the_lease_of_a_dead_process_is_free_at_once(store: Store) -> None:
    sync = Syncing(store)
    sync.begin()
    next_one = Holder.of("testhost", 2, "")
    with pytest.raises(LeaseHeldError):
        take_lease(store, 1, next_one, sync.at, is_dead=lambda holder: holder.pid != 1)
    take_lease(store, 1, next_one, sync.at, is_dead=lambda holder: holder.pid == 1)


def test_what_made_a_sync_stop_is_told_until_the_next_begins(store: Store) -> None:
    sync = Syncing(store)
    sync.begin()
    assert progress(store).words(sync.at) == "0 received"
    sync.pages(LIST[:1])
    assert progress(store).words(sync.at) == "4 received"
    renew(store, sync.lease, sync.at, SyncTrouble.THROTTLED)
    assert progress(store).words(sync.at) == "throttled"
    release(store, sync.lease, SyncTrouble.OFFLINE, "No route.")
    assert (progress(store).words(sync.at), progress(store).error) == ("offline", "No route.")
    sync.begin()
    assert progress(store).words(sync.at) == "4 received"
    sync.end()
    assert progress(store).words(sync.at) == ""
    sync.begin()
    assert progress(store).words(sync.at) == "0 of 4 received"


STATES_OF_CHANGES = "SELECT state FROM changes AS ch".replace("state", STATE)


def test_a_sync_that_was_cut_off_is_called_done_nowhere_until_it_is(store: Store) -> None:
    sync = Syncing(store)

    def states() -> set[str]:
        listed = rows(store, STATES_OF_CHANGES)
        (entry,) = rows(store, "SELECT id FROM changes WHERE part_of = 0")[0]
        assert {state for (state,) in listed} == {read_change(store, entry).state}
        return {str(state) for (state,) in listed}

    sync.begin()
    sync.pages(LIST[:1])
    release(store, sync.lease)
    assert states() == {"started"}
    assert progress(store).words(sync.at) == "sync not finished"
    sync.begin()
    assert states() == {"started"}
    sync.end()
    assert {row[0] for row in rows(store, "SELECT phase FROM account_syncs")} == {"done"}
    assert states() == {"done"}
    assert progress(store).words(sync.at) == ""


def test_a_list_goes_on_where_it_was_but_not_after_long(store: Store) -> None:
    sync = Syncing(store)
    sync.begin()
    write_page(store, sync.lease, LIST[0], Position("1"), ONCE, sync.by)
    sync.at += GO_ON
    sync.lease = take_lease(store, 1, Holder.of("testhost", 2, ""), sync.at)
    assert read_state(store, sync.lease).position.target == "1"
    sync.at += timedelta(minutes=3)
    sync.lease = take_lease(store, 1, Holder.of("testhost", 3, ""), sync.at)
    state = read_state(store, sync.lease)
    assert (state.phase, state.position.target, state.received) == ("list", "", 0)


CUTS = st.lists(st.integers(min_value=0, max_value=3), max_size=4)
HOUSE = settings(
    max_examples=times(15), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@HOUSE
@given(cuts=CUTS, turned=st.booleans())
def test_killed_and_begun_again_the_book_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], turned: bool
) -> None:
    """Each cut is a process that is killed behind so many pages; the next may begin anew."""
    folder = tmp_path_factory.mktemp("books")
    whole, cut = (_begun(folder, name) for name in ("whole", "cut"))
    whole.whole(*LIST)
    for pages in cuts:
        cut.begin(full=True, is_dead=lambda _holder: True)
        if turned:  # the continuation token was stale: the first pages come again, in any order
            for page in LIST[:pages]:
                write_page(cut.store, cut.lease, page[::-1], Position("0"), ONCE, cut.by)
        elif read_state(cut.store, cut.lease).phase == "list":
            cut.pages(LIST, pages)
    cut.begin(full=True, is_dead=lambda _holder: True)
    if read_state(cut.store, cut.lease).phase == "list":
        cut.pages(LIST)
    cut.end()
    assert content(cut.store) == content(whole.store)
    assert kinds(cut.store) == kinds(whole.store)
    shown = ("received", "new", "changed", "gone")
    for name in shown:
        assert getattr(progress(cut.store), name) == getattr(progress(whole.store), name), name


def _begun(folder: Path, name: str) -> Syncing:
    """Return the sync of a book that knows some customers already, one of them by hand."""
    store = empty_store(folder / name / "book.db")
    add_customer(store, "Handmade", "c3.onmicrosoft.com")
    add_customer(store, "Long gone", "gone.example", microsoft_id=guid(99))
    return Syncing(store)


def details(number: int, **fields: Any) -> CustomerDetails:
    company = {"organization_registration_number": "12345"}
    billing = {"company_name": "Bill to", "email": "a@b.example", "country": "DE"}
    whole = CustomerDetails(
        told(number), allow_delegated_access=True, company=company, billing=billing
    )
    return replace(whole, **fields)


def test_details_go_into_the_profiles_and_are_parts_of_the_run(store: Store) -> None:
    sync = Syncing(store)
    sync.begin()
    sync.pages(LIST)
    write_details(store, sync.lease, [details(1), details(2, company=None)], ONCE, sync.by)
    write_details(store, sync.lease, [details(1, allow_delegated_access=None)], ONCE, sync.by)
    page = read_customer(store, 2)
    assert page.customer.country == page.billing.country == "DE"
    assert page.customer.allow_delegated_access is True
    assert page.customer.read_at == sync.at
    assert page.billing.email == "a@b.example"
    assert page.company.organization_registration_number == "12345"
    [part] = [entry for entry in page.changes if entry.kind == "updated"]
    after = as_object(part.after)
    assert after["country"] == "DE"
    assert after["allow_delegated_access"] is True
    assert after["organization_registration_number"] == "12345"
    later = details(1, billing={"country": "AT", "email": "new@b.example"})
    write_details(store, sync.lease, [later], ONCE, sync.by)
    page = read_customer(store, 2)
    assert (page.customer.country, page.billing.country) == ("AT", "AT")
    assert page.billing.company_name == "Bill to"
    undo = plan_undo(store, max(entry.id or 0 for entry in page.changes), by(TESTER, sync.at))
    assert not undo.reasons
    assert len(undo.steps) == 2


def test_details_of_a_customer_that_the_book_lacks_add_it(store: Store) -> None:
    sync = Syncing(store)
    sync.begin()
    write_details(store, sync.lease, [details(7, reseller_id=guid(500))], ONCE, sync.by)
    page = read_customer(store, 1)
    assert (page.customer.company_name, page.billing.company_name) == ("Customer 7", "Bill to")
    assert page.customer.indirect_reseller == guid(500)
    write_details(store, sync.lease, [details(7, reseller_id=guid(501))], ONCE, sync.by)
    assert read_customer(store, 1).customer.indirect_reseller == guid(500)  # it is the partner's


def test_the_oldest_details_are_read_first_and_no_more_than_asked_for(store: Store) -> None:
    sync = Syncing(store)
    sync.begin()
    sync.pages(LIST)
    assert oldest(store, sync.lease, 5, 3) == [guid(0), guid(1), guid(2)]
    write_details(store, sync.lease, [details(number) for number in range(3)], ONCE, sync.by)
    assert oldest(store, sync.lease, 5, 3) == [guid(3), guid(4)]
    assert oldest(store, sync.lease, 5, 3, {guid(3)}) == [guid(4)]
    assert unread(store, sync.lease, [1, 4]) == [guid(3)]
    sync.end()
    sync.at += timedelta(days=1)
    sync.begin()
    assert oldest(store, sync.lease, 50, 50)[-3:] == [guid(0), guid(1), guid(2)]
    changed = {guid(0): sync.at - timedelta(days=2), guid(1): sync.at, guid(9): sync.at}
    assert outdated(store, sync.lease, changed | {guid(77): sync.at}) == [guid(1), guid(9)]


@pytest.mark.parametrize(
    ("name", "domain", "kept"),
    [
        ("Two\x00 words ", "XN--BCHER-KVA.example", ("Two words", "bücher.example")),
        ("", "c1.example.", ("c1.example", "c1.example")),
        ("  ", "no domain", (guid(1), "no domain")),
        ("\ud800Half", "", ("Half", "")),
    ],
)
def test_hostile_texts_are_kept_as_the_book_keeps_texts(
    store: Store, name: str, domain: str, kept: tuple[str, str]
) -> None:
    customer = _listed(name, domain)
    sync = Syncing(store)
    sync.whole([customer])
    sync.whole([customer])
    assert rows(store, "SELECT company_name, primary_domain FROM customers") == [kept]
    assert kinds(store) == [("synced", False), ("synced", True)]


def _listed(name: str, domain: str) -> ListedCustomer:
    from partnerdesk.models.syncing.rows import ListedCustomer

    customer = ListedCustomer.of(guid(1).upper(), name, domain, "a status of tomorrow")
    assert customer is not None
    assert ListedCustomer.of("no id", name, domain) is None
    return customer
