"""The `import` commands of all lists: read a table file, print the changes, write them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.open_book import one_account, open_book, progress_line
from partnerdesk.cli.shared.plans import plan_context, tell_dry_run, tell_refused
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.models.core.errors import ExitCode, FileError
from partnerdesk.models.core.given_files import (
    REFUSED_ROWS,
    TABLE,
    expanded,
    taken,
    to_read,
    to_write,
)
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.cli.shared.subcommands import Subcommands
    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.importing.plan import FilePlan, ImportOutcome
    from partnerdesk.models.settings.model import Settings

SHOWN = 50
"""The most changed and refused rows that are printed; the counts and the refused file have all."""
DATES = {"day-first": True, "month-first": False}
"""The choices of `--dates`: whether the day stands before the month."""


def add_import(
    parts: Subcommands, shared: argparse.ArgumentParser, name: str, help_text: str
) -> None:
    """Add `import` for the list called `name`."""
    importing = parts.add_parser(
        "import",
        parents=[shared],
        help=help_text,
        description=_(
            "Reads a table file into the book of one cloud (--cloud; if not said, the first one "
            "that is on). Columns are known by their headings in many languages, or by what stands "
            "in them. Rows that cannot be right are refused and written to a file that can be "
            "mended and imported again; a damaged file imports nothing."
        ),
        epilog=_("Exit code 3 if any row was refused; the other rows are imported all the same."),
    )
    importing.add_argument("file", type=Path, help=_("a CSV, XLSX, XLS, ODS or JSON file"))
    importing.add_argument(
        "--dry-run",
        action="store_true",
        help=_("only say what would be new, changed, unchanged, refused"),
    )
    importing.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help=_("read a field from this column; may be repeated"),
    )
    importing.add_argument(
        "--encoding",
        default="",
        metavar="NAME",
        help=_("the text's encoding, where it is not what was guessed: windows-1251"),
    )
    importing.add_argument(
        "--sheet", default="", metavar="NAME", help=_("the sheet of a workbook that has several")
    )
    importing.add_argument(
        "--dates",
        choices=tuple(DATES),
        help=_("what 03/04/2026 is, where the file does not tell: 3 April or 4 March"),
    )
    importing.add_argument(
        "--refused",
        type=Path,
        metavar="FILE",
        help=_("where to write the refused rows (default: beside the file)"),
    )
    importing.add_argument("--json", action="store_true", help=_("the result as a JSON object"))
    importing.set_defaults(run=run_import, list_name=name)


def import_instead(
    arguments: argparse.Namespace, settings: Settings, list_name: str
) -> ExitCode:  # fmt: skip
    """Import a file given to `add` whose fields are those of another program, and say so."""
    tell(_("Its fields are those of another program, so the file is imported, as by import."))
    vars(arguments).update(
        map=[], encoding="", sheet="", dates=None, refused=None, list_name=list_name
    )
    return run_import(arguments, settings)


def run_import(arguments: argparse.Namespace, settings: Settings) -> ExitCode:
    """Import a file, or only print the plan in a dry run."""
    from partnerdesk.models.importing.fields import LISTS
    from partnerdesk.models.importing.files import carry_out, keep_refused, parse_mapping, read_plan
    from partnerdesk.models.sheets import Chosen

    store = open_book(arguments, settings)
    account = one_account(arguments, settings, store)
    path = expanded(arguments.file)
    by = plan_context(settings)
    if arguments.dry_run:
        by = replace(by, refusals=())  # it only looks
    if by.refusals:
        return _refused(arguments, path, by)
    refused_path = expanded(arguments.refused) if arguments.refused else None
    if refused_path is not None:
        _refuse_target(refused_path, path)
    mapping = parse_mapping(arguments.map)
    chosen = Chosen(arguments.encoding, arguments.sheet, DATES.get(arguments.dates or ""))
    kind = LISTS[arguments.list_name]
    with progress_line(_("Reading {file}").format(file=path.name)) as on_progress:
        plan = read_plan(store, account, kind, path, by, mapping, chosen, on_progress)
    outcome: FilePlan | ImportOutcome = plan
    if not arguments.dry_run:
        outcome = carry_out(store, plan, by)
    refused, problem = None, None
    if plan.refused and (not arguments.dry_run or refused_path):
        try:
            refused = keep_refused(plan, path, refused_path)
        except FileError as error:
            problem = error  # the other rows are imported: print that first
    try:
        if arguments.json:
            _print_json(plan, outcome, refused, dry_run=arguments.dry_run)
        else:
            place = f"{account.cloud.name} · {account.title}"
            _print_words(plan, outcome, refused, place, dry_run=arguments.dry_run)
    finally:
        if problem is not None:  # raised also if the output could not be written
            raise problem
    return ExitCode.REFUSED if plan.refused else ExitCode.DONE


def _refuse_target(refused: Path, file: Path) -> None:
    """Refuse a file for refused rows that no import may replace.

    Raises:
        AppError: it is the imported file, under whatever name, or may not be written.
    """
    target, source = to_write(refused, REFUSED_ROWS), to_read(file, TABLE)
    with suppress(FileNotFoundError):
        if target.samefile(source):
            raise taken(refused)


def _refused(arguments: argparse.Namespace, path: Path, by: PlanContext) -> ExitCode:
    """Say why nothing may be imported; the file is not looked at."""
    from partnerdesk.models.changes.plan import reason_json

    if arguments.json:
        reasons = [reason_json(reason) for reason in by.refusals]
        told = {"file": path.name, "list": arguments.list_name, "reasons": reasons}
        print(json_text(told, indent=2))
    return tell_refused(by.refusals)


def _print_words(
    plan: FilePlan,
    outcome: FilePlan | ImportOutcome,
    refused: Path | None,
    place: str,
    *,
    dry_run: bool,
) -> None:
    from itertools import islice

    from partnerdesk.models.core.text import shown
    from partnerdesk.models.importing.files import counts, how_read, mapped_columns

    print(shown(f"{plan.file} → {place}"))
    for line in (*mapped_columns(plan), *how_read(plan)):
        print(f"  {shown(line)}")
    for name, fields in islice(plan.shown_changes(), SHOWN):
        for field in fields:
            print(shown(f"~ {name}: {field.field}: {field.before} → {field.after}"))
    for row in plan.refused_rows[:SHOWN]:
        about = f"{row.name}: {row.reason}" if row.name else row.reason
        print(shown("! " + _("line {line}: {reason}").format(line=row.line, reason=about)))
    if max(plan.changed, plan.refused) > SHOWN:
        print(_("… and more; all are counted."))
    print(counts(outcome))
    if dry_run:
        tell_dry_run()
    elif (change_id := getattr(outcome, "change_id", None)) is not None:
        tell(_("To take it back: partnerdesk changes undo {id}").format(id=change_id))
    if refused is not None:
        tell(_("The refused rows are in {file}: mend and import it.").format(file=refused))


def _print_json(
    plan: FilePlan, outcome: FilePlan | ImportOutcome, refused: Path | None, *, dry_run: bool
) -> None:
    text = plan.encoding
    result = {
        "change_id": getattr(outcome, "change_id", None),
        "file": plan.file,
        "sha256": plan.sha256,
        "list": plan.kind.name,
        "dry_run": dry_run,
        "encoding": text.title if text else None,
        "encoding_is_guess": bool(text and text.is_guess),
        "encoding_sample": list(text.sample) if text else [],
        "passed_over": {
            "empty_lines": plan.passed.blank,
            "lines": [{"line": line, "text": line_text} for line, line_text in plan.passed.lines],
        },
        "columns": {str(field): column for field, column in plan.columns.used.items()},
        "unused_columns": list(plan.columns.unused),
        "new": outcome.new,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "refused": outcome.refused,
        "changes": [
            {
                "company_name": name,
                "fields": {line.field: [line.before, line.after] for line in fields},
            }
            for name, fields in plan.shown_changes()
        ],
        "refused_rows": [
            {
                "line": row.line,
                "company_name": row.name,
                "problems": [
                    {"field": problem.field, "value": problem.value, "reason": problem.reason}
                    for problem in row.problems
                ],
            }
            for row in plan.refused_rows
        ],
        "refused_file": str(refused) if refused else None,
    }
    if plan.passed.filled:
        result["rows_filled_from_merged_cells"] = plan.passed.filled
    print(json_text(result, indent=2))
