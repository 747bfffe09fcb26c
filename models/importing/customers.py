"""Imports customers from a table file: plans without writing, then writes in one transaction."""

from __future__ import annotations

from contextlib import closing
from itertools import chain, islice
from typing import TYPE_CHECKING

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.core.clock import from_millis
from partnerdesk.models.core.errors import NotFoundError
from partnerdesk.models.core.given_files import REFUSED_ROWS
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
    on_progress: Progress | None = None,
) -> ImportPlan:
    """Read a whole file and plan its import into an account; this writes nothing.

    A row with a Microsoft ID belongs to the customer with that ID, or else to the only customer
    that has the row's domain and no ID. A row without an ID belongs to the customer with its
    domain. Any other row is a new customer. An empty cell does not change the book's value.

    Args:
        store: the book.
        account_id: the partner account of the customers.
        sheet: the file.
        mapping: the headings that the person chose, by field (`{"company_name": "Firma"}`).
        on_progress: called with how much of the file is read.

    Raises:
        NotFoundError: there is no such account.
        UsageError: `mapping` names an unknown field, or a column that the file lacks.
        FileError: the file is damaged, its columns are not recognised, or it is another list's
            (`OtherListError`).
    """
    passed = PassedOver()
    with closing(sheet.rows(on_progress, passed)) as rows:
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
    """Write the refused rows of a plan as CSV, to be corrected and imported again.

    The columns are those of the imported file, followed by the line and the reason of each row,
    which an import ignores. Surplus cells of a row follow these two.

    Returns: the number of rows.

    Raises:
        FileError: `path` exists, or cannot be written.
    """
    columns = plan.columns.columns
    kept = sorted(set(range(len(columns))) - own_places(columns))

    def rows() -> Iterator[list[str]]:
        for row in plan.refused_rows:
            cells = [row.cells[place] if place < len(row.cells) else "" for place in kept]
            yield [*cells, str(row.line), row.reason, *row.cells[len(columns) :]]

    headings = [*(columns[place] for place in kept), _(LINE_TITLE), _(REASON_TITLE)]
    return write_csv(rows(), headings, path, REFUSED_ROWS, overwrite=overwrite)
