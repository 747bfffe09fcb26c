"""Planners of the runs that change existing records, one for each kind of run."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sqlmodel import select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.changes.entries import entry_of
from partnerdesk.models.changes.kinds import ChangeKind
from partnerdesk.models.changes.plan import Plan, Target
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.customers.edit import form_values, plan_edit_customer
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.page import customer_of, of_another_account, page_of
from partnerdesk.models.customers.tags_and_notes import parse_tags, plan_note, plan_tags, tags_with
from partnerdesk.models.languages import _
from partnerdesk.models.letters.letter import LetterLanguage
from partnerdesk.models.operations.bulk_planner import Planner, RowPlan, RowRequest
from partnerdesk.models.operations.bulk_records import RunKind
from partnerdesk.models.operations.undo import undo_of
from partnerdesk.models.relationships.delegated_admin import (
    delegation_of,
    parse_extension,
    plan_extend,
)
from partnerdesk.models.relationships.end import EndingRequest, Obstacle, ending_of, plan_end
from partnerdesk.models.relationships.entities import InvitationKind, PartnerLink
from partnerdesk.models.relationships.invite import (
    InvitationRequest,
    invitation_context,
    plan_invite,
)
from partnerdesk.models.relationships.partners import plan_name_reseller
from partnerdesk.models.subscriptions.page import page_of as subscription_page_of
from partnerdesk.models.subscriptions.wishes import plan_wish
from partnerdesk.models.values.fields import SIGNED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlmodel import Session

    from partnerdesk.models.changes.plan import PlanContext
    from partnerdesk.models.customers.page import CustomerPage
    from partnerdesk.models.relationships.delegated_admin import Extension


class _Extend(Planner):
    """Extends delegated-admin relationships."""

    @cached_property
    def _extension(self) -> Extension | None:
        return parse_extension(self.wishes.get("by", ""))

    def plan(self, session: Session, row: RowRequest, by: PlanContext) -> RowPlan:
        if self._extension is None:
            raise RefusedError(_("A run says neither by how long nor until when to extend."))
        delegation = delegation_of(session, row.record_id)
        customer, name = delegation.customer.company_name, delegation.relationship.display_name
        subject = name if name.startswith(customer[:20]) else f"{customer} · {name}"
        return RowPlan(subject, plan_extend(delegation, self._extension, by), row.record_id)


class _NameReseller(Planner):
    """Sets the indirect reseller of customers."""

    @cached_property
    def _partners(self) -> tuple[Sequence[PartnerLink], str]:
        """The account's indirect providers and resellers, and the account's own MPN ID."""
        mine = select(PartnerLink).where(PartnerLink.account_id == self.account.id)
        with self.store.reading() as session:
            own = session.get_one(PartnerAccount, self.account.id)
            return session.exec(mine).all(), own.mpn_id

    def plan(self, session: Session, row: RowRequest, by: PlanContext) -> RowPlan:
        partners, own_mpn_id = self._partners
        customer = customer_of(session, row.record_id)
        name = self.wishes.get("reseller", "")
        plan = plan_name_reseller(self.account, customer, name, partners, by, own_mpn_id=own_mpn_id)
        return RowPlan(customer.company_name, plan, row.record_id)


class _Invite(Planner):
    """Writes an invitation to each customer."""

    def plan(self, session: Session, row: RowRequest, by: PlanContext) -> RowPlan:
        customer, wishes = customer_of(session, row.record_id), self.wishes
        language = wishes.get("language", "")
        wish = InvitationRequest(
            customer_id=row.record_id,
            kind=InvitationKind(wishes.get("kind") or "reseller"),
            delegated_admin=SIGNED.get(wishes.get("delegated_admin", "")),
            language=LetterLanguage(language) if language else None,
            link=wishes.get("link", ""),
            provider=wishes.get("provider", ""),
            in_portal=wishes.get("made") == "portal",
        )
        around = invitation_context(session, self.account.id, wish)
        plan = plan_invite(self.account, wish, around, by)
        return RowPlan(customer.company_name, plan, row.record_id)


class _OfCustomer(Planner):
    """Changes customers of the run's account; a customer of another account is refused."""

    KIND = ChangeKind.UPDATED

    def plan(self, session: Session, row: RowRequest, by: PlanContext) -> RowPlan:
        page = page_of(session, row.record_id, history_shown=0)
        customer = page.customer
        plan = self.plan_for(session, page, by)
        if foreign := of_another_account(customer, self.account.id, "run.other-account"):
            plan = plan.refused(*foreign)
        return RowPlan(customer.company_name, plan, row.record_id)

    def plan_for(self, session: Session, page: CustomerPage, by: PlanContext) -> Plan:
        """Return the plan for one customer."""
        raise NotImplementedError


