"""Imports a file of any list, describes its plan for the person, and stores the refused rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from partnerdesk.models.core.errors import FileError, UsageError
from partnerdesk.models.core.paths import data_folder, private_folder
from partnerdesk.models.core.text import listed, short_name, shown
from partnerdesk.models.importing.customers import carry_out_import, plan_import, write_refused
from partnerdesk.models.importing.fields import CUSTOMERS
from partnerdesk.models.importing.hints import FileHints
from partnerdesk.models.importing.records import RecordsPlan, carry_out_records, plan_records
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.sheets import NOTHING_CHOSEN, UTF_8, read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.importing.fields import ImportList
    from partnerdesk.models.importing.plan import FilePlan, ImportOutcome, ImportPlan
    from partnerdesk.models.importing.undo import ImportUndo
    from partnerdesk.models.sheets import Chosen

MOST_REFUSED_FILES = 100
_LONGEST_WORD, _LONGEST_REMARK, _SHOWN_REMARKS = 30, 60, 4


def read_plan(
    store: Store,
    account: Account,
    kind: ImportList,
    path: Path,
    by: PlanContext,
    mapping: dict[str, str] | None = None,
    chosen: Chosen = NOTHING_CHOSEN,
    on_progress: Callable[[int, int], None] | None = None,
) -> FilePlan:
    """Read the file at `path` and plan its import; this writes nothing.

    Args:
        store: the book.
        account: the account of the rows.
        kind: the list to import into.
        path: the file.
        by: who imports it and when, with the reasons why the person may not.
        mapping: the headings that the person chose, by field.
        chosen: the encoding, sheet and order of days that the person chose.
        on_progress: called with how much of the file is read.

    Raises:
        RefusedError: the person may change nothing; the file is not read then.
        OtherListError: the file belongs to another list.
        SheetsError: the person has to choose a sheet of the workbook.
        DayOrderError: the person has to choose whether days come before months.
        FileError: the file is missing, damaged, or its columns are not recognised.
        UsageError: `mapping` names an unknown field or column, or the encoding is unknown.
        NotFoundError: the account is not in the book any more.
    """
    by.raise_refusals()
    sheet = read_sheet(path, chosen, FileHints())
    if kind is CUSTOMERS:
        return plan_import(store, account.id, sheet, mapping, on_progress)
    return plan_records(store, account, kind, sheet, by, mapping, chosen, on_progress)


def carry_out(store: Store, plan: FilePlan, by: PlanContext) -> ImportOutcome:
    """Write a planned import in one transaction.

    Raises:
        ConflictError: the book was changed since the plan was made; nothing was written.
        RefusedError: nothing may be changed here and now.
        StoreError: the database cannot be written.
    """
    by.raise_refusals()
    if isinstance(plan, RecordsPlan):
        return carry_out_records(store, plan, by)
    return carry_out_import(store, cast("ImportPlan", plan), by.actor, by.at)


def parse_mapping(words: Sequence[str]) -> dict[str, str]:
    """Return the headings by field, given words of the form `field=Column heading`.

    Raises:
        UsageError: a word does not have this form.
    """
    mapping = {}
    for word in words:
        field, equals, column = word.partition("=")
        if not equals or not field.strip() or not column.strip():
            raise UsageError(
                _("{text} does not map a field.").format(text=word),
                _('Write field=Column, for example company_name="Firma".'),
            )
        mapping[field.strip()] = column.strip()
    return mapping


def counts(found: FilePlan | ImportOutcome) -> str:
    """Return a line with the numbers of new, changed, unchanged and refused rows."""
    return " · ".join(
        (
            ngettext("{count} new", "{count} new", found.new),
            ngettext("{count} changed", "{count} changed", found.changed),
            ngettext("{count} unchanged", "{count} unchanged", found.unchanged),
            ngettext("{count} refused", "{count} refused", found.refused),
        )
    )


def undo_counts(planned: ImportUndo) -> str:
    """Return a line with the numbers of removed, restored and unaffected customers."""
    from partnerdesk.models.importing.undo import tally

    count = tally(planned)
    return " · ".join(
        (
            ngettext("{count} taken out", "{count} taken out", count.removed),
            ngettext("{count} as before again", "{count} as before again", count.restored),
            ngettext("{count} stays", "{count} stay", count.left),
        )
    )


def mapped_columns(plan: FilePlan) -> list[str]:
    """Return lines with the column of each field, and a line with the columns that are ignored."""
    titles = {field: _(title) for field, title in plan.kind.titles.items()}
    used = plan.columns.used
    lines = [f"{titles[field]} ← {short_name(column)}" for field, column in used.items()]
    if unused := plan.columns.unused:
        lines.append(_("not read: {columns}").format(columns=listed(unused)))
    return lines


def how_read(plan: FilePlan) -> list[str]:
    """Return lines about the file's encoding, its order of days, and its skipped lines."""
    lines = []
    text = plan.encoding
    if text is not None and text.is_guess:
        words = ", ".join(shown(word[:_LONGEST_WORD]) for word in text.sample)
        lines.append(_("Encoding: {name}, guessed by {words}").format(name=text.title, words=words))
    elif text is not None and text.name != UTF_8:
        lines.append(_("Encoding: {name}").format(name=text.title))
    if plan.day_first is not None:
        lines.append(_("Days: 03/04 is 3 April") if plan.day_first else _("Days: 03/04 is 4 March"))
    if filled := plan.passed.filled:
        lines.append(
            ngettext(
                "Merged cells were filled in {count} row",
                "Merged cells were filled in {count} rows",
                filled,
            )
        )
    if passed := _passed_over(plan):
        lines.append(_("Passed over: {lines}").format(lines=passed))
    return lines


def _passed_over(plan: FilePlan) -> str:
    parts = [
        _("line {line} “{text}”").format(line=line, text=shown(text[:_LONGEST_REMARK]))
        for line, text in plan.passed.lines[:_SHOWN_REMARKS]
    ]
    if more := len(plan.passed.lines) - _SHOWN_REMARKS:
        parts += [_("{count} more").format(count=more)] if more > 0 else []
    if plan.passed.blank:
        parts.append(ngettext("{count} empty line", "{count} empty lines", plan.passed.blank))
    return ", ".join(parts)


def keep_refused(plan: FilePlan, source: Path, wanted: Path | None = None) -> Path:
    """Write the refused rows of `plan` to a file and return its path.

    The new file is beside the imported file, or in the data folder if that fails. It replaces no
    existing file.

    Args:
        plan: the plan.
        source: the imported file.
        wanted: the path that the person chose; an existing file there is replaced.

    Raises:
        FileError: the file cannot be written.
    """
    if wanted is not None:
        write_refused(plan, wanted, overwrite=True)
        return wanted
    problem: FileError | None = None
    stem = "".join(letter if letter.isprintable() else "_" for letter in source.stem)
    for folder in (source.parent, data_folder()):
        if folder != source.parent:
            private_folder(folder)
        for number in range(1, MOST_REFUSED_FILES):
            mark = "" if number == 1 else f"-{number}"
            target = folder / f"{stem}.refused{mark}.csv"
            if target.exists():
                continue
            try:
                write_refused(plan, target)
            except FileError as error:
                problem = error
                break
            return target
    raise problem or FileError(_("The refused rows cannot be written beside the file."))
