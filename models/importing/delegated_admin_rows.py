"""Reads and plans rows of delegated-admin relationships."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from sqlmodel import select

from partnerdesk.models.core.clock import date_text, iso
from partnerdesk.models.core.text import fold
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.importing.customer_lookup import CustomerLookup
from partnerdesk.models.importing.fields import DelegationColumn as Dc
from partnerdesk.models.importing.record_rows import Book, ReadRow, RowValues, stored_value
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
from partnerdesk.models.values.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from partnerdesk.models.changes.plan import Plan, PlanContext


class DelegatedAdminBook(Book):
    """The delegated-admin relationships of an account."""

    COLUMNS: ClassVar[Mapping[str, str]] = {"customer": Dc.CUSTOMER}
    DETAIL = Dc.NAME

    def load(self) -> None:
        """Read the account's customers, and its relationships by Microsoft's id and by name."""
        self._customers = CustomerLookup(self.session, self.account.id)
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

    def subject(self, values: Mapping[str, str]) -> str:
        """Return the name, domain or id of the customer, else the name of the relationship."""
        fields = (Dc.CUSTOMER, Dc.CUSTOMER_DOMAIN, Dc.CUSTOMER_ID, Dc.NAME)
        return next((values[name] for name in fields if name in values), "")

    def read(self, values: RowValues) -> ReadRow:
        """Read a row: days become ISO 8601, a duration becomes an end, a status its value."""
        values = dict(values)
        problems: list[Reason] = []
        wanted = (
            values.get(name, "") for name in (Dc.CUSTOMER_ID, Dc.CUSTOMER_DOMAIN, Dc.CUSTOMER)
        )
        found = self._customers.find(*wanted)
        if isinstance(found, Reason):
            problems.append(found)
        start, end = (self.day(values, name, problems) for name in (Dc.START, Dc.END))
        if end is None and start is not None and Dc.END not in values:
            end = _end_of_term(start, values.get(Dc.DURATION, ""))
        for column, moment in ((Dc.START, start), (Dc.END, end)):
            if moment is not None:
                values[column] = iso(moment)
        values.pop(Dc.DURATION, None)
        if Dc.STATUS in values:
            values[Dc.STATUS] = stored_value("delegated-admin", "status", values[Dc.STATUS])
        name = fold(" ".join(values.get(Dc.NAME, "").split()))[:200]
        microsoft_id = values.get(Dc.MICROSOFT_ID, "").lower()
        known = self._by_id.get(microsoft_id) or self._by_name.get(name, 0)
        customer_id = None if isinstance(found, Reason) else found
        key, subject = microsoft_id or name, self.subject(values)
        return ReadRow(values, key, subject, known, customer_id, problems)

    def plan(self, row: ReadRow, by: PlanContext) -> Plan:
        """Plan to add a relationship, or to change the fields in which the row differs."""
        customer = self.session.get_one(Customer, row.customer_id)
        if not row.record_id:
            return plan_add_delegation(self.own, customer, row.values, by, taken=False)
        stored = self.session.get_one(DelegatedAdminRelationship, row.record_id)
        delegation = Delegation(stored, customer, self.own)
        name = fold(" ".join(row.values.get(Dc.NAME, "").split()))[:200]
        taken = self._by_name.get(name, row.record_id) != row.record_id
        if stored.customer_id != row.customer_id:
            plan = plan_edit_delegation(delegation, row.values, by, taken=True)
            text = _("A relationship of this name is kept with another customer.")
            return plan.refused(Reason("import.other-customer", text, Dc.NAME))
        merged = self._as_row(stored) | _without_less_precise(row.values, stored)
        return plan_edit_delegation(delegation, merged, by, taken=taken)

    def _as_row(self, stored: DelegatedAdminRelationship) -> RowValues:
        """Return the values of a relationship of the book in the form of a read row."""
        return {
            Dc.NAME: stored.display_name,
            Dc.ROLES: stored.roles,
            Dc.STATUS: str(stored.status),
            Dc.START: iso(stored.activated_date_time) if stored.activated_date_time else "",
            Dc.END: iso(stored.end_date_time) if stored.end_date_time else "",
            Dc.AUTO_EXTEND: "yes" if stored.auto_extend_duration == AUTO_EXTEND else "no",
            Dc.MICROSOFT_ID: stored.microsoft_id,
        }


def _without_less_precise(values: RowValues, stored: DelegatedAdminRelationship) -> RowValues:
    """Return a row's values without those that the book has more precisely or in another form.

    A day is left out if the book has a moment of the same day; roles, if they are the same roles.
    """
    values = dict(values)
    for name, moment in ((Dc.START, stored.activated_date_time), (Dc.END, stored.end_date_time)):
        text = values.get(name, "")
        if moment is not None and "T00:00:00" in text and text[:10] == date_text(moment):
            del values[name]
    roles = {fold(role) for role in stored.roles.split("\n")}
    if {fold(role) for role in values.get(Dc.ROLES, "").replace(";", ",").split(",")} == roles:
        values.pop(Dc.ROLES, None)
    return values


def _end_of_term(start: datetime, text: str) -> datetime | None:
    """Return the end of a term given in days or as an ISO 8601 duration; None if it is neither."""
    try:
        if text.isdecimal() and len(text) < 5:
            return start + timedelta(days=int(text))
        duration = parse_duration(text)
        return duration.after(start) if duration else None
    except OverflowError:
        return None
