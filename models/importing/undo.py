"""Takes an import back, as far as nobody changed its customers since: in one transaction.

    planned = plan_undo_import(store, change_id, by)        # decides about each row, writes nothing
    done = undo_import(store, planned, why)                 # what was planned and still holds

Customers that the file added go, with all that hangs on them; those that it changed get back what
they had. A row about which anything else was recorded since stays, and says why.
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
    """Why it stays."""
    entry_id: int = 0


ImportRow = AddedRow | ChangedRow
"""One row of the import that is to be taken back."""


@dataclass(frozen=True)
class ImportUndo:
    """What taking an import back would do, or has done."""

    change_id: int
    account_id: int
    file: str
    by: PlanContext
    reasons: tuple[Reason, ...]
    """Why nothing of it can be taken back; empty where rows can."""
    rows: tuple[ImportRow, ...]
    """Those that stay first, with their reasons."""
    undone_by: int | None = None
    """The entry that says it was done; None where it is only planned."""

    def counts(self) -> Counter[RowState]:
        """Return how many rows there are of each state."""
        return Counter(row.state for row in self.rows)

    @property
    def removes(self) -> bool:
        """Whether customers are taken out of the book: that needs a reason, for the history."""
        return any(_is_added(row) and row.state is RowState.WAITING for row in self.rows)


class Tally(NamedTuple):
    """How many customers an undo is about: planned, or done."""

    removed: int
    restored: int
    left: int


def tally(planned: ImportUndo) -> Tally:
    """Return how many customers go, get back what they had, and stay as they are."""
    taken = [row for row in planned.rows if row.state in (RowState.WAITING, RowState.DONE)]
    removed = sum(map(_is_added, taken))
    left = planned.counts()[RowState.REFUSED]
    return Tally(removed, len(taken) - removed, left)


def _is_added(row: ImportRow) -> bool:
    return not row.entry_id


def plan_undo_import(store: Store, change_id: int, by: PlanContext) -> ImportUndo:
    """Plan to take an import back; writes nothing.

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
    stands = any(row.state is not RowState.NOTHING for row in rows)
    if entry.undone_by is not None and not stands:  # else the rest can still be taken back
        reasons.append(undone_already(session, entry))
    return ImportUndo(
        entry.id or 0, entry.account_id or 0, entry.subject, by, tuple(reasons), tuple(rows)
    )  # fmt: skip


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
    return (
        col(Customer.account_id) == entry.account_id, col(Customer.added_by_change) == entry.id
    )  # fmt: skip


def _why_added_stay(session: Session, entry: Change) -> dict[int, str]:
    """Return why customers that the import added cannot go, by customer."""
    added = select(Customer.id).where(*_added_by(entry))
    later = (
        select(Change.customer_id, func.max(Change.id))
        .where(
            col(Change.customer_id).in_(added), col(Change.id) > entry.id,
            col(Change.undone_by).is_(None), Change.kind != ChangeKind.UNDONE,
        )
        .group_by(col(Change.customer_id))
    )  # fmt: skip
    text = _("It was changed since, by change {id}.")
    stays = {int(of or 0): text.format(id=id) for of, id in session.exec(later)}
    text = _(
        "An invitation, a delegated-admin relationship or an ended life belongs to this "
        "customer: undo that first."
    )
    for record in HOLDS_CUSTOMER:
        kind: Any = record.entity
        held = session.exec(select(kind.customer_id).where(kind.customer_id.in_(added)))
        stays.update((int(id), text) for id in held)
    return stays


def undo_import(store: Store, planned: ImportUndo, why: str = "") -> ImportUndo:
    """Take an import back, in one transaction; return what became of each row.

    What was planned and does not hold any more stays; what was not planned stays in any case.

    Raises:
        RefusedError: nothing of it can be taken back.
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
        doing = [
            row for row in now.rows if row.state is RowState.WAITING and _key(row) in wanted
        ]  # fmt: skip
        done = {_key(row) for row in doing}
        undone_by = None
        if doing:
            others = (row for row in now.rows if row.state is not RowState.NOTHING)
            left = sum(1 for _row in others) - len(doing)
            writer = UndoWriter(session, history, entry, planned.by)
            undone_by = writer.write(
                [row.customer_id for row in doing if _is_added(row)],
                [row.entry_id for row in doing if not _is_added(row)], left, why,
            )  # fmt: skip
    rows = (_told(row, done=_key(row) in done) for row in _known(planned, now))
    return ImportUndo(
        now.change_id, now.account_id, now.file, now.by, (), tuple(rows), undone_by
    )  # fmt: skip


def _key(row: ImportRow) -> tuple[int, int]:
    return row.customer_id, row.entry_id


def _known(planned: ImportUndo, now: ImportUndo) -> Iterable[ImportRow]:
    """Return the rows in the order in which they were shown, as they are now."""
    found = {_key(row): row for row in now.rows}
    return [found.get(_key(row), row) for row in planned.rows]


def _told(row: ImportRow, *, done: bool) -> ImportRow:
    from dataclasses import replace

    if done:
        return replace(row, state=RowState.DONE)
    if row.state is RowState.WAITING:
        return replace(row, state=RowState.REFUSED, message=_("It was changed meanwhile."))
    return row
