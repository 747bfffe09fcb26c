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
from partnerdesk.models.operations.describe_plan import change_of
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.subscriptions.change import (
    SCHEDULE_LOST,
    plan_cancel,
    plan_reactivate,
    plan_rename,
    plan_seats,
    plan_suspend,
)
from partnerdesk.models.subscriptions.page import read_subscription
from partnerdesk.models.subscriptions.renewal import (
    plan_auto_renew,
    plan_schedule,
    scheduled_before,
)
from partnerdesk.models.subscriptions.schedule import schedule_words
from partnerdesk.models.subscriptions.wishes import plan_wish
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


@pytest.mark.parametrize(
    ("wish", "scheduled", "code"),
    [
        ({"renewal_seats": "20"}, {"quantity": 20}, ""),
        ({"renewal_seats": "-2"}, {"quantity": 10}, ""),
        ({"renewal_seats": "12"}, {}, ""),
        ({"renewal_term": "P3Y"}, {"term_duration": "P3Y"}, ""),
        ({"renewal_billing": "annual"}, {"billing_cycle": "annual"}, ""),
        (
            {"renewal_offer": "CFQ7TTC0LH18:0001", "renewal_seats": "5"},
            {"offer_id": "CFQ7TTC0LH18:0001", "quantity": 5},
            "subscription.transition",
        ),
        ({"renewal_seats": "0"}, None, "subscription.seats"),
        ({"renewal_seats": "many"}, None, "subscription.seats"),
        ({"renewal_term": "P7Y"}, None, "subscription.term_duration"),
        ({"renewal_billing": "one_time"}, None, "subscription.billing_cycle"),
        ({"renewal_offer": "Premium"}, None, "subscription.offer_id"),
    ],
)
def test_what_it_renews_with_is_scheduled_as_far_as_it_differs(
    store: Store, wish: dict[str, str], scheduled: dict[str, Any] | None, code: str
) -> None:
    page = subscribe(store)
    plan = plan_wish(page, wish, me())
    assert code in ["", *codes(plan)]
    assert (plan.verdict is Verdict.REFUSED) is (scheduled is None)
    if scheduled is not None:
        if plan.steps:
            carry_out(store, plan)
        kept = now_of(store, page).subscription
        assert json.loads(kept.scheduled or "{}") == scheduled
        assert (kept.quantity, kept.term_duration) == (12, "P1Y"), "the present term stays"
        assert kept.at_end == ("changes" if scheduled else "renews")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"auto_renew_enabled": False}, "subscription.auto-renew"),
        ({"auto_renew_enabled": None}, "subscription.auto-renew"),
        ({"offer_id": OLD}, "subscription.not-scheduled"),
        ({"billing_type": "usage"}, "subscription.not-scheduled"),
        ({"is_trial": True}, "subscription.no-renewal"),
        ({"commitment_end_date": None}, "subscription.no-renewal"),
        ({"status": "deleted"}, "subscription.status"),
        ({"gone_at": PAST}, "subscription.gone"),
    ],
)
def test_nothing_is_scheduled_where_nothing_renews(
    store: Store, fields: dict[str, Any], code: str
) -> None:
    plan = plan_wish(subscribe(store, **fields), {"renewal_seats": "20"}, me())
    assert plan.verdict is Verdict.REFUSED
    assert code in codes(plan)


def test_what_is_scheduled_is_added_to_taken_back_and_undone(store: Store) -> None:
    page = subscribe(store)
    carry_out(store, plan_wish(page, {"renewal_seats": "20"}, me()))
    outcome = carry_out(store, plan_wish(now_of(store, page), {"renewal_term": "P3Y"}, me()))
    page = now_of(store, page)
    assert schedule_words(page.subscription.scheduled) == "20 seats, 3 years"
    assert plan_wish(page, {"renewal_seats": "+1"}, me()).steps[0].after == {
        "scheduled": '{"quantity": 21, "term_duration": "P3Y"}'
    }
    carry_out(store, plan_undo(store, outcome.change_id or 0, me()))
    assert schedule_words(now_of(store, page).subscription.scheduled) == "20 seats"
    carry_out(store, plan_wish(now_of(store, page), {"renewal": "as-it-is"}, me()))
    assert now_of(store, page).subscription.scheduled == ""


def test_a_change_that_deletes_what_is_scheduled_can_schedule_it_again(store: Store) -> None:
    page = subscribe(store, scheduled='{"quantity": 20}')
    plan = plan_seats(page, 13, me())
    assert "(20 seats)" in next(r.text for r in plan.reasons if r.code == SCHEDULE_LOST)
    assert change_of(plan).endswith("Scheduled for the renewal: 20 seats → –")
    carry_out(store, plan)
    carry_out(store, plan_schedule(now_of(store, page), scheduled_before(page.subscription), me()))
    kept = now_of(store, page).subscription
    assert (kept.quantity, kept.scheduled) == (13, '{"quantity": 20}')


@given(st.text() | st.dictionaries(st.text(), st.integers() | st.text()).map(json.dumps))
def test_whatever_is_kept_as_scheduled_can_be_shown(text: str) -> None:
    assert "\n" not in schedule_words(text)


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
