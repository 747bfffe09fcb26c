"""States of a subscription, those that Microsoft tells and those that follow from the moment.

What follows from the moment is written twice, in SQL for the lists and in Python for the plans;
`tests/store/test_subscription_states.py` compares both.

Rules: `reference/newer.md §3.4` (fields), `newer.md §1` (end of term). Without SQLModel.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from partnerdesk.models.core.clock import NEVER, to_millis
from partnerdesk.models.core.stored import Titles
from partnerdesk.models.languages import N_
from partnerdesk.models.lists.spec import NOW

ACTIVE, SUSPENDED, DELETED = "active", "suspended", "deleted"
STATUSES = {
    ACTIVE: N_("Active"),
    "pending": N_("Pending"),
    SUSPENDED: N_("Suspended"),
    "expired": N_("Expired"),
    "disabled": N_("Disabled"),
    DELETED: N_("Cancelled"),
    "none": N_("None"),
}
"""The titles of `status`; a status that Microsoft adds later is shown as it is told."""
LASTING = (ACTIVE, "pending", SUSPENDED)
"""The statuses of a subscription whose term goes on."""

TERMS = {"": "", "P1M": N_("1 month"), "P1Y": N_("1 year"), "P3Y": N_("3 years")}
"""The titles of `termDuration`."""
BILLING_CYCLES = {
    "": "",
    "monthly": N_("monthly"),
    "annual": N_("yearly"),
    "triennial": N_("every 3 years"),
    "one_time": N_("once"),
    "none": N_("by use"),
    "unknown": N_("not known"),
}
"""The titles of `billingCycle`."""


class AtEnd(StrEnum):
    """What becomes of a subscription when its term ends."""

    NOTHING = ""
    """Its term does not go on, or has no end."""
    UNKNOWN = "unknown"
    """Whether it renews itself is not known."""
    RENEWS = "renews"
    CHANGES = "changes"
    """It renews with what is scheduled: other seats, another term, another product."""
    EXTENDED = "extended"
    """It goes on month by month at a surcharge, because nobody cancelled it."""
    ENDS = "ends"


AT_END: Titles[str] = Titles(
    {
        AtEnd.NOTHING: "",
        AtEnd.UNKNOWN: N_("not known"),
        AtEnd.RENEWS: N_("renews"),
        AtEnd.CHANGES: N_("renews, changed"),
        AtEnd.EXTENDED: N_("goes on monthly"),
        AtEnd.ENDS: N_("ends"),
    }
)
"""The titles of what becomes of a subscription."""

EXTENDED_SINCE = datetime(2026, 5, 4, tzinfo=UTC)
"""Terms that end after this day go on month by month unless cancelled (`newer.md §1`)."""
_FAR = datetime(9000, 1, 1, tzinfo=UTC)
"""From here on Microsoft's dates mean that a term has no end."""
_NEW_COMMERCE = "s.offer_id LIKE '%:%'"
_RENEWS_UNKNOWN = "s.auto_renew_enabled IS NULL"


def is_new_commerce(offer_id: str) -> bool:
    """Return whether an offer is an item of the catalogue, `product:sku:availability`."""
    return ":" in offer_id


def term_end(commitment_end_date: datetime | None, offer_id: str) -> datetime:
    """Return the moment at which a term ends; `NEVER` where it has no end.

    The end date of the new commerce is the last day of the term, that of the old one is the first
    day after it (`newer.md §3.4`).
    """
    if commitment_end_date is None or commitment_end_date >= _FAR:
        return NEVER
    is_day = commitment_end_date.time() == datetime.min.time()
    return commitment_end_date + timedelta(days=is_day and is_new_commerce(offer_id))


def at_end(
    status: str,
    ends_at: datetime,
    offer_id: str,
    *,
    auto_renew: bool | None,
    scheduled: bool,
) -> AtEnd:
    """Return what becomes of a subscription when its term ends, at `ends_at`."""
    if status not in LASTING or ends_at == NEVER:
        return AtEnd.NOTHING
    if auto_renew is None:
        return AtEnd.UNKNOWN
    if auto_renew:
        return AtEnd.CHANGES if scheduled else AtEnd.RENEWS
    is_extended = is_new_commerce(offer_id) and ends_at > EXTENDED_SINCE
    return AtEnd.EXTENDED if is_extended else AtEnd.ENDS


AT_END_SQL = (
    f"CASE WHEN s.status NOT IN ('{ACTIVE}', 'pending', '{SUSPENDED}') "
    f"OR s.term_ends_at = {to_millis(NEVER)} THEN '' "
    f"WHEN {_RENEWS_UNKNOWN} THEN '{AtEnd.UNKNOWN}' "
    f"WHEN s.auto_renew_enabled AND s.scheduled <> '' THEN '{AtEnd.CHANGES}' "
    f"WHEN s.auto_renew_enabled THEN '{AtEnd.RENEWS}' "
    f"WHEN {_NEW_COMMERCE} AND s.term_ends_at > {to_millis(EXTENDED_SINCE)} "
    f"THEN '{AtEnd.EXTENDED}' ELSE '{AtEnd.ENDS}' END"
)
"""`at_end` in SQL; `s` is the table of subscriptions."""


_NEVER = to_millis(NEVER)
RENEWS_AT_SQL = f"CASE WHEN s.renews_sort = {_NEVER} THEN 0 ELSE s.renews_sort END"
"""When the term of a subscription that goes on ends; 0 where it has no end or is over."""
WINDOW_SQL = (
    f"CASE WHEN s.window_sort > {NOW} AND s.window_sort < {_NEVER} THEN s.window_sort ELSE 0 END"
)
"""Until when seats or the whole can be given back; 0 once that has passed, or if nothing can.

Partner Center tells it for each subscription (`newer.md §3.4`); it is no count of days.
"""
