"""Plans for the renewal of a subscription: whether it renews itself, and with what. Pure.

Rules: `reference/newer.md §3.4` (what can be scheduled: seats, term, billing, product; it needs
auto-renew on) and `newer.md §1` (end of term).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.changes.plan import TakeBack
from partnerdesk.models.core.clock import NEVER, date_text
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _
from partnerdesk.models.subscriptions.change import (
    SCHEDULING,
    SOURCE,
    end_text,
    if_no_seats,
    if_over,
    plan_of,
)
from partnerdesk.models.subscriptions.schedule import (
    FIELDS,
    schedule_of,
    schedule_text,
)
from partnerdesk.models.subscriptions.states import (
    BILLING_CYCLES,
    EXTENDED_SINCE,
    TERMS,
    is_new_commerce,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from partnerdesk.models.changes.plan import Fields, Plan, PlanContext
    from partnerdesk.models.subscriptions.entities import Subscription
    from partnerdesk.models.subscriptions.page import SubscriptionPage

END_OF_TERM = "newer.md §1, End of term"
RENEWAL_TERMS = tuple(term for term in TERMS if term)
"""The terms that can be scheduled."""
RENEWAL_BILLING = tuple(
    cycle for cycle in BILLING_CYCLES if cycle not in ("", "one_time", "none", "unknown")
)
"""The billing cycles that can be scheduled."""
_OFFER = re.compile(r"[A-Za-z0-9]{1,40}:[A-Za-z0-9]{1,40}(:[A-Za-z0-9]{1,40})?")


@dataclass(frozen=True, slots=True)
class AtRenewal:
    """What a subscription is to become when it renews; empty fields stay as they are."""

    quantity: int | None = None
    """The number of seats; 0 for a text that is no number."""
    term_duration: str = ""
    billing_cycle: str = ""
    offer_id: str = ""

    def over(self, scheduled: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is scheduled already, with these fields in it."""
        own = {name: getattr(self, name) for name in FIELDS}
        wanted = {name: value for name, value in own.items() if value not in (None, "")}
        return {**scheduled, **wanted}


def plan_auto_renew(page: SubscriptionPage, by: PlanContext, *, on: bool) -> Plan:
    """Plan to let a subscription renew itself, or not."""
    subscription = page.subscription
    reasons = if_over(subscription)
    ends_at = subscription.term_ends_at or NEVER
    if subscription.is_trial or ends_at == NEVER:
        text = _("It has no term that could be renewed.")
        reasons.append(Reason("subscription.no-renewal", text, source=SOURCE))
    elif not on and not reasons:
        reasons.append(_what_off_means(subscription, ends_at))
    return plan_of(page, by, {"auto_renew_enabled": on}, reasons)


def _what_off_means(subscription: Subscription, ends_at: datetime) -> Reason:
    if not is_new_commerce(subscription.offer_id) or ends_at <= EXTENDED_SINCE:
        text = _("It ends on {date}; the users lose access then.")
        return Reason("subscription.ends", text.format(date=date_text(ends_at)), refuses=False)
    text = _(
        "Off alone does not end it: after {date} it goes on month by month, at the monthly price "
        "and 3 % more (23 % where there is no monthly plan), until somebody cancels it. To let it "
        "end on that day choose so in Partner Center: the API has no word for it."
    ).format(date=date_text(ends_at))
    return Reason("subscription.extended", text, source=END_OF_TERM, refuses=False)


def plan_schedule(page: SubscriptionPage, wanted: AtRenewal, by: PlanContext) -> Plan:
    """Plan what a subscription becomes at its renewal, beside what is scheduled already.

    What equals the present term is not scheduled: with the present seats, term, billing and product
    nothing is.
    """
    subscription = page.subscription
    fields = wanted.over(schedule_of(subscription.scheduled))
    scheduled = schedule_text(fields, {name: getattr(subscription, name) for name in FIELDS})
    reasons = [*why_not_scheduled(subscription), *_if_not_known(subscription, wanted)]
    if scheduled and wanted.offer_id:
        text = _("Whether it can become this product, Partner Center says when it is sent.")
        reasons.append(
            Reason("subscription.transition", text, "offer_id", SCHEDULING, refuses=False)
        )
    take_back = None
    ends = subscription.term_ends_at
    if scheduled and ends:
        text = _("It holds from the renewal on, {date}; until then u takes it back.")
        take_back = TakeBack(possible=True, text=text.format(date=date_text(ends)), until=ends)
    return plan_of(page, by, {"scheduled": scheduled}, reasons, take_back)


def plan_unschedule(page: SubscriptionPage, by: PlanContext) -> Plan:
    """Plan to take back what is scheduled, so that it renews as it is."""
    return plan_of(page, by, {"scheduled": ""}, if_over(page.subscription))


def why_not_scheduled(subscription: Subscription) -> list[Reason]:
    """Return why nothing can be scheduled for the renewal; empty if it can."""
    if reasons := if_over(subscription):
        return reasons
    if subscription.is_trial or (subscription.term_ends_at or NEVER) == NEVER:
        text = _("It has no term that could be renewed.")
        return [Reason("subscription.no-renewal", text, source=SOURCE)]
    if not is_new_commerce(subscription.offer_id) or subscription.billing_type == "usage":
        text = _("Only licences and software of the new commerce can change at their renewal.")
        return [Reason("subscription.not-scheduled", text, source=SCHEDULING)]
    if not subscription.auto_renew_enabled:
        text = _("It does not renew itself on {date}: switch auto-renew on first.")
        text = text.format(date=end_text(subscription))
        return [Reason("subscription.auto-renew", text, "auto_renew_enabled", SCHEDULING)]
    return []


def _if_not_known(subscription: Subscription, wanted: AtRenewal) -> list[Reason]:
    """Return the refusals of values that no subscription can have."""
    reasons = [] if wanted.quantity is None else if_no_seats(subscription, wanted.quantity)
    for name, value, known in (
        ("term_duration", wanted.term_duration, RENEWAL_TERMS),
        ("billing_cycle", wanted.billing_cycle, RENEWAL_BILLING),
    ):
        if value and value not in known:
            text = _("{text} is none of: {values}.")
            text = text.format(text=shown(value[:40]), values=", ".join(known))
            reasons.append(Reason(f"subscription.{name}", text, name, SCHEDULING))
    if wanted.offer_id and not _OFFER.fullmatch(wanted.offer_id):
        text = _(
            "Write the product as the price list does: product:SKU, or product:SKU:availability."
        )
        reasons.append(Reason("subscription.offer_id", text, "offer_id", SCHEDULING))
    return reasons


def why_not_scheduled_back(subscription: Subscription, wanted: Fields) -> list[Reason]:
    """Return why Partner Center would not take what was scheduled before."""
    return why_not_scheduled(subscription) if wanted.get("scheduled") else []


def scheduled_before(subscription: Subscription) -> AtRenewal:
    """Return what is scheduled, to schedule it again after a change that deletes it."""
    return AtRenewal(**schedule_of(subscription.scheduled))
