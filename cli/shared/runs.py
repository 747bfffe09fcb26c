"""A run of a command: the same change to the records that are meant, planned or done row by row."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.plans import present, tell_dry_run
from partnerdesk.cli.shared.printing import tell
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

Found = tuple["Account", "Sequence[int]"]
"""An account, and the records of it that are meant."""


def run_over(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    accounts: Iterable[Account],
    wish: RunRequest,
    found: Sequence[Found],
    asked: str,
) -> ExitCode:
    """Do a run over records, or go on with the one that the same words asked for.

    Args:
        arguments: `json` and `dry_run`.
        settings: whether anything may be changed.
        store: the book.
        accounts: those that are meant.
        wish: what the run does.
        found: the records, by their account.
        asked: the words by which the command is known again.

    Raises:
        StoreError: the book cannot be read or written.
    """
    from partnerdesk.models.operations.bulk import plan_run

    by = present(settings)
    return run_planned(
        arguments, settings, store, accounts, wish, asked,
        lambda: [
            (account, plan_run(store, account, wish, ids, by, asked))
            for account, ids in found
            if ids
        ],
    )  # fmt: skip


def run_planned(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    accounts: Iterable[Account],
    wish: RunRequest,
    asked: str,
    plan: Callable[[], list[tuple[Account, PlannedRun]]],
    check: Callable[[PlannedRun], None] = lambda _run: None,
) -> ExitCode:
    """Do what `plan` returns, or go on with the run of the same words that was cut off.

    `check` looks at each run before it begins, and may raise.
    """
    from partnerdesk.cli.shared.rows import PrintedRows
    from partnerdesk.models.operations.bulk import begin_runs, read_run, unfinished_run
    from partnerdesk.models.operations.bulk_records import RowState

    cut_off = [
        (account, read_run(store, run_id))
        for account in accounts
        if (run_id := unfinished_run(store, [account.id], wish.kind, asked)) is not None
    ]
    runs = [(account, run.id) for account, run in cut_off]
    for _account, run in cut_off:
        tell_going_on(run)
    planned = plan() if not cut_off else []
    if cut_off and arguments.dry_run:
        by = present(settings)
        planned = [(account, _left(store, account, run, by)) for account, run in cut_off]
    to_do = any(run.counts()[RowState.WAITING] for _account, run in planned)
    if to_do and not arguments.dry_run:
        for _account, begun in planned:
            check(begun)
        ids = begin_runs(store, [run for _account, run in planned])
        runs = [(account, id) for (account, _run), id in zip(planned, ids, strict=True)]
    rows = [row for _account, planned_run in planned for row in planned_run.rows]
    with PrintedRows(arguments, wish.kind) as printed:
        if arguments.dry_run or not runs:
            printed.planned(store, rows)
        else:
            reasons = {row.record_id: row.reasons for row in rows}
            for account, run_id in runs:
                printed.follow(store, account, run_id, reasons)
    if arguments.dry_run:
        tell_dry_run()
    return printed.exit_code


def _left(store: Store, account: Account, run: RunView, by: PlanContext) -> PlannedRun:
    """Return what a run that was cut off would still do."""
    from partnerdesk.models.operations.bulk import plan_run

    ids = [row.record_id for row in run.rows if row.is_open(again=False)]
    return plan_run(store, account, run.wish, ids, by)


def tell_going_on(run: RunView, *, again: bool = False) -> None:
    """Say on stderr that a run that was cut off is gone on with."""
    left = sum(row.is_open(again=again) for row in run.rows)
    total = len(run.rows)
    text = ngettext(
        "Going on with run {id}: {done} of {count} row done.",
        "Going on with run {id}: {done} of {count} rows done.",
        total, id=run.id, done=total - left,
    )  # fmt: skip
    tell(text)


def ids_word(ids: Iterable[int]) -> str:
    """Return by what the same records are known again."""
    return hashlib.sha256(" ".join(map(str, sorted(ids))).encode()).hexdigest()[:16]
