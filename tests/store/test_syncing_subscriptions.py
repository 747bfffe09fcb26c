"""What a sync writes of subscriptions: told, changed, gone; what the partner keeps stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.changes.outbox import CallState, OutboxCall
from partnerdesk.models.core.clock import NEVER
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.customers.page import read_customer
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.subscriptions.change import plan_seats
from partnerdesk.models.subscriptions.entities import Subscription
from partnerdesk.models.subscriptions.page import read_subscription, subscriptions_of
from partnerdesk.models.syncing.lookup import Reading, oldest, outdated, unread
from partnerdesk.models.syncing.rows import ToldSubscriptions
from partnerdesk.models.syncing.write import (
    forget_subscriptions,
    write_subscriptions,
)
from partnerdesk.partnercenter.paging import Page
from partnerdesk.partnercenter.subscription_fields import told_subscription
from partnerdesk.partnercenter.sync.subscription_answers import purchase_of, told_subscriptions
from tests.support.books import TESTER
from tests.support.edits import by
from tests.support.forms import account_in
from tests.support.relations import findings
from tests.support.small_center import connect_account
from tests.support.statements import rows
from tests.support.syncing import ONCE, Syncing, guid, told

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store

OFFER = "CFQ7TTC0LCHC:0002:CFQ7TTC0HL8W"


def item(number: int, **fields: Any) -> dict[str, Any]:
    """Return a subscription as the API tells it."""
    return {
        "id": guid(number).upper(), "offerId": OFFER, "offerName": "Business Premium",
        "friendlyName": f"No. {number}", "quantity": 10, "status": "active",
        "autoRenewEnabled": True, "commitmentEndDate": "2027-05-01T00:00:00Z",
        "termDuration": "P1Y", "billingCycle": "monthly", "billingType": "license", **fields,
    }  # fmt: skip


def listed(*items: dict[str, Any], total: int = 0) -> ToldSubscriptions:
    page = Page(list(items), len(items), 1, None, total or len(items))
    return told_subscriptions(guid(1), [page])


class Reader:
    """Syncs the subscriptions of a book's only customer."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sync = Syncing(store)
        self.sync.whole([told(1)])

    def read(self, *lists: ToldSubscriptions) -> None:
        """Write lists in a run of their own, an hour after the one before."""
        self.sync.at += timedelta(hours=1)
        self.sync.begin()
        self.sync.pages([[told(1)]])
        for one in lists:
            write_subscriptions(self.store, self.sync.lease, [one], ONCE, self.sync.by)
        self.sync.end()

    @property
    def found(self) -> list[Subscription]:
        with self.store.reading() as session:
            return sorted(subscriptions_of(session, 1), key=lambda one: one.id or 0)

    @property
    def customer(self) -> Customer:
        return read_customer(self.store, 1).customer

    def kinds(self) -> list[str]:
        return [str(kind) for (kind,) in rows(self.store, "SELECT kind FROM changes ORDER BY id")]


@pytest.fixture
def reader(store: Store) -> Reader:
    """Return a book with one customer that Partner Center has told of."""
    return Reader(store)


def test_a_list_comes_into_the_book_as_part_of_the_run(reader: Reader) -> None:
    reader.read(listed(item(2), item(1)))
    assert [one.microsoft_id for one in reader.found] == [guid(1), guid(2)]
    assert reader.found[0].renews_sort == datetime(2027, 5, 2, tzinfo=UTC)
    assert reader.customer.subscriptions_read_at == reader.found[0].seen_at == reader.sync.at
    assert reader.kinds() == ["synced", "synced", "synced", "updated", "synced"]
    before = reader.kinds()
    reader.read(listed(item(1), item(2)))  # says nothing new
    assert reader.kinds() == before
    assert reader.customer.subscriptions_read_at == reader.found[0].seen_at == reader.sync.at
    assert findings(reader.store) == []


