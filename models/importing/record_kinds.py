"""What rows of delegated admin, invitations and partners mean: whom, which record, which plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from sqlmodel import col, select

from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.core.clock import date_text, iso
from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.importing.fields import DelegationColumn as Dc
from partnerdesk.models.importing.fields import InvitationColumn as Ic
from partnerdesk.models.importing.fields import PartnerColumn as Pc
from partnerdesk.models.importing.fields import key
from partnerdesk.models.importing.words import import_words
from partnerdesk.models.languages import _
from partnerdesk.models.relationships.delegated_admin import (
    AUTO_EXTEND,
    Delegation,
    plan_add_delegation,
    plan_edit_delegation,
)
from partnerdesk.models.relationships.entities import (
    DelegatedAdminRelationship,
    Invitation,
    InvitationKind,
    PartnerLink,
    PartnerState,
)
from partnerdesk.models.relationships.invite import InvitationRequest, around_of, plan_invite
from partnerdesk.models.relationships.lifecycles import INVITATION_TITLES, InvitationState
from partnerdesk.models.relationships.lists import INVITATION_KINDS, PARTNER_RELATIONS
from partnerdesk.models.relationships.partners import plan_add_partner, plan_edit_partner
from partnerdesk.models.values.domains import domain_name
from partnerdesk.models.values.durations import parse_duration
from partnerdesk.models.values.fields import day_field
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Plan, PlanContext

Said = dict[str, str]
"""What a row says, by the names of the list's fields; empty cells are not there."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row, with what the book has of it."""

    said: Said
    key: object
    """By what the record is known again: no two rows of a file have the same."""
    name: str
    record_id: int = 0
    """The record of the book; 0 for a new one."""
    customer_id: int | None = None
    problems: list[Reason] = field(default_factory=list)


