"""Adds many customers from rows: a plan for each, each carried out by itself, so a rerun goes on.

The names of a file's fields are a stable contract: those of `FormField`, in CSV, XLSX and JSON.
"""

from __future__ import annotations

import difflib
import json
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from models.adding import circumstances, plan_add_customer
from models.changes import carry_out
from models.customer_form.fields import FormField
from models.errors import ConflictError, FileError, RefusedError
from models.languages import _
from models.look_alikes import find_look_alikes
from models.plain import fold, shown
from models.verdicts import Reason, Verdict, verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from models.account_list import Account
    from models.changes import By, Plan
    from models.connection import Connection
    from models.look_alikes import LookAlike
    from models.store import Store


class RowResult(StrEnum):
    """What became of a row."""

    ADDED = "added"
    WOULD_ADD = "would_add"
    """It would be added, were this not a dry run."""
    EXISTS = "exists"
    """The customer is in the book: an earlier run, or somebody else, added it."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A row of a file."""

    number: int
    """1 for the first row of data."""
    values: dict[FormField, str]
    problems: tuple[Reason, ...] = ()
    """Why the row cannot be read."""


@dataclass(frozen=True, slots=True)
class AddedRow:
    """What became of a row, and why."""

    number: int
    name: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    result: RowResult
    customer_id: int | None = None
    plan: Plan | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the row as `--json` prints it; a stable contract."""
        return {
            "row": self.number,
            "verdict": self.verdict.value,
            "reasons": [
                {
                    "field": reason.field or None,
                    "code": reason.code,
                    "text": reason.text,
                    "source": reason.source or None,
                }
                for reason in self.reasons
            ],
            "result": self.result.value,
            "id": self.customer_id,
        }


@dataclass(frozen=True, slots=True)
class _JsonObject:
    """A JSON object: its fields as they stand in the file, also those that are there twice."""

    fields: list[tuple[str, object]]


def read_rows(path: Path) -> list[GivenRow]:
    """Read a CSV, XLSX or JSON file of customers to its end.

    Raises:
        FileError: it cannot be read, is damaged, or has a field that there is not.
    """
    if path.suffix.lower() == ".json":
        return _json_rows(path)
    from models.sheets import read_sheet

    sheet = read_sheet(path)
    fields = _fields(sheet.columns, path)
    with closing(sheet.rows()) as rows:
        return [_sheet_row(number, fields, cells) for number, (_line, cells) in enumerate(rows, 1)]


def _sheet_row(number: int, fields: Sequence[FormField | None], cells: list[str]) -> GivenRow:
    values = {
        field: cell.strip()
        for field, cell in zip(fields, cells, strict=False)
        if field is not None and cell.strip()
    }
    named = [cell for field, cell in zip(fields, cells, strict=False) if field is None]
    if any(cell.strip() for cell in (*named, *cells[len(fields) :])):
        text = _("The row has more cells than the file has columns with a name.")
        return GivenRow(number, values, (Reason("row.too-long", text),))
    return GivenRow(number, values)


def _fields(names: Sequence[str], path: Path) -> list[FormField | None]:
    found = [_field(name, path) if name.strip() else None for name in names]
    twice = [field for field in found if field is not None and found.count(field) > 1]
    if twice:
        raise FileError(
            _("{file} has two columns called {name}.").format(
                file=shown(str(path)), name=twice[0].value
            )
        )
    return found


def _field(name: str, path: Path) -> FormField:
    key = name.strip().lower()
    known = [field.value for field in FormField]
    if key in known:
        return FormField(key)
    file, word = shown(str(path)), shown(name)[:60]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    raise FileError(
        _("{file} has a field {name}, which there is not.").format(file=file, name=word),
        _("Did you mean {near}?").format(near=near[0])
        if near
        else _("The fields are: {names}.").format(names=", ".join(known)),
    )


def _json_rows(path: Path) -> list[GivenRow]:
    from models.sheets import unreadable

    file = shown(str(path))
    try:
        found = json.loads(
            path.read_bytes(), parse_int=str, parse_float=str, parse_constant=str,
            object_pairs_hook=_JsonObject,
        )  # fmt: skip
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, RecursionError) as error:
        raise FileError(
            _("{file} is not valid JSON: {reason}.").format(file=file, reason=shown(str(error)))
        ) from error
    if not isinstance(found, list):
        raise FileError(
            _("{file} holds no list.").format(file=file),
            _("Write a JSON list with one object for each customer."),
        )
    return [_json_row(number, row, path) for number, row in enumerate(found, 1)]


def _json_row(number: int, row: object, path: Path) -> GivenRow:
    if not isinstance(row, _JsonObject):
        text = _("The row is no object with fields.")
        return GivenRow(number, {}, (Reason("row.no-object", text),))
    values: dict[FormField, str] = {}
    problems = []
    named: set[FormField] = set()
    for name, value in row.fields:
        field = _field(name, path)
        if field in named:
            text = _("{field} is there twice.").format(field=field.value)
            problems.append(Reason("row.twice", text, field.value))
        elif isinstance(value, str):
            values[field] = value
        elif value is not None:
            text = _("{field} is no text.").format(field=field.value)
            problems.append(Reason("row.no-text", text, field.value))
        named.add(field)
    return GivenRow(number, values, tuple(problems))


def add_rows(
    store: Store,
    account: Account,
    rows: Iterable[GivenRow],
    by: Callable[[], By],
    *,
    dry_run: bool = False,
) -> Iterator[AddedRow]:
    """Add the customers of `rows` one after the other; say of each what became of it.

    Each is a transaction of its own: what was added stays, whatever happens later, and a second
    run finds it there.

    Args:
        store: the book.
        account: where the customers go.
        rows: what is given of each.
        by: gives who plans, when, and a new id for each plan.
        dry_run: say what would happen, and write nothing.

    Raises:
        StoreError: the book cannot be read or written any more.
    """
    with closing(store.connect()) as connection:
        adding = _Adding(store, connection, account, dry_run=dry_run)
        for row in rows:
            yield adding.take(row, by())


class _Adding:
    """One run over many rows."""

    def __init__(
        self, store: Store, connection: Connection, account: Account, *, dry_run: bool
    ) -> None:
        self.store, self.connection, self.account = store, connection, account
        self.dry_run = dry_run
        self._planned: dict[str, tuple[int, str]] = {}
        """Rows and folded names by the domains that this run adds, or would."""

    def take(self, row: GivenRow, by: By) -> AddedRow:
        name = row.values.get(FormField.COMPANY_NAME, "")
        if row.problems:
            return AddedRow(row.number, name, Verdict.REFUSED, row.problems, RowResult.REFUSED)
        at = circumstances(self.account, by.at)
        alike = find_look_alikes(self.connection, self.account.id, row.values, at)
        plan = plan_add_customer(self.account, row.values, by, alike)
        there = self._there_already(plan, alike)
        if there is not None:
            return AddedRow(row.number, name, Verdict.ALLOWED, (), RowResult.EXISTS, there or None)
        done = partial(AddedRow, row.number, name, plan=plan)
        reasons = plan.reasons + self._planned_before(plan)
        verdict = verdict_of(reasons)
        if verdict is Verdict.REFUSED:
            return done(verdict, reasons, RowResult.REFUSED)
        self._planned[plan.unused_domain] = (row.number, fold(name))
        if self.dry_run:
            return done(verdict, reasons, RowResult.WOULD_ADD)
        try:
            outcome = carry_out(self.store, plan)
        except (RefusedError, ConflictError) as error:  # somebody else was a moment faster
            late = Reason("domain.in-book", str(error), FormField.DOMAIN_PREFIX.value)
            return done(Verdict.REFUSED, (*reasons, late), RowResult.REFUSED)
        return done(verdict, reasons, RowResult.ADDED, outcome.customer_id)

    def _there_already(self, plan: Plan, alike: list[LookAlike]) -> int | None:
        """Return the customer that the row would add, if it is in the book already.

        0 stands for one that an earlier row of a dry run would add.
        """
        for like in alike:
            same_name = fold(like.company_name) == fold(plan.target.name)
            here = like.account_id == self.account.id and not like.ended
            if like.primary_domain == plan.unused_domain and here and same_name:
                return like.customer_id
        earlier = self._planned.get(plan.unused_domain)
        same = earlier is not None and earlier[1] == fold(plan.target.name)
        return 0 if self.dry_run and same else None

    def _planned_before(self, plan: Plan) -> tuple[Reason, ...]:
        """Return that an earlier row has the same domain, which only a dry run has to be told."""
        earlier = self._planned.get(plan.unused_domain)
        if earlier is None or not self.dry_run:
            return ()
        text = _("Row {row} has the domain {domain} already.").format(
            row=earlier[0], domain=plan.unused_domain
        )
        return (Reason("domain.twice", text, FormField.DOMAIN_PREFIX.value),)
