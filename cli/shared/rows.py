"""Rows of a command: read from flags or a file, planned or done, and printed one by one.

A change of many records is a run; each row is printed when it is done, as a line or as a JSON
object. The JSON document is closed also if the run fails midway.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from partnerdesk.cli.shared.open_book import progress_line
from partnerdesk.cli.shared.plans import calls_json, plan_context, print_reasons, tell_dry_run
from partnerdesk.cli.shared.printing import json_text, tell
from partnerdesk.cli.shared.row_forms import FORMS, as_planned, result_mark, summary
from partnerdesk.cli.shared.sent_calls import print_admins, send_now
from partnerdesk.models.core.clock import now
from partnerdesk.models.core.errors import ExitCode, UsageError
from partnerdesk.models.core.given_files import expanded
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from enum import StrEnum

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Fields
    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.operations.bulk import RunRequest
    from partnerdesk.models.operations.bulk_planner import RowRequest
    from partnerdesk.models.operations.bulk_records import RunKind
    from partnerdesk.models.operations.bulk_rows import RowView
    from partnerdesk.models.settings.model import Settings
    from partnerdesk.partnercenter.sending.results import Sending

Field = TypeVar("Field", bound="StrEnum")

_SENT_AT_ONCE = ("add_customers", "edit", "end", "subscriptions")
"""The kinds of runs whose rows may ask something of Partner Center."""


def given_rows(
    arguments: argparse.Namespace, fields: type[Field], *, both: str, nothing: UsageError
) -> list[RowRequest]:
    """Return the rows of `--file`, or the single row that the flags of its fields describe.

    Raises:
        UsageError: file and flags are given (message `both`), or neither (`nothing`).
        FileError: the file cannot be read.
    """
    from partnerdesk.models.operations.bulk_planner import RowRequest
    from partnerdesk.models.sheets.rows import read_rows

    values = {
        field.value: text
        for field in fields
        if (text := getattr(arguments, f"of_{field}")) is not None
    }
    if arguments.file and values:
        raise UsageError(both)
    if arguments.file:
        rows = read_rows(expanded(arguments.file), fields)
        return [
            RowRequest(
                0,
                {field.value: text for field, text in row.values.items()},
                row.number,
                row.problems,
            )
            for row in rows
        ]
    if not values:
        raise nothing
    return [RowRequest(0, values, 1)]


def add_rows(
    arguments: argparse.Namespace,
    settings: Settings,
    store: Store,
    account: Account,
    request: RunRequest,
    rows: Sequence[RowRequest],
) -> ExitCode:
    """Make a record from each row, or only print the plans in a dry run; return the exit code."""
    from partnerdesk.models.operations.bulk import begin_run, plan_rows, unplanned_run

    run_id = None
    if rows and not arguments.dry_run:
        digest = _rows_digest(rows)
        _abandon_unfinished(store, account, request, digest)
        run_id = begin_run(
            store, unplanned_run(account.id, request, rows, plan_context(settings), digest)
        )
    send = partial(send_now, settings, store)
    with PrintedRows(arguments, request.kind, rows=len(rows), send=send) as printed:
        if run_id is not None:
            unread = {row.number: row.problems for row in rows if row.problems}
            printed.follow(store, account, run_id, unread)
        else:
            printed.planned(store, plan_rows(store, account, request, rows, plan_context(settings)))
    if arguments.dry_run:
        tell_dry_run()
    return printed.exit_code


def _rows_digest(rows: Sequence[RowRequest]) -> str:
    """Return a digest of the rows, by which a later command finds the run of the same rows."""
    values_json = json.dumps([dict(row.values) for row in rows], sort_keys=True)
    return hashlib.sha256(values_json.encode()).hexdigest()


def _abandon_unfinished(store: Store, account: Account, request: RunRequest, digest: str) -> None:
    """Finish earlier runs of the same rows that were cut off; the new run does the rest.

    If such a run were continued later, it would add again what was undone in the meantime.
    """
    from partnerdesk.models.operations.bulk import abandon_run, unfinished_run

    while (left := unfinished_run(store, [account.id], request.kind, digest)) is not None:
        abandon_run(store, left, now())


class PrintedRows:
    """Prints the rows of a command and counts their results."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        kind: RunKind,
        *,
        rows: int | None = None,
        send: Callable[[int, int | None], Sending] | None = None,
    ) -> None:
        """Prepare the printing; entering the context begins it.

        Args:
            arguments: `json`, and `dry_run` if the command has it.
            kind: what the run does.
            rows: the number of rows given by a file or by flags, which JSON has as a list; None
                for a run over existing records, which JSON has as an object with counts.
            send: sends what waits for Partner Center of an account and a customer, by their ids;
                None to leave it waiting.
        """
        self._send = send if kind in _SENT_AT_ONCE else None
        self._refusal = ExitCode.DONE
        self._halted = False
        """Whether Partner Center cannot be reached at present: then the rows only wait."""
        self._json, self._form, self._rows = arguments.json, FORMS[kind], rows
        self._dry_run = getattr(arguments, "dry_run", False)
        self.counts: Counter[str] = Counter()
        self.runs: list[int] = []

    @property
    def exit_code(self) -> ExitCode:
        """The exit code: failed rows before refused ones, before success."""
        if self.counts["failed"]:
            return ExitCode.BUSY
        return ExitCode.REFUSED if self.counts["refused"] else self._refusal

    def __enter__(self) -> PrintedRows:
        if self._json:
            print("[" if self._rows is not None else '{"rows": [', end="")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        """Close the JSON document and print the summary, also after an error of the book."""
        if self._json and self._rows is not None:
            print("]")
        elif self._json:
            names = self._form.counted(dry_run=self._dry_run)
            counts = {name: self.counts[name] for name in names}
            single_run = self.runs[0] if len(self.runs) == 1 else None
            totals = {"counts": counts, "run": single_run, "runs": self.runs}
            print("],\n", json_text(totals)[1:], sep="")
        tell(summary(self.counts))
        if self.counts["failed"]:
            for id in self.runs:
                tell(_("Try failed rows again: partnerdesk relationships go-on {id}").format(id=id))
        if kind is not None and self.runs:
            tell(_("What is done is done: the same command goes on with the rest."))

    def planned(self, store: Store, rows: Iterable[RowView]) -> None:
        """Print rows that are only planned, with the result that they would have."""
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
        """Do the open rows of a run, and print all its rows in order.

        Args:
            store: the book.
            account: the run's account.
            run_id: the id of the run.
            reasons: the reasons of rows that are not open, as just planned; keyed by the id of
                the record, or by the row's number if it has no record.
            again: whether failed rows are tried again.

        Raises:
            StoreError: the book can no longer be read or written.
        """
        from partnerdesk.models.changes.history import Actor
        from partnerdesk.models.operations.bulk import RUN_TITLES, do_rows, read_run

        self.runs.append(run_id)
        run = read_run(store, run_id)
        doing = do_rows(store, run, account, Actor.present(), now, again=again)
        with progress_line(_(RUN_TITLES[run.wish.kind])) as told:
            for place, row in enumerate(run.rows, 1):
                if row.is_open(again=again):
                    done = next(doing)
                    self._done(store, done, self._sent(account, done))
                else:
                    known = reasons.get(row.record_id or place, row.reasons)
                    self._done(store, replace(row, reasons=known))
                if not sys.stdout.isatty():  # on a terminal the rows themselves show the progress
                    told(place, len(run.rows))
        next(doing, None)  # lets the generator finish the run

    def _sent(self, account: Account, row: RowView) -> Sending | None:
        """Send what a row asks of Partner Center; None where nothing can be sent now."""
        if self._send is None or self._halted or row.state != "done" or not account.connected:
            return None
        customer_id = row.plan.target.customer_id if row.plan is not None else None
        sending = self._send(account.id, customer_id or row.record_id)
        error = sending.error
        self._halted = error is not None and error.exit_code is ExitCode.OFFLINE
        if any(sent.state == "failed" for sent in sending.calls):
            self._refusal = ExitCode.FAILED
        return sending

    def _done(self, store: Store, row: RowView, sending: Sending | None = None) -> None:
        """Print a row with its record as it is now."""
        with store.reading() as session:
            fields = self._form.fields(session, row)
        self._print(row, fields, self._form.result(row.state), sending)

    def _print(
        self, row: RowView, fields: Fields, result: str, sending: Sending | None = None
    ) -> None:
        if self._json:
            comma = ",\n " if self.counts.total() else ""
            row_json = self._form.as_json(fields, row.plan, row.reasons, result)
            row_json |= calls_json(sending)
            print(comma, json_text(row_json), sep="", end="")
        else:
            several = self._rows is not None and self._rows > 1
            place = _("row {row}: ").format(row=row.wish.number) if several else ""
            name, text = self._form.name(row, fields), self._form.as_text(row.plan, result)
            print(f"{result_mark(result)} {place}{name or '–'}: {text}")
            print_reasons(row.reasons, "    ")
            if sending is not None:
                print(f"    {shown(sending.text)}")
                print_admins(sending.first_admins, "    ")
        sys.stdout.flush()
        self.counts[result] += 1
