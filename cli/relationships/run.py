"""Does the rows of a run and prints them, each with its record as the book has it then."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from partnerdesk.cli.shared.open_book import progress_line
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _
from partnerdesk.models.operations.bulk import RUN_TITLES
from partnerdesk.models.operations.bulk_records import RowState, RunKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlmodel import Session

    from partnerdesk.cli.shared.rows_out import Printed
    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Fields, Plan
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.operations.bulk import PlannedRun, RowView


def planned_rows(printed: Printed, store: Store, planned: Iterable[PlannedRun]) -> None:
    """Print rows that are only planned: with what would become of them."""
    with store.reading() as session:
        for run in planned:
            for row in run.rows:
                fields = _fields(session, printed.kind, row.record_id, row.subject)
                for step in row.plan.steps:
                    fields |= {
                        name: _moment(value) for name, value in (step.after or {}).items()
                        if name in fields
                    }  # fmt: skip
                printed.row(fields, row.plan.reasons, row.state, planned=True)


def _moment(value: Any) -> Any:
    return value.replace("+00:00", "Z") if isinstance(value, str) else value


def follow_run(
    printed: Printed,
    store: Store,
    account: Account,
    run_id: int,
    plans: Mapping[int, Plan],
    *,
    again: bool = False,
) -> None:
    """Do the rows of a run that are to do, and print all its rows in their order.

    Args:
        printed: where they are printed.
        store: the book.
        account: the run's account.
        run_id: which run.
        plans: the plans of rows as far as they were just made, by record: for their reasons.
        again: whether the rows that failed are tried again.

    Raises:
        StoreError: the book cannot be read or written any more.
    """
    from partnerdesk.models.changes.history import Actor
    from partnerdesk.models.operations.bulk import go_on, read_run

    printed.runs.append(run_id)
    rows = read_run(store, run_id).rows
    open_states = {RowState.WAITING, *([RowState.FAILED] if again else [])}
    to_do = iter([row.place for row in rows if row.state in open_states])
    shown_to = 0

    def print_to(end: int) -> None:
        nonlocal shown_to
        if shown_to < end:
            _print_rows(printed, store, run_id, rows[shown_to:end], plans)
            shown_to = end

    with progress_line(_(RUN_TITLES[printed.kind])) as told:

        def after_row(done: int, total: int) -> bool:
            print_to(next(to_do) + 1)
            if not sys.stdout.isatty():  # where the rows are seen they are progress enough
                told(done, total)
            return True

        go_on(store, run_id, account, Actor.present(), now, after_row, again=again)
    print_to(len(rows))


def _print_rows(
    printed: Printed,
    store: Store,
    run_id: int,
    rows: Sequence[RowView],
    plans: Mapping[int, Plan],
) -> None:
    """Print rows as the book has them now."""
    from partnerdesk.models.operations.bulk_records import RunRow

    with store.reading() as session:
        for row in rows:
            kept = session.get_one(RunRow, (run_id, row.place))
            fields = _fields(session, printed.kind, row.record_id, row.subject)
            state = RowState(kept.state)
            printed.row(fields, _reasons(kept.told, state, plans.get(row.record_id)), state)


def _reasons(told: str, state: RowState, plan: Plan | None) -> Sequence[Reason]:
    """Return why a row became what it is: with codes where its plan was just made."""
    from partnerdesk.models.operations.bulk import told_of

    if plan is not None and told_of(plan) == told:
        return plan.reasons
    refuses = state in (RowState.REFUSED, RowState.FAILED)
    return [Reason(f"run.{state.value}", told, refuses=refuses)] if told else []


def _fields(session: Session, kind: RunKind, id: int, subject: str) -> Fields:
    """Return what is printed of a record; its name alone where it is not in the book any more."""
    from partnerdesk.cli.shared.records import record_fields
    from partnerdesk.models.customers.entities import Customer
    from partnerdesk.models.relationships.delegated_admin import delegation_of

    if kind is RunKind.EXTEND:
        try:
            found = delegation_of(session, id)
        except NotFoundError:
            return {"id": id, "customer": subject}
        one = record_fields(found.relationship)
        return {
            "id": id, "customer": found.customer.company_name, "display_name": one["display_name"],
            "end_date_time": one["end_date_time"],
        }  # fmt: skip
    customer = session.get(Customer, id)
    if customer is None:
        return {"id": id, "customer": subject}
    return {
        "id": id, "customer": customer.company_name, "primary_domain": customer.primary_domain,
        "indirect_reseller": customer.indirect_reseller,
    }  # fmt: skip
