"""What calls that are not settled want: whoever reads from Partner Center leaves that alone.

What the book holds of it is what a person wants; Partner Center may not have had it when it was
asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlmodel import col, or_, select

from partnerdesk.models.changes.calls import Channel, Operation
from partnerdesk.models.changes.history import as_object
from partnerdesk.models.changes.outbox import OutboxCall
from partnerdesk.models.changes.waiting_calls import OPEN

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session


def unsettled_customers(session: Session, account_id: int, since: datetime | None) -> set[int]:
    """Return the ids of the customers with calls that are not settled, or were not at a moment.

    Calls about a customer's subscriptions say nothing about the customer itself.

    Args:
        session: an open session.
        account_id: the account.
        since: when Partner Center was first asked; None for now.
    """
    found = select(OutboxCall.customer_id).where(
        *_unsettled(account_id, since),
        col(OutboxCall.customer_id).is_not(None),
        OutboxCall.operation != Operation.UPDATE_SUBSCRIPTION,
    )
    return {id for id in session.exec(found) if id is not None}


def unsettled_columns(
    session: Session, account_id: int, since: datetime | None
) -> dict[str, set[str]]:
    """Return the columns of subscriptions that such calls want, by the subscription's Microsoft ID.

    Args: as for `unsettled_customers`.
    """
    found = select(OutboxCall.arguments).where(
        *_unsettled(account_id, since), OutboxCall.operation == Operation.UPDATE_SUBSCRIPTION
    )
    wanted: dict[str, set[str]] = {}
    for text in session.exec(found):
        arguments = as_object(text)
        id = str(arguments.get("subscription_id") or "")
        wanted.setdefault(id, set()).update(arguments.get("wanted", {}))
    return wanted


def _unsettled(account_id: int, since: datetime | None) -> tuple[Any, ...]:
    was_open: list[Any] = [col(OutboxCall.state).in_(OPEN)]
    if since is not None:
        was_open.append(col(OutboxCall.changed_at) >= since)
    return (
        OutboxCall.account_id == account_id,
        OutboxCall.channel == Channel.PARTNER_CENTER,
        or_(*was_open),
    )
