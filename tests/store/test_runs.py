"""Runs over records: each row is done once, also after kills and conflicts."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.customers.entities import Relationship
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations import bulk as running
from partnerdesk.models.operations.bulk_records import RowState, RunKind
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.relationships.delegated_admin import (
    parse_extension,
    plan_add_delegation,
    plan_event,
    plan_extend,
    read_delegation,
)
from partnerdesk.models.relationships.entities import (
    DelegatedAdminRelationship,
    Invitation,
    InvitationKind,
)
from partnerdesk.models.relationships.lifecycles import (
    DelegatedAdminEvent,
    DelegatedAdminState,
    InvitationState,
)
from tests.conftest import CLOUDS
from tests.support.books import NOW, TESTER
from tests.support.commands import HOUSE
from tests.support.depth import deep
from tests.support.edits import by
from tests.support.forms import account_in
from tests.support.relations import (
    LINK,
    WITHOUT,
    account_of,
    add_customer,
    customer_of,
    days,
    findings,
    name_accounts,
    provider,
)
from tests.support.statements import address, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from partnerdesk.models.operations.bulk import RunView
    from partnerdesk.models.settings.database_url import SqliteFile

HALF_A_YEAR = timedelta(days=180)
EXTEND = running.RunRequest(RunKind.EXTEND, {"by": "P180D"})


@pytest.fixture
def book(sqlite_database: SqliteFile) -> Store:
    """Return a book with named accounts and no customer."""
    opened = Store(sqlite_database)
    opened.open(CLOUDS)
    name_accounts(opened)
    return opened


def keep(store: Store, count: int, everything: Collection[int] = ()) -> dict[int, datetime]:
    """Add delegated-admin relationships, some with Global Administrator; return their ends."""
    customers = [add_customer(store, f"Company {n}", f"company{n}") for n in range(5)]
    kept = [
        DelegatedAdminRelationship(
            account_id=1, customer_id=customers[n % 5], display_name=f"GDAP {n}",
            roles="Global Administrator" if n + 1 in everything else "User Administrator",
            status=DelegatedAdminState.ACTIVE, end_date_time=days(10 + n % 20),
        )
        for n in range(count)
    ]  # fmt: skip
    with store.writing() as session:
        session.add_all(kept)
    return ends(store)


def ends(store: Store) -> dict[int, datetime]:
    """Return the end of each relationship."""
    with store.reading() as session:
        found = session.exec(select(DelegatedAdminRelationship)).all()
    return {one.id or 0: one.end_date_time or NOW for one in found}


def begin(store: Store, wish: running.RunRequest, ids: Iterable[int]) -> int:
    planned = running.plan_run(store, account_in(store), wish, ids, by(TESTER, NOW), "extend all")
    return running.begin_run(store, planned)


def go_on(
    store: Store, run: int, told: Callable[[int, int], bool] = lambda _done, _total: True,
    *, again: bool = False,
) -> RunView:  # fmt: skip
    return running.go_on(store, run, account_in(store), TESTER, lambda: days(1), told, again=again)


def extended(before: dict[int, datetime], but: Iterable[int] = ()) -> dict[int, datetime]:
    left = {*but}
    return {id: end if id in left else end + HALF_A_YEAR for id, end in before.items()}


@deep
def test_killed_at_row_180_of_400_another_process_does_the_rest_and_no_row_twice(
    store: Store,
) -> None:
    name_accounts(store)
    everything = range(7, 400, 14)[:29]
    before = keep(store, 400, everything)
    run = begin(store, EXTEND, before)
    planned = running.read_run(store, run)
    assert planned.counts() == {RowState.WAITING: 371, RowState.REFUSED: 29}
    words = [sys.executable, "-m", "tests.support.running_apart", address(store.database), str(run)]
    with subprocess.Popen(words, cwd=HOUSE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = next(line for line in child.stdout if int(line) == 29 + 180)
        child.kill()
    assert (told, child.returncode) == ("209\n", -9)
    cut_off = running.read_run(store, run)
    done = cut_off.counts()[RowState.DONE]
    assert 180 <= done < 371
    assert cut_off.finished_at is None
    moved = [id for id, end in ends(store).items() if end != before[id]]
    assert len(moved) == done  # each row is done completely or not at all
    assert running.unfinished_run(store, [1, 2], RunKind.EXTEND) == run
    assert running.unfinished_run(store, [1], RunKind.EXTEND, "other words") is None

    after = go_on(store, run)
    assert after.counts() == {RowState.DONE: 371, RowState.REFUSED: 29}
    assert after.finished_at == days(1)
    assert ends(store) == extended(before, everything)
    refused = {row.message for row in after.rows if row.state is RowState.REFUSED}
    assert refused == {"It holds Global Administrator, which cannot be extended: make a new one."}
    told_of = rows(store, "SELECT plan_id FROM changes WHERE part_of <> 0")
    assert len({*told_of}) == len(told_of) == 371
    assert findings(store) == []
    assert go_on(store, run).counts() == after.counts()  # a second run has nothing to do
    assert ends(store) == extended(before, everything)
    assert running.unfinished_run(store, [1], RunKind.EXTEND) is None


def test_two_who_go_on_at_once_do_no_row_twice(store: Store) -> None:
    name_accounts(store)
    before = keep(store, 30)
    run = begin(store, EXTEND, before)
    start, failures = threading.Barrier(2), []

    def work() -> None:
        own = Store(store.database)
        start.wait()
        failures.append(go_on(own, run).counts()[RowState.FAILED])

    threads = [threading.Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [0, 0]
    assert running.read_run(store, run).counts() == {RowState.DONE: 30}
    assert ends(store) == extended(before)
    assert rows(store, "SELECT part_of, count(*) FROM changes GROUP BY part_of ORDER BY 1") == [
        (0, 1),
        (1, 30),
    ]
    assert findings(store) == []


def test_a_row_that_somebody_changed_meanwhile_is_planned_anew(book: Store) -> None:
    before = keep(book, 4)
    run = begin(book, EXTEND, before)
    extension = parse_extension("2027-06-30")
    assert extension is not None
    carry_out(book, plan_extend(read_delegation(book, 1), extension, by(TESTER, NOW)))
    over = plan_event(read_delegation(book, 2), DelegatedAdminEvent.TERMINATE, by(TESTER, NOW))
    carry_out(book, over)
    view = go_on(book, run)
    assert [row.state for row in view.rows] == ["done", "refused", "done", "done"]
    assert "terminated" in view.rows[1].message
    now = ends(book)
    assert now[1] == before[1].replace(year=2027, month=6, day=30) + HALF_A_YEAR
    assert now[2] == NOW
    assert (now[3], now[4]) == (before[3] + HALF_A_YEAR, before[4] + HALF_A_YEAR)


def test_only_what_failed_is_tried_again(book: Store) -> None:
    before = keep(book, 2)
    said = {"name": "Comes and goes", "end": "2026-12-24"}
    account, customer = account_of(book), customer_of(book, 1)
    made = plan_add_delegation(account, customer, said, by(TESTER, NOW), taken=False)
    added = carry_out(book, made)
    run = begin(book, EXTEND, (1, 3, 2))
    gone = carry_out(book, plan_undo(book, added.change_id or 0, by(TESTER, NOW)))
    view = go_on(book, run)
    assert [(row.record_id, row.state) for row in view.rows] == [
        (1, "done"),
        (3, "failed"),
        (2, "done"),
    ]
    assert "There is no delegated-admin relationship 3." in view.rows[1].message
    carry_out(book, plan_undo(book, gone.change_id or 0, by(TESTER, NOW)))
    assert go_on(book, run).counts()[RowState.FAILED] == 1  # not retried without `again`
    assert go_on(book, run, again=True).counts() == {RowState.DONE: 3}
    there = ends(book)
    assert {id: there[id] for id in before} == extended(before)
    assert f"{there[3]:%Y-%m-%d}" == "2027-06-22"
    assert findings(book) == []


def test_a_run_that_is_stopped_stays_unfinished_until_the_rest_is_let_be(book: Store) -> None:
    before = keep(book, 6)
    run = begin(book, EXTEND, before)
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 2

    view = go_on(book, run, tell)
    assert told == [(1, 6), (2, 6)]
    assert (view.left, view.finished_at) == (4, None)
    assert running.unfinished_run(book, [1], RunKind.EXTEND, "extend all") == run
    assert running.unfinished_run(book, [2], RunKind.EXTEND) is None
    running.abandon_run(book, run, days(2))
    assert running.unfinished_run(book, [1], RunKind.EXTEND) is None
    assert ends(book) == {**before, **extended({1: before[1], 2: before[2]})}
    with pytest.raises(NotFoundError):
        running.read_run(book, 99)


def test_planning_writes_nothing_and_says_what_each_row_comes_to(book: Store) -> None:
    provider(book)
    from partnerdesk.models.relationships.partners import plan_add_partner

    nova = {"name": "Nova", "mpn_id": "4711", "agreement_signed": "no", "location": "US"}
    account = account_in(book)
    carry_out(book, plan_add_partner(account, nova, [], by(TESTER, NOW)))
    ids = [
        add_customer(book, "A", "a"),
        add_customer(book, "B", "b", indirect_reseller="Nova"),
        add_customer(book, "C", "c", ended_at=NOW, relationship_to_partner=Relationship.NONE),
        add_customer(book, "D", "d", "us-gov"),
        99,
    ]
    before = rows(book, "SELECT * FROM customers ORDER BY id")
    wish = running.RunRequest(RunKind.NAME_RESELLER, {"reseller": "4711"})
    planned = running.plan_run(book, account, wish, ids, by(TESTER, NOW))
    assert [(row.subject, row.state.value) for row in planned.rows] == [
        ("A", "waiting"), ("B", "nothing"), ("C", "refused"), ("D", "refused"),
    ]  # fmt: skip
    assert planned.rows[0].message == (
        "Nova has not signed the partner agreement: orders for it fail (2203, 2206). "
        "Nova is in United States, outside your CSP region: orders for it fail (2201)."
    )
    assert rows(book, "SELECT * FROM customers ORDER BY id") == before
    assert rows(book, "SELECT count(*) FROM runs") == [(0,)]
    view = go_on(book, running.begin_run(book, planned))
    assert Counter(row.state for row in view.rows) == {"done": 1, "nothing": 1, "refused": 2}
    assert customer_of(book, ids[0]).indirect_reseller == "Nova"
    assert customer_of(book, ids[3]).indirect_reseller == ""


def test_customers_are_invited_in_one_run_and_the_link_is_kept_once(book: Store) -> None:
    ids = [
        add_customer(book, name, name.lower(), relationship_to_partner=Relationship.NONE)
        for name in ("Ada", "Bob")
    ]
    said = {"link": LINK, "delegated_admin": "no", "language": "de", "kind": "combined"}
    without_address = go_on(book, begin(book, running.RunRequest(RunKind.INVITE, said), ids))
    assert without_address.counts() == {RowState.REFUSED: 2}
    assert "no e-mail address" in without_address.rows[0].message
    from partnerdesk.models.customers.entities import BillingProfile

    with book.writing() as session:
        session.add_all(BillingProfile(customer_id=id, email="a@b.example") for id in ids)
    assert go_on(book, begin(book, running.RunRequest(RunKind.INVITE, said), ids)).counts() == {
        RowState.DONE: 2
    }
    with book.reading() as session:
        written = session.exec(select(Invitation)).all()
    assert [(one.customer_id, one.state, one.kind, one.link, one.language) for one in written] == [
        (id, InvitationState.DRAFT, InvitationKind.COMBINED, WITHOUT, "de") for id in ids
    ]
    kept = rows(book, "SELECT plan FROM changes WHERE part_of <> 0 ORDER BY id")
    assert [plan.count('"record": "partner_accounts"') for (plan,) in kept] == [1, 0]
    portal = running.RunRequest(RunKind.INVITE, {"made": "portal"})
    assert go_on(book, begin(book, portal, ids)).counts() == {RowState.DONE: 2}
