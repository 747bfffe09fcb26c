"""Carries out runs: the same kind of change to many records, row by row, resumed after a crash.

planned = plan_run(store, account, wish, ids, by)    # a plan for each record, nothing written
run_id = begin_run(store, planned)                   # kept, before the first row is written
go_on(store, run_id, account, actor, clock, told)    # rows one by one, each whole

What the rows of each kind come to is said in `models/operations/bulk_kinds.py`.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlmodel import col, select

from partnerdesk.models.changes.plan import By, Plan
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.core.verdicts import Reason, Verdict
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.languages import N_, _
from partnerdesk.models.operations.bulk_kinds import PLANNERS, RowWish
from partnerdesk.models.operations.bulk_records import RowState, Run, RunKind, RunRow
from partnerdesk.models.operations.bulk_rows import (
    DoneRow,
    do_row,
    keep_run,
    subject_of,
    told_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.history import Actor
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
}
"""What a run of each kind is called."""


@dataclass(frozen=True, slots=True)
class RunWish:
    """What a run does to each record, for example `{"by": "P180D"}` or `{"reseller": "4711"}`."""

    kind: RunKind
    wishes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row of a run, with its plan."""

    record_id: int
    subject: str
    plan: Plan
    wish: RowWish = field(default_factory=RowWish)

    @property
    def state(self) -> RowState:
        """What will become of it, as far as can be said now."""
        if self.plan.verdict is Verdict.REFUSED:
            return RowState.REFUSED
        return RowState.NOTHING if self.plan.changes_nothing else RowState.WAITING

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is refused, or what to mind."""
        return self.plan.reasons

    @property
    def told(self) -> str:
        """The same in one line."""
        return told_of(self.reasons)


@dataclass(frozen=True)
class PlannedRun:
    """A run before it begins."""

    wish: RunWish
    account_id: int
    rows: Sequence[PlannedRow]
    by: By
    asked: str = ""
    """The words by which a command asks for it; the same words go on with it."""

    def counts(self) -> Counter[RowState]:
        """Return how many rows there are of each state."""
        return Counter(row.state for row in self.rows)


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a run that was begun, detached from the store."""

    place: int
    record_id: int
    subject: str
    state: RowState
    told: str
    wish: RowWish = field(default_factory=RowWish)
    plan: Plan | None = None
    """Its plan, where it was made just now."""
    reasons: tuple[Reason, ...] = ()
    """Why it became what it is: with their codes where its plan was made just now."""

    def is_open(self, *, again: bool) -> bool:
        """Say whether it is still to do, or failed and is tried again."""
        return self.state is RowState.WAITING or (again and self.state is RowState.FAILED)


@dataclass(frozen=True)
class RunView:
    """A run that was begun, with its rows."""

    id: int
    account_id: int
    wish: RunWish
    actor: str
    begun_at: datetime | None
    finished_at: datetime | None
    rows: Sequence[RowView]

    def counts(self) -> Counter[RowState]:
        """Return how many rows there are of each state."""
        return Counter(row.state for row in self.rows)

    @property
    def left(self) -> int:
        """How many rows are still to do."""
        return self.counts()[RowState.WAITING]


def plan_run(
    store: Store, account: Account, wish: RunWish, ids: Iterable[int], by: By, asked: str = ""
) -> PlannedRun:
    """Plan a run: a plan for each record, in the order of `ids`; writes nothing.

    Raises:
        StoreError: the book cannot be read.
    """
    rows = plan_rows(store, account, wish, map(RowWish, ids), by)
    return PlannedRun(wish, account.id, list(rows), by, asked)


def plan_rows(
    store: Store, account: Account, wish: RunWish, rows: Iterable[RowWish], by: By
) -> Iterator[PlannedRow]:
    """Plan rows one after the other, as if those before were done; writes nothing.

    Raises:
        StoreError: the book cannot be read.
    """
    planner = PLANNERS[wish.kind](store, account, wish.wishes, only_plans=True)
    with store.reading() as session, closing(planner):
        for row in rows:
            own = By(by.actor, by.at, str(uuid4()))
            try:
                plan = planner.unreadable if row.problems else planner.plan
                planned = plan(session, row, own)
            except NotFoundError:
                continue  # it went out of the book meanwhile
            yield PlannedRow(planned.record_id, planned.subject, planned.plan, row)


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
        return [
            keep_run(session, _run(run.account_id, run.wish, run.by, run.asked), _rows(run))
            for run in planned
        ]


