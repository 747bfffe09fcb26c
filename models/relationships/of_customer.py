"""What the book holds of the relationship with one customer, read for its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, func, select

from partnerdesk.models.changes.history import Change, as_object
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

_LOOKED_AT = 200
"""How many of the latest entries of a name are looked through for those of an invitation."""


@dataclass(frozen=True)
class RelationshipRecords:
    """A customer's invitations, lives and delegated-admin relationships, detached."""

    invitations: list[Invitation]
    """Newest first."""
    lives: list[ResellerRelationship]
    """Newest first."""
    delegated_admin: list[DelegatedAdminRelationship]
    """The next to end first; those without an end last."""
    earlier_changes: list[Change]
    """What happened to the invitations before the customer was known."""

    @property
    def came_by(self) -> Invitation | None:
        """The invitation that the present life began with, or else the last one did."""
        id = self.lives[0].invitation_id if self.lives else None
        return next((one for one in self.invitations if one.id == id), None) if id else None


def read_relationship(session: Session, customer: Customer) -> RelationshipRecords:
    """Read the records of a customer's relationship in a session that is open already."""
    id = customer.id
    invited = select(Invitation).where(Invitation.customer_id == id)
    lived = select(ResellerRelationship).where(ResellerRelationship.customer_id == id)
    delegated = session.exec(
        select(DelegatedAdminRelationship).where(DelegatedAdminRelationship.customer_id == id)
    ).all()
    invitations = list(session.exec(invited.order_by(col(Invitation.id).desc())))
    return RelationshipRecords(
        invitations=invitations,
        lives=list(session.exec(lived.order_by(col(ResellerRelationship.id).desc()))),
        delegated_admin=sorted(
            delegated,
            key=lambda one: (one.end_date_time is None, one.end_date_time, one.id),
        ),
        earlier_changes=_before_it_was_known(session, invitations),
    )


def _before_it_was_known(session: Session, invitations: Sequence[Invitation]) -> list[Change]:
    """Return what the history tells of invitations while they were those of no customer yet.

    Such entries carry the company's name only; which invitation they are about, their plans say.
    """
    found: dict[int | None, Change] = {}
    ids = {one.id for one in invitations}
    for name in {one.company_name for one in invitations}:
        named = select(Change).where(
            Change.subject == name,
            func.coalesce(Change.customer_id, 0) == 0,  # not by the index of that column
        )
        latest = named.order_by(col(Change.id).desc()).limit(_LOOKED_AT)
        found |= {entry.id: entry for entry in session.exec(latest) if ids & _invitations_in(entry)}
    return sorted(found.values(), key=lambda entry: entry.id or 0, reverse=True)


def _invitations_in(entry: Change) -> set[int | None]:
    """Return the ids of the invitations that an entry's plan changed."""
    steps = as_object(entry.plan).get("steps")
    return {
        step["key"].get("id")
        for step in (steps if isinstance(steps, list) else ())
        if isinstance(step, dict)
        and step.get("record") == records.INVITATION.table
        and isinstance(step.get("key"), dict)
    }
