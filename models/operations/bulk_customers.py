"""Adds many customers from rows: a plan for each, each carried out by itself, so a rerun goes on.

A file's rows are read by `models.sheets.rows`, with the names of `FormField`.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from partnerdesk.models.core.errors import ConflictError, RefusedError
from partnerdesk.models.core.text import fold
from partnerdesk.models.core.verdicts import Reason, Verdict, verdict_of
from partnerdesk.models.customers.add import circumstances, plan_add_customer
from partnerdesk.models.customers.duplicates import find_look_alikes
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.languages import _
from partnerdesk.models.operations.carry_out import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import By, Plan
    from partnerdesk.models.customers.duplicates import LookAlike
    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.sheets.rows import GivenRow


class RowResult(StrEnum):
    """What became of a row."""

    ADDED = "added"
    WOULD_ADD = "would_add"
    """It would be added, were this not a dry run."""
    EXISTS = "exists"
    """The customer is in the book: an earlier run, or somebody else, added it."""
    REFUSED = "refused"


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


def add_rows(
    store: Store,
    account: Account,
    rows: Iterable[GivenRow[FormField]],
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

    def take(self, row: GivenRow[FormField], by: By) -> AddedRow:
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
