"""Rows of delegated-admin relationships: whose, which one, which plan."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from sqlmodel import select

from partnerdesk.models.core.clock import date_text, iso
from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.importing.fields import DelegationColumn as Dc
from partnerdesk.models.importing.record_rows import Book, ReadRow, Said, meant
from partnerdesk.models.languages import _
from partnerdesk.models.relationships.delegated_admin import (
    AUTO_EXTEND,
    Delegation,
    plan_add_delegation,
    plan_edit_delegation,
)
from partnerdesk.models.relationships.entities import (
    DelegatedAdminRelationship,
)
from partnerdesk.models.values.domains import domain_name
from partnerdesk.models.values.durations import parse_duration
from partnerdesk.models.values.identifiers import guid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

    from partnerdesk.models.changes.plan import Plan, PlanContext


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
