"""Carries out runs: the same kind of change to many records, row by row, resumed after a crash.

planned = plan_run(store, account, wish, ids, by)    # a plan for each record, nothing written
run_id = begin_run(store, planned)                   # kept, before the first row is written
go_on(store, run_id, account, actor, clock, on_progress)    # rows one by one, each whole

What the rows of each kind come to is said in `models/operations/bulk_kinds.py`.
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

from partnerdesk.models.changes.history import Change
from partnerdesk.models.changes.plan import PlanContext
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.languages import N_, _
from partnerdesk.models.operations.bulk_kinds import PLANNERS
from partnerdesk.models.operations.bulk_planner import RowWish
from partnerdesk.models.operations.bulk_records import RowState, Run, RunKind, RunRow
from partnerdesk.models.operations.bulk_rows import (
    RowView,
    do_row,
    kept_row,
    planned_row,
    row_view,
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

ROW_TITLES = {
    RowState.WAITING: N_("to do"),
    RowState.DONE: N_("done"),
    RowState.NOTHING: N_("already so"),
    RowState.REFUSED: N_("refused"),
    RowState.FAILED: N_("failed"),
}
"""What became of a row, in words."""
RUN_TITLES = {
    RunKind.EXTEND: N_("Extend delegated admin"),
    RunKind.NAME_RESELLER: N_("Name the indirect reseller"),
    RunKind.INVITE: N_("Invite customers"),
    RunKind.ADD_CUSTOMERS: N_("Add customers"),
    RunKind.ADD_DELEGATED_ADMIN: N_("Keep delegated admin"),
    RunKind.TAG: N_("Change tags"),
    RunKind.NOTE: N_("Write a note"),
    RunKind.EDIT: N_("Edit customers"),
    RunKind.END: N_("End relationships"),
    RunKind.UNDO: N_("Undo a run"),
}
"""What a run of each kind is called."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run does to each record, for example `{"by": "P180D"}` or `{"reseller": "4711"}`."""

    kind: RunKind
    wishes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedRun:
    """A run before it begins."""

    wish: RunRequest
    account_id: int
    rows: Sequence[RowView]
    by: PlanContext
    asked: str = ""
    """The words by which a command asks for it; the same words go on with it."""

    def counts(self) -> Counter[RowState]:
        """Return how many rows there are of each state."""
        return Counter(row.state for row in self.rows)


@dataclass(frozen=True)
class RunView:
    """A run that was begun, with its rows."""

    id: int
    account_id: int
    wish: RunRequest
    actor: str
    begun_at: datetime | None
    finished_at: datetime | None
    rows: Sequence[RowView]
    change_id: int | None = None
    """Its entry in the history; None as long as none is written."""

    def counts(self) -> Counter[RowState]:
        """Return how many rows there are of each state."""
        return Counter(row.state for row in self.rows)

    @property
    def left(self) -> int:
        """How many rows are still to do."""
        return self.counts()[RowState.WAITING]


def plan_run(
    store: Store,
    account: Account,
    wish: RunRequest,
    ids: Iterable[int],
    by: PlanContext,
    asked: str = "",
) -> PlannedRun:
    """Plan a run: a plan for each record, in the order of `ids`; writes nothing.

    Raises:
        RefusedError: nothing may be changed here and now, so no row has to be looked at.
        StoreError: the book cannot be read.
    """
    rows = plan_rows(store, account, wish, map(RowWish, ids), by)
    return PlannedRun(wish, account.id, list(rows), by, asked)


def plan_rows(
    store: Store, account: Account, wish: RunRequest, rows: Iterable[RowWish], by: PlanContext
) -> Iterator[RowView]:
    """Plan rows one after the other, as if those before were done; writes nothing.

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
                continue  # it went out of the book meanwhile
            place += 1


def plan_undo_run(
    store: Store, account: Account, entry: Change, by: PlanContext, why: str = ""
) -> PlannedRun:
    """Plan to take the rows of a run back, the last one first, as far as each can be.

    Raises:
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        rows = select(Change.id).where(Change.part_of == entry.id).order_by(col(Change.id).desc())
        ids = [int(id or 0) for id in session.exec(rows)]
    wishes = {"change": str(entry.id)} | ({"why": why} if why else {})
    wish = RunRequest(RunKind.UNDO, wishes)
    return plan_run(store, account, wish, ids, by, f"{RunKind.UNDO} {entry.id}")


def unplanned_run(
    account_id: int, wish: RunRequest, rows: Iterable[RowWish], by: PlanContext, asked: str = ""
) -> PlannedRun:
    """Return a run of records that are to be made, each planned only when it is done."""
    named_by = PLANNERS[wish.kind].NAMED_BY
    waiting = [
        waiting_row(place, row, row.said.get(named_by, "")) for place, row in enumerate(rows)
    ]
    return PlannedRun(wish, account_id, waiting, by, asked)


def begin_run(store: Store, planned: PlannedRun) -> int:
    """Keep a run with its rows, so that it can go on after whatever happens; return its id.

    Raises:
        StoreError: the book cannot be written.
    """
    return begin_runs(store, [planned])[0]


def begin_runs(store: Store, planned: Sequence[PlannedRun]) -> list[int]:
    """Keep several runs that one command asks for: all of them or, if it is cut off, none.

    Raises:
        StoreError: the book cannot be written.
    """
    with store.writing() as session:
        return [_keep(session, run) for run in planned]


def _keep(session: Session, planned: PlannedRun) -> int:
    run = Run(
        account_id=planned.account_id, kind=planned.wish.kind, asked=planned.asked,
        wishes=json.dumps(dict(planned.wish.wishes), ensure_ascii=False),
        actor=planned.by.actor.name, begun_at=planned.by.at,
    )  # fmt: skip
    session.add(run)
    session.flush()
    run_id = int(run.id or 0)
    session.add_all(kept_row(run_id, row) for row in planned.rows)
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
    """Do the rows of a run that are still to do, one by one, each whole or not at all.

    Args:
        store: the book.
        run_id: which run.
        account: the run's account.
        actor: who goes on with it.
        clock: what time it is.
        on_progress: called after each row with how many of how many are done; False stops before
            the next one.
        again: whether the rows that failed are tried again.

    Raises:
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
    """Do the rows of a run that are still to do; give each as it is then.

    The run is finished once all of them were taken.

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


def let_be(store: Store, run_id: int, at: datetime) -> None:
    """Leave the rest of a run undone for good, and forget what its rows said."""
    _finish(store, run_id, at)
    with store.writing() as session:
        session.execute(update(RunRow).where(col(RunRow.run_id) == run_id).values(wish=""))


def read_run(store: Store, run_id: int) -> RunView:
    """Return a run with its rows, in their order.

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
            wish=RunRequest(RunKind(run.kind), json.loads(run.wishes)),
            actor=run.actor,
            begun_at=run.begun_at,
            finished_at=run.finished_at,
            rows=[row_view(row) for row in session.exec(rows)],
            change_id=run.change_id,
        )


def unfinished_run(
    store: Store, account_ids: Sequence[int], kind: RunKind | None = None, asked: str | None = None
) -> int | None:
    """Return the latest run that was cut off: of a kind, or that `asked` asked for; else None."""
    with store.reading() as session:
        found = select(Run.id).where(
            col(Run.account_id).in_(list(account_ids)), unset(Run.finished_at)
        )
        if kind is not None:
            found = found.where(Run.kind == kind)
        if asked is not None:
            found = found.where(Run.asked == asked)
        return session.exec(found.order_by(col(Run.id).desc()).limit(1)).first()
