"""Which entries of the history are taken back: an undo can be undone in turn, and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from models.errors import NotFoundError
from models.history import Change
from models.languages import _

if TYPE_CHECKING:
    from sqlmodel import Session

_GREATEST_ID = 2**31 - 1


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
