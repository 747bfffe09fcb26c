"""Undoes an import of customers in one transaction, except for customers that changed since.

    planned = plan_undo_import(store, change_id, by)        # decides about each row, writes nothing
    done = undo_import(store, planned, why)                 # undoes the planned rows, if unchanged

Added customers are removed with all their records; changed customers get their former values. A row
whose customer was changed again since then stays as it is, with the reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlmodel import col, func, select

from partnerdesk.models.changes.entries import entry_of
from partnerdesk.models.changes.history import Change, appending, as_object
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.importing.undo_rows import ChangedRow, changed_rows
from partnerdesk.models.importing.undo_write import UndoWriter
from partnerdesk.models.languages import _
from partnerdesk.models.operations.bulk_records import RowState
from partnerdesk.models.operations.undo import HOLDS_CUSTOMER, undone_already, why_not_undone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.database.store import Store


@dataclass(frozen=True, slots=True)
class AddedRow:
    """A customer that the import added."""

    customer_id: int
    subject: str
    state: RowState
    message: str = ""
    """Why the customer is not removed; empty if it is."""
    entry_id: int = 0
    """Always 0: an added customer has no history entry of its own."""


ImportRow = AddedRow | ChangedRow
"""One row of the import to undo."""


@dataclass(frozen=True)
class ImportUndo:
    """The planned or finished undo of an import."""

    change_id: int
    account_id: int
    file: str
    by: PlanContext
    reasons: tuple[Reason, ...]
    """Why no row can be undone; empty if rows can be."""
    rows: tuple[ImportRow, ...]
    """The rows; rows that cannot be undone come first."""
    undone_by: int | None = None
    """The id of the undo's history entry; None if nothing is undone (yet)."""

    def counts(self) -> Counter[RowState]:
        """Return how many rows there are of each state."""
        return Counter(row.state for row in self.rows)

    @property
    def removes(self) -> bool:
        """Whether the undo removes customers; this requires a reason for the history."""
        return any(_is_added(row) and row.state is RowState.WAITING for row in self.rows)


class Tally(NamedTuple):
    """The numbers of customers in a planned or finished undo."""

    removed: int
    restored: int
    left: int
    """How many customers stay as they are."""


def tally(planned: ImportUndo) -> Tally:
    """Count the customers that an undo removes, restores, and leaves as they are."""
    undone = [row for row in planned.rows if row.state in (RowState.WAITING, RowState.DONE)]
    removed = sum(map(_is_added, undone))
    left = planned.counts()[RowState.REFUSED]
    return Tally(removed, len(undone) - removed, left)


def _is_added(row: ImportRow) -> bool:
    return not row.entry_id


