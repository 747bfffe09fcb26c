"""Plans, stores and carries out bulk runs, row by row; an interrupted run can continue.

    planned = plan_run(store, account, wish, ids, by)    # a plan for each record, nothing written
    run_id = begin_run(store, planned)                   # stores the run, before its first change
    go_on(store, run_id, account, actor, clock, on_progress)    # each row in one transaction

The planner of each kind of run is in `models/operations/bulk_kinds.py`.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import update
from sqlmodel import col, select

from partnerdesk.models.changes.history import Change, as_object
from partnerdesk.models.changes.plan import PlanContext
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.core.stored import Titles
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.languages import N_, _
from partnerdesk.models.operations.bulk_kinds import PLANNERS
from partnerdesk.models.operations.bulk_planner import RowRequest
from partnerdesk.models.operations.bulk_records import RowState, Run, RunKind, RunRow
from partnerdesk.models.operations.bulk_rows import (
    RowView,
    do_row,
    planned_row,
    row_view,
    stored_row,
    waiting_row,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.database.store import Store

ROW_TITLES = Titles(
    {
        RowState.WAITING: N_("to do"),
        RowState.DONE: N_("done"),
        RowState.NOTHING: N_("already so"),
        RowState.REFUSED: N_("refused"),
        RowState.FAILED: N_("failed"),
    }
)
"""The title of each state of a row."""
RUN_TITLES = Titles(
    {
        RunKind.EXTEND: N_("Extend delegated admin"),
        RunKind.NAME_RESELLER: N_("Name the indirect reseller"),
        RunKind.INVITE: N_("Invite customers"),
        RunKind.ADD_CUSTOMERS: N_("Add customers"),
        RunKind.ADD_DELEGATED_ADMIN: N_("Keep delegated admin"),
        RunKind.TAG: N_("Change tags"),
        RunKind.NOTE: N_("Write a note"),
        RunKind.EDIT: N_("Edit customers"),
        RunKind.END: N_("End relationships"),
        RunKind.SUBSCRIPTIONS: N_("Change subscriptions"),
        RunKind.UNDO: N_("Undo a run"),
    }
)
"""The title of each kind of run."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """The request of a run: what it does to each record."""

    kind: RunKind
    wishes: Mapping[str, str] = field(default_factory=dict)
    """The arguments, for example `{"by": "P180D"}` or `{"reseller": "4711"}`."""


@dataclass(frozen=True)
class PlannedRun:
    """A run that is planned but not stored."""

    wish: RunRequest
    account_id: int
    rows: Sequence[RowView]
    by: PlanContext
    asked: str = ""
    """The words of the command that asks for the run; the same command continues the run."""

    def counts(self) -> Counter[RowState]:
        """Return how many rows there are of each state."""
        return Counter(row.state for row in self.rows)


@dataclass(frozen=True)
class RunView:
    """A stored run with its rows, detached from the database."""

    id: int
    account_id: int
    wish: RunRequest
    actor: str
    begun_at: datetime | None
    finished_at: datetime | None
    rows: Sequence[RowView]
    change_id: int | None = None
    """The id of the run's history entry; None if it has none (yet)."""

    def counts(self) -> Counter[RowState]:
        """Return how many rows there are of each state."""
        return Counter(row.state for row in self.rows)

    @property
    def left(self) -> int:
        """How many rows are waiting."""
        return self.counts()[RowState.WAITING]


def plan_run(
    store: Store,
    account: Account,
    wish: RunRequest,
    ids: Iterable[int],
    by: PlanContext,
    asked: str = "",
) -> PlannedRun:
    """Plan a run: one plan for each record, in the order of `ids`; this writes nothing.

    Args:
        store: the book.
        account: the run's account.
        wish: the request of the run.
        ids: the ids of the records.
        by: who plans; `by.plan_id` is replaced by a new id for each row.
        asked: the words of the command that asks for the run.

    Raises:
        RefusedError: the actor may change nothing at present (`by.refusals`).
        StoreError: the book cannot be read.
    """
    rows = plan_rows(store, account, wish, map(RowRequest, ids), by)
    return PlannedRun(wish, account.id, list(rows), by, asked)


def plan_rows(
    store: Store, account: Account, wish: RunRequest, rows: Iterable[RowRequest], by: PlanContext
) -> Iterator[RowView]:
    """Yield the planned rows, each as if the earlier rows were done; this writes nothing.

    A row whose record is not in the book any more is left out.

    Raises: as `plan_run`.
    """
    by.raise_refusals()
    planner = PLANNERS[wish.kind](store, account, wish.wishes, only_plans=True)
    with store.reading() as session, closing(planner):
        place = 0
        for wanted in rows:
            own = replace(by, plan_id=str(uuid4()))
            try:
                plan = planner.unreadable if wanted.problems else planner.plan
                yield planned_row(place, wanted, plan(session, wanted, own))
            except NotFoundError:
                continue  # another process removed the record meanwhile
            place += 1


