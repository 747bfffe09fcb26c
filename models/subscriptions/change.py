"""Plans to change a subscription: seats, name, suspension, cancellation. Pure.

Rules: `reference/resources.md`, *Subscription* (state changes), `reference/newer.md §3.4` (what can
be given back) and `newer.md §1` (end of term). A change of a connected account's subscription is a
call: the sender reads the whole resource, puts the wanted values in and writes it back, so nothing
is reset by omission.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from partnerdesk.models.changes.calls import Call, Operation
from partnerdesk.models.changes.fields import fields_of
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, Step, TakeBack, Target
from partnerdesk.models.core.clock import NEVER, date_text
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.subscriptions.records import SENT, SUBSCRIPTION
from partnerdesk.models.subscriptions.schedule import schedule_words
from partnerdesk.models.subscriptions.states import (
    ACTIVE,
    DELETED,
    LASTING,
    STATUSES,
    SUSPENDED,
    is_new_commerce,
)
from partnerdesk.models.values.fields import is_visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Unpack

    from partnerdesk.models.accounts.entities import PartnerAccount
    from partnerdesk.models.changes.plan import Fields, PlanContext, PlanDetails
    from partnerdesk.models.subscriptions.entities import Subscription
    from partnerdesk.models.subscriptions.page import SubscriptionPage

SOURCE = "resources.md, Subscription"
LONGEST_NAME = 256
MOST_SEATS = 1_000_000
"""More are refused as a slip of the hand; Microsoft's limits depend on the offer (code 2002)."""
FEWER_LATER = "subscription.window"
"""The code of the refusal of fewer seats that can be scheduled for the renewal."""
GIVE_BACK = timedelta(days=7)
"""How long seats that were just added can be given back in the new commerce."""
_IMMEDIATE = frozenset({"quantity", "status", "auto_renew_enabled"})
"""The columns whose change in the middle of a term deletes what is scheduled."""
SCHEDULE_LOST = "subscription.schedule-lost"
"""The code of the warning that a change deletes what is scheduled."""
SCHEDULING = "newer.md §3.4, Schedule for renewal"
KEPT_SUSPENDED = timedelta(days=90)
"""How long the data of a suspended subscription is kept at least."""


def plan_seats(page: SubscriptionPage, quantity: int, by: PlanContext) -> Plan:
    """Plan to change the number of seats."""
    subscription = page.subscription
    reasons = [*_if_not_active(subscription), *_seat_reasons(subscription, quantity, by.at)]
    more = quantity - subscription.quantity
    if cost := _cost(subscription, more):
        reasons.append(Reason("subscription.cost", cost, "quantity", refuses=False))
    take_back = None
    if more > 0 and is_new_commerce(subscription.offer_id):
        until = by.at + GIVE_BACK
        text = _("The added seats can be given back with u until {date}; then at the renewal.")
        take_back = TakeBack(possible=True, text=text.format(date=date_text(until)), until=until)
    elif more < 0:
        take_back = TakeBack(possible=True, text=_("u buys the seats again, at today's price."))
    return plan_of(page, by, {"quantity": quantity}, reasons, take_back)


def _seat_reasons(subscription: Subscription, quantity: int, at: datetime) -> list[Reason]:
    if reasons := if_no_seats(subscription, quantity):
        return reasons
    fewer = subscription.quantity - quantity
    if fewer <= 0 or not is_new_commerce(subscription.offer_id):
        return []
    free = _seats_to_give_back(subscription, at)
    if fewer <= free:
        return []
    ends = end_text(subscription)
    if free:
        text = ngettext(
            "Only {count} seat can be given back now; the others at the renewal, {date}.",
            "Only {count} seats can be given back now; the others at the renewal, {date}.",
            free,
            date=ends,
        )
    else:
        text = _("No seat can be given back before the renewal, {date}.").format(date=ends)
    offer = _("Schedule the new number for the renewal instead.")
    return [Reason(FEWER_LATER, f"{text} {offer}", "quantity", "newer.md §3.4")]


def if_no_seats(subscription: Subscription, quantity: int) -> list[Reason]:
    """Return the refusal of a number that no subscription like this can have; else nothing."""
    if subscription.billing_type == "usage":
        text = _("It is billed by use: it has no seats.")
        return [Reason("subscription.by-use", text, "quantity", SOURCE)]
    if not 1 <= quantity <= MOST_SEATS:
        text = _("Write a whole number of seats, at least 1. To have none, cancel it.")
        return [Reason("subscription.seats", text, "quantity", SOURCE)]
    return []


