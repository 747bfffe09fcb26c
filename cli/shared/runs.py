"""Runs of commands: the same change to many records, planned or done row by row."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.plans import plan_context, tell_dry_run
from partnerdesk.cli.shared.printing import tell
from partnerdesk.cli.shared.sent_calls import send_now
from partnerdesk.models.languages import ngettext

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.core.errors import ExitCode
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.operations.bulk import PlannedRun, RunRequest, RunView
    from partnerdesk.models.settings.model import Settings

AccountRecords = tuple["Account", "Sequence[int]"]
"""An account, and the ids of its records that the run changes."""


def run_over(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    accounts: Iterable[Account],
    request: RunRequest,
    chosen: Sequence[AccountRecords],
    run_key: str,
    check: Callable[[Sequence[PlannedRun]], None] = lambda _runs: None,
) -> ExitCode:
    """Do a run over records, or continue the unfinished run of the same command.

    Args:
        arguments: `json` and `dry_run`.
        settings: whether the book may be changed.
        store: the book.
        accounts: the accounts in scope.
        request: what the run does.
        chosen: the records, by their account.
        run_key: identifies the command, so that the same command finds its unfinished run.
        check: is called with the planned runs before the first one begins, and may raise.

    Raises:
        StoreError: the book cannot be read or written.
    """
    from partnerdesk.models.operations.bulk import plan_run

    by = plan_context(settings)

    def plan() -> list[tuple[Account, PlannedRun]]:
        return [
            (account, plan_run(store, account, request, ids, by, run_key))
            for account, ids in chosen
            if ids
        ]

    return run_planned(arguments, settings, store, accounts, request, run_key, plan, check)


def run_planned(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    accounts: Iterable[Account],
    request: RunRequest,
    run_key: str,
    plan: Callable[[], list[tuple[Account, PlannedRun]]],
    check: Callable[[Sequence[PlannedRun]], None] = lambda _runs: None,
) -> ExitCode:
    """Do the runs that `plan` returns, or continue the unfinished runs with the same `run_key`.

    `check` is called with the planned runs before the first one begins, and may raise.
    """
    from partnerdesk.cli.shared.rows import PrintedRows
    from partnerdesk.models.operations.bulk import begin_runs, read_run, unfinished_run
    from partnerdesk.models.operations.bulk_records import RowState

    unfinished = [
        (account, read_run(store, run_id))
        for account in accounts
        if (run_id := unfinished_run(store, [account.id], request.kind, run_key)) is not None
    ]
    runs = [(account, run.id) for account, run in unfinished]
    for _account, run in unfinished:
        tell_resuming(run)
    planned = plan() if not unfinished else []
    if unfinished and arguments.dry_run:
        by = plan_context(settings)
        planned = [(account, _plan_rest(store, account, run, by)) for account, run in unfinished]
    to_do = any(run.counts()[RowState.WAITING] for _account, run in planned)
    if to_do and not arguments.dry_run:
        check([run for _account, run in planned])
        ids = begin_runs(store, [run for _account, run in planned])
        runs = [(account, id) for (account, _run), id in zip(planned, ids, strict=True)]
    rows = [row for _account, planned_run in planned for row in planned_run.rows]
    send = partial(send_now, settings, store)
    with PrintedRows(arguments, request.kind, send=send) as printed:
        if arguments.dry_run or not runs:
            printed.planned(store, rows)
        else:
            reasons = {row.record_id: row.reasons for row in rows}
            for account, run_id in runs:
                printed.follow(store, account, run_id, reasons)
    if arguments.dry_run:
        tell_dry_run()
    return printed.exit_code


def _plan_rest(store: Store, account: Account, run: RunView, by: PlanContext) -> PlannedRun:
    """Return a new plan of the rows that an unfinished run has still to do."""
    from partnerdesk.models.operations.bulk import plan_run

    ids = [row.record_id for row in run.rows if row.is_open(again=False)]
    return plan_run(store, account, run.wish, ids, by)


def tell_resuming(run: RunView, *, again: bool = False) -> None:
    """Tell on stderr which run is continued, and how many of its rows are done."""
    left = sum(row.is_open(again=again) for row in run.rows)
    total = len(run.rows)
    text = ngettext(
        "Going on with run {id}: {done} of {count} row done.",
        "Going on with run {id}: {done} of {count} rows done.",
        total,
        id=run.id,
        done=total - left,
    )
    tell(text)


def ids_digest(ids: Iterable[int]) -> str:
    """Return a digest of record ids, independent of their order."""
    return hashlib.sha256(" ".join(map(str, sorted(ids))).encode()).hexdigest()[:16]
