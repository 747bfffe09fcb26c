"""Imports delegated admin, invitations and partners: a plan for each row, all at once.

Each row becomes the plan that a person's form would make; a record that is there already is
changed by what the file says more. All rows are written in one transaction, each with its own entry
in the history, parts of one that says of the file: they are taken back together or one by one.
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
    from partnerdesk.models.importing.record_rows import Said
    from partnerdesk.models.sheets import Chosen, Progress, Sheet


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """A row that a record is added or changed by."""

    line: int
    said: Said
    plan: Plan

    @property
    def name(self) -> str:
        """Whom it is about."""
        return self.plan.target.name

    def changes(self) -> list[FieldChange]:
        """Return what changes, as texts."""
        return [
            FieldChange(name, _text((step.before or {}).get(name)), _text(value))
            for step in self.plan.steps
            for name, value in (step.after or {}).items()
        ]


@dataclass(frozen=True, kw_only=True)
class RecordsPlan(FilePlan):
    """What importing a file of another list than the customers' would do."""

    account: Account
    new_rows: list[PlannedRecord] = field(default_factory=list)
    changes: list[PlannedRecord] = field(default_factory=list)
    alike: int = 0
    """Rows that say what the book says."""

    @property
    def unchanged(self) -> int:
        """How many rows say what the book says."""
        return self.alike

    def shown_new(self) -> Iterator[tuple[str, str]]:
        """Yield whom each new record is about, and what it is called."""
        detail = BOOKS[self.kind.name].DETAIL
        return ((row.name, row.said.get(detail, "")) for row in self.new_rows)

    def shown_changes(self) -> Iterator[tuple[str, list[FieldChange]]]:
        """Yield whom each changed record is about, and what changes."""
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
    progress: Progress | None = None,
) -> RecordsPlan:
    """Read a file to its end and say what importing it into an account would do.

    Raises:
        NotFoundError: there is no such account.
        UsageError: `mapping` names a field or column that there is not.
        DayOrderError: days are written so that only their order tells which they are.
        FileError: the file is damaged, or its columns are not recognised.
    """
    passed = PassedOver()
    with closing(sheet.rows()) as rows:
        sample = [cells for _line, cells in islice(rows, SAMPLE_ROWS)]
    columns = match_columns(sheet.columns, sample, mapping or {}, kind)
    day_first = _day_first(sheet, columns, kind, chosen.day_first if chosen else None)
    with store.reading() as session:
        _refuse_unknown(session, account.id)
        planner = _Planner(session, account, kind, columns, by, day_first)
        with closing(sheet.rows(progress, passed)) as rows:
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
    """Nothing in a file tells whether days are written before months."""


def _day_first(
    sheet: Sheet, columns: ColumnMap, kind: ImportList, said: bool | None
) -> bool | None:
    """Return whether days stand before months, by all days of the file."""
    places = [columns.places[name] for name in kind.days if name in columns.places]
    if said is not None or not places:
        return said
    told: set[bool] = set()
    doubtful = ""
    with closing(sheet.rows()) as rows:
        for _line, cells in rows:
            for place in places:
                text = cells[place].strip() if place < len(cells) else ""
                if not text:
                    continue
                order = day_order([text])
                if order is not None:
                    told.add(order)
                elif not doubtful and is_ambiguous(text):
                    doubtful = text
    if doubtful and len(told) != 1:
        text = _("{text} can be two days, and nothing in the file tells which.")
        remedy = _("Say whether days or months come first (d in the console, --dates day-first or "
                   "--dates month-first in the command).")  # fmt: skip
        raise DayOrderError(text.format(text=shown(doubtful[:40])), remedy)
    return told.pop() if len(told) == 1 and doubtful else None


class _Planner:
    """Takes the rows of a file one by one, and plans each from the book as it is."""

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
        """Plan a row, or refuse it with all that is wrong with it."""
        said = {
            str(name): text
            for name, place in self._places.items()
            if place < len(cells) and (text := cells[place].strip())
        }
        problem = whole_row_problem(cells, self._width)
        if problem is not None:
            self._refuse(line, cells, said, [problem])
            return
        read = self._book.read(said)
        reasons = list(read.problems)
        if not reasons:
            plan = self._book.plan(read, replace(self._by, plan_id=str(uuid4())))
            reasons = [reason for reason in plan.reasons if reason.refuses]
        if reasons and is_remark(cells, self._totals):
            self.remarks.append((line, " ".join(filter(None, cells))))
            return
        if reasons:
            self._refuse(line, cells, said, [self._problem(reason, said) for reason in reasons])
            return
        first = self._lines.setdefault(read.key, line)
        if first != line:
            twice = Problem(None, shortened(read.name), _("is in line {line} already").format(
                line=first))  # fmt: skip
            self._refuse(line, cells, said, [twice])
        elif plan.changes_nothing:
            self.alike += 1
        else:
            rows = self.changes if read.record_id else self.new_rows
            rows.append(PlannedRecord(line, read.said, plan))

    def _problem(self, reason: Reason, said: Mapping[str, str]) -> Problem:
        name = self._book.COLUMNS.get(reason.field, reason.field)
        known = name in set(self._kind.fields)
        column = self._kind.fields(name) if known else None
        title = _(self._kind.titles[column]) if column is not None else ""
        return Problem(column, shortened(said.get(name, "")), reason.text, title, is_sentence=True)

    def _refuse(
        self, line: int, cells: list[str], said: Mapping[str, str], problems: list[Problem]
    ) -> None:
        name = shortened(self._book.called(said))
        self.refused_rows.append(RefusedRow(line, tuple(cells), tuple(problems), name))


def carry_out_records(store: Store, plan: RecordsPlan, by: PlanContext) -> ImportOutcome:
    """Write what a plan says, in one transaction, each row with its entry in the history.

    Raises:
        ConflictError: the book was changed since the plan was made; nothing was written.
        RefusedError: the console is in read-only mode.
        StoreError: the database cannot be written.
    """
    rows = sorted((*plan.new_rows, *plan.changes), key=lambda row: row.line)
    whole = _Whole(plan, by, len(rows))
    try:
        with store.writing() as session:
            _refuse_unknown(session, plan.account_id)
            book = BOOKS[plan.kind.name](
                session, plan.account, plan.columns.used, day_first=plan.day_first
            )
            for row in rows:
                own = replace(by, plan_id=row.plan.by.plan_id)
                now = book.plan(book.read(row.said), own)
                if is_refused(now.reasons) or now.steps != row.plan.steps:
                    raise _overtaken()
                write_plan(session, row.plan, plan.file, partial(whole.write, session))
    except (IntegrityError, NotFoundError) as error:
        raise _overtaken() from error
    return ImportOutcome(
        plan.new, plan.changed, plan.unchanged, plan.refused, plan.columns.unused,
        whole.change_id,
    )  # fmt: skip


class _Whole:
    """The entry of the history that says of a whole import; its rows are parts of it."""

    def __init__(self, plan: RecordsPlan, by: PlanContext, rows: int) -> None:
        self.change_id: int | None = None
        self._plan, self._by, self._rows = plan, by, rows

    def write(self, session: Session, history: History) -> int:
        """Return the entry's number; write it before the first row's own."""
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


def _overtaken() -> ConflictError:
    return ConflictError(
        _("The book was changed since the file was looked through; nothing was written."),
        _("Import the file again."),
    )


def _refuse_unknown(session: Session, account_id: int) -> None:
    if session.get(PartnerAccount, account_id) is None:
        raise NotFoundError(_("This partner account is not in the book any more."))
