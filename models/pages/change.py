"""One entry of the history whole: what it says, what became of it, and its calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import col, func, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.calls import describe_call
from partnerdesk.models.changes.entries import entry_of
from partnerdesk.models.changes.history import Change, as_object
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.list import DONE, PARTLY, STARTED, UNDONE, WORST_FIRST
from partnerdesk.models.changes.outbox import CALL_STATE_TITLES, OutboxCall
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.operations.bulk_records import RowState, Run, RunRow
from partnerdesk.models.operations.undo import Parts, parts_of, why_not_undone

if TYPE_CHECKING:
    from sqlmodel import Session

    from partnerdesk.models.database.store import Store


PARTS_SHOWN = 500
"""Rows of a run or an import that are read with its entry; all are counted."""


@dataclass(frozen=True, slots=True)
class ChangeParts:
    """The rows of a run or an import."""

    entries: list[Change]
    """The first of the entries that are parts of it, in their order."""
    count: int
    """How many there are."""
    undone: int
    """How many of them were taken back."""
    added: list[tuple[int, str]]
    """The first of the customers that an import added and that are there, with their names."""
    added_count: int
    """How many there are."""
    run_id: int | None
    """The run whose rows they are; None for an import."""
    waiting: int
    """How many rows of the run are still to do; 0 where the run was let be."""


@dataclass(frozen=True)
class ChangePage:
    """An entry of the history with all that belongs to it, detached from the store."""

    entry: Change
    calls: list[OutboxCall]
    """In the order in which they are sent."""
    undone_by: Change | None
    """The entry that took it back; None where it stands."""
    undoes: Change | None
    """The entry that it took back; None for all others."""
    cloud: str
    """The id of its account's cloud; empty for an entry of no account."""
    why_not_undone: str
    """Why it can never be taken back; empty if it may be."""
    parts: ChangeParts | None
    """The rows of a run or an import; None for any other entry."""

    @property
    def state(self) -> str:
        """One of `models.changes.list.STATES`, as the list has it."""
        states = {call.state.value for call in self.calls}
        own = UNDONE if self.undone_by is not None else DONE
        if own == UNDONE and self._stands_partly:
            own = PARTLY
        if own == DONE and self.parts is not None and self.parts.waiting:
            own = STARTED
        return next((state for state in WORST_FIRST if state in states), own)

    @property
    def _stands_partly(self) -> bool:
        """Whether it was taken back, and rows of it stand all the same."""
        undone = as_object(self.undone_by.after) if self.undone_by is not None else {}
        standing = self.parts is not None and self.parts.undone < self.parts.count
        return standing or bool(undone.get("left"))


def read_change(store: Store, change_id: int) -> ChangePage:
    """Read an entry of the history with all that belongs to it.

    Raises:
        NotFoundError: there is no such entry.
    """
    with store.reading() as session:
        entry = entry_of(session, change_id)
        calls = select(OutboxCall).where(OutboxCall.change_id == change_id)
        return ChangePage(
            entry=entry,
            calls=list(session.exec(calls.order_by(col(OutboxCall.id)))),
            undone_by=_get(session, Change, entry.undone_by),
            undoes=_get(session, Change, entry.undoes),
            cloud=getattr(_get(session, PartnerAccount, entry.account_id), "cloud", ""),
            why_not_undone=why_not_undone(entry),
            parts=_parts(session, entry),
        )


def _parts(session: Session, entry: Change) -> ChangeParts | None:
    """Return the rows of a run or an import; also of an import by an older program."""
    if parts_of(entry) is Parts.STEPS and entry.kind != ChangeKind.IMPORTED:
        return None
    mine, undone = Change.part_of == entry.id, col(Change.undone_by).is_not(None)
    entries = select(Change).where(mine).order_by(col(Change.id)).limit(PARTS_SHOWN)
    of = (
        col(Customer.account_id) == entry.account_id, col(Customer.added_by_change) == entry.id
    )  # fmt: skip
    added = select(Customer.id, Customer.company_name).where(*of).order_by(col(Customer.id))
    run = session.exec(select(Run).where(Run.change_id == entry.id)).first()
    waiting = select(func.count()).where(RunRow.state == RowState.WAITING)
    return ChangeParts(
        entries=list(session.exec(entries)),
        count=session.exec(select(func.count()).where(mine)).one(),
        undone=session.exec(select(func.count()).where(mine, undone)).one(),
        added=[(int(id or 0), name) for id, name in session.exec(added.limit(PARTS_SHOWN))],
        added_count=session.exec(select(func.count()).where(*of)).one(),
        run_id=run.id if run is not None else None,
        waiting=session.exec(waiting.where(RunRow.run_id == run.id)).one()
        if run is not None and run.finished_at is None
        else 0,
    )


def call_lines(call: OutboxCall) -> tuple[str, list[str]]:
    """Return a call in words: its channel; then what is asked, how far it is, and the answer."""
    channel, asked = describe_call(call.channel, call.operation, call.about)
    attempts = ngettext("{count} attempt", "{count} attempts", call.attempts)
    state = " · ".join((_(CALL_STATE_TITLES[call.state]), attempts))
    return channel, [line for line in (asked, state, call.answer) if line]


def _get(session: Session, kind: Any, id: int | None) -> Any:
    return session.get(kind, id) if id is not None else None


def change_json(page: ChangePage) -> dict[str, Any]:
    """Return an entry as `--json` prints it."""
    undone = page.undone_by
    return {
        **entry_json(page.entry),
        "cloud": page.cloud or None,
        "state": page.state,
        "undone_by": undone.id if undone is not None else None,
        "why_not_undone": page.why_not_undone or None,
        "rows": _parts_json(page.parts),
        "calls": [
            call.model_dump(mode="json", exclude={"change_id", "account_id", "version"})
            | {"arguments": as_object(call.arguments)}
            for call in page.calls
        ],
    }


def _parts_json(parts: ChangeParts | None) -> dict[str, Any] | None:
    if parts is None:
        return None
    return {
        "count": parts.count,
        "undone": parts.undone,
        "waiting": parts.waiting,
        "run": parts.run_id,
        "added": parts.added_count,
        "changes": [
            {
                "id": entry.id, "customer_id": entry.customer_id, "subject": entry.subject,
                "before": as_object(entry.before), "after": as_object(entry.after),
                "undone_by": entry.undone_by,
            }
            for entry in parts.entries
        ],
        "customers": [{"id": id, "company_name": name} for id, name in parts.added],
    }  # fmt: skip


def entry_json(entry: Change) -> dict[str, Any]:
    """Return the fields of an entry as JSON has them: before, after and plan as objects."""
    dumped = entry.model_dump(mode="json", exclude={"search_text", "undone_by"})
    told = {name: as_object(getattr(entry, name)) for name in ("before", "after", "plan")}
    return {name: dumped[name] for name in type(entry).model_fields if name in dumped} | told
