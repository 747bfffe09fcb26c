"""Keeps many delegated-admin relationships from rows: each a plan of its own, so a rerun goes on.

A file's rows are read by `models.sheets.rows`, with the names of `DelegationField`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlmodel import select

from partnerdesk.models.changes.plan import reason_json
from partnerdesk.models.core.errors import ConflictError, NotFoundError, RefusedError, UsageError
from partnerdesk.models.core.text import fold
from partnerdesk.models.core.verdicts import Reason, Verdict
from partnerdesk.models.customers.page import find_customer, read_customer
from partnerdesk.models.operations.bulk_customers import RowResult
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.relationships.delegated_admin import plan_add_delegation
from partnerdesk.models.relationships.entities import DelegatedAdminRelationship

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from partnerdesk.models.accounts.entities import PartnerAccount
    from partnerdesk.models.changes.plan import By, Plan
    from partnerdesk.models.customers.entities import Customer
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.relationships.delegated_admin_fields import DelegationField
    from partnerdesk.models.sheets.rows import GivenRow


@dataclass(frozen=True, slots=True)
class AddedDelegation:
    """What became of a row, and why."""

    number: int
    customer: str
    """The company; what stood in the row where nobody in the book is meant."""
    name: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    result: RowResult
    id: int | None = None
    plan: Plan | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the row as `--json` prints it; a stable contract."""
        return {
            "row": self.number,
            "customer": self.customer,
            "display_name": self.name,
            "verdict": self.verdict.value,
            "reasons": [reason_json(reason) for reason in self.reasons],
            "result": self.result.value,
            "id": self.id,
        }


def add_delegations(
    store: Store,
    account: PartnerAccount,
    accounts: Sequence[int],
    rows: Iterable[GivenRow[DelegationField]],
    by: Callable[[], By],
    *,
    dry_run: bool = False,
) -> Iterator[AddedDelegation]:
    """Keep the relationships of `rows` one after the other; say of each what became of it.

    Each is a transaction of its own. A row whose name the same customer has already is there: an
    earlier run kept it.

    Args:
        store: the book.
        account: what a row that names no customer is refused in.
        accounts: in which customers are looked for; a relationship is of its customer's account.
        rows: what is given of each.
        by: gives who plans, when, and a new id for each plan.
        dry_run: say what would happen, and write nothing.

    Raises:
        StoreError: the book cannot be read or written any more.
    """
    adding = _Adding(store, account, accounts, dry_run=dry_run)
    for row in rows:
        yield adding.take(row, by())


class _Adding:
    """One run over many rows."""

    def __init__(
        self, store: Store, account: PartnerAccount, accounts: Sequence[int], *, dry_run: bool
    ) -> None:
        self.store, self.account, self.accounts = store, account, accounts
        self.dry_run = dry_run
        self._planned: dict[tuple[int, str], int] = {}
        """Customers by account and folded name, of the rows that a dry run would keep."""

    def take(self, row: GivenRow[DelegationField], by: By) -> AddedDelegation:
        said = {field.value: text for field, text in row.values.items()}
        name = " ".join(said.get("name", "").split())
        wanted = said.pop("customer", "")
        if row.problems:
            return AddedDelegation(
                row.number, wanted, name, Verdict.REFUSED, row.problems, RowResult.REFUSED
            )
        customer, account, nobody = self._customer(wanted)
        company = customer.company_name if customer is not None else wanted
        there = self._same_name(account.id or 0, name)
        if there is not None and customer is not None and there[0] == customer.id:
            return AddedDelegation(
                row.number, company, name, Verdict.ALLOWED, (), RowResult.EXISTS, there[1]
            )
        plan = plan_add_delegation(account, customer, said, by, taken=there is not None)
        reasons = plan.reasons
        if nobody is not None:  # it says more than that nobody is named
            reasons = (nobody, *reasons[1:])
        done = partial(AddedDelegation, row.number, company, name, plan=plan)
        if plan.verdict is Verdict.REFUSED or customer is None:
            return done(Verdict.REFUSED, reasons, RowResult.REFUSED)
        if self.dry_run:
            self._planned[account.id or 0, fold(name)] = customer.id or 0
            return done(plan.verdict, reasons, RowResult.WOULD_ADD)
        try:
            outcome = carry_out(self.store, plan)
        except (RefusedError, ConflictError, NotFoundError) as error:
            late = Reason("delegated-admin.meanwhile", str(error))
            return done(Verdict.REFUSED, (*reasons, late), RowResult.REFUSED)
        return done(plan.verdict, reasons, RowResult.ADDED, outcome.record_id)

    def _customer(self, text: str) -> tuple[Customer | None, PartnerAccount, Reason | None]:
        """Return whom a row means and in which account, or why that is nobody."""
        if not text.strip():
            return None, self.account, None
        try:
            page = read_customer(self.store, find_customer(self.store, text, self.accounts))
        except (NotFoundError, UsageError) as error:
            reason = Reason("delegated-admin.no-customer", error.message, "customer")
            return None, self.account, reason
        return page.customer, page.account, None

    def _same_name(self, account_id: int, name: str) -> tuple[int, int | None] | None:
        """Return whose relationship has a name, and its id; no id where a dry run would keep it."""
        if planned := self._planned.get((account_id, fold(name))):
            return planned, None
        kind = DelegatedAdminRelationship
        with self.store.reading() as session:
            found = session.exec(
                select(kind).where(
                    kind.account_id == account_id, kind.name_sort == fold(name)[:200]
                )
            ).first()
        return None if found is None or not name else (found.customer_id, found.id)
