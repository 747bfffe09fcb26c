"""Planners of the runs that add records from the rows of a file, one for each kind of record."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from sqlmodel import select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan
from partnerdesk.models.core.errors import NotFoundError, UsageError
from partnerdesk.models.core.text import fold
from partnerdesk.models.core.verdicts import Reason, is_refused
from partnerdesk.models.customers.add import form_context, plan_add_customer
from partnerdesk.models.customers.duplicates import find_duplicates
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import customer_named
from partnerdesk.models.languages import _
from partnerdesk.models.operations.bulk_planner import Planner, RowPlan, RowRequest
from partnerdesk.models.operations.bulk_records import RunKind
from partnerdesk.models.relationships.delegated_admin import plan_add_delegation
from partnerdesk.models.relationships.entities import DelegatedAdminRelationship

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlmodel import Session

    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.customers.duplicates import Duplicate
    from partnerdesk.models.customers.entities import Customer
    from partnerdesk.models.database.connection import Connection


class _AddCustomers(Planner):
    """Adds the customers of a file's rows; a row whose customer exists changes nothing."""

    LATE = ("domain.in-book", FormField.DOMAIN_PREFIX.value)
    KIND = ChangeKind.ADDED
    NAMED_BY = FormField.COMPANY_NAME.value

    @cached_property
    def _connection(self) -> Connection:
        return self.store.connect()

    @cached_property
    def _planned(self) -> dict[str, tuple[int, str]]:
        """Row number and folded name of each planned customer, by domain, if nothing is written."""
        return {}

    def close(self) -> None:
        if "_connection" in self.__dict__:
            self._connection.close()

    def plan(self, session: Session, row: RowRequest, by: PlanContext) -> RowPlan:  # noqa: ARG002
        values = {FormField(name): text for name, text in row.values.items()}
        name = values.get(FormField.COMPANY_NAME, "")
        at = form_context(self.account, by.at)
        alike = find_duplicates(self._connection, self.account.id, values, at)
        plan = plan_add_customer(self.account, values, by, alike)
        domain, folded = plan.unused_domain, fold(plan.target.name)
        earlier = self._planned.get(domain)
        existing = self._existing(plan, alike)
        if existing or (earlier is not None and earlier[1] == folded):
            return RowPlan(name, Plan.of(plan.kind, by, plan.target, ()), existing)
        if earlier is not None:
            text = _("Row {row} has the domain {domain} already.")
            text = text.format(row=earlier[0], domain=domain)
            twice = Reason("domain.twice", text, FormField.DOMAIN_PREFIX.value)
            plan = plan.refused(*plan.reasons, twice)
        if self.only_plans and not is_refused(plan.reasons):
            self._planned[domain] = (row.number, fold(name))
        return RowPlan(name, plan)

    def _existing(self, plan: Plan, alike: Sequence[Duplicate]) -> int:
        """Return the id of the account's customer with the row's domain and name; 0 if none."""
        for like in alike:
            same_name = fold(like.company_name) == fold(plan.target.name)
            active = like.account_id == self.account.id and not like.ended
            if like.primary_domain == plan.unused_domain and active and same_name:
                return like.customer_id
        return 0


class _AddDelegatedAdmin(Planner):
    """Adds the delegated-admin relationships of a file's rows.

    A row changes nothing if its customer already has a relationship of that name.
    """

    LATE = ("delegated-admin.meanwhile", "")
    KIND = ChangeKind.DELEGATED_ADMIN
    NAMED_BY = "customer"

    @cached_property
    def _planned(self) -> dict[tuple[int, str], int]:
        """The customer ids of planned rows, by account and folded relationship name."""
        return {}

    def plan(self, session: Session, row: RowRequest, by: PlanContext) -> RowPlan:
        values = dict(row.values)
        name, wanted = " ".join(values.get("name", "").split()), values.pop("customer", "")
        customer, problem = self._customer(session, wanted)
        account_id = customer.account_id if customer is not None else self.account.id
        account = session.get_one(PartnerAccount, account_id)
        taken = self._same_name(session, account_id, name)
        subject = customer.company_name if customer is not None else wanted
        plan = plan_add_delegation(account, customer, values, by, taken=taken is not None)
        if taken is not None and customer is not None and taken[0] == customer.id:
            return RowPlan(subject, Plan.of(plan.kind, by, plan.target, ()), taken[1])
        if problem is not None:  # more specific than the plan's own reason, a missing customer
            plan = replace(plan, reasons=(problem, *plan.reasons[1:]))
        if self.only_plans and customer is not None and not is_refused(plan.reasons):
            self._planned[account_id, fold(name)] = customer.id or 0
        return RowPlan(subject, plan)

    def _customer(self, session: Session, text: str) -> tuple[Customer | None, Reason | None]:
        """Return the customer that a row names, or why there is none; None and None for no text."""
        if not text.strip():
            return None, None
        accounts = [int(id) for id in self.wishes["accounts"].split(",")]
        try:
            return customer_named(session, text, accounts), None
        except (NotFoundError, UsageError) as error:
            return None, Reason("delegated-admin.no-customer", error.message, "customer")

    def _same_name(self, session: Session, account_id: int, name: str) -> tuple[int, int] | None:
        """Return the customer and the id of the account's relationship of a name; None if none.

        The id is 0 for a relationship that an earlier row plans to add.
        """
        if planned := self._planned.get((account_id, fold(name))):
            return planned, 0
        kind = DelegatedAdminRelationship
        found = session.exec(
            select(kind).where(kind.account_id == account_id, kind.name_sort == fold(name)[:200])
        ).first()
        return None if found is None or not name else (found.customer_id, found.id or 0)


OF_ROWS: Mapping[RunKind, type[Planner]] = {
    RunKind.ADD_CUSTOMERS: _AddCustomers,
    RunKind.ADD_DELEGATED_ADMIN: _AddDelegatedAdmin,
}
"""The planner of each kind of run that adds records from a file."""
