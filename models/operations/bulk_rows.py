"""Writes the rows of runs: kept before the first one is done, then done one by one, each whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from partnerdesk.models.changes.plan import By
from partnerdesk.models.core.errors import ConflictError, NotFoundError, RefusedError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason, Verdict
from partnerdesk.models.operations.bulk_records import RowState, Run, RunRow
from partnerdesk.models.operations.carry_out import follow_up
from partnerdesk.models.operations.execute import write_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.core.errors import DeskError
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.operations.bulk_kinds import Planner, RowPlan, RowWish

LONGEST_SUBJECT = 200
"""Characters of what a file calls a record that is to be made."""


class DoneRow(NamedTuple):
    """A row as it was kept, and what was made of it just now."""

    kept: RunRow
    planned: RowPlan | None = None
    reasons: tuple[Reason, ...] | None = None


def told_of(reasons: Iterable[Reason]) -> str:
    """Return reasons in one line."""
    return " ".join(reason.text for reason in reasons)


def subject_of(text: str) -> str:
    """Return what a file calls a record, as any database takes it."""
    return shown(text[:LONGEST_SUBJECT])


def keep_run(session: Session, run: Run, rows: Sequence[RunRow]) -> int:
    """Keep a run with its rows, in their order; return its id."""
    session.add(run)
    session.flush()
    for row in rows:
        row.run_id = int(run.id or 0)
    session.add_all(rows)
    return int(run.id or 0)


def do_row(
    store: Store, planner: Planner, place: tuple[int, int], wish: RowWish, actor: Actor,
    at: datetime,
) -> DoneRow:  # fmt: skip
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
                return DoneRow(kept)  # another process did it
            planned = planner.plan(session, wish, By(actor, at, kept.plan_id))
            reasons, outcome = planned.plan.reasons, None
            kept.state, kept.told = RowState.REFUSED, told_of(reasons)
            if planned.plan.verdict is not Verdict.REFUSED:
                outcome = write_plan(session, planned.plan, "")
                done = outcome.change_id is not None
                kept.state = RowState.DONE if done else RowState.NOTHING
            if not wish.record_id:
                made = outcome.record_id if outcome is not None else None
                kept.subject = subject_of(planned.subject)
                kept.record_id = planned.record_id or made or 0
    except (ConflictError, NotFoundError, RefusedError) as error:
        return _fail_row(store, planner, place, reasons, error)
    if outcome is not None:
        follow_up(store, planned.plan, outcome)
    return DoneRow(kept, planned, reasons)


def _fail_row(
    store: Store, planner: Planner, place: tuple[int, int], reasons: tuple[Reason, ...],
    error: DeskError,
) -> DoneRow:  # fmt: skip
    with store.writing() as session:
        kept = session.get_one(RunRow, place)
        kept.state, kept.told = RowState.FAILED, str(error)
    code, field = planner.LATE
    return DoneRow(kept, None, (*reasons, Reason(code, str(error), field)))
