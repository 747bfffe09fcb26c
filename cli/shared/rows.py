"""Rows in and rows out: given by flags or a file, planned or done, and printed one by one.

Whatever a command does to many records is a run; its rows are printed as they are done, a line
each or as JSON that is always whole.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from partnerdesk.cli.shared.open_book import given_path, progress_line
from partnerdesk.cli.shared.plans import present, print_reasons, tell_dry_run
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.row_forms import FORMS, as_planned, mark_of, summary
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping, Sequence
    from enum import StrEnum

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.operations.bulk import RunRequest
    from partnerdesk.models.operations.bulk_planner import RowWish
    from partnerdesk.models.operations.bulk_records import RunKind
    from partnerdesk.models.operations.bulk_rows import RowView
    from partnerdesk.models.settings.model import Settings

Field = TypeVar("Field", bound="StrEnum")


def given_rows(
    arguments: argparse.Namespace, fields: type[Field], *, both: str, nothing: UsageError
) -> list[RowWish]:
    """Return the rows of `--file`, or the one that flags describe.

    Raises:
        UsageError: both are given (`both` says so), or neither (`nothing`).
        FileError: the file cannot be read.
    """
    from partnerdesk.models.operations.bulk_planner import RowWish
    from partnerdesk.models.sheets.rows import read_rows

    values = {
        field.value: text for field in fields
        if (text := getattr(arguments, f"of_{field}")) is not None
    }  # fmt: skip
    if arguments.file and values:
        raise UsageError(both)
    if arguments.file:
        return [
            RowWish(0, {field.value: text for field, text in row.values.items()}, row.number,
                    row.problems)
            for row in read_rows(given_path(arguments.file), fields)
        ]  # fmt: skip
    if not values:
        raise nothing
    return [RowWish(0, values, 1)]


def add_rows(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    account: Account,
    wish: RunRequest,
    rows: Sequence[RowWish],
) -> ExitCode:
    """Make a record of each row, or say what that would do; return what to tell the shell."""
    from partnerdesk.models.operations.bulk import begin_run, plan_rows, unplanned_run

    run_id = None
    if rows and not arguments.dry_run:
        asked = _asked(rows)
        _leave_cut_off(store, account, wish, asked)
        run_id = begin_run(store, unplanned_run(account.id, wish, rows, present(settings), asked))
    with PrintedRows(arguments, wish.kind, rows=len(rows)) as printed:
        if run_id is not None:
            unread = {row.number: row.problems for row in rows if row.problems}
            printed.follow(store, account, run_id, unread)
        else:
            printed.planned(store, plan_rows(store, account, wish, rows, present(settings)))
    if arguments.dry_run:
        tell_dry_run()
    return printed.exit_code


def _asked(rows: Sequence[RowWish]) -> str:
    """Return by what the same rows are known again."""
    said = json.dumps([dict(row.said) for row in rows], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _leave_cut_off(store: Store, account: Account, wish: RunRequest, asked: str) -> None:
    """End runs of the same rows that were cut off: this one finds what they did, and does the rest.

    Gone on with later, they would bring back what was undone meanwhile.
    """
    from partnerdesk.models.operations.bulk import let_be, unfinished_run

    while (left := unfinished_run(store, [account.id], wish.kind, asked)) is not None:
        let_be(store, left, now())


class PrintedRows:
    """The rows that are printed, and what they come to."""

    def __init__(
        self, arguments: argparse.Namespace, kind: RunKind, *, rows: int | None = None
    ) -> None:
        """Begin to print.

        Args:
            arguments: `json`, and `dry_run` where the command has it.
            kind: what the run does.
            rows: how many rows are given by a file or by flags, which are printed as a list;
                None where the records of a run are printed with it.
        """
        self._json, self._form, self._rows = arguments.json, FORMS[kind], rows
        self._dry_run = getattr(arguments, "dry_run", False)
        self.counts: Counter[str] = Counter()
        self.runs: list[int] = []

    @property
    def exit_code(self) -> ExitCode:
        """What the command answers the shell."""
        if self.counts["failed"]:
            return ExitCode.BUSY
        return ExitCode.REFUSED if self.counts["refused"] else ExitCode.DONE

    def __enter__(self) -> PrintedRows:
        if self._json:
            print("[" if self._rows is not None else '{"rows": [', end="")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        """End what was begun, also where the book failed midway."""
        if self._json and self._rows is not None:
            print("]")
        elif self._json:
            names = self._form.counted(dry_run=self._dry_run)
            counts = {name: self.counts[name] for name in names}
            one = self.runs[0] if len(self.runs) == 1 else None
            told = {"counts": counts, "run": one, "runs": self.runs}
            print("],\n", json_text(told)[1:], sep="")
        tell(summary(self.counts))
        if self.counts["failed"]:
            for id in self.runs:
                tell(_("Try failed rows again: partnerdesk relationships go-on {id}").format(id=id))
        if kind is not None and self.runs:
            tell(_("What is done is done: the same command goes on with the rest."))

    def planned(self, store: Store, rows: Iterable[RowView]) -> None:
        """Print rows that are only planned: with what would become of them."""
        with store.reading() as session:
            for row in rows:
                fields = as_planned(self._form.fields(session, row), row.plan)
                self._print(row, fields, self._form.result(row.state, planned=True))

    def follow(
        self,
        store: Store,
        account: Account,
        run_id: int,
        reasons: Mapping[int, tuple[Reason, ...]],
        *,
        again: bool = False,
    ) -> None:
        """Do the rows of a run that are to do, and print all its rows in their order.

        Args:
            store: the book.
            account: the run's account.
            run_id: which run.
            reasons: those of rows that are not to do, as far as they were just found, by the
                record or, where there is none, by the row's number.
            again: whether the rows that failed are tried again.

        Raises:
            StoreError: the book cannot be read or written any more.
        """
        from partnerdesk.models.changes.history import Actor
        from partnerdesk.models.operations.bulk import RUN_TITLES, do_rows, read_run

        self.runs.append(run_id)
        run = read_run(store, run_id)
        doing = do_rows(store, run, account, Actor.present(), now, again=again)
        with progress_line(_(RUN_TITLES[run.wish.kind])) as told:
            for place, row in enumerate(run.rows, 1):
                if row.is_open(again=again):
                    self._done(store, next(doing))
                else:
                    known = reasons.get(row.record_id or place, row.reasons)
                    self._done(store, replace(row, reasons=known))
                if not sys.stdout.isatty():  # where the rows are seen they are progress enough
                    told(place, len(run.rows))
        next(doing, None)  # the run is finished

    def _done(self, store: Store, row: RowView) -> None:
        """Print a row as the book has its record now."""
        with store.reading() as session:
            fields = self._form.fields(session, row)
        self._print(row, fields, self._form.result(row.state))

    def _print(self, row: RowView, fields: Fields, result: str) -> None:
        if self._json:
            comma = ",\n " if self.counts.total() else ""
            told = self._form.as_json(fields, row.plan, row.reasons, result)
            print(comma, json_text(told), sep="", end="")
        else:
            several = self._rows is not None and self._rows > 1
            place = _("row {row}: ").format(row=row.wish.number) if several else ""
            name, text = self._form.name(row, fields), self._form.as_text(row.plan, result)
            print(f"{mark_of(result)} {place}{name or '–'}: {text}")
            print_reasons(row.reasons, "    ")
        sys.stdout.flush()
        self.counts[result] += 1
