"""Reads one history entry with its calls, its rows and the entries that undo it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal_column
from sqlmodel import SQLModel, and_, col, func, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.calls import describe_call
from partnerdesk.models.changes.entries import entry_of
from partnerdesk.models.changes.history import Change, as_object
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.list import STATE
from partnerdesk.models.changes.outbox import CALL_STATE_TITLES, OutboxCall
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.operations.bulk_records import RowState, Run, RunRow
from partnerdesk.models.operations.describe_fields import field_title, value_text
from partnerdesk.models.operations.edits import EDITS
from partnerdesk.models.operations.sent_calls import conflict_of
from partnerdesk.models.operations.undo import Parts, parts_of, why_not_undone

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from partnerdesk.models.database.store import Store


PARTS_SHOWN = 500
"""Maximum number of rows of a run or an import that are read with its entry."""


@dataclass(frozen=True, slots=True)
class ChangeParts:
    """The rows of a run or an import."""

    entries: list[Change]
    """The entries of the first rows, oldest first; at most `PARTS_SHOWN`."""
    count: int
    """The number of all these entries."""
    undone: int
    """How many of all these entries were undone."""
    added: list[tuple[int, str]]
    """Ids and names of the first customers that an import added and that still exist."""
    added_count: int
    """The number of all these customers."""
    run_id: int | None
    """The id of the run; None for an import."""
    waiting: int
    """How many rows of the run are not carried out yet; 0 for an import or an abandoned run."""


@dataclass(frozen=True)
class ChangePage:
    """A history entry with the records that its page shows, detached from the store."""

    entry: Change
    calls: list[OutboxCall]
    """In the order of sending."""
    undone_by: Change | None
    """The entry that undid it; None if it was not undone."""
    undoes: Change | None
    """The entry that it undid; None if it is no undo."""
    cloud: str
    """The id of the cloud of its account; empty for an entry without an account."""
    why_not_undone: str
    """Why it can never be undone; empty if it may be undone."""
    parts: ChangeParts | None
    """The rows of a run or an import; None for any other entry."""
    state: str
    """The state of the entry: a value of `models.changes.list.STATES`, as in the list."""


def read_change(store: Store, change_id: int) -> ChangePage:
    """Read a history entry with the records that its page shows.

    Raises:
        NotFoundError: the history has no entry with this id.
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
            state=_state(session, change_id),
        )


def _state(session: Session, change_id: int) -> str:
    changes = SQLModel.metadata.tables["changes"].alias("ch")
    state: ColumnElement[str] = literal_column(STATE)
    query = select(state).select_from(changes).where(changes.c.id == change_id)
    return str(session.exec(query).one())


def _parts(session: Session, entry: Change) -> ChangeParts | None:
    """Return the rows of a run, a sync or an import, even of an older program; None for others."""
    has_rows = entry.kind in (ChangeKind.IMPORTED, ChangeKind.SYNCED) and not entry.part_of
    if parts_of(entry) is Parts.STEPS and not has_rows:
        return None
    is_part, is_undone = Change.part_of == entry.id, col(Change.undone_by).is_not(None)
    entries = select(Change).where(is_part).order_by(col(Change.id)).limit(PARTS_SHOWN)
    is_here = col(Customer.account_id) == entry.account_id
    is_added = and_(is_here, col(Customer.added_by_change) == entry.id)
    added = select(Customer.id, Customer.company_name).where(is_added).order_by(col(Customer.id))
    run = session.exec(select(Run).where(Run.change_id == entry.id)).first()
    is_waiting = RunRow.state == RowState.WAITING
    return ChangeParts(
        entries=list(session.exec(entries)),
        count=session.exec(select(func.count()).where(is_part)).one(),
        undone=session.exec(select(func.count()).where(is_part, is_undone)).one(),
        added=[(int(id or 0), name) for id, name in session.exec(added.limit(PARTS_SHOWN))],
        added_count=session.exec(select(func.count()).where(is_added)).one(),
        run_id=run.id if run is not None else None,
        waiting=session.exec(select(func.count()).where(RunRow.run_id == run.id, is_waiting)).one()
        if run is not None and run.finished_at is None
        else 0,
    )


def call_lines(call: OutboxCall) -> tuple[str, list[str]]:
    """Return a call for the screen: its channel, and lines on request, state and answer."""
    channel, request = describe_call(call.channel, call.operation, call.about)
    trace = ""
    if call.correlation_id:
        trace = _("correlation id {id}").format(id=call.correlation_id)
    return channel, [line for line in (request, call_state(call), call.answer, trace) if line]


def conflict_texts(call: OutboxCall) -> list[tuple[str, str, str]]:
    """Return name, title and values of each field in conflict of a call, for a person."""
    edit = EDITS.get(call.operation)
    names = edit.record.named_as if edit is not None else {}
    lines = []
    for field in conflict_of(call):
        name = names.get(field.name, field.name)
        told = _("ours {ours}, theirs {theirs}, before {base}").format(
            ours=value_text(name, field.ours),
            theirs=value_text(name, field.theirs),
            base=value_text(name, field.base),
        )
        lines.append((field.name, field_title(name), told))
    return lines


def call_state(call: OutboxCall) -> str:
    """Return how far a call is, with the number of attempts."""
    attempts = ngettext("{count} attempt", "{count} attempts", call.attempts)
    return " · ".join((_(CALL_STATE_TITLES[call.state]), attempts))


def _get(session: Session, kind: Any, id: int | None) -> Any:
    return session.get(kind, id) if id is not None else None


def change_json(page: ChangePage) -> dict[str, Any]:
    """Return the page of an entry as `--json` prints it."""
    undone = page.undone_by
    return {
        **entry_json(page.entry),
        "cloud": page.cloud or None,
        "state": page.state,
        "undone_by": undone.id if undone is not None else None,
        "why_not_undone": page.why_not_undone or None,
        "rows": _parts_json(page.parts),
        "calls": [
            call.model_dump(
                mode="json", exclude={"change_id", "account_id", "customer_id", "found", "version"}
            )
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
                "id": entry.id,
                "customer_id": entry.customer_id,
                "subject": entry.subject,
                "before": as_object(entry.before),
                "after": as_object(entry.after),
                "undone_by": entry.undone_by,
            }
            for entry in parts.entries
        ],
        "customers": [{"id": id, "company_name": name} for id, name in parts.added],
    }


def entry_json(entry: Change) -> dict[str, Any]:
    """Return the fields of an entry for JSON; before, after and plan are objects, not texts."""
    dumped = entry.model_dump(mode="json", exclude={"search_text", "undone_by"})
    objects = {name: as_object(getattr(entry, name)) for name in ("before", "after", "plan")}
    return {name: dumped[name] for name in type(entry).model_fields if name in dumped} | objects
