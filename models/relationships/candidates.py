"""Finds the customers of the book who may be an invited company."""

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
    """Return the customers who may be the invited company, each with whether the match is certain.

    A match by tenant id or primary domain is certain, a match by name is not. Only customers with a
    relationship are returned; none if the invited company had a relationship before.
    """
    if invitation.related_before:
        return []
    related = select(Customer).where(
        Customer.account_id == invitation.account_id,
        unset(Customer.ended_at),
        col(Customer.relationship_to_partner).in_(RELATED),
    )
    candidates: list[tuple[Customer, bool]] = []
    for column, text, certain in (
        (Customer.microsoft_id, invitation.microsoft_id, True),
        (Customer.primary_domain, invitation.primary_domain, True),
        (Customer.company_sort, invitation.name_sort, False),
    ):
        known = {customer.id for customer, _certain in candidates}
        rows = session.exec(related.where(column == text).limit(5)).all() if text else ()
        candidates += [(row, certain) for row in rows if row.id not in known]
    return candidates


def with_active_relationship(session: Session, ids: Iterable[int | None]) -> frozenset[int]:
    """Return the ids of the customers who have a stored relationship that has not ended."""
    known = [id for id in ids if id is not None]
    active = select(ResellerRelationship.customer_id).where(
        col(ResellerRelationship.customer_id).in_(known), unset(ResellerRelationship.ended_at)
    )
    return frozenset(session.exec(active))
