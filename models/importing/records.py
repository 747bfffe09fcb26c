"""Imports delegated admin, invitations and partners: one plan per row, one transaction for all.

Each row becomes the plan that a person's form would make; a row about an existing record changes
that record. All rows are written in one transaction. Each row has its own entry in the history, as
a part of the import's entry, so that rows can be undone together or one by one.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.history import Change, as_json, entry
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.core.clock import from_millis
from partnerdesk.models.core.errors import ConflictError, FileError, NotFoundError
from partnerdesk.models.core.text import shown
from partnerdesk.models.core.verdicts import Reason, is_refused
from partnerdesk.models.importing.columns import SAMPLE_ROWS, match_columns
from partnerdesk.models.importing.plan import (
    FieldChange,
    FilePlan,
    ImportOutcome,
    Problem,
    RefusedRow,
)
from partnerdesk.models.importing.planner import (
    is_remark,
    shortened,
    total_words,
    whole_row_problem,
)
from partnerdesk.models.importing.record_kinds import BOOKS
from partnerdesk.models.languages import _
from partnerdesk.models.operations.execute import write_plan
from partnerdesk.models.sheets import PassedOver
from partnerdesk.models.values.days import day_order, is_ambiguous

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlmodel import Session

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.history import History
    from partnerdesk.models.changes.plan import Plan, PlanContext
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.importing.columns import ColumnMap
    from partnerdesk.models.importing.fields import ImportList
    from partnerdesk.models.importing.record_rows import RowValues
    from partnerdesk.models.sheets import Chosen, Progress, Sheet


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """A row that adds or changes a record."""

    line: int
    values: RowValues
    plan: Plan

    @property
    def name(self) -> str:
        """The name of the plan's target."""
        return self.plan.target.name

    def changes(self) -> list[FieldChange]:
        """Return the changed fields as texts."""
        return [
            FieldChange(name, _text((step.before or {}).get(name)), _text(value))
            for step in self.plan.steps
            for name, value in (step.after or {}).items()
        ]