def plan_undo_run(
    store: Store, account: Account, entry: Change, by: PlanContext, why: str = ""
) -> PlannedRun:
    """Plan a run that undoes the rows of another run, the last row first.

    Args:
        store: the book.
        account: the run's account.
        entry: the history entry of the run to undo.
        by: who plans.
        why: the person's reason, for the history.

    Raises:
        RefusedError: as for `plan_run`.
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        rows = select(Change.id).where(Change.part_of == entry.id).order_by(col(Change.id).desc())
        ids = [int(id or 0) for id in session.exec(rows)]
    wishes = {"change": str(entry.id)} | ({"why": why} if why else {})
    wish = RunRequest(RunKind.UNDO, wishes)
    return plan_run(store, account, wish, ids, by, f"{RunKind.UNDO} {entry.id}")


def unplanned_run(
    account_id: int, wish: RunRequest, rows: Iterable[RowRequest], by: PlanContext, asked: str = ""
) -> PlannedRun:
    """Return a run that adds records and plans each row only when the row is carried out."""
    named_by = PLANNERS[wish.kind].NAMED_BY
    waiting = [
        waiting_row(place, row, row.values.get(named_by, "")) for place, row in enumerate(rows)
    ]
    return PlannedRun(wish, account_id, waiting, by, asked)


def begin_run(store: Store, planned: PlannedRun) -> int:
    """Store a run with its rows, so that it can continue after a crash; return its id.

    Raises:
        StoreError: the book cannot be written.
    """
    return begin_runs(store, [planned])[0]


def begin_runs(store: Store, planned: Sequence[PlannedRun]) -> list[int]:
    """Store several runs in one transaction; return their ids.

    Raises:
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        return [_store(session, run) for run in planned]


def _store(session: Session, planned: PlannedRun) -> int:
    run = Run(
        account_id=planned.account_id, kind=planned.wish.kind, asked=planned.asked,
        wishes=json.dumps(dict(planned.wish.wishes), ensure_ascii=False),
        actor=planned.by.actor.name, begun_at=planned.by.at,
    )  # fmt: skip
    session.add(run)
    session.flush()
    run_id = int(run.id or 0)
    session.add_all(stored_row(run_id, row) for row in planned.rows)
    return run_id


def go_on(
    store: Store,
    run_id: int,
    account: Account,
    actor: Actor,
    clock: Callable[[], datetime],
    on_progress: Callable[[int, int], bool] = lambda _done, _total: True,
    *,
    again: bool = False,
) -> RunView:
    """Carry out the waiting rows of a run, each in its own transaction; return the run.

    Args:
        store: the book.
        run_id: the id of the run.
        account: the run's account.
        actor: who continues the run.
        clock: returns the present moment.
        on_progress: called after each row with the number of finished rows and of all rows; if it
            returns False, the run stops before the next row.
        again: whether failed rows are tried again.

    Raises:
        NotFoundError: there is no such run.
        StoreError: the book cannot be read or written.
    """
    view = read_run(store, run_id)
    total = len(view.rows)
    done = sum(not row.is_open(again=again) for row in view.rows)
    rows = do_rows(store, view, account, actor, clock, again=again)
    for number, _row in enumerate(rows, done + 1):
        if not on_progress(number, total) and number < total:
            break
    return read_run(store, run_id)


def do_rows(
    store: Store, view: RunView, account: Account, actor: Actor, clock: Callable[[], datetime],
    *, again: bool = False,
) -> Iterator[RowView]:  # fmt: skip
    """Carry out the waiting rows of a run; yield each row with its new state.

    The run is marked as finished when the caller has consumed all rows.

    Raises:
        StoreError: the book cannot be read or written.
    """
    planner = PLANNERS[view.wish.kind](store, account, view.wish.wishes, only_plans=False)
    with closing(planner):
        for row in view.rows:
            if row.is_open(again=again):
                place = (view.id, row.place)
                yield do_row(store, planner, place, row.wish, actor, clock())
    _finish(store, view.id, clock())


def _finish(store: Store, run_id: int, at: datetime) -> None:
    with store.writing() as session:
        run = session.get_one(Run, run_id)
        run.finished_at = run.finished_at or at


def abandon_run(store: Store, run_id: int, at: datetime) -> None:
    """Mark a run as finished without its remaining rows, and erase the values of its rows."""
    _finish(store, run_id, at)
    with store.writing() as session:
        session.execute(update(RunRow).where(col(RunRow.run_id) == run_id).values(wish=""))


def read_run(store: Store, run_id: int) -> RunView:
    """Return a run with its rows in order.

    Raises:
        NotFoundError: there is no such run.
    """
    with store.reading() as session:
        run = session.get(Run, run_id) if 0 < run_id < 2**31 else None
        if run is None:
            raise NotFoundError(_("There is no run {id}.").format(id=run_id))
        rows = select(RunRow).where(RunRow.run_id == run_id).order_by(col(RunRow.place))
        return RunView(
            id=run_id,
            account_id=run.account_id,
            wish=RunRequest(RunKind(run.kind), as_object(run.wishes)),
            actor=run.actor,
            begun_at=run.begun_at,
            finished_at=run.finished_at,
            rows=[row_view(row) for row in session.exec(rows)],
            change_id=run.change_id,
        )


def unfinished_run(
    store: Store, account_ids: Sequence[int], kind: RunKind | None = None, asked: str | None = None
) -> int | None:
    """Return the id of the latest run of some accounts that is not finished; None if none.

    Args:
        store: the book.
        account_ids: the accounts.
        kind: only runs of this kind; None for all kinds.
        asked: only runs begun by these words of a command; None for all runs.
    """
    with store.reading() as session:
        found = select(Run.id).where(
            col(Run.account_id).in_(list(account_ids)), unset(Run.finished_at)
        )
        if kind is not None:
            found = found.where(Run.kind == kind)
        if asked is not None:
            found = found.where(Run.asked == asked)
        return session.exec(found.order_by(col(Run.id).desc()).limit(1)).first()
