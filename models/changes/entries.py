"""Finds single entries of the history: by id, or the latest entry of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from partnerdesk.models.changes.history import Change, kept_steps
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from sqlmodel import Session

    from partnerdesk.models.changes.record_kind import RecordKind

_GREATEST_ID = 2**31 - 1
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