def test_what_changed_is_written_and_what_the_partner_keeps_stays(reader: Reader) -> None:
    reader.read(listed(item(1)))
    with reader.store.writing() as session:
        row = session.get_one(Subscription, reader.found[0].id)
        row.unit_price, row.currency = "12.30", "EUR"
    reader.read(listed(item(1, quantity=12, status="suspended", suspensionReasons=["abuse"])))
    (one,) = reader.found
    assert (one.quantity, one.status, one.suspension_reasons) == (12, "suspended", "abuse")
    assert (one.unit_price, one.currency) == ("12.30", "EUR")
    assert rows(reader.store, "SELECT changed FROM account_syncs") == [(1,)]
    assert findings(reader.store) == []


def test_what_is_not_listed_any_more_is_marked_and_never_removed(reader: Reader) -> None:
    reader.read(listed(item(1), item(2)))
    reader.read(listed(item(2)))
    assert [one.gone_at for one in reader.found] == [reader.sync.at, None]
    reader.read(listed(item(1), item(2)))
    assert [one.gone_at for one in reader.found] == [None, None]


def test_a_short_list_is_told_as_short_and_marks_nothing(reader: Reader) -> None:
    reader.read(listed(item(1), item(2)))
    reader.read(listed(item(2), total=4))
    assert [one.gone_at for one in reader.found] == [None, None]
    assert reader.customer.subscriptions_missing == 3
    reader.read(listed(item(2), {"id": "no id"}))
    assert (reader.customer.subscriptions_missing, reader.found[0].gone_at) == (1, None)
    reader.read(ToldSubscriptions(guid(1), is_told=False))
    assert reader.found[0].gone_at is None
    assert reader.customer.subscriptions_read_at == reader.sync.at
    reader.read(listed(item(2)))
    assert reader.customer.subscriptions_missing == 0
    assert reader.found[0].gone_at == reader.sync.at


@pytest.mark.parametrize("field", ["offer_id", "offer_name"])
@pytest.mark.parametrize("copies", [1, 2])
def test_one_kept_by_hand_is_found_by_its_offer_where_only_one_fits(
    reader: Reader, field: str, copies: int
) -> None:
    kept = [
        Subscription(account_id=1, customer_id=1, friendly_name="By hand", unit_price="9.90")
        for _copy in range(copies)
    ]
    for row in kept:
        setattr(row, field, OFFER.lower() if field == "offer_id" else "BUSINESS Premium")
    with reader.store.writing() as session:
        session.add_all(kept)
    reader.read(listed(item(1)))
    ids = [one.microsoft_id for one in reader.found]
    assert ids == ([guid(1)] if copies == 1 else [None, None, guid(1)])
    assert reader.found[0].unit_price == "9.90"
    assert all(one.gone_at is None for one in reader.found)


def test_what_waits_to_be_sent_is_not_overwritten(reader: Reader) -> None:
    reader.read(listed(item(1)))
    connect_account(reader.store, account_in(reader.store).id)
    page = read_subscription(reader.store, reader.found[0].id or 0)
    carry_out(reader.store, plan_seats(page, 15, by(TESTER, reader.sync.at)))
    reader.read(listed(item(1, quantity=11, friendlyName="Renamed")))
    (one,) = reader.found
    assert (one.quantity, one.friendly_name) == (15, "Renamed")
    with reader.store.writing() as session:
        call = session.get_one(OutboxCall, 1)
        call.state, call.changed_at = CallState.GAVE_UP, reader.sync.at
    reader.read(listed(item(1, quantity=11)))
    assert reader.found[0].quantity == 11


def test_a_subscription_belongs_to_the_customer_that_it_is_listed_for(reader: Reader) -> None:
    other = Customer(account_id=1, company_name="Other", microsoft_id=guid(8))
    with reader.store.writing() as session:
        session.add(other)
        session.flush()
        session.add(
            Subscription(
                account_id=1, customer_id=other.id or 0, microsoft_id=guid(1), friendly_name="x"
            )
        )
    reader.read(listed(item(1)))
    assert [(one.microsoft_id, one.friendly_name) for one in reader.found] == [(guid(1), "No. 1")]


