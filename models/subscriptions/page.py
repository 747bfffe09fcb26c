"""Reads one subscription with its customer, its account and its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.languages import _
from partnerdesk.models.subscriptions.entities import Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel import Session

    from partnerdesk.models.database.store import Store


@dataclass(frozen=True)
class SubscriptionPage:
    """A subscription with its customer and account, detached from the store."""

    subscription: Subscription
    customer: Customer
    account: PartnerAccount
    base: Subscription | None
    """The base of an add-on; None for others, or if the book does not have it."""


def read_subscription(store: Store, id: int) -> SubscriptionPage:
    """Read a subscription with its customer and account.

    Raises:
        NotFoundError: the book has no subscription with this id.
    """
    with store.reading() as session:
        return page_of(session, id)


def page_of(session: Session, id: int) -> SubscriptionPage:
    """Read a subscription in an open session; raises as `read_subscription` does."""
    is_storable = 0 < id < 2**31
    subscription = session.get(Subscription, id) if is_storable else None
    if subscription is None:
        raise NotFoundError(
            _("There is no subscription {id}.").format(id=id),
            _("Look for it with: partnerdesk subscriptions list --filter TEXT"),
        )
    return SubscriptionPage(
        subscription,
        session.get_one(Customer, subscription.customer_id),
        session.get_one(PartnerAccount, subscription.account_id),
        _base_of(session, subscription),
    )


def _base_of(session: Session, subscription: Subscription) -> Subscription | None:
    if not subscription.parent_subscription_id:
        return None
    base = select(Subscription).where(
        Subscription.account_id == subscription.account_id,
        Subscription.microsoft_id == subscription.parent_subscription_id,
    )
    return session.exec(base).first()


def subscription_named(session: Session, text: str, accounts: Iterable[int]) -> Subscription:
    """Return the subscription whose Microsoft ID or number in the book is `text`.

    Raises:
        NotFoundError: no subscription of `accounts` matches.
    """
    wanted = text.strip().lower()
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else 0
    if wanted and wanted.isprintable():
        same = (Subscription.microsoft_id == wanted) | (Subscription.id == number)
        mine = col(Subscription.account_id).in_(list(accounts))
        found = session.exec(select(Subscription).where(mine, same)).first()
        if found is not None:
            return found
    raise NotFoundError(
        _("There is no subscription {id}.").format(id=text[:60]),
        _("Look for it with: partnerdesk subscriptions list --filter TEXT"),
    )


def subscriptions_of(session: Session, customer_id: int) -> list[Subscription]:
    """Return the subscriptions of a customer, the next to renew first."""
    mine = select(Subscription).where(Subscription.customer_id == customer_id)
    return list(
        session.exec(mine.order_by(col(Subscription.renews_sort), col(Subscription.name_sort)))
    )
