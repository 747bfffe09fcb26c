"""The kinds of runs: what each asks of a row, and the plan that it makes of it.

A planner lives as long as a run is planned or done, so that what all its rows share is read once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from sqlmodel import select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, Target
from partnerdesk.models.core.errors import NotFoundError, RefusedError, UsageError
from partnerdesk.models.core.text import fold
from partnerdesk.models.core.verdicts import Reason, is_refused
from partnerdesk.models.customers.add import circumstances, plan_add_customer
from partnerdesk.models.customers.duplicates import find_look_alikes
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import customer_named, customer_of
from partnerdesk.models.languages import _
from partnerdesk.models.letters.letter import LetterLanguage
from partnerdesk.models.operations.bulk_records import RunKind
from partnerdesk.models.relationships.delegated_admin import (
    delegation_of,
    parse_extension,
    plan_add_delegation,
    plan_extend,
)
from partnerdesk.models.relationships.entities import (
    DelegatedAdminRelationship,
    InvitationKind,
    PartnerLink,
)
from partnerdesk.models.relationships.invite import InvitationRequest, around_of, plan_invite
from partnerdesk.models.relationships.partners import plan_name_reseller
from partnerdesk.models.values.fields import SIGNED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlmodel import Session

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.customers.duplicates import LookAlike
    from partnerdesk.models.customers.entities import Customer
    from partnerdesk.models.database.connection import Connection
    from partnerdesk.models.database.store import Store
    from partnerdesk.models.relationships.delegated_admin import Extension


@dataclass(frozen=True, slots=True)
class RowWish:
    """What one row asks for: something of a record in the book, or a record that is to be made."""

    record_id: int = 0
    """The record of the book; 0 where it is to be made."""
    said: Mapping[str, str] = field(default_factory=dict)
    """What is said of a record that is to be made, by the names of the file's fields."""
    number: int = 0
    """The row's number in a file; 1 for the first."""
    problems: tuple[Reason, ...] = ()
    """Why the row cannot be read."""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """The plan of a row."""

    subject: str
    """Whom it is about, by name."""
    plan: Plan
    record_id: int = 0
    """The record that it is about; 0 where there is none yet."""


class Planner:
    """Makes the plan of each row of one kind of run."""

    LATE: ClassVar[tuple[str, str]] = ("run.failed", "")
    """Code and field of the reason that a row could not be written, however it was planned."""
    KIND: ClassVar[ChangeKind] = ChangeKind.UPDATED
    """What the plans do where the rows make records."""
    NAMED_BY: ClassVar[str] = ""
    """By which field a row that makes a record is called."""

    def __init__(
        self, store: Store, account: Account, wishes: Mapping[str, str], *, only_plans: bool
    ) -> None:
        """Begin to plan rows.

        Args:
            store: the book.
            account: the run's account.
            wishes: what the run asks of every row.
            only_plans: whether nothing is written, so that rows have to know of those before.
        """
        self.store, self.account, self.wishes = store, account, wishes
        self.only_plans = only_plans

    def plan(self, session: Session, row: RowWish, by: PlanContext) -> RowPlan:
        """Return the plan of a row, from the book as `session` sees it.

        Raises:
            NotFoundError: the record went out of the book.
        """
        raise NotImplementedError

    def unreadable(self, _session: Session, row: RowWish, by: PlanContext) -> RowPlan:
        """Return the refused plan of a row that cannot be read."""
        name = row.said.get(self.NAMED_BY, "")
        target = Target(self.account.id, self.account.cloud.id, name)
        return RowPlan(name, Plan.of(self.KIND, by, target, (), row.problems))

    def close(self) -> None:
        """Give back what was opened for the rows."""


class _Extend(Planner):
    @cached_property
    def _extension(self) -> Extension | None:
        return parse_extension(self.wishes.get("by", ""))

    def plan(self, session: Session, row: RowWish, by: PlanContext) -> RowPlan:
        if self._extension is None:
            raise RefusedError(_("A run says neither by how long nor until when to extend."))
        delegation = delegation_of(session, row.record_id)
        customer, name = delegation.customer.company_name, delegation.relationship.display_name
        subject = name if name.startswith(customer[:20]) else f"{customer} · {name}"
        return RowPlan(subject, plan_extend(delegation, self._extension, by), row.record_id)


class _NameReseller(Planner):
    @cached_property
    def _partners(self) -> tuple[Sequence[PartnerLink], str]:
        """The account's partners, and the partner's own MPN ID."""
        mine = select(PartnerLink).where(PartnerLink.account_id == self.account.id)
        with self.store.reading() as session:
            own = session.get_one(PartnerAccount, self.account.id)
            return session.exec(mine).all(), own.mpn_id

    def plan(self, session: Session, row: RowWish, by: PlanContext) -> RowPlan:
        partners, own_mpn_id = self._partners
        customer = customer_of(session, row.record_id)
        plan = plan_name_reseller(
            self.account, customer, self.wishes.get("reseller", ""), partners, by,
            own_mpn_id=own_mpn_id,
        )  # fmt: skip
        return RowPlan(customer.company_name, plan, row.record_id)


