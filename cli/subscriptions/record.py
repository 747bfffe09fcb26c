"""The fields of a subscription that commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.shared.records import record_fields
from partnerdesk.models.lists.spec import money
from partnerdesk.models.subscriptions.schedule import schedule_of

if TYPE_CHECKING:
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.subscriptions.entities import Subscription
    from partnerdesk.models.subscriptions.page import SubscriptionPage

_INTERNAL = (
    "account_id",
    "customer_id",
    "name_sort",
    "search_text",
    "renews_sort",
    "window_sort",
    "version",
    "unit_price",
    "currency",
)


def subscription_fields(subscription: Subscription) -> Fields:
    """Return a subscription's own fields as `--json` prints them."""
    return {
        **record_fields(subscription, *_INTERNAL),
        "scheduled": schedule_of(subscription.scheduled) or None,
        "at_end": subscription.at_end.value or None,
        "price": money(subscription.unit_price, subscription.currency),
    }


def subscription_json(page: SubscriptionPage) -> Fields:
    """Return a subscription's own fields, and its customer's names, as `--json` prints them."""
    fields, customer = subscription_fields(page.subscription), page.customer
    return {
        "id": fields.pop("id"),
        "cloud": page.account.cloud,
        "company_name": customer.company_name,
        "customer_microsoft_id": customer.microsoft_id,
        **fields,
    }