class _Tag(_OfCustomer):
    """Adds tags to customers and removes tags (`add`, `remove`), or replaces all tags (`set`)."""

    def plan_for(self, session: Session, page: CustomerPage, by: PlanContext) -> Plan:  # noqa: ARG002
        added, removed = (parse_tags(self.wishes.get(name, "")) for name in ("add", "remove"))
        all_tags = self.wishes.get("set")
        tags = tags_with(page.tags, added, removed) if all_tags is None else parse_tags(all_tags)
        return plan_tags(page, tags, by)


class _WriteNote(_OfCustomer):
    """Adds the same new note to each customer."""

    def plan_for(self, session: Session, page: CustomerPage, by: PlanContext) -> Plan:  # noqa: ARG002
        return plan_note(page, self.wishes.get("text", ""), None, by)


class _Edit(_OfCustomer):
    """Sets fields of customers' profiles to the same text, under the rules of the customer form."""

    def plan_for(self, session: Session, page: CustomerPage, by: PlanContext) -> Plan:  # noqa: ARG002
        fields = {field: self.wishes[field] for field in FormField if field in self.wishes}
        return plan_edit_customer(page, self.account, form_values(page) | fields, by)


class _End(_OfCustomer):
    """Ends the relationship with each customer, with the same checklist as for a single one."""

    def plan_for(self, session: Session, page: CustomerPage, by: PlanContext) -> Plan:
        answers = {point: self.wishes[point] for point in Obstacle if point in self.wishes}
        wish = EndingRequest(self.wishes.get("reason", ""), answers)
        return plan_end(self.account, ending_of(session, page.customer), wish, by)


class _ChangeSubscription(Planner):
    """Changes subscriptions: seats, renewal or status."""

    KIND = ChangeKind.SUBSCRIPTION

    def plan(self, session: Session, row: RowRequest, by: PlanContext) -> RowPlan:
        page = subscription_page_of(session, row.record_id)
        name = page.subscription.friendly_name
        subject = f"{page.customer.company_name} · {name}"
        return RowPlan(subject, plan_wish(page, self.wishes, by), row.record_id)


class _Undo(Planner):
    """Undoes entries of the history: the rows of a run."""

    def plan(self, session: Session, row: RowRequest, by: PlanContext) -> RowPlan:
        entry = entry_of(session, row.record_id)
        if entry.undone_by is not None:  # undone singly, or by an earlier run
            target = Target(self.account.id, self.account.cloud.id, entry.subject)
            return RowPlan(entry.subject, Plan.of(ChangeKind.UNDONE, by, target, ()), entry.id or 0)
        plan = undo_of(session, entry, by)
        return RowPlan(entry.subject, plan, row.record_id)


OF_RECORDS: Mapping[RunKind, type[Planner]] = {
    RunKind.EXTEND: _Extend,
    RunKind.NAME_RESELLER: _NameReseller,
    RunKind.INVITE: _Invite,
    RunKind.TAG: _Tag,
    RunKind.NOTE: _WriteNote,
    RunKind.EDIT: _Edit,
    RunKind.END: _End,
    RunKind.SUBSCRIPTIONS: _ChangeSubscription,
    RunKind.UNDO: _Undo,
}
"""The planner of each kind of run that changes existing records."""