@dataclass(frozen=True, kw_only=True)
class RecordsPlan(FilePlan):
    """The plan of an import into a list other than customers."""

    account: Account
    new_rows: list[PlannedRecord] = field(default_factory=list)
    changes: list[PlannedRecord] = field(default_factory=list)
    alike: int = 0
    """How many rows agree with the book."""

    @property
    def unchanged(self) -> int:
        """How many rows agree with the book."""
        return self.alike

    def shown_new(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the `DETAIL` field of each new record."""
        detail = BOOKS[self.kind.name].DETAIL
        return ((row.name, row.values.get(detail, "")) for row in self.new_rows)

    def shown_changes(self) -> Iterator[tuple[str, list[FieldChange]]]:
        """Yield the name and the field changes of each changed record."""
        return ((row.name, row.changes()) for row in self.changes)


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("\n", ", ")


def plan_records(
    store: Store,
    account: Account,
    kind: ImportList,
    sheet: Sheet,
    by: PlanContext,
    mapping: Mapping[str, str] | None = None,
    chosen: Chosen | None = None,
    on_progress: Progress | None = None,
) -> RecordsPlan:
    """Read a whole file and plan its import into an account; this writes nothing.

    Args:
        store: the book.
        account: the account of the records.
        kind: the list to import into.
        sheet: the file.
        by: who imports it, and when.
        mapping: the headings that the person chose, by field.
        chosen: the order of days that the person chose.
        on_progress: called with how much of the file is read.

    Raises:
        NotFoundError: there is no such account.
        UsageError: `mapping` names an unknown field, or a column that the file lacks.
        DayOrderError: the file does not show whether days or months come first.
        FileError: the file is damaged, its columns are not recognised, or it is another list's
            (`OtherListError`).
    """
    passed = PassedOver()
    with closing(sheet.rows()) as rows:
        sample = [cells for _line, cells in islice(rows, SAMPLE_ROWS)]
    columns = match_columns(sheet.columns, sample, mapping or {}, kind)
    day_first = _day_first(sheet, columns, kind, chosen.day_first if chosen else None)
    with store.reading() as session:
        _refuse_unknown(session, account.id)
        planner = _Planner(session, account, kind, columns, by, day_first)
        with closing(sheet.rows(on_progress, passed)) as rows:
            for line, cells in rows:
                planner.take(line, cells)
    passed.lines.extend(planner.remarks)
    return RecordsPlan(
        account_id=account.id, account=account, file=sheet.path.name, sha256=sheet.sha256(),
        written_at=from_millis(sheet.stamp.modified // 1_000_000), columns=columns, kind=kind,
        encoding=sheet.source.text, passed=passed, day_first=day_first,
        new_rows=planner.new_rows, changes=planner.changes, alike=planner.alike,
        refused_rows=planner.refused_rows,
    )  # fmt: skip


class DayOrderError(FileError):
    """A file has a day such as 03/04/2026, and its other days do not show which order they have."""


def _day_first(
    sheet: Sheet, columns: ColumnMap, kind: ImportList, chosen: bool | None
) -> bool | None:
    """Return whether days stand before months; None if no day of the file is ambiguous."""
    places = [columns.places[name] for name in kind.days if name in columns.places]
    if chosen is not None or not places:
        return chosen
    orders: set[bool] = set()
    doubtful = ""
    with closing(sheet.rows()) as rows:
        for _line, cells in rows:
            for place in places:
                text = cells[place].strip() if place < len(cells) else ""
                if not text:
                    continue
                order = day_order([text])
                if order is not None:
                    orders.add(order)
                elif not doubtful and is_ambiguous(text):
                    doubtful = text
    if doubtful and len(orders) != 1:
        text = _("{text} can be two days, and nothing in the file tells which.")
        remedy = _(
            "Say whether days or months come first (d in the console, --dates day-first or "
            "--dates month-first in the command)."
        )
        raise DayOrderError(text.format(text=shown(doubtful[:40])), remedy)
    return orders.pop() if len(orders) == 1 and doubtful else None


class _Planner:
    """Plans the rows of a file one by one, compared with the present state of the book."""

    def __init__(
        self, session: Session, account: Account, kind: ImportList, columns: ColumnMap,
        by: PlanContext, day_first: bool | None,
    ) -> None:  # fmt: skip
        self.new_rows: list[PlannedRecord] = []
        self.changes: list[PlannedRecord] = []
        self.refused_rows: list[RefusedRow] = []
        self.remarks: list[tuple[int, str]] = []
        self.alike = 0
        self._kind, self._by = kind, by
        self._width = len(columns.columns)
        self._places = columns.places
        self._book = BOOKS[kind.name](session, account, columns.used, day_first=day_first)
        self._totals = total_words()
        self._lines: dict[object, int] = {}

    def take(self, line: int, cells: list[str]) -> None:
        """Plan a row, or refuse it with all its problems."""
        values = {
            str(name): text
            for name, place in self._places.items()
            if place < len(cells) and (text := cells[place].strip())
        }
        problem = whole_row_problem(cells, self._width)
        if problem is not None:
            self._refuse(line, cells, values, [problem])
            return
        read = self._book.read(values)
        reasons = list(read.problems)
        if not reasons:
            plan = self._book.plan(read, replace(self._by, plan_id=str(uuid4())))
            reasons = [reason for reason in plan.reasons if reason.refuses]
        if reasons and is_remark(cells, self._totals):
            self.remarks.append((line, " ".join(filter(None, cells))))
            return
        if reasons:
            self._refuse(line, cells, values, [self._problem(reason, values) for reason in reasons])
            return
        first = self._lines.setdefault(read.key, line)
        if first != line:
            text = _("is in line {line} already").format(line=first)
            self._refuse(line, cells, values, [Problem(None, shortened(read.name), text)])
        elif plan.changes_nothing:
            self.alike += 1
        else:
            rows = self.changes if read.record_id else self.new_rows
            rows.append(PlannedRecord(line, read.values, plan))

    def _problem(self, reason: Reason, values: Mapping[str, str]) -> Problem:
        name = self._book.COLUMNS.get(reason.field, reason.field)
        known = name in set(self._kind.fields)
        column = self._kind.fields(name) if known else None
        title = _(self._kind.titles[column]) if column is not None else ""
        value = shortened(values.get(name, ""))
        return Problem(column, value, reason.text, title, is_sentence=True)

    def _refuse(
        self, line: int, cells: list[str], values: Mapping[str, str], problems: list[Problem]
    ) -> None:
        name = shortened(self._book.subject(values))
        self.refused_rows.append(RefusedRow(line, tuple(cells), tuple(problems), name))


def carry_out_records(store: Store, plan: RecordsPlan, by: PlanContext) -> ImportOutcome:
    """Write a planned import in one transaction, each row with its own entry in the history.

    Raises:
        ConflictError: the book was changed since the plan was made; nothing was written.
        RefusedError: the console is in read-only mode.
        StoreError: the database cannot be written.
    """
    rows = sorted((*plan.new_rows, *plan.changes), key=lambda row: row.line)
    whole = _ImportEntry(plan, by, len(rows))
    try:
        with store.writing() as session:
            _refuse_unknown(session, plan.account_id)
            book = BOOKS[plan.kind.name](
                session, plan.account, plan.columns.used, day_first=plan.day_first
            )
            for row in rows:
                own = replace(by, plan_id=row.plan.by.plan_id)
                now = book.plan(book.read(row.values), own)
                if is_refused(now.reasons) or now.steps != row.plan.steps:
                    raise _changed_meanwhile()
                write_plan(session, row.plan, plan.file, partial(whole.write, session))
    except (IntegrityError, NotFoundError) as error:
        raise _changed_meanwhile() from error
    return ImportOutcome(
        plan.new, plan.changed, plan.unchanged, plan.refused, plan.columns.unused, whole.change_id
    )


class _ImportEntry:
    """The history entry of a whole import; the entries of its rows are parts of it."""

    def __init__(self, plan: RecordsPlan, by: PlanContext, rows: int) -> None:
        self.change_id: int | None = None
        self._plan, self._by, self._rows = plan, by, rows

    def write(self, session: Session, history: History) -> int:
        """Return the id of the import's entry; the first call writes the entry."""
        if self.change_id is None:
            plan = self._plan
            after = {
                "file": plan.file, "sha256": plan.sha256, "new": plan.new, "changed": plan.changed,
                "unchanged": plan.unchanged, "refused": plan.refused,
            }  # fmt: skip
            kept = {"run": f"import {plan.kind.name}", "wishes": {}, "rows": self._rows}
            row = history.sealed(
                entry(
                    ChangeKind.IMPORTED, self._by.actor, self._by.at, after=after,
                    account_id=plan.account_id, subject=plan.file, plan=as_json(kept),
                )
            )  # fmt: skip
            session.connection().execute(insert(Change), [row])
            self.change_id = int(row["id"])
        return self.change_id


def _changed_meanwhile() -> ConflictError:
    return ConflictError(
        _("The book was changed since the file was looked through; nothing was written."),
        _("Import the file again."),
    )


def _refuse_unknown(session: Session, account_id: int) -> None:
    if session.get(PartnerAccount, account_id) is None:
        raise NotFoundError(_("This partner account is not in the book any more."))
