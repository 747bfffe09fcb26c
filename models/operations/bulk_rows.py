"""The rows of bulk runs: plans them, converts them from and to stored rows, carries them out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import func, insert, update
from sqlmodel import col, select

from partnerdesk.models.changes.history import Change, as_json, as_object, entry
from partnerdesk.models.changes.plan import Plan, PlanContext
from partnerdesk.models.core.errors import ConflictError, NotFoundError, RefusedError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason, Verdict
from partnerdesk.models.operations.bulk_planner import RowRequest
from partnerdesk.models.operations.bulk_records import RowState, Run, RunKind, RunRow
from partnerdesk.models.operations.carry_out import follow_up
from partnerdesk.models.operations.execute import write_plan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.changes.history import Actor, History
    from partnerdesk.models.core.errors import AppError
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.operations.bulk_planner import Planner, RowPlan

LONGEST_SUBJECT = 200
"""The greatest length of a stored name that comes from a file."""


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a planned or stored run, detached from the database."""

    place: int
    """The number of the row in the run, from 0."""
    record_id: int
    """The id of the record; 0 until the row has added its record."""
    subject: str
    """The name of the record or of its customer."""
    state: RowState
    """The state of the row; for a planned row the expected state (waiting, nothing or refused)."""
    message: str
    """The reasons and warnings in one line."""
    wish: RowRequest = field(default_factory=RowRequest)
    plan: Plan | None = None
    """The plan of a row that was just planned or carried out; None for a row from the database."""
    reasons: tuple[Reason, ...] = ()
    """The reasons of the plan. A row from the database has one, `run.<state>`, with the message."""

    def is_open(self, *, again: bool) -> bool:
        """Return whether the row is to be carried out; with `again` a failed row is, too."""
        return self.state is RowState.WAITING or (again and self.state is RowState.FAILED)


def message_of(reasons: Iterable[Reason]) -> str:
    """Return the texts of reasons in one line."""
    return " ".join(reason.text for reason in reasons)


def planned_row(place: int, wish: RowRequest, planned: RowPlan) -> RowView:
    """Return a planned row with the state that its plan would lead to."""
    plan, state = planned.plan, RowState.WAITING
    if plan.verdict is Verdict.REFUSED:
        state = RowState.REFUSED
    elif plan.changes_nothing:
        state = RowState.NOTHING
    reasons = plan.reasons
    return RowView(
        place, planned.record_id, planned.subject, state, message_of(reasons), wish, plan, reasons
    )


def waiting_row(place: int, wish: RowRequest, subject: str) -> RowView:
    """Return a row that is planned only when it is carried out; an unreadable row is refused."""
    state = RowState.REFUSED if wish.problems else RowState.WAITING
    name, message = shown(subject[:LONGEST_SUBJECT]), message_of(wish.problems)
    return RowView(place, wish.record_id, name, state, message, wish, None, wish.problems)


def stored_row(run_id: int, row: RowView) -> RunRow:
    """Return the database row of a planned row."""
    return RunRow(
        run_id=run_id, place=row.place, record_id=row.record_id, subject=row.subject,
        wish=_stored_wish(row.wish, row.state),
        plan_id=row.plan.by.plan_id if row.plan is not None else str(uuid4()),
        state=row.state, told=row.message,
    )  # fmt: skip


def _stored_wish(wish: RowRequest, state: RowState) -> str:
    """Return the JSON of a row's values: all of an open row, only `name` of a finished row.

    So a finished row keeps no personal data.
    """
    is_open = state in (RowState.WAITING, RowState.FAILED)
    kept = {name: text for name, text in wish.values.items() if is_open or name == "name"}
    return json.dumps(kept) if kept else ""


def row_view(
    row: RunRow, planned: RowPlan | None = None, reasons: tuple[Reason, ...] | None = None
) -> RowView:
    """Return a row from the database, with its plan and reasons if it was just planned."""
    state = RowState(row.state)
    if reasons is None:
        refuses = state in (RowState.REFUSED, RowState.FAILED)
        stored = Reason(f"run.{state.value}", row.told, refuses=refuses)
        reasons = (stored,) if row.told else ()
    wish = RowRequest(row.record_id, as_object(row.wish), row.place + 1)
    subject, plan = (planned.subject, planned.plan) if planned else (row.subject, None)
    return RowView(row.place, row.record_id, subject, state, row.told, wish, plan, reasons)


