"""Plans of subscriptions by Microsoft's rules: seats, renewal, name, suspension, cancellation."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.changes.calls import Operation
from partnerdesk.models.core.errors import ConflictError, UsageError
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.subscriptions.change import (
    plan_auto_renew,
    plan_cancel,
    plan_reactivate,
    plan_rename,
    plan_seats,
    plan_suspend,
    plan_wish,
)
from partnerdesk.models.subscriptions.page import read_subscription
from tests.support.books import NOW, TESTER
from tests.support.edits import by
from tests.support.relations import codes, name_accounts
from tests.support.subscribed import OLD, subscribe

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Plan, PlanContext
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.subscriptions.page import SubscriptionPage

SOON = NOW + timedelta(days=3)
PAST = NOW - timedelta(minutes=1)


def me() -> PlanContext:
    return by(TESTER, NOW)


def now_of(store: Store, page: SubscriptionPage) -> SubscriptionPage:
    return read_subscription(store, page.subscription.id or 0)


@pytest.mark.parametrize(
    ("fields", "seats", "code"),
    [
        ({}, 13, ""),
        ({}, 11, "subscription.window"),
        ({"offer_id": OLD}, 11, ""),
        ({"refundable_until": SOON, "refundable_quantity": 2}, 10, ""),
        ({"refundable_until": SOON, "refundable_quantity": 2}, 9, "subscription.window"),
        ({"refundable_until": PAST, "refundable_quantity": 2}, 11, "subscription.window"),
        ({"cancellation_allowed_until_date": SOON}, 1, ""),
        ({"status": "suspended"}, 13, "subscription.status"),
        ({"status": "expired"}, 13, "subscription.status"),
        ({"billing_type": "usage"}, 13, "subscription.by-use"),
        ({}, 0, "subscription.seats"),
        ({}, -1, "subscription.seats"),
        ({}, 10**9, "subscription.seats"),
        ({"gone_at": PAST}, 13, "subscription.gone"),
    ],
)
def test_seats_follow_the_window_that_partner_center_tells(
    store: Store, fields: dict[str, Any], seats: int, code: str
) -> None:
    plan = plan_seats(subscribe(store, **fields), seats, me())
    assert (plan.verdict is Verdict.REFUSED) is bool(code)
    if code:
        assert code in codes(plan)
        assert not plan.steps
    else:
        assert plan.steps[0].after == {"quantity": seats}


def test_a_refused_reduction_names_the_day_of_the_renewal(store: Store) -> None:
    plan = plan_seats(subscribe(store), 5, me())
    assert "2027-03-02" in plan.reasons[0].text, "the first day after the term"


def test_more_seats_say_what_they_cost_and_until_when_they_can_be_given_back(store: Store) -> None:
    plan = plan_seats(subscribe(store), 15, me())
    assert plan.verdict is Verdict.WARNINGS
    assert "3 × 20.60 = 61.80 EUR" in plan.reasons[0].text
    assert plan.take_back.until == NOW + timedelta(days=7)


@given(price=st.decimals(0, 10**6, places=2), more=st.integers(1, 500))
def test_money_is_never_rounded(price: Any, more: int) -> None:
    from partnerdesk.models.subscriptions.change import _cost
    from partnerdesk.models.subscriptions.entities import Subscription

    one = Subscription(account_id=1, customer_id=1, friendly_name="", unit_price=str(price))
    assert f"= {price * more} " in _cost(one, more)


def test_auto_renew_off_says_what_that_means_today(store: Store) -> None:
    page = subscribe(store)
    assert codes(plan_auto_renew(page, me(), on=False)) == ["subscription.extended"]
    assert codes(plan_auto_renew(page, me(), on=True)) == []
    assert plan_auto_renew(page, me(), on=True).changes_nothing
    old = subscribe(store, page.customer.id or 0, offer_id=OLD)
    assert codes(plan_auto_renew(old, me(), on=False)) == ["subscription.ends"]
    azure = subscribe(store, page.customer.id or 0, commitment_end_date=None)
    assert codes(plan_auto_renew(azure, me(), on=False)) == ["subscription.no-renewal"]
    over = subscribe(store, page.customer.id or 0, status="deleted")
    assert codes(plan_auto_renew(over, me(), on=False)) == ["subscription.status"]


def test_a_change_in_the_middle_of_a_term_says_that_it_deletes_what_is_scheduled(
    store: Store,
) -> None:
    page = subscribe(store, scheduled=json.dumps({"quantity": 3}))
    plan = plan_seats(page, 13, me())
    assert "subscription.schedule-lost" in codes(plan)
    carry_out(store, plan)
    assert now_of(store, page).subscription.scheduled == ""


def test_suspending_and_reactivating_and_the_base_of_an_add_on(store: Store) -> None:
    base_id = "4e811556-40e6-4f8c-ad43-00c0bf5f695e"
    page = subscribe(store, microsoft_id=base_id)
    add_on = subscribe(
        store, page.customer.id or 0, parent_subscription_id=base_id, status="suspended"
    )
    plan = plan_suspend(page, me(), "did not pay")
    assert plan.losses
    carry_out(store, plan)
    assert now_of(store, page).subscription.status == "suspended"
    assert codes(plan_suspend(now_of(store, page), me())) == ["subscription.status"]
    assert codes(plan_reactivate(now_of(store, add_on), me())) == ["subscription.base"]
    carry_out(store, plan_reactivate(now_of(store, page), me()))
    assert plan_reactivate(now_of(store, add_on), me()).verdict is Verdict.ALLOWED


def test_cancelling_is_for_the_window_only_and_is_typed(store: Store) -> None:
    page = subscribe(store)
    assert codes(plan_cancel(page, me())) == ["subscription.window"]
    fresh = subscribe(store, page.customer.id or 0, cancellation_allowed_until_date=SOON)
    plan = plan_cancel(fresh, me())
    assert plan.confirm == page.customer.primary_domain
    assert not plan.take_back.possible
    carry_out(store, plan)
    over = now_of(store, fresh)
    for later in (plan_rename(over, "x", me()), plan_seats(over, 3, me()), plan_cancel(over, me())):
        assert later.verdict is Verdict.REFUSED


def test_every_change_is_undone_and_two_people_never_overwrite_each_other(store: Store) -> None:
    page = subscribe(store)
    first, second = plan_rename(page, "Ours", me()), plan_rename(page, "Theirs", me())
    outcome = carry_out(store, first)
    with pytest.raises(ConflictError):
        carry_out(store, second)
    carry_out(store, plan_undo(store, outcome.change_id or 0, me()))
    assert now_of(store, page).subscription.friendly_name == "Business Premium"


def test_a_connected_account_sends_the_changed_fields_with_what_they_were(store: Store) -> None:
    name_accounts(store, connected=True)
    plan = plan_seats(
        subscribe(store, microsoft_id="4e811556-40e6-4f8c-ad43-00c0bf5f695e"), 13, me()
    )
    (call,) = plan.calls
    assert call.operation is Operation.UPDATE_SUBSCRIPTION
    assert (call.arguments["wanted"], call.arguments["base"]) == (
        {"quantity": 13},
        {"quantity": 12},
    )


@pytest.mark.parametrize(
    ("text", "seats"), [("25", 25), ("+5", 17), ("-2", 10), ("", 0), ("+-2", 0), ("²", 0)]
)
def test_seats_are_typed_as_a_number_or_a_difference(store: Store, text: str, seats: int) -> None:
    plan: Plan = plan_wish(subscribe(store, offer_id=OLD), {"seats": text}, me())
    after = plan.steps[0].after if plan.steps else {}
    assert (after or {}).get("quantity", 0) == seats


def test_a_run_without_a_wish_is_refused(store: Store) -> None:
    with pytest.raises(UsageError):
        plan_wish(subscribe(store), {}, me())
