"""Subscriptions between a real book and the rehearsal, over TLS, with faults and a kill."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import col, select

from partnerdesk.models.changes.outbox import CallState
from partnerdesk.models.changes.waiting_calls import open_calls
from partnerdesk.models.core.clock import NEVER, now
from partnerdesk.models.core.verdicts import Verdict, why_refused
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.subscriptions.change import plan_seats
from partnerdesk.models.subscriptions.entities import Subscription
from partnerdesk.models.subscriptions.page import read_subscription
from partnerdesk.models.subscriptions.renewal import plan_auto_renew
from partnerdesk.models.subscriptions.states import is_new_commerce
from partnerdesk.models.subscriptions.wishes import plan_wish
from partnerdesk.partnercenter.sending.account import send_account
from tests.support.books import TESTER
from tests.support.edits import by
from tests.support.empty_book import empty_store
from tests.support.rehearsal import rehearsal
from tests.support.relations import findings
from tests.support.sent_apart import send_apart
from tests.support.statements import rows
from tests.support.synced import Connected, another, connected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from partnerdesk.models.changes.plan import Plan
    from tests.support.rehearsal import RehearsalInfo

MANY = 60
FAULTS = ("any:1/9", "another-operation:1/11", "stale-etag:1/13")


@pytest.fixture(scope="module")
def info() -> Iterator[RehearsalInfo]:
    """Serve a rehearsal for all tests of this file; each has partners of its own."""
    with rehearsal(customers=1, retry_after=0, calls_per_minute=0) as running:
        yield running


@pytest.fixture
def partner(info: RehearsalInfo, request: pytest.FixtureRequest) -> Mapping[str, str]:
    """Return a partner for this test alone, without faults."""
    info.faults()
    number = sha256(request.node.name.encode()).hexdigest()[:12]
    customers = 100 if "sixty" in request.node.name else 30
    return info.partner(customers=customers, name=f"Partner {number}", kind="direct_bill")


@pytest.fixture
def book(info: RehearsalInfo, partner: Mapping[str, str], tmp_path: Path) -> Connected:
    """Return an empty book that is connected to the partner."""
    at = now().replace(microsecond=0)
    return connected(empty_store(tmp_path / "book.db"), info, partner, tmp_path, at)


def content(book: Connected) -> list[dict[str, Any]]:
    """Return all subscriptions, with ids and versions left out."""
    with book.store.reading() as session:
        found = session.exec(select(Subscription).order_by(col(Subscription.microsoft_id)))
        return [one.model_dump(exclude={"id", "version"}) for one in found]


def test_a_sync_reads_what_every_customer_has_and_the_next_says_nothing_new(
    info: RehearsalInfo, book: Connected
) -> None:
    first = book.sync()
    assert (first.new, first.changed) == (30, 0)
    count = rows(book.store, "SELECT count(*) FROM subscriptions")[0][0]
    assert count > 20
    assert rows(book.store, "SELECT count(*) FROM customers WHERE subscriptions_read_at > 0") == [
        (30,)
    ]
    statuses = {status for (status,) in rows(book.store, "SELECT status FROM subscriptions")}
    assert "active" in statuses
    before = content(book)
    info.faults("unknown-field@subscription-list:1/2")
    book.at += timedelta(hours=1)
    assert book.sync().changed == 0
    assert [one | {"seen_at": 0} for one in content(book)] == [
        one | {"seen_at": 0} for one in before
    ]
    assert findings(book.store) == []


@pytest.mark.parametrize("fault", ["any:1/5", "wrong-customer:1/4", "wrong-order:1/2"])
def test_faults_change_nothing_of_what_is_read(
    info: RehearsalInfo, book: Connected, tmp_path: Path, fault: str
) -> None:
    book.sync()
    faulty = another(book, empty_store(tmp_path / "other.db"))
    info.faults(fault)
    faulty.sync()
    assert content(faulty) == content(book)


def test_what_was_changed_in_the_portal_is_read_first(
    info: RehearsalInfo, book: Connected, partner: Mapping[str, str]
) -> None:
    settings = book.file.read_text("utf-8")
    book.file.write_text(settings.replace("[sync]\n", "[sync]\nsubscriptions = 0\n"), "utf-8")
    book.sync()
    assert rows(book.store, "SELECT count(*) FROM subscriptions") == [(0,)]
    customer = info.ask("holding", tenant=partner["tenant"])["held"][0]
    token = info.token(partner["tenant"])
    answer = info.http.get(
        f"{info.api}/v1/customers/{customer}/subscriptions",
        headers={"Authorization": f"Bearer {token}"},
    )
    one = answer.json()["items"][0]
    info.ask(
        "subscription",
        tenant=partner["tenant"],
        customer=customer,
        subscription=one["id"],
        fields={"friendlyName": "By a colleague"},
    )
    book.at += timedelta(hours=1)
    book.sync()
    assert [row["friendly_name"] for row in content(book) if row["microsoft_id"] == one["id"]] == [
        "By a colleague"
    ]


def renewing(book: Connected) -> list[Subscription]:
    """Return the subscriptions whose auto-renewal can be changed."""
    with book.store.reading() as session:
        found = select(Subscription).where(
            Subscription.status == "active",
            Subscription.billing_type == "license",
            col(Subscription.term_ends_at) < NEVER,
        )
        return list(session.exec(found.order_by(col(Subscription.id))))


def carried_out(book: Connected, plan: Plan) -> int:
    assert plan.verdict is not Verdict.REFUSED, why_refused(plan.reasons)
    change_id = carry_out(book.store, plan).change_id
    assert change_id
    return change_id


def settle(info: RehearsalInfo, book: Connected) -> None:
    """Send until nothing waits any more; each time an hour later."""
    for _turn in range(12):
        send_account(book.store, book.settings, 1, TESTER, lambda: book.at)
        if not open_calls(book.store, [1]):
            return
        info.later(3600)
        book.at += timedelta(hours=1)
    raise AssertionError([(call.state, call.answer) for call in open_calls(book.store, [1])])


def auto_renewals(book: Connected) -> dict[str | None, bool | None]:
    return {one.microsoft_id: one.auto_renew_enabled for one in renewing(book)}


def test_what_is_scheduled_stands_there_and_goes_with_a_change_of_seats(
    info: RehearsalInfo, book: Connected
) -> None:
    book.sync()
    one = next(
        one for one in renewing(book) if one.auto_renew_enabled and is_new_commerce(one.offer_id)
    )
    before = (one.quantity, one.term_duration)

    def change(wish: dict[str, str]) -> int:
        page = read_subscription(book.store, one.id or 0)
        return carried_out(book, plan_wish(page, wish, by(TESTER, book.at)))

    def told() -> Subscription:
        settle(info, book)
        with book.store.reading() as session:
            return session.get_one(Subscription, one.id)

    change({"renewal_seats": "777"})
    assert told().scheduled == '{"quantity": 777}'
    book.at += timedelta(hours=1)
    assert book.sync().changed == 0, "what the sync reads is what was scheduled"
    more = change({"seats": "+1"})
    assert (told().quantity, told().scheduled) == (before[0] + 1, "")
    change({"renewal_seats": "777", "renewal_billing": "annual"})
    assert json.loads(told().scheduled)["quantity"] == 777
    carried_out(book, plan_undo(book.store, more, by(TESTER, book.at)))
    assert (told().quantity, told().scheduled) == (before[0], ""), "it deletes it, too"
    assert findings(book.store) == []


def test_sixty_changes_with_faults_and_a_kill_have_sixty_results_and_are_taken_back(
    info: RehearsalInfo, book: Connected, partner: Mapping[str, str]
) -> None:
    book.sync()
    before = auto_renewals(book)
    chosen = renewing(book)[:MANY]
    assert len(chosen) == MANY
    changes = [
        carried_out(
            book,
            plan_auto_renew(
                read_subscription(book.store, one.id or 0),
                by(TESTER, book.at),
                on=not one.auto_renew_enabled,
            ),
        )
        for one in chosen
    ]
    info.faults(*FAULTS)
    assert not send_apart(book, death=50)
    settle(info, book)
    states = rows(book.store, "SELECT state, count(*) FROM outbox GROUP BY state")
    assert states == [(CallState.CONFIRMED, MANY)]
    done = [call for call in info.log("subscription-change") if call["done"]]
    mine = Counter(call["path"] for call in done if call["tenant"] == partner["tenant"])
    assert len(mine) == MANY
    assert set(mine.values()) == {1}, "something was done twice"
    info.faults()
    there = another_look(info, book)
    for one in chosen:
        assert there[one.microsoft_id] is not before[one.microsoft_id]
    for change in changes:
        carried_out(book, plan_undo(book.store, change, by(TESTER, book.at)))
    settle(info, book)
    assert auto_renewals(book) == before
    assert another_look(info, book) == before
    assert findings(book.store) == []


def another_look(info: RehearsalInfo, book: Connected) -> dict[str | None, bool | None]:
    """Return what the service has, by the book's own subscriptions."""
    found: dict[str | None, bool | None] = {}
    owners = dict(rows(book.store, "SELECT id, microsoft_id FROM customers"))
    token = info.token(
        rows(book.store, "SELECT tenant_id FROM partner_accounts WHERE id = 1")[0][0]
    )
    for owner in {one.customer_id for one in renewing(book)}:
        answer = info.http.get(
            f"{info.api}/v1/customers/{owners[owner]}/subscriptions",
            headers={"Authorization": f"Bearer {token}"},
        )
        found |= {one["id"]: one["autoRenewEnabled"] for one in answer.json()["items"]}
    return {one.microsoft_id: found[one.microsoft_id] for one in renewing(book)}


def test_added_seats_are_told_as_refundable_and_can_be_taken_back(
    info: RehearsalInfo, book: Connected
) -> None:
    book.sync()
    one = next(one for one in renewing(book) if ":" in one.offer_id)
    page = read_subscription(book.store, one.id or 0)
    change = carried_out(book, plan_seats(page, one.quantity + 3, by(TESTER, book.at)))
    settle(info, book)
    after = read_subscription(book.store, one.id or 0).subscription
    assert after.quantity == one.quantity + 3
    assert (after.refundable_quantity or 0) >= 3
    assert after.refundable_until is not None
    carried_out(book, plan_undo(book.store, change, by(TESTER, book.at)))
    settle(info, book)
    assert read_subscription(book.store, one.id or 0).subscription.quantity == one.quantity
    assert findings(book.store) == []
