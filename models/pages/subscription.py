"""Reads one subscription with its row of the list, its changes and what waits to be sent."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.changes.history import Change, as_object, kept_steps
from partnerdesk.models.changes.waiting_calls import open_calls_of
from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.lists.filter_parser import NO_FILTER
from partnerdesk.models.lists.query import Query
from partnerdesk.models.subscriptions.list import SUBSCRIPTIONS
from partnerdesk.models.subscriptions.page import SubscriptionPage, page_of
from partnerdesk.models.subscriptions.records import SUBSCRIPTION

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.changes.outbox import OutboxCall
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.lists.spec import Row

LOOKED_AT = 100
"""How many of the customer's newest changes are searched for those of the subscription."""


@dataclass(frozen=True)
class WholeSubscription(SubscriptionPage):
    """A subscription with all that its page says, detached from the store."""

    row: Row
    """Its row of the list, as of the moment of reading."""
    changes: list[Change]
    """Its changes, the newest first."""
    calls: list[OutboxCall]
    """The calls to Partner Center about it that are not settled, in their order."""


def read_whole_subscription(store: Store, id: int, at: datetime) -> WholeSubscription:
    """Read a subscription with all that its page says.

    Raises:
        NotFoundError: the book has no subscription with this id.
    """
    with store.reading() as session:
        page = page_of(session, id)
        customer_id = page.customer.id or 0
        changes = [
            change for change in _changes_of(session, customer_id) if _concerns(change.plan, id)
        ]
        microsoft_id = page.subscription.microsoft_id
        calls = [
            call
            for call in open_calls_of(session, customer_id)
            if microsoft_id and as_object(call.arguments).get("subscription_id") == microsoft_id
        ]
    accounts = (page.subscription.account_id,)
    query = Query(
        SUBSCRIPTIONS, accounts, NO_FILTER, SUBSCRIPTIONS.default_sort, (id,), to_millis(at)
    )
    with closing(store.connect()) as connection:
        row = query.window(connection, 0, 1)[0]
    return WholeSubscription(**vars(page), row=row, changes=changes, calls=calls)


def _changes_of(session: Session, customer_id: int) -> list[Change]:
    mine = select(Change).where(Change.customer_id == customer_id, col(Change.plan) != "")
    return list(session.exec(mine.order_by(col(Change.id).desc()).limit(LOOKED_AT)))


def _concerns(plan: str, id: int) -> bool:
    return any(step["key"].get("id") == id for step in kept_steps(plan, SUBSCRIPTION.table))