def _seats_to_give_back(subscription: Subscription, at: datetime) -> int:
    """Return how many seats can be given back; all of them where no number is told."""
    until = subscription.refundable_until or subscription.cancellation_allowed_until_date
    if until is None or until <= at:
        return 0
    told = subscription.refundable_quantity
    return subscription.quantity if told is None else told


def _cost(subscription: Subscription, more: int) -> str:
    """Return what added seats cost, in words; empty if that is not known, or for fewer seats."""
    if more <= 0 or not subscription.unit_price:
        return ""
    try:
        whole = Decimal(subscription.unit_price) * more
    except InvalidOperation:
        return ""
    text = _("{count} × {price} = {whole} {currency} more for each billing period.")
    return text.format(
        count=more,
        price=subscription.unit_price,
        whole=whole,
        currency=subscription.currency,
    )


def plan_rename(page: SubscriptionPage, name: str, by: PlanContext) -> Plan:
    """Plan to give a subscription another name of the partner's own."""
    name = " ".join(name.split())
    reasons = _if_deleted(page.subscription)
    if not name or not is_visible(name, LONGEST_NAME):
        text = _("Write a name of at most {count} characters.").format(count=LONGEST_NAME)
        reasons.append(Reason("subscription.name", text, "friendly_name", SOURCE))
    return plan_of(page, by, {"friendly_name": name}, reasons)


def plan_suspend(page: SubscriptionPage, by: PlanContext, why: str = "") -> Plan:
    """Plan to suspend an active subscription."""
    reasons = _if_not_active(page.subscription)
    losses = (
        _("Its users cannot sign in to it, and its add-ons are suspended with it."),
        _("Microsoft deletes its data if it is not reactivated within {count} days.").format(
            count=KEPT_SUSPENDED.days
        ),
        _("It is billed on until its term ends."),
    )
    take_back = TakeBack(possible=True, text=_("u reactivates it."), until=by.at + KEPT_SUSPENDED)
    return plan_of(
        page, by, {"status": SUSPENDED}, reasons, take_back, losses=losses, asks_why=True, why=why
    )


def plan_reactivate(page: SubscriptionPage, by: PlanContext) -> Plan:
    """Plan to reactivate a suspended subscription."""
    reasons = []
    if page.subscription.status != SUSPENDED:
        text = _("It is not suspended: {status}.").format(status=_status(page.subscription))
        reasons.append(Reason("subscription.status", text, source=SOURCE))
    elif page.base is not None and page.base.status != ACTIVE:
        text = _("It is an add-on: reactivate {name} first.").format(
            name=shown(page.base.friendly_name)
        )
        reasons.append(Reason("subscription.base", text, source=SOURCE))
    return plan_of(page, by, {"status": ACTIVE, "suspension_reasons": ""}, reasons)


def plan_cancel(page: SubscriptionPage, by: PlanContext, why: str = "") -> Plan:
    """Plan to cancel a subscription within its window; that cannot be taken back."""
    subscription = page.subscription
    reasons = if_over(subscription)
    until = subscription.cancellation_allowed_until_date
    if not reasons and (until is None or until <= by.at):
        text = _("The time to cancel it is over. It can end with its term, {date}: auto-renew off.")
        reasons.append(
            Reason(
                "subscription.window",
                text.format(date=end_text(subscription)),
                source="newer.md §3.4",
            )
        )
    losses = (
        ngettext(
            "{count} seat: its user loses access at once.",
            "{count} seats: their users lose access at once.",
            subscription.quantity,
        ),
    )
    return plan_of(
        page,
        by,
        {"status": DELETED},
        reasons,
        TakeBack(possible=False, text=_("A cancelled subscription does not come back: buy anew.")),
        losses=losses,
        asks_why=True,
        why=why,
        confirm=page.customer.primary_domain or page.customer.company_name,
    )


