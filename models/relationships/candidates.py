"""Who in the book may be a company that was invited, and whose relationship is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.relationships.entities import ResellerRelationship
from partnerdesk.models.relationships.invite import RELATED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel import Session

    from partnerdesk.models.relationships.entities import Invitation


def likely_customers(session: Session, invitation: Invitation) -> list[tuple[Customer, bool]]:
    """Return customers who may be the invited company, and whether each surely is.

    Surely: by tenant id or domain; likely: by the same name. Only those with a relationship.
    """
    if invitation.related_before:
        return []
    there = select(Customer).where(
        Customer.account_id == invitation.account_id,
        unset(Customer.ended_at),
        col(Customer.relationship_to_partner).in_(RELATED),
    )
    found: list[tuple[Customer, bool]] = []
    for column, text, certain in (
        (Customer.microsoft_id, invitation.microsoft_id, True),
        (Customer.primary_domain, invitation.primary_domain, True),
        (Customer.company_sort, invitation.name_sort, False),
    ):
        known = {customer.id for customer, _certain in found}
        rows = session.exec(there.where(column == text).limit(5)).all() if text else ()
        found += [(row, certain) for row in rows if row.id not in known]
    return found


def those_with_a_life(session: Session, ids: Iterable[int | None]) -> frozenset[int]:
    """Return those of some customers whose relationship has a record that lasts."""
    known = [id for id in ids if id is not None]
    lasting = select(ResellerRelationship.customer_id).where(
        col(ResellerRelationship.customer_id).in_(known), unset(ResellerRelationship.ended_at)
    )
    return frozenset(session.exec(lasting))
