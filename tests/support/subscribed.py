"""Subscriptions for tests: one with known fields, in a book with its customer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from partnerdesk.models.subscriptions.entities import Subscription
from partnerdesk.models.subscriptions.page import SubscriptionPage, read_subscription
from tests.support.forms import account_in
from tests.support.relations import add_customer

if TYPE_CHECKING:
    from partnerdesk.models.database.store import Store

NEW = "CFQ7TTC0LCHC:0002:CFQ7TTC0HL8W"
"""An offer of the new commerce."""
OLD = "796b6b5f-613c-4e24-a17c-eba730d49c02"
ENDS = datetime(2027, 3, 1, tzinfo=UTC)


def subscribe(store: Store, customer_id: int = 0, **fields: Any) -> SubscriptionPage:
    """Keep a subscription of 12 seats that renews itself; return its page."""
    own = {
        "friendly_name": "Business Premium", "offer_id": NEW, "offer_name": "Business Premium",
        "quantity": 12, "auto_renew_enabled": True, "commitment_end_date": ENDS,
        "term_duration": "P1Y", "billing_cycle": "monthly", "billing_type": "license",
        "unit_price": "20.60", "currency": "EUR",
    }  # fmt: skip
    customer_id = customer_id or add_customer(store, "Contoso", "contoso")
    account_id = account_in(store).id
    with store.writing() as session:
        row = Subscription(**{**own, **fields}, account_id=account_id, customer_id=customer_id)
        session.add(row)
        session.flush()
        id = row.id or 0
    return read_subscription(store, id)
