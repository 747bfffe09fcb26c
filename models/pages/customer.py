"""Reads one customer with its own records and those of the relationship with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.models.changes.waiting_calls import open_calls_of
from partnerdesk.models.customers.form.written_address import address_lines
from partnerdesk.models.customers.page import HISTORY_SHOWN, CustomerPage, page_of
from partnerdesk.models.relationships.of_customer import RelationshipRecords, read_relationship
from partnerdesk.models.subscriptions.page import subscriptions_of

if TYPE_CHECKING:
    from partnerdesk.models.changes.outbox import OutboxCall
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.subscriptions.entities import Subscription


@dataclass(frozen=True)
class WholeCustomer(CustomerPage):
    """A customer with its records from all rooms, detached from the store.

    `changes` contains the history entries of the customer's invitations from before the customer
    was in the book.
    """

    relationship: RelationshipRecords
    """Its invitations, relationships and delegated admin."""
    address: list[str]
    """The lines of the billing address, in the format of its country."""
    subscriptions: list[Subscription]
    """Its subscriptions, the next to renew first."""
    calls: list[OutboxCall]
    """The calls to Partner Center about it that are not settled, in their order."""


def read_whole_customer(
    store: Store, customer_id: int, history_shown: int = HISTORY_SHOWN
) -> WholeCustomer:
    """Read a customer with its records from all rooms and its newest history entries.

    Raises:
        NotFoundError: the book has no customer with this id.
    """
    with store.reading() as session:
        page = page_of(session, customer_id, history_shown)
        relationship = read_relationship(session, page.customer)
        subscriptions = subscriptions_of(session, customer_id)
        calls = open_calls_of(session, customer_id)
    changes = [*page.changes, *relationship.earlier_changes]
    changes.sort(key=lambda entry: entry.id or 0, reverse=True)
    own = {**vars(page), "changes": changes[:history_shown]}
    country = page.billing.country or page.customer.country
    lines = address_lines(page.billing, country)
    return WholeCustomer(
        **own,
        relationship=relationship,
        address=lines,
        subscriptions=subscriptions,
        calls=calls,
    )
