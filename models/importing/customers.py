"""Imports customers from a table file: a plan that touches nothing, then all of it at once."""

from __future__ import annotations

from contextlib import closing
from itertools import chain, islice
from typing import TYPE_CHECKING

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.core.clock import from_millis
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.importing.columns import SAMPLE_ROWS, match_columns
from partnerdesk.models.importing.existing import load_account
from partnerdesk.models.importing.fields import LINE_TITLE, REASON_TITLE, own_places
from partnerdesk.models.importing.plan import FilePlan, ImportPlan
from partnerdesk.models.importing.planner import RowPlanner
from partnerdesk.models.importing.write import carry_out_import
from partnerdesk.models.languages import _
from partnerdesk.models.sheets import PassedOver, write_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from partnerdesk.models.database.store import Store
    from partnerdesk.models.sheets import Progress, Sheet

__all__ = ["carry_out_import", "plan_import", "write_refused"]


def plan_import(
    store: Store,
    account_id: int,
    sheet: Sheet,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> ImportPlan:
    """Read a file to its end and say what importing it into an account would do.

    A row is about the customer with its Microsoft ID; failing that, about one that is kept without
    an ID under its domain; a row without an ID is about the customer with its domain. Else it is a
    new customer. An empty cell leaves what the book has. Nothing is written.

    Args:
        store: the book.
        account_id: the partner account that the customers are of.
        sheet: the file.
        mapping: headings by field, where the person says them (`{"company_name": "Firma"}`).
        progress: told how much is read.

    Raises:
        NotFoundError: there is no such account.
        UsageError: `mapping` names a field or column that there is not.
        FileError: the file is damaged, or its columns are not recognised.
    """
    passed = PassedOver()
    with closing(sheet.rows(progress, passed)) as rows:
        sample = list(islice(rows, SAMPLE_ROWS))
        columns = match_columns(sheet.columns, [cells for _line, cells in sample], mapping or {})
        with store.reading() as session:
            if session.get(PartnerAccount, account_id) is None:
                raise NotFoundError(_("This partner account is not in the book any more."))
            planner = RowPlanner(columns, load_account(session, account_id, columns.places))
        for line, cells in chain(sample, rows):
            planner.take(line, cells)
    planner.finish()
    passed.lines.extend(planner.remarks)
    return ImportPlan(
        account_id=account_id,
        file=sheet.path.name,
        sha256=sheet.sha256(),
        written_at=from_millis(sheet.stamp.modified // 1_000_000),
        columns=columns,
        new_rows=planner.new_rows,
        changes=planner.changes,
        refused_rows=planner.refused_rows,
        known=planner.known,
        encoding=sheet.source.text,
        passed=passed,
    )


def write_refused(plan: FilePlan, path: Path, *, overwrite: bool = False) -> int:
    """Write the refused rows of a plan as CSV, to be mended and imported again; return how many.

    The file's own columns in their order, then the line of each row and why it is refused; import
    leaves these two out. What a row had beyond the columns stands behind them.

    Raises:
        FileError: `path` is there already, or cannot be written.
    """
    columns = plan.columns.columns
    kept = sorted(set(range(len(columns))) - own_places(columns))

    def rows() -> Iterator[list[str]]:
        for row in plan.refused_rows:
            cells = [row.cells[place] if place < len(row.cells) else "" for place in kept]
            yield [*cells, str(row.line), row.reason, *row.cells[len(columns) :]]

    headings = [*(columns[place] for place in kept), _(LINE_TITLE), _(REASON_TITLE)]
    return write_csv(rows(), headings, path, overwrite=overwrite)