def test_those_never_read_come_first_and_no_more_than_asked_for(reader: Reader) -> None:
    sync, what = reader.sync, Reading.SUBSCRIPTIONS
    whole = [told(number) for number in range(6)]
    sync.begin()
    sync.pages([whole])
    for number in (0, 1, 2):
        one = ToldSubscriptions(guid(number))
        write_subscriptions(reader.store, sync.lease, [one], ONCE, sync.by)
    assert oldest(reader.store, sync.lease, 5, 9, what=what) == [guid(3), guid(4)]
    sync.end()
    sync.at += timedelta(hours=1)
    sync.begin()
    sync.pages([whole])
    assert oldest(reader.store, sync.lease, 4, 9, what=what) == [
        guid(number) for number in (3, 4, 5, 1)
    ]
    assert unread(reader.store, sync.lease, [1], what) == [guid(1)]
    told_at = {guid(2): sync.at, guid(0): sync.at - timedelta(days=9), guid(99): sync.at}
    lists = outdated(reader.store, sync.lease, told_at, what)
    assert lists == [guid(2)]
    forget_subscriptions(reader.store, sync.lease, lists, sync.by)
    assert guid(2) in oldest(reader.store, sync.lease, 4, 9, what=what)


def columns(**fields: Any) -> dict[str, Any]:
    read = told_subscription(item(1, **fields))
    assert read is not None
    return dict(read.columns)


def test_strange_values_are_read_as_well_as_they_can_be() -> None:
    assert columns(status="Hibernating")["status"] == "hibernating"
    assert columns(billingCycle="OneTime")["billing_cycle"] == "one_time"
    assert columns(billingCycle=2)["billing_cycle"] == "annual"
    assert columns(quantity="7")["quantity"] == 7
    for strange in (None, "many", 1e300, [1]):
        assert "quantity" not in columns(quantity=strange)
    assert columns(friendlyName="a\x00b")["friendly_name"] == "ab"
    assert columns(friendlyName="", offerName="")["friendly_name"] == guid(1)
    for nothing in (None, "0001-01-01T00:00:00Z", "soon", 5e99):
        assert "commitment_end_date" not in columns(commitmentEndDate=nothing)
    far = columns(commitmentEndDate="9999-12-31T23:59:59-08:00")
    assert far["commitment_end_date"] == NEVER
    assert told_subscription({"id": "mine"}) is None
    assert told_subscription("no object") is None


def test_the_exact_end_of_a_term_goes_before_its_day() -> None:
    exact = "2027-05-01T23:59:59.1234567Z"
    read = columns(commitmentEndDateTime=exact)["commitment_end_date"]
    assert read == datetime(2027, 5, 1, 23, 59, 59, 123000, UTC)
    day = columns(commitmentEndDateTime="2027-05-01T00:00:00Z")["commitment_end_date"]
    assert day == datetime(2027, 5, 1, tzinfo=UTC)


def test_what_can_be_given_back_is_summed_up() -> None:
    details = [
        {"quantity": 2, "allowedUntilDateTime": "2026-12-01T00:00:00Z"},
        {"quantity": 3, "allowedUntilDateTime": "2026-12-04T10:00:00Z"},
    ]
    read = columns(refundableQuantity={"details": details})
    assert read["refundable_quantity"] == 5
    assert read["refundable_until"] == datetime(2026, 12, 4, 10, tzinfo=UTC)
    read = columns(refundableQuantity={"totalQuantity": 0, "details": []})
    assert (read["refundable_quantity"], read["refundable_until"]) == (0, None)
    assert columns()["refundable_quantity"] is None


@pytest.mark.parametrize("kind", ["order", "subscription", "license"])
def test_the_activity_names_whose_subscriptions_changed(kind: str) -> None:
    record = {"customerId": guid(1), "resourceType": kind, "operationDate": "2026-11-30T10:00:00Z"}
    named = purchase_of(record)
    assert named is not None
    assert named.customer_id == guid(1)
    assert purchase_of(record | {"resourceType": "customer"}) is None