def plan_of(
    page: SubscriptionPage,
    by: PlanContext,
    wanted: Fields,
    reasons: Iterable[Reason],
    take_back: TakeBack | None = None,
    **details: Unpack[PlanDetails],
) -> Plan:
    """Return the plan that writes the wanted fields.

    A change in the middle of a term deletes what is scheduled (`newer.md §3.4`).
    """
    subscription, customer, account = page.subscription, page.customer, page.account
    before = fields_of(subscription, wanted)
    changed = {name: value for name, value in wanted.items() if value != before[name]}
    reasons = [*_if_gone(subscription), *_if_unknown(subscription, account), *reasons]
    if changed.keys() & _IMMEDIATE and subscription.scheduled and "scheduled" not in wanted:
        changed["scheduled"] = ""
        before["scheduled"] = subscription.scheduled
        text = _(
            "What is scheduled for the renewal ({what}) is deleted by this: schedule it again then."
        ).format(what=schedule_words(subscription.scheduled))
        reasons.append(Reason(SCHEDULE_LOST, text, source=SCHEDULING, refuses=False))
    old = {name: before[name] for name in changed}
    steps = (Step(SUBSCRIPTION, {"id": subscription.id}, old, changed),) if changed else ()
    target = Target(account.id or 0, account.cloud, customer.company_name, customer.id)
    calls = update_calls(subscription, steps, by) if account.connected else ()
    return Plan.of(ChangeKind.SUBSCRIPTION, by, target, steps, reasons, take_back, calls, **details)


def update_calls(
    subscription: Subscription, steps: Iterable[Step], by: PlanContext
) -> tuple[Call, ...]:
    """Return the call that writes the changed fields of a subscription; none without them.

    The call holds each field before and after, so that the sender can see whether somebody else
    changed the same field at Partner Center.
    """
    for step in steps:
        wanted = {name: value for name, value in (step.after or {}).items() if name in SENT}
        if step.record is SUBSCRIPTION and step.before and wanted:
            arguments = {
                "subscription_id": subscription.microsoft_id,
                "friendly_name": subscription.friendly_name,
                "wanted": wanted,
                "base": {name: step.before[name] for name in wanted},
            }
            return (Call(Operation.UPDATE_SUBSCRIPTION, arguments, by.plan_id),)
    return ()


def without_schedule(step: Step) -> Step:
    """Return the reverse of a change that is sent: what was scheduled does not come back with it.

    A change in the middle of a term deletes what is scheduled (`newer.md §3.4`), also this one.
    """
    before, after = step.before, step.after
    if not before or not after or not after.keys() & _IMMEDIATE:
        return step
    old = {name: value for name, value in before.items() if name != "scheduled"}
    new = {name: value for name, value in after.items() if name != "scheduled"}
    return Step(step.record, step.key, old, new)


def why_not_sent_back(subscription: Subscription, wanted: Fields, at: datetime) -> list[Reason]:
    """Return why Partner Center would not take a change back by writing the values before."""
    if subscription.status == DELETED and wanted.get("status", DELETED) != DELETED:
        text = _("A cancelled subscription does not come back: buy anew.")
        return [Reason("subscription.status", text, source=SOURCE)]
    if "quantity" not in wanted:
        return []
    return [*_if_not_active(subscription), *_seat_reasons(subscription, wanted["quantity"], at)]


def _if_unknown(subscription: Subscription, account: PartnerAccount) -> list[Reason]:
    if not account.connected or subscription.microsoft_id:
        return []
    text = _("Partner Center has not told of it yet: sync first. partnerdesk sync")
    return [Reason("subscription.unknown", text)]


def _if_gone(subscription: Subscription) -> list[Reason]:
    if subscription.gone_at is None:
        return []
    text = _("Partner Center has it no more.")
    return [Reason("subscription.gone", text)]


def _if_deleted(subscription: Subscription) -> list[Reason]:
    if subscription.status != DELETED:
        return []
    text = _("It is cancelled: nothing of it can be changed any more.")
    return [Reason("subscription.status", text, source=SOURCE)]


def if_over(subscription: Subscription) -> list[Reason]:
    """Return the refusal of a subscription whose term does not go on; else nothing."""
    if subscription.status in LASTING:
        return []
    text = _("Its term does not go on: {status}.").format(status=_status(subscription))
    return [Reason("subscription.status", text, source=SOURCE)]


def _if_not_active(subscription: Subscription) -> list[Reason]:
    if subscription.status == ACTIVE:
        return []
    text = _("It has to be active for this: it is {status}.").format(status=_status(subscription))
    return [Reason("subscription.status", text, source=SOURCE)]


def _status(subscription: Subscription) -> str:
    return shown(_(STATUSES.get(subscription.status, subscription.status)))


def end_text(subscription: Subscription) -> str:
    """Return the day of the renewal in words."""
    ends = subscription.term_ends_at
    return date_text(ends) if ends and ends != NEVER else _("which has no day")
