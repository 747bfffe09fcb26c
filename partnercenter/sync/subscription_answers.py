"""Turns what Partner Center answers about subscriptions into the book's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partnerdesk.models.syncing.rows import ToldSubscriptions
from partnerdesk.partnercenter.subscription_fields import told_subscription
from partnerdesk.partnercenter.sync.customer_answers import Activity, activity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from partnerdesk.partnercenter.paging import Page

_BOUGHT = frozenset({"order", "subscription", "license", "third_party_add_on"})
"""Kinds of resources whose changes change a customer's subscriptions."""


def told_subscriptions(customer_id: str, pages: Iterable[Page]) -> ToldSubscriptions:
    """Return the subscriptions of a customer, and how many the list lacks of what it counts.

    A list may end early (`reference/newer.md §3.4`). What cannot be read counts as lacking, too.
    """
    items: list[Any] = []
    total = 0
    for page in pages:
        items += page.items
        total = max(total, page.total)
    told = [one for one in map(told_subscription, items) if one is not None]
    return ToldSubscriptions(customer_id, tuple(told), max(total, len(items)) - len(told))


def purchase_of(item: Mapping[str, Any]) -> Activity | None:
    """Return a record of the activity; None if it changed nothing that a customer bought."""
    return activity(item) if str(item.get("resourceType", "")).lower() in _BOUGHT else None
