"""Reads the relationship records of one customer, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, func, select

from partnerdesk.models.changes.history import Change, kept_steps
from partnerdesk.models.relationships import records
from partnerdesk.models.relationships.entities import (
    DelegatedAdminRelationship,
    Invitation,
    ResellerRelationship,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from partnerdesk.models.customers.entities import Customer

_MOST_ENTRIES = 200
"""Maximum number of history entries read for a company name; the entries are then searched."""


@dataclass(frozen=True)
class RelationshipRecords:
    """The relationship records of a customer, detached from the store."""

    invitations: list[Invitation]
    """Newest first."""
    relationships: list[ResellerRelationship]
    """Newest first."""
    delegated_admin: list[DelegatedAdminRelationship]
    """The next to end first; those without an end come last."""
    earlier_changes: list[Change]
    """The history entries of the invitations before they were linked to the customer."""

    @property
    def accepted_invitation(self) -> Invitation | None:
        """The invitation that began the latest relationship; None if it began otherwise."""
        id = self.relationships[0].invitation_id if self.relationships else None
        return next((one for one in self.invitations if one.id == id), None) if id else None


def read_relationship(session: Session, customer: Customer) -> RelationshipRecords:
    """Read the relationship records of a customer in an open session."""
    id = customer.id
    invited = select(Invitation).where(Invitation.customer_id == id)
    related = select(ResellerRelationship).where(ResellerRelationship.customer_id == id)
    delegated = session.exec(
        select(DelegatedAdminRelationship).where(DelegatedAdminRelationship.customer_id == id)
    ).all()
    invitations = list(session.exec(invited.order_by(col(Invitation.id).desc())))
    return RelationshipRecords(
        invitations=invitations,
        relationships=list(session.exec(related.order_by(col(ResellerRelationship.id).desc()))),
        delegated_admin=sorted(
            delegated,
            key=lambda one: (one.end_date_time is None, one.end_date_time, one.id),
        ),
        earlier_changes=_unlinked_changes(session, invitations),
    )


def _unlinked_changes(session: Session, invitations: Sequence[Invitation]) -> list[Change]:
    """Return the history entries of invitations from before they were linked to a customer.

    Such an entry has the name of the company as its subject, and the invitation's id in its plan.
    """
    changes: dict[int | None, Change] = {}
    ids = {one.id for one in invitations}
    for name in {one.company_name for one in invitations}:
        named = select(Change).where(
            Change.subject == name,
            func.coalesce(Change.customer_id, 0) == 0,  # cannot use the index of customer_id
        )
        latest = named.order_by(col(Change.id).desc()).limit(_MOST_ENTRIES)
        entries = session.exec(latest)
        changes |= {entry.id: entry for entry in entries if ids & _invitations_in(entry)}
    return sorted(changes.values(), key=lambda entry: entry.id or 0, reverse=True)


def _invitations_in(entry: Change) -> set[int | None]:
    """Return the ids of the invitations that an entry's plan changed."""
    ids = (step["key"].get("id") for step in kept_steps(entry.plan, records.INVITATION.table))
    return {id for id in ids if isinstance(id, int)}
