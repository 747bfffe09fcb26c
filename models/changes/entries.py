"""Finds single entries of the history: by id, or the latest entry of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, func, select

from partnerdesk.models.changes.history import Change, kept_steps
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from partnerdesk.models.changes.record_kind import RecordKind
    from partnerdesk.models.database.store import Store

_GREATEST_ID = 2**31 - 1
_RECENT = 1000
"""How many of the latest entries are searched for one of a kind."""
_LOOKED_AT = 50
"""How many of the latest entries of a subject are searched for an entry of a record."""


def entry_of(session: Session, change_id: int) -> Change:
    """Return the entry of the history with an id.

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


def latest_of_kind(store: Store, kind: ChangeKind, accounts: Sequence[int]) -> int | None:
    """Return the id of the latest entry of a kind that is not undone; None if there is none.

    Only the latest 1000 entries of the history are searched.
    """
    with store.reading() as session:
        newest = session.exec(select(func.max(Change.id))).one() or 0
        found = select(Change.id).where(
            col(Change.id) > newest - _RECENT,
            Change.kind == kind,
            col(Change.account_id).in_(list(accounts)),
            col(Change.undone_by).is_(None),
        )
        return session.exec(found.order_by(col(Change.id).desc()).limit(1)).first()


def latest_change_of(session: Session, record: RecordKind, id: int, subject: str) -> int | None:
    """Return the id of the latest entry that changed a record and is not undone; None if none.

    Only the latest 50 entries of the subject are searched; entries of undos do not count.

    Args:
        session: an open session.
        record: the kind of record.
        id: the record's id.
        subject: the subject of the record's entries, such as a company name.
    """
    named = select(Change).where(Change.subject == subject, col(Change.plan_id).is_not(None))
    for entry in session.exec(named.order_by(col(Change.id).desc()).limit(_LOOKED_AT)):
        steps = kept_steps(entry.plan, record.table)
        concerns = any(step["key"].get("id") == id for step in steps)
        if concerns and entry.kind != ChangeKind.UNDONE and entry.undone_by is None:
            return entry.id
    return None
