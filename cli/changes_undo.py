"""`partnerdesk changes undo`: one change, the rows of a run, or a whole import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.changes_page import page_of
from partnerdesk.cli.shared.account import account_of
from partnerdesk.cli.shared.open_book import open_book
from partnerdesk.cli.shared.plans import carry, present, print_reasons, tell_dry_run
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.row_forms import mark_of, said_of
from partnerdesk.cli.shared.runs import run_planned
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.models.changes.history import Change
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.importing.undo import ImportRow, ImportUndo
    from partnerdesk.models.operations.bulk import PlannedRun
    from partnerdesk.models.settings.model import Settings

SHOWN = 200
"""Rows of an import that are printed; all are counted, and JSON has all."""


def run(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print the plan that takes a change back, and carry it out."""
    from partnerdesk.models.operations.undo import Parts, parts_of, why_not_undone

    store = open_book(arguments, settings)
    entry = page_of(arguments, settings, store).entry
    parts = parts_of(entry)
    if parts is Parts.RUN:
        return _undo_run(arguments, settings, store, entry)
    if parts is Parts.IMPORT and not why_not_undone(entry):
        return _undo_import(arguments, settings, store, entry)
    return _undo_one(arguments, settings, store)


def _undo_one(arguments: argparse.Namespace, settings: Settings, store: Store) -> ExitCode:
    from partnerdesk.models.operations.undo import plan_undo

    plan = plan_undo(store, arguments.id, present(settings))
    _check_why(arguments, removes=plan.asks_why)
    done = _("Change {id} is undone.").format(id=arguments.id)
    words = ("undone", "would_undo")
    return carry(arguments, settings, store, plan, words, None, said=done, tells_why=True)


def _check_why(arguments: argparse.Namespace, *, removes: bool) -> None:
    """Ask for a reason where customers go.

    Raises:
        UsageError: there is none.
    """
    if removes and not (arguments.dry_run or arguments.why.strip()):
        raise UsageError(
            _("To take a customer out of the book needs a reason."), _("Give it with --why TEXT.")
        )


def _undo_run(
    arguments: argparse.Namespace, settings: Settings, store: Store, entry: Change
) -> ExitCode:
    """Take the rows of a run back, each as far as it can be."""
    from partnerdesk.models.operations.bulk import RunRequest, plan_undo_run
    from partnerdesk.models.operations.bulk_records import RunKind

    account = account_of(arguments, settings, store, entry.account_id or 0)
    why = arguments.why.strip()

    def check(planned: PlannedRun) -> None:
        removes = any(row.plan is not None and row.plan.asks_why for row in planned.rows)
        _check_why(arguments, removes=removes)

    return run_planned(
        arguments, settings, store, [account], RunRequest(RunKind.UNDO),
        f"{RunKind.UNDO} {entry.id}",
        lambda: [(account, plan_undo_run(store, account, entry, present(settings), why))], check,
    )  # fmt: skip


def _undo_import(
    arguments: argparse.Namespace, settings: Settings, store: Store, entry: Change
) -> ExitCode:
    """Take an import back in one transaction, as far as nobody changed its customers since."""
    from partnerdesk.models.importing.undo import plan_undo_import, undo_import
    from partnerdesk.models.operations.bulk_records import RowState

    planned = plan_undo_import(store, entry.id or 0, present(settings))
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
        told = "; ".join(filter(None, (said_of(result), getattr(row, "change", ""), row.message)))
        print(f"{mark_of(result)} {shown(row.subject)[:120] or '–'}: {shown(told)[:300]}")
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
        "file": planned.file, "result": "refused" if planned.reasons else result,
        "reasons": [reason_json(reason) for reason in planned.reasons],
        "counts": {"removed": count.removed, "restored": count.restored, "left": count.left},
        "rows": [
            {
                "customer_id": row.customer_id, "change": row.entry_id or None,
                "customer": row.subject, "result": _result(row, dry_run=dry_run),
                "reason": row.message or None,
            }
            for row in planned.rows
        ],
        "change_id": planned.undone_by,
    }  # fmt: skip
