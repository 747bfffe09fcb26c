"""The rows of runs: as they are planned, kept before the first one is done, done one by one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import func, insert, update
from sqlmodel import col, select

from partnerdesk.models.changes.history import Change, as_json, entry
from partnerdesk.models.changes.plan import Plan, PlanContext
from partnerdesk.models.core.errors import ConflictError, NotFoundError, RefusedError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason, Verdict
from partnerdesk.models.operations.bulk_planner import RowWish
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
"""Characters that are kept of what a file calls a record that is to be made."""


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a run, planned or begun, detached from the store."""

    place: int
    record_id: int
    subject: str
    state: RowState
    """What became of it; of a planned row what will, as far as can be said now."""
    message: str
    """Why it is refused, or what to mind, in one line."""
    wish: RowWish = field(default_factory=RowWish)
    plan: Plan | None = None
    """Its plan, where it was made just now."""
    reasons: tuple[Reason, ...] = ()
    """Why it became what it is: with their codes where its plan was made just now."""

    def is_open(self, *, again: bool) -> bool:
        """Say whether it is still to do, or failed and is tried again."""
        return self.state is RowState.WAITING or (again and self.state is RowState.FAILED)


def message_of(reasons: Iterable[Reason]) -> str:
    """Return reasons in one line."""
    return " ".join(reason.text for reason in reasons)


def planned_row(place: int, wish: RowWish, planned: RowPlan) -> RowView:
    """Return a row with its plan, and what will become of it."""
    plan, state = planned.plan, RowState.WAITING
    if plan.verdict is Verdict.REFUSED:
        state = RowState.REFUSED
    elif plan.changes_nothing:
        state = RowState.NOTHING
    reasons = plan.reasons
    return RowView(
        place, planned.record_id, planned.subject, state, message_of(reasons), wish, plan, reasons
    )


def waiting_row(place: int, wish: RowWish, subject: str) -> RowView:
    """Return a row that is planned only when it is done; one that cannot be read is refused."""
    state = RowState.REFUSED if wish.problems else RowState.WAITING
    return RowView(
        place, wish.record_id, shown(subject[:LONGEST_SUBJECT]), state, message_of(wish.problems),
        wish, None, wish.problems,
    )  # fmt: skip


def kept_row(run_id: int, row: RowView) -> RunRow:
    """Return a row as it is kept before the first one is done."""
    return RunRow(
        run_id=run_id, place=row.place, record_id=row.record_id, subject=row.subject,
        wish=_kept_wish(row.wish, row.state),
        plan_id=row.plan.by.plan_id if row.plan is not None else str(uuid4()),
        state=row.state, told=row.message,
    )  # fmt: skip


def _kept_wish(wish: RowWish, state: RowState) -> str:
    """Return what is kept of what a row says: all while it is to do, then no person's data."""
    open_states = (RowState.WAITING, RowState.FAILED)
    kept = dict(wish.said) if state in open_states else {
        name: text for name, text in wish.said.items() if name == "name"
    }  # fmt: skip
    return json.dumps(kept) if kept else ""


def row_view(
    kept: RunRow, planned: RowPlan | None = None, reasons: tuple[Reason, ...] | None = None
) -> RowView:
    """Return a row as it is kept, with the plan and the reasons that were made just now."""
    state = RowState(kept.state)
    if reasons is None:
        refuses = state in (RowState.REFUSED, RowState.FAILED)
        told = Reason(f"run.{state.value}", kept.told, refuses=refuses)
        reasons = (told,) if kept.told else ()
    wish = RowWish(kept.record_id, json.loads(kept.wish or "{}"), kept.place + 1)
    subject, plan = (planned.subject, planned.plan) if planned else (kept.subject, None)
    return RowView(kept.place, kept.record_id, subject, state, kept.told, wish, plan, reasons)


def do_row(
    store: Store, planner: Planner, place: tuple[int, int], wish: RowWish, actor: Actor,
    at: datetime,
) -> RowView:  # fmt: skip
    """Do one row: its plan is made from the book as it is, under the id it always had.

    Args:
        store: the book.
        planner: makes the plans of the run.
        place: the run's id, and the row's place in it.
        wish: what the row asks for.
        actor: who does it.
        at: what time it is.

    Raises:
        StoreError: the book cannot be read or written.
    """
    reasons: tuple[Reason, ...] = ()
    try:
        with store.writing() as session:
            kept = session.get_one(RunRow, place, with_for_update=True)
            if kept.state not in (RowState.WAITING, RowState.FAILED):
                return row_view(kept)  # another process did it
            planned = planner.plan(session, wish, PlanContext(actor, at, kept.plan_id))
            reasons, outcome, state = planned.plan.reasons, None, RowState.REFUSED
            if planned.plan.verdict is not Verdict.REFUSED:
                run = session.get_one(Run, kept.run_id)
                why = json.loads(run.wishes).get("why", "")
                whole = partial(_entry_of_run, session, run, planned)
                outcome = write_plan(session, planned.plan, why, whole)
                done = outcome.change_id is not None
                state = RowState.DONE if done else RowState.NOTHING
            kept.state, kept.told = state, message_of(reasons)
            if not wish.record_id:
                made = outcome.record_id if outcome is not None else None
                kept.subject = shown(planned.subject[:LONGEST_SUBJECT])
                kept.record_id = planned.record_id or made or 0
                kept.wish = _kept_wish(wish, state)
    except (ConflictError, NotFoundError, RefusedError) as error:
        return _fail_row(store, planner, place, reasons, error)
    if outcome is not None:
        follow_up(store, planned.plan, outcome)
    return replace(row_view(kept, planned, reasons), wish=wish)


def _entry_of_run(session: Session, run: Run, row: RowPlan, history: History) -> int:
    """Return the entry that a run's rows are parts of; written with the first row that is done.

    A run of one row has none: its row stands for itself. 0 says so.
    """
    rows, connection = RunRow.run_id == run.id, session.connection()
    known = connection.execute(select(Run.change_id).where(Run.id == run.id)).scalar_one()
    if known is not None:
        return int(known)
    if session.exec(select(func.count()).where(rows)).one() < 2:
        return 0
    open_states = (RowState.WAITING, RowState.FAILED)
    left = select(func.count()).where(rows, col(RunRow.state).in_(open_states))
    count = session.exec(left).one()  # the row that is being written is among them
    wishes, by = json.loads(run.wishes), row.plan.by
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