class _Invite(Planner):
    def plan(self, session: Session, row: RowWish, by: PlanContext) -> RowPlan:
        customer, said = customer_of(session, row.record_id), self.wishes
        language = said.get("language", "")
        wish = InvitationRequest(
            customer_id=row.record_id,
            kind=InvitationKind(said.get("kind") or "reseller"),
            delegated_admin=SIGNED.get(said.get("delegated_admin", "")),
            language=LetterLanguage(language) if language else None,
            link=said.get("link", ""),
            in_portal=said.get("made") == "portal",
        )
        around = around_of(session, self.account.id, wish)
        plan = plan_invite(self.account, wish, around, by)
        return RowPlan(customer.company_name, plan, row.record_id)


class _AddCustomers(Planner):
    """Adds the customers of a file's rows; one that is there already needs nothing."""

    LATE = ("domain.in-book", FormField.DOMAIN_PREFIX.value)
    KIND = ChangeKind.ADDED
    NAMED_BY = FormField.COMPANY_NAME.value

    @cached_property
    def _connection(self) -> Connection:
        return self.store.connect()

    @cached_property
    def _planned(self) -> dict[str, tuple[int, str]]:
        """Rows and folded names by the domains that would be added, were anything written."""
        return {}

    def close(self) -> None:
        if "_connection" in self.__dict__:
            self._connection.close()

    def plan(self, session: Session, row: RowWish, by: PlanContext) -> RowPlan:  # noqa: ARG002
        values = {FormField(name): text for name, text in row.said.items()}
        name = values.get(FormField.COMPANY_NAME, "")
        at = circumstances(self.account, by.at)
        alike = find_look_alikes(self._connection, self.account.id, values, at)
        plan = plan_add_customer(self.account, values, by, alike)
        domain, folded = plan.unused_domain, fold(plan.target.name)
        earlier = self._planned.get(domain)
        there = self._there(plan, alike)
        if there or (earlier is not None and earlier[1] == folded):
            return RowPlan(name, Plan.of(plan.kind, by, plan.target, ()), there)
        if earlier is not None:
            text = _("Row {row} has the domain {domain} already.")
            said = text.format(row=earlier[0], domain=domain)
            twice = Reason("domain.twice", said, FormField.DOMAIN_PREFIX.value)
            plan = plan.refused(*plan.reasons, twice)
        if self.only_plans and not is_refused(plan.reasons):
            self._planned[domain] = (row.number, fold(name))
        return RowPlan(name, plan)

    def _there(self, plan: Plan, alike: Sequence[LookAlike]) -> int:
        """Return the customer that the row would add, if it is in the book already; else 0."""
        for like in alike:
            same_name = fold(like.company_name) == fold(plan.target.name)
            here = like.account_id == self.account.id and not like.ended
            if like.primary_domain == plan.unused_domain and here and same_name:
                return like.customer_id
        return 0


class _AddDelegatedAdmin(Planner):
    """Keeps the relationships of a file's rows; one whose customer has that name is there."""

    LATE = ("delegated-admin.meanwhile", "")
    KIND = ChangeKind.DELEGATED_ADMIN
    NAMED_BY = "customer"

    @cached_property
    def _planned(self) -> dict[tuple[int, str], int]:
        """Customers by account and folded name, of the rows that would be kept."""
        return {}

    def plan(self, session: Session, row: RowWish, by: PlanContext) -> RowPlan:
        said = dict(row.said)
        name, wanted = " ".join(said.get("name", "").split()), said.pop("customer", "")
        customer, nobody = self._customer(session, wanted)
        account_id = customer.account_id if customer is not None else self.account.id
        account = session.get_one(PartnerAccount, account_id)
        taken = self._same_name(session, account_id, name)
        subject = customer.company_name if customer is not None else wanted
        plan = plan_add_delegation(account, customer, said, by, taken=taken is not None)
        if taken is not None and customer is not None and taken[0] == customer.id:
            return RowPlan(subject, Plan.of(plan.kind, by, plan.target, ()), taken[1])
        if nobody is not None:  # it says more than that nobody is named
            plan = replace(plan, reasons=(nobody, *plan.reasons[1:]))
        if self.only_plans and customer is not None and not is_refused(plan.reasons):
            self._planned[account_id, fold(name)] = customer.id or 0
        return RowPlan(subject, plan)

    def _customer(self, session: Session, text: str) -> tuple[Customer | None, Reason | None]:
        """Return whom a row means, or why that is nobody."""
        if not text.strip():
            return None, None
        accounts = [int(id) for id in self.wishes["accounts"].split(",")]
        try:
            return customer_named(session, text, accounts), None
        except (NotFoundError, UsageError) as error:
            return None, Reason("delegated-admin.no-customer", error.message, "customer")

    def _same_name(self, session: Session, account_id: int, name: str) -> tuple[int, int] | None:
        """Return whose relationship has a name, and its id; 0 where a row before would keep it."""
        if planned := self._planned.get((account_id, fold(name))):
            return planned, 0
        kind = DelegatedAdminRelationship
        found = session.exec(
            select(kind).where(kind.account_id == account_id, kind.name_sort == fold(name)[:200])
        ).first()
        return None if found is None or not name else (found.customer_id, found.id or 0)


PLANNERS: Mapping[RunKind, type[Planner]] = {
    RunKind.EXTEND: _Extend,
    RunKind.NAME_RESELLER: _NameReseller,
    RunKind.INVITE: _Invite,
    RunKind.ADD_CUSTOMERS: _AddCustomers,
    RunKind.ADD_DELEGATED_ADMIN: _AddDelegatedAdmin,
}
"""What plans the rows of each kind of run."""