def plan_undo_import(store: Store, change_id: int, by: PlanContext) -> ImportUndo:
    """Plan the undo of an import; this writes nothing.

    Raises:
        NotFoundError: there is no such entry.
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        return _planned(session, entry_of(session, change_id), by)


def _planned(session: Session, entry: Change, by: PlanContext) -> ImportUndo:
    reasons = [*by.refusals]
    rows: list[ImportRow] = []
    if never := why_not_undone(entry):
        reasons.append(Reason("undo.never", never))
    if not reasons:
        rows = [*changed_rows(session, entry), *_added_rows(session, entry)]
        rows.sort(key=lambda row: row.state is RowState.WAITING)
    remaining = any(row.state is not RowState.NOTHING for row in rows)
    if entry.undone_by is not None and not remaining:  # else the other rows can still be undone
        reasons.append(undone_already(session, entry))
    return ImportUndo(
        entry.id or 0, entry.account_id or 0, entry.subject, by, tuple(reasons), tuple(rows)
    )


def _added_rows(session: Session, entry: Change) -> Iterator[AddedRow]:
    seen = as_object(entry.plan).get("seen_at")
    stays = _why_added_stay(session, entry)
    added = select(Customer.id, Customer.company_name, Customer.seen_at).where(*_added_by(entry))
    for id, name, seen_at in session.exec(added.order_by(col(Customer.id))):
        why = stays.get(int(id or 0), "")
        if not why and seen_at is not None and (seen is None or seen_at > _moment(seen)):
            why = _("A later file has it, too.")
        state = RowState.REFUSED if why else RowState.WAITING
        yield AddedRow(int(id or 0), name, state, why)


def _moment(text: str) -> datetime:
    from datetime import datetime

    from partnerdesk.models.core.clock import from_millis

    return from_millis(to_millis(datetime.fromisoformat(text)))


def _added_by(entry: Change) -> tuple[Any, ...]:
    added_by = col(Customer.added_by_change) == entry.id
    return col(Customer.account_id) == entry.account_id, added_by


def _why_added_stay(session: Session, entry: Change) -> dict[int, str]:
    """Return the reasons why added customers cannot be removed, by customer id."""
    added = select(Customer.id).where(*_added_by(entry))
    later = (
        select(Change.customer_id, func.max(Change.id))
        .where(
            col(Change.customer_id).in_(added),
            col(Change.id) > entry.id,
            col(Change.undone_by).is_(None),
            Change.kind != ChangeKind.UNDONE,
        )
        .group_by(col(Change.customer_id))
    )
    text = _("It was changed since, by change {id}.")
    stays = {int(of or 0): text.format(id=id) for of, id in session.exec(later)}
    text = _(
        "An invitation, a delegated-admin relationship or an ended life belongs to this "
        "customer: undo that first."
    )
    for record in HOLDS_CUSTOMER:
        kind: Any = record.entity
        owners = session.exec(select(kind.customer_id).where(kind.customer_id.in_(added)))
        stays.update((int(id), text) for id in owners)
    return stays


def undo_import(store: Store, planned: ImportUndo, why: str = "") -> ImportUndo:
    """Undo an import in one transaction; return the rows with their new states.

    A row is undone only if `planned` has it as waiting and it still can be undone.

    Args:
        store: the book.
        planned: the plan of the undo.
        why: the person's reason, for the history.

    Raises:
        RefusedError: no row can be undone.
        StoreError: the book cannot be written.
    """
    if planned.reasons:
        raise RefusedError(" ".join(reason.text for reason in planned.reasons))
    with store.writing() as session, appending(session) as history:
        entry = entry_of(session, planned.change_id)
        now = _planned(session, entry, planned.by)
        if now.reasons:
            raise RefusedError(" ".join(reason.text for reason in now.reasons))
        wanted = {_key(row) for row in planned.rows if row.state is RowState.WAITING}
        undone = [row for row in now.rows if row.state is RowState.WAITING and _key(row) in wanted]
        done = {_key(row) for row in undone}
        undone_by = None
        if undone:
            remaining = sum(row.state is not RowState.NOTHING for row in now.rows)
            removed = [row.customer_id for row in undone if _is_added(row)]
            restored = [row.entry_id for row in undone if not _is_added(row)]
            writer = UndoWriter(session, history, entry, planned.by)
            undone_by = writer.write(removed, restored, remaining - len(undone), why)
    rows = tuple(_finished(row, done=_key(row) in done) for row in _in_order(planned, now))
    return ImportUndo(now.change_id, now.account_id, now.file, now.by, (), rows, undone_by)


def _key(row: ImportRow) -> tuple[int, int]:
    return row.customer_id, row.entry_id


def _in_order(planned: ImportUndo, now: ImportUndo) -> Iterable[ImportRow]:
    """Return the present rows in the order of the planned rows."""
    found = {_key(row): row for row in now.rows}
    return [found.get(_key(row), row) for row in planned.rows]


def _finished(row: ImportRow, *, done: bool) -> ImportRow:
    from dataclasses import replace

    if done:
        return replace(row, state=RowState.DONE)
    if row.state is RowState.WAITING:
        return replace(row, state=RowState.REFUSED, message=_("It was changed meanwhile."))
    return row