class Book:
    """The records of one list in an account, as rows of a file are compared with them."""

    COLUMNS: ClassVar[Mapping[str, str]] = {}
    """The field of the file for a field that a reason names, where they differ."""
    DETAIL: ClassVar[str] = ""
    """The field that tells a record from others of the same company."""

    def __init__(
        self, session: Session, account: Account, headings: Mapping[Any, str],
        *, day_first: bool | None,
    ) -> None:  # fmt: skip
        self.session, self.account, self.day_first = session, account, day_first
        self.headings = headings
        """What the file calls each field."""
        self.own = session.get_one(PartnerAccount, account.id)
        self.load()

    def load(self) -> None:
        """Read what rows are compared with."""
        raise NotImplementedError

    def called(self, said: Mapping[str, str]) -> str:
        """Return whom a row is about, as it says itself."""
        raise NotImplementedError

    def read(self, said: Said) -> ReadRow:
        """Return what a row means."""
        raise NotImplementedError

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Return the plan of a row without problems; it changes nothing where nothing is new."""
        raise NotImplementedError

    def day(self, said: Mapping[str, str], name: str, problems: list[Reason]) -> datetime | None:
        """Return the moment that a cell means."""
        found = day_field(said.get(name, ""), "import.day", name, day_first=self.day_first)
        if isinstance(found, Reason):
            problems.append(found)
            return None
        return found


class _Customers:
    """The customers of an account, by what files call them."""

    def __init__(self, session: Session, account_id: int) -> None:
        own = select(
            Customer.id, Customer.microsoft_id, Customer.primary_domain, Customer.company_name
        ).where(Customer.account_id == account_id)
        self._ids: dict[str, list[int]] = {}
        self._domains: dict[str, list[int]] = {}
        self._called: dict[str, list[int]] = {}
        self._without_id: set[int] = set()
        for id, microsoft_id, domain, name in session.exec(own):
            number = int(id or 0)
            if not microsoft_id:
                self._without_id.add(number)
            for known, text in (
                (self._ids, microsoft_id), (self._domains, domain), (self._called, fold(name)),
            ):  # fmt: skip
                if text:
                    known.setdefault(text, []).append(number)

    def find(self, microsoft_id: str, domain: str, name: str) -> int | Reason:
        """Return the customer that a row means, by what is surest in it; or why that is nobody."""
        wanted = guid(microsoft_id) if microsoft_id else ""
        if wanted is None:
            text = _("{text} is no GUID such as 1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11.")
            said = text.format(text=shown(microsoft_id[:60]))
            return Reason("import.customer-id", said, Dc.CUSTOMER_ID)
        for column, known, text in (
            (Dc.CUSTOMER_ID, self._ids, wanted),
            (Dc.CUSTOMER_DOMAIN, self._domains, domain_name(domain) or ""),
            (Dc.CUSTOMER, self._called, fold(" ".join(name.split()))),
        ):
            if not text:
                continue
            found = known.get(text, [])
            if wanted:  # one with another id is somebody else, whatever it is called
                found = [id for id in found if known is self._ids or id in self._without_id]
            if len(found) == 1:
                return found[0]
            if found:
                said = _("Several customers are called so: add the Microsoft ID.")
                return Reason("import.several", said, column)
        said = _("It is no customer in the book of this account: import the customers first.")
        column = Dc.CUSTOMER_ID if wanted else Dc.CUSTOMER_DOMAIN if domain else Dc.CUSTOMER
        return Reason("import.no-customer", said, column)


class DelegatedAdminBook(Book):
    """The delegated-admin relationships of an account."""

    COLUMNS: ClassVar[Mapping[str, str]] = {"customer": Dc.CUSTOMER}
    DETAIL = Dc.NAME

    def load(self) -> None:
        """Read customers, and relationships by Microsoft's id and by name."""
        self._customers = _Customers(self.session, self.account.id)
        kind = DelegatedAdminRelationship
        own = select(kind.id, kind.microsoft_id, kind.name_sort).where(
            kind.account_id == self.account.id
        )
        self._by_id: dict[str, int] = {}
        self._by_name: dict[str, int] = {}
        for id, microsoft_id, name in self.session.exec(own):
            self._by_name[name] = int(id or 0)
            if microsoft_id:
                self._by_id[microsoft_id] = int(id or 0)

    def called(self, said: Mapping[str, str]) -> str:
        """Return the customer."""
        fields = (Dc.CUSTOMER, Dc.CUSTOMER_DOMAIN, Dc.CUSTOMER_ID, Dc.NAME)
        return next((said[name] for name in fields if name in said), "")

    def read(self, said: Said) -> ReadRow:
        """Return what a row means; its days in ISO 8601."""
        said = dict(said)
        problems: list[Reason] = []
        wanted = (said.get(name, "") for name in (Dc.CUSTOMER_ID, Dc.CUSTOMER_DOMAIN, Dc.CUSTOMER))
        found = self._customers.find(*wanted)
        if isinstance(found, Reason):
            problems.append(found)
        start, end = (self.day(said, name, problems) for name in (Dc.START, Dc.END))
        if end is None and start is not None and Dc.END not in said:
            end = _ends(start, said.get(Dc.DURATION, ""))
        for column, moment in ((Dc.START, start), (Dc.END, end)):
            if moment is not None:
                said[column] = iso(moment)
        said.pop(Dc.DURATION, None)
        if Dc.STATUS in said:
            said[Dc.STATUS] = meant("delegated-admin", "status", said[Dc.STATUS])
        name = fold(" ".join(said.get(Dc.NAME, "").split()))[:200]
        microsoft_id = said.get(Dc.MICROSOFT_ID, "").lower()
        there = self._by_id.get(microsoft_id) or self._by_name.get(name, 0)
        customer_id = None if isinstance(found, Reason) else found
        return ReadRow(said, microsoft_id or name, self.called(said), there, customer_id, problems)

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Plan to keep a relationship, or to change what the file says otherwise."""
        customer = self.session.get_one(Customer, row.customer_id)
        if not row.record_id:
            return plan_add_delegation(self.own, customer, row.said, by, taken=False)
        kept = self.session.get_one(DelegatedAdminRelationship, row.record_id)
        name = fold(" ".join(row.said.get(Dc.NAME, "").split()))[:200]
        taken = self._by_name.get(name, row.record_id) != row.record_id
        if kept.customer_id != row.customer_id:
            plan = plan_edit_delegation(
                Delegation(kept, customer, self.own), row.said, by, taken=True
            )
            text = _("A relationship of this name is kept with another customer.")
            return plan.refused(Reason("import.other-customer", text, Dc.NAME))
        merged = self._as_said(kept) | _not_vaguer(row.said, kept)
        found = Delegation(kept, customer, self.own)
        return plan_edit_delegation(found, merged, by, taken=taken)

    def _as_said(self, kept: DelegatedAdminRelationship) -> Said:
        """Return a relationship of the book as a row would say it."""
        return {
            Dc.NAME: kept.display_name,
            Dc.ROLES: kept.roles,
            Dc.STATUS: str(kept.status),
            Dc.START: iso(kept.activated_date_time) if kept.activated_date_time else "",
            Dc.END: iso(kept.end_date_time) if kept.end_date_time else "",
            Dc.AUTO_EXTEND: "yes" if kept.auto_extend_duration == AUTO_EXTEND else "no",
            Dc.MICROSOFT_ID: kept.microsoft_id,
        }


def _not_vaguer(said: Said, kept: DelegatedAdminRelationship) -> Said:
    """Return what a row says, without what the book knows by the minute, or in other words."""
    said = dict(said)
    for name, moment in ((Dc.START, kept.activated_date_time), (Dc.END, kept.end_date_time)):
        text = said.get(name, "")
        if moment is not None and "T00:00:00" in text and text[:10] == date_text(moment):
            del said[name]
    roles = {fold(role) for role in kept.roles.split("\n")}
    if {fold(role) for role in said.get(Dc.ROLES, "").replace(";", ",").split(",")} == roles:
        said.pop(Dc.ROLES, None)
    return said


def _ends(start: datetime, text: str) -> datetime | None:
    """Return the end of a term that is given in days or as ISO 8601 has it."""
    try:
        if text.isdecimal() and len(text) < 5:
            return start + timedelta(days=int(text))
        duration = parse_duration(text)
        return duration.after(start) if duration else None
    except OverflowError:
        return None


class InvitationBook(Book):
    """The invitations of an account."""

    COLUMNS: ClassVar[Mapping[str, str]] = {"company": Ic.COMPANY_NAME, "domain": Ic.PRIMARY_DOMAIN}
    DETAIL = Ic.SENT

    def load(self) -> None:
        """Read invitations by company and day; where no day is said, by company."""
        own = select(Invitation).where(Invitation.account_id == self.account.id)
        self._there: dict[tuple[str, str], int] = {}
        for invitation in self.session.exec(own.order_by(col(Invitation.id))):
            day = date_text(invitation.sent_at) if invitation.sent_at else ""
            for wanted in (day, ""):
                self._there[invitation.name_sort, wanted] = int(invitation.id or 0)

    def called(self, said: Mapping[str, str]) -> str:
        """Return the company."""
        return said.get(Ic.COMPANY_NAME, "")

    def read(self, said: Said) -> ReadRow:
        """Return what a row means; its days in ISO 8601, its words as they are stored."""
        said = dict(said)
        problems: list[Reason] = []
        for column in (Ic.SENT, Ic.CLOSED):
            if (moment := self.day(said, column, problems)) is not None:
                said[column] = iso(moment)
        for column, titles, word in (
            (Ic.STATE, INVITATION_TITLES, "state"), (Ic.KIND, INVITATION_KINDS, "kind"),
        ):  # fmt: skip
            if column not in said:
                continue
            found = stored_choice("invitations", word, said[column], titles)
            if found is None:
                text = _("{text} is none of: {words}.")
                said_so = text.format(text=shown(said[column][:40]), words=", ".join(titles))
                problems.append(Reason("import.choice", said_so, column))
            else:
                said[column] = found
        name = fold(" ".join(said.get(Ic.COMPANY_NAME, "").split()))[:200]
        key = (name, said.get(Ic.SENT, "")[:10])
        return ReadRow(said, key, self.called(said), self._there.get(key, 0), None, problems)

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Plan to record an invitation made elsewhere; one that is there stays as it is."""
        said, state = row.said, row.said.get(Ic.STATE, "")
        sent = said.get(Ic.SENT, "")
        wish = InvitationRequest(
            company=said.get(Ic.COMPANY_NAME, ""),
            contact=said.get(Ic.CONTACT, ""),
            email=said.get(Ic.EMAIL, ""),
            kind=InvitationKind(said.get(Ic.KIND) or InvitationKind.RESELLER),
            microsoft_id=said.get(Ic.MICROSOFT_ID, ""),
            domain=said.get(Ic.PRIMARY_DOMAIN, ""),
            in_portal=True,
            sent_at=sent,
            closed_at=said.get(Ic.CLOSED, ""),
            state=InvitationState(state) if state else None,
        )
        plan = plan_invite(self.account, wish, around_of(self.session, self.account.id, wish), by)
        if row.record_id and plan.steps:
            return replace(plan, steps=())
        return plan


