"""The plan of the change that a run, a command or a question asks for, in texts. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.languages import _
from partnerdesk.models.subscriptions.change import (
    plan_cancel,
    plan_reactivate,
    plan_rename,
    plan_seats,
    plan_suspend,
)
from partnerdesk.models.subscriptions.renewal import (
    AtRenewal,
    plan_auto_renew,
    plan_schedule,
    plan_unschedule,
)
from partnerdesk.models.subscriptions.schedule import schedule_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.changes.plan import Plan, PlanContext
    from partnerdesk.models.subscriptions.page import SubscriptionPage

AS_IT_IS = "as-it-is"
"""The value of `renewal` that takes back what is scheduled."""


def plan_wish(page: SubscriptionPage, wishes: Mapping[str, str], by: PlanContext) -> Plan:
    """Plan the change that a run or a command asks for.

    Args:
        page: the subscription.
        wishes: one of `seats` (`25`, `+5`, `-2`), `auto_renew` (`yes`, `no`), `name`, `status`
            (`suspended`, `active`, `deleted`), `renewal` (`as-it-is`); or of what it renews with
            `renewal_seats`, `renewal_term` (`P1Y`), `renewal_billing` (`annual`), `renewal_offer`
            (`product:sku`); and `why`.
        by: who plans, when, under which id.

    Raises:
        UsageError: the wishes name no change.
    """
    why = wishes.get("why", "")
    if "seats" in wishes:
        return plan_seats(page, seats_of(wishes["seats"], page.subscription.quantity), by)
    if "auto_renew" in wishes:
        return plan_auto_renew(page, by, on=wishes["auto_renew"] == "yes")
    if "name" in wishes:
        return plan_rename(page, wishes["name"], by)
    if wishes.get("renewal") == AS_IT_IS:
        return plan_unschedule(page, by)
    if any(name.startswith("renewal_") for name in wishes):
        return plan_schedule(page, _at_renewal(page, wishes), by)
    match wishes.get("status"):
        case "suspended":
            return plan_suspend(page, by, why)
        case "active":
            return plan_reactivate(page, by)
        case "deleted":
            return plan_cancel(page, by, why)
    raise UsageError(_("Nothing is asked of the subscription."))


def _at_renewal(page: SubscriptionPage, wishes: Mapping[str, str]) -> AtRenewal:
    seats = wishes.get("renewal_seats")
    scheduled = schedule_of(page.subscription.scheduled).get("quantity")
    present = scheduled if isinstance(scheduled, int) else page.subscription.quantity
    return AtRenewal(
        None if seats is None else seats_of(seats, present),
        wishes.get("renewal_term", ""),
        wishes.get("renewal_billing", ""),
        wishes.get("renewal_offer", "").strip(),
    )


def seats_of(text: str, now: int) -> int:
    """Return the number that a text means: `25`, or `+5` or `-2` of the present one; else 0."""
    digits = text.lstrip("+-")
    if not digits.isdecimal() or len(digits) > 8 or len(text) > len(digits) + 1:
        return 0
    return now + int(text) if text[0] in "+-" else int(text)