def _run(account_id: int, wish: RunWish, by: By, asked: str = "") -> Run:
    return Run(
        account_id=account_id, kind=wish.kind, asked=asked, actor=by.actor.name, begun_at=by.at,
        wishes=json.dumps(dict(wish.wishes), ensure_ascii=False),
    )  # fmt: skip


def _rows(planned: PlannedRun) -> list[RunRow]:
    return [
        RunRow(
            run_id=0, place=place, record_id=row.record_id, subject=row.subject,
            plan_id=row.plan.by.plan_id, state=row.state, told=row.told,
        )
        for place, row in enumerate(planned.rows)
    ]  # fmt: skip


def begin_rows(
    store: Store, account_id: int, wish: RunWish, rows: Iterable[RowWish], by: By
) -> int:
    """Keep a run of records that are to be made, each planned when it is done; return its id.

    Raises:
        StoreError: the book cannot be written.
    """
    named_by = PLANNERS[wish.kind].NAMED_BY
    kept = [
        RunRow(
            run_id=0, place=place, record_id=0, wish=json.dumps(dict(row.said)),
            subject=subject_of(row.said.get(named_by, "")), plan_id=str(uuid4()),
            state=RowState.REFUSED if row.problems else RowState.WAITING,
            told=told_of(row.problems),
        )
        for place, row in enumerate(rows)
    ]  # fmt: skip
    with store.writing() as session:
        return keep_run(session, _run(account_id, wish, by), kept)


def go_on(
    store: Store,
    run_id: int,
    account: Account,
    actor: Actor,
    clock: Callable[[], datetime],
    told: Callable[[int, int], bool] = lambda _done, _total: True,
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
        told: told after each row how many of how many are done; False stops before the next one.
        again: whether the rows that failed are tried again.

    Raises:
        StoreError: the book cannot be read or written.
    """
    view = read_run(store, run_id)
    total = len(view.rows)
    done = sum(not row.is_open(again=again) for row in view.rows)
    rows = do_rows(store, view, account, actor, clock, again=again)
    for number, _row in enumerate(rows, done + 1):
        if not told(number, total) and number < total:
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
                yield _view(do_row(store, planner, place, row.wish, actor, clock()))
    _finish(store, view.id, clock())


def _view(row: DoneRow) -> RowView:
    kept, planned, state = row.kept, row.planned, RowState(row.kept.state)
    reasons = row.reasons
    if reasons is None:
        refuses = state in (RowState.REFUSED, RowState.FAILED)
        told = Reason(f"run.{state.value}", kept.told, refuses=refuses)
        reasons = (told,) if kept.told else ()
    wish = RowWish(kept.record_id, json.loads(kept.wish or "{}"), kept.place + 1)
    return RowView(
        kept.place, kept.record_id, planned.subject if planned else kept.subject, state,
        kept.told, wish, planned.plan if planned else None, reasons,
    )  # fmt: skip


def _finish(store: Store, run_id: int, at: datetime) -> None:
    with store.writing() as session:
        run = session.get_one(Run, run_id)
        run.finished_at = run.finished_at or at


def let_be(store: Store, run_id: int, at: datetime) -> None:
    """Leave the rest of a run undone for good."""
    _finish(store, run_id, at)


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
            wish=RunWish(RunKind(run.kind), json.loads(run.wishes)),
            actor=run.actor,
            begun_at=run.begun_at,
            finished_at=run.finished_at,
            rows=[_view(DoneRow(row)) for row in session.exec(rows)],
        )


def unfinished_run(
    store: Store, account_ids: Sequence[int], kind: RunKind, asked: str | None = None
) -> int | None:
    """Return the latest run that was cut off, or that `asked` asked for; None where none was."""
    with store.reading() as session:
        found = select(Run.id).where(
            col(Run.account_id).in_(list(account_ids)),
            Run.kind == kind,
            unset(Run.finished_at),
        )
        if asked is not None:
            found = found.where(Run.asked == asked)
        return session.exec(found.order_by(col(Run.id).desc()).limit(1)).first()