class PartnerBook(Book):
    """The indirect providers and resellers of an account."""

    DETAIL = Pc.MPN_ID

    def load(self) -> None:
        """Read the partners whose link lasts."""
        own = select(PartnerLink).where(
            PartnerLink.account_id == self.account.id, PartnerLink.state == PartnerState.ACTIVE
        )
        self._partners = list(self.session.exec(own))
        self._known: dict[tuple[str, str], PartnerLink] = {}
        for partner in self._partners:
            for name, text in (
                (Pc.MICROSOFT_ID, partner.microsoft_id), (Pc.MPN_ID, partner.mpn_id),
                (Pc.NAME, partner.name_sort),
            ):  # fmt: skip
                if text:
                    self._known[name, text] = partner

    def called(self, said: Mapping[str, str]) -> str:
        """Return the partner's name."""
        return said.get(Pc.NAME, "")

    def read(self, said: Said) -> ReadRow:
        """Return what a row means; its words as they are stored."""
        said = dict(said)
        if self.headings.get(Pc.KIND) == "relationshipType":
            # The list of the API says what its reader is to them (`reference/newer.md §3.2`);
            # what they are to the reader the account knows.
            said.pop(Pc.KIND, None)
        if Pc.KIND in said:
            found = stored_choice("partners", "kind", said[Pc.KIND], PARTNER_RELATIONS)
            said[Pc.KIND] = found or said[Pc.KIND]
        name = fold(" ".join(said.get(Pc.NAME, "").split()))[:200]
        keys = ((Pc.MICROSOFT_ID, guid(said.get(Pc.MICROSOFT_ID, "")) or ""),
                (Pc.MPN_ID, said.get(Pc.MPN_ID, "")), (Pc.NAME, name))  # fmt: skip
        partner = next((self._known[one] for one in keys if one in self._known), None)
        first = next((one for one in keys if one[1]), keys[-1])
        there = int(partner.id or 0) if partner is not None else 0
        return ReadRow(said, first, self.called(said), there)

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Plan to add a partner, or to change what the file says otherwise."""
        if not row.record_id:
            return plan_add_partner(self.account, row.said, self._partners, by)
        partner = next(one for one in self._partners if one.id == row.record_id)
        signed = {True: "yes", False: "no"}.get(bool(partner.agreement_signed), "")
        now = {
            Pc.NAME: partner.name, Pc.MPN_ID: partner.mpn_id, Pc.LOCATION: partner.location,
            Pc.KIND: str(partner.relationship_type), Pc.MICROSOFT_ID: partner.microsoft_id,
            Pc.AGREEMENT: "" if partner.agreement_signed is None else signed,
        }  # fmt: skip
        return plan_edit_partner(self.account, partner, now | row.said, self._partners, by)


def meant(kind: str, name: str, text: str) -> str:
    """Return the stored value that a word of any language means in a field; else the text."""
    wanted = key(text)
    for words in import_words():
        for value, names in words.values.get(f"{kind}.{name}", {}).items():
            if wanted in map(key, names):
                return value
    return text


def stored_choice(kind: str, name: str, text: str, titles: Mapping[str, str]) -> str | None:
    """Return the stored value that a word means: itself, its title, or a word of any language."""
    wanted = key(text)
    for value, title in titles.items():
        if wanted in (key(value), key(title), key(_(title))):
            return str(value)
    found = meant(kind, name, text)
    return found if found in titles else None


BOOKS: Mapping[str, type[Book]] = {
    "delegated-admin": DelegatedAdminBook,
    "invitations": InvitationBook,
    "partners": PartnerBook,
}
"""What rows of each list are compared with."""
