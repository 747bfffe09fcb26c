"""Which entries of the history are taken back: an undo can be undone in turn, and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.changes.history import Change, ChangeKind, as_object
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from sqlmodel import Session

_GREATEST_ID = 2**31 - 1
_LOOKED_AT = 50
"""How many of the latest entries about a subject are looked through for a record's own."""


def entry_of(session: Session, change_id: int) -> Change:
    """Return an entry of the history.

    Raises:
        NotFoundError: there is no such entry.
    """
    entry = session.get(Change, change_id) if 0 < change_id <= _GREATEST_ID else None
    if entry is None:
        raise NotFoundError(
            _("There is no change {id} in the history.").format(id=change_id),
            _("Look for it with: partnerdesk changes list"),
        )
    return entry


def undone_by(session: Session, change_id: int) -> Change | None:
    """Return the entry that took this one back; None where it stands.

    Only what stands can be undone, so of several that undid an entry the last one counts, unless
    it was undone in turn.
    """
    chain: list[int] = []
    last: int | None = change_id
    while last is not None:
        later = select(Change.id).where(Change.undoes == last)
        last = session.exec(later.order_by(col(Change.id).desc()).limit(1)).first()
        if last is not None:
            chain.append(last)
    return session.get(Change, chain[0]) if len(chain) % 2 else None


def undone_of(session: Session, customer_id: int) -> frozenset[int]:
    """Return the ids of a customer's entries that are taken back."""
    undos = (
        select(Change.id, Change.undoes)
        .where(Change.customer_id == customer_id, col(Change.undoes).is_not(None))
        .order_by(col(Change.id).desc())
    )
    undone: set[int | None] = set()
    for id, undoes in session.exec(undos):
        if id not in undone:
            undone.add(undoes)
    return frozenset(id for id in undone if id is not None)


def latest_change_of(session: Session, record: str, id: int, subject: str) -> int | None:
    """Return the latest entry that changed a record and stands; None where there is none.

    Args:
        session: an open one.
        record: the kind of record, as steps name it.
        id: the record's id.
        subject: what the entries call it.
    """
    named = select(Change).where(Change.subject == subject, col(Change.plan_id).is_not(None))
    for entry in session.exec(named.order_by(col(Change.id).desc()).limit(_LOOKED_AT)):
        steps = as_object(entry.plan).get("steps") or []
        concerns = any(
            step.get("record") == record and step.get("key", {}).get("id") == id for step in steps
        )
        undo = entry.kind == ChangeKind.UNDONE
        if concerns and not undo and undone_by(session, entry.id or 0) is None:
            return entry.id
    return None
