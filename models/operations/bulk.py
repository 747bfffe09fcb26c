"""Carries out runs: the same kind of change to many records, row by row, resumed after a crash.

planned = plan_run(store, account, wish, ids, by)    # a plan for each record, nothing written
run_id = begin_run(store, planned)                   # kept, before the first row is written
go_on(store, run_id, account, actor, clock, told)    # rows one by one, each whole
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.plan import By, Plan
from partnerdesk.models.core.errors import ConflictError, DeskError, NotFoundError, RefusedError
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.database.column_types import unset
from partnerdesk.models.languages import N_, _
from partnerdesk.models.letters.letter import LetterLanguage
from partnerdesk.models.operations.bulk_records import RowState, Run, RunKind, RunRow
from partnerdesk.models.operations.execute import write_plan
from partnerdesk.models.relationships.delegated_admin import (
    delegation_of,
    parse_extension,
    plan_extend,
)
from partnerdesk.models.relationships.entities import InvitationKind, PartnerLink
from partnerdesk.models.relationships.invite import InvitationWish, around_of, plan_invite
from partnerdesk.models.relationships.partners import plan_name_reseller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlmodel import Session

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
}
"""What a run of each kind is called."""


@dataclass(frozen=True, slots=True)
class RunWish:
    """What a run does to each record, for example `{"by": "P180D"}` or `{"reseller": "4711"}`."""

    kind: RunKind
    wishes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One record of a run, with its plan."""

    record_id: int
    subject: str
    plan: Plan

    @property
    def state(self) -> RowState:
        """What will become of it, as far as can be said now."""
        if self.plan.verdict is Verdict.REFUSED:
            return RowState.REFUSED
        return RowState.NOTHING if self.plan.changes_nothing else RowState.WAITING

    @property
    def told(self) -> str:
        """Why it is refused, or what to mind."""
        return told_of(self.plan)


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


def told_of(plan: Plan) -> str:
    """Return a plan's reasons in one line."""
    return " ".join(reason.text for reason in plan.reasons)


def plan_run(
    store: Store, account: Account, wish: RunWish, ids: Iterable[int], by: By, asked: str = ""
) -> PlannedRun:
    """Plan a run: a plan for each record, in the order of `ids`; writes nothing.

    Raises:
        StoreError: the book cannot be read.
    """
    with store.reading() as session:
        planner = _Planner(session, account, wish)
        rows = []
        for id in ids:
            own = By(by.actor, by.at, str(uuid4()))
            try:
                subject, plan = planner.plan(id, own)
            except NotFoundError:
                continue  # it went out of the book meanwhile
            rows.append(PlannedRow(id, subject, plan))
    return PlannedRun(wish, account.id, rows, by, asked)


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
    session.add_all(
        RunRow(
            run_id=run_id, place=place, record_id=row.record_id, subject=row.subject,
            plan_id=row.plan.by.plan_id, state=row.state, told=row.told,
        )
        for place, row in enumerate(planned.rows)
    )  # fmt: skip
    return run_id


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
    open_states = {RowState.WAITING, *([RowState.FAILED] if again else [])}
    left = [row for row in view.rows if row.state in open_states]
    done = len(view.rows) - len(left)
    stopped = False
    for row in left:
        _do_row(store, view, row, account, actor, clock())
        done += 1
        if not told(done, len(view.rows)):
            stopped = True
            break
    if not stopped:
        _finish(store, run_id, clock())
    return read_run(store, run_id)


def _do_row(
    store: Store, view: RunView, row: RowView, account: Account, actor: Actor, at: datetime
) -> None:
    """Do one row: its plan is made anew from the book as it is, under the id it always had."""
    try:
        with store.writing() as session:
            kept = session.get_one(RunRow, (view.id, row.place), with_for_update=True)
            if kept.state not in (RowState.WAITING, RowState.FAILED):
                return  # another process did it
            by = By(actor, at, kept.plan_id)
            _subject, plan = _Planner(session, account, view.wish).plan(row.record_id, by)
            kept.told = told_of(plan)
            if plan.verdict is Verdict.REFUSED:
                kept.state = RowState.REFUSED
            elif write_plan(session, plan, "").change_id is None:
                kept.state = RowState.NOTHING
            else:
                kept.state = RowState.DONE
    except (ConflictError, NotFoundError, RefusedError) as error:
        _fail_row(store, view.id, row.place, error)


def _fail_row(store: Store, run_id: int, place: int, error: DeskError) -> None:
    with store.writing() as session:
        kept = session.get_one(RunRow, (run_id, place))
        kept.state, kept.told = RowState.FAILED, str(error)


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
            rows=[
                RowView(row.place, row.record_id, row.subject, RowState(row.state), row.told)
                for row in session.exec(rows)
            ],
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


class _Planner:
    """Makes the plan of each row; what all rows share is read once."""

    def __init__(self, session: Session, account: Account, wish: RunWish) -> None:
        self.session, self.account, self.wishes = session, account, wish.wishes
        plans: dict[RunKind, Callable[[int, By], tuple[str, Plan]]] = {
            RunKind.EXTEND: self._extend,
            RunKind.NAME_RESELLER: self._name_reseller,
            RunKind.INVITE: self._invite,
        }
        self.plan = plans[wish.kind]
        self._shared: Any = None

    def _extend(self, id: int, by: By) -> tuple[str, Plan]:
        extension = parse_extension(self.wishes.get("by", ""))
        if extension is None:
            raise RefusedError(_("A run says neither by how long nor until when to extend."))
        delegation = delegation_of(self.session, id)
        customer, name = delegation.customer.company_name, delegation.relationship.display_name
        subject = name if name.startswith(customer[:20]) else f"{customer} · {name}"
        return subject, plan_extend(delegation, extension, by)

    def _name_reseller(self, id: int, by: By) -> tuple[str, Plan]:
        if self._shared is None:
            mine = select(PartnerLink).where(PartnerLink.account_id == self.account.id)
            own = self.session.get_one(PartnerAccount, self.account.id)
            self._shared = (self.session.exec(mine).all(), own.mpn_id)
        partners, own_mpn_id = self._shared
        customer = self._customer(id)
        plan = plan_name_reseller(
            self.account, customer, self.wishes.get("reseller", ""), partners, by,
            own_mpn_id=own_mpn_id,
        )  # fmt: skip
        return customer.company_name, plan

    def _invite(self, id: int, by: By) -> tuple[str, Plan]:
        customer, said = self._customer(id), self.wishes
        language = said.get("language", "")
        wish = InvitationWish(
            customer_id=id,
            kind=InvitationKind(said.get("kind") or "reseller"),
            delegated_admin={"yes": True, "no": False}.get(said.get("delegated_admin", "")),
            language=LetterLanguage(language) if language else None,
            link=said.get("link", ""),
            in_portal=said.get("made") == "portal",
        )
        around = around_of(self.session, self.account.id, wish)
        return customer.company_name, plan_invite(self.account, wish, around, by)

    def _customer(self, id: int) -> Customer:
        customer = self.session.get(Customer, id)
        if customer is None:
            raise NotFoundError(_("This customer is not in the book any more."))
        return customer
