"""Reading a file of customers for a person: mapping words, the plan in words, the refused rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.core.errors import FileError, UsageError
from partnerdesk.models.core.paths import data_folder, private_folder
from partnerdesk.models.core.text import listed, short_name
from partnerdesk.models.importing.customers import plan_import, write_refused
from partnerdesk.models.importing.fields import FIELD_TITLES
from partnerdesk.models.languages import _, ngettext
from partnerdesk.models.sheets import read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.importing.plan import ImportOutcome, ImportPlan
    from partnerdesk.models.importing.undo import ImportUndo

MOST_REFUSED_FILES = 100


def read_plan(
    store: Store,
    account_id: int,
    path: Path,
    mapping: dict[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ImportPlan:
    """Read the file at `path` and say what importing it would do; nothing is written.

    Raises:
        FileError: the file is missing, damaged, or its columns are not recognised.
        UsageError: `mapping` names a field or column that there is not.
    """
    return plan_import(store, account_id, read_sheet(path), mapping, progress)


def parse_mapping(words: Sequence[str]) -> dict[str, str]:
    """Return the mapping said as `field=Column heading`, one a word.

    Raises:
        UsageError: a word is not of that form.
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


def counts(found: ImportPlan | ImportOutcome) -> str:
    """Return in words how many rows are new, changed, unchanged and refused."""
    return " · ".join(
        (
            ngettext("{count} new", "{count} new", found.new),
            ngettext("{count} changed", "{count} changed", found.changed),
            ngettext("{count} unchanged", "{count} unchanged", found.unchanged),
            ngettext("{count} refused", "{count} refused", found.refused),
        )
    )


def undo_counts(planned: ImportUndo) -> str:
    """Return in words how many customers go, get back what they had, and stay."""
    from partnerdesk.models.importing.undo import tally

    count = tally(planned)
    return " · ".join(
        (
            ngettext("{count} taken out", "{count} taken out", count.removed),
            ngettext("{count} as before again", "{count} as before again", count.restored),
            ngettext("{count} stays", "{count} stay", count.left),
        )
    )


def mapped_columns(plan: ImportPlan) -> list[str]:
    """Return which column of the file each field is read from, and which are left out."""
    titles = {field: _(title) for field, title in FIELD_TITLES.items()}
    used = plan.columns.used
    lines = [f"{titles[field]} ← {short_name(column)}" for field, column in used.items()]
    if unused := plan.columns.unused:
        lines.append(_("not read: {columns}").format(columns=listed(unused)))
    return lines


def keep_refused(plan: ImportPlan, source: Path, wanted: Path | None = None) -> Path:
    """Write the refused rows of `plan` to a new file and return its place.

    It stands beside the imported file, or in the book's folder where that one cannot be written;
    an older file is never written over, unless `wanted` names it.

    Raises:
        FileError: it cannot be written anywhere.
    """
    if wanted is not None:
        write_refused(plan, wanted, overwrite=True)
        return wanted
    problem: FileError | None = None
    for folder in (source.parent, data_folder()):
        if folder != source.parent:
            private_folder(folder)
        for number in range(1, MOST_REFUSED_FILES):
            mark = "" if number == 1 else f"-{number}"
            target = folder / f"{source.stem}.refused{mark}.csv"
            if target.exists():
                continue
            try:
                write_refused(plan, target)
            except FileError as error:
                problem = error
                break
            return target
    raise problem or FileError(_("The refused rows cannot be written beside the file."))
