"""Changes of subscriptions are sent: whole, with their version, once; and taken back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from partnerdesk.models.changes.history import as_object
from partnerdesk.models.changes.outbox import CallState
from partnerdesk.models.changes.waiting_calls import open_calls
from partnerdesk.models.core.clock import iso
from partnerdesk.models.core.verdicts import Verdict, why_refused
from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.sent_calls import conflict_of, settle_conflict
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.pages.change import conflict_texts
from partnerdesk.models.subscriptions.change import (
    plan_cancel,
    plan_reactivate,
    plan_rename,
    plan_seats,
    plan_suspend,
)
from partnerdesk.models.subscriptions.entities import Subscription
from partnerdesk.models.subscriptions.page import read_subscription
from partnerdesk.models.subscriptions.renewal import plan_auto_renew
from partnerdesk.models.subscriptions.wishes import plan_wish
from partnerdesk.partnercenter.sending.sender import send_waiting
from tests.conftest import CLOUDS
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.forms import account_in
from tests.support.relations import add_customer, findings
from tests.support.small_center import KilledError, SmallCenter, client_of, connect_account

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.settings.database_url import SqliteFile
    from partnerdesk.partnercenter.sending.results import Sending

OFFER = "CFQ7TTC0LCHC:0002:CFQ7TTC0HL8W"
SOON = NOW + timedelta(days=3)
SCHEDULED = {
    "product": {
        "productId": "CFQ7TTC0LCHC",
        "skuId": "0002",
        "availabilityId": "CFQ7TTC0HL8W",
        "billingCycle": "annual",
        "termDuration": "P3Y",
        "promotionId": "kept",
    },
    "quantity": 4,
}


def told(number: int, **fields: Any) -> dict[str, Any]:
    """Return a subscription as the service has it."""
    id = str(UUID(int=number))
    return {
        "id": id, "offerId": OFFER, "offerName": "Business Premium",
        "friendlyName": f"No. {number}", "quantity": 10, "unitType": "Licenses",
        "status": "active", "autoRenewEnabled": True,
        "commitmentEndDate": "2027-05-01T00:00:00Z", "termDuration": "P1Y",
        "billingCycle": "monthly", "billingType": "license", "isTrial": False,
        "cancellationAllowedUntilDate": iso(SOON), "orderId": "one", "unknownField": {"kept": [1]},
        "refundableQuantity": {
            "totalQuantity": 10,
            "details": [{"quantity": 10, "allowedUntilDateTime": iso(SOON)}],
        },
        "links": {"self": {"uri": f"/subscriptions/{id}"}},
        "attributes": {"etag": f"first{number}", "objectType": "Subscription"},
        **fields,
    }  # fmt: skip


@dataclass
class Books:
    """A book with a customer of two subscriptions, and the service that has them."""

    store: Store
    center: SmallCenter
    customer: str
    ids: tuple[int, int]
    later: timedelta = timedelta(0)

    def plan(self, make: Any, *arguments: Any, number: int = 0, **more: Any) -> Plan:
        page = read_subscription(self.store, self.ids[number])
        plan: Plan = make(page, *arguments, by(TESTER, NOW), **more)
        return plan

    def change(self, make: Any, *arguments: Any, number: int = 0, **more: Any) -> int:
        """Carry a plan out; return the id of the change."""
        plan = self.plan(make, *arguments, number=number, **more)
        assert plan.verdict is not Verdict.REFUSED, why_refused(plan.reasons)
        change_id = carry_out(self.store, plan).change_id
        assert change_id
        return change_id

    def send(self) -> Sending:
        account = account_in(self.store)
        at = NOW + self.later
        return send_waiting(self.store, client_of(self.center, account), TESTER, lambda: at)

    def undo(self, change_id: int) -> Plan:
        return plan_undo(self.store, change_id, by(TESTER, NOW))

    def held(self, number: int = 0) -> dict[str, Any]:
        return self.center.subscriptions[self.customer][number]

    def kept(self, number: int = 0) -> Subscription:
        return read_subscription(self.store, self.ids[number]).subscription

    def fields(self, *names: str) -> list[Any]:
        return [getattr(self.kept(), name) for name in names]


@pytest.fixture
def books(sqlite_database: SqliteFile) -> Books:
    """Return a connected book that knows what the service has."""
    store = Store(sqlite_database)
    store.open(CLOUDS)
    account = account_in(store)
    connect_account(store, account.id)
    center = SmallCenter()
    customer = center.add(1, "fabrikam.onmicrosoft.com", "Fabrikam")
    center.subscriptions[customer] = [told(1), told(2)]
    id = add_customer(store, "Fabrikam", "fabrikam.onmicrosoft.com", microsoft_id=customer)
    rows = [
        Subscription(
            account_id=account.id, customer_id=id, microsoft_id=one["id"], offer_id=OFFER,
            friendly_name=one["friendlyName"], quantity=10, auto_renew_enabled=True,
            commitment_end_date=NOW + timedelta(days=150), billing_type="license",
            cancellation_allowed_until_date=SOON, refundable_quantity=10, refundable_until=SOON,
        )
        for one in center.subscriptions[customer]
    ]  # fmt: skip
    with store.writing() as session:
        session.add_all(rows)
    return Books(store, center, customer, (rows[0].id or 0, rows[1].id or 0))


def state(books: Books) -> CallState:
    (sent,) = books.send().calls
    return sent.state


def test_a_change_is_written_whole_and_read_back(books: Books) -> None:
    books.change(plan_seats, 12)
    before = dict(books.held())
    books.center.change_subscription(books.customer, before["id"], unitType="Seats")
    etag = books.held()["attributes"]["etag"]
    (sent,) = books.send().calls
    assert sent.state is CallState.CONFIRMED
    assert f'"etag": "{etag}"' in sent.call.request
    changed = {"quantity": 12, "unitType": "Seats", "attributes": books.held()["attributes"]}
    assert books.held() == before | changed
    assert books.fields("quantity", "unit_type", "offer_name") == [12, "Seats", "Business Premium"]
    assert books.kept().seen_at == NOW
    assert findings(books.store) == []


WISHES = [
    (plan_seats, (9,), {}, {"quantity": 9}),
    (plan_rename, ("Accounting",), {}, {"friendlyName": "Accounting"}),
    (plan_auto_renew, (), {"on": False}, {"autoRenewEnabled": False}),
    (plan_suspend, (), {"why": "unpaid"}, {"status": "suspended"}),
    (plan_cancel, (), {"why": "over"}, {"status": "deleted"}),
]


@pytest.mark.parametrize(("make", "arguments", "more", "expected"), WISHES)
def test_each_change_is_one_wanted_value_on_the_wire(
    books: Books, make: Any, arguments: tuple[Any, ...], more: Any, expected: dict[str, Any]
) -> None:
    before = dict(books.held())
    page = read_subscription(books.store, books.ids[0])
    carry_out(books.store, make(page, *arguments, by(TESTER, NOW), **more))
    assert state(books) is CallState.CONFIRMED
    assert books.held() | {"attributes": 0} == before | expected | {"attributes": 0}
    assert books.center.done == [("changed", before["id"])]


@pytest.mark.parametrize("fault", ["cut-before", "cut-after", "500-after", "half-body", "stale"])
def test_whatever_happens_on_the_way_it_is_done_once(books: Books, fault: str) -> None:
    books.change(plan_seats, 12)
    books.center.faults = ["", fault]
    assert state(books) is CallState.CONFIRMED
    assert books.held()["quantity"] == 12
    assert len(books.center.done) == 1


def test_a_sender_that_died_looks_first(books: Books) -> None:
    books.change(plan_seats, 12)
    books.center.faults = ["", "kill-after"]
    with pytest.raises(KilledError):
        books.send()
    assert state(books) is CallState.CONFIRMED
    assert len(books.center.done) == 1


def test_what_is_taken_on_is_read_until_it_shows(books: Books) -> None:
    books.change(plan_seats, 12)
    books.change(plan_rename, "Accounting")
    books.center.faults = ["", "late"]
    states = []
    for _turn in range(4):
        states += [sent.state for sent in books.send().calls]
        books.later += timedelta(minutes=10)
    assert states == [*[CallState.SENT] * 2, *[CallState.CONFIRMED] * 2]
    assert (books.held()["quantity"], books.held()["friendlyName"]) == (12, "Accounting")
    assert len(books.center.done) == 2


def test_where_another_operation_runs_only_this_customer_waits(books: Books) -> None:
    books.change(plan_seats, 12)
    other = books.center.add(2, "contoso.onmicrosoft.com", "Contoso")
    books.center.subscriptions[other] = [told(3)]
    id = add_customer(books.store, "Contoso", "contoso.onmicrosoft.com", microsoft_id=other)
    row = Subscription(
        account_id=account_in(books.store).id, customer_id=id, microsoft_id=told(3)["id"],
        friendly_name="No. 3", quantity=10, offer_id=OFFER,
    )  # fmt: skip
    with books.store.writing() as session:
        session.add(row)
    books.ids = (books.ids[0], row.id or 0)
    books.change(plan_rename, "Third", number=1)
    books.center.faults = ["", "another-runs"]
    sending = books.send()
    assert [sent.state for sent in sending.calls] == [CallState.WAITING, CallState.CONFIRMED]
    assert "900278" in str(sending.calls[0].error)
    assert not books.send().calls
    books.later = timedelta(minutes=6)
    assert state(books) is CallState.CONFIRMED


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("900257", "window for giving seats back has passed"),
        ("800090", "cannot be made smaller"),
        ("2001", "while the subscription is suspended"),
        ("900280", "cannot be changed now"),
        ("900277", "is about to expire"),
    ],
)
def test_a_refusal_is_told_with_its_remedy(books: Books, code: str, words: str) -> None:
    books.change(plan_seats, 9)
    books.center.faults = ["", f"refused-{code}"]
    (sent,) = books.send().calls
    assert sent.state is CallState.FAILED
    assert words in sent.call.answer
    assert f"code {code}" in sent.call.answer


@pytest.mark.parametrize("theirs", [True, False])
def test_a_person_chooses_where_both_changed_a_column(books: Books, theirs: bool) -> None:
    books.change(plan_seats, 12)
    books.center.change_subscription(books.customer, books.held()["id"], quantity=15)
    (sent,) = books.send().calls
    assert sent.state is CallState.CONFLICT
    (field,) = conflict_of(sent.call)
    assert (field.name, field.base, field.ours, field.theirs) == ("quantity", 10, 12, 15)
    assert conflict_texts(sent.call) == [("quantity", "Seats", "ours 12, theirs 15, before 10")]
    chosen = {"quantity"} if theirs else set()
    settle_conflict(books.store, sent.call.id or 0, chosen, by(TESTER, NOW))
    books.send()
    number = 15 if theirs else 12
    assert (books.held()["quantity"], books.kept().quantity) == (number, number)
    assert not open_calls(books.store, [account_in(books.store).id])
    assert findings(books.store) == []


def test_what_is_scheduled_stays_with_a_name_and_goes_with_seats(books: Books) -> None:
    scheduled = json.dumps({"quantity": 4, "term_duration": "P3Y", "billing_cycle": "annual"})
    books.center.change_subscription(
        books.customer, books.held()["id"], scheduledNextTermInstructions=SCHEDULED
    )
    with books.store.writing() as session:
        row = session.get_one(Subscription, books.ids[0])
        row.scheduled = scheduled
    books.change(plan_rename, "Accounting")
    assert state(books) is CallState.CONFIRMED
    assert books.held()["scheduledNextTermInstructions"] == SCHEDULED
    assert as_object(books.kept().scheduled) == as_object(scheduled)
    change = books.change(plan_seats, 12)
    assert state(books) is CallState.CONFIRMED
    assert "scheduledNextTermInstructions" not in books.held()
    assert books.kept().scheduled == ""
    carry_out(books.store, books.undo(change))
    assert state(books) is CallState.CONFIRMED
    assert (books.held()["quantity"], books.kept().scheduled) == (10, "")


def test_what_is_scheduled_is_sent_whole_and_taken_back(books: Books) -> None:
    with books.store.writing() as session:
        row = session.get_one(Subscription, books.ids[0])
        row.term_duration, row.billing_cycle = "P1Y", "monthly"
    before = dict(books.held())
    change = books.change(plan_wish, {"renewal_seats": "20"})
    assert state(books) is CallState.CONFIRMED
    ids = {"productId": "CFQ7TTC0LCHC", "skuId": "0002", "availabilityId": "CFQ7TTC0HL8W"}
    product = {**ids, "termDuration": "P1Y", "billingCycle": "monthly"}
    scheduled = {"product": product, "quantity": 20}
    assert books.held() | {"attributes": 0} == before | {
        "scheduledNextTermInstructions": scheduled, "attributes": 0,
    }  # fmt: skip
    assert (books.kept().quantity, books.kept().scheduled) == (10, '{"quantity": 20}')
    books.change(plan_wish, {"renewal_term": "P3Y"})
    assert state(books) is CallState.CONFIRMED
    assert books.held()["scheduledNextTermInstructions"] == {
        "product": product | {"termDuration": "P3Y"}, "quantity": 20,
    }  # fmt: skip
    back = books.change(plan_wish, {"renewal": "as-it-is"})
    assert state(books) is CallState.CONFIRMED
    assert "scheduledNextTermInstructions" not in books.held()
    carry_out(books.store, books.undo(back))
    assert state(books) is CallState.CONFIRMED
    assert books.held()["scheduledNextTermInstructions"]["quantity"] == 20
    assert books.undo(change).verdict is Verdict.REFUSED, "it was changed since"
    assert findings(books.store) == []


def test_a_schedule_that_somebody_else_made_is_not_overwritten(books: Books) -> None:
    books.change(plan_wish, {"renewal_seats": "20"})
    id = books.held()["id"]
    books.center.change_subscription(books.customer, id, scheduledNextTermInstructions=SCHEDULED)
    with books.store.writing() as session:
        row = session.get_one(Subscription, books.ids[0])
        row.term_duration = "P1Y"
    (sent,) = books.send().calls
    assert sent.state is CallState.CONFLICT
    ((name, title, text),) = conflict_texts(sent.call)
    assert (name, title) == ("scheduled", "Scheduled for the renewal")
    assert text == "ours 20 seats, theirs 4 seats, 3 years, billed yearly, before –"


def test_a_confirmed_change_is_taken_back_where_the_service_allows_it(books: Books) -> None:
    more, name = books.change(plan_seats, 12), books.change(plan_rename, "Accounting")
    assert [sent.state for sent in books.send().calls] == [CallState.CONFIRMED] * 2
    for change in (more, name):
        carry_out(books.store, books.undo(change))
    assert [sent.state for sent in books.send().calls] == [CallState.CONFIRMED] * 2
    assert (books.held()["quantity"], books.held()["friendlyName"]) == (10, "No. 1")
    assert books.fields("quantity", "friendly_name") == [10, "No. 1"]
    assert findings(books.store) == []


def test_seats_whose_window_has_passed_are_not_taken_back(books: Books) -> None:
    for name in ("refundableQuantity", "cancellationAllowedUntilDate"):
        books.held()[name] = None
    change = books.change(plan_seats, 12)
    waiting = books.undo(change)
    assert waiting.verdict is not Verdict.REFUSED  # nothing was sent: the call is withdrawn
    assert state(books) is CallState.CONFIRMED
    plan = books.undo(change)
    assert plan.verdict is Verdict.REFUSED
    assert "before the renewal" in why_refused(plan.reasons)


def test_a_suspension_is_taken_back_and_a_cancellation_is_not(books: Books) -> None:
    suspended = books.change(plan_suspend, why="unpaid")
    assert state(books) is CallState.CONFIRMED
    carry_out(books.store, books.undo(suspended))
    assert state(books) is CallState.CONFIRMED
    assert books.held()["status"] == "active"
    books.change(plan_suspend, why="unpaid")
    books.change(plan_reactivate)
    assert [sent.state for sent in books.send().calls] == [CallState.CONFIRMED] * 2
    cancelled = books.change(plan_cancel, why="over")
    assert state(books) is CallState.CONFIRMED
    plan = books.undo(cancelled)
    assert plan.verdict is Verdict.REFUSED
    assert "does not come back" in why_refused(plan.reasons)


def test_reading_back_leaves_what_a_later_call_wants(books: Books) -> None:
    books.change(plan_seats, 12)
    books.change(plan_seats, 14)
    books.center.faults = ["", "", "", "offline"]
    assert [sent.state for sent in books.send().calls] == [CallState.CONFIRMED, CallState.WAITING]
    assert (books.held()["quantity"], books.kept().quantity) == (12, 14)
    books.center.is_offline = False
    assert state(books) is CallState.CONFIRMED
    assert books.held()["quantity"] == 14


def test_a_connected_subscription_without_an_id_is_read_first(books: Books) -> None:
    with books.store.writing() as session:
        session.get_one(Subscription, books.ids[0]).microsoft_id = None
    plan = books.plan(plan_seats, 12)
    assert plan.verdict is Verdict.REFUSED
    assert "sync first" in why_refused(plan.reasons)
