"""`partnerdesk changes undo`: one change, the rows of a run, or a whole import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.changes_page import named_change
from partnerdesk.cli.shared.account import account_of
from partnerdesk.cli.shared.open_book import open_book
from partnerdesk.cli.shared.plans import apply_plan, plan_context, print_reasons, tell_dry_run
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.row_forms import result_mark, result_text
from partnerdesk.cli.shared.runs import run_planned
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.history import Change
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.importing.undo import ImportRow, ImportUndo
    from partnerdesk.models.operations.bulk import PlannedRun
    from partnerdesk.models.settings.model import Settings

SHOWN = 200
"""The most rows of an import that are printed in words; the counts and JSON have all."""


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the plan that undoes a change, a run or an import, and carry it out."""
    from partnerdesk.models.operations.undo import Parts, parts_of, why_not_undone

    store = open_book(arguments, settings)
    entry = named_change(arguments, settings, store).entry
    parts = parts_of(entry)
    if parts is Parts.RUN:
        return _undo_run(arguments, settings, store, entry)
    if parts is Parts.IMPORT and not why_not_undone(entry):
        return _undo_import(arguments, settings, store, entry)
    return _undo_one(arguments, settings, store)


def _undo_one(arguments: argparse.Namespace, settings: Settings, store: Store) -> ExitCode:
    from partnerdesk.models.operations.undo import plan_undo

    plan = plan_undo(store, arguments.id, plan_context(settings))
    _check_why(arguments, removes=plan.asks_why)
    done = _("Change {id} is undone.").format(id=arguments.id)
    words = ("undone", "would_undo")
    return apply_plan(arguments, settings, store, plan, words, None, done_text=done, tells_why=True)


def _check_why(arguments: argparse.Namespace, *, removes: bool) -> None:
    """Check that `--why` is given if the undo removes customers.

    Raises:
        UsageError: the reason is missing.
    """
    if removes and not (arguments.dry_run or arguments.why.strip()):
        raise UsageError(
            _("To take a customer out of the book needs a reason."), _("Give it with --why TEXT.")
        )


def _undo_run(
    arguments: argparse.Namespace, settings: Settings, store: Store, entry: Change
) -> ExitCode:
    """Undo the rows of a run one by one; a row that cannot be undone is refused alone."""
    from partnerdesk.models.operations.bulk import RunRequest, plan_undo_run
    from partnerdesk.models.operations.bulk_records import RunKind

    account = account_of(arguments, settings, store, entry.account_id or 0)
    why = arguments.why.strip()

    def check(planned: Sequence[PlannedRun]) -> None:
        rows = (row for run in planned for row in run.rows)
        removes = any(row.plan is not None and row.plan.asks_why for row in rows)
        _check_why(arguments, removes=removes)

    def plan() -> list[tuple[Account, PlannedRun]]:
        return [(account, plan_undo_run(store, account, entry, plan_context(settings), why))]

    request, run_key = RunRequest(RunKind.UNDO), f"{RunKind.UNDO} {entry.id}"
    return run_planned(arguments, settings, store, [account], request, run_key, plan, check)


def _undo_import(
    arguments: argparse.Namespace, settings: Settings, store: Store, entry: Change
) -> ExitCode:
    """Undo an import in one transaction; customers that were changed since are left as they are."""
    from partnerdesk.models.importing.undo import plan_undo_import, undo_import
    from partnerdesk.models.operations.bulk_records import RowState

    planned = plan_undo_import(store, entry.id or 0, plan_context(settings))
    to_do = planned.counts()[RowState.WAITING]
    if not arguments.dry_run and to_do:
        _check_why(arguments, removes=planned.removes)
        planned = undo_import(store, planned, arguments.why.strip())
    if arguments.json:
        print(json_text(_as_json(planned, dry_run=arguments.dry_run), indent=2))
    else:
        _print(planned, dry_run=arguments.dry_run)
    if planned.reasons:
        for reason in planned.reasons:
            tell(reason.text)
        return ExitCode.REFUSED
    if arguments.dry_run:
        tell_dry_run()
    elif planned.undone_by is not None:
        tell(_("Change {id} is undone.").format(id=entry.id))
    return ExitCode.REFUSED if planned.counts()[RowState.REFUSED] else ExitCode.DONE


def _print(planned: ImportUndo, *, dry_run: bool) -> None:
    from partnerdesk.models.importing.files import undo_counts

    print_reasons(planned.reasons)
    for row in planned.rows[:SHOWN]:
        result = _result(row, dry_run=dry_run)
        text = "; ".join(
            filter(None, (result_text(result), getattr(row, "change", ""), row.message))
        )
        print(f"{result_mark(result)} {shown(row.subject)[:120] or '–'}: {shown(text)[:300]}")
    if len(planned.rows) > SHOWN:
        print(_("… and more; all are counted."))
    if planned.rows:
        print(undo_counts(planned))


def _result(row: ImportRow, *, dry_run: bool) -> str:
    return "would_undo" if dry_run and row.state == "waiting" else row.state.value


def _as_json(planned: ImportUndo, *, dry_run: bool) -> Fields:
    from partnerdesk.models.changes.plan import reason_json
    from partnerdesk.models.importing.undo import tally

    count = tally(planned)
    result = "would_undo" if dry_run else "undone" if planned.undone_by else "nothing"
    return {
        "file": planned.file,
        "result": "refused" if planned.reasons else result,
        "reasons": [reason_json(reason) for reason in planned.reasons],
        "counts": {"removed": count.removed, "restored": count.restored, "left": count.left},
        "rows": [
            {
                "customer_id": row.customer_id,
                "change": row.entry_id or None,
                "customer": row.subject,
                "result": _result(row, dry_run=dry_run),
                "reason": row.message or None,
            }
            for row in planned.rows
        ],
        "change_id": planned.undone_by,
    }