def do_row(
    store: Store, planner: Planner, place: tuple[int, int], wish: RowRequest, actor: Actor,
    at: datetime,
) -> RowView:  # fmt: skip
    """Plan a row from the present state of the book and write the plan, in one transaction.

    The plan has the id that the row stores, so a row is never written twice.

    Args:
        store: the book.
        planner: the planner of the run.
        place: the id of the run, and the number of the row in it.
        wish: the request of the row.
        actor: who carries out the run.
        at: the present moment.

    Raises:
        StoreError: the book cannot be read or written.
    """
    reasons: tuple[Reason, ...] = ()
    try:
        with store.writing() as session:
            kept = session.get_one(RunRow, place, with_for_update=True)
            if kept.state not in (RowState.WAITING, RowState.FAILED):
                return row_view(kept)  # another process carried it out
            planned = planner.plan(session, wish, PlanContext(actor, at, kept.plan_id))
            reasons, outcome, state = planned.plan.reasons, None, RowState.REFUSED
            if planned.plan.verdict is not Verdict.REFUSED:
                run = session.get_one(Run, kept.run_id)
                why = as_object(run.wishes).get("why", "")
                whole = partial(_entry_of_run, session, run, planned)
                outcome = write_plan(session, planned.plan, why, whole)
                done = outcome.change_id is not None
                state = RowState.DONE if done else RowState.NOTHING
            kept.state, kept.told = state, message_of(reasons)
            if not wish.record_id:
                added = outcome.record_id if outcome is not None else None
                kept.subject = shown(planned.subject[:LONGEST_SUBJECT])
                kept.record_id = planned.record_id or added or 0
                kept.wish = _stored_wish(wish, state)
    except (ConflictError, NotFoundError, RefusedError) as error:
        return _fail_row(store, planner, place, reasons, error)
    if outcome is not None:
        follow_up(store, planned.plan, outcome)
    return replace(row_view(kept, planned, reasons), wish=wish)


def _entry_of_run(session: Session, run: Run, row: RowPlan, history: History) -> int:
    """Return the id of the run's history entry, whose parts are the rows' entries.

    The first written row of the run writes this entry. The id is 0 for a run of a single row, whose
    entry is no part.
    """
    rows, connection = RunRow.run_id == run.id, session.connection()
    written = connection.execute(select(Run.change_id).where(Run.id == run.id)).scalar_one()
    if written is not None:
        return int(written)
    if session.exec(select(func.count()).where(rows)).one() < 2:
        return 0
    open_states = (RowState.WAITING, RowState.FAILED)
    left = select(func.count()).where(rows, col(RunRow.state).in_(open_states))
    count = session.exec(left).one()  # includes the row that is being written
    wishes, by = as_object(run.wishes), row.plan.by
    subject, undoes = f"({count}) {row.subject[:LONGEST_SUBJECT]} …", None
    if run.kind == RunKind.UNDO:
        undoes = int(wishes["change"])
        subject = session.get_one(Change, undoes).subject
    sealed = history.sealed(
        entry(
            row.plan.kind, by.actor, by.at, after={"rows": count}, account_id=run.account_id,
            subject=subject, why=wishes.get("why", ""),
            plan=as_json({"run": str(run.kind), "wishes": wishes, "rows": count}), undoes=undoes,
        )
    )  # fmt: skip
    connection.execute(insert(Change), [sealed])
    connection.execute(update(Run).where(col(Run.id) == run.id).values(change_id=sealed["id"]))
    return int(sealed["id"])


def _fail_row(
    store: Store, planner: Planner, place: tuple[int, int], reasons: tuple[Reason, ...],
    error: AppError,
) -> RowView:  # fmt: skip
    with store.writing() as session:
        kept = session.get_one(RunRow, place)
        kept.state, kept.told = RowState.FAILED, str(error)
    code, field = planner.LATE
    return row_view(kept, None, (*reasons, Reason(code, str(error), field)))
